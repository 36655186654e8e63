//! Outside bytes: refused with the place, and never a panic.

use bytes::Bytes;
use proptest::prelude::*;
use stix::{Error, Id, Object, Timestamp, bundle};

use crate::texts::{ID, campaign};

fn refused(bytes: impl Into<Bytes>) -> Error {
    Object::parse(bytes).expect_err("must be refused")
}

/// Every object with these properties is refused at this place, with this word in the reason.
#[track_caller]
fn refuses(more: &str, pointer: &str, word: &str) {
    let error = refused(campaign(more));
    assert_eq!(error.pointer.as_str(), pointer, "{more}: {error}");
    assert!(error.problem.contains(word), "{more}: {error}");
}

#[test]
fn one_text_has_one_meaning() {
    refuses(r#""a":1,"a":1"#, "/a", "twice");
    refuses(r#""a":1,"\u0061":2"#, "/a", "twice");
    refuses(r#""a":[0,{"b/c":{"d~":1,"d~":2}}]"#, "/a/1/b~1c/d~0", "twice");
    refuses(r#""name":"y""#, "/name", "twice");
    let many: Vec<_> = (0..60).map(|n| format!(r#""k{n}":0"#)).collect();
    refuses(&format!("{},\"k7\":1", many.join(",")), "/k7", "twice");
    refuses(r#""a":"\ud800""#, "/a", "surrogate");
    refuses(r#""a":"\udc00\ud800""#, "/a", "surrogate");
    refuses(r#""a":"\ud800\u0041""#, "/a", "surrogate");
    refuses(
        r#""a":{"$serde_json::private::RawValue":"{\"b\":1}"}"#,
        "/a/$serde_json::private::RawValue",
        "keeps for itself",
    );
    refuses(
        r#""a":[{"$serde_json::private::Number":"1"}]"#,
        "/a/0/$serde_json::private::Number",
        "",
    );
}

#[test]
fn integers_keep_all_digits() {
    for good in [
        "9007199254740991",
        "-9007199254740991",
        "0",
        "-0",
        "1.5e-300",
        "0.1",
        "9.007199254740991e15",
    ] {
        assert!(Object::parse(campaign(&format!("\"a\":{good}"))).is_ok(), "{good}");
    }
    for bad in ["9007199254740992", "-9007199254740992", "18446744073709551616", &"9".repeat(400)] {
        refuses(&format!("\"a\":[{bad}]"), "/a/0", "2^53");
    }
    for bad in ["1e400", "-9007199254740992.0", "1.6e20"] {
        refuses(&format!("\"a\":{bad}"), "/a", "2^53");
    }
    for bad in ["01", "+1", ".5", "1.", "1e", "-", "NaN", "0x10"] {
        refuses(&format!("\"a\":{bad}"), if bad == "01" || bad == "0x10" { "" } else { "/a" }, "");
    }
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |depth: usize| format!("\"a\":{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Object::parse(campaign(&nested(63))).is_ok());
    let error = refused(campaign(&nested(64)));
    assert!(error.problem.contains("64 deep"), "{error}");
    assert_eq!(error.pointer.as_str(), format!("/a{}", "/0".repeat(63)));
    refused(campaign(&format!("\"a\":{}", "[".repeat(500_000))));

    let padded = |size: usize| {
        let empty = campaign("\"a\":\"\"").len();
        campaign(&format!("\"a\":\"{}\"", "x".repeat(size - empty)))
    };
    assert_eq!(padded(stix::object::MAX_BYTES).len(), stix::object::MAX_BYTES);
    assert!(Object::parse(padded(stix::object::MAX_BYTES)).is_ok());
    let error = refused(padded(stix::object::MAX_BYTES + 1));
    assert_eq!(error.pointer.as_str(), "");
    assert!(error.problem.contains("1048576"), "{error}");
}

#[test]
fn what_is_no_utf8_is_refused_where_it_stands() {
    let mut bytes = b" ".to_vec();
    bytes.extend(campaign(r#""a":[1,{"b":"?"}]"#).into_bytes());
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    for bad in [0xff, 0xc0, 0x80] {
        bytes[at] = bad;
        let error = refused(bytes.clone());
        assert_eq!(error.pointer.as_str(), "/a/1/b");
        assert!(error.problem.contains(&format!("byte {at} is not UTF-8")), "{error}");
    }
    assert_eq!(refused(vec![0xff]).pointer.as_str(), "");
    refused("\u{feff}{}".to_owned());
}

#[test]
fn the_grammar_is_rfc_8259s() {
    for bad in
        ["", " ", "5", "[]", "null", "\"x\"", "{", "{]", "{\"a\"}", "{\"a\":}", "{,}", "{} {}"]
    {
        let place = if bad.starts_with("{\"a\"") { "/a" } else { "" };
        assert_eq!(refused(bad).pointer.as_str(), place, "{bad}");
    }
    for bad in ["\"a\":1,", "\"a\":[1,]", "\"a\":tru", "\"a\":'x'", "\"a\":\"\t\"", "\"a\":\"\\x\""]
    {
        refused(campaign(bad));
    }
    refused(format!("{}x", campaign("")));
    assert!(Object::parse(format!("\r\n\t {} \n", campaign(""))).is_ok());
}

#[test]
fn required_properties_are_required() {
    let without = |text: &str, key: &str| {
        let mut value: serde_json::Map<_, _> = serde_json::from_str(text).unwrap();
        value.remove(key).unwrap();
        serde_json::to_string(&value).unwrap()
    };
    for key in ["type", "id", "created", "modified", "name"] {
        assert_eq!(refused(without(&campaign(""), key)).pointer.as_str(), format!("/{key}"));
    }
    let head = |name: &str| {
        format!(
            r#""type":"{name}","spec_version":"2.1","id":"{name}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z""#
        )
    };
    let uses: &[(&str, &str, &[&str])] = &[
        (
            "indicator",
            r#""pattern":"[a:b=1]","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z""#,
            &["pattern", "pattern_type", "valid_from"],
        ),
        (
            "report",
            &format!(r#""name":"x","published":"2026-01-01T00:00:00Z","object_refs":["{ID}"]"#),
            &["name", "published", "object_refs"],
        ),
        (
            "relationship",
            &format!(r#""relationship_type":"uses","source_ref":"{ID}","target_ref":"{ID}""#),
            &["relationship_type", "source_ref", "target_ref"],
        ),
        ("sighting", &format!(r#""sighting_of_ref":"{ID}""#), &["sighting_of_ref"]),
        ("note", &format!(r#""content":"x","object_refs":["{ID}"]"#), &["content", "object_refs"]),
        ("incident", r#""name":"x""#, &["name"]),
        ("malware", r#""is_family":false"#, &["is_family"]),
        (
            "observed-data",
            r#""first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1"#,
            &["first_observed", "last_observed", "number_observed"],
        ),
        (
            "language-content",
            &format!(r#""object_ref":"{ID}","contents":{{"sq":{{}}}}"#),
            &["object_ref", "contents"],
        ),
    ];
    for (name, more, required) in uses {
        let whole = format!("{{{},{more}}}", head(name));
        assert!(Object::parse(whole.clone()).is_ok(), "{name}: {:?}", Object::parse(whole));
        for key in *required {
            let error = refused(without(&whole, key));
            assert_eq!(error.pointer.as_str(), format!("/{key}"), "{name}");
            assert!(error.problem.contains("is required (STIX 2.1 section"), "{error}");
        }
    }
    // STIX 2.0 had other requirements and no `spec_version`: it is read as it is.
    assert!(
        Object::parse(format!("{{{}}}", head("report").replace("\"spec_version\":\"2.1\",", "")))
            .is_ok()
    );
}

#[test]
fn common_properties_are_what_the_standard_says() {
    for (more, pointer) in [
        (r#""created_by_ref":"me""#, "/created_by_ref"),
        (r#""revoked":"true""#, "/revoked"),
        (r#""confidence":1.5"#, "/confidence"),
        (r#""labels":[]"#, "/labels"),
        (r#""labels":"x""#, "/labels"),
        (r#""object_marking_refs":[]"#, "/object_marking_refs"),
        (r#""object_marking_refs":["marking-definition--x"]"#, "/object_marking_refs"),
        (r#""object_marking_refs":[5]"#, "/object_marking_refs"),
        (r#""granular_markings":{}"#, "/granular_markings"),
        (r#""extensions":[]"#, "/extensions"),
        (r#""lang":null"#, "/lang"),
    ] {
        refuses(more, pointer, "");
    }
    let swap = |from: &str, to: &str| refused(campaign("").replace(from, to)).pointer;
    assert_eq!(swap("\"2.1\"", "\"3.0\"").as_str(), "/spec_version");
    assert_eq!(swap(ID, "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").as_str(), "/id");
    assert_eq!(swap(ID, "campaign--8E2E2D2B-17d4-4cbf-938f-98ee46b3cd3f").as_str(), "/id");
    assert_eq!(swap("modified\":\"2026", "modified\":\"2025").as_str(), "/modified");
    assert_eq!(swap("created\":\"2026-01-01T", "created\":\"2026-01-01 ").as_str(), "/created");
}

#[test]
fn one_bad_object_holds_up_no_other_in_a_bundle() {
    let good = campaign("");
    let text = format!(
        r#"{{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":[ {good} ,{{"type":"campaign"}}, 5,{good}]}}"#
    );
    let read = bundle::parse(text.into_bytes()).unwrap();
    assert_eq!(read[0].as_ref().unwrap().text(), good);
    assert_eq!(read[1].as_ref().unwrap_err().pointer.as_str(), "/objects/1/id");
    assert_eq!(read[2].as_ref().unwrap_err().pointer.as_str(), "/objects/2");
    assert!(read[3].is_ok());

    let whole = |text: &str| bundle::parse(text.to_owned()).unwrap_err();
    assert_eq!(whole(r#"{"type":"campaign"}"#).pointer.as_str(), "/type");
    assert_eq!(whole(r#"{"type":"bundle","objects":{}}"#).pointer.as_str(), "/objects");
    assert_eq!(
        whole(r#"{"type":"bundle","objects":[{"a":1,"a":1}]}"#).pointer.as_str(),
        "/objects/0/a"
    );
    assert!(bundle::parse(r#"{"type":"bundle"}"#.to_owned()).unwrap().is_empty());
}

fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\u",
            "d800",
            "\"id\"",
            "\"type\"",
            "\"a\"",
            "-",
            "0",
            "1e5",
            "true",
            "null",
            " ",
            "\n",
            "é",
            "\"bundle\"",
            "\"objects\"",
            ID,
            "Z",
            "2026-01-01T00:00:00",
            ".",
            "--",
            "\"object_marking_refs\"",
            "\"extensions\"",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn read_everything(bytes: &[u8]) {
    let _ = bundle::parse(bytes.to_vec());
    let _ = stix::validate::bytes(bytes, &stix::validate::Options::SHOULD);
    let _ = stix::validate::bundle(bytes, 0, &stix::validate::Options::SHOULD);
    if let Ok(object) = Object::parse(bytes.to_vec()) {
        assert_eq!(object.bytes(), bytes);
        let _ = (object.canonical(), stix::refs::of(&object), stix::marking::Marking::of(&object));
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = Id::parse(&text).map(|id| (id.uuid(), id.type_name().len()));
    let _ = Timestamp::parse(&text).map(|time| (time.micros(), time.sort_key()));
    let _ = stix::sign::PublicKey::parse(&text);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&bytes);
    }

    #[test]
    fn nothing_that_looks_like_json_panics(bytes in nearly_json()) {
        read_everything(&bytes);
    }

    /// A good object with one byte changed, or cut off anywhere.
    #[test]
    fn no_near_miss_panics(at: proptest::sample::Index, byte: u8, cut: bool) {
        let refs = format!(r#""object_marking_refs":["{}"],"extensions":{{"a":{{"b":-1.5e3}}}}"#, stix::marking::Tlp::Red.definition_id());
        let mut bytes = campaign(&refs).into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        read_everything(&bytes);
    }

    /// What the reader calls canonical is what the canonicaliser writes.
    #[test]
    fn the_canonical_form_is_recognised(bytes in nearly_json()) {
        if let Ok(tree) = stix::json::Tree::parse(&bytes) {
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let canonical = stix::canonical::to_vec(&value).unwrap();
            prop_assert_eq!(tree.is_canonical(), canonical == bytes);
            prop_assert_eq!(&*stix::canonical::of(&tree), canonical);
        }
    }

    /// The strict reader takes nothing that serde_json does not.
    #[test]
    fn the_strict_reader_is_no_laxer(bytes in nearly_json()) {
        if stix::json::Tree::parse(&bytes).is_ok_and(|tree| tree.root().kind() == stix::json::Kind::Object) {
            prop_assert!(serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes).is_ok());
        }
    }
}
