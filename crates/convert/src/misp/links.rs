//! What hangs on an event, an attribute, an object or a note: galaxies, sightings, and what
//! analysts say of it.
//!
//! The extension of the holder lists them in order: by identifier what became an object of its
//! own, whole what could not.

use serde_json::{Value, json};
use stix::Pointer;

use super::export::{Deferred, Exporter, canonical_uuid};
use super::guess;
use super::residue::{Object, attach};
use super::time;

/// What hangs on a note or an opinion.
const ON_NOTES: &[&str] = &["Note", "Opinion", "Relationship"];

impl Exporter {
    /// Writes what hangs on a holder whose objects have these identifiers.
    pub(crate) fn links(
        &mut self,
        holder: &Object,
        ids: &[String],
        seconds: i64,
        body: &mut Object,
        at: usize,
        place: &Pointer,
    ) {
        let mut links = Object::new();
        for key in ["Galaxy", "Sighting", "Note", "Opinion"] {
            let Some(value) = holder.get(key) else { continue };
            let place = place.join(key);
            let Value::Array(items) = value else {
                self.report.kept(place, key, "not the list that MISP has here");
                links.insert(key.into(), json!({ "whole": value }));
                continue;
            };
            let made = items.iter().enumerate().map(|(index, item)| {
                let place = place.join(&index.to_string());
                let made = item.as_object().and_then(|item| match key {
                    "Galaxy" => self.galaxy(item, ids, seconds, &place),
                    "Sighting" => self.sighting(item, ids, seconds, &place),
                    "Note" => self.note(item, ids, seconds, &place),
                    _ => self.opinion(item, ids, seconds, &place),
                });
                made.unwrap_or_else(|| {
                    self.report.kept(place, key, "STIX has no object for it as it stands");
                    json!({ "whole": item })
                })
            });
            let made: Vec<Value> = made.collect();
            links.insert(key.into(), made.into());
        }
        if let Some(value) = holder.get("Relationship") {
            self.defer("Relationship", value, ids, at, seconds, place, &mut links);
        }
        if !links.is_empty() {
            body.insert("links".into(), links.into());
        }
    }

