//! Statements about keys, and what they add up to.

use serde_json::{Map, Value, json};
use stix::keys::{self, Judgement, Keyring, Received, Standing, State, Statement};
use stix::sign::SecretKey;
use stix::{Id, Object, Timestamp};

use crate::{Result, expect};

const OWNER: &str = "identity--00000000-0000-4000-8000-000000000001";

/// The keys' names in the vectors; the seed of each is its place, repeated.
const NAMES: &[&str] = &["-", "first", "second", "third", "thief", "fifth"];

fn key(name: &str) -> SecretKey {
    let at = NAMES.iter().position(|held| *held == name).unwrap_or_default();
    SecretKey::from_seed([u8::try_from(at).unwrap_or_default(); 32])
}

/// Statements by name: who says it, what, and of whom.
const STATEMENTS: &[(&str, &str, &str, &str)] = &[
    ("first names second", "first", "rotation", "second"),
    ("second names third", "second", "rotation", "third"),
    ("first names thief", "first", "rotation", "thief"),
    ("thief names fifth", "thief", "rotation", "fifth"),
    ("second names first", "second", "rotation", "first"),
    ("second revokes first", "second", "revocation", "first"),
    ("first revokes first", "first", "revocation", "first"),
    ("first revokes second", "first", "revocation", "second"),
    ("thief revokes first", "thief", "revocation", "first"),
    ("third revokes second", "third", "revocation", "second"),
    ("thief names first", "thief", "rotation", "first"),
];

struct Case {
    name: &'static str,
    about: &'static str,
    pinned: &'static str,
    received: &'static [&'static str],
    state: &'static str,
    current: Option<&'static str>,
    standings: &'static [(&'static str, &'static str)],
    /// Of what a key signs, first received after so many statements: how it is judged.
    judged: &'static [(&'static str, i64, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        name: "nothing was said",
        about: "The pinned key signs.",
        pinned: "first",
        received: &[],
        state: "settled",
        current: Some("first"),
        standings: &[("first", "current")],
        judged: &[("first", 0, "good"), ("second", 0, "unknown")],
    },
    Case {
        name: "a rotation",
        about: "The successor signs; what the former key signed stays good, whenever it comes.",
        pinned: "first",
        received: &["first names second"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "former"), ("second", "current")],
        judged: &[("first", 9, "good"), ("second", 9, "good"), ("thief", 9, "unknown")],
    },
    Case {
        name: "a rotation, seen from its end",
        about: "Whoever pinned the successor learns by its proof which key it succeeded.",
        pinned: "second",
        received: &["first names second"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "former"), ("second", "current")],
        judged: &[("first", 9, "good")],
    },
    Case {
        name: "two rotations, the second received first",
        about: "Rotations have no order.",
        pinned: "first",
        received: &["second names third", "first names second"],
        state: "settled",
        current: Some("third"),
        standings: &[("first", "former"), ("second", "former"), ("third", "current")],
        judged: &[("second", 9, "good")],
    },
    Case {
        name: "two successors",
        about: "The owner is frozen: nothing is admitted until somebody compares fingerprints.",
        pinned: "first",
        received: &["first names second", "first names thief", "thief names fifth"],
        state: "conflict",
        current: None,
        standings: &[
            ("first", "former"),
            ("second", "conflicting"),
            ("thief", "conflicting"),
            ("fifth", "conflicting"),
        ],
        judged: &[("first", 9, "frozen"), ("second", 9, "frozen"), ("fifth", 9, "frozen")],
    },
    Case {
        name: "two successors, one of them pinned",
        about: "Whoever pinned it has compared fingerprints: the fork below is settled.",
        pinned: "second",
        received: &["first names second", "first names thief", "thief names fifth"],
        state: "settled",
        current: Some("second"),
        standings: &[
            ("first", "former"),
            ("second", "current"),
            ("thief", "discarded"),
            ("fifth", "discarded"),
        ],
        judged: &[("first", 9, "good"), ("fifth", 9, "discarded")],
    },
    Case {
        name: "a circle",
        about: "Two keys that succeed each other: neither is the last.",
        pinned: "first",
        received: &["first names second", "second names first"],
        state: "conflict",
        current: None,
        standings: &[],
        judged: &[("first", 9, "frozen")],
    },
    Case {
        name: "a revocation",
        about: "It divides by receipt: what came before stays good, what comes later is bad.",
        pinned: "first",
        received: &["first names second", "second revokes first"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "revoked"), ("second", "current")],
        judged: &[("first", 2, "good"), ("first", 3, "revoked"), ("second", 3, "good")],
    },
    Case {
        name: "a revocation before the rotation it rests on",
        about: "It waits for the rotation, and counts from there.",
        pinned: "first",
        received: &["second revokes first", "first names second"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "revoked"), ("second", "current")],
        judged: &[("first", 2, "good"), ("first", 3, "revoked")],
    },
    Case {
        name: "a key revokes itself, then names a successor",
        about: "What it says after its revocation counts for nothing: there is no current key.",
        pinned: "first",
        received: &["first revokes first", "first names second"],
        state: "ended",
        current: None,
        standings: &[("first", "revoked")],
        judged: &[("first", 1, "good"), ("first", 2, "revoked"), ("second", 9, "unknown")],
    },
    Case {
        name: "a thief is faster, and revokes the key that he stole",
        about: "The owner's own rotation comes after the revocation and still raises the conflict.",
        pinned: "first",
        received: &["first names thief", "thief revokes first", "first names second"],
        state: "conflict",
        current: None,
        standings: &[("second", "conflicting"), ("thief", "conflicting")],
        judged: &[("second", 9, "frozen"), ("thief", 9, "frozen")],
    },
    Case {
        name: "the same, the owner's own successor pinned",
        about: "It agreed to succeed the stolen key, and so vouches for it: what the thief named is known, and discarded.",
        pinned: "second",
        received: &["first names thief", "thief revokes first", "first names second"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "revoked"), ("second", "current"), ("thief", "discarded")],
        judged: &[("first", 2, "good"), ("first", 3, "revoked"), ("thief", 9, "discarded")],
    },
    Case {
        name: "a thief has the stolen key succeed one of his own",
        about: "Only the stolen key vouches for it, so it is revoked with the stolen key.",
        pinned: "second",
        received: &["first names second", "thief names first", "second revokes first"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "revoked"), ("second", "current"), ("thief", "revoked")],
        judged: &[("thief", 3, "good"), ("thief", 4, "revoked"), ("second", 9, "good")],
    },
    Case {
        name: "nobody revokes the keys after his own",
        about: "A former key says nothing of its successor.",
        pinned: "first",
        received: &["first names second", "first revokes second"],
        state: "settled",
        current: Some("second"),
        standings: &[("first", "former"), ("second", "current")],
        judged: &[("second", 9, "good")],
    },
    Case {
        name: "strangers say nothing",
        about: "Nothing connects these keys to the pinned one.",
        pinned: "third",
        received: &["first names thief", "thief revokes first"],
        state: "settled",
        current: Some("third"),
        standings: &[("third", "current")],
        judged: &[("first", 9, "unknown"), ("thief", 9, "unknown")],
    },
];

