//! Objects on their way to STIX: by their template, or as custom objects.

use std::collections::HashMap;

use serde_json::{Value, json};
use stix::Pointer;

use super::attribute::{describe, detect, observe};
use super::export::{Exporter, canonical_uuid, flag};
use super::place::{self, Filling, Found};
use super::residue::{Object, Residue, attach};
use super::templates::{self, Becomes, Template};
use super::{guess, pattern, pe, tags, time, types};

/// The fields of an object that have rooms of their own in the extension.
const PARTS: &[&str] =
    &["Attribute", "Galaxy", "Note", "ObjectReference", "Opinion", "Relationship", "Sighting"];
/// And those of its attributes.
const ON_MEMBERS: &[&str] = &["Galaxy", "Note", "Opinion", "Sighting"];

/// An object's attribute, and where its value went.
struct Member<'a> {
    attribute: &'a Object,
    at: Option<String>,
}

/// What an object became.
struct Made<'a> {
    primary: Object,
    indicator: Option<Object>,
    found: Vec<Found>,
    members: Vec<Member<'a>>,
}

impl Exporter {
    /// Writes the objects of an event. Those that are part of another's observation are kept
    /// whole, with their index.
    pub(crate) fn objects(&mut self, value: Option<&Value>, whole: &mut Object, place: &Pointer) {
        let Some(value) = value else { return };
        let place = place.join("Object");
        let objects: Option<Vec<&Object>> =
            value.as_array().and_then(|items| items.iter().map(Value::as_object).collect());
        let Some(objects) = objects.filter(|objects| !objects.is_empty()) else {
            if value.as_array().is_none_or(|items| !items.is_empty()) {
                self.report.kept(place, "Object", "not the list that MISP has here");
            }
            whole.insert("Object".into(), value.clone());
            return;
        };
        let parts = pe::Parts::of(&objects);
        let mut kept = Object::new();
        let mut later = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            let place = place.join(&index.to_string());
            if parts.is_part(index) {
                self.report.kept(place, "Object", "part of the observation of another object");
                kept.insert(index.to_string(), (*object).clone().into());
            } else if guess::text(object, "name") == "annotation" {
                later.push((index, *object));
            } else {
                let extra = parts.of_whole(index, &objects);
                self.object(object, &extra, &place);
            }
        }
        // Annotations refer to what must be there already; their places are told apart by index.
        for (index, object) in later {
            let at = place.join(&index.to_string());
            self.object(object, &pe::Extra::default(), &at);
            if let Some(body) = self.last_body() {
                body.insert("index".into(), index.into());
            }
        }
        if !kept.is_empty() {
            whole.insert("Objects".into(), kept.into());
        }
    }

    /// The extension's body of the object whose primary was added last.
    fn last_body(&mut self) -> Option<&mut Object> {
        let object = self
            .out
            .iter_mut()
            .rev()
            .find(|object| super::residue::kind(object) == Some("object"))?;
        object.get_mut("extensions")?.get_mut(stix::extension::MISP)?.as_object_mut()
    }

    fn object(&mut self, object: &Object, extra: &pe::Extra, place: &Pointer) {
        let uuid = self.uuid(object, place);
        let seconds = time::seconds(object.get("timestamp")).unwrap_or(self.seconds);
        let listed = object.get("Attribute").and_then(Value::as_array);
        let attributes: Option<Vec<&Object>> =
            listed.and_then(|items| items.iter().map(Value::as_object).collect());
        let attributes = attributes.unwrap_or_default();
        let name = guess::text(object, "name");
        let annotated = (name == "annotation").then(|| self.annotated_by(object));
        let made = match (annotated, templates::of(name)) {
            (Some(refs), _) if !refs.is_empty() => {
                self.annotation(object, &attributes, refs, &uuid, seconds)
            }
            (_, Some(template)) => {
                self.of_template(object, template, &attributes, extra, &uuid, seconds, place)
            }
            _ => None,
        };
        let made = made.unwrap_or_else(|| self.custom_object(object, &attributes, &uuid, seconds));
        self.settle_object(object, made, &uuid, seconds, place);
    }

    #[allow(clippy::too_many_arguments)]
    fn of_template<'a>(
        &mut self,
        object: &Object,
        template: &'static Template,
        attributes: &[&'a Object],
        extra: &pe::Extra,
        uuid: &str,
        seconds: i64,
        place: &Pointer,
    ) -> Option<Made<'a>> {
        let place = place.join("Attribute");
        let owns: Vec<String> = attributes
            .iter()
            .enumerate()
            .map(|(index, attribute)| self.uuid(attribute, &place.join(&index.to_string())))
            .collect();
        let is_malicious = guess::text(object, "name") == "script"
            && attributes.iter().any(|attribute| {
                guess::text(attribute, "object_relation") == "state"
                    && guess::text(attribute, "value") == "Malicious"
            });
        let type_name = match template.becomes {
            Becomes::Observed(sco) => sco,
            Becomes::Domain("tool") if is_malicious => "malware",
            Becomes::Domain(sdo) => sdo,
            Becomes::Rule(_) => "indicator",
        };
        // A value that is not used must leave nothing behind.
        let plan = plan(template, type_name, attributes, &owns, extra)?;
        let mut filling =
            Filling { main: start(template, type_name), parent: Object::new(), scos: self.scos() };
        let mut members: Vec<Member<'_>> =
            attributes.iter().map(|attribute| Member { attribute, at: None }).collect();
        let mut comparisons = Vec::new();
        let detects = attributes.iter().any(|attribute| to_ids(attribute));
        for (index, rule) in plan {
            let (Some(member), Some(own)) = (members.get_mut(index), owns.get(index)) else {
                continue;
            };
            let attribute = member.attribute;
            let (value, data) = (guess::text(attribute, "value"), data(attribute));
            member.at = filling.put(rule, value, data, own);
            if member.at.is_some() && to_ids(attribute) {
                comparisons.extend(place::compare(type_name, rule, value, data));
            }
        }
        let Filling { mut main, parent, mut scos } = filling;
        if !parent.is_empty() {
            let mut parent = parent;
            parent.insert("type".into(), "process".into());
            let own = super::scos::derived_uuid(&format!("{uuid} parent"));
            let id = scos.put(parent, &own);
            main.insert("parent_ref".into(), id.into());
        }
        complete(&mut main, template, attributes);
        comparisons.extend(extra.apply(&mut main));
        let detects = detects || extra.to_ids;
        if template.becomes != Becomes::Observed(type_name) {
            let mut primary = {
                let id = self.registry.fresh(type_name, uuid);
                self.statement(type_name, id, seconds)
            };
            primary.extend(main.into_iter().filter(|(key, _)| key != "type"));
            if let Becomes::Rule(language) = template.becomes {
                primary.insert("pattern_type".into(), language.into());
                primary.insert("valid_from".into(), time::stamp(seconds).into());
            }
            let phase = guess::text(object, "meta-category");
            if template.phased && !phase.is_empty() {
                let phases = json!([{ "kill_chain_name": "misp-category", "phase_name": phase }]);
                primary.insert("kill_chain_phases".into(), phases);
            }
            self.labelled_object(&mut primary, object, attributes);
            let found = place::read(template, &primary, &[]);
            return Some(Made { primary, indicator: None, found, members });
        }
        scos.put(main, uuid);
        let scos = scos.finish();
        let refs: Vec<&Object> = scos.iter().map(|(sco, _)| sco).collect();
        let found = place::read(template, refs.first()?, &refs);
        let ids = refs.iter().map(|sco| guess::id(sco).to_owned().into()).collect();
        let id = self.registry.fresh("observed-data", uuid);
        let mut primary = self.statement("observed-data", id, seconds);
        observe(&mut primary, object, ids);
        self.labelled_object(&mut primary, object, attributes);
        if let (true, Some((_, kind))) = (detects, template.fixed.first()) {
            comparisons.insert(0, pattern::equals("user-account:account_type", kind));
        }
        if comparisons.is_empty() && detects {
            comparisons = unheld(type_name, &members);
        }
        let indicator = (!comparisons.is_empty() && detects).then(|| {
            let id = self.registry.fresh("indicator", uuid);
            let mut indicator = self.statement("indicator", id, seconds);
            indicator.insert("name".into(), guess::text(object, "name").into());
            let phase = guess::text(object, "meta-category");
            detect(&mut indicator, &pattern::all(&comparisons), seconds, phase);
            describe(&mut indicator, object);
            self.labelled_object(&mut indicator, object, attributes);
            indicator
        });
        self.push_scos(scos);
        Some(Made { primary, indicator, found, members })
    }

    /// What an annotation is of.
    fn annotated_by(&self, object: &Object) -> Vec<String> {
        let references = object.get("ObjectReference").and_then(Value::as_array);
        let mut refs = Vec::new();
        for reference in references.into_iter().flatten() {
            let annotates = reference.get("relationship_type").and_then(Value::as_str);
            let uuid = reference.get("referenced_uuid").and_then(Value::as_str);
            if let (Some("annotates"), Some(uuid)) = (annotates, uuid.and_then(canonical_uuid)) {
                for id in self.primaries.get(uuid.as_ref()).into_iter().flatten() {
                    if !refs.contains(id) {
                        refs.push(id.clone());
                    }
                }
            }
        }
        refs
    }

    fn annotation<'a>(
        &mut self,
        object: &Object,
        attributes: &[&'a Object],
        refs: Vec<String>,
        uuid: &str,
        seconds: i64,
    ) -> Option<Made<'a>> {
        let text = attributes.iter().position(|attribute| {
            guess::text(attribute, "object_relation") == "text"
                && !guess::text(attribute, "value").is_empty()
        })?;
        let id = self.registry.fresh("note", uuid);
        let mut primary = self.statement("note", id, seconds);
        primary.insert("object_refs".into(), refs.into());
        let content = attributes.get(text).map(|attribute| guess::text(attribute, "value"));
        primary.insert("content".into(), content.unwrap_or_default().into());
        self.labelled_object(&mut primary, object, attributes);
        let members = attributes.iter().enumerate().map(|(index, attribute)| Member {
            attribute,
            at: (index == text).then(|| "/content".to_owned()),
        });
        let members = members.collect();
        let found = place::read(&ANNOTATION, &primary, &[]);
        Some(Made { primary, indicator: None, found, members })
    }

    fn custom_object<'a>(
        &mut self,
        object: &Object,
        attributes: &[&'a Object],
        uuid: &str,
        seconds: i64,
    ) -> Made<'a> {
        let id = self.registry.fresh("x-misp-object", uuid);
        let mut primary = self.statement("x-misp-object", id, seconds);
        for (misp, stix) in [
            ("name", "x_misp_name"),
            ("meta-category", "x_misp_meta_category"),
            ("comment", "x_misp_comment"),
        ] {
            let text = guess::text(object, misp);
            if !text.is_empty() {
                primary.insert(stix.into(), text.into());
            }
        }
        let mut listed = Vec::new();
        let mut members = Vec::new();
        for attribute in attributes {
            let held = listed_attribute(attribute);
            let at = held.as_ref().map(|_| format!("/x_misp_attributes/{}", listed.len()));
            listed.extend(held.map(Value::from));
            members.push(Member { attribute, at });
        }
        if !listed.is_empty() {
            primary.insert("x_misp_attributes".into(), listed.into());
        }
        self.labelled_object(&mut primary, object, attributes);
        Made { primary, indicator: None, found: Vec::new(), members }
    }

    /// The labels that say what it was, and the tags of its attributes.
    fn labelled_object(&mut self, made: &mut Object, object: &Object, attributes: &[&Object]) {
        let mut labels = Vec::new();
        for (key, prefix) in [("name", "misp:name"), ("meta-category", "misp:meta-category")] {
            let text = guess::text(object, key);
            if !text.is_empty() {
                labels.push(tags::label(prefix, text));
            }
        }
        let holders = attributes.iter().copied();
        tags::apply(holders, &mut labels, made, &mut self.used);
        if !labels.is_empty() {
            made.insert("labels".into(), labels.into());
        }
    }

    fn settle_object(
        &mut self,
        object: &Object,
        made: Made<'_>,
        uuid: &str,
        seconds: i64,
        place: &Pointer,
    ) {
        let Made { mut primary, indicator, found, members } = made;
        if flag(object.get("deleted")) == Some(true) {
            primary.insert("revoked".into(), true.into());
        }
        let mut ids = vec![guess::id(&primary).to_owned()];
        ids.extend(indicator.as_ref().map(|indicator| guess::id(indicator).to_owned()));
        let guessed = guess::misp_object(&primary, indicator.as_ref());
        let mut body = self.keep(object, &guessed, PARTS, place);
        self.primaries.entry(uuid.to_owned()).or_default().extend(ids.iter().cloned());
        let listed = object.get("Attribute");
        match listed {
            Some(Value::Array(items)) if items.iter().all(Value::is_object) => {
                let found = self.members(&primary, found, &members, &ids, seconds, place);
                body.insert("attributes".into(), found.0.into());
                if !found.1.is_empty() {
                    body.insert("beside".into(), found.1.into());
                }
            }
            Some(other) => {
                self.report.kept(
                    place.join("Attribute"),
                    "Attribute",
                    "not the list that MISP has here",
                );
                body.insert("whole".into(), json!({ "Attribute": other }));
            }
            None => {
                let beside: Vec<String> = found.into_iter().map(|found| found.at).collect();
                body.insert("beside".into(), beside.into());
            }
        }
        let at = self.push(primary);
        if let Some(mut indicator) = indicator {
            if flag(object.get("deleted")) == Some(true) {
                indicator.insert("revoked".into(), true.into());
            }
            self.push(indicator);
        }
        self.links(object, &ids, seconds, &mut body, at, place);
        if let Some(value) = object.get("ObjectReference") {
            let links = body.entry("links").or_insert_with(|| Object::new().into());
            if let Value::Object(links) = links {
                self.defer("ObjectReference", value, &ids, at, seconds, place, links);
            }
        }
        if let Some(object) = self.out.get_mut(at) {
            attach(object, "object", body);
        }
        if let [primary, indicator] = ids.as_slice() {
            self.relate(indicator, "based-on", primary, seconds);
        }
    }

    /// What the extension says of each attribute, and which values in the object are no
    /// attribute's.
    fn members(
        &mut self,
        primary: &Object,
        mut found: Vec<Found>,
        members: &[Member<'_>],
        ids: &[String],
        seconds: i64,
        place: &Pointer,
    ) -> (Vec<Value>, Vec<String>) {
        let place = place.join("Attribute");
        let mut by_place: HashMap<String, Found> =
            found.drain(..).map(|found| (found.at.clone(), found)).collect();
        let mut entries = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let place = place.join(&index.to_string());
            if let Some(uuid) =
                member.attribute.get("uuid").and_then(Value::as_str).and_then(canonical_uuid)
            {
                self.primaries.entry(uuid.into_owned()).or_default().extend(ids.iter().cloned());
            }
            let mut entry = Object::new();
            let mut guessed = guess::member(primary);
            if let Some(at) = &member.at {
                let held = by_place.remove(at);
                if let Some(native) = native(primary, at, held.as_ref()) {
                    let value = native.get("value").cloned();
                    if value.is_some() && value.as_ref() != member.attribute.get("value") {
                        entry.extend(value.map(|value| ("as".to_owned(), value)));
                    }
                    guessed.extend(native);
                    entry.insert("at".into(), at.as_str().into());
                }
            }
            let residue = Residue::between(member.attribute, &guessed, ON_MEMBERS);
            self.report_kept(&residue.set, &guessed, &place);
            residue.write(&mut entry);
            let mut hanging = member.attribute.clone();
            hanging.retain(|key, _| ON_MEMBERS.contains(&key.as_str()));
            if !hanging.is_empty() {
                let at = self.out.len();
                self.links(&hanging, ids, seconds, &mut entry, at, &place);
            }
            entries.push(entry.into());
        }
        let mut beside: Vec<String> = by_place.into_keys().collect();
        beside.sort();
        (entries, beside)
    }
}

