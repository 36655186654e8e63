//! STIX to MISP: what the exporter wrote becomes the event that it was.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::galaxy;
use super::guess;
use super::object::{ANNOTATION, native, of_found};
use super::place::{self, Found};
use super::residue::{self, Object, Residue};
use super::scos::derived_uuid;
use super::tags;
use super::templates::{self, Template};

/// The objects of a bundle, by what refers to what.
pub(crate) struct Importer<'a> {
    pub(crate) by_id: HashMap<&'a str, &'a Object>,
    pub(crate) indicators: HashMap<&'a str, &'a Object>,
    pub(crate) used: HashSet<&'a str>,
    /// What hangs somewhere already. Each thing hangs in one place: notes on notes that somebody
    /// made to hang on themselves have no end.
    hung: HashSet<&'a str>,
}

impl<'a> Importer<'a> {
    pub(crate) fn new(objects: &'a [Object]) -> Self {
        let mut by_id = HashMap::with_capacity(objects.len());
        for object in objects {
            // The newest version of what stands in a bundle twice.
            let id = guess::id(object);
            let newer = by_id.get(id).is_none_or(|held: &&Object| {
                guess::text(held, "modified") <= guess::text(object, "modified")
            });
            if newer {
                by_id.insert(id, object);
            }
        }
        let mut indicators = HashMap::new();
        for object in objects {
            if guess::text(object, "type") == "relationship"
                && guess::text(object, "relationship_type") == "based-on"
                && let Some(indicator) = by_id.get(guess::text(object, "source_ref"))
                && guess::text(indicator, "type") == "indicator"
            {
                indicators.insert(guess::text(object, "target_ref"), *indicator);
            }
        }
        Self { by_id, indicators, used: HashSet::new(), hung: HashSet::new() }
    }

