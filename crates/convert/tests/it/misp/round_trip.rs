//! An event comes back equal.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::made;

fn there(event: &Value) -> Vec<Map<String, Value>> {
    let bytes = json!({ "Event": event }).to_string();
    convert::misp::to_stix(bytes.as_bytes()).expect("an event").0
}

fn and_back(objects: &[Map<String, Value>]) -> Vec<Value> {
    let placed = objects.iter().cloned().map(|object| (stix::Pointer::root(), object));
    let (events, report) = convert::misp::from_stix(placed.collect());
    assert!(report.is_empty(), "what we wrote is read whole: {report:#?}");
    events.into_iter().map(Value::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn an_event_comes_back_equal(event in made::event()) {
        let objects = there(&event);
        prop_assert_eq!(and_back(&objects), vec![event]);
    }

    #[test]
    fn every_object_is_stix_and_stands_once(event in made::event()) {
        let objects = there(&event);
        let mut ids = std::collections::BTreeSet::new();
        let schemas = stix::schema::Schemas::own();
        let options = stix::validate::Options { should: false, schemas: Some(&schemas) };
        for object in &objects {
            let text = Value::from(object.clone()).to_string();
            let parsed = stix::Object::parse(text.clone().into_bytes());
            prop_assert!(parsed.is_ok(), "{:?} in {}", parsed, text);
            let found = stix::validate::bytes(text.as_bytes(), &options);
            let musts: Vec<_> = found
                .iter()
                .filter(|finding| finding.level != stix::validate::Level::Should)
                .collect();
            prop_assert!(musts.is_empty(), "{:?} in {}", musts, text);
            let id = object["id"].as_str().expect("an id");
            prop_assert!(ids.insert(id.to_owned()), "{} stands twice", id);
        }
        for object in &objects {
            for (key, value) in object {
                if key.ends_with("_ref") || key.ends_with("_refs") {
                    for id in value.as_str().into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str)) {
                        prop_assert!(ids.contains(id), "{} of {} is not there", key, object["id"]);
                    }
                }
            }
        }
    }
}

#[test]
fn the_made_events_reach_every_kind_of_object() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..300 {
        let event = made::event().new_tree(&mut runner).expect("an event").current();
        for object in there(&event) {
            let kind = object["type"].as_str().unwrap_or_default().to_owned();
            *seen.entry(kind).or_default() += 1;
            let ours = object.get("extensions").and_then(|all| all.get(stix::extension::MISP));
            let was = ours.and_then(|ours| ours["misp"].as_str()).unwrap_or_default();
            *seen.entry(format!("was {was}")).or_default() += 1;
        }
    }
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    insta::assert_debug_snapshot!(names);
}
