//! Signatures: over the canonical form, without their own extension.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stix::Object;
use stix::extension::SIGNATURE;
use stix::sign::{self, PublicKey, SecretKey, Status};

use crate::texts::{ID, properties, written_otherwise};

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn plain() -> Map<String, Value> {
    let object = json!({
        "type": "campaign", "spec_version": "2.1", "id": ID, "name": "Zürich",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    object.as_object().cloned().unwrap()
}

fn extended() -> Map<String, Value> {
    let mut object = plain();
    let other = "extension-definition--00000000-0000-4000-8000-000000000001";
    object.insert(
        "extensions".to_owned(),
        json!({ other: { "extension_type": "property-extension", "weight": 0.1 } }),
    );
    object
}

fn status(object: &Object, key: &PublicKey) -> Status {
    sign::status(object, |id| (*id == key.id()).then(|| key.clone()))
}

/// The signature's own extension.
fn signature(object: &Object) -> Value {
    object.value()["extensions"][SIGNATURE].clone()
}

/// Two objects that any other program must sign and verify alike: Ed25519 is deterministic.
#[test]
fn vectors() {
    let key = key(1);
    assert_eq!(key.public().to_string(), "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w");
    let alone = sign::sign(plain(), &key).unwrap();
    assert_eq!(
        signature(&alone),
        json!({
            "extension_type": "property-extension", "algorithm": "Ed25519",
            "key": key.public().id().to_string(), "value": "xf81pIsac2xcfN8zNklMCWAby5J0LWzhU_J15RYiYe1v3HJ5TJs9G2sev72SkNAonfeGUMWNX7DL87REsAiNCw",
        })
    );
    // What is signed: without the signature `extensions` would be empty, so it goes too.
    let mut without = alone.value();
    without.remove("extensions");
    assert_eq!(without, plain());
    assert_eq!(status(&alone, &key.public()), Status::Good(key.public().id()));

    let beside = sign::sign(extended(), &key).unwrap();
    assert_eq!(
        signature(&beside)["value"],
        "sJ2cPCyKFGgG_3alZ2JtbPQtx9J0Ik4yx0ZHgJFYWFiKaacl2ZMNsnmjBuUEOkatoZZMJaPaFBgMhUCpysC9BA"
    );
    assert_eq!(beside.value()["extensions"].as_object().unwrap().len(), 2);
    assert_eq!(status(&beside, &key.public()), Status::Good(key.public().id()));
}

#[test]
fn an_empty_set_of_extensions_counts_as_none() {
    let key = key(1);
    let mut object = plain();
    object.insert("extensions".to_owned(), json!({}));
    let signed = sign::sign(object, &key).unwrap();
    assert_eq!(signature(&signed), signature(&sign::sign(plain(), &key).unwrap()));
}

#[test]
fn signing_again_replaces_the_signature() {
    let first = sign::sign(extended(), &key(1)).unwrap();
    let second = sign::sign(first.value(), &key(2)).unwrap();
    assert_eq!(second, sign::sign(extended(), &key(2)).unwrap());
}

#[test]
fn every_change_is_noticed() {
    let key = key(1);
    let public = key.public();
    let signed = sign::sign(extended(), &key).unwrap();
    let changed = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut value = signed.value();
        change(&mut value);
        status(&Object::parse(Value::Object(value).to_string()).unwrap(), &public)
    };
    assert_eq!(changed(&|_| {}), Status::Good(public.id()));
    assert_eq!(changed(&|value| value["name"] = json!("Zurich")), Status::Bad);
    assert_eq!(changed(&|value| drop(value.insert("x".to_owned(), json!(1)))), Status::Bad);
    assert_eq!(
        changed(&|value| drop(
            value.remove("name").map(|_| value.insert("name".to_owned(), json!("y")))
        )),
        Status::Bad
    );
    assert_eq!(changed(&|value| value["extensions"]["a"] = json!({})), Status::Bad);
    let within = |name: &'static str, to: Value| {
        changed(&move |value| value["extensions"][SIGNATURE][name] = to.clone())
    };
    assert_eq!(within("value", json!("")), Status::Bad);
    assert_eq!(within("value", json!("A".repeat(86))), Status::Bad);
    assert_eq!(within("value", json!(5)), Status::Bad);
    assert_eq!(within("algorithm", json!("none")), Status::Bad);
    assert_eq!(within("key", json!(null)), Status::Bad);
    assert_eq!(within("key", json!("someone")), Status::Bad);
    assert!(matches!(within("key", json!("0".repeat(32))), Status::Unknown(_)));
    assert_eq!(changed(&|value| value["extensions"][SIGNATURE] = json!("x")), Status::Bad);
    // Nor may what the signature does not cover be another text.
    assert_eq!(within("extension_type", json!("x")), Status::Bad);
    assert_eq!(within("more", json!(1)), Status::Bad);
    let none = changed(&|value| {
        value["extensions"].as_object_mut().unwrap().remove(SIGNATURE);
    });
    assert_eq!(none, Status::None);
    // Another's key under the name that the signature gives.
    let other = self::key(2).public();
    assert_eq!(sign::status(&signed, |_| Some(other.clone())), Status::Bad);
    assert!(sign::verify(signed.clone(), &other).is_err());
    assert_eq!(sign::check(signed.clone(), |_| None).unwrap_err(), Status::Unknown(public.id()));
    assert_eq!(sign::verify(signed.clone(), &public).unwrap().object(), &signed);
}

#[test]
fn weak_keys_are_no_keys() {
    // The points of small order (RFC 8032, “cofactor”): anybody signs for them.
    for weak in [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "7P___________________________________________38",
        // The same, and another point, written with y beyond the prime: a key has one name.
        "7f___________________________________________38",
        "7v___________________________________________38",
        "8P___________________________________________38",
        "x",
        "",
        "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
    ] {
        assert!(PublicKey::parse(weak).is_err(), "{weak}");
    }
    let public = key(1).public();
    assert_eq!(PublicKey::parse(&public.to_string()).unwrap(), public);
    assert_eq!(public.fingerprint().replace(' ', ""), public.id().to_string());
    assert_eq!(format!("{:?}", key(1)), format!("SecretKey({})", public.id()), "no secret in logs");
}

proptest! {
    #[test]
    fn what_is_signed_verifies_however_it_is_written(properties in properties(), seed: [u8; 32]) {
        let key = SecretKey::from_seed(seed);
        let signed = sign::sign(properties.clone(), &key).unwrap();
        prop_assert_eq!(status(&signed, &key.public()), Status::Good(key.public().id()));
        let otherwise = Object::parse(written_otherwise(&Value::Object(signed.value()))).unwrap();
        prop_assert_eq!(status(&otherwise, &key.public()), Status::Good(key.public().id()));
        let mut without = signed.value();
        without.remove("extensions");
        prop_assert_eq!(without, properties);
    }

    #[test]
    fn one_changed_byte_is_never_good(at: proptest::sample::Index, byte: u8) {
        let key = key(7);
        let signed = sign::sign(extended(), &key).unwrap();
        let mut bytes = signed.bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(object) = Object::parse(bytes)
            && object.canonical() != signed.canonical()
        {
            prop_assert_ne!(status(&object, &key.public()), Status::Good(key.public().id()));
        }
    }
}