/// The annotation as a template: its text is the note's content.
pub(crate) const ANNOTATION: Template = Template {
    names: &["annotation"],
    becomes: Becomes::Domain("note"),
    fixed: &[],
    rules: &[templates::Rule {
        relation: "text",
        kind: "text",
        place: templates::Place::Text(&["content"]),
    }],
    needs: &[],
    joined: &[],
    contacts: &[],
    phased: false,
};

/// What an object's own properties say of the attribute at a place.
pub(crate) fn native(primary: &Object, at: &str, found: Option<&Found>) -> Option<Object> {
    if let Some(index) = at.strip_prefix("/x_misp_attributes/") {
        let index: usize = index.parse().ok()?;
        return primary.get("x_misp_attributes")?.get(index)?.as_object().cloned();
    }
    found.map(of_found)
}

/// An attribute by its value's place.
pub(crate) fn of_found(found: &Found) -> Object {
    let mut native = Object::new();
    native.insert("object_relation".into(), found.rule.relation.into());
    native.insert("type".into(), found.rule.kind.into());
    if let Some(known) = types::of(found.rule.kind) {
        native.insert("category".into(), known.category.into());
    }
    if let Some(value) = &found.value {
        native.insert("value".into(), value.as_str().into());
    }
    if let Some(data) = &found.data {
        native.insert("data".into(), data.as_str().into());
    }
    native
}

