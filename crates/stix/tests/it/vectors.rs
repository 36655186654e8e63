//! The published test vectors, replayed as another program would: by their text alone.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use stix::keys::{Judgement, Keyring, Received, Standing, State, Statement};
use stix::sign::{self, KeyId, PublicKey, SecretKey};
use stix::{Id, Object, canonical};

fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/stix/vectors").join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn list<'v>(value: &'v Value, key: &str, least: usize) -> &'v [Value] {
    let items = value[key].as_array().unwrap();
    assert!(items.len() >= least, "{key}: {}", items.len());
    items
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn encoded(hex: &str) -> String {
    URL_SAFE_NO_PAD.encode(bytes(hex))
}

#[test]
fn canonical_forms() {
    let vectors = vectors("canonical.json");
    let form = |value: &Value| String::from_utf8(canonical::to_vec(value).unwrap()).unwrap();
    let (before, after) = text(&vectors, "frame").split_once("VALUE").unwrap();
    let object =
        |value: &[u8]| Object::parse([before.as_bytes(), value, after.as_bytes()].concat());
    for case in list(&vectors, "documents", 10) {
        let value: Value = serde_json::from_str(text(case, "input")).unwrap();
        assert_eq!(form(&value), text(case, "canonical"), "{}", case["name"]);
        let again: Value = serde_json::from_str(text(case, "canonical")).unwrap();
        assert_eq!(form(&again), text(case, "canonical"), "{}: its own form", case["name"]);
    }
    for case in list(&vectors, "numbers", 24) {
        let bits = u64::from_str_radix(text(case, "ieee754"), 16).unwrap();
        let canonical = text(case, "canonical");
        assert_eq!(form(&Value::from(f64::from_bits(bits))), canonical);
        let accepted = object(canonical.as_bytes()).is_ok();
        assert_eq!(case["accepted_in_objects"], accepted, "{canonical}");
    }
    for case in list(&vectors, "refused", 20) {
        let value = match case["value"].as_str() {
            Some(value) => value.as_bytes().to_vec(),
            None => bytes(text(case, "value_hex")),
        };
        assert!(object(&value).is_err(), "{}", case["name"]);
    }
}

#[test]
fn ed25519() {
    let vectors = vectors("ed25519.json");
    for case in list(&vectors, "signatures", 8) {
        let key = PublicKey::parse(&encoded(text(case, "public_key"))).unwrap();
        let (message, signature) = (bytes(text(case, "message")), encoded(text(case, "signature")));
        assert_eq!(key.has_signed(&message, &signature), case["valid"] == true, "{}", case["name"]);
        if let Some(seed) = case["seed"].as_str() {
            let secret = SecretKey::parse(&encoded(seed)).unwrap();
            assert_eq!((secret.public(), secret.sign_bytes(&message)), (key, signature));
        }
    }
    for case in list(&vectors, "no_keys", 14) {
        assert!(PublicKey::parse(&encoded(text(case, "public_key"))).is_err(), "{}", case["name"]);
    }
}

#[test]
fn signatures() {
    let vectors = vectors("signatures.json");
    let mut known = Vec::new();
    for key in list(&vectors, "keys", 3) {
        let public = PublicKey::parse(text(key, "public_key")).unwrap();
        let secret = SecretKey::parse(&encoded(text(key, "seed_hex"))).unwrap();
        assert_eq!(
            (secret.public(), public.id().to_string()),
            (public.clone(), text(key, "key").into())
        );
        if key["known"] == true {
            known.push((public, secret));
        }
    }
    let lookup =
        |id: &KeyId| known.iter().find(|(key, _)| key.id() == *id).map(|(key, _)| key.clone());
    for case in list(&vectors, "cases", 40) {
        let object = Object::parse(text(case, "input").to_owned()).unwrap();
        let message = String::from_utf8(sign::signed_bytes(&object).unwrap()).unwrap();
        assert_eq!(message, text(case, "message"), "{}", case["name"]);
        assert_eq!(
            sign::status(&object, lookup).as_str(),
            text(case, "status"),
            "{}",
            case["name"]
        );
        // Who signs what was signed gets the same signature: Ed25519 leaves no choice.
        if text(case, "status") == "good" {
            let signer = sign::signer(&object).unwrap();
            let (_, secret) = known.iter().find(|(key, _)| key.id() == signer).unwrap();
            let value = text(&object.value()["extensions"][text(&vectors, "extension")], "value")
                .to_owned();
            assert_eq!(secret.sign_bytes(message.as_bytes()), value, "{}", case["name"]);
        }
    }
}

#[test]
fn keys() {
    let vectors = vectors("keys.json");
    let owner = Id::parse(text(&vectors, "owner")).unwrap();
    let key = |name: &Value| {
        PublicKey::parse(text(&vectors["keys"][name.as_str().unwrap()], "public_key")).unwrap()
    };
    for case in list(&vectors, "cases", 12) {
        let name = text(case, "name");
        let received: Vec<_> = list(case, "received", 0)
            .iter()
            .zip(1..)
            .map(|(named, at)| {
                let object = text(&vectors["statements"], named.as_str().unwrap()).to_owned();
                let statement = Statement::read(&Object::parse(object).unwrap()).unwrap();
                Received { at, statement }
            })
            .collect();
        let ring = Keyring::of(owner.clone(), &key(&case["pinned"]), &received);
        let state = match ring.state() {
            State::Settled(_) => "settled",
            State::Conflict { .. } => "conflict",
            State::Ended(_) => "ended",
        };
        assert_eq!(state, text(case, "state"), "{name}");
        assert_eq!(ring.current().cloned(), case["current"].as_str().map(|one| key(&one.into())));
        for (one, expected) in case["standings"].as_object().unwrap() {
            let public = key(&one.as_str().into());
            let found =
                ring.keys().find(|(held, _)| **held == public).map(|(_, found)| match found {
                    Standing::Current => "current",
                    Standing::Former => "former",
                    Standing::Conflicting => "conflicting",
                    Standing::Revoked { .. } => "revoked",
                    Standing::Discarded => "discarded",
                });
            assert_eq!(found, expected.as_str(), "{name}: {one}");
        }
        for judged in list(case, "judged", 1) {
            let found =
                match ring.judge(&key(&judged["key"]).id(), judged["received"].as_i64().unwrap()) {
                    Judgement::Good => "good",
                    Judgement::Revoked => "revoked",
                    Judgement::Frozen => "frozen",
                    Judgement::Discarded => "discarded",
                    Judgement::Unknown => "unknown",
                };
            assert_eq!(found, text(judged, "judgement"), "{name}: {judged}");
        }
    }
}
