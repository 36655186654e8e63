//! An event on its way to STIX: a report if it is published, else a grouping, of all its parts.

use serde_json::{Value, json};
use stix::Pointer;

use super::export::{Exporter, canonical_uuid, flag};
use super::residue::{Object, attach};
use super::{guess, tags, time};

/// The parts that have objects of their own.
const PARTS: &[&str] =
    &["Attribute", "EventReport", "Galaxy", "Note", "Object", "Opinion", "Relationship", "Tag"];

impl Exporter {
    /// Writes an event into `out`, its container first.
    pub(crate) fn write_event(&mut self, event: &Object, place: &Pointer) {
        self.seed = seed(event);
        let day = time::from_iso(guess::text(event, "date"));
        let day = day.and_then(|stamp| time::floor_seconds(&stamp));
        self.seconds = time::seconds(event.get("timestamp")).or(day).unwrap_or(0);
        self.author = self.organisation(event.get("Orgc"));

        let published = time::seconds(event.get("publish_timestamp")).filter(|at| *at > 0);
        let published = published.filter(|_| flag(event.get("published")) == Some(true));
        let uuid = self.uuid(event, place);
        let type_name = if published.is_some() { "report" } else { "grouping" };
        let id = self.registry.fresh(type_name, &uuid);
        let mut container = self.statement(type_name, id.clone(), self.seconds);
        let info = guess::text(event, "info");
        container.insert("name".into(), info.into());
        match published {
            Some(at) => {
                container.insert("published".into(), time::stamp(at).into());
            }
            None => {
                container.insert("context".into(), "suspicious-activity".into());
            }
        }
        let mut labels = vec![json!("Threat-Report"), tags::label("misp:tool", "Entente")];
        tags::apply([event], &mut labels, &mut container, &mut self.used);
        container.insert("labels".into(), labels.into());
        self.primaries.entry(uuid).or_default().push(id.clone());

        let mut whole = Object::new();
        self.attributes(event.get("Attribute"), &mut whole, place);
        self.objects(event.get("Object"), &mut whole, place);

        let organisation = self.organisation_guess(self.author.clone().as_deref());
        let guessed = guess::event(&container, organisation);
        let mut body = self.keep(event, &guessed, PARTS, place);
        self.keep_tags(event, &container, &mut body, place);
        if !whole.is_empty() {
            body.insert("whole".into(), whole.into());
        }
        let at = self.out.len();
        self.out.push(container);
        let ids = [id];
        self.links(event, &ids, self.seconds, &mut body, at, place);
        self.event_reports(event.get("EventReport"), &ids, &mut body, place);
        if let Some(object) = self.out.get_mut(at) {
            attach(object, "event", body);
        }
        self.resolve();
        self.fill(at, &ids);
    }

    /// Makes the container refer to all parts, and puts it before them.
    fn fill(&mut self, at: usize, ids: &[String]) {
        let [id] = ids else { return };
        if self.refs.is_empty() {
            // A container refers to something (STIX 2.1 sections 4.4 and 4.16).
            let uuid = guess::uuid_of(id).to_owned();
            let note = self.registry.fresh("note", &uuid);
            let mut note = self.statement("note", note, self.seconds);
            note.insert("content".into(), "This event has no parts.".into());
            note.insert("object_refs".into(), json!([id]));
            attach(&mut note, "nothing", Object::new());
            self.push(note);
        }
        let refs = Value::from(std::mem::take(&mut self.refs));
        if let Some(container) = self.out.get_mut(at) {
            container.insert("object_refs".into(), refs);
        }
        if let Some(parts) = self.out.get_mut(..=at) {
            parts.rotate_right(1);
        }
    }

    fn attributes(&mut self, value: Option<&Value>, whole: &mut Object, place: &Pointer) {
        let Some(value) = value else { return };
        let place = place.join("Attribute");
        match value {
            Value::Array(items) if items.iter().all(Value::is_object) && !items.is_empty() => {
                for (index, item) in items.iter().filter_map(Value::as_object).enumerate() {
                    self.attribute(item, &place.join(&index.to_string()));
                }
            }
            other => {
                if other.as_array().is_none_or(|items| !items.is_empty()) {
                    self.report.kept(place, "Attribute", "not the list that MISP has here");
                }
                whole.insert("Attribute".into(), other.clone());
            }
        }
    }

    /// Reports of the event: notes on what they mention.
    fn event_reports(
        &mut self,
        value: Option<&Value>,
        ids: &[String],
        body: &mut Object,
        place: &Pointer,
    ) {
        let Some(value) = value else { return };
        let place = place.join("EventReport");
        let made = match value {
            Value::Array(items) => {
                let made = items.iter().enumerate().map(|(index, item)| {
                    let place = place.join(&index.to_string());
                    let made =
                        item.as_object().and_then(|item| self.event_report(item, ids, &place));
                    made.unwrap_or_else(|| {
                        self.report.kept(place, "EventReport", "it has no content to be a note");
                        json!({ "whole": item })
                    })
                });
                Value::Array(made.collect())
            }
            other => {
                self.report.kept(place, "EventReport", "not the list that MISP has here");
                json!({ "whole": other })
            }
        };
        let links = body.entry("links").or_insert_with(|| Object::new().into());
        if let Value::Object(links) = links {
            links.insert("EventReport".into(), made);
        }
    }

    fn event_report(&mut self, item: &Object, ids: &[String], place: &Pointer) -> Option<Value> {
        let content = item.get("content")?.as_str()?;
        let uuid = self.uuid(item, place);
        let id = self.registry.fresh("note", &uuid);
        let seconds = time::seconds(item.get("timestamp")).unwrap_or(self.seconds);
        let mut note = self.statement("note", id.clone(), seconds);
        note.insert("content".into(), content.into());
        note.insert("labels".into(), json!(["misp:data-layer=\"Event Report\""]));
        let name = guess::text(item, "name");
        if !name.is_empty() {
            note.insert("abstract".into(), name.into());
        }
        let mentioned = self.mentioned(content);
        let refs = if mentioned.is_empty() { ids.to_vec() } else { mentioned };
        note.insert("object_refs".into(), refs.into());
        if flag(item.get("deleted")) == Some(true) {
            note.insert("revoked".into(), true.into());
        }
        let linked = super::attribute::LINKED;
        let guessed = guess::event_report(&note);
        let mut body = self.keep(item, &guessed, linked, place);
        self.tagged(&mut note, item);
        self.keep_tags(item, &note, &mut body, place);
        self.primaries.entry(uuid).or_default().push(id.clone());
        let at = self.push(note);
        self.links(item, std::slice::from_ref(&id), seconds, &mut body, at, place);
        if let Some(note) = self.out.get_mut(at) {
            attach(note, "report", body);
        }
        Some(id.into())
    }

    /// What a report mentions: `@[attribute](UUID)` and its like.
    fn mentioned(&self, content: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for marker in ["[attribute](", "[object]("] {
            for part in content.split(marker).skip(1) {
                let uuid = part.get(..36).and_then(canonical_uuid);
                let ids = uuid.and_then(|uuid| self.primaries.get(uuid.as_ref()));
                for id in ids.into_iter().flatten() {
                    if !found.contains(id) {
                        found.push(id.clone());
                    }
                }
            }
        }
        found
    }
}

/// What the identifiers of parts without one follow from.
fn seed(event: &Object) -> String {
    match event.get("uuid").and_then(Value::as_str) {
        Some(uuid) => uuid.to_owned(),
        None => serde_json::to_string(event).unwrap_or_default(),
    }
}