fn data(attribute: &Object) -> Option<&str> {
    attribute.get("data").and_then(Value::as_str).filter(|data| !data.is_empty())
}

/// Whether an attribute is for detection.
pub(crate) fn to_ids(attribute: &Object) -> bool {
    let default = types::of(guess::text(attribute, "type")).is_some_and(|known| known.to_ids);
    flag(attribute.get("to_ids")).unwrap_or(default) && flag(attribute.get("deleted")) != Some(true)
}

/// Which attribute follows which rule, in the order of the rules: what two rules have one place
/// for goes by the first. `None` if the object could not be what it should.
fn plan(
    template: &'static Template,
    type_name: &str,
    attributes: &[&Object],
    owns: &[String],
    extra: &pe::Extra,
) -> Option<Vec<(usize, &'static templates::Rule)>> {
    let mut registry = super::scos::Registry::default();
    let mut trial = Filling {
        main: start(template, type_name),
        parent: Object::new(),
        scos: super::scos::Scos::new(&mut registry),
    };
    let mut plan = Vec::with_capacity(attributes.len());
    for rule in template.rules {
        for (index, (attribute, own)) in attributes.iter().zip(owns).enumerate() {
            let fits = guess::text(attribute, "object_relation") == rule.relation
                && flag(attribute.get("deleted")) != Some(true);
            let value = guess::text(attribute, "value");
            if fits && trial.put(rule, value, data(attribute), own).is_some() {
                plan.push((index, rule));
            }
        }
    }
    let Filling { mut main, parent, mut scos } = trial;
    if !parent.is_empty() {
        let mut parent = parent;
        parent.insert("type".into(), "process".into());
        let id = scos.put(parent, TRIAL);
        main.insert("parent_ref".into(), id.into());
    }
    complete(&mut main, template, attributes);
    extra.apply(&mut main);
    let has = |set: &&[&str]| set.iter().all(|key| main.contains_key(*key));
    (template.needs.iter().any(has) && is_valid(main, scos)).then_some(plan)
}

