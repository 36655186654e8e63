//! MISP to STIX: what an event becomes, object by object.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use stix::Pointer;
use stix::marking::Tlp;
use uuid::{Uuid, Variant};

use super::residue::{self, Object, Residue};
use super::scos::{Registry, Scos, derived, derived_uuid};
use super::{guess, tags, time};
use crate::report::Report;

/// A cluster that is in the bundle already: what reading it back gives.
pub(crate) struct Cluster {
    pub(crate) galaxy: Object,
    pub(crate) cluster: Object,
}

/// A reference to what may come later in the event.
pub(crate) struct Deferred {
    /// The object in whose extension the reference belongs.
    pub(crate) at: usize,
    pub(crate) key: &'static str,
    pub(crate) holder: String,
    pub(crate) items: Vec<Value>,
    pub(crate) path: Pointer,
    pub(crate) seconds: i64,
}

/// Writes events as STIX objects, one event after the other into one bundle: what several events
/// share stands in it once.
#[derive(Default)]
pub struct Exporter {
    pub(crate) registry: Registry,
    pub(crate) names: HashMap<String, String>,
    pub(crate) clusters: HashMap<String, Cluster>,
    markings: HashSet<Tlp>,
    has_definition: bool,
    // Of the event that is being written.
    pub(crate) out: Vec<Object>,
    pub(crate) outside: Vec<Object>,
    pub(crate) refs: Vec<String>,
    pub(crate) known: HashSet<String>,
    pub(crate) primaries: HashMap<String, Vec<String>>,
    pub(crate) deferred: Vec<Deferred>,
    pub(crate) used: Vec<Tlp>,
    pub(crate) author: Option<String>,
    pub(crate) seconds: i64,
    pub(crate) seed: String,
    base: String,
    pub(crate) report: Report,
}

impl Exporter {
    /// An exporter whose bundle is empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// The objects of one event that are new to the bundle, and what STIX cannot say of it.
    /// `place` is where the event stands in the input.
    pub fn event(&mut self, event: &Object, place: &Pointer) -> (Vec<Object>, Report) {
        self.out.clear();
        self.refs.clear();
        self.known.clear();
        self.primaries.clear();
        place.as_str().clone_into(&mut self.base);
        self.write_event(event, place);
        let mut objects = std::mem::take(&mut self.outside);
        if !self.has_definition {
            self.has_definition = true;
            objects.extend(definitions());
        }
        for tlp in std::mem::take(&mut self.used) {
            if self.markings.insert(tlp) {
                let id = tlp.definition_id();
                let held = stix::marking::definitions();
                let found = held.iter().find(|definition| *definition.id() == id);
                objects.extend(found.map(stix::Object::value));
            }
        }
        self.out.iter_mut().for_each(residue::seal);
        objects.append(&mut self.out);
        (objects, std::mem::take(&mut self.report))
    }

    /// The UUID of something, or one that follows from its place if it has none that is good.
    pub(crate) fn uuid(&self, of: &Object, place: &Pointer) -> String {
        let own = of.get("uuid").and_then(Value::as_str).and_then(canonical_uuid);
        own.map_or_else(
            || {
                let within = place.as_str().strip_prefix(&self.base).unwrap_or_default();
                derived_uuid(&format!("{}{within}", self.seed))
            },
            Cow::into_owned,
        )
    }

    /// The common properties of an object that is somebody's statement.
    pub(crate) fn statement(&self, type_name: &str, id: String, seconds: i64) -> Object {
        let stamp = Value::String(time::stamp(seconds));
        let mut object = Object::new();
        object.insert("type".into(), type_name.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.into());
        object.insert("created".into(), stamp.clone());
        object.insert("modified".into(), stamp);
        if let Some(author) = &self.author {
            object.insert("created_by_ref".into(), author.as_str().into());
        }
        object
    }

    /// Adds an object to the event; gives its index.
    pub(crate) fn push(&mut self, object: Object) -> usize {
        if let Some(id) = object.get("id").and_then(Value::as_str) {
            self.refer(id.to_owned());
        }
        self.out.push(object);
        self.out.len() - 1
    }

    /// Makes the event refer to an object.
    pub(crate) fn refer(&mut self, id: String) {
        if self.known.insert(id.clone()) {
            self.refs.push(id);
        }
    }

    /// Adds the observables of an attribute or object.
    pub(crate) fn push_scos(&mut self, scos: Vec<(Object, bool)>) {
        for (sco, is_new) in scos {
            if is_new {
                self.push(sco);
            } else if let Some(id) = sco.get("id").and_then(Value::as_str) {
                self.refer(id.to_owned());
            }
        }
    }

