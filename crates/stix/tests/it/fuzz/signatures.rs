//! What must hold of any bytes where signatures are concerned. Run by the fuzz target `signatures`
//! over bytes that it makes up, and by the ordinary tests over its seeds.

use serde_json::{Value, json};
use stix::extension::SIGNATURE;
use stix::keys::Statement;
use stix::sign::{self, KeyId, PublicKey, SecretKey, Status};
use stix::{Object, canonical};

const BEFORE: &[u8] = br#"{"type":"campaign","spec_version":"2.1","id":"campaign--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"x","x_value":"#;

/// Looks at bytes as an object, and as a value within one.
pub(crate) fn check(bytes: &[u8]) {
    look_at(bytes);
    look_at(&[BEFORE, bytes, b"}"].concat());
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn look_at(bytes: &[u8]) {
    let Ok(object) = Object::parse(bytes.to_vec()) else { return };
    let known = [key(1).public(), key(2).public()];
    let lookup = |id: &KeyId| known.iter().find(|key| key.id() == *id).cloned();
    let status = sign::status(&object, lookup);

    // The canonical form is one, and its own; two ways lead to what is signed.
    let form = object.canonical();
    let again = Object::parse(form.clone()).expect("the canonical form is an object");
    assert_eq!(again.canonical(), form, "and its own canonical form");
    assert_eq!(canonical::to_vec(&Value::Object(object.value())).ok(), Some(form));
    let message = sign::signed_bytes(&object).expect("an object has a form");
    assert_eq!(canonical::to_vec(&without_signature(&object)).ok().as_ref(), Some(&message));

    // However it is written, it is signed or not.
    for text in written_otherwise(&object) {
        let other = Object::parse(text).expect("the same object");
        assert_eq!(sign::status(&other, lookup), status);
        assert_eq!(sign::signed_bytes(&other).as_ref(), Ok(&message));
    }
    let checked = sign::check(object.clone(), lookup);
    assert_eq!(checked.is_ok(), matches!(status, Status::Good(_)));
    if let Ok(statement) = Statement::read(&object) {
        // It says nothing that its signer did not sign.
        assert!(sign::verify(object.clone(), statement.signer()).is_ok());
    }

    // Whoever signs it anew has a good one, in any bytes; by no other key; and not with one change.
    let Ok(signed) = sign::sign(object.value(), &key(1)) else { return };
    assert_eq!(sign::signed_bytes(&signed), Ok(message), "a signature covers no signature");
    let good = Status::Good(known[0].id());
    assert_eq!(sign::status(&signed, lookup), good);
    for text in written_otherwise(&signed) {
        if let Ok(other) = Object::parse(text) {
            assert_eq!(sign::status(&other, lookup), good);
        }
    }
    let other: &PublicKey = &known[1];
    assert!(sign::verify(signed.clone(), other).is_err());
    let mut changed = signed.value();
    if changed.insert("x_more".to_owned(), json!(1)) != Some(json!(1))
        && let Ok(changed) = Object::parse(Value::Object(changed).to_string())
    {
        assert_eq!(sign::status(&changed, lookup), Status::Bad);
    }
}

/// What the signature is over, by the library of another.
fn without_signature(object: &Object) -> Value {
    let mut value = object.value();
    if let Some(extensions) = value.get_mut("extensions").and_then(Value::as_object_mut) {
        extensions.remove(SIGNATURE);
        if extensions.is_empty() {
            value.remove("extensions");
        }
    }
    Value::Object(value)
}

fn written_otherwise(object: &Object) -> Vec<String> {
    let value = object.value();
    let indented = serde_json::to_string_pretty(&value).unwrap_or_default();
    let members: Vec<_> =
        value.iter().rev().map(|(key, value)| format!("{} : {value}", json!(key))).collect();
    // Signed again it may be larger than an object may be.
    let all = [indented, format!("\r\n{{\t{} }}\n", members.join("\n,"))];
    all.into_iter().filter(|text| text.len() <= stix::object::MAX_BYTES).collect()
}
