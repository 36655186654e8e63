//! What the map is given: the same reports as the table beside it, as places.

use serde_json::{Value, json};
use web::{Frame, Label, Reader};

use super::row::Row;

/// The reports that have a place, and the names of the states in the reader's language.
pub(super) fn data(reader: &Reader, frame: &Frame, rows: &[Row]) -> String {
    let texts = reader.texts();
    let names: serde_json::Map<String, Value> = node::states::STATES
        .iter()
        .map(|state| (state.code.to_owned(), json!(state.name(texts.lang().code()))))
        .collect();
    let points: Vec<Value> = rows
        .iter()
        .filter_map(|row| {
            let (latitude, longitude) = row.point?;
            let level = match row.mark.label {
                Label::Tlp { label, .. } => label.to_owned(),
                Label::National | Label::Closed => String::new(),
            };
            Some(json!({
                "href": row.href, "title": row.title, "lat": latitude, "lon": longitude,
                "domainName": row.domain.1, "date": row.date, "levelName": level,
            }))
        })
        .collect();
    let data = json!({
        "boundaries": frame.asset("region.json"),
        "worker": frame.asset("map-worker.js"),
        "names": names,
        "points": points,
        "texts": { "title": texts.say("hybrid-map").to_string() },
    });
    // Inside a script element nothing but its own end can end it.
    data.to_string().replace('<', "\\u003c")
}