fn statement(name: &str) -> Result<Object> {
    let owner = Id::parse(OWNER)?;
    let at = Timestamp::parse("2026-01-01T00:00:00.000Z")?;
    let found = STATEMENTS.iter().find(|(held, ..)| *held == name);
    let (_, by, kind, other) = found.ok_or_else(|| format!("no statement “{name}”"))?;
    Ok(match *kind {
        "rotation" => keys::rotation(&owner, &key(by), &key(other), &at)?,
        _ => keys::revocation(&owner, &key(by), &key(other).public(), &at)?,
    })
}

pub(crate) fn vectors() -> Result<Value> {
    let mut statements = Map::new();
    for (name, ..) in STATEMENTS {
        statements.insert((*name).to_owned(), json!(statement(name)?.text()));
    }
    let mut cases = Vec::new();
    for case in CASES {
        cases.push(replay(case)?);
    }
    let keys: Map<_, _> = NAMES
        .iter()
        .skip(1)
        .map(|name| {
            let public = key(name).public();
            let value = json!({ "public_key": public.to_string(), "key": public.id().to_string() });
            ((*name).to_owned(), value)
        })
        .collect();
    Ok(json!({
        "about": "Statements of one owner about its keys, as objects, and what they add up to for somebody who pinned one key and received them in this order, the first at moment 1. `judged`: how something is judged that the key signed well and that was first received at this moment. Keys are named as in `keys`.",
        "owner": OWNER,
        "keys": keys,
        "statements": statements,
        "cases": cases,
    }))
}

fn replay(case: &Case) -> Result<Value> {
    let mut received = Vec::new();
    for (name, at) in case.received.iter().zip(1..) {
        received.push(Received { at, statement: Statement::read(&statement(name)?)? });
    }
    let ring = Keyring::of(Id::parse(OWNER)?, &key(case.pinned).public(), &received);
    let state = match ring.state() {
        State::Settled(_) => "settled",
        State::Conflict { .. } => "conflict",
        State::Ended(_) => "ended",
    };
    expect(case.name, &state, &case.state)?;
    expect(case.name, &ring.current().cloned(), &case.current.map(|name| key(name).public()))?;
    for (name, standing) in case.standings {
        let public = key(name).public();
        let found = ring.keys().find(|(key, _)| **key == public).map(|(_, found)| word(found));
        expect(case.name, &found, &Some(*standing))?;
    }
    for (name, at, judgement) in case.judged {
        let found = ring.judge(&key(name).public().id(), *at);
        expect(case.name, &said(found), judgement)?;
    }
    let standings: Map<_, _> =
        case.standings.iter().map(|(name, is)| ((*name).to_owned(), json!(is))).collect();
    let judged: Vec<_> = case
        .judged
        .iter()
        .map(|(key, at, judgement)| json!({ "key": key, "received": at, "judgement": judgement }))
        .collect();
    Ok(json!({
        "name": case.name, "about": case.about, "pinned": case.pinned, "received": case.received,
        "state": case.state, "current": case.current, "standings": standings, "judged": judged,
    }))
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Current => "current",
        Standing::Former => "former",
        Standing::Conflicting => "conflicting",
        Standing::Revoked { .. } => "revoked",
        Standing::Discarded => "discarded",
    }
}

fn said(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Good => "good",
        Judgement::Revoked => "revoked",
        Judgement::Frozen => "frozen",
        Judgement::Discarded => "discarded",
        Judgement::Unknown => "unknown",
    }
}
