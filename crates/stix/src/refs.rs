//! References from one object to others: every `…_ref` and `…_refs`, wherever it stands.

use serde_json::Value;

use crate::id::Id;
use crate::object::Object;

/// Every reference, as JSON pointer and identifier, in the order of the object. Values that are
/// no identifiers are passed over.
pub fn of(object: &Object) -> Vec<(String, Id)> {
    let mut found = Vec::new();
    walk(&Value::Object(object.value()), "", false, &mut found);
    found
}

fn walk(value: &Value, path: &str, is_reference: bool, found: &mut Vec<(String, Id)>) {
    match value {
        Value::Object(members) => {
            for (key, below) in members {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                walk(below, &path, key.ends_with("_ref") || key.ends_with("_refs"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), is_reference, found);
            }
        }
        Value::String(text) if is_reference => {
            found.extend(Id::parse(text).ok().map(|id| (path.to_owned(), id)));
        }
        _ => {}
    }
}
