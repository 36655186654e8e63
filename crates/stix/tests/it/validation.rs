//! Validation: each rule finds what breaks it, at its place, and nothing else.

use serde_json::{Map, Value, json};
use stix::Id;
use stix::validate::{Finding, Level, Options, RULES, Schemas};

const UUID: &str = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
const OWN: &str = "extension-definition--c5333451-c08c-4c48-be5e-9ad4c947776a";

/// An object with the properties that every one of its type needs, and these.
fn object(name: &str, more: Value) -> Map<String, Value> {
    let mut object = json!({"type": name, "spec_version": "2.1", "id": format!("{name}--{UUID}")});
    let object = object.as_object_mut().unwrap();
    if stix::spec::class_of(name) != stix::Class::Observable {
        for key in ["created", "modified"] {
            object.insert(key.to_owned(), json!("2026-03-09T20:15:00.000Z"));
        }
    }
    let Value::Object(more) = more else { panic!("properties are an object") };
    object.extend(more);
    object.retain(|_, value| *value != json!("DROP"));
    std::mem::take(object)
}

fn findings(object: &Map<String, Value>, options: &Options<'_>) -> Vec<Finding> {
    let bytes = serde_json::to_vec(object).unwrap();
    let found = stix::validate::bytes(&bytes, options);
    for finding in &found {
        let known = RULES.iter().find(|rule| rule.name == finding.rule);
        assert_eq!(known.map(|rule| rule.level), Some(finding.level), "{finding:?}");
    }
    found
}

fn brief(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.rule, finding.pointer.as_str())).collect()
}

#[track_caller]
fn must(name: &str, more: Value, rule: &str, pointer: &str) {
    let found = findings(&object(name, more), &Options::MUST);
    assert_eq!(brief(&found), [(rule, pointer)], "{found:#?}");
}

#[track_caller]
fn should(name: &str, more: Value, rule: &str, pointer: &str) {
    let object = object(name, more);
    assert_eq!(findings(&object, &Options::MUST), []);
    let found = findings(&object, &Options::SHOULD);
    assert!(brief(&found).contains(&(rule, pointer)), "{found:#?}");
    assert!(found.iter().all(|finding| finding.level == Level::Should));
}

#[track_caller]
fn good(name: &str, more: Value) {
    let found = findings(&object(name, more), &Options::MUST);
    assert_eq!(found, []);
}

