//! STIX as a table: a row for each value that an indicator or an observable has.

use stix::marking::Tlp;
use stix::object::Class;
use stix::{Id, Object, Pointer};

use super::kind::Ioc;
use super::{known, rows};
use crate::Report;

/// The columns, which [`table`](super::table) reads again.
const COLUMNS: &[&str] = &[
    "type",
    "value",
    "id",
    "name",
    "description",
    "labels",
    "confidence",
    "valid_from",
    "valid_until",
    "created",
    "modified",
    "marking",
    "pattern",
    "pattern_type",
];

/// What an object says that a column says too.
const CARRIED: &[&str] = &[
    "type",
    "spec_version",
    "id",
    "name",
    "description",
    "labels",
    "confidence",
    "valid_from",
    "valid_until",
    "created",
    "modified",
    "object_marking_refs",
    "granular_markings",
    "pattern",
    "pattern_type",
];

/// Writes a table, in UTF-8 with lines that end as RFC 4180 says. Cells that a spreadsheet would
/// compute are made safe. Places in the report count the objects from 0.
pub fn write(objects: &[Object]) -> (Vec<u8>, Report) {
    let mut report = Report::new();
    let mut out = COLUMNS.join(",");
    out.push_str("\r\n");
    for (index, object) in objects.iter().enumerate() {
        let place = Pointer::root().join("objects").join(&index.to_string());
        let Some(values) = rows_of(object, &place, &mut report) else {
            let what = format!("{} {}", object.id().type_name(), object.id());
            report.lost(place, what, "a table has rows for indicators and observables only");
            continue;
        };
        for value in &values {
            line(&mut out, object, value);
        }
    }
    (out.into_bytes(), report)
}

/// The type and the value of each row. `None` for an object that no row can be.
fn rows_of(object: &Object, place: &Pointer, report: &mut Report) -> Option<Vec<(String, String)>> {
    let value = object.value();
    let pair = |ioc: &Ioc| (ioc.name(), ioc.text());
    let (values, used) = match (object.id().type_name(), object.class()) {
        ("indicator", _) => {
            let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str);
            let pattern = text("pattern").unwrap_or_default();
            let kind = text("pattern_type").unwrap_or("stix");
            let found = if kind == "stix" { known::of_pattern(pattern) } else { None };
            let values = found.map_or_else(
                || vec![(format!("{kind}-pattern"), String::new())],
                |all| all.iter().map(pair).collect(),
            );
            (values, Vec::new())
        }
        ("vulnerability", _) => {
            let name = value.get("name").and_then(serde_json::Value::as_str)?;
            let found = super::recognise::vulnerability(name)?;
            (vec![pair(&found)], Vec::new())
        }
        (_, Class::Observable) => {
            let (found, used) = known::of_observable(&value);
            if found.is_empty() {
                return None;
            }
            (found.iter().map(pair).collect(), used)
        }
        _ => return None,
    };
    let is_observable = object.class() == Class::Observable;
    for key in value.keys() {
        let is_carried = if is_observable {
            used.contains(&key.as_str())
                || matches!(
                    key.as_str(),
                    "type" | "spec_version" | "id" | "object_marking_refs" | "granular_markings"
                )
        } else {
            CARRIED.contains(&key.as_str())
        };
        if !is_carried {
            report.lost(place.join(key), key.clone(), "no column says it");
        } else if key == "granular_markings" {
            let why = "a row has the markings of all its parts together";
            report.changed(place.join(key), "markings of parts", why);
        }
    }
    Some(values)
}

fn line(out: &mut String, object: &Object, (type_name, shown): &(String, String)) {
    let value = object.value();
    let is_observable = object.class() == Class::Observable;
    let cell_of = |column: &&str| -> String {
        match *column {
            "type" => type_name.clone(),
            "value" => shown.clone(),
            "marking" => {
                object.header().marking_refs.iter().map(label).collect::<Vec<_>>().join(",")
            }
            "labels" => {
                let labels = value.get("labels").and_then(serde_json::Value::as_array);
                let words = labels.into_iter().flatten().filter_map(serde_json::Value::as_str);
                words.collect::<Vec<_>>().join(",")
            }
            "id" => object.id().to_string(),
            _ if is_observable => String::new(),
            column => match value.get(column) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            },
        }
    };
    let cells: Vec<String> = COLUMNS.iter().map(|column| rows::cell(&cell_of(column))).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

fn label(id: &Id) -> String {
    match Tlp::of_id(id) {
        // The definition of TLP 1.0 is another one, and stays the one it is.
        Some(tlp) if tlp.definition_id() == *id => tlp.label().to_owned(),
        _ => id.to_string(),
    }
}