    /// The object of an identifier.
    pub(crate) fn get(&self, id: &str) -> Option<&'a Object> {
        self.by_id.get(id).copied()
    }

    /// Notes that an object is told of in an event.
    pub(crate) fn mark(&mut self, object: &'a Object) {
        self.used.insert(guess::id(object));
    }

    /// The objects that a list of references leads to.
    pub(crate) fn ends(&self, of: &'a Object, key: &str) -> Vec<&'a Object> {
        let list = of.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|id| self.get(id.as_str()?)).collect()
    }

    /// An observation's observables, those referred to by them included.
    pub(crate) fn observables(&self, of: &'a Object) -> Vec<&'a Object> {
        let mut all = self.ends(of, "object_refs");
        let mut held: HashSet<*const Object> =
            all.iter().map(|end| std::ptr::from_ref(*end)).collect();
        let mut next = 0;
        while let Some(object) = all.get(next).copied() {
            next += 1;
            if all.len() > 10_000 {
                break;
            }
            for (key, value) in object {
                let ids: Vec<&str> = match value {
                    Value::String(id) if key.ends_with("_ref") => vec![id.as_str()],
                    Value::Array(list) if key.ends_with("_refs") => {
                        list.iter().filter_map(Value::as_str).collect()
                    }
                    _ => continue,
                };
                for end in ids.into_iter().filter_map(|id| self.get(id)) {
                    let is_sco = !end.contains_key("created");
                    if is_sco && held.insert(std::ptr::from_ref(end)) {
                        all.push(end);
                    }
                }
            }
        }
        all
    }

    /// Who made something.
    pub(crate) fn organisation(&self, id: Option<&str>) -> Option<Object> {
        let identity = self.get(id?)?;
        let name = identity.get("name")?.as_str()?;
        Some(guess::organisation(guess::id(identity), name))
    }

    /// An event that the exporter wrote.
    pub(crate) fn event(&mut self, container: &'a Object) -> Object {
        self.mark(container);
        let body = residue::body_or_empty(container);
        let author = container.get("created_by_ref").and_then(Value::as_str);
        let guessed = guess::event(container, self.organisation(author));
        let mut event = Residue::read(body).restore(guessed);
        let (mut attributes, mut objects) = (Vec::new(), Vec::new());
        for part in self.ends(container, "object_refs") {
            match residue::kind(part) {
                Some("attribute") => attributes.push(self.attribute(part).into()),
                Some("object") => {
                    let index = residue::body(part).and_then(|body| body.get("index")?.as_u64());
                    objects.push((index, Value::from(self.object(part))));
                }
                _ => {}
            }
        }
        let whole = body.get("whole").and_then(Value::as_object);
        let kept = whole.and_then(|whole| whole.get("Objects")?.as_object());
        let kept = kept.into_iter().flatten();
        objects
            .extend(kept.filter_map(|(at, object)| Some((Some(at.parse().ok()?), object.clone()))));
        let objects = in_order(objects);
        for (key, list) in [("Attribute", attributes), ("Object", objects)] {
            if !list.is_empty() {
                event.insert(key.into(), list.into());
            } else if let Some(value) = whole.and_then(|whole| whole.get(key)) {
                event.insert(key.into(), value.clone());
            }
        }
        if let Some(tags) = tags::restore(container, body.get("Tag")) {
            event.insert("Tag".into(), tags);
        }
        self.links(body, &mut event);
        event
    }

    /// An attribute that the exporter wrote.
    pub(crate) fn attribute(&mut self, primary: &'a Object) -> Object {
        self.mark(primary);
        let body = residue::body_or_empty(primary);
        let indicator = self.indicators.get(guess::id(primary)).copied();
        let refs = self.observables(primary);
        refs.iter().chain(indicator.iter()).for_each(|held| self.mark(held));
        let guessed = guess::attribute(primary, indicator, &refs).unwrap_or_default();
        let mut attribute = restored(body, guessed);
        if let Some(tags) = tags::restore(primary, body.get("Tag")) {
            attribute.insert("Tag".into(), tags);
        }
        self.links(body, &mut attribute);
        attribute
    }

    /// An object that the exporter wrote.
    pub(crate) fn object(&mut self, primary: &'a Object) -> Object {
        self.mark(primary);
        let body = residue::body_or_empty(primary);
        let indicator = self.indicators.get(guess::id(primary)).copied();
        let refs = if guess::text(primary, "type") == "observed-data" {
            self.observables(primary)
        } else {
            Vec::new()
        };
        refs.iter().chain(indicator.iter()).for_each(|held| self.mark(held));
        let mut object = Residue::read(body).restore(guess::misp_object(primary, indicator));
        let found = template_of(primary)
            .map(|template| match refs.first() {
                Some(main) => place::read(template, main, &refs),
                None => place::read(template, primary, &[]),
            })
            .unwrap_or_default();
        if let Some(entries) = body.get("attributes").and_then(Value::as_array) {
            let members = self.members(primary, body, entries, found);
            object.insert("Attribute".into(), members.into());
        } else if let Some(whole) = body.get("whole").and_then(|whole| whole.get("Attribute")) {
            object.insert("Attribute".into(), whole.clone());
        }
        self.links(body, &mut object);
        object
    }

    fn members(
        &mut self,
        primary: &'a Object,
        body: &'a Object,
        entries: &'a [Value],
        found: Vec<Found>,
    ) -> Vec<Value> {
        let order: Vec<String> = found.iter().map(|found| found.at.clone()).collect();
        let mut by_place: HashMap<String, Found> =
            found.into_iter().map(|found| (found.at.clone(), found)).collect();
        let mut members = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter_map(Value::as_object) {
            let mut guessed = guess::member(primary);
            if let Some(at) = entry.get("at").and_then(Value::as_str) {
                let held = by_place.remove(at);
                match native(primary, at, held.as_ref()) {
                    Some(native) => guessed.extend(native),
                    // Somebody took it away in STIX.
                    None => continue,
                }
            }
            let mut member = restored(entry, guessed);
            self.links(entry, &mut member);
            members.push(member.into());
        }
        let beside = body.get("beside").and_then(Value::as_array).into_iter().flatten();
        for at in beside.filter_map(Value::as_str) {
            by_place.remove(at);
        }
        // What somebody added in STIX.
        for found in order.iter().filter_map(|at| by_place.remove(at)) {
            members.push(new_member(primary, &found).into());
        }
        members
    }

    /// What hangs on a holder.
    fn links(&mut self, body: &'a Object, holder: &mut Object) {
        let links = body.get("links").and_then(Value::as_object).into_iter().flatten();
        for (key, list) in links {
            if let Some(whole) = list.get("whole") {
                holder.insert(key.clone(), whole.clone());
                continue;
            }
            let entries = list.as_array().into_iter().flatten();
            let items: Vec<Value> = entries.filter_map(|entry| self.linked(key, entry)).collect();
            holder.insert(key.clone(), items.into());
        }
    }

    fn linked(&mut self, key: &str, entry: &'a Value) -> Option<Value> {
        if let Some(whole) = entry.get("whole") {
            return Some(whole.clone());
        }
        if key == "Galaxy" {
            return self.galaxy(entry.as_object()?).map(Value::from);
        }
        let object = self.get(entry.as_str()?)?;
        self.mark(object);
        if !self.hung.insert(guess::id(object)) {
            return None;
        }
        let body = residue::body(object)?;
        let guessed = match key {
            "Sighting" => {
                let who = body.get("organisation").and_then(Value::as_str);
                guess::sighting(object, self.organisation(who))
            }
            "Note" => guess::note(object),
            "Opinion" => guess::opinion(object),
            "Relationship" => guess::link(object),
            "ObjectReference" => guess::reference(object),
            "EventReport" => guess::event_report(object),
            _ => return None,
        };
        let mut item = Residue::read(body).restore(guessed);
        if key == "EventReport"
            && let Some(tags) = tags::restore(object, body.get("Tag"))
        {
            item.insert("Tag".into(), tags);
        }
        self.links(body, &mut item);
        Some(item.into())
    }

    fn galaxy(&mut self, entry: &'a Object) -> Option<Object> {
        let like = entry.get("like").and_then(|like| self.get(like.as_str()?));
        let mut galaxy = match (like, entry.get("galaxy")) {
            (Some(sdo), _) => galaxy::galaxy_of(sdo),
            (None, Some(Value::Object(galaxy))) => galaxy.clone(),
            _ => return None,
        };
        let clusters = entry.get("clusters").and_then(Value::as_array).into_iter().flatten();
        let clusters: Vec<Value> = clusters.filter_map(|held| self.cluster(held)).collect();
        galaxy.insert("GalaxyCluster".into(), clusters.into());
        Some(galaxy)
    }

    fn cluster(&mut self, entry: &'a Value) -> Option<Value> {
        if let Some(whole) = entry.get("whole") {
            return Some(whole.clone());
        }
        let id = entry.as_str().or_else(|| entry.get("cluster")?.as_str())?;
        let sdo = self.get(id)?;
        self.mark(sdo);
        let first = Residue::read(residue::body_or_empty(sdo)).restore(galaxy::read(sdo));
        let cluster = match entry.as_object() {
            Some(entry) => Residue::read(entry).restore(first),
            None => first,
        };
        Some(cluster.into())
    }
}

