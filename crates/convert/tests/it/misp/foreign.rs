//! STIX that no MISP wrote, and MISP seen by a program that does not know our extension.

use std::collections::{BTreeSet, HashMap};

use convert::{Fate, misp};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stix::Pointer;

use super::made;

const FOREIGN: &[u8] = include_bytes!("../../../../../fuzz/seeds/misp/foreign.json");

#[test]
fn what_has_a_counterpart_becomes_it_and_the_rest_is_reported() {
    let (objects, _) = misp::objects(FOREIGN).expect("a bundle");
    let (events, report) = misp::from_stix(objects);
    insta::assert_json_snapshot!(events);
    let lines: Vec<String> = report.losses().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_leaf_comes_back_or_is_reported() {
    let input: Value = serde_json::from_slice(FOREIGN).expect("JSON");
    let (objects, _) = misp::objects(FOREIGN).expect("a bundle");
    let (events, report) = misp::from_stix(objects);
    let mut again = HashMap::new();
    for event in &events {
        for object in misp::Exporter::new().event(event, &Pointer::root()).0 {
            again.insert(object["id"].as_str().expect("an id").to_owned(), Value::from(object));
        }
    }
    let named: BTreeSet<&str> = report.losses().iter().map(|loss| loss.pointer.as_str()).collect();
    let mut checked = 0;
    for (index, object) in input["objects"].as_array().expect("objects").iter().enumerate() {
        let back = again.get(object["id"].as_str().expect("an id"));
        leaves(object, String::new(), &mut |place, leaf| {
            checked += 1;
            let is_there = back.is_some_and(|back| {
                back.pointer(&place) == Some(leaf)
                    || place.rsplit_once('/').is_some_and(|(list, _)| {
                        let list = back.pointer(list).and_then(Value::as_array);
                        list.is_some_and(|list| list.contains(leaf))
                    })
            });
            let whole = format!("/objects/{index}{place}");
            let is_named = named.iter().any(|named| whole.starts_with(*named));
            // The type and version say nothing that the identifier does not; a time is a moment.
            let is_said = ["/type", "/spec_version", "/id"].contains(&place.as_str());
            let is_moment = leaf.as_str().is_some_and(|text| stix::Timestamp::parse(text).is_ok());
            assert!(is_there || is_named || is_said || is_moment, "{whole} = {leaf}");
        });
    }
    assert!(checked > 50);
    assert!(report.count(Fate::Lost) > 0, "a confidence has no counterpart");
}

fn leaves(value: &Value, place: String, see: &mut impl FnMut(String, &Value)) {
    match value {
        Value::Object(members) => {
            for (key, below) in members {
                leaves(below, format!("{place}/{key}"), see);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, format!("{place}/{index}"), see);
            }
        }
        leaf => see(place, leaf),
    }
}

/// What hangs on an attribute has objects of its own.
const HANGING: &[&str] = &["Tag", "Galaxy", "Sighting", "Note", "Opinion", "Relationship"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// A program that does not know the extension finds each field of each attribute in STIX, or
    /// the report names it.
    #[test]
    fn without_the_extension_nothing_is_missing_that_was_not_reported(event in made::event()) {
        let bytes = json!({ "Event": event }).to_string();
        let (mut objects, report) = misp::to_stix(bytes.as_bytes()).expect("an event");
        for object in &mut objects {
            if let Some(Value::Object(extensions)) = object.get_mut("extensions") {
                extensions.remove(stix::extension::MISP);
            }
        }
        let placed = objects.into_iter().map(|object| (Pointer::root(), object)).collect();
        let (events, _) = misp::from_stix(placed);
        let list = |event: &Map<String, Value>| {
            event.get("Attribute").and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let mut found: HashMap<String, Value> = HashMap::new();
        for attribute in events.iter().flat_map(list) {
            let uuid = attribute["uuid"].as_str().unwrap_or_default().to_owned();
            found.insert(uuid, attribute);
        }
        let originals = list(event.as_object().expect("an object"));
        if originals.iter().any(|one| !one.is_object()) {
            return Ok(());
        }
        for (index, attribute) in originals.iter().enumerate() {
            let uuid = attribute["uuid"].as_str().unwrap_or_default();
            let twice = bytes.matches(uuid).count() > 1;
            // Another UUID than RFC 4122's is replaced by one that STIX takes.
            let fits = uuid::Uuid::try_parse(uuid).is_ok_and(|uuid| {
                uuid.get_variant() == uuid::Variant::RFC4122
                    && (1..=5).contains(&uuid.get_version_num())
            });
            if uuid.len() != 36 || twice || !fits {
                continue;
            }
            let back = found.get(&uuid.to_lowercase());
            for (key, value) in attribute.as_object().expect("an object") {
                let place = Pointer::root().join("Event").join("Attribute");
                let place = place.join(&index.to_string()).join(key);
                let is_there = back.is_some_and(|back| back.get(key) == Some(value));
                let is_named =
                    report.losses().iter().any(|loss| place.as_str().starts_with(loss.pointer.as_str()));
                prop_assert!(
                    is_there || is_named || HANGING.contains(&key.as_str()) || key == "uuid",
                    "{} = {} is not in {:?}", place, value, back
                );
            }
        }
    }
}
