//! One observable: from an entry of an observation to an object of its own (STIX 2.1 section 6).

use std::collections::HashMap;

use serde_json::{Map, Value};
use stix::{Id, Pointer};

use super::{hashes, names};
use crate::Report;
use crate::draft::Draft;

/// Renames what STIX 2.1 calls otherwise and sets aside what it dropped. Gives where properties of
/// the entry stand now.
pub(super) fn rename(
    draft: &mut Draft,
    type_name: &str,
    place: &Pointer,
    report: &mut Report,
) -> Vec<(String, Vec<String>)> {
    let mut moved = Vec::new();
    let keys: Vec<String> = draft.keys().map(str::to_owned).collect();
    for key in keys {
        let at = place.join(&key);
        let new = if let Some(new) = names::renamed(type_name, &key).filter(|new| !draft.has(new)) {
            report.changed(at, format!("the property, now {new}"), "STIX 2.1 calls it so");
            new.to_owned()
        } else if names::is_gone(type_name, &key) {
            let new = names::aside(&key, |name| draft.has(name));
            report.kept(at, format!("the property, now {new}"), "STIX 2.1 has no such property");
            new
        } else if names::ON_OBSERVABLES.contains(&key.as_str()) {
            let new = names::aside(&key, |name| draft.has(name));
            let why = "the name means something else in STIX 2.1";
            report.changed(at, format!("the property, now {new}"), why);
            new
        } else {
            continue;
        };
        draft.rename(&key, &new);
        moved.push((key, vec![new]));
    }
    inner(draft, place, report, &mut moved);
    moved
}

/// Names within: hash algorithms and the properties of predefined extensions.
fn inner(
    draft: &mut Draft,
    place: &Pointer,
    report: &mut Report,
    moved: &mut Vec<(String, Vec<String>)>,
) {
    let nested: Vec<String> = draft
        .members()
        .filter(|(_, raw)| raw.starts_with(['{', '[']))
        .map(|(key, _)| key.to_owned())
        .collect();
    for key in nested {
        let Some(before) = draft.value(&key) else { continue };
        let mut now = before.clone();
        let at = place.join(&key);
        if key == "extensions" {
            for (extension, body) in now.as_object_mut().into_iter().flatten() {
                set_aside_in(extension, body, &at.join(extension), report, moved);
            }
        }
        spell(&key, &mut now, &at, report);
        if now != before {
            draft.set(&key, &now);
        }
    }
}

fn set_aside_in(
    extension: &str,
    body: &mut Value,
    place: &Pointer,
    report: &mut Report,
    moved: &mut Vec<(String, Vec<String>)>,
) {
    let Some(body) = body.as_object_mut() else { return };
    let gone: Vec<String> =
        body.keys().filter(|key| names::is_gone_in_extension(extension, key)).cloned().collect();
    for key in gone {
        let new = names::aside(&key, |name| body.contains_key(name));
        if let Some(value) = body.remove(&key) {
            body.insert(new.clone(), value);
            let what = format!("the property, now {new}");
            report.kept(place.join(&key), what, "STIX 2.1 has no such property");
            let path = |key: &str| format!("extensions.{extension}.{key}");
            moved.push((path(&key), vec![path(&new)]));
        }
    }
}

fn spell(key: &str, value: &mut Value, place: &Pointer, report: &mut Report) {
    match value {
        Value::Object(members) => {
            if matches!(key, "hashes" | "file_header_hashes") {
                hashes::dictionary(members, place, report);
            }
            for (key, below) in members.iter_mut() {
                let place = place.join(key);
                spell(key, below, &place, report);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                spell("", item, &place.join(&index.to_string()), report);
            }
        }
        _ => {}
    }
}

/// The entries, by their keys, on which the identifier of an entry depends: those that its
/// contributing properties refer to.
pub(super) fn decisive(draft: &Draft, type_name: &str) -> Vec<String> {
    let keys: &[&str] = match type_name {
        "email-message" => &["from_ref"],
        "file" => &["parent_directory_ref", "extensions"],
        "network-traffic" => &["src_ref", "dst_ref", "extensions"],
        _ => &[],
    };
    let mut found = Vec::new();
    for key in keys {
        if let Some(value) = draft.value(key) {
            references(key, &value, &mut found);
        }
    }
    found
}

fn references(key: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if key.ends_with("_ref") || key.ends_with("_refs") => {
            found.push(text.clone());
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| references(key, value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(key, item, found)),
        _ => {}
    }
}

/// All properties with the references that are known, for what is derived from them.
pub(super) fn properties(draft: &Draft, ids: &HashMap<String, Id>) -> Map<String, Value> {
    let members = draft.members().filter_map(|(key, raw)| {
        let value = serde_json::from_str(raw).ok()?;
        Some((key.to_owned(), value))
    });
    let mut all: Map<String, Value> = members.collect();
    // What leads nowhere is noted when the entry itself is written.
    resolve_members(&mut all, ids, &Pointer::root(), &mut Report::new());
    all
}

/// Turns references to entries into references to objects.
pub(super) fn resolve(
    draft: &mut Draft,
    ids: &HashMap<String, Id>,
    place: &Pointer,
    report: &mut Report,
) {
    let keys: Vec<String> = draft
        .members()
        .filter(|(key, raw)| {
            key.ends_with("_ref") || key.ends_with("_refs") || raw.starts_with(['{', '['])
        })
        .map(|(key, _)| key.to_owned())
        .collect();
    for key in keys {
        let Some(before) = draft.value(&key) else { continue };
        let mut now = before.clone();
        if !resolve_member(&key, &mut now, ids, &place.join(&key), report) {
            draft.remove(&key);
        } else if now != before {
            draft.set(&key, &now);
        }
    }
}

/// Whether the member stays.
fn resolve_member(
    key: &str,
    value: &mut Value,
    ids: &HashMap<String, Id>,
    place: &Pointer,
    report: &mut Report,
) -> bool {
    match value {
        Value::String(text) if key.ends_with("_ref") => {
            let id = led(text, ids);
            let is_known = id.is_some();
            match id {
                Some(id) => *text = id,
                None => dangling(place.clone(), text, report),
            }
            is_known
        }
        Value::Array(items) if key.ends_with("_refs") => {
            let before = std::mem::take(items);
            for (index, item) in before.into_iter().enumerate() {
                let text = item.as_str().unwrap_or_default();
                match led(text, ids) {
                    Some(id) => items.push(Value::from(id)),
                    None => dangling(place.join(&index.to_string()), text, report),
                }
            }
            !items.is_empty()
        }
        Value::Object(members) => {
            resolve_members(members, ids, place, report);
            true
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                resolve_member("", item, ids, &place.join(&index.to_string()), report);
            }
            true
        }
        _ => true,
    }
}

fn resolve_members(
    members: &mut Map<String, Value>,
    ids: &HashMap<String, Id>,
    place: &Pointer,
    report: &mut Report,
) {
    members.retain(|key, value| resolve_member(key, value, ids, &place.join(key), report));
}

/// An author's own property may name an object already.
fn led(text: &str, ids: &HashMap<String, Id>) -> Option<String> {
    let id = ids.get(text).map(|id| id.as_str().to_owned());
    id.or_else(|| Id::parse(text).ok().map(|id| id.as_str().to_owned()))
}

fn dangling(place: Pointer, text: &str, report: &mut Report) {
    let shown: String = text.chars().take(60).collect();
    report.lost(place, format!("a reference to “{shown}”"), "the observation has no such object");
}