    pub(crate) fn scos(&mut self) -> Scos<'_> {
        Scos::new(&mut self.registry)
    }

    /// Adds a relationship; gives its index.
    pub(crate) fn relate(&mut self, source: &str, kind: &str, target: &str, seconds: i64) -> usize {
        let id = derived("relationship", &format!("{source} {kind} {target}"));
        let id = if self.registry.take(&id) {
            id
        } else {
            let uuid = id.trim_start_matches("relationship--").to_owned();
            self.registry.fresh("relationship", &uuid)
        };
        let object = self.relationship(id, source, kind, target, seconds);
        self.push(object)
    }

    pub(crate) fn relationship(
        &self,
        id: String,
        source: &str,
        kind: &str,
        target: &str,
        seconds: i64,
    ) -> Object {
        let mut object = self.statement("relationship", id, seconds);
        object.insert("relationship_type".into(), kind.into());
        object.insert("source_ref".into(), source.into());
        object.insert("target_ref".into(), target.into());
        object
    }

    /// The identity of an organisation, made if the bundle has none of it.
    pub(crate) fn organisation(&mut self, value: Option<&Value>) -> Option<String> {
        let organisation = value?.as_object()?;
        let uuid = canonical_uuid(organisation.get("uuid")?.as_str()?)?;
        let name = organisation.get("name")?.as_str().filter(|name| !name.is_empty())?;
        let id = format!("identity--{uuid}");
        if self.registry.take(&id) {
            let author = self.author.take();
            let mut identity = self.statement("identity", id.clone(), self.seconds);
            self.author = author;
            identity.insert("name".into(), name.into());
            identity.insert("identity_class".into(), "organization".into());
            self.outside.push(identity);
            self.names.insert(id.clone(), name.to_owned());
        } else if !self.names.contains_key(&id) {
            // Something else, a sector say, has this identifier.
            return None;
        }
        Some(id)
    }

    /// Puts what the object does not say into its extension, and reports it.
    pub(crate) fn keep(
        &mut self,
        original: &Object,
        guess: &Object,
        skipped: &[&str],
        place: &Pointer,
    ) -> Object {
        let residue = Residue::between(original, guess, skipped);
        self.report_kept(&residue.set, guess, place);
        let mut body = Object::new();
        residue.write(&mut body);
        body
    }

    /// Reports everything that is kept of a place, as deep as the guess goes.
    pub(crate) fn report_kept(&mut self, set: &Object, guess: &Object, place: &Pointer) {
        for (key, value) in set {
            let place = place.join(key);
            match (value, guess.get(key)) {
                (Value::Object(below), Some(Value::Object(guess))) => {
                    self.report_kept(below, guess, &place);
                }
                _ => self.report.kept(place, key.clone(), why(key)),
            }
        }
    }

    /// Puts the tags of a holder into a body, if its object does not say all of them.
    pub(crate) fn keep_tags(
        &mut self,
        holder: &Object,
        object: &Object,
        body: &mut Object,
        place: &Pointer,
    ) {
        if let Some(kept) = tags::kept(holder, object) {
            self.report.kept(place.join("Tag"), "Tag", why("Tag"));
            body.insert("Tag".into(), kept);
        }
    }

    /// The name under which an organisation's identity stands in the bundle.
    pub(crate) fn organisation_guess(&self, id: Option<&str>) -> Option<Object> {
        let id = id?;
        let name = self.names.get(id)?;
        Some(guess::organisation(id, name))
    }
}

/// A UUID in its canonical spelling, if STIX takes it (section 2.9: of RFC 4122) and it is written
/// so but for the case of its letters.
pub(crate) fn canonical_uuid(text: &str) -> Option<Cow<'_, str>> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
    let fits = uuid.get_variant() == Variant::RFC4122 && (1..=5).contains(&uuid.get_version_num());
    if !fits {
        return None;
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Owned(text.to_ascii_lowercase()));
    }
    Some(Cow::Borrowed(text))
}

/// The definition of our extension and the identity that made it.
fn definitions() -> Vec<Object> {
    let ours = [stix::extension::MISP, stix::extension::AUTHORITY.as_str()];
    let all = stix::extension::definitions();
    let wanted = all.iter().filter(|definition| ours.contains(&definition.id().as_str()));
    wanted.map(stix::Object::value).collect()
}

/// Why STIX cannot say what a field says.
pub(crate) fn why(key: &str) -> &'static str {
    match key {
        "distribution" | "sharing_group_id" | "SharingGroup" => {
            "STIX has no distribution levels and no sharing groups; nobody enforces them"
        }
        "id" | "event_id" | "object_id" | "org_id" | "orgc_id" | "galaxy_id" | "tag_id"
        | "attribute_id" | "galaxy_cluster_id" | "referenced_id" | "template_id" => {
            "a number that means something on its own instance only"
        }
        "ShadowAttribute" => "STIX has no proposals",
        "RelatedEvent" | "extends_uuid" | "extensionEvents" => {
            "STIX has no relation between reports"
        }
        "Tag" => "STIX labels are names alone, without colour, order or scope",
        "Galaxy" => "STIX has no galaxies, only their clusters",
        "value" => "the STIX type writes it otherwise or cannot hold it",
        "data" => "not attached to what STIX would take as its content",
        "comment" => "STIX has no comment on an observation",
        "first_seen" | "last_seen" => "STIX cannot say this time, or not that it is missing",
        "threat_level_id" | "analysis" => "STIX has no such grade of a report",
        _ => "STIX has no such property",
    }
}

/// A MISP flag, whichever way it is written.
pub(crate) fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text == "1" => Some(true),
        Value::String(text) if text == "0" => Some(false),
        Value::Number(number) if number.as_i64() == Some(1) => Some(true),
        Value::Number(number) if number.as_i64() == Some(0) => Some(false),
        _ => None,
    }
}

/// A JSON object out of the macro.
pub(crate) fn reference(source: &str, key: &str, value: &str) -> Value {
    json!({"source_name": source, key: value})
}
