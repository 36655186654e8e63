//! Cyber-observable objects on their way into a bundle: each content once, under the identifier
//! that follows from it.

use std::collections::HashMap;

use serde_json::Value;
use stix::id;
use uuid::Uuid;

use super::residue::Object;

/// What stands under which identifier already. A content that is nothing but a value needs no
/// print: its identifier is one.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    held: HashMap<String, Option<Uuid>>,
    /// How often one was asked for that was taken: the next is tried from there.
    rounds: HashMap<String, u32>,
}

impl Registry {
    /// Reserves `type--uuid`, or what follows from it if that is taken.
    pub(crate) fn fresh(&mut self, type_name: &str, uuid: &str) -> String {
        let asked = format!("{type_name}--{uuid}");
        let mut id = asked.clone();
        while self.held.contains_key(&id) {
            let round = self.rounds.entry(asked.clone()).or_default();
            *round += 1;
            id = derived(type_name, &format!("{uuid}#{round}"));
        }
        self.held.insert(id.clone(), None);
        id
    }

    /// Whether something stands under this identifier.
    pub(crate) fn holds(&self, id: &str) -> bool {
        self.held.contains_key(id)
    }

    /// Takes an identifier; false if it was taken.
    pub(crate) fn take(&mut self, id: &str) -> bool {
        if self.holds(id) {
            return false;
        }
        self.held.insert(id.to_owned(), None);
        true
    }
}

/// The UUID that follows from a name.
pub(crate) fn derived_uuid(name: &str) -> String {
    crate::derived::uuid(name.as_bytes()).to_string()
}

/// The identifier that follows from a name.
pub(crate) fn derived(type_name: &str, name: &str) -> String {
    format!("{type_name}--{}", derived_uuid(name))
}

/// The observables of one attribute or object, in order.
pub(crate) struct Scos<'a> {
    registry: &'a mut Registry,
    held: Vec<(Object, bool)>,
}

impl<'a> Scos<'a> {
    pub(crate) fn new(registry: &'a mut Registry) -> Self {
        Self { registry, held: Vec::with_capacity(2) }
    }

    /// Adds an observable and gives its identifier: the one that the standard derives from its
    /// content (STIX 2.1 section 2.9), or `own` where it derives none, or where another content
    /// stands under it.
    pub(crate) fn put(&mut self, mut sco: Object, own: &str) -> String {
        let type_name = sco.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        // Where nothing can be derived the standard asks for a random UUID.
        let is_random = Uuid::try_parse(own).is_ok_and(|uuid| uuid.get_version_num() == 4);
        let own = &if is_random { own.to_owned() } else { derived_uuid(own) };
        let print = (sco.len() > 2 || !sco.contains_key("value")).then(|| {
            let bytes = serde_json::to_vec(&sco).unwrap_or_default();
            Uuid::new_v5(&id::ENTENTE_NAMESPACE, &bytes)
        });
        let mut id = id::of_sco(&sco)
            .map_or_else(|| format!("{type_name}--{own}"), |id| id.as_str().to_owned());
        let mut round = 0_u32;
        let is_new = loop {
            match self.registry.held.get(&id) {
                None => break true,
                Some(held) if *held == print && print.is_some() => break false,
                // What is nothing but a value is the same under the same derived identifier.
                Some(None) if print.is_none() && round == 0 => break false,
                Some(_) => {
                    id = match round {
                        0 => format!("{type_name}--{own}"),
                        _ => derived(&type_name, &format!("{own}#{round}")),
                    };
                    round += 1;
                }
            }
        };
        if is_new {
            self.registry.held.insert(id.clone(), print);
        }
        sco.insert("spec_version".into(), "2.1".into());
        sco.insert("id".into(), id.as_str().into());
        self.held.push((sco, is_new));
        id
    }

    /// The observables, the one added last first: it is what the others belong to. With each,
    /// whether it is new to the bundle.
    pub(crate) fn finish(mut self) -> Vec<(Object, bool)> {
        if !self.held.is_empty() {
            self.held.rotate_right(1);
        }
        self.held
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sco(value: Value) -> Object {
        match value {
            Value::Object(object) => object,
            _ => Object::new(),
        }
    }

    #[test]
    fn one_content_has_one_identifier_and_two_have_two() {
        let mut registry = Registry::default();
        let own = "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01";
        let mut scos = Scos::new(&mut registry);
        let first = scos.put(sco(json!({"type": "domain-name", "value": "example.com"})), own);
        let again = scos.put(sco(json!({"type": "domain-name", "value": "example.com"})), own);
        let other =
            json!({"type": "domain-name", "value": "example.com", "resolves_to_refs": ["x"]});
        let third = scos.put(sco(other), own);
        assert_eq!(first, "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7");
        assert_eq!(again, first);
        assert_eq!(third, format!("domain-name--{own}"));
        let kept: Vec<bool> = scos.finish().iter().map(|(_, is_new)| *is_new).collect();
        assert_eq!(kept, [true, true, false]);
    }
}
