//! Objects that MISP keeps apart and STIX holds in one observable: a file, its PE header and its
//! sections; a registry key and its values.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::guess;
use super::object::to_ids;
use super::pattern;
use super::residue::Object;
use super::shape::{canonical, is_hash};
use super::templates::PE_EXTENSION;
use super::types::{self, Shape};

/// Which objects are part of which.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    parts: HashSet<usize>,
    wholes: HashMap<usize, Whole>,
}

#[derive(Debug)]
enum Whole {
    /// A header and its sections.
    Header(usize, Vec<usize>),
    /// A key's values.
    Values(Vec<usize>),
}

/// What the parts add to the observable of the whole.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    header: Option<Value>,
    values: Vec<Value>,
    comparisons: Vec<String>,
    /// Whether something of it is for detection.
    pub(crate) to_ids: bool,
}

impl Parts {
    /// Follows the references of an event's objects.
    pub(crate) fn of(objects: &[&Object]) -> Self {
        let named = |name: &str| {
            let held = objects.iter().enumerate();
            let held = held.filter(|(_, object)| guess::text(object, "name") == name);
            held.map(|(index, object)| (guess::text(object, "uuid"), index))
                .collect::<HashMap<_, _>>()
        };
        let mut parts = Self::default();
        if !objects
            .iter()
            .any(|object| matches!(guess::text(object, "name"), "pe" | "registry-key-value"))
        {
            return parts;
        }
        let (headers, sections) = (named("pe"), named("pe-section"));
        let values = named("registry-key-value");
        let of_header = |index: usize| {
            let object = objects.get(index)?;
            // The header's type is required (STIX 2.1 section 6.7.6).
            attribute(object, "type")?;
            Some(referred(object, &["includes", "included-in"], &sections))
        };
        for (index, object) in objects.iter().enumerate() {
            match guess::text(object, "name") {
                "file" => {
                    let found = referred(object, &["includes", "included-in"], &headers);
                    if let [header] = found.as_slice()
                        && let Some(sections) = of_header(*header)
                        && parts.parts.insert(*header)
                    {
                        let free = parts.free(sections);
                        parts.wholes.insert(index, Whole::Header(*header, free));
                    }
                }
                "registry-key" => {
                    let found = referred(object, &["contains"], &values);
                    let free = parts.free(found);
                    if !free.is_empty() {
                        parts.wholes.insert(index, Whole::Values(free));
                    }
                }
                _ => {}
            }
        }
        // A header by itself is a file of which no more is known.
        for index in headers.into_values() {
            let name = objects.get(index).and_then(|object| name_of(object));
            if !parts.parts.contains(&index)
                && name.is_some()
                && let Some(sections) = of_header(index)
            {
                let free = parts.free(sections);
                parts.wholes.insert(index, Whole::Header(index, free));
            }
        }
        parts
    }

    /// Takes those that are part of nothing else yet.
    fn free(&mut self, indexes: Vec<usize>) -> Vec<usize> {
        indexes.into_iter().filter(|index| self.parts.insert(*index)).collect()
    }

    /// Whether an object is part of another.
    pub(crate) fn is_part(&self, index: usize) -> bool {
        self.parts.contains(&index)
    }

    /// What an object's parts add to it.
    pub(crate) fn of_whole(&self, index: usize, objects: &[&Object]) -> Extra {
        let mut extra = Extra::default();
        let all = |indexes: &[usize]| -> Vec<&Object> {
            indexes.iter().filter_map(|index| objects.get(*index).copied()).collect()
        };
        match self.wholes.get(&index) {
            None => {}
            Some(Whole::Header(header, sections)) => {
                if let Some(header) = objects.get(*header) {
                    extra.header(header, &all(sections));
                }
            }
            Some(Whole::Values(values)) => {
                for object in all(values) {
                    extra.value(object);
                }
            }
        }
        extra
    }
}

/// The objects among `named` that one refers to in one of these ways.
fn referred(object: &Object, ways: &[&str], named: &HashMap<&str, usize>) -> Vec<usize> {
    let references = object.get("ObjectReference").and_then(Value::as_array);
    let mut found = Vec::new();
    for reference in references.into_iter().flatten() {
        let text = |key: &str| reference.get(key).and_then(Value::as_str).unwrap_or_default();
        if ways.contains(&text("relationship_type"))
            && let Some(index) = named.get(text("referenced_uuid"))
            && !found.contains(index)
        {
            found.push(*index);
        }
    }
    found
}

