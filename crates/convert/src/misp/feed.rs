//! MISP feeds: a folder with a manifest, a file for each event, and the hashes of all values.

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use stix::Pointer;
use stix::json::Tree;

use super::guess::text;
use super::tags;
use crate::error::Error;

/// The file of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The file of the hashes.
pub const HASHES: &str = "hashes.csv";

/// The names of the event files that a manifest lists, in its order.
///
/// # Errors
/// If it is no manifest. Nothing but a UUID names a file, so none stands outside the folder.
pub fn files(manifest: &[u8]) -> Result<Vec<String>, Error> {
    let tree = Tree::parse(manifest)?;
    if tree.root().kind() != stix::json::Kind::Object {
        return Err(Error::at(Pointer::root(), "expected an object of UUIDs"));
    }
    let names = tree.root().members().map(|(key, _)| {
        let key = key.text().unwrap_or_default();
        if is_uuid(&key) {
            Ok(format!("{key}.json"))
        } else {
            Err(Error::at(Pointer::root().join(&key), "expected the UUID of an event"))
        }
    });
    names.collect()
}

/// An event as a manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its UUID, which names its file.
    pub uuid: String,
    /// When it changed last, in seconds since 1970; 0 if the manifest does not say.
    pub timestamp: i64,
}

/// The events that a manifest lists, in its order. What is named by no UUID is passed over: it
/// names no file of the folder.
///
/// # Errors
/// If it is no manifest.
pub fn manifest(manifest: &[u8]) -> Result<Vec<Listed>, Error> {
    let tree = Tree::parse(manifest)?;
    if tree.root().kind() != stix::json::Kind::Object {
        return Err(Error::at(Pointer::root(), "expected an object of UUIDs"));
    }
    let listed = tree.root().members().filter_map(|(key, value)| {
        let uuid = key.text().filter(|uuid| is_uuid(uuid))?.into_owned();
        let value = value.value();
        let timestamp = super::time::seconds(value.get("timestamp")).unwrap_or_default();
        Some(Listed { uuid, timestamp })
    });
    Ok(listed.collect())
}

/// The name of an event's file; `None` if it has no UUID that could be one.
pub fn name(event: &Map<String, Value>) -> Option<String> {
    let uuid = Some(text(event, "uuid")).filter(|uuid| is_uuid(uuid))?;
    Some(format!("{uuid}.json"))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// What the manifest says of an event.
pub fn entry(event: &Map<String, Value>) -> Value {
    let whole = |key: &str| super::time::seconds(event.get(key)).unwrap_or_default();
    let organisation = event.get("Orgc");
    let organisation = |key: &str| {
        let held = organisation.and_then(|held| held.get(key)?.as_str());
        held.unwrap_or_default().to_owned()
    };
    let tags = event.get("Tag").and_then(Value::as_array).into_iter().flatten();
    // A tag that is no name, or that its instance keeps to itself, is no tag of the feed.
    let tags = tags.filter(|tag| tag.get("local").and_then(Value::as_bool) != Some(true));
    let tags: Vec<Value> = tags
        .filter_map(|tag| {
            let name = tag.get("name")?.as_str()?;
            let colour = tag.get("colour").and_then(Value::as_str);
            Some(json!({ "name": name, "colour": colour.unwrap_or(colour_of(name)) }))
        })
        .collect();
    json!({
        "Orgc": { "name": organisation("name"), "uuid": organisation("uuid") },
        "Tag": tags,
        "info": text(event, "info"),
        "date": text(event, "date"),
        "analysis": whole("analysis"),
        "threat_level_id": whole("threat_level_id"),
        "timestamp": whole("timestamp"),
    })
}

/// The colours that FIRST gives TLP, and one for all others.
fn colour_of(name: &str) -> &'static str {
    use stix::marking::Tlp;
    match tags::tlp(name) {
        Some(Tlp::Clear) => "#ffffff",
        Some(Tlp::Green) => "#33ff00",
        Some(Tlp::Amber | Tlp::AmberStrict) => "#ffc000",
        Some(Tlp::Red) => "#ff2b2b",
        None => "#0088cc",
    }
}

/// The lines of the hashes' file for an event: MD5 of each value, and the event. A composite
/// value counts by its parts.
pub fn hashes(event: &Map<String, Value>) -> Vec<String> {
    let uuid = text(event, "uuid");
    let list = |of: &Map<String, Value>| {
        let list = of.get("Attribute").and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_object).cloned().collect::<Vec<_>>()
    };
    let mut attributes = list(event);
    let objects = event.get("Object").and_then(Value::as_array).into_iter().flatten();
    attributes.extend(objects.filter_map(Value::as_object).flat_map(list));
    let mut lines = Vec::new();
    for attribute in &attributes {
        let kind = text(attribute, "type");
        let value = match attribute.get("value") {
            Some(Value::String(value)) => value.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        let is_composite = kind.contains('|') || kind == "malware-sample";
        let parts: Vec<&str> =
            if is_composite { value.split('|').collect() } else { vec![value.as_str()] };
        lines.extend(
            parts.into_iter().map(|part| stix::hex::of(&Md5::digest(part.as_bytes())) + "," + uuid),
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::shape::object;
    use super::*;

    #[test]
    fn a_manifest_names_only_files_of_its_folder() {
        let good = br#"{"5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01": {"info": "x"}}"#;
        assert_eq!(files(good).unwrap(), ["5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01.json"]);
        for bad in [&br#"{"../../secret": {}}"#[..], b"[]", b"{", br#"{"": 1}"#] {
            assert!(files(bad).is_err());
        }
    }

    #[test]
    fn a_manifest_says_when_events_changed_and_one_bad_entry_holds_up_no_other() {
        let text = br#"{"5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01": {"timestamp": "1700000000"},
            "../../secret": {"timestamp": 1}, "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b02": 7}"#;
        let listed = manifest(text).unwrap();
        let found: Vec<_> = listed.iter().map(|one| (&one.uuid[34..], one.timestamp)).collect();
        assert_eq!(found, [("01", 1_700_000_000), ("02", 0)]);
        assert!(manifest(b"[]").is_err() && manifest(b"{").is_err());
    }

    #[test]
    fn hashes_are_of_values_and_of_their_parts() {
        let event = object(json!({
            "uuid": "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01",
            "Attribute": [{"type": "domain", "value": "a"}, {"type": "domain|ip", "value": "a|"}],
            "Object": [{"Attribute": [{"type": "port", "value": 1}, {"type": "text"}]}],
        }));
        let lines = hashes(&event);
        let a = "0cc175b9c0f1b6a831c399e269772661,5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01";
        assert_eq!(lines.len(), 4);
        assert_eq!((lines[0].as_str(), lines[1].as_str()), (a, a));
        assert!(lines[2].starts_with("d41d8cd98f00b204e9800998ecf8427e,"));
        assert!(lines[3].starts_with("c4ca4238a0b923820dcc509a6f75849b,"));
    }

    #[test]
    fn the_manifest_says_of_an_event_what_a_list_of_events_needs() {
        let event = object(json!({
            "info": "An event", "date": "2026-01-02", "timestamp": "1700000000", "analysis": "1",
            "threat_level_id": 2, "Orgc": {"id": "7", "name": "CSIRT", "uuid": "u"},
            "Tag": [{"name": "tlp:amber", "id": "3"}, {"name": "ours", "local": true}],
        }));
        insta::assert_json_snapshot!(entry(&event));
    }
}