/// A UUID for what is only tried.
const TRIAL: &str = "3b0f5a5e-6a3c-4a43-9a0f-9a1d2f5c7e10";

/// Whether what was made holds to the specification; else it goes as a custom object.
fn is_valid(mut main: Object, mut scos: super::scos::Scos<'_>) -> bool {
    let type_name = guess::text(&main, "type").to_owned();
    let is_observable = stix::object::class_of(&type_name) == stix::object::Class::Observable;
    if is_observable {
        scos.put(main, TRIAL);
    } else {
        main.insert("spec_version".into(), "2.1".into());
        main.insert("id".into(), format!("{type_name}--{TRIAL}").into());
        for key in ["created", "modified"] {
            main.insert(key.into(), time::stamp(0).into());
        }
        if type_name == "indicator" {
            main.insert("pattern_type".into(), "yara".into());
            main.insert("valid_from".into(), time::stamp(0).into());
        }
        if !valid(&main) {
            return false;
        }
    }
    scos.finish().iter().all(|(sco, _)| valid(sco))
}

fn valid(object: &Object) -> bool {
    let bytes = serde_json::to_vec(object).unwrap_or_default();
    stix::validate::bytes(&bytes, &stix::validate::Options::MUST).is_empty()
}

fn start(template: &Template, type_name: &str) -> Object {
    let mut main = Object::new();
    main.insert("type".into(), type_name.into());
    for (key, value) in template.fixed {
        main.insert((*key).into(), (*value).into());
    }
    main
}

