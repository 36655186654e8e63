//! What MISP cannot say of STIX, found by going back: a part of the input that does not stand in
//! what the events become again is not carried as it was.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use stix::Pointer;

use super::export::Exporter;
use super::guess;
use super::read::Placed;
use super::residue::Object;
use super::time;
use crate::report::Report;

/// Compares the input with what the events become again, and reports every difference.
/// `told` are the identifiers of what the events tell of in some way.
pub(crate) fn differences(input: &[Placed], events: &[Object], told: &HashSet<String>) -> Report {
    let mut exporter = Exporter::new();
    let mut again: HashMap<String, Object> = HashMap::new();
    for event in events {
        let (objects, _) = exporter.event(event, &Pointer::root());
        again.extend(objects.into_iter().map(|object| (guess::id(&object).to_owned(), object)));
    }
    let mut said = Said::default();
    for event in events {
        said.object(event);
    }
    let mut report = Report::new();
    for (place, object) in input {
        let id = guess::id(object);
        let back = again.get(id);
        if back == Some(object) || is_builtin(id) {
            continue;
        }
        let name = guess::text(object, "type").to_owned();
        let known =
            back.is_some() || told.contains(id) || said.holds(id) || says_something(object, &said);
        if !known {
            report.lost(place.clone(), name, "MISP has nothing that this could be");
            continue;
        }
        for (key, value) in object {
            if matches!(key.as_str(), "type" | "spec_version" | "id") {
                continue;
            }
            let held = back.and_then(|back| back.get(key));
            if held == Some(value) {
                continue;
            }
            compare(value, held, &place.join(key), key, &said, &mut report);
        }
    }
    report
}

/// Compares leaf by leaf.
fn compare(
    value: &Value,
    held: Option<&Value>,
    place: &Pointer,
    key: &str,
    said: &Said,
    report: &mut Report,
) {
    match (value, held) {
        (value, Some(held)) if value == held || is_one_moment(value, held) => {}
        (Value::Object(members), held) if !members.is_empty() => {
            for (name, below) in members {
                let held = held.and_then(|held| held.get(name));
                compare(below, held, &place.join(name), key, said, report);
            }
        }
        (Value::Array(items), held) if !items.is_empty() => {
            let others = held.and_then(Value::as_array);
            for (index, item) in items.iter().enumerate() {
                // Wherever it stands in the list.
                if others.is_some_and(|others| others.contains(item)) {
                    continue;
                }
                let held = others.and_then(|others| others.get(index));
                compare(item, held, &place.join(&index.to_string()), key, said, report);
            }
        }
        (leaf, _) => {
            let what = key.to_owned();
            if said.leaf(leaf) {
                report.changed(place.clone(), what, "MISP says it in another place or way");
            } else {
                report.lost(place.clone(), what, "MISP has no place for it");
            }
        }
    }
}

/// Whether two texts are one moment, whatever their precision.
fn is_one_moment(one: &Value, other: &Value) -> bool {
    let read = |value: &Value| stix::Timestamp::parse(value.as_str()?).ok();
    read(one).is_some_and(|time| read(other) == Some(time))
}

/// Whether some text of an object stands in an event.
fn says_something(object: &Object, said: &Said) -> bool {
    object.iter().any(|(key, value)| {
        let own = matches!(
            key.as_str(),
            "name" | "value" | "content" | "pattern" | "path" | "key" | "payload_bin"
        );
        own && said.leaf(value)
    })
}

/// What every MISP has: TLP, and what our extension is.
fn is_builtin(id: &str) -> bool {
    let Ok(id) = stix::Id::parse(id) else { return false };
    stix::marking::Tlp::of_id(&id).is_some() || stix::extension::is_ours(&id)
}

/// Every leaf of the events, as text.
#[derive(Default)]
struct Said(HashSet<String>);

impl Said {
    fn object(&mut self, object: &Object) {
        object.values().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => self.object(members),
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            Value::String(text) => {
                if text.contains('|') {
                    self.0.extend(text.split('|').map(str::to_owned));
                }
                if let Some(stamp) = time::from_iso(text) {
                    self.0.extend(time::floor_seconds(&stamp).map(|seconds| seconds.to_string()));
                }
                self.0.insert(text.clone());
            }
            other => {
                self.0.insert(other.to_string());
            }
        }
    }

    /// Whether an identifier's UUID is said.
    fn holds(&self, id: &str) -> bool {
        self.0.contains(guess::uuid_of(id))
    }

    fn leaf(&self, leaf: &Value) -> bool {
        match leaf {
            Value::String(text) => {
                self.0.contains(text)
                    || (text.contains("--") && self.holds(text))
                    || stix::Id::parse(text).is_ok_and(|id| is_builtin(id.as_str()))
                    || time::floor_seconds(text)
                        .is_some_and(|seconds| self.0.contains(&seconds.to_string()))
            }
            other => self.0.contains(&other.to_string()),
        }
    }
}
