//! Observed data: from objects within to objects of their own (STIX 2.1 section 4.14).

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use stix::object::{Class, class_of};
use stix::{Id, Object, Pointer, id};
use uuid::Uuid;

use super::{One, granular, observable};
use crate::derived;
use crate::draft::Draft;

/// An observable on its way into the pool.
pub(super) struct Observable {
    pub(super) id: Id,
    pub(super) draft: Draft,
    pub(super) place: Pointer,
}

/// An entry of `objects`.
struct Entry {
    key: String,
    raw: String,
    type_name: String,
    draft: Draft,
    place: Pointer,
    moved: Vec<(String, Vec<String>)>,
}

/// How many bytes of markings may be written onto what one observation holds.
const MOST_MARKINGS: usize = 32 << 20;

/// Whether an observation would become far more than it is: each of its objects carries its
/// markings on.
pub(super) fn swells(draft: &Draft) -> bool {
    let long = |key: &str| draft.raw(key).map_or(0, str::len);
    let markings = long("object_marking_refs") + long("granular_markings");
    let objects = draft.raw("objects").map_or(0, |raw| raw.matches('{').count());
    markings.saturating_mul(objects) > MOST_MARKINGS
}

/// Takes the objects out of an observation and leaves references to them.
pub(super) fn lift(one: &mut One<'_>) -> Vec<Observable> {
    let Some(raw) = one.draft.raw("objects").map(str::to_owned) else { return Vec::new() };
    let place = one.at("objects");
    let Ok(objects) = Draft::read(raw.as_bytes()) else {
        one.report.kept(place, "objects", "it is no dictionary of objects");
        return Vec::new();
    };
    let mut left = Map::new();
    let mut entries = entries(&objects, one, &mut left);
    let ids = identifiers(&entries, one);
    let mut lifted = Vec::with_capacity(entries.len());
    let mut refs: Vec<Id> = Vec::new();
    let mut index_of = HashMap::new();
    for entry in &mut entries {
        let Some(id) = ids.get(&entry.key) else { continue };
        observable::resolve(&mut entry.draft, &ids, &entry.place, &mut one.report);
        dress(entry, id, one);
        if let Err(error) = Object::parse(entry.draft.write().into_bytes()) {
            let why = format!("it is no STIX 2.1 object: {error}");
            leave(&mut left, entry, why, one);
            continue;
        }
        let at = refs.iter().position(|held| held == id).unwrap_or_else(|| {
            refs.push(id.clone());
            refs.len() - 1
        });
        index_of.insert(entry.key.clone(), at);
        lifted.push(Observable {
            id: id.clone(),
            draft: std::mem::take(&mut entry.draft),
            place: entry.place.clone(),
        });
    }
    if lifted.is_empty() {
        // STIX 2.1 still reads `objects`, though it advises against it.
        return lifted;
    }
    selectors(one, &index_of);
    one.draft.set("objects", &json!(refs));
    if one.draft.has("object_refs") {
        one.set_aside("object_refs", "the name means something else in STIX 2.1", false);
    }
    one.draft.rename("objects", "object_refs");
    if !left.is_empty() {
        one.draft.set("x_stix20_objects", &Value::Object(left));
    }
    let what = match refs.len() {
        1 => "1 object within, now an object of its own".to_owned(),
        number => format!("{number} objects within, now objects of their own"),
    };
    one.report.changed(place, what, "in STIX 2.1 an observation refers to its objects");
    lifted
}

/// The entries that have a type; others are left as they are.
fn entries(objects: &Draft, one: &mut One<'_>, left: &mut Map<String, Value>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (key, raw) in objects.members() {
        let place = one.at("objects").join(key);
        let draft = Draft::read(raw.as_bytes()).unwrap_or_default();
        let type_name = draft.text("type").unwrap_or_default();
        let mut entry = Entry {
            key: key.to_owned(),
            raw: raw.to_owned(),
            type_name,
            draft,
            place,
            moved: Vec::new(),
        };
        if Id::from_parts(&entry.type_name, Uuid::nil()).is_err() {
            leave(left, &entry, "it has no type that an object could have".to_owned(), one);
            continue;
        }
        entry.moved =
            observable::rename(&mut entry.draft, &entry.type_name, &entry.place, &mut one.report);
        entries.push(entry);
    }
    entries
}

