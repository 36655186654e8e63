//! Objects: the bytes are kept, the header is read, the canonical form is derived.

use proptest::prelude::*;
use serde_json::Value;
use stix::{Class, Object, SpecVersion, bundle, refs};

use crate::texts::{ID, campaign, properties, written_otherwise};

#[test]
fn the_bytes_are_kept_whatever_their_shape() {
    let text = format!(" {}\n", campaign("\"a\" : 1.10, \"b\":\"\\u00e9\\/\",\"c\":1E2 ,\"d\":-0"));
    let object = Object::parse(text.clone()).unwrap();
    assert_eq!(object.text(), text);
    assert_eq!(object.bytes(), text.as_bytes());
    let id = stix::Id::parse("bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").unwrap();
    let parcel = bundle::write(&id, &[object.clone(), object.clone()]);
    let read = bundle::parse(parcel).unwrap();
    assert_eq!(read.len(), 2);
    // Spaces around an object belong to the bundle, not to the object.
    assert!(read.iter().all(|one| one.as_ref().unwrap().text() == text.trim()));
}

#[test]
fn the_header_is_read() {
    let object = Object::parse(campaign(
        r#""created_by_ref":"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","revoked":true,"object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],"granular_markings":[{"marking_ref":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1","selectors":["name"]},{"lang":"sq","selectors":["name"]}]"#,
    ))
    .unwrap();
    let header = object.header();
    assert_eq!((object.id().as_str(), object.class()), (ID, Class::Domain));
    assert_eq!(header.spec_version, SpecVersion::V21);
    assert!(header.revoked && !header.has_unreadable_marking);
    assert!(header.created_by_ref.is_some());
    let markings: Vec<_> = header.marking_refs.iter().map(stix::Id::as_str).collect();
    assert_eq!(
        markings,
        [
            "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
        ]
    );
    assert_eq!(object.version().unwrap().as_str(), "2026-01-01T00:00:00.000Z");
}

#[test]
fn a_marking_that_cannot_be_read_closes_the_object() {
    for more in [
        r#""granular_markings":[5]"#,
        r#""granular_markings":[{"selectors":["name"]}]"#,
        r#""granular_markings":[{"marking_ref":"x","selectors":["name"]}]"#,
        r#""granular_markings":[{"marking_ref":7,"lang":"sq"}]"#,
        &format!(r#""object_marking_refs":["{ID}"]"#),
    ] {
        let object = Object::parse(campaign(more)).unwrap();
        assert!(object.header().has_unreadable_marking, "{more}");
    }
}

#[test]
fn what_visibility_depends_on_is_read() {
    let note = format!(
        r#"{{"type":"note","spec_version":"2.1","id":"note--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","content":"x","object_refs":["{ID}","{ID}"],"x":{{"deep_refs":["{ID}","no id"]}}}}"#
    );
    let object = Object::parse(note).unwrap();
    assert_eq!(object.header().ends.len(), 1);
    let places: Vec<_> = refs::of(&object).into_iter().map(|(path, _)| path).collect();
    assert_eq!(places, ["/object_refs/0", "/object_refs/1", "/x/deep_refs/0"]);
}

#[test]
fn versions_are_modified_else_created_else_none() {
    let fact = r#"{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}"#;
    let fact = Object::parse(fact.to_owned()).unwrap();
    assert_eq!((fact.version(), fact.class()), (None, Class::Observable));
    assert_eq!(fact.header().spec_version, SpecVersion::V21);
    let marking = &stix::marking::definitions()[0];
    assert_eq!(marking.version(), marking.header().created.as_ref());
}

fn canonical(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    String::from_utf8(stix::canonical::to_vec(&value).unwrap()).unwrap()
}

/// RFC 8785 sections 3.2.2 to 3.2.3 and its appendix B.
#[test]
fn the_canonical_form_is_the_rfcs() {
    assert_eq!(
        canonical(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#
        ),
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
    );
    assert_eq!(
        canonical(
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#
        ),
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    );
    for (text, written) in [
        ("-0", "0"),
        ("0.0", "0"),
        ("5e-324", "5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("295147905179352830000", "295147905179352830000"),
        ("9.999999999999997e22", "9.999999999999997e+22"),
        ("1e23", "1e+23"),
        ("0.000001", "0.000001"),
        ("1e-7", "1e-7"),
        ("333333333.3333332", "333333333.3333332"),
        ("42.665", "42.665"),
        ("19.8187230146", "19.8187230146"),
    ] {
        assert_eq!(canonical(&format!("[{text}]")), format!("[{written}]"), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_accepted_goes_out_byte_for_byte(properties in properties()) {
        let text = written_otherwise(&Value::Object(properties));
        let object = Object::parse(text.clone()).unwrap();
        prop_assert_eq!(object.text(), &text);
        let id = stix::Id::parse("bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").unwrap();
        let parcel = bundle::write(&id, std::slice::from_ref(&object));
        let read = bundle::parse(parcel).unwrap();
        prop_assert_eq!(read[0].as_ref().unwrap().text(), text);
    }

    #[test]
    fn the_canonical_form_depends_on_the_content_alone(properties in properties()) {
        let value = Value::Object(properties);
        let plain = Object::parse(value.to_string()).unwrap();
        let other = Object::parse(written_otherwise(&value)).unwrap();
        prop_assert_eq!(plain.canonical(), other.canonical());
        prop_assert_eq!(plain.hash(), other.hash());
        let again = Object::parse(plain.canonical()).unwrap();
        prop_assert_eq!(again.canonical(), again.bytes().to_vec());
    }

    /// Numbers are read exactly, so that everybody derives the same form.
    #[test]
    fn numbers_are_read_exactly(number in proptest::num::f64::NORMAL) {
        let text = format!("{number:e}");
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.as_f64().unwrap().to_bits(), number.to_bits());
    }
}
