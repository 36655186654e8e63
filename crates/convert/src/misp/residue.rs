//! What STIX cannot say: the difference between what was read and what reading the STIX back
//! would give.
//!
//! Only the difference is kept in the extension, so what STIX can say is said once, and whoever
//! changes it there changes what goes back to MISP.

use std::sync::LazyLock;

use serde_json::{Map, Value};
use stix::extension::MISP;

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// What must be put onto a guess, and taken off it, to have the original again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Residue {
    /// What stands in the original and not, or otherwise, in the guess.
    pub(crate) set: Object,
    /// Pointers to what stands in the guess and not in the original.
    pub(crate) absent: Vec<String>,
}

impl Residue {
    /// The difference, leaving out the `skipped` members.
    pub(crate) fn between(original: &Object, guess: &Object, skipped: &[&str]) -> Self {
        let mut residue = Self::default();
        let Self { set, absent } = &mut residue;
        difference(original, guess, skipped, "", set, absent);
        residue
    }

    /// The original again.
    pub(crate) fn restore(&self, mut guess: Object) -> Object {
        for pointer in &self.absent {
            remove(&mut guess, pointer);
        }
        put(&self.set, &mut guess);
        guess
    }

    /// Reads it from an extension's body.
    pub(crate) fn read(body: &Object) -> Self {
        let set = body.get("set").and_then(Value::as_object).cloned().unwrap_or_default();
        let absent = body.get("absent").and_then(Value::as_array);
        let absent = absent.into_iter().flatten().filter_map(Value::as_str);
        Self { set, absent: absent.map(str::to_owned).collect() }
    }

    /// Writes it into an extension's body.
    pub(crate) fn write(self, body: &mut Object) {
        if !self.set.is_empty() {
            body.insert("set".into(), self.set.into());
        }
        if !self.absent.is_empty() {
            body.insert("absent".into(), self.absent.into());
        }
    }
}

fn difference(
    original: &Object,
    guess: &Object,
    skipped: &[&str],
    place: &str,
    set: &mut Object,
    absent: &mut Vec<String>,
) {
    for (key, value) in original {
        if skipped.contains(&key.as_str()) {
            continue;
        }
        match (value, guess.get(key)) {
            (value, Some(guessed)) if value == guessed => {}
            (Value::Object(inner), Some(Value::Object(guessed))) => {
                let mut below = Object::new();
                let place = format!("{place}/{}", escaped(key));
                difference(inner, guessed, &[], &place, &mut below, absent);
                if !below.is_empty() {
                    set.insert(key.clone(), below.into());
                }
            }
            _ => {
                set.insert(key.clone(), value.clone());
            }
        }
    }
    for key in guess.keys() {
        if !original.contains_key(key) && !skipped.contains(&key.as_str()) {
            absent.push(format!("{place}/{}", escaped(key)));
        }
    }
}

fn put(set: &Object, onto: &mut Object) {
    for (key, value) in set {
        if let (Value::Object(inner), Some(Value::Object(below))) = (value, onto.get_mut(key)) {
            put(inner, below);
        } else {
            onto.insert(key.clone(), value.clone());
        }
    }
}

fn remove(from: &mut Object, pointer: &str) {
    let Some(pointer) = pointer.strip_prefix('/') else { return };
    let (key, rest) = match pointer.split_once('/') {
        Some((key, rest)) => (key, Some(rest)),
        None => (pointer, None),
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match rest {
        None => {
            from.remove(&key);
        }
        Some(rest) => {
            if let Some(Value::Object(below)) = from.get_mut(&key) {
                remove(below, &format!("/{rest}"));
            }
        }
    }
}

fn escaped(key: &str) -> String {
    if key.contains(['~', '/']) {
        key.replace('~', "~0").replace('/', "~1")
    } else {
        key.to_owned()
    }
}

/// The body of our extension on an object.
pub(crate) fn body(object: &Object) -> Option<&Object> {
    object.get("extensions")?.get(MISP)?.as_object()
}

/// The body of our extension on an object, an empty one if it has none.
pub(crate) fn body_or_empty(object: &Object) -> &Object {
    static EMPTY: LazyLock<Object> = LazyLock::new(Object::new);
    body(object).unwrap_or(&EMPTY)
}

/// What our extension says that an object was.
pub(crate) fn kind(object: &Object) -> Option<&str> {
    body(object)?.get("misp")?.as_str()
}

/// Puts our extension onto an object.
pub(crate) fn attach(object: &mut Object, kind: &str, mut body: Object) {
    body.insert("extension_type".into(), "property-extension".into());
    body.insert("misp".into(), kind.into());
    let extensions = object.entry("extensions").or_insert_with(|| Object::new().into());
    if let Value::Object(extensions) = extensions {
        extensions.insert(MISP.into(), body.into());
    }
}

/// Writes the body as text: MISP's fields have names, empty lists and nulls that STIX allows
/// nowhere (sections 2.12 and 3.1), and are data here, not properties.
pub(crate) fn seal(object: &mut Object) {
    let body = object.get_mut("extensions").and_then(|all| all.get_mut(MISP)?.as_object_mut());
    let Some(body) = body else { return };
    let kept: Object = std::mem::take(body);
    let (outer, inner): (Object, Object) =
        kept.into_iter().partition(|(key, _)| matches!(key.as_str(), "extension_type" | "misp"));
    body.extend(outer);
    if !inner.is_empty() {
        body.insert("kept".into(), Value::from(inner).to_string().into());
    }
}

/// The body as it was before it was sealed. What is no text of ours is left alone.
pub(crate) fn unseal(object: &mut Object) {
    let body = object.get_mut("extensions").and_then(|all| all.get_mut(MISP)?.as_object_mut());
    let Some(body) = body else { return };
    let Some(Value::String(kept)) = body.get("kept") else { return };
    // Strictly: what two programs could read as two things is not ours.
    let inner = stix::json::Tree::parse(kept.as_bytes()).map(|tree| tree.root().value());
    if let Ok(Value::Object(inner)) = inner {
        body.remove("kept");
        for (key, value) in inner {
            body.entry(key).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        match value {
            Value::Object(object) => object,
            _ => Object::new(),
        }
    }

    #[test]
    fn only_the_difference_is_kept() {
        let original = object(json!({"a": 1, "org": {"id": "7", "name": "X"}, "d": {}}));
        let guess = object(json!({"a": 1, "org": {"name": "X", "uuid": "u"}, "d": {}, "c/d": 2}));
        let residue = Residue::between(&original, &guess, &[]);
        assert_eq!(residue.set, object(json!({"org": {"id": "7"}})));
        assert_eq!(residue.absent, ["/org/uuid", "/c~1d"]);
        assert_eq!(residue.restore(guess), original);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            "[a~/]{0,2}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a~/]{0,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_residue_restores_the_original(original in values(), guess in values()) {
            let (original, guess) = (object(original), object(guess));
            let residue = Residue::between(&original, &guess, &[]);
            let mut body = Object::new();
            residue.write(&mut body);
            prop_assert_eq!(Residue::read(&body).restore(guess), original);
        }
    }
}