fn leave(left: &mut Map<String, Value>, entry: &Entry, why: String, one: &mut One<'_>) {
    let value = serde_json::from_str(&entry.raw).unwrap_or(Value::Null);
    left.insert(entry.key.clone(), value);
    one.report.kept(entry.place.clone(), "the object, now in x_stix20_objects", why);
}

/// The identifier of each entry, those first on which others depend.
fn identifiers(entries: &[Entry], one: &One<'_>) -> HashMap<String, Id> {
    let index: HashMap<&str, usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.key.as_str(), at)).collect();
    let needs: Vec<Vec<usize>> = entries
        .iter()
        .map(|entry| {
            let keys = observable::decisive(&entry.draft, &entry.type_name);
            keys.iter().filter_map(|key| index.get(key.as_str()).copied()).collect()
        })
        .collect();
    let seed = std::cell::OnceCell::new();
    let own = |entry: &Entry| {
        let seed: &Vec<u8> = seed.get_or_init(|| seed_of(one));
        own_id(entry, seed)
    };
    let mut ids = HashMap::new();
    // Depth first, with a stack of our own: a chain may be as long as the text allows.
    let mut open = vec![false; entries.len()];
    for start in 0..entries.len() {
        let mut stack = vec![(start, 0_usize)];
        while let Some((at, next)) = stack.pop() {
            let Some(entry) = entries.get(at) else { continue };
            if ids.contains_key(&entry.key) {
                continue;
            }
            let need = needs.get(at).and_then(|needs| needs.get(next)).copied();
            match need {
                Some(other) if open.get(other) == Some(&true) => {
                    // It depends on itself: no identifier follows from its content.
                    if let Some(entry) = entries.get(other)
                        && let Some(id) = own(entry)
                    {
                        ids.insert(entry.key.clone(), id);
                    }
                    stack.push((at, next + 1));
                    if let Some(open) = open.get_mut(other) {
                        *open = false;
                    }
                }
                Some(other) => {
                    if let Some(open) = open.get_mut(at) {
                        *open = true;
                    }
                    stack.push((at, next + 1));
                    stack.push((other, 0));
                }
                None => {
                    let known = observable::properties(&entry.draft, &ids);
                    let id = id::of_sco(&known).or_else(|| own(entry));
                    ids.extend(id.map(|id| (entry.key.clone(), id)));
                    if let Some(open) = open.get_mut(at) {
                        *open = false;
                    }
                }
            }
        }
    }
    ids
}

/// What identifiers of their own follow from: the observation and all that is in it.
fn seed_of(one: &One<'_>) -> Vec<u8> {
    let objects = one.draft.value("objects").unwrap_or_default();
    let id = one.draft.raw("id").unwrap_or_default();
    let mut seed = stix::canonical::to_vec(&objects).unwrap_or_default();
    seed.extend_from_slice(id.as_bytes());
    seed
}

/// An identifier that follows from no property of the entry.
fn own_id(entry: &Entry, seed: &[u8]) -> Option<Id> {
    let mut content = seed.to_vec();
    content.extend_from_slice(entry.key.as_bytes());
    Id::from_parts(&entry.type_name, derived::uuid(&content)).ok()
}

