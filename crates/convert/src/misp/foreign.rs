//! STIX that no MISP wrote: what has a counterpart in MISP becomes it.
//!
//! Labels of `misp:…` are believed, whoever wrote them: other converters use the same. The rest
//! goes by type: observables and simple patterns become attributes, or objects where they have
//! more properties than one; domain objects become clusters of the galaxy of their type; notes and
//! opinions what analysts said; relationships what binds these.

use std::collections::HashMap;

use serde_json::{Value, json};
use stix::pattern::{Check, Comparison, Constant, Observation, Pattern, Step, Test};

use super::galaxy;
use super::guess::{self, text};
use super::import::{Importer, new_member, template_of};
use super::place;
use super::residue::{self, Object};
use super::scos::derived_uuid;
use super::shape::{self, digest, object, string};
use super::tags;
use super::templates;
use super::types::{self, Shape, TYPES};

/// What has become of the parts of an event that is being read.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) attributes: Vec<Object>,
    pub(crate) objects: Vec<Object>,
    galaxies: Vec<Object>,
    reports: Vec<Object>,
    hanging: Vec<(String, &'static str, Object)>,
    /// By STIX identifier: the UUID, and which kind of thing has it.
    made: HashMap<String, (String, &'static str)>,
}

/// The domain objects that are clusters of a galaxy of their own name.
const CLUSTERS: &[&str] = &[
    "attack-pattern",
    "campaign",
    "course-of-action",
    "incident",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "threat-actor",
    "tool",
    "vulnerability",
];

impl<'a> Importer<'a> {
    /// Reads the parts of an event that the exporter did not write.
    pub(crate) fn foreign(&mut self, refs: &[&'a Object], event: &str) -> Parts {
        let mut parts = Parts::default();
        parts.made.insert(event.to_owned(), (guess::uuid_of(event).to_owned(), "Event"));
        let container = self.get(event).filter(|held| residue::kind(held).is_none());
        parts.reports.extend(container.and_then(description));
        // What others refer to comes first. What the exporter wrote is told of already.
        let foreign = refs.iter().copied().filter(|object| residue::kind(object).is_none());
        let (binding, rest): (Vec<&Object>, Vec<&Object>) = foreign.partition(|object| {
            matches!(text(object, "type"), "relationship" | "sighting" | "note" | "opinion")
        });
        let observed = |object: &&Object| text(object, "type") == "observed-data";
        let (first, then): (Vec<&Object>, Vec<&Object>) = rest.into_iter().partition(observed);
        for object in first.into_iter().chain(then) {
            if !self.used.contains(guess::id(object)) {
                self.part(object, &mut parts);
            }
        }
        for object in binding {
            if !self.used.contains(guess::id(object)) {
                self.bind(object, event, &mut parts);
            }
        }
        parts
    }

    fn part(&mut self, object: &'a Object, parts: &mut Parts) {
        match text(object, "type") {
            "observed-data" => self.observation(object, parts),
            "indicator" => self.lone_indicator(object, parts),
            "identity" => self.templated(object, "identity", &[object], parts),
            "malware-analysis" => self.templated(object, "malware-analysis", &[object], parts),
            "x-misp-attribute" => {
                let made = guess::attribute(object, None, &[]).unwrap_or_default();
                self.keep_attribute(object, made, parts);
            }
            "x-misp-object" => self.listed(object, parts),
            "x-misp-galaxy-cluster" => self.cluster_of(object, parts),
            name if CLUSTERS.contains(&name) => {
                if tags::own(object, "misp:type").is_some()
                    && let Some(made) = guess::attribute(object, None, &[])
                {
                    self.keep_attribute(object, made, parts);
                } else if template_of(object).is_some() {
                    self.templated(object, "", &[object], parts);
                } else {
                    self.cluster_of(object, parts);
                }
            }
            _ if !object.contains_key("created") => self.observable(object, object, parts),
            _ => {}
        }
    }

    /// An observation: what its labels say it was, or each of its observables by itself.
    fn observation(&mut self, observed: &'a Object, parts: &mut Parts) {
        let refs = self.observables(observed);
        let indicator = self.indicators.get(guess::id(observed)).copied();
        if let Some(made) = guess::attribute(observed, indicator, &refs) {
            refs.iter().chain(indicator.iter()).for_each(|held| self.mark(held));
            if let Some(indicator) = indicator {
                let made = (guess::uuid_of(guess::id(observed)).to_owned(), "Attribute");
                parts.made.insert(guess::id(indicator).to_owned(), made);
            }
            self.keep_attribute(observed, made, parts);
            return;
        }
        if template_of(observed).is_some() && !refs.is_empty() {
            refs.iter().chain(indicator.iter()).for_each(|held| self.mark(held));
            self.templated(observed, "", &refs, parts);
            return;
        }
        self.mark(observed);
        // Those that no other refers to: the rest belongs to them.
        let mut roots: Vec<&Object> = self.ends(observed, "object_refs");
        let referred: Vec<&str> = refs.iter().flat_map(|sco| references(sco)).collect();
        roots.retain(|sco| !referred.contains(&guess::id(sco)));
        let alone = roots.len() == 1;
        for root in roots {
            self.observable(root, if alone { observed } else { root }, parts);
        }
    }

    /// One observable. `told` is what gives it its UUID and its times.
    fn observable(&mut self, sco: &'a Object, told: &'a Object, parts: &mut Parts) {
        self.mark(sco);
        let all = self.reached(sco);
        let Some((kind, value)) = simple(sco) else {
            let template = template_for(text(sco, "type"));
            if let Some(template) = template {
                for held in &all {
                    self.mark(held);
                }
                let mut refs = vec![sco];
                refs.extend(all);
                self.templated(told, template, &refs, parts);
            }
            return;
        };
        let mut made = plain(told, kind, &value);
        made.extend(guess::seen(told));
        self.keep_attribute(told, made, parts);
        parts.made.insert(
            guess::id(sco).to_owned(),
            (guess::uuid_of(guess::id(told)).to_owned(), "Attribute"),
        );
    }

    /// All that an observable refers to.
    fn reached(&self, sco: &'a Object) -> Vec<&'a Object> {
        let mut all: Vec<&Object> = Vec::new();
        let mut next: Vec<&Object> = vec![sco];
        while let Some(object) = next.pop() {
            for id in references(object) {
                if let Some(end) = self.get(id)
                    && !end.contains_key("created")
                    && !std::ptr::eq(end, sco)
                    && !all.iter().any(|held| std::ptr::eq(*held, end))
                    && all.len() < 1_000
                {
                    all.push(end);
                    next.push(end);
                }
            }
        }
        all
    }

    /// An indicator without an observation.
    fn lone_indicator(&mut self, indicator: &'a Object, parts: &mut Parts) {
        if let Some(mut made) = guess::attribute(indicator, None, &[])
            && tags::own(indicator, "misp:type").is_some()
        {
            made.insert("to_ids".into(), true.into());
            self.keep_attribute(indicator, made, parts);
            return;
        }
        if template_of(indicator).is_some() {
            self.templated(indicator, "", &[indicator], parts);
            return;
        }
        let pattern = text(indicator, "pattern");
        let language = text(indicator, "pattern_type");
        let comment = string(indicator, "description").or_else(|| string(indicator, "name"));
        let found = match language {
            "stix" | "" => values(pattern).unwrap_or_default(),
            language => {
                let rule = TYPES.iter().find(|known| known.shape == Shape::Rule(rule_of(language)));
                rule.map(|known| (known.name, pattern.to_owned())).into_iter().collect()
            }
        };
        if found.is_empty() {
            self.templated(indicator, "stix2-pattern", &[indicator], parts);
            return;
        }
        let alone = found.len() == 1;
        for (index, (kind, value)) in found.into_iter().enumerate() {
            let mut made = plain(indicator, kind, &value);
            made.insert("to_ids".into(), true.into());
            if !alone {
                let uuid = derived_uuid(&format!("{} {index}", guess::id(indicator)));
                made.insert("uuid".into(), uuid.into());
            }
            if let Some(comment) = &comment {
                made.insert("comment".into(), comment.as_str().into());
            }
            self.keep_attribute(indicator, made, parts);
        }
    }

    fn keep_attribute(&mut self, from: &'a Object, mut made: Object, parts: &mut Parts) {
        self.mark(from);
        if let Some(tags) = tags::restore(from, None) {
            made.insert("Tag".into(), tags);
        }
        let uuid = text(&made, "uuid").to_owned();
        parts.made.entry(guess::id(from).to_owned()).or_insert((uuid, "Attribute"));
        parts.attributes.push(made);
    }

    /// An object of a template, by its labels or the one given.
    fn templated(&mut self, from: &'a Object, name: &str, refs: &[&'a Object], parts: &mut Parts) {
        self.mark(from);
        let own = template_of(from);
        let Some(template) = own.or_else(|| templates::of(name)) else { return };
        let indicator = self.indicators.get(guess::id(from)).copied();
        let Some(main) = refs.first() else { return };
        let mut made = guess::misp_object(from, indicator);
        if own.is_none() {
            made.insert("name".into(), name.into());
        }
        made.entry("meta-category").or_insert_with(|| category(text(main, "type")).into());
        let found = place::read(template, main, refs);
        let members = found.iter().map(|found| {
            let mut member = new_member(from, found);
            member.insert(
                "to_ids".into(),
                (indicator.is_some() || text(from, "type") == "indicator").into(),
            );
            Value::from(member)
        });
        let mut members: Vec<Value> = members.collect();
        if let (Value::Array(list), Some(Value::Object(first))) =
            (tags::restore(from, None).unwrap_or_default(), members.first_mut())
        {
            first.insert("Tag".into(), list.into());
        }
        if members.is_empty() {
            return;
        }
        made.insert("Attribute".into(), members.into());
        let uuid = guess::uuid_of(guess::id(from)).to_owned();
        for id in [Some(from), indicator].into_iter().flatten() {
            parts.made.insert(guess::id(id).to_owned(), (uuid.clone(), "Object"));
        }
        parts.objects.push(made);
    }

    /// A custom object as another converter lists it.
    fn listed(&mut self, from: &'a Object, parts: &mut Parts) {
        self.mark(from);
        let mut made = guess::misp_object(from, None);
        let listed = from.get("x_misp_attributes").and_then(Value::as_array).into_iter().flatten();
        let members = listed.filter_map(Value::as_object).enumerate().map(|(index, listed)| {
            let mut member = guess::member(from);
            let uuid = derived_uuid(&format!("{}/{index}", guess::id(from)));
            member.insert("uuid".into(), uuid.into());
            member.extend(listed.clone());
            Value::from(member)
        });
        made.insert("Attribute".into(), members.collect());
        let uuid = guess::uuid_of(guess::id(from)).to_owned();
        parts.made.insert(guess::id(from).to_owned(), (uuid, "Object"));
        parts.objects.push(made);
    }

    /// A domain object as the cluster of a galaxy.
    fn cluster_of(&mut self, sdo: &'a Object, parts: &mut Parts) {
        self.mark(sdo);
        let (galaxy, cluster) = galaxy_and_cluster(sdo);
        let uuid = guess::uuid_of(guess::id(sdo)).to_owned();
        parts.made.insert(guess::id(sdo).to_owned(), (uuid, "GalaxyCluster"));
        join(&mut parts.galaxies, galaxy, cluster);
    }

    /// What binds other parts together.
    fn bind(&mut self, object: &'a Object, event: &str, parts: &mut Parts) {
        let ends: Vec<&str> = match text(object, "type") {
            "relationship" => vec![text(object, "source_ref"), text(object, "target_ref")],
            "sighting" => vec![text(object, "sighting_of_ref")],
            _ => {
                let list = object.get("object_refs").and_then(Value::as_array);
                list.into_iter().flatten().filter_map(Value::as_str).collect()
            }
        };
        let Some(first) = ends.first() else { return };
        let Some((holder, kind)) = parts.made.get(*first).cloned() else {
            if matches!(text(object, "type"), "note" | "opinion") {
                self.said(object, event, (guess::uuid_of(event).to_owned(), "Event"), parts);
            }
            return;
        };
        match text(object, "type") {
            "relationship" => {
                let Some((target, target_kind)) =
                    ends.get(1).and_then(|id| parts.made.get(*id)).cloned()
                else {
                    return;
                };
                self.mark(object);
                let relation = text(object, "relationship_type");
                if target_kind == "GalaxyCluster"
                    && kind == "Attribute"
                    && let Some(sdo) = ends.get(1).and_then(|id| self.get(id))
                {
                    let (galaxy, cluster) = galaxy_and_cluster(sdo);
                    let mut of_holder = Vec::new();
                    if let Some(attribute) =
                        parts.attributes.iter_mut().find(|one| text(one, "uuid") == holder)
                    {
                        if let Some(Value::Array(held)) = attribute.remove("Galaxy") {
                            of_holder.extend(
                                held.into_iter().filter_map(|one| one.as_object().cloned()),
                            );
                        }
                        join(&mut of_holder, galaxy, cluster);
                        attribute.insert("Galaxy".into(), of_holder.into());
                    }
                } else if kind == "Object" && matches!(target_kind, "Object" | "Attribute") {
                    let reference = guess::reference(object);
                    parts.hanging.push((holder, "ObjectReference", reference));
                } else if kind == "GalaxyCluster" {
                    let held = shape::object(json!({
                        "galaxy_cluster_uuid": holder, "referenced_galaxy_cluster_uuid": target,
                        "referenced_galaxy_cluster_type": relation,
                    }));
                    parts.hanging.push((holder, "GalaxyClusterRelation", held));
                } else {
                    let mut link = guess::link(object);
                    link.insert("object_type".into(), kind.into());
                    link.insert("related_object_type".into(), target_kind.into());
                    parts.hanging.push((holder, "Relationship", link));
                }
            }
            "sighting" if kind == "Attribute" => {
                self.mark(object);
                let who = object.get("where_sighted_refs").and_then(|refs| refs.get(0)?.as_str());
                let sighting = guess::sighting(object, self.organisation(who));
                parts.hanging.push((holder, "Sighting", sighting));
            }
            "note" | "opinion" => self.said(object, event, (holder, kind), parts),
            _ => {}
        }
    }

    /// A note or an opinion.
    fn said(
        &mut self,
        object: &'a Object,
        event: &str,
        holder: (String, &'static str),
        parts: &mut Parts,
    ) {
        self.mark(object);
        if tags::own(object, "misp:data-layer") == Some("Event Report") {
            parts.reports.push(guess::event_report(object));
            return;
        }
        let (key, mut said) = match text(object, "type") {
            "note" => ("Note", guess::note(object)),
            _ => ("Opinion", guess::opinion(object)),
        };
        let (uuid, kind) = match holder.1 {
            "GalaxyCluster" => (guess::uuid_of(event).to_owned(), "Event"),
            _ => holder,
        };
        said.insert("object_uuid".into(), uuid.as_str().into());
        said.insert("object_type".into(), kind.into());
        parts.hanging.push((uuid, key, said));
    }
}

impl Parts {
    /// Puts the parts into their event.
    pub(crate) fn into_event(mut self, event: &mut Object) {
        // By holder: things that hang are many, and so are those that they hang on.
        let mut hanging: HashMap<String, Vec<(usize, &'static str, Object)>> = HashMap::new();
        for (index, (uuid, key, item)) in self.hanging.into_iter().enumerate() {
            hanging.entry(uuid).or_default().push((index, key, item));
        }
        if !hanging.is_empty() {
            let attributes = self.attributes.iter_mut();
            let clusters = self
                .galaxies
                .iter_mut()
                .filter_map(|galaxy| galaxy.get_mut("GalaxyCluster")?.as_array_mut());
            let clusters = clusters.flatten().filter_map(Value::as_object_mut);
            for holder in attributes.chain(self.objects.iter_mut()).chain(clusters) {
                for (_, key, item) in hanging.remove(text(holder, "uuid")).into_iter().flatten() {
                    push(holder, key, item);
                }
            }
        }
        let mut rest: Vec<_> = hanging.into_values().flatten().collect();
        rest.sort_unstable_by_key(|(index, ..)| *index);
        for (_, key, item) in rest {
            push(event, key, item);
        }
        for (key, list) in [
            ("Attribute", self.attributes),
            ("Object", self.objects),
            ("Galaxy", self.galaxies),
            ("EventReport", self.reports),
        ] {
            for item in list {
                push(event, key, item);
            }
        }
    }
}

fn push(holder: &mut Object, key: &str, item: Object) {
    let list = holder.entry(key).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(item.into());
    }
}

/// What a report says in its own words, as the report that MISP has for it.
fn description(container: &Object) -> Option<Object> {
    let content = string(container, "description").filter(|content| !content.is_empty())?;
    let mut report = guess::event_report(container);
    let uuid = derived_uuid(&format!("{}/description", guess::id(container)));
    report.insert("uuid".into(), uuid.into());
    report.insert("name".into(), text(container, "name").into());
    report.insert("content".into(), content.into());
    Some(report)
}

/// A galaxy and its one cluster.
fn galaxy_and_cluster(sdo: &Object) -> (Object, Object) {
    let mut galaxy = galaxy::galaxy_of(sdo);
    let mut cluster = galaxy::read(sdo);
    if tags::own(sdo, "misp:galaxy-type").is_none() {
        let name = text(sdo, "type");
        let kind = format!("stix-2.1-{name}");
        galaxy.insert("name".into(), name.replace('-', " ").into());
        galaxy.insert("type".into(), kind.as_str().into());
        let tag = format!("misp-galaxy:{kind}=\"{}\"", text(&cluster, "value"));
        cluster.insert("tag_name".into(), tag.into());
        cluster.insert("type".into(), kind.into());
        let mut meta = match cluster.remove("meta") {
            Some(Value::Object(meta)) => meta,
            _ => Object::new(),
        };
        for (key, value) in sdo {
            let own =
                ["type", "spec_version", "id", "name", "description", "aliases", "extensions"];
            let said = [
                "external_references",
                "kill_chain_phases",
                "labels",
                "created_by_ref",
                "object_marking_refs",
            ];
            if own.contains(&key.as_str()) || said.contains(&key.as_str()) || meta.contains_key(key)
            {
                continue;
            }
            let value = match value {
                Value::Bool(flag) => flag.to_string().into(),
                Value::Number(number) => number.to_string().into(),
                other => other.clone(),
            };
            meta.insert(key.clone(), value);
        }
        if !meta.is_empty() {
            cluster.insert("meta".into(), meta.into());
        }
    }
    (galaxy, cluster)
}

/// Adds a cluster to its galaxy among these.
fn join(galaxies: &mut Vec<Object>, galaxy: Object, cluster: Object) {
    let same = |held: &&mut Object| text(held, "type") == text(&galaxy, "type");
    if let Some(held) = galaxies.iter_mut().find(same) {
        let list = held.get_mut("GalaxyCluster").and_then(Value::as_array_mut);
        if let Some(list) = list
            && !list.iter().any(|one| one.get("uuid") == cluster.get("uuid"))
        {
            list.push(cluster.into());
        }
        return;
    }
    let mut galaxy = galaxy;
    galaxy.insert("GalaxyCluster".into(), json!([cluster]));
    galaxies.push(galaxy);
}

/// An attribute of which only this is known.
fn plain(told: &Object, kind: &str, value: &str) -> Object {
    let known = types::of(kind);
    let mut made = object(json!({
        "uuid": guess::uuid_of(guess::id(told)), "type": kind, "value": value,
        "category": known.map_or("Other", |known| known.category), "to_ids": false, "comment": "",
        "deleted": told.get("revoked").and_then(Value::as_bool).unwrap_or(false),
        "disable_correlation": false, "distribution": "5",
    }));
    let seconds = guess::timestamp(told).unwrap_or_else(|| "0".into());
    made.insert("timestamp".into(), seconds);
    made
}

/// The identifiers that an object refers to.
fn references(object: &Object) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for (key, value) in object {
        match value {
            Value::String(id) if key.ends_with("_ref") => ids.push(id),
            Value::Array(list) if key.ends_with("_refs") => {
                ids.extend(list.iter().filter_map(Value::as_str));
            }
            Value::Array(list) if key == "body_multipart" => {
                ids.extend(list.iter().filter_map(|part| part.get("body_raw_ref")?.as_str()));
            }
            _ => {}
        }
    }
    ids
}

/// The attribute that an observable is, if it says no more than one.
fn simple(sco: &Object) -> Option<(&'static str, String)> {
    let bookkeeping = ["type", "id", "spec_version", "defanged", "object_marking_refs"];
    let mut keys = sco.keys().map(String::as_str).filter(|key| !bookkeeping.contains(key));
    let (key, more) = (keys.next()?, keys.next());
    if more.is_some() {
        return None;
    }
    let of_type = text(sco, "type");
    if let ("hashes", Some(Value::Object(hashes))) = (key, sco.get("hashes")) {
        let kind = hashes.keys().next().filter(|_| hashes.len() == 1)?;
        return Some((hash_type(of_type, kind)?, digest(sco, kind)?));
    }
    let (_, kind) = SIMPLE.iter().find(|((name, held), _)| *name == of_type && *held == key)?;
    let value = match sco.get(key)? {
        Value::String(text) => text.clone(),
        Value::Number(number) if *kind == "AS" => format!("AS{number}"),
        _ => return None,
    };
    (!value.is_empty()).then_some((kind, value))
}

const SIMPLE: &[((&str, &str), &str)] = &[
    (("ipv4-addr", "value"), "ip-dst"),
    (("ipv6-addr", "value"), "ip-dst"),
    (("domain-name", "value"), "domain"),
    (("url", "value"), "url"),
    (("email-addr", "value"), "email"),
    (("mac-addr", "value"), "mac-address"),
    (("mutex", "name"), "mutex"),
    (("file", "name"), "filename"),
    (("windows-registry-key", "key"), "regkey"),
    (("autonomous-system", "number"), "AS"),
];

/// The type of attribute of a hash.
fn hash_type(of_type: &str, kind: &str) -> Option<&'static str> {
    let known = TYPES.iter().find(|known| match known.shape {
        Shape::Hash(name) => of_type == "file" && name == kind,
        Shape::Certificate(name) => of_type == "x509-certificate" && name == kind,
        _ => false,
    });
    known.map(|known| known.name)
}

/// The template of an observable that says more.
fn template_for(of_type: &str) -> Option<&'static str> {
    Some(match of_type {
        "artifact" => "artifact",
        "autonomous-system" => "asn",
        "directory" => "directory",
        "domain-name" => "domain-ip",
        "email-message" => "email",
        "file" => "file",
        "mutex" => "mutex",
        "network-traffic" => "network-connection",
        "process" => "process",
        "software" => "cpe-asset",
        "url" => "url",
        "user-account" => "user-account",
        "windows-registry-key" => "registry-key",
        "x509-certificate" => "x509",
        _ => return None,
    })
}

