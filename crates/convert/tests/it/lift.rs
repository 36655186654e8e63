//! STIX 2.0 becomes 2.1, and the report says what changed.

use bytes::Bytes;
use convert::lift::{self, Lifted};
use convert::{Fate, Report};
use proptest::prelude::*;
use serde_json::{Value, json};
use stix::object::SpecVersion;
use stix::{Object, Pointer};

use crate::accounted::assert_accounted;

const IDENTITY: &str = "identity--0b534745-a601-49ac-8cc4-2dcc06b25726";
const AMBER: &str = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";
const RED: &str = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";

fn lifted(value: &Value) -> Lifted {
    let lifted = lift::read(&Bytes::from(value.to_string())).expect("a bundle or an object");
    for object in &lifted.objects {
        assert_eq!(object.header().spec_version, SpecVersion::V21, "{}", object.text());
    }
    let mut value = value.clone();
    if value["type"] == "bundle" {
        assert_eq!(lifted.bundle.as_ref().map(stix::Id::as_str), value["id"].as_str());
        value.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "type" | "id"));
    }
    assert_accounted(&value, &lifted.objects, &lifted.report);
    lifted
}

/// An object of STIX 2.0 with these further properties.
fn object(type_name: &str, number: u8, more: Value) -> Value {
    let mut value = json!({
        "type": type_name, "id": format!("{type_name}--00000000-0000-4000-8000-0000000000{number:02}"),
        "created_by_ref": IDENTITY, "created": "2017-02-01T00:00:00.000Z", "modified": "2017-02-02T00:00:00.120Z",
    });
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}

fn observed(number: u8, objects: &Value) -> Value {
    object(
        "observed-data",
        number,
        json!({
            "first_observed": "2017-01-01T00:00:00Z", "last_observed": "2017-01-01T00:00:00Z",
            "number_observed": 1, "objects": objects,
        }),
    )
}

fn bundle(objects: &[Value]) -> Value {
    json!({
        "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000",
        "spec_version": "2.0", "objects": objects,
    })
}

fn only(lifted: &Lifted) -> Value {
    assert_eq!(lifted.objects.len(), 1);
    Value::Object(lifted.objects[0].value())
}

fn of_type(lifted: &Lifted, name: &str) -> Vec<Value> {
    let all = lifted.objects.iter().filter(|object| object.id().type_name() == name);
    all.map(|object| Value::Object(object.value())).collect()
}