/// Adds what the type asks for, and what attributes say together.
fn complete(main: &mut Object, template: &Template, attributes: &[&Object]) {
    let all = |relation: &str| {
        let held = attributes.iter().filter(|one| guess::text(one, "object_relation") == relation);
        let texts = held.map(|one| guess::text(one, "value").to_owned());
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    if !main.contains_key("name") && !template.joined.is_empty() {
        let name: Vec<String> = template
            .joined
            .iter()
            .filter_map(|relation| all(relation).into_iter().next())
            .collect();
        if !name.is_empty() {
            main.insert("name".into(), name.join(" ").into());
        }
    }
    let contacts: Vec<String> = template
        .contacts
        .iter()
        .map(|relation| (relation, all(relation)))
        .filter(|(_, values)| !values.is_empty())
        .map(|(relation, values)| format!("{relation}: {}", values.join("; ")))
        .collect();
    if !contacts.is_empty() {
        main.insert("contact_information".into(), contacts.join(" / ").into());
    }
    // A time that ends before it begins is no time to STIX.
    for (first, last) in [("start", "end"), ("first_seen", "last_seen")] {
        if let (Some(Value::String(from)), Some(Value::String(to))) =
            (main.get(first), main.get(last))
            && from > to
        {
            main.remove(last);
        }
    }
    if guess::text(main, "type") == "network-traffic" && main.contains_key("end") {
        // What has ended is not active (STIX 2.1 section 6.12).
        main.insert("is_active".into(), false.into());
    }
    match guess::text(main, "type") {
        "network-traffic" if !main.contains_key("protocols") => {
            let is_http =
                main.get("extensions").is_some_and(|held| held.get("http-request-ext").is_some());
            let protocols = if is_http { json!(["tcp", "http"]) } else { json!(["tcp"]) };
            main.insert("protocols".into(), protocols);
        }
        "email-message" => {
            let parts = main.contains_key("body_multipart");
            if parts {
                // A message of parts has no body of its own (STIX 2.1 section 6.6).
                main.remove("body");
            }
            main.insert("is_multipart".into(), parts.into());
        }
        "malware" if !main.contains_key("is_family") => {
            main.insert("is_family".into(), false.into());
        }
        _ => {}
    }
    if let Some(Value::Object(extensions)) = main.get_mut("extensions") {
        // Each of these asks for its first property.
        let incomplete = [
            ("http-request-ext", "request_method"),
            ("http-request-ext", "request_value"),
            ("socket-ext", "address_family"),
        ];
        for (name, key) in incomplete {
            if extensions.get(name).is_some_and(|held| held.get(key).is_none()) {
                extensions.remove(name);
            }
        }
        if extensions.is_empty() {
            main.remove("extensions");
        }
    }
}

/// What is for detection and has no place, by the custom property that it would have.
fn unheld(type_name: &str, members: &[Member<'_>]) -> Vec<String> {
    let held = members.iter().filter(|member| to_ids(member.attribute));
    let pairs = held.map(|member| {
        (guess::text(member.attribute, "object_relation"), guess::text(member.attribute, "value"))
    });
    pairs
        .filter(|(relation, value)| !relation.is_empty() && !value.is_empty())
        .map(|(relation, value)| {
            let spelled: String =
                relation
                    .chars()
                    .map(|letter| {
                        if letter.is_ascii_alphanumeric() {
                            letter.to_ascii_lowercase()
                        } else {
                            '_'
                        }
                    })
                    .collect();
            pattern::equals(&format!("{type_name}:x_misp_{spelled}"), value)
        })
        .collect()
}

/// An attribute as custom objects list it.
fn listed_attribute(attribute: &Object) -> Option<Object> {
    let mut held = Object::new();
    for key in ["type", "object_relation", "value"] {
        held.insert(key.into(), attribute.get(key).filter(|value| value.is_string())?.clone());
    }
    for key in ["category", "comment", "uuid", "data"] {
        let text = guess::text(attribute, key);
        if !text.is_empty() {
            held.insert(key.into(), text.into());
        }
    }
    if flag(attribute.get("to_ids")) == Some(true) {
        held.insert("to_ids".into(), true.into());
    }
    (flag(attribute.get("deleted")) != Some(true)).then_some(held)
}