/// Gives an entry what an object needs: its identifier, and the markings under which it stood.
fn dress(entry: &mut Entry, id: &Id, one: &mut One<'_>) {
    entry.draft.set_after("type", "id", &json!(id));
    entry.draft.set_after("type", "spec_version", &json!("2.1"));
    if class_of(&entry.type_name) == Class::Custom {
        for (before, key) in [("id", "created"), ("created", "modified")] {
            if entry.draft.has(key) {
                let new = super::names::aside(key, |name| entry.draft.has(name));
                entry.draft.rename(key, &new);
            }
            if let Some(time) = one.draft.value(key) {
                entry.draft.set_after(before, key, &time);
            }
        }
        let what = "an object of a type of its author’s own";
        let why = "it has the times of its observation, as an object of its own needs some";
        one.report.changed(entry.place.clone(), what, why);
    }
    if let Some(marked) = one.draft.raw("object_marking_refs").map(str::to_owned) {
        entry.draft.set_raw("object_marking_refs", marked);
    }
    for part in parts(one) {
        let Some(within) = selected(&part, &entry.key) else { continue };
        let marking = part.get("marking_ref").cloned().unwrap_or_default();
        if within.iter().any(String::is_empty) {
            let mut refs = entry.draft.value("object_marking_refs").unwrap_or_else(|| json!([]));
            if let Some(refs) = refs.as_array_mut().filter(|refs| !refs.contains(&marking)) {
                refs.push(marking);
            }
            entry.draft.set("object_marking_refs", &refs);
            continue;
        }
        let selectors: Vec<String> = within
            .iter()
            .flat_map(|path| {
                granular::lead(path, &entry.moved).unwrap_or_else(|| vec![path.clone()])
            })
            .collect();
        let mut granular = entry.draft.value("granular_markings").unwrap_or_else(|| json!([]));
        if let Some(granular) = granular.as_array_mut() {
            granular.push(json!({ "marking_ref": marking, "selectors": selectors }));
        }
        entry.draft.set("granular_markings", &granular);
    }
}

fn parts(one: &One<'_>) -> Vec<Value> {
    match one.draft.value("granular_markings") {
        Some(Value::Array(parts)) => parts,
        _ => Vec::new(),
    }
}

/// What a granular marking selects of an entry: paths within, the empty one for all of it.
fn selected(part: &Value, key: &str) -> Option<Vec<String>> {
    let selectors = part.get("selectors")?.as_array()?;
    let whole = format!("objects.{key}");
    let within: Vec<String> = selectors
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|selector| match granular::below(selector, &whole) {
            Some(rest) => Some(rest.trim_start_matches('.').to_owned()),
            None => (selector == "objects").then(String::new),
        })
        .collect();
    (!within.is_empty()).then_some(within)
}

/// The observation's own selectors: a mark on what it observed stays on its reference to it.
fn selectors(one: &mut One<'_>, index_of: &HashMap<String, usize>) {
    let mut parts = parts(one);
    let mut is_other = false;
    for part in &mut parts {
        let Some(selectors) = part.get_mut("selectors").and_then(Value::as_array_mut) else {
            continue;
        };
        let mut now: Vec<Value> = Vec::with_capacity(selectors.len());
        for selector in selectors.iter() {
            let text = selector.as_str().unwrap_or_default();
            let inner = granular::below(text, "objects").map(|rest| rest.trim_start_matches('.'));
            let led = match inner {
                None => selector.clone(),
                Some("") => json!("object_refs"),
                Some(rest) => {
                    let key = index_of.keys().find(|key| granular::below(rest, key).is_some());
                    match key.and_then(|key| index_of.get(key)) {
                        Some(at) => json!(format!("object_refs.[{at}]")),
                        None => json!(format!("x_stix20_objects.{rest}")),
                    }
                }
            };
            is_other |= led != *selector;
            if !now.contains(&led) {
                now.push(led);
            }
        }
        *selectors = now;
    }
    if is_other {
        one.draft.set("granular_markings", &Value::Array(parts));
        let place = one.at("granular_markings");
        let why = "the marked objects carry the marking, and the references to them";
        one.report.changed(place, "selectors", why);
    }
}
