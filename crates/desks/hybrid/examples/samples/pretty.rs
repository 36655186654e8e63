//! JSON for people: two spaces, the properties that STIX readers look for first on top, the others
//! by name.

use anyhow::Result;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

/// Properties in front, in this order.
const FIRST: &[&str] = &[
    "type",
    "spec_version",
    "id",
    "created_by_ref",
    "created",
    "modified",
    "lang",
    "name",
    "abstract",
    "description",
    "content",
];

/// The text of a value, with a final newline. The same for equal values.
pub(crate) fn text(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(&Ordered(value))? + "\n")
}

/// Writes maps in our order, whatever order the map type keeps.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            Value::Object(map) => {
                let mut writer = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in sorted(map) {
                    writer.serialize_entry(key, &Ordered(value))?;
                }
                writer.end()
            }
            other => other.serialize(serializer),
        }
    }
}

fn sorted(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| (rank(key), *key));
    entries
}
