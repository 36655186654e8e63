//! What somebody made to hurt: things that hang on themselves, and lists where each is held
//! against all. A test that fails here does not end.

use convert::misp;
use serde_json::{Map, Value, json};
use stix::Pointer;

fn back(objects: Vec<Value>) -> Vec<Map<String, Value>> {
    let placed = objects.into_iter().filter_map(|object| match object {
        Value::Object(object) => Some((Pointer::root(), object)),
        _ => None,
    });
    misp::from_stix(placed.collect()).0
}

const SAID: &str = "2026-01-01T00:00:00.000Z";

fn uuid(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn linked(kind: &str, id: &str, body: Value) -> Value {
    let [name, uuid] = [id.split("--").next(), id.split("--").nth(1)].map(Option::unwrap);
    let mut object = json!({
        "type": name, "spec_version": "2.1", "id": id, "created": SAID, "modified": SAID,
        "name": uuid, "content": uuid, "published": SAID,
        "extensions": { stix::extension::MISP: { "extension_type": "property-extension", "misp": kind } },
    });
    if let (Some(held), Value::Object(body)) =
        (object["extensions"][stix::extension::MISP].as_object_mut(), body)
    {
        held.extend(body);
    }
    object
}

#[test]
fn notes_that_hang_on_themselves() {
    let note = |n: usize| format!("note--{}", uuid(n));
    let report = format!("report--{}", uuid(99));
    let mut objects = vec![linked("event", &report, json!({ "links": { "Note": [note(0)] } }))];
    objects[0]["object_refs"] = json!([note(0)]);
    // Each on the next one twice, and the last on the first: without an end, and before it by
    // twos.
    for n in 0..64 {
        let next = note((n + 1) % 64);
        objects.push(linked("note", &note(n), json!({ "links": { "Note": [next, next] } })));
    }
    let events = back(objects);
    let text = Value::from(events).to_string();
    assert!(text.len() < 100_000, "{}", text.len());
}

#[test]
fn attributes_of_one_uuid() {
    let attributes: Vec<_> = (0..20_000)
        .map(|n| json!({ "uuid": uuid(1), "type": "text", "category": "Other", "value": n.to_string() }))
        .collect();
    let event = json!({ "Event": { "uuid": uuid(2), "info": "x", "Attribute": attributes } });
    let (objects, _) = misp::to_stix(event.to_string().as_bytes()).unwrap();
    let ids: std::collections::HashSet<_> = objects.iter().map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), objects.len());
    let events = back(objects.into_iter().map(Value::from).collect());
    assert_eq!(events[0]["Attribute"].as_array().unwrap().len(), 20_000);
}

#[test]
fn many_relationships_between_many() {
    let name = |n: usize| format!("domain-name--{}", uuid(n));
    let mut objects: Vec<_> = (0..15_000)
        .map(|n| json!({ "type": "domain-name", "spec_version": "2.1", "id": name(n), "value": format!("{n}.example.org") }))
        .collect();
    for n in 0..15_000 {
        objects.push(json!({
            "type": "note", "spec_version": "2.1", "id": format!("note--{}", uuid(n)),
            "created": SAID, "modified": SAID, "content": "x", "object_refs": [name(n)],
        }));
    }
    assert_eq!(back(objects).len(), 1);
}

#[test]
fn observables_that_all_refer_to_all() {
    let id = |n: usize| format!("process--{}", uuid(n));
    let ids: Vec<_> = (0..300).map(id).collect();
    let mut objects: Vec<_> = (0..300)
        .map(|n| json!({ "type": "process", "spec_version": "2.1", "id": id(n), "pid": n, "child_refs": ids }))
        .collect();
    for n in 0..20 {
        objects.push(json!({
            "type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--{}", uuid(n)),
            "created": SAID, "modified": SAID, "first_observed": SAID, "last_observed": SAID,
            "number_observed": 1, "object_refs": [id(n)],
        }));
    }
    assert!(back(objects).len() <= 1);
}
