//! Reading MISP's JSON: an event, or several in one of the wrappers that MISP puts around them.

use bytes::Bytes;
use serde_json::{Map, Value};
use stix::Pointer;
use stix::json::{Kind, Node, Tree};

use crate::error::Error;
use crate::lift;
use crate::report::Report;

/// An event or an object, and where it stands in what was read.
pub type Placed = (Pointer, Map<String, Value>);

/// The events in these bytes, each with its place.
///
/// # Errors
/// If the bytes are no JSON that every program reads the same, or hold no event.
pub fn events(bytes: &[u8]) -> Result<(Vec<Placed>, Report), Error> {
    let tree = Tree::parse(bytes)?;
    let value = tree.root().value();
    let mut found = Vec::new();
    let mut report = Report::new();
    collect(value, Pointer::root(), true, &mut found, &mut report)?;
    Ok((found, report))
}

fn collect(
    value: Value,
    place: Pointer,
    outermost: bool,
    found: &mut Vec<Placed>,
    report: &mut Report,
) -> Result<(), Error> {
    match value {
        Value::Array(items) if outermost => {
            for (index, item) in items.into_iter().enumerate() {
                collect(item, place.join(&index.to_string()), false, found, report)?;
            }
            Ok(())
        }
        Value::Object(mut object) => {
            for key in ["response", "Event"] {
                if let Some(inner) = object.remove(key) {
                    for beside in object.keys() {
                        let why = "it stands beside the event, not in it";
                        report.lost(place.join(beside), beside.clone(), why);
                    }
                    let wraps = key == "response";
                    return collect(inner, place.join(key), wraps, found, report);
                }
            }
            if object.contains_key("info") || object.contains_key("Attribute") {
                found.push((place, object));
                return Ok(());
            }
            Err(Error::at(place, "expected a MISP event: an object with “Event” or “info”"))
        }
        _ => Err(Error::at(place, "expected a MISP event")),
    }
}

/// The objects of a STIX bundle, of a list of objects, or the one object that the bytes are; those
/// of STIX 2.0 are lifted.
///
/// # Errors
/// If the bytes are none of these.
pub fn objects(bytes: &[u8]) -> Result<(Vec<Placed>, Report), Error> {
    let tree = Tree::parse(bytes)?;
    let root = tree.root();
    let is_bundle = root.text_of("type").as_deref() == Some("bundle");
    let place = if is_bundle { Pointer::root().join("objects") } else { Pointer::root() };
    let items: Vec<Node<'_>> = match (root.kind(), is_bundle) {
        (Kind::Array, _) => root.items().collect(),
        (_, true) => match root.get("objects") {
            Some(objects) if objects.kind() == Kind::Array => objects.items().collect(),
            Some(_) => return Err(Error::at(place, "expected an array")),
            None => Vec::new(),
        },
        _ => vec![root],
    };
    if items.iter().any(|item| item.kind() == Kind::Object && lift::is_20(item.raw().as_bytes())) {
        let lifted = lift::read(&Bytes::copy_from_slice(bytes))?;
        let objects = lifted.objects.iter().enumerate();
        let objects =
            objects.map(|(index, object)| (place.join(&index.to_string()), object.value()));
        return Ok((objects.collect(), lifted.report));
    }
    let mut report = Report::new();
    if is_bundle {
        for (key, _) in root.members() {
            let key = key.text().unwrap_or_default();
            if !matches!(key.as_ref(), "type" | "id" | "objects") {
                let why = "MISP knows of no bundle";
                report.lost(Pointer::root().join(&key), "a property of the bundle", why);
            }
        }
    }
    let mut objects = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let id = item.text_of("id");
        match item.value() {
            Value::Object(object) if id.is_some() => {
                let is_alone = items.len() == 1 && !is_bundle && root.kind() != Kind::Array;
                let place = if is_alone { place.clone() } else { place.join(&index.to_string()) };
                objects.push((place, object));
            }
            _ if items.len() == 1 && !is_bundle => {
                return Err(Error::at(place, "expected a STIX object: it has no “id”"));
            }
            _ => {
                let place = place.join(&index.to_string());
                report.lost(place, "the object", "it is no STIX object: it has no “id”");
            }
        }
    }
    Ok((objects, report))
}
