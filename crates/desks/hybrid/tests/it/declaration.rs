//! The declaration in the samples: whole, and every sentence with its source and certainty.

use serde_json::Value;
use stix::{Object, extension};

use crate::samples::bundles;

/// The objects that carry the declaration's data of this kind.
fn of_kind(kind: &str) -> Vec<(Object, Value)> {
    let bundles = bundles();
    let objects = bundles.into_iter().flat_map(|bundle| bundle.objects);
    let with_data = objects.filter_map(|object| {
        let data = object.value().get("extensions")?.get(extension::DECLARATION)?.clone();
        (data["kind"] == kind).then_some((object, data))
    });
    with_data.collect()
}

#[test]
fn it_is_entered_once_with_parties_parts_and_disputes() {
    let declarations = of_kind("declaration");
    let [(report, data)] = declarations.as_slice() else {
        panic!("{} of them", declarations.len())
    };
    assert_eq!(report.id().type_name(), "report");
    let codes: Vec<_> =
        data["parties"].as_array().unwrap().iter().map(|party| &party["code"]).collect();
    assert_eq!(codes, ["AL", "HR", "XK"]);
    assert_eq!(data["signed"]["occurred"]["start"], "2025-03-18T00:00:00Z");
    assert_eq!(of_kind("part").len(), 4);
    assert!(of_kind("follow-up").len() >= 8);
    assert!(of_kind("dispute").len() >= 5);
}

#[test]
fn a_dispute_has_more_than_one_voice_and_no_verdict() {
    for (note, data) in of_kind("dispute") {
        let claims = data["claims"].as_array().unwrap();
        let speakers: std::collections::BTreeSet<_> =
            claims.iter().map(|claim| claim["stated_by"].as_str().unwrap()).collect();
        assert!(speakers.len() >= 2, "{}", note.id());
        assert_eq!(data["remark"]["mark"], "inferred");
        let content = note.value();
        let content = content["content"].as_str().unwrap();
        assert!(speakers.iter().all(|speaker| content.contains(speaker)), "{}", note.id());
    }
}

#[test]
fn what_is_verified_names_its_source() {
    fn walk(value: &Value, inherited: bool, seen: &mut usize) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(item, inherited, seen)),
            Value::Object(map) => {
                let own =
                    map.get("sources").and_then(Value::as_array).is_some_and(|s| !s.is_empty());
                let sourced = own || inherited;
                if let Some(mark) = map.get("mark") {
                    assert!(
                        ["verified", "unverified", "inferred"].contains(&mark.as_str().unwrap())
                    );
                    assert!(mark != "verified" || sourced, "{map:?}");
                    *seen += 1;
                } else {
                    assert!(!map.contains_key("text"), "{map:?}");
                }
                map.values().for_each(|value| walk(value, sourced, seen));
            }
            _ => {}
        }
    }
    let mut seen = 0;
    for kind in ["declaration", "part", "follow-up", "dispute"] {
        for (_, data) in of_kind(kind) {
            walk(&data, false, &mut seen);
        }
    }
    assert!(seen > 40, "{seen}");
}
