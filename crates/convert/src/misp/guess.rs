//! STIX objects read as what they were in MISP, as far as their own properties say it.
//!
//! The exporter compares this with what it was given and keeps the difference; the importer
//! starts from it. Both see the same objects, so an event comes back equal.

use serde_json::{Value, json};

use super::residue::Object;
use super::shape::{self, object, string};
use super::types::{self, Shape};
use super::{only, tags, time};

/// The UUID of an identifier.
pub(crate) fn uuid_of(id: &str) -> &str {
    id.split_once("--").map_or(id, |(_, uuid)| uuid)
}

/// The type of an identifier.
pub(crate) fn type_of(id: &str) -> &str {
    id.split_once("--").map_or("", |(name, _)| name)
}

/// The identifier of an object.
pub(crate) fn id(of: &Object) -> &str {
    of.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// A text of an object, empty if there is none.
pub(crate) fn text<'o>(of: &'o Object, key: &str) -> &'o str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The seconds of `modified`, as MISP writes them.
pub(crate) fn timestamp(of: &Object) -> Option<Value> {
    let seconds = time::floor_seconds(text(of, "modified"))?;
    Some(seconds.max(0).to_string().into())
}

fn revoked(of: &Object) -> bool {
    of.get("revoked").and_then(Value::as_bool).unwrap_or(false)
}

/// What every attribute and object has of its object in STIX.
fn common(primary: &Object) -> Object {
    let mut guess = object(json!({
        "uuid": uuid_of(id(primary)), "deleted": revoked(primary), "distribution": "5",
    }));
    guess.extend(timestamp(primary).map(|seconds| ("timestamp".to_owned(), seconds)));
    guess.extend(seen(primary));
    guess
}

/// The times between which something was seen, where they are not just those of the object.
pub(crate) fn seen(primary: &Object) -> Vec<(String, Value)> {
    let modified = time::whole_seconds(text(primary, "modified"));
    let mut seen = Vec::new();
    for (misp, stix) in [("first_seen", "first_observed"), ("last_seen", "last_observed")] {
        let Some(at) = primary.get(stix).and_then(Value::as_str) else { continue };
        if modified.is_none() || time::whole_seconds(at) != modified {
            seen.extend(time::to_iso(at).map(|iso| (misp.to_owned(), iso.into())));
        }
    }
    seen
}

/// An attribute: its primary object, the indicator beside it, and the observables it refers to.
pub(crate) fn attribute(
    primary: &Object,
    indicator: Option<&Object>,
    refs: &[&Object],
) -> Option<Object> {
    let mut guess = common(primary);
    let of_type = text(primary, "type");
    let mut put = |key: &str, value: Value| {
        guess.insert(key.to_owned(), value);
    };
    put("disable_correlation", false.into());
    let comment = match of_type {
        "x-misp-attribute" => text(primary, "x_misp_comment"),
        "observed-data" => indicator.map_or("", |indicator| text(indicator, "description")),
        _ => text(primary, "description"),
    };
    put("comment", comment.into());
    if of_type == "x-misp-attribute" {
        for (misp, stix) in
            [("type", "x_misp_type"), ("category", "x_misp_category"), ("value", "x_misp_value")]
        {
            if let Some(value) = string(primary, stix) {
                put(misp, value.into());
            }
        }
        put("to_ids", false.into());
        return Some(guess);
    }
    let name = tags::own(primary, "misp:type")?;
    let known = types::of(name)?;
    put("type", name.into());
    put("category", tags::own(primary, "misp:category").unwrap_or(known.category).into());
    let to_ids = match known.shape {
        Shape::Rule(_) => known.to_ids,
        Shape::PatternOnly(_) => true,
        _ => indicator.is_some(),
    };
    put("to_ids", to_ids.into());
    let (value, data) = match (of_type, known.shape) {
        ("vulnerability" | "campaign", _) => (string(primary, "name")?, None),
        ("indicator", Shape::PatternOnly(only)) => {
            (only::read(only, text(primary, "pattern"))?, None)
        }
        ("indicator", _) => (string(primary, "pattern")?, None),
        _ => shape::read(known.shape, refs.first()?, refs)?,
    };
    put("value", value.into());
    if let Some(data) = data {
        put("data", data.into());
    }
    Some(guess)
}

/// What an object has beside its attributes.
pub(crate) fn misp_object(primary: &Object, indicator: Option<&Object>) -> Object {
    let mut guess = common(primary);
    let of_type = text(primary, "type");
    let name = if of_type == "x-misp-object" {
        string(primary, "x_misp_name")
    } else {
        tags::own(primary, "misp:name").map(str::to_owned)
    };
    let category = if of_type == "x-misp-object" {
        string(primary, "x_misp_meta_category")
    } else {
        tags::own(primary, "misp:meta-category").map(str::to_owned)
    };
    guess.extend(name.map(|name| ("name".to_owned(), name.into())));
    guess.extend(category.map(|category| ("meta-category".to_owned(), category.into())));
    let comment = match of_type {
        "x-misp-object" => text(primary, "x_misp_comment"),
        "observed-data" => indicator.map_or("", |indicator| text(indicator, "description")),
        _ => "",
    };
    guess.insert("comment".into(), comment.into());
    guess
}