#[test]
fn good_objects_have_no_findings() {
    let campaign = object("campaign", json!({"name": "x", "first_seen": "2026-01-01T00:00:00Z"}));
    assert_eq!(findings(&campaign, &Options::SHOULD), []);
    let address =
        json!({"id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "value": "198.51.100.3"});
    let address = object("ipv4-addr", address);
    assert_eq!(findings(&address, &Options::SHOULD), [], "the specification’s own example");
    good("location", json!({"latitude": 41.33, "longitude": 19.82, "precision": 100.0}));
    good("malware", json!({"is_family": false}));
    good(
        "indicator",
        json!({"pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"}),
    );
    good(
        "note",
        json!({"content": "x", "object_refs": [format!("campaign--{UUID}")], "confidence": 1.0}),
    );
    good(
        "process",
        json!({"pid": 5, "extensions": {"windows-service-ext": {"service_name": "x"}}}),
    );
    good("process", json!({"extensions": {"windows-process-ext": {"priority": "HIGH_CLASS"}}}));
}

#[test]
fn every_type_says_what_it_requires() {
    for table in stix::spec::tables() {
        let bare = object(table.name, json!({}));
        let found = findings(&bare, &Options::MUST);
        for property in table.properties.iter().filter(|it| it.need == stix::spec::Need::Required) {
            let place = format!("/{}", property.name);
            assert!(brief(&found).contains(&("required", &*place)), "{}: {found:#?}", table.name);
        }
    }
}

#[test]
fn common_properties() {
    let named = |more: Value| {
        let mut all = json!({"name": "x"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let campaign =
        |more: Value, rule: &str, pointer: &str| must("campaign", named(more), rule, pointer);
    campaign(json!({"spec_version": "DROP"}), "required", "/spec_version");
    campaign(json!({"spec_version": "2.0"}), "form", "/spec_version");
    campaign(json!({"created": "2026-03-09T20:15:00Z"}), "precision", "/created");
    campaign(json!({"created": "2026-02-30T20:15:00.000Z"}), "timestamp", "/created");
    campaign(json!({"created": "2026-03-09T20:15:00.001Z"}), "order", "/modified");
    campaign(json!({"id": format!("Campaign--{UUID}")}), "identifier", "/id");
    campaign(json!({"id": format!("malware--{UUID}")}), "identifier", "/id");
    campaign(json!({"id": "campaign--8e2e2d2b-17d4-9cbf-938f-98ee46b3cd3f"}), "identifier", "/id");
    campaign(
        json!({"created_by_ref": format!("campaign--{UUID}")}),
        "reference",
        "/created_by_ref",
    );
    campaign(json!({"revoked": "true"}), "kind", "/revoked");
    campaign(json!({"labels": []}), "empty", "/labels");
    campaign(json!({"labels": ["a", 5]}), "kind", "/labels/1");
    campaign(json!({"confidence": 101}), "range", "/confidence");
    campaign(json!({"confidence": 0.5}), "kind", "/confidence");
    campaign(json!({"lang": "english language"}), "form", "/lang");
    campaign(json!({"defanged": true}), "not-applicable", "/defanged");
    campaign(json!({"severity": 5}), "reserved", "/severity");
    campaign(json!({"X": 5}), "name", "/X");
    campaign(json!({"x_own": null}), "null", "/x_own");
    campaign(json!({"x_own": {"a": [[]]}}), "empty", "/x_own/a/0");
    campaign(
        json!({"external_references": [{"source_name": "x"}]}),
        "one-of",
        "/external_references/0",
    );
    campaign(
        json!({"external_references": [{"source_name": "x", "url": "no url"}]}),
        "form",
        "/external_references/0/url",
    );
    campaign(json!({"extensions": {}}), "empty", "/extensions");
    campaign(
        json!({"extensions": {OWN: {"a": 1}}}),
        "extension-type",
        &format!("/extensions/{OWN}/extension_type"),
    );
    campaign(
        json!({"extensions": {OWN: {"extension_type": "new"}}}),
        "enum",
        &format!("/extensions/{OWN}/extension_type"),
    );
    campaign(
        json!({"object_marking_refs": [format!("identity--{UUID}")]}),
        "reference",
        "/object_marking_refs/0",
    );
    campaign(
        json!({"first_seen": "2026-03-02T00:00:00Z", "last_seen": "2026-03-01T23:59:59.999Z"}),
        "order",
        "/last_seen",
    );
}

#[test]
fn granular_markings_select_something() {
    let mark = |selectors: Value| {
        json!({"name": "x", "labels": ["a", "b"], "extensions": {OWN: {"extension_type": "property-extension", "a": [{"b": 1}]}},
            "granular_markings": [{"lang": "sq", "selectors": selectors}]})
    };
    good("campaign", mark(json!(["name", "labels.[1]", format!("extensions.{OWN}.a.[0].b")])));
    for bad in ["description", "labels.[2]", "name.[0]", "labels.a"] {
        must(
            "campaign",
            mark(json!(["name", bad])),
            "selector",
            "/granular_markings/0/selectors/1",
        );
    }
    let both = json!({"name": "x", "granular_markings": [{"lang": "sq", "marking_ref": format!("marking-definition--{UUID}"), "selectors": ["name"]}]});
    must("campaign", both, "one-of", "/granular_markings/0");
}

#[test]
fn rules_between_properties() {
    let indicator = |from: &str, until: &str| json!({"pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": from, "valid_until": until});
    must(
        "indicator",
        indicator("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
        "order",
        "/valid_until",
    );
    good("indicator", indicator("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z"));
    must("location", json!({"name": "x"}), "one-of", "");
    must("location", json!({"region": "europe", "latitude": 1}), "needs", "/latitude");
    must(
        "location",
        json!({"region": "europe", "precision": 1, "latitude": 91, "longitude": 1}),
        "range",
        "/latitude",
    );
    must("malware", json!({"is_family": true}), "needs", "/name");
    must("malware-analysis", json!({"product": "x"}), "one-of", "");
    must(
        "observed-data",
        json!({"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 0,
        "object_refs": [format!("file--{UUID}")]}),
        "range",
        "/number_observed",
    );
    must(
        "observed-data",
        json!({"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1,
        "object_refs": [format!("file--{UUID}")], "objects": {"0": {"type": "mutex", "name": "x"}}}),
        "one-of",
        "",
    );
    must("artifact", json!({"url": "https://example.com/"}), "needs", "/url");
    must("email-message", json!({"is_multipart": true, "body": "x"}), "not-with", "/body");
    must("network-traffic", json!({"protocols": ["tcp"]}), "one-of", "");
    must("user-account", json!({}), "one-of", "");
    must(
        "relationship",
        json!({"relationship_type": "uses", "source_ref": format!("relationship--{UUID}"), "target_ref": format!("tool--{UUID}")}),
        "reference",
        "/source_ref",
    );
    must(
        "sighting",
        json!({"sighting_of_ref": format!("file--{UUID}")}),
        "reference",
        "/sighting_of_ref",
    );
    must(
        "grouping",
        json!({"context": "x", "object_refs": [format!("bundle--{UUID}")]}),
        "reference",
        "/object_refs/0",
    );
}

#[test]
fn single_types() {
    must(
        "indicator",
        json!({"pattern": "[a:b = ]", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"}),
        "pattern",
        "/pattern",
    );
    good(
        "indicator",
        json!({"pattern": "rule a {}", "pattern_type": "yara", "valid_from": "2026-01-01T00:00:00Z"}),
    );
    let cve = |source: &str, number: &str| json!({"name": "x", "external_references": [{"source_name": source, "external_id": number}]});
    must(
        "vulnerability",
        cve("cve", "2026-1"),
        "external-id",
        "/external_references/0/external_id",
    );
    must(
        "vulnerability",
        cve("nvd", "CVE-2026-12345"),
        "external-id",
        "/external_references/0/source_name",
    );
    good("vulnerability", cve("cve", "CVE-2026-12345"));
    must(
        "language-content",
        json!({"object_ref": format!("campaign--{UUID}"), "contents": {"_": {"name": "x"}}}),
        "form",
        "/contents/_",
    );
    let tlp = json!({"modified": "DROP", "definition_type": "tlp", "definition": {"tlp": "red"}});
    must("marking-definition", tlp, "tlp", "/definition");
    let own = format!("marking-definition--{UUID}");
    let own = json!({"modified": "DROP", "definition_type": "statement", "definition": {"statement": "x"}, "object_marking_refs": [own]});
    must("marking-definition", own, "circular", "/object_marking_refs/0");
    must("marking-definition", json!({"modified": "DROP", "name": "x"}), "one-of", "");
    must(
        "extension-definition",
        json!({"name": "x", "schema": "x", "version": "1.0.0", "extension_types": ["new-sdo"],
        "created_by_ref": format!("identity--{UUID}"), "extension_properties": ["abc"]}),
        "not-with",
        "/extension_properties",
    );
    must("file", json!({"name": "x", "hashes": {"MD5": "x"}}), "hash", "/hashes/MD5");
    must("file", json!({"name": "x", "magic_number_hex": "abc"}), "binary", "/magic_number_hex");
    must(
        "x509-certificate",
        json!({"id": "x509-certificate--463d7b2a-8516-5a50-a3d7-6f801465d5de", "issuer": "x"}),
        "uuid-random",
        "/id",
    );
}

#[test]
fn the_deprecated_container() {
    let observed = |objects: Value| json!({"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1, "objects": objects});
    let traffic = |refers: &str| json!({"0": {"type": "ipv4-addr", "value": "198.51.100.3"}, "1": {"type": "network-traffic", "dst_ref": refers, "protocols": ["tcp"]}});
    should("observed-data", observed(traffic("0")), "deprecated", "/objects");
    must("observed-data", observed(traffic("2")), "container", "/objects/1/dst_ref");
    must("observed-data", observed(traffic("1")), "reference", "/objects/1/dst_ref");
    must(
        "observed-data",
        observed(json!({"0": {"type": "ipv4-addr"}})),
        "required",
        "/objects/0/value",
    );
}

#[test]
fn what_should_be() {
    should(
        "identity",
        json!({"name": "x", "identity_class": "organisation"}),
        "open-vocabulary",
        "/identity_class",
    );
    should(
        "identity",
        json!({"name": "x", "identity_class": "My Class"}),
        "term-form",
        "/identity_class",
    );
    should(
        "campaign",
        json!({"name": "x", "id": "campaign--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}),
        "uuid-version",
        "/id",
    );
    should("ipv4-addr", json!({"value": "198.51.100.4"}), "uuid-version", "/id");
    should(
        "ipv4-addr",
        json!({"id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "value": "198.51.100.4"}),
        "deterministic-id",
        "/id",
    );
    should(
        "ipv4-addr",
        json!({"value": "198.51.100.4", "created": "2026-01-01T00:00:00.000Z"}),
        "unused-common",
        "/created",
    );
    should("campaign", json!({"name": "x", "descripton": "x"}), "custom-property", "/descripton");
    should("x-mine", json!({}), "custom-type", "/type");
    should(
        "file",
        json!({"name": "x", "extensions": {"x-mine": {"a": 1}}}),
        "custom-extension",
        "/extensions/x-mine",
    );
    should("file", json!({"name": "x", "hashes": {"SHA256": "x"}}), "hash-name", "/hashes/SHA256");
    should(
        "indicator",
        json!({"pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"}),
        "expected",
        "/name",
    );
    let uses = json!({"relationship_type": "uses", "source_ref": format!("tool--{UUID}"), "target_ref": format!("campaign--{UUID}")});
    should("relationship", uses, "relationship", "/relationship_type");
    should(
        "campaign",
        json!({"name": "x", "external_references": [{"source_name": "x", "url": "https://example.com/"}]}),
        "reference-hashes",
        "/external_references/0",
    );
    let found = findings(
        &object("identity", json!({"name": "x", "identity_class": "organisation"})),
        &Options::SHOULD,
    );
    assert!(found[0].message.contains("did you mean “organization”?"), "{found:?}");
}

#[test]
fn extensions_make_room_for_what_is_not_of_the_specification() {
    let wide = json!({"name": "x", "rank": 5, "extensions": {OWN: {"extension_type": "toplevel-property-extension"}}});
    assert_eq!(findings(&object("campaign", wide), &Options::SHOULD), []);
    let new = json!({"extensions": {OWN: {"extension_type": "new-sdo"}}});
    assert_eq!(findings(&object("my-sdo", new), &Options::SHOULD), []);
    let fact = json!({"created": "DROP", "modified": "DROP", "extensions": {OWN: {"extension_type": "new-sco"}}});
    let fact = object("my-sco", fact);
    assert_eq!(findings(&fact, &Options::MUST), []);
    assert!(stix::Object::parse(serde_json::to_vec(&fact).unwrap()).is_ok());
}

#[test]
fn schemas_are_those_that_were_installed() {
    let mut schemas = Schemas::default();
    let id = Id::parse(OWN).unwrap();
    let schema = json!({"type": "object", "required": ["rank"], "properties": {"rank": {"type": "integer", "maximum": 10}}});
    schemas.add(&id, schema).unwrap();
    let options = Options { should: false, schemas: Some(&schemas) };
    let extended = |rank: Value| {
        object(
            "campaign",
            json!({"name": "x", "extensions": {OWN: {"extension_type": "property-extension", "rank": rank}}}),
        )
    };
    assert_eq!(findings(&extended(json!(5)), &options), []);
    let found = findings(&extended(json!(11)), &options);
    assert_eq!(brief(&found), [("schema", &*format!("/extensions/{OWN}/rank"))]);
    assert_eq!((found[0].level, &*found[0].section), (Level::Extension, OWN));
    assert_eq!(findings(&extended(json!(11)), &Options::SHOULD), [], "not installed, not run");
    let elsewhere = json!({"$ref": "https://example.com/schema.json"});
    assert!(schemas.add(&id, elsewhere).is_err(), "nothing is fetched");
    assert!(schemas.add(&id, json!({"type": 5})).is_err());
    assert!(schemas.add(&Id::parse(&format!("campaign--{UUID}")).unwrap(), json!({})).is_err());
}

#[test]
fn our_own_extensions_have_schemas() {
    let own = Schemas::own();
    let options = Options { should: false, schemas: Some(&own) };
    let signed = |body: Value| {
        findings(
            &object(
                "campaign",
                json!({"name": "x", "extensions": {stix::extension::SIGNATURE: body}}),
            ),
            &options,
        )
    };
    let good = json!({"extension_type": "property-extension", "algorithm": "Ed25519", "key": "0".repeat(32), "value": "A".repeat(86)});
    assert_eq!(signed(good.clone()), []);
    for (key, value) in [("key", json!("x")), ("more", json!(1))] {
        let mut bad = good.clone();
        bad[key] = value;
        assert_eq!(signed(bad).len(), 1, "{key}");
    }
}

#[test]
fn all_findings_come_in_one_pass_with_their_places() {
    let text = "{\"type\":\"campaign\",\n \"spec_version\":\"2.1\", \"id\":\"campaign--x\",\n \"confidence\": 200, \"labels\": [ null ]}";
    let found = stix::validate::bytes(text.as_bytes(), &Options::MUST);
    let places: Vec<_> =
        found.iter().map(|finding| (finding.pointer.as_str(), finding.rule)).collect();
    assert_eq!(
        places,
        [
            ("/id", "identifier"),
            ("/confidence", "range"),
            ("/labels/0", "null"),
            ("/name", "required"),
            ("/created", "required"),
            ("/modified", "required"),
        ]
    );
    assert!(text[found[1].offset..].starts_with("200"));
    let broken = stix::validate::bytes(b"{\"type\":", &Options::MUST);
    assert_eq!(broken[0].rule, "json");
}

#[test]
fn a_bundle_is_checked_as_a_parcel() {
    let shell = |text: &str| {
        brief(&stix::validate::bundle(text.as_bytes(), 0, &Options::MUST))
            .iter()
            .map(|(rule, at)| format!("{rule} {at}"))
            .collect::<Vec<_>>()
    };
    assert!(shell(&format!(r#"{{"type":"bundle","id":"bundle--{UUID}"}}"#)).is_empty());
    assert_eq!(
        shell(r#"{"type":"bundle","id":"bundle--x","objects":5}"#),
        ["identifier /id", "kind /objects"]
    );
    assert_eq!(shell(r#"{"type":"bundle"}"#), ["required /id"]);
    let empty = format!(r#"{{"type":"bundle","id":"bundle--{UUID}","objects":[]}}"#);
    assert_eq!(shell(&empty), ["empty /objects"]);
    assert!(stix::validate::bundle(empty.as_bytes(), 1, &Options::MUST).is_empty());
}

#[test]
fn a_file_says_how_its_name_was_encoded_without_the_name() {
    good(
        "file",
        json!({"hashes": {"MD5": "0123456789abcdef0123456789abcdef"}, "name_enc": "UTF-8"}),
    );
    must("file", json!({"name": "a", "name_enc": "OUR-OWN-8"}), "form", "/name_enc");
}

#[test]
fn values_of_dictionaries_are_of_their_kind() {
    let process = |value: Value| json!({"environment_variables": {"PATH": value}});
    good("process", process(json!("/bin")));
    must("process", process(json!(5)), "kind", "/environment_variables/PATH");
    let traffic = |value: Value| {
        let host = format!("ipv4-addr--{UUID}");
        json!({"src_ref": host, "protocols": ["tcp"], "ipfix": {"octetDeltaCount": value}})
    };
    good("network-traffic", traffic(json!(5)));
    good("network-traffic", traffic(json!("5")));
    must("network-traffic", traffic(json!([5])), "kind", "/ipfix/octetDeltaCount");
    let mail = |value: Value| json!({"is_multipart": false, "additional_header_fields": {"Reply-To": value}});
    good("email-message", mail(json!(["a@example.org"])));
    must(
        "email-message",
        mail(json!("a@example.org")),
        "kind",
        "/additional_header_fields/Reply-To",
    );
}

#[test]
fn a_process_has_a_random_identifier() {
    let id = "process--00abedb4-aa42-566c-9c01-fed23315a9b7";
    must("process", json!({"pid": 5, "id": id}), "uuid-random", "/id");
}

#[test]
fn a_tlp_marking_of_another_day_is_another_marking() {
    let marking = |created: &str| {
        json!({
            "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
            "created": created,
            "modified": "DROP",
            "definition_type": "tlp",
            "definition": {"tlp": "green"},
        })
    };
    good("marking-definition", marking("2017-01-20T00:00:00.000Z"));
    must("marking-definition", marking("2018-01-20T00:00:00.000Z"), "tlp", "/definition");
}

#[test]
fn a_file_may_be_a_bundle_without_objects_and_no_bundle_holds_another() {
    let parts = |file: &str| {
        let mut parts = Vec::new();
        let mut splitter = stix::stream::Splitter::new();
        let mut each = |piece: stix::stream::Piece<'_>| {
            parts.push(match piece.part {
                stix::stream::Part::Bundle(_, objects) => format!("bundle of {objects}"),
                stix::stream::Part::Object(_) => "object".to_owned(),
                other => format!("{other:?}"),
            });
        };
        splitter.push(file.as_bytes(), &mut each);
        splitter.end(&mut each);
        parts
    };
    let bundle = format!(r#"{{"type":"bundle","id":"bundle--{UUID}"}}"#);
    assert_eq!(parts(&bundle), ["bundle of 0"]);
    assert_eq!(stix::validate::bundle(bundle.as_bytes(), 0, &Options::SHOULD), []);
    assert_eq!(parts(&format!("[{bundle}]")), ["object"]);
    let within = format!(r#"{{"type":"bundle","id":"bundle--{UUID}","objects":[{bundle}]}}"#);
    assert_eq!(parts(&within), ["object", "bundle of 1"]);
    assert_eq!(parts(r#"{"type":"tool","name":"\"bundle\""}"#), ["object"]);
}
