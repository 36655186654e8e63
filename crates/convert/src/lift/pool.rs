//! The result: objects in the order of the input, each observable once.

use std::collections::HashMap;

use serde_json::Value;
use stix::{Id, Object};

use super::observed::Observable;
use crate::Report;

/// What stands where in the result.
enum Slot {
    Object(Object),
    Observable(Observable),
}

#[derive(Default)]
pub(super) struct Pool {
    slots: Vec<Slot>,
    held: HashMap<Id, usize>,
}

impl Pool {
    pub(super) fn push(&mut self, object: Object) {
        self.slots.push(Slot::Object(object));
    }

    /// Adds an observable. One that was seen before, in this observation or another, becomes one
    /// object with what both say, under the markings of both.
    pub(super) fn observable(&mut self, new: Observable, report: &mut Report) {
        let held = self.held.get(&new.id).and_then(|at| self.slots.get_mut(*at));
        if let Some(Slot::Observable(held)) = held {
            merge(held, &new, report);
            return;
        }
        self.held.insert(new.id.clone(), self.slots.len());
        self.slots.push(Slot::Observable(new));
    }

    pub(super) fn finish(self, report: &mut Report) -> Vec<Object> {
        let mut objects = Vec::with_capacity(self.slots.len());
        for slot in self.slots {
            match slot {
                Slot::Object(object) => objects.push(object),
                Slot::Observable(one) => match Object::parse(one.draft.write().into_bytes()) {
                    Ok(object) => objects.push(object),
                    Err(error) => report.lost(one.place, "the object", error.to_string()),
                },
            }
        }
        objects
    }
}

fn merge(held: &mut Observable, new: &Observable, report: &mut Report) {
    for (key, raw) in new.draft.members() {
        let Some(there) = held.draft.raw(key) else {
            held.draft.set_raw(key, raw.to_owned());
            continue;
        };
        if there == raw {
            continue;
        }
        match (held.draft.value(key), new.draft.value(key)) {
            (Some(there), Some(here)) if there == here => {}
            (Some(Value::Array(mut there)), Some(Value::Array(here)))
                if key.ends_with("_refs") || key == "granular_markings" =>
            {
                for item in here {
                    if !there.contains(&item) {
                        there.push(item);
                    }
                }
                held.draft.set(key, &Value::Array(there));
            }
            _ => {
                let shown: String = raw.chars().take(200).collect();
                let why = format!("another observation says otherwise of {}", held.id);
                report.lost(new.place.join(key), shown, why);
            }
        }
    }
}