/// The template that an object followed.
pub(crate) fn template_of(primary: &Object) -> Option<&'static Template> {
    let name = tags::own(primary, "misp:name")?;
    match guess::text(primary, "type") {
        "x-misp-object" => None,
        "note" => (name == "annotation").then_some(&ANNOTATION),
        _ => templates::of(name),
    }
}

/// A guess with its residue; a value that somebody changed in STIX is the changed one.
fn restored(body: &Object, guessed: Object) -> Object {
    let mut residue = Residue::read(body);
    if let Some(said) = body.get("as")
        && guessed.get("value") != Some(said)
    {
        residue.set.remove("value");
    }
    residue.restore(guessed)
}

/// An attribute that no MISP has seen yet.
pub(crate) fn new_member(primary: &Object, found: &Found) -> Object {
    let mut member = guess::member(primary);
    member.extend(of_found(found));
    let uuid = derived_uuid(&format!("{}{}", guess::id(primary), found.at));
    member.insert("uuid".into(), uuid.into());
    member
}

/// Objects in their order: those with an index there, the others around them.
fn in_order(objects: Vec<(Option<u64>, Value)>) -> Vec<Value> {
    let (mut placed, free): (Vec<_>, Vec<_>) =
        objects.into_iter().partition(|(index, _)| index.is_some());
    placed.sort_by_key(|(index, _)| *index);
    let mut free = free.into_iter().map(|(_, object)| object);
    let mut all = Vec::with_capacity(placed.len() + free.len());
    for (index, object) in placed {
        let at = usize::try_from(index.unwrap_or_default()).unwrap_or(usize::MAX);
        let before = at.saturating_sub(all.len());
        all.extend(free.by_ref().take(before));
        all.push(object);
    }
    all.extend(free);
    all
}

