//! Objects made for measuring: about 1,000 bytes each, signed, always the same.

use anyhow::Result;
use serde_json::{Map, Value, json};
use stix::sign::SecretKey;
use stix::{Id, Object, Timestamp};
use uuid::Uuid;

/// 2026-01-01, in milliseconds since 1970.
const BEGIN: i64 = 1_767_225_600_000;

/// The identity of a made state.
pub(crate) fn state(name: &str) -> Result<Id> {
    Ok(Id::named("identity", Uuid::NAMESPACE_OID, &format!("bench:{name}"))?)
}

/// The object of this number, signed for `owner`, with these markings.
pub(crate) fn indicator(
    number: usize,
    owner: &Id,
    key: &SecretKey,
    markings: &[Id],
) -> Result<Object> {
    let id = Id::named("indicator", Uuid::NAMESPACE_OID, &format!("bench:{number}"))?;
    let moment = Timestamp::from_millis(BEGIN + i64::try_from(number)? * 1_000);
    let words = [
        "port", "election", "cable", "border", "grid", "airspace", "ministry", "channel", "drone",
        "archive",
    ];
    // Filler that differs from object to object and yet compresses like prose.
    let description: Vec<_> =
        (0..46).map(|at| words[(number / (at + 1) + at * 7) % words.len()]).collect();
    let mut object = Map::new();
    let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
    set("type", json!("indicator"));
    set("spec_version", json!("2.1"));
    set("id", json!(id));
    set("created_by_ref", json!(owner));
    set("created", json!(moment));
    set("modified", json!(moment));
    set("name", json!(format!("Host {number} seen in a campaign")));
    set("description", json!(description.join(" ")));
    set("pattern", json!(format!("[domain-name:value = 'host-{number}.example.org']")));
    set("pattern_type", json!("stix"));
    set("valid_from", json!(moment));
    set("object_marking_refs", json!(markings));
    Ok(stix::sign::sign(object, key)?)
}
