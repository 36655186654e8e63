//! An object in the making: members in their order, values as they stand in the text.

use serde_json::Value;
use stix::json::{Kind, Tree};

/// What is not touched keeps its order and its spelling, numbers and escapes included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft(Vec<(String, String)>);

impl Draft {
    /// The members of an object.
    ///
    /// # Errors
    /// When the bytes are none; see [`Tree::parse`].
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, crate::Error> {
        let tree = Tree::parse(bytes)?;
        if tree.root().kind() != Kind::Object {
            return Err(crate::Error::at(stix::Pointer::root(), "expected an object"));
        }
        let members = tree.root().members();
        let members = members.map(|(key, value)| {
            (key.text().unwrap_or_default().into_owned(), value.raw().to_owned())
        });
        Ok(Self(members.collect()))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value as it stands.
    pub(crate) fn raw(&self, key: &str) -> Option<&str> {
        self.members().find(|(held, _)| *held == key).map(|(_, value)| value)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    pub(crate) fn value(&self, key: &str) -> Option<Value> {
        self.raw(key).and_then(|raw| serde_json::from_str(raw).ok())
    }

    /// A string's text.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.raw(key).and_then(|raw| serde_json::from_str(raw).ok())
    }

    /// Puts a value in the place of the old one, else at the end.
    pub(crate) fn set(&mut self, key: &str, value: &Value) {
        self.set_raw(key, value.to_string());
    }

    pub(crate) fn set_raw(&mut self, key: &str, raw: String) {
        match self.0.iter_mut().find(|(held, _)| held == key) {
            Some((_, held)) => *held = raw,
            None => self.0.push((key.to_owned(), raw)),
        }
    }

    /// Puts a member behind another one, or first if that is not there.
    pub(crate) fn set_after(&mut self, before: &str, key: &str, value: &Value) {
        self.remove(key);
        let at = self.keys().position(|held| held == before).map_or(0, |at| at + 1);
        self.0.insert(at, (key.to_owned(), value.to_string()));
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<String> {
        let at = self.keys().position(|held| held == key)?;
        Some(self.0.remove(at).1)
    }

    /// Renames a member in its place. The new name must be free.
    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        if let Some((key, _)) = self.0.iter_mut().find(|(held, _)| held == old) {
            new.clone_into(key);
        }
    }

    /// The object's text.
    pub(crate) fn write(&self) -> String {
        let mut out = String::from("{");
        for (at, (key, value)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(&Value::from(key.as_str()).to_string());
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_touched_stays_as_it_was() {
        let text = r#"{"b":1.50,"a":"\u0041","c":{ "z" : 1e2 }}"#;
        let mut draft = Draft::read(text.as_bytes()).unwrap();
        assert_eq!(draft.write(), text);
        draft.rename("a", "d");
        draft.set_after("b", "e", &Value::from("x"));
        draft.set("c", &Value::Null);
        assert_eq!(draft.write(), r#"{"b":1.50,"e":"x","d":"\u0041","c":null}"#);
    }
}