    /// Notes references whose target may come later.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn defer(
        &mut self,
        key: &'static str,
        value: &Value,
        ids: &[String],
        at: usize,
        seconds: i64,
        place: &Pointer,
        links: &mut Object,
    ) {
        let place = place.join(key);
        if let (Value::Array(items), Some(holder)) = (value, ids.first()) {
            links.insert(key.into(), json!([]));
            self.deferred.push(Deferred {
                at,
                key,
                holder: holder.clone(),
                items: items.clone(),
                path: place,
                seconds,
            });
        } else {
            self.report.kept(place, key, "not the list that MISP has here");
            links.insert(key.into(), json!({ "whole": value }));
        }
    }

    /// Writes the references now that all their targets are known.
    pub(crate) fn resolve(&mut self) {
        for deferred in std::mem::take(&mut self.deferred) {
            let Deferred { at, key, holder, items, path, seconds } = deferred;
            let made = items.iter().enumerate().map(|(index, item)| {
                let place = path.join(&index.to_string());
                let made = item.as_object().and_then(|item| {
                    if key == "Relationship" {
                        self.link(item, &holder, seconds, &place)
                    } else {
                        self.reference(item, &holder, seconds, &place)
                    }
                });
                made.unwrap_or_else(|| {
                    self.report.kept(place, key, "what it refers to is not in the event");
                    json!({ "whole": item })
                })
            });
            let made: Vec<Value> = made.collect();
            let links = self.out.get_mut(at).and_then(|object| {
                let body = object.get_mut("extensions")?.get_mut(stix::extension::MISP)?;
                body.get_mut("links")?.as_object_mut()
            });
            if let Some(links) = links {
                links.insert(key.into(), made.into());
            }
        }
    }

    /// What a UUID of this event became.
    fn target(&self, uuid: &str) -> Option<String> {
        self.primaries.get(canonical_uuid(uuid)?.as_ref())?.first().cloned()
    }

    /// An object's reference to another part of the event.
    fn reference(
        &mut self,
        item: &Object,
        holder: &str,
        seconds: i64,
        place: &Pointer,
    ) -> Option<Value> {
        let target = self.target(item.get("referenced_uuid")?.as_str()?)?;
        let at = time::seconds(item.get("timestamp")).unwrap_or(seconds);
        let mut object = self.own_relationship(item, holder, &target, at, place)?;
        super::attribute::describe(&mut object, item);
        if super::export::flag(item.get("deleted")) == Some(true) {
            object.insert("revoked".into(), true.into());
        }
        let guessed = guess::reference(&object);
        let body = self.keep(item, &guessed, &[], place);
        attach(&mut object, "reference", body);
        Some(self.push_named(object))
    }

    /// An analyst's relationship between two parts of the event.
    fn link(
        &mut self,
        item: &Object,
        holder: &str,
        seconds: i64,
        place: &Pointer,
    ) -> Option<Value> {
        let target = self.target(item.get("related_object_uuid")?.as_str()?)?;
        let mut object = self.own_relationship(item, holder, &target, seconds, place)?;
        times(&mut object, item);
        let guessed = guess::link(&object);
        let body = self.keep(item, &guessed, &[], place);
        attach(&mut object, "relationship", body);
        Some(self.push_named(object))
    }

    /// Takes an object in; gives its identifier.
    fn push_named(&mut self, object: Object) -> Value {
        let id = guess::id(&object).to_owned();
        self.push(object);
        id.into()
    }

    fn own_relationship(
        &mut self,
        item: &Object,
        source: &str,
        target: &str,
        seconds: i64,
        place: &Pointer,
    ) -> Option<Object> {
        let kind = relationship_type(item.get("relationship_type")?.as_str()?);
        let uuid = self.uuid(item, place);
        let id = self.registry.fresh("relationship", &uuid);
        Some(self.relationship(id, source, &kind, target, seconds))
    }

    /// A sighting, or a false positive as the opinion that it is.
    fn sighting(
        &mut self,
        item: &Object,
        ids: &[String],
        seconds: i64,
        place: &Pointer,
    ) -> Option<Value> {
        let (primary, seen) = (ids.first()?, ids.get(1).or(ids.first())?);
        let kind = match item.get("type")? {
            Value::String(text) => text.as_str(),
            Value::Number(number) if number.as_i64() == Some(0) => "0",
            Value::Number(number) if number.as_i64() == Some(1) => "1",
            _ => return None,
        };
        let uuid = self.uuid(item, place);
        let at = time::seconds(item.get("date_sighting")).unwrap_or(seconds);
        let who = self.organisation(item.get("Organisation"));
        let author = std::mem::replace(&mut self.author, who.clone());
        let mut object = match kind {
            "0" => {
                let id = self.registry.fresh("sighting", &uuid);
                let mut object = self.statement("sighting", id, at);
                object.insert("sighting_of_ref".into(), seen.as_str().into());
                if ids.len() > 1 && guess::type_of(primary) == "observed-data" {
                    object.insert("observed_data_refs".into(), json!([primary]));
                }
                if let Some(who) = &who {
                    object.insert("where_sighted_refs".into(), json!([who]));
                }
                let source = guess::text(item, "source");
                if !source.is_empty() {
                    object.insert("description".into(), source.into());
                }
                object
            }
            "1" => {
                let id = self.registry.fresh("opinion", &uuid);
                let mut object = self.statement("opinion", id, at);
                object.insert("opinion".into(), "strongly-disagree".into());
                object.insert("explanation".into(), "False positive Sighting".into());
                object.insert("object_refs".into(), json!(ids));
                if let Some(name) = who.as_ref().and_then(|who| self.names.get(who)) {
                    object.insert("authors".into(), json!([name]));
                }
                object
            }
            _ => {
                self.author = author;
                return None;
            }
        };
        self.author = author;
        let guessed = guess::sighting(&object, self.organisation_guess(who.as_deref()));
        let mut body = self.keep(item, &guessed, &[], place);
        if let Some(who) = who {
            body.insert("organisation".into(), who.into());
        }
        attach(&mut object, "sighting", body);
        Some(self.push_named(object))
    }

    /// An analyst's note.
    fn note(
        &mut self,
        item: &Object,
        ids: &[String],
        seconds: i64,
        place: &Pointer,
    ) -> Option<Value> {
        let content = item.get("note")?.as_str()?;
        let mut object = self.analyst("note", item, ids, seconds, place)?;
        object.insert("content".into(), content.into());
        object.insert("labels".into(), json!(["misp:context-layer=\"Analyst Note\""]));
        let language = guess::text(item, "language");
        if stix::validate::is_language(language) {
            object.insert("lang".into(), language.into());
        }
        let guessed = guess::note(&object);
        Some(self.annotated(object, "note", item, &guessed, seconds, place))
    }

    /// An analyst's opinion.
    fn opinion(
        &mut self,
        item: &Object,
        ids: &[String],
        seconds: i64,
        place: &Pointer,
    ) -> Option<Value> {
        let number = match item.get("opinion")? {
            Value::String(text) => text.parse::<i64>().ok()?,
            Value::Number(number) => number.as_i64()?,
            _ => return None,
        };
        let level = match number {
            0..=20 => "strongly-disagree",
            21..=40 => "disagree",
            41..=60 => "neutral",
            61..=80 => "agree",
            81..=100 => "strongly-agree",
            _ => return None,
        };
        let mut object = self.analyst("opinion", item, ids, seconds, place)?;
        object.insert("opinion".into(), level.into());
        object.insert("labels".into(), json!(["misp:context-layer=\"Analyst Opinion\""]));
        let comment = guess::text(item, "comment");
        if !comment.is_empty() {
            object.insert("explanation".into(), comment.into());
        }
        let guessed = guess::opinion(&object);
        Some(self.annotated(object, "opinion", item, &guessed, seconds, place))
    }

    /// What notes and opinions have in common.
    fn analyst(
        &mut self,
        type_name: &str,
        item: &Object,
        ids: &[String],
        seconds: i64,
        place: &Pointer,
    ) -> Option<Object> {
        if ids.is_empty() {
            return None;
        }
        let uuid = self.uuid(item, place);
        let id = self.registry.fresh(type_name, &uuid);
        let mut object = self.statement(type_name, id, seconds);
        times(&mut object, item);
        object.insert("object_refs".into(), json!(ids));
        let authors = guess::text(item, "authors");
        if !authors.is_empty() {
            object.insert("authors".into(), json!([authors]));
        }
        Some(object)
    }

    /// Adds a note or opinion with what hangs on itself.
    fn annotated(
        &mut self,
        object: Object,
        kind: &str,
        item: &Object,
        guessed: &Object,
        seconds: i64,
        place: &Pointer,
    ) -> Value {
        let mut body = self.keep(item, guessed, ON_NOTES, place);
        let id = guess::id(&object).to_owned();
        if let Some(uuid) = item.get("uuid").and_then(Value::as_str).and_then(canonical_uuid) {
            self.primaries.entry(uuid.into_owned()).or_default().push(id.clone());
        }
        let at = self.push(object);
        let mut hanging = item.clone();
        hanging.retain(|key, _| ON_NOTES.contains(&key.as_str()));
        self.links(&hanging, std::slice::from_ref(&id), seconds, &mut body, at, place);
        if let Some(object) = self.out.get_mut(at) {
            attach(object, kind, body);
        }
        id.into()
    }
}

/// The times of an analyst's statement, where they can be read and stand in order.
pub(crate) fn times(object: &mut Object, item: &Object) {
    let read = |key: &str| {
        let stamp = time::from_iso(guess::text(item, key))?;
        Some(time::stamp(time::floor_seconds(&stamp)?))
    };
    let (created, modified) = match (read("created"), read("modified")) {
        (Some(created), Some(modified)) if created <= modified => (created, modified),
        (Some(created), _) => (created.clone(), created),
        (None, Some(modified)) => (modified.clone(), modified),
        (None, None) => return,
    };
    object.insert("created".into(), created.into());
    object.insert("modified".into(), modified.into());
}

/// A type of relationship as STIX spells them (STIX 2.1 section 5.1.1).
fn relationship_type(text: &str) -> String {
    let spelled = text.chars().map(|letter| match letter {
        'a'..='z' | '0'..='9' => letter,
        'A'..='Z' => letter.to_ascii_lowercase(),
        _ => '-',
    });
    let spelled: String = spelled.take(250).collect();
    let spelled = spelled.trim_matches('-');
    if spelled.is_empty() { "related-to".to_owned() } else { spelled.to_owned() }
}
