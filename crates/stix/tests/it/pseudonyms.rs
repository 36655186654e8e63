//! What is said of pseudonyms, and what is not believed.

use serde_json::json;
use stix::pseudonym::{Kind, Word, avow, identity, tell, vouch};
use stix::sign::{SecretKey, sign};
use stix::{Id, Object};

fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}")).unwrap()
}

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

fn said(
    mut object: serde_json::Map<String, serde_json::Value>,
    by: &Id,
    with: &SecretKey,
) -> Object {
    object.insert("created_by_ref".to_owned(), json!(by));
    for time in ["created", "modified"] {
        object.insert(time.to_owned(), json!("2026-01-01T00:00:00.000Z"));
    }
    let signed = sign(object, with).unwrap();
    stix::validate::require(&signed).unwrap();
    signed
}

#[test]
fn each_word_is_read_as_it_was_said() {
    let (own, under) = (key(1), key(2));
    let pseudonym = identity(&under.public()).unwrap();
    let marks = [stix::marking::Tlp::Green.definition_id()];
    let vouched = vouch(&state(1), &under.public(), &marks).unwrap();
    let read = Word::read(&said(vouched, &state(1), &key(3))).unwrap();
    assert_eq!((read.kind, &read.by, &read.pseudonym), (Kind::Vouch, &state(1), &pseudonym));

    let told = tell(&state(0), &state(1), &own, &under.public(), &marks).unwrap();
    let read = Word::read(&said(told, &pseudonym, &under)).unwrap();
    assert_eq!((read.kind, &read.by, read.to.as_ref()), (Kind::Told, &state(0), Some(&state(1))));
    assert!(read.is_by(&own.public()) && !read.is_by(&key(3).public()));

    let avowed = avow(&state(0), &under, &marks).unwrap();
    let read = Word::read(&said(avowed, &state(0), &own)).unwrap();
    assert_eq!((read.kind, &read.by, &read.pseudonym), (Kind::Avowal, &state(0), &pseudonym));
}

/// Nobody vouches for a key under another's pseudonym, owns up to what another said, or tells in a
/// pseudonym's name what its key did not sign.
#[test]
fn what_one_key_says_of_another_is_not_believed() {
    let (own, under, thief) = (key(1), key(2), key(4));
    let pseudonym = identity(&under.public()).unwrap();
    let mut false_vouch = vouch(&state(1), &thief.public(), &[]).unwrap();
    false_vouch.insert("pseudonym".to_owned(), json!(pseudonym));
    assert!(Word::read(&said(false_vouch, &state(1), &key(3))).is_err());

    let mut stolen = avow(&state(0), &under, &[]).unwrap();
    let another = avow(&state(5), &thief, &[]).unwrap();
    stolen.insert("id".to_owned(), another["id"].clone());
    assert!(Word::read(&said(stolen.clone(), &state(5), &thief)).is_err());
    let mut taken = another;
    for name in ["pseudonym", "pseudonym_key"] {
        taken.insert(name.to_owned(), stolen[name].clone());
    }
    assert!(Word::read(&said(taken, &state(5), &thief)).is_err());

    let told = tell(&state(0), &state(1), &own, &under.public(), &[]).unwrap();
    assert!(Word::read(&said(told, &pseudonym, &thief)).is_err());
}