/// The events of a bundle: one for each report or grouping, and one for what stands in none. With
/// them the identifiers of what they tell of.
pub(crate) fn events(objects: &[Object]) -> (Vec<Object>, HashSet<String>) {
    let mut importer = Importer::new(objects);
    let mut events = Vec::new();
    let held: Vec<&Object> = objects
        .iter()
        .filter(|object| {
            importer.get(guess::id(object)).is_some_and(|held| std::ptr::eq(held, *object))
        })
        .collect();
    for container in held.iter().filter(|object| is_container(object)) {
        let mut event = importer.event(container);
        let refs = importer.ends(container, "object_refs");
        let parts = importer.foreign(&refs, guess::id(container));
        parts.into_event(&mut event);
        events.push(event);
    }
    let rest: Vec<&Object> = held
        .iter()
        .copied()
        .filter(|object| !importer.used.contains(guess::id(object)) && is_content(object))
        .collect();
    if !rest.is_empty() {
        events.extend(importer.loose(&rest));
    }
    let told = importer.used.iter().map(|id| (*id).to_owned()).collect();
    (events, told)
}

fn is_container(object: &Object) -> bool {
    matches!(guess::text(object, "type"), "report" | "grouping")
}

/// Whether an object says something by itself.
fn is_content(object: &Object) -> bool {
    let kind = guess::text(object, "type");
    let structural = ["identity", "marking-definition", "extension-definition", "bundle"];
    residue::kind(object).is_none() && !structural.contains(&kind)
}

impl<'a> Importer<'a> {
    /// An event for what stands in no report.
    fn loose(&mut self, rest: &[&'a Object]) -> Option<Object> {
        let newest = rest.iter().map(|object| guess::text(object, "modified")).max()?;
        let oldest = rest
            .iter()
            .map(|object| guess::text(object, "created"))
            .filter(|created| !created.is_empty())
            .min();
        let ids: Vec<&str> = rest.iter().map(|object| guess::id(object)).collect();
        let uuid = derived_uuid(&ids.join(" "));
        let author = rest.iter().find_map(|object| object.get("created_by_ref")?.as_str());
        let mut stand_in = Object::new();
        for (key, value) in [
            ("type", "grouping"),
            ("id", &format!("grouping--{uuid}")),
            ("name", "STIX objects that stand in no report"),
            ("created", oldest.unwrap_or(newest)),
            ("modified", newest),
        ] {
            if !value.is_empty() {
                stand_in.insert(key.into(), value.into());
            }
        }
        let mut event = guess::event(&stand_in, self.organisation(author));
        let parts = self.foreign(rest, guess::id(&stand_in));
        parts.into_event(&mut event);
        let said = ["Attribute", "Object", "Galaxy", "EventReport", "Note", "Opinion"];
        said.iter().any(|key| event.contains_key(*key)).then_some(event)
    }
}