/// What an object's attribute has unless told otherwise.
pub(crate) fn member(primary: &Object) -> Object {
    let mut guess = object(json!({
        "deleted": false, "distribution": "5", "disable_correlation": false, "comment": "",
        "to_ids": false,
    }));
    guess.extend(timestamp(primary).map(|seconds| ("timestamp".to_owned(), seconds)));
    guess
}

/// An organisation by its identity.
pub(crate) fn organisation(id: &str, name: &str) -> Object {
    object(json!({ "uuid": uuid_of(id), "name": name }))
}

/// An object's reference to another, by its relationship.
pub(crate) fn reference(relationship: &Object) -> Object {
    let mut guess = object(json!({
        "uuid": uuid_of(id(relationship)),
        "object_uuid": uuid_of(text(relationship, "source_ref")),
        "referenced_uuid": uuid_of(text(relationship, "target_ref")),
        "relationship_type": text(relationship, "relationship_type"),
        "comment": text(relationship, "description"),
        "deleted": revoked(relationship),
    }));
    guess.extend(timestamp(relationship).map(|seconds| ("timestamp".to_owned(), seconds)));
    guess
}

/// A sighting, or the opinion that a false positive is. `organisation` is who saw it.
pub(crate) fn sighting(of: &Object, organisation: Option<Object>) -> Object {
    let is_opinion = text(of, "type") == "opinion";
    let mut guess = object(json!({
        "uuid": uuid_of(id(of)), "type": if is_opinion { "1" } else { "0" },
        "source": if is_opinion { "" } else { text(of, "description") },
    }));
    if let Some(seconds) = time::floor_seconds(text(of, "created")) {
        guess.insert("date_sighting".into(), seconds.max(0).to_string().into());
    }
    guess.extend(organisation.map(|held| ("Organisation".to_owned(), held.into())));
    guess
}

/// An analyst's note, or an event's report, which is a note too.
pub(crate) fn note(of: &Object) -> Object {
    let mut guess = object(json!({
        "uuid": uuid_of(id(of)), "note": text(of, "content"),
    }));
    analyst(of, &mut guess);
    if let Some(language) = string(of, "lang") {
        guess.insert("language".into(), language.into());
    }
    guess
}

/// An analyst's opinion.
pub(crate) fn opinion(of: &Object) -> Object {
    let level = LEVELS.iter().find(|(name, _)| *name == text(of, "opinion"));
    let mut guess = object(json!({
        "uuid": uuid_of(id(of)), "comment": text(of, "explanation"),
        "opinion": level.map_or(50, |(_, number)| *number).to_string(),
    }));
    analyst(of, &mut guess);
    guess
}

/// The specification's five opinions, and where each stands between 0 and 100.
pub(crate) const LEVELS: [(&str, i64); 5] = [
    ("strongly-disagree", 0),
    ("disagree", 30),
    ("neutral", 50),
    ("agree", 70),
    ("strongly-agree", 100),
];

fn analyst(of: &Object, guess: &mut Object) {
    if let Some(author) = of.get("authors").and_then(|authors| authors.get(0)) {
        guess.insert("authors".into(), author.clone());
    }
    for key in ["created", "modified"] {
        if let Some(plain) = time::to_plain(text(of, key)) {
            guess.insert(key.into(), plain.into());
        }
    }
    if let Some(target) = of.get("object_refs").and_then(|refs| refs.get(0)?.as_str()) {
        guess.insert("object_uuid".into(), uuid_of(target).into());
    }
}

/// An analyst's relationship.
pub(crate) fn link(relationship: &Object) -> Object {
    let mut guess = object(json!({
        "uuid": uuid_of(id(relationship)),
        "object_uuid": uuid_of(text(relationship, "source_ref")),
        "related_object_uuid": uuid_of(text(relationship, "target_ref")),
        "relationship_type": text(relationship, "relationship_type"),
    }));
    for key in ["created", "modified"] {
        if let Some(plain) = time::to_plain(text(relationship, key)) {
            guess.insert(key.into(), plain.into());
        }
    }
    guess
}

/// A report of an event, by its note.
pub(crate) fn event_report(note: &Object) -> Object {
    let mut guess = object(json!({
        "uuid": uuid_of(id(note)), "name": text(note, "abstract"), "content": text(note, "content"),
        "distribution": "5", "deleted": revoked(note),
    }));
    guess.extend(timestamp(note).map(|seconds| ("timestamp".to_owned(), seconds)));
    guess
}

/// An event without its parts, by its report or grouping. `organisation` is who wrote it.
pub(crate) fn event(container: &Object, organisation: Option<Object>) -> Object {
    let mut guess = object(json!({
        "uuid": uuid_of(id(container)), "info": text(container, "name"),
        "threat_level_id": "4", "analysis": "2", "distribution": "0",
        "published": text(container, "type") == "report",
    }));
    guess.extend(timestamp(container).map(|seconds| ("timestamp".to_owned(), seconds)));
    guess.extend(time::day(text(container, "created")).map(|day| ("date".to_owned(), day.into())));
    if let Some(seconds) = time::floor_seconds(text(container, "published")) {
        guess.insert("publish_timestamp".into(), seconds.max(0).to_string().into());
    }
    guess.extend(organisation.map(|held| ("Orgc".to_owned(), held.into())));
    guess
}