fn attribute<'o>(object: &'o Object, relation: &str) -> Option<&'o str> {
    attributes(object).find_map(|one| {
        let value = guess::text(one, "value");
        (guess::text(one, "object_relation") == relation && !value.is_empty()).then_some(value)
    })
}

fn attributes(object: &Object) -> impl Iterator<Item = &Object> {
    let list = object.get("Attribute").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn name_of(header: &Object) -> Option<&str> {
    attribute(header, "original-filename").or_else(|| attribute(header, "internal-filename"))
}

impl Extra {
    fn header(&mut self, header: &Object, sections: &[&Object]) {
        let mut held = Object::new();
        let text = |relation: &str| attribute(header, relation);
        let number = |relation: &str| text(relation).and_then(canonical).filter(|n| *n >= 0);
        let path = format!("file:extensions.{}", pattern::text("windows-pebinary-ext"));
        if let Some(kind) = text("type") {
            held.insert("pe_type".into(), kind.to_lowercase().into());
        }
        if let Some(hash) = text("imphash") {
            held.insert("imphash".into(), hash.into());
            self.detect(header, "imphash", || pattern::equals(&format!("{path}.imphash"), hash));
        }
        if let Some(count) = number("number-sections") {
            held.insert("number_of_sections".into(), count.into());
        }
        if let Some(address) = number("entrypoint-address") {
            held.insert("optional_header".into(), json!({ "address_of_entry_point": address }));
        }
        let sections: Vec<Value> =
            sections.iter().filter_map(|section| self.section(section, &path)).collect();
        if !sections.is_empty() {
            held.insert("sections".into(), sections.into());
        }
        self.header = Some(held.into());
    }

    fn section(&mut self, section: &Object, path: &str) -> Option<Value> {
        let mut held = Object::new();
        held.insert("name".into(), attribute(section, "name")?.into());
        if let Some(size) = attribute(section, "size-in-bytes").and_then(canonical) {
            held.insert("size".into(), size.max(0).into());
        }
        let entropy = attribute(section, "entropy").and_then(|text| text.parse::<f64>().ok());
        if let Some(entropy) = entropy.filter(|entropy| entropy.is_finite()) {
            held.insert("entropy".into(), json!(entropy));
        }
        let mut hashes = Object::new();
        for one in attributes(section) {
            let (relation, value) =
                (guess::text(one, "object_relation"), guess::text(one, "value"));
            let shape = types::of(relation).map(|known| known.shape);
            if let Some(Shape::Hash(kind)) = shape
                && is_hash(kind, value)
            {
                hashes.insert(kind.into(), value.into());
                let path = format!("{path}.sections[*].hashes.{}", pattern::step(kind));
                self.detect(section, relation, || pattern::equals(&path, value));
            }
        }
        if !hashes.is_empty() {
            held.insert("hashes".into(), hashes.into());
        }
        Some(held.into())
    }

    fn value(&mut self, object: &Object) {
        let mut held = Object::new();
        for (relation, key) in [("name", "name"), ("data", "data"), ("data-type", "data_type")] {
            let Some(value) = attribute(object, relation) else { continue };
            if key == "data_type" && !value.starts_with("REG_") {
                continue;
            }
            held.insert(key.into(), value.into());
            let path = format!("windows-registry-key:values[*].{key}");
            self.detect(object, relation, || pattern::equals(&path, value));
        }
        if !held.is_empty() {
            self.values.push(held.into());
        }
    }

    fn detect(&mut self, object: &Object, relation: &str, comparison: impl Fn() -> String) {
        let detects = attributes(object)
            .any(|one| guess::text(one, "object_relation") == relation && to_ids(one));
        if detects {
            self.to_ids = true;
            self.comparisons.push(comparison());
        }
    }

    /// Adds it to the whole's observable, and gives the comparisons that find it.
    pub(crate) fn apply(&self, main: &mut Object) -> Vec<String> {
        if let (Some(header), [extensions, name]) = (&self.header, PE_EXTENSION) {
            let held = main.entry(*extensions).or_insert_with(|| json!({}));
            if let Value::Object(held) = held {
                held.insert((*name).into(), header.clone());
            }
        }
        if !self.values.is_empty() {
            let held = main.entry("values").or_insert_with(|| json!([]));
            if let Value::Array(held) = held {
                held.extend(self.values.iter().cloned());
            }
        }
        self.comparisons.clone()
    }
}
