//! Reading MISP's JSON: an event, or several in one of the wrappers that MISP puts around them.

use serde_json::{Map, Value};
use stix::Pointer;
use stix::json::Tree;

use crate::error::Error;
use crate::report::Report;

/// An event, and where it stands in what was read.
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
