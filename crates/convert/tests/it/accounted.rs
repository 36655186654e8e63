//! Nothing is lost in silence: a check that any conversion of JSON can be held to.

use std::collections::HashSet;

use convert::{Fate, Report};
use serde_json::Value;
use stix::{Object, Pointer};

/// Panics unless each leaf of the input stands in the result under the same name, or the report
/// names its place or one above. That something is said in another way excuses a leaf just there;
/// deeper ones must stand in the result under some name, or be references.
#[track_caller]
pub(crate) fn assert_accounted(input: &Value, objects: &[Object], report: &Report) {
    let mut named = HashSet::new();
    let mut anywhere = HashSet::new();
    for object in objects {
        let value = Value::Object(object.value());
        leaves("", &value, &Pointer::root(), &mut |name, leaf, _| {
            named.insert((name.to_owned(), leaf.to_string()));
            anywhere.insert(leaf.to_string());
        });
    }
    leaves("", input, &Pointer::root(), &mut |name, leaf, place| {
        let text = leaf.to_string();
        if named.contains(&(name.to_owned(), text.clone())) {
            return;
        }
        let is_reference = ["_ref", "_refs", "selectors"].iter().any(|end| name.ends_with(end));
        let is_excused = is_reference || anywhere.contains(&text);
        let is_reported = report.losses().iter().any(|loss| {
            let Some(rest) = place.as_str().strip_prefix(loss.pointer.as_str()) else {
                return false;
            };
            let is_below = rest.starts_with('/') && loss.pointer != Pointer::root();
            match rest.matches('/').count() {
                0 => rest.is_empty(),
                1 => is_below,
                _ => is_below && (loss.fate != Fate::Changed || is_excused),
            }
        });
        assert!(
            is_reported,
            "{place} ({leaf}) is gone and no line says so:\n{report:#?}\n{objects:#?}"
        );
    });
}

fn leaves(
    name: &str,
    value: &Value,
    place: &Pointer,
    see: &mut impl FnMut(&str, &Value, &Pointer),
) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, below) in members {
                leaves(key, below, &place.join(key), see);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(name, item, &place.join(&index.to_string()), see);
            }
        }
        leaf => see(name, leaf, place),
    }
}
