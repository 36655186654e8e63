//! Reading MISP's JSON: an event, or several in one of the wrappers that MISP puts around them.

use serde_json::{Map, Value};
use stix::{Pointer, json};

use crate::error::Error;
use crate::report::Report;

/// The events in these bytes, each with its place.
///
/// # Errors
/// If the bytes are no JSON that every program reads the same, or hold no event.
pub fn events(bytes: &[u8]) -> Result<(Vec<(Pointer, Map<String, Value>)>, Report), Error> {
    check(bytes)?;
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::at(Pointer::root(), format!("it is no JSON: {error}")))?;
    let mut found = Vec::new();
    let mut report = Report::new();
    collect(value, Pointer::root(), true, &mut found, &mut report)?;
    Ok((found, report))
}

/// Refuses what two programs could read as two things.
fn check(bytes: &[u8]) -> Result<(), Error> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(b'[') => json::items(bytes).map(drop)?,
        _ => json::members(bytes).map(drop)?,
    }
    Ok(())
}

fn collect(
    value: Value,
    place: Pointer,
    outermost: bool,
    found: &mut Vec<(Pointer, Map<String, Value>)>,
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