fn lines(report: &Report) -> String {
    report.losses().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_whole_report_comes_over() {
    let input = bundle(&[
        json!({
            "type": "identity", "id": IDENTITY, "created": "2017-01-01T00:00:00.000Z",
            "modified": "2017-01-01T00:00:00.000Z", "name": "Ministry", "identity_class": "organization",
            "sectors": ["government-national", "defence"],
        }),
        object(
            "malware",
            1,
            json!({ "name": "Wiper", "labels": ["trojan", "seen-at-night"],
            "granular_markings": [{ "marking_ref": RED, "selectors": ["labels.[0]", "name"] }] }),
        ),
        object(
            "indicator",
            2,
            json!({ "labels": ["malicious-activity"], "valid_from": "2017-01-01T00:00:00Z",
            "pattern": "[process:binary_ref.name = 'a.exe'] START '2017-01-01T00:00:00Z' STOP '2017-02-01T00:00:00Z'" }),
        ),
        observed(
            3,
            &json!({
                "0": { "type": "file", "name": "a.exe", "hashes": { "ssdeep": "3:abc:def", "MD5": "d41d8cd98f00b204e9800998ecf8427e" },
                       "parent_directory_ref": "1", "is_encrypted": true, "modified": "2017-01-01T00:00:00Z" },
                "1": { "type": "directory", "path": "C:\\Windows", "accessed": "2017-01-01T00:00:00Z" },
                "2": { "type": "process", "name": "a", "binary_ref": "0", "created": "2017-01-01T00:00:00Z", "arguments": ["-x"] },
            }),
        ),
        object(
            "relationship",
            4,
            json!({ "relationship_type": "indicates",
            "source_ref": "indicator--00000000-0000-4000-8000-000000000002",
            "target_ref": "malware--00000000-0000-4000-8000-000000000001" }),
        ),
        json!({ "type": "marking-definition", "id": AMBER, "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp", "definition": { "tlp": "amber" } }),
    ]);
    let lifted = lifted(&input);
    assert_eq!(lifted.lifted, 6);
    let objects: Vec<&str> = lifted.objects.iter().map(Object::text).collect();
    insta::assert_snapshot!(format!("{}\n\n{}", objects.join("\n"), lines(&lifted.report)));
}

#[test]
fn what_both_versions_say_alike_keeps_its_bytes() {
    let text = r#"{"id":"campaign--00000000-0000-4000-8000-000000000001", "type":"campaign","name":"caf\u00e9","x_weight": 1.50,"created":"2017-02-01T00:00:00.000Z","modified":"2017-02-02T00:00:00.120Z","labels":["adware"]}"#;
    let lifted = lift::read(&Bytes::from(text)).unwrap();
    assert_eq!(
        lifted.objects[0].text(),
        r#"{"id":"campaign--00000000-0000-4000-8000-000000000001","type":"campaign","spec_version":"2.1","name":"caf\u00e9","x_weight":1.50,"created":"2017-02-01T00:00:00.000Z","modified":"2017-02-02T00:00:00.120Z","labels":["adware"]}"#
    );
    assert_eq!(lifted.report.count(Fate::Lost) + lifted.report.count(Fate::Kept), 0);
}

#[test]
fn what_is_21_passes_untouched() {
    let text = r#"{ "type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2017-02-01T00:00:00.000Z","modified":"2017-02-02T00:00:00.120Z","pattern":"[a:b = 1]","pattern_type":"stix","valid_from":"2017-02-02T00:00:00Z" ,"labels":["benign"]}"#;
    let lifted = lift::read(&Bytes::from(text)).unwrap();
    assert_eq!((lifted.objects[0].text(), lifted.lifted), (text, 0));
    assert!(lifted.report.is_empty());
    let address = r#"{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bcd3a9c0a1","value":"1.2.3.4"}"#;
    assert_eq!(lift::read(&Bytes::from(address)).unwrap().objects[0].text(), address);
    assert!(!lift::is_20(address.as_bytes()) && !lift::is_20(text.as_bytes()));
}

#[test]
fn identifiers_of_observables_are_those_of_the_standard() {
    let value = observed(1, &json!({ "0": { "type": "ipv4-addr", "value": "198.51.100.3" } }));
    let lifted = lifted(&value);
    let derived = uuid_of(r#"{"value":"198.51.100.3"}"#);
    assert_eq!(of_type(&lifted, "ipv4-addr")[0]["id"], format!("ipv4-addr--{derived}"));
    assert_eq!(
        of_type(&lifted, "observed-data")[0]["object_refs"],
        json!([format!("ipv4-addr--{derived}")])
    );
}

fn uuid_of(canonical: &str) -> String {
    uuid::Uuid::new_v5(&stix::id::OASIS_NAMESPACE, canonical.as_bytes()).to_string()
}

#[test]
fn an_identifier_may_follow_from_another() {
    let value = observed(
        1,
        &json!({
            "0": { "type": "network-traffic", "src_ref": "1", "protocols": ["tcp"] },
            "1": { "type": "ipv4-addr", "value": "198.51.100.3" },
        }),
    );
    let lifted = lifted(&value);
    let address = of_type(&lifted, "ipv4-addr")[0]["id"].as_str().unwrap().to_owned();
    let derived = uuid_of(&format!(r#"{{"protocols":["tcp"],"src_ref":"{address}"}}"#));
    assert_eq!(of_type(&lifted, "network-traffic")[0]["id"], format!("network-traffic--{derived}"));
}

#[test]
fn archives_that_hold_each_other_end() {
    let archive = |other| json!({ "type": "file", "name": "a", "extensions": { "archive-ext": { "contains_refs": [other], "version": "5" } } });
    let value = observed(1, &json!({ "0": archive("1"), "1": archive("0"), "2": archive("2") }));
    let once = lifted(&value);
    assert_eq!(of_type(&once, "file").len(), 3);
    assert!(lines(&once.report).contains("version"));
    assert_eq!(once.objects, lifted(&value).objects, "the same again the next time");
}

#[test]
fn a_long_chain_ends() {
    let mut objects = serde_json::Map::new();
    for at in 0..4_000 {
        let next = json!({ "archive-ext": { "contains_refs": [(at + 1).to_string()] } });
        let file = json!({ "type": "file", "name": "a", "extensions": next });
        objects.insert(at.to_string(), file);
    }
    objects.insert("4000".to_owned(), json!({ "type": "file", "name": "end" }));
    let value = observed(1, &Value::Object(objects));
    let lifted = lift::read(&Bytes::from(value.to_string())).unwrap();
    assert_eq!(lifted.objects.len(), 4_002);
}

#[test]
fn one_fact_of_two_observations_is_one_object_under_both_markings() {
    let domain = |refs: Value| {
        json!({ "0": { "type": "domain-name", "value": "example.org", "resolves_to_refs": refs },
        "1": { "type": "ipv4-addr", "value": "198.51.100.3" }, "2": { "type": "ipv4-addr", "value": "198.51.100.4" } })
    };
    let mut first = observed(1, &domain(json!(["1"])));
    first["object_marking_refs"] = json!([AMBER]);
    let mut second = observed(2, &domain(json!(["2"])));
    second["object_marking_refs"] = json!([RED]);
    let lifted = lifted(&bundle(&[first, second]));
    let domains = of_type(&lifted, "domain-name");
    assert_eq!(domains.len(), 1);
    assert_eq!(domains[0]["resolves_to_refs"].as_array().unwrap().len(), 2);
    assert_eq!(domains[0]["object_marking_refs"], json!([AMBER, RED]));
    assert_eq!(lifted.report.count(Fate::Lost), 0);
}

#[test]
fn what_two_observations_say_otherwise_is_reported() {
    let account = |name: &str| json!({ "0": { "type": "user-account", "user_id": "1001", "display_name": name } });
    let lifted = lifted(&bundle(&[observed(1, &account("Ana")), observed(2, &account("Bora"))]));
    assert_eq!(of_type(&lifted, "user-account").len(), 1);
    let lost: Vec<_> =
        lifted.report.losses().iter().filter(|loss| loss.fate == Fate::Lost).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].pointer.as_str(), "/objects/1/objects/0/display_name");
    assert!(lost[0].what.contains("Bora"));
}

#[test]
fn markings_follow_what_they_mark() {
    let mut value = observed(
        1,
        &json!({
            "0": { "type": "file", "name": "a", "created": "2017-01-01T00:00:00Z" },
            "1": { "type": "url", "value": "http://example.org/" },
        }),
    );
    value["granular_markings"] = json!([
        { "marking_ref": RED, "selectors": ["objects.0.created", "number_observed"] },
        { "marking_ref": AMBER, "selectors": ["objects.1"] },
    ]);
    let lifted = lifted(&value);
    let file = &of_type(&lifted, "file")[0];
    assert_eq!(file["granular_markings"], json!([{ "marking_ref": RED, "selectors": ["ctime"] }]));
    assert_eq!(of_type(&lifted, "url")[0]["object_marking_refs"], json!([AMBER]));
    assert_eq!(
        of_type(&lifted, "observed-data")[0]["granular_markings"],
        json!([
            { "marking_ref": RED, "selectors": ["object_refs.[0]", "number_observed"] },
            { "marking_ref": AMBER, "selectors": ["object_refs.[1]"] },
        ])
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_reported() {
    let value = observed(
        1,
        &json!({ "0": { "type": "domain-name", "value": "example.org", "resolves_to_refs": ["7"] } }),
    );
    let lifted = lifted(&value);
    assert!(of_type(&lifted, "domain-name")[0].get("resolves_to_refs").is_none());
    assert!(lines(&lifted.report).contains("a reference to “7”"));
}

#[test]
fn a_custom_observable_becomes_an_object() {
    let value = observed(
        1,
        &json!({ "0": { "type": "x-drone", "maker": "Acme", "created": "yesterday" } }),
    );
    let lifted = lifted(&value);
    let drone = &of_type(&lifted, "x-drone")[0];
    assert_eq!(drone["maker"], "Acme");
    assert_eq!(
        (&drone["created"], &drone["x_stix20_created"]),
        (&json!("2017-02-01T00:00:00.000Z"), &json!("yesterday"))
    );
}

#[test]
fn what_no_object_can_be_stays_where_it_was() {
    let value = observed(
        1,
        &json!({ "0": { "type": "url" }, "1": { "type": "url", "value": "http://example.org/" }, "2": 7 }),
    );
    let lifted = lifted(&value);
    let observed = &of_type(&lifted, "observed-data")[0];
    assert_eq!(observed["x_stix20_objects"], json!({ "0": { "type": "url" }, "2": 7 }));
    assert_eq!(observed["object_refs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_name_that_21_took_is_set_aside() {
    let value = object(
        "campaign",
        1,
        json!({ "name": "x", "confidence": "High", "lang": "en",
        "granular_markings": [{ "marking_ref": RED, "selectors": ["confidence"] }] }),
    );
    let lifted = lifted(&value);
    let campaign = only(&lifted);
    assert_eq!(
        (&campaign["x_stix20_confidence"], &campaign["lang"]),
        (&json!("High"), &json!("en"))
    );
    assert_eq!(campaign["granular_markings"][0]["selectors"], json!(["x_stix20_confidence"]));
}

#[test]
fn a_signature_does_not_come_over() {
    let key = stix::sign::SecretKey::from_seed([7; 32]);
    let value = object("campaign", 1, json!({ "name": "x" }));
    let signed = stix::sign::sign(value.as_object().unwrap().clone(), &key).unwrap();
    let lifted = lift::read(signed.bytes()).unwrap();
    assert!(only(&lifted).get("extensions").is_none());
    assert_eq!(lifted.report.losses()[0].what, "the signature");
    assert_eq!(lifted.report.losses()[0].fate, Fate::Lost);
}

#[test]
fn what_cannot_be_read_holds_up_nothing() {
    let bundle = bundle(&[
        json!({ "type": "campaign", "id": "campaign--1" }),
        json!(17),
        object("campaign", 2, json!({ "name": "x" })),
    ]);
    let lifted = lifted(&bundle);
    assert_eq!((lifted.objects.len(), lifted.lifted, lifted.refused), (1, 1, 2));
    let places: Vec<_> = lifted.report.losses().iter().map(|loss| loss.pointer.as_str()).collect();
    assert_eq!(places, ["/spec_version", "/objects/0", "/objects/1", ""]);
    assert!(lift::read(&Bytes::from_static(b"[]")).is_err());
    assert!(lift::read(&Bytes::from_static(b"{")).is_err());
}

#[test]
fn places_are_pointers_into_the_file() {
    let value = bundle(&[object("tool", 1, json!({ "name": "x", "labels": ["remote-access"] }))]);
    let lifted = lifted(&value);
    let places: Vec<Pointer> =
        lifted.report.losses().iter().map(|loss| loss.pointer.clone()).collect();
    assert!(places.iter().any(|place| place.as_str() == "/objects/0/labels"));
}

/// Values of any kind for properties.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1000..1000_i32).prop_map(Value::from),
        "[a-z0-9 .'\\\\]{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["0", "1", "2", "trojan", "2017-01-01T00:00:00Z", RED, AMBER])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any_name(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names that mean something in one of the versions, and some that mean nothing.
fn any_name() -> impl Strategy<Value = String> {
    let known = vec![
        "name",
        "created",
        "modified",
        "accessed",
        "value",
        "path",
        "hashes",
        "ssdeep",
        "MD5",
        "md5",
        "extensions",
        "archive-ext",
        "socket-ext",
        "contains_refs",
        "version",
        "protocol_family",
        "src_ref",
        "parent_directory_ref",
        "binary_ref",
        "x_own_ref",
        "arguments",
        "is_encrypted",
        "id",
        "defanged",
        "lang",
        "confidence",
        "x_note",
        "protocols",
        "number",
        "key",
        "labels",
        "pattern",
        "is_family",
        "aliases",
        "object_refs",
        "sectors",
        "description",
    ];
    prop::sample::select(known).prop_map(str::to_owned)
}

fn any_entry() -> impl Strategy<Value = Value> {
    let types = vec![
        "file",
        "directory",
        "url",
        "process",
        "network-traffic",
        "domain-name",
        "windows-registry-key",
        "user-account",
        "x-own",
        "email-message",
        "mutex",
        "identity",
    ];
    let members = prop::collection::btree_map(any_name(), any_value(), 0..6);
    (prop::sample::select(types), members, any::<bool>()).prop_map(|(name, members, typed)| {
        let mut entry: serde_json::Map<String, Value> = members.into_iter().collect();
        if typed {
            entry.insert("value".to_owned(), json!("x"));
            entry.insert("path".to_owned(), json!("x"));
            entry.insert("protocols".to_owned(), json!(["tcp"]));
            entry.insert("is_multipart".to_owned(), json!(false));
        }
        entry.insert("type".to_owned(), json!(name));
        Value::Object(entry)
    })
}

fn any_object() -> impl Strategy<Value = Value> {
    let types = vec![
        "malware",
        "indicator",
        "report",
        "tool",
        "threat-actor",
        "identity",
        "campaign",
        "attack-pattern",
        "sighting",
        "relationship",
        "x-own",
        "marking-definition",
    ];
    let members = prop::collection::btree_map(any_name(), any_value(), 0..6);
    let plain = (
        prop::sample::select(types),
        members,
        0..9_u8,
        prop::collection::vec("[a-z.\\[\\]0-9]{1,12}", 0..3),
    )
        .prop_map(|(name, mut members, number, selectors)| {
            for key in ["id", "created", "modified", "type"] {
                members.remove(key);
            }
            members.insert(
                "granular_markings".to_owned(),
                json!([{ "marking_ref": RED, "selectors": selectors }]),
            );
            object(name, number, Value::Object(members.into_iter().collect()))
        });
    let selectors = prop::collection::vec(
        prop::sample::select(vec![
            "objects",
            "objects.0",
            "objects.1.name",
            "objects.0.created",
            "id",
        ]),
        1..3,
    );
    let seen = (prop::collection::vec(any_entry(), 1..5), 0..9_u8, selectors).prop_map(
        |(entries, number, selectors)| {
            let entries =
                entries.into_iter().enumerate().map(|(at, entry)| (at.to_string(), entry));
            let mut value = observed(number, &Value::Object(entries.collect()));
            value["object_marking_refs"] = json!([AMBER]);
            value["granular_markings"] = json!([{ "marking_ref": RED, "selectors": selectors }]);
            value
        },
    );
    prop_oneof![plain, seen]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_goes_without_a_line(objects in prop::collection::vec(any_object(), 1..5)) {
        let input = bundle(&objects);
        // `lifted` holds the result to it.
        let lifted = lifted(&input);
        // Lifting again changes nothing.
        let written = stix::bundle::write(&stix::Id::parse("bundle--00000000-0000-4000-8000-000000000000").unwrap(), &lifted.objects);
        let again = lift::read(&written.into()).unwrap();
        prop_assert_eq!(again.lifted, 0);
        prop_assert!(again.report.is_empty());
        prop_assert_eq!(again.objects, lifted.objects);
    }

    #[test]
    fn an_observable_is_never_marked_less_than_its_observation(entries in prop::collection::vec(any_entry(), 1..5)) {
        let entries = entries.into_iter().enumerate().map(|(at, entry)| (at.to_string(), entry));
        let mut value = observed(1, &Value::Object(entries.collect()));
        value["object_marking_refs"] = json!([AMBER]);
        value["granular_markings"] = json!([{ "marking_ref": RED, "selectors": ["objects"] }]);
        let lifted = lifted(&value);
        let marked = |object: &Object, id: &str| object.header().marking_refs.iter().any(|held| held.as_str() == id);
        for object in &lifted.objects {
            prop_assert!(marked(object, AMBER) && marked(object, RED), "{}", object.text());
        }
    }
}

/// A megabyte that would become gigabytes is refused instead.
#[test]
fn many_markings_of_many_objects() {
    let held: serde_json::Map<String, Value> = (0..10_000)
        .map(|n| (n.to_string(), json!({ "type": "mutex", "name": n.to_string() })))
        .collect();
    let markings: Vec<String> = (0..8_000)
        .map(|n| format!("marking-definition--00000000-0000-4000-8000-{n:012x}"))
        .collect();
    let more = json!({
        "first_observed": "2017-02-01T00:00:00Z", "last_observed": "2017-02-01T00:00:00Z",
        "number_observed": 1, "objects": held, "object_marking_refs": markings,
    });
    let mut one = object("observed-data", 1, more);
    let lifted = |one: &Value| lift::read(&Bytes::from(one.to_string())).unwrap();
    assert_eq!((lifted(&one).objects.len(), lifted(&one).refused), (0, 1));
    one["object_marking_refs"] = json!(markings[..3]);
    assert_eq!(lifted(&one).objects.len(), 10_001);
    one["description"] = json!("x".repeat(stix::object::MAX_BYTES));
    assert_eq!(lifted(&one).refused, 1);
}