/// The category of a template.
fn category(of_type: &str) -> &'static str {
    match of_type {
        "file" | "artifact" | "directory" | "windows-registry-key" | "mutex" => "file",
        "network-traffic" | "email-message" | "domain-name" | "url" | "autonomous-system"
        | "x509-certificate" => "network",
        _ => "misc",
    }
}

fn rule_of(language: &str) -> &'static str {
    ["sigma", "snort", "suricata", "yara"]
        .into_iter()
        .find(|known| *known == language)
        .unwrap_or("no rule")
}

/// The attributes of which a pattern finds any one; `None` if it asks for more than that.
fn values(pattern: &str) -> Option<Vec<(&'static str, String)>> {
    let pattern = Pattern::parse(pattern).ok()?;
    let mut found = Vec::new();
    any_of(pattern.root(), &mut found)?;
    Some(found)
}

fn any_of(one: &Observation, found: &mut Vec<(&'static str, String)>) -> Option<()> {
    match one {
        Observation::Comparison(Comparison::Test(test)) => found.push(tested(test)?),
        Observation::Comparison(Comparison::Or(parts)) => {
            for part in parts {
                let Comparison::Test(test) = part else { return None };
                found.push(tested(test)?);
            }
        }
        Observation::Or(parts) => parts.iter().try_for_each(|part| any_of(part, found))?,
        _ => return None,
    }
    Some(())
}

fn tested(test: &Test) -> Option<(&'static str, String)> {
    if test.negated {
        return None;
    }
    let of_type = test.path.object_type.as_str();
    let steps: Vec<&str> = test
        .path
        .steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Index(_) | Step::Any => "*",
        })
        .collect();
    let kind = match (of_type, steps.as_slice()) {
        ("file" | "x509-certificate", ["hashes", kind]) => hash_type(of_type, kind)?,
        ("email-message", ["from_ref", "value"]) => "email-src",
        ("email-message", ["to_refs", "*", "value"]) => "email-dst",
        ("email-message", ["subject"]) => "email-subject",
        ("network-traffic", ["src_ref", "value"]) => "ip-src",
        ("network-traffic", ["dst_ref", "value"]) => "ip-dst",
        ("network-traffic", ["dst_port"]) => "port",
        ("file", ["size"]) => "size-in-bytes",
        (of_type, [key]) => {
            SIMPLE.iter().find(|((name, held), _)| *name == of_type && held == key)?.1
        }
        _ => return None,
    };
    let value = match &test.check {
        Check::Equal(Constant::String(literal)) => literal.to_string(),
        Check::Equal(Constant::Integer(number)) if kind == "AS" => format!("AS{number}"),
        Check::Equal(Constant::Integer(number)) => number.to_string(),
        Check::Subset(network) if kind.starts_with("ip-") => network.to_string(),
        _ => return None,
    };
    // A host at the end of traffic is no address.
    if kind.starts_with("ip-") && shape::address_type(&value).is_none() {
        return None;
    }
    (!value.is_empty()).then_some((kind, value))
}
