//! Writes `samples/bundles` from `samples/sources`; `--check` writes nothing and fails if they
//! differ. Run by `cargo xtask samples`.
//!
//! Identifiers come from names and times from the place in the list, so the same sources give the
//! same bytes.

mod declaration;
mod incidents;
mod pretty;
mod sources;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value, json};
use stix::id::ENTENTE_NAMESPACE;
use stix::marking::{self, Tlp};
use stix::{Id, Object, Timestamp};

use sources::{Declaration, Incidents, Marking, Node, Nodes};

/// The time of the first entry, in milliseconds since 1970: 2026-06-01T08:00:00.000Z, the day after
/// the day as of which the sources are known. Each further entry is a minute later.
const FIRST_ENTRY: i64 = 1_780_300_800_000;

fn main() -> Result<()> {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => bail!("unknown argument `{other}`; the only one is --check"),
    };
    let samples = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../samples"));
    let read = |name: &str| {
        let path = samples.join("sources").join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let nodes: Nodes = sources::parse("nodes.json", &read("nodes.json")?)?;
    let incidents: Incidents = sources::parse("incidents.json", &read("incidents.json")?)?;
    let declaration: Declaration = sources::parse("declaration.json", &read("declaration.json")?)?;

    let mut stale = Vec::new();
    for node in &nodes.nodes {
        let objects = objects(node, &nodes, &incidents, &declaration)?;
        let text = bundle(node, &objects)?;
        let path = samples.join("bundles").join(format!("{}.json", node.slug));
        if check {
            if std::fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
                stale.push(node.slug.as_str());
            }
        } else {
            std::fs::write(&path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        println!("{}: {}", node.slug, counts(&objects));
    }
    ensure!(stale.is_empty(), "not up to date: {}; run `cargo xtask samples`", stale.join(", "));
    Ok(())
}

/// All objects of one node's bundle, each checked by the parser that a node uses.
fn objects(
    node: &Node,
    nodes: &Nodes,
    incidents: &Incidents,
    declaration: &Declaration,
) -> Result<Vec<Object>> {
    let mut objects = vec![parse(&identity(node))?];
    let mut lists = BTreeSet::new();
    let mut own = Vec::new();
    for (place, incident) in (0..).zip(&incidents.incidents) {
        if incident.entered_by == node.code {
            let markings = markings(&incident.marking, nodes, &mut objects, &mut lists)
                .with_context(|| incident.key.clone())?;
            own.extend(incidents::objects(incident, node, markings, entry_time(place))?);
        }
    }
    if declaration.entered_by == node.code {
        let markings = markings(&declaration.marking, nodes, &mut objects, &mut lists)?;
        let time = entry_time(i64::try_from(incidents.incidents.len())?);
        own.extend(declaration::objects(declaration, node, &markings, &time)?);
    }
    for object in &own {
        objects.push(parse(object)?);
    }
    Ok(objects)
}

/// The identity under which a demonstration node signs.
fn identity(node: &Node) -> Map<String, Value> {
    let description = "Demonstration identity of an Entente node. What it enters are open-source \
                       reports written for this demonstration; no state speaks through it.";
    let mut identity = Map::new();
    for (key, value) in [
        ("type", json!("identity")),
        ("spec_version", json!("2.1")),
        ("id", json!(node.identity)),
        ("created_by_ref", json!(node.identity)),
        ("created", json!(entry_time(-1))),
        ("modified", json!(entry_time(-1))),
        ("name", json!(node.reporter())),
        ("description", json!(description)),
        ("identity_class", json!("organization")),
        ("lang", json!("en")),
        ("object_marking_refs", json!([Tlp::Clear.definition_id()])),
    ] {
        identity.insert(key.to_owned(), value);
    }
    identity
}

/// The references of a marking. A `releasable-to` definition joins the bundle at its first use.
fn markings(
    marking: &Marking,
    nodes: &Nodes,
    objects: &mut Vec<Object>,
    lists: &mut BTreeSet<Id>,
) -> Result<Vec<Id>> {
    let mut refs: Vec<Id> = marking.tlp()?.map(Tlp::definition_id).into_iter().collect();
    if !marking.releasable_to.is_empty() {
        let codes = marking.releasable_to.iter();
        let states = codes.map(|code| nodes.identity(code)).collect::<Result<BTreeSet<_>>>()?;
        let definition = marking::releasable_to(&states, &BTreeSet::new());
        refs.push(definition.id().clone());
        if lists.insert(definition.id().clone()) {
            objects.push(definition);
        }
    }
    Ok(refs)
}

fn bundle(node: &Node, objects: &[Object]) -> Result<String> {
    let id = named("bundle", &node.slug)?;
    let objects: Vec<Value> = objects.iter().map(|object| Value::Object(object.value())).collect();
    let text = pretty::text(&json!({ "type": "bundle", "id": id, "objects": objects }))?;
    // What was written must read back as what was checked.
    for object in stix::bundle::parse(text.clone().into_bytes())? {
        object?;
    }
    Ok(text)
}

fn counts(objects: &[Object]) -> String {
    let types =
        ["incident", "location", "report", "grouping", "note", "identity", "marking-definition"];
    let count =
        |name: &str| objects.iter().filter(|object| object.id().type_name() == name).count();
    let parts: Vec<_> = types.iter().map(|name| format!("{} {name}", count(name))).collect();
    format!("{} objects ({})", objects.len(), parts.join(", "))
}

fn parse(object: &Map<String, Value>) -> Result<Object> {
    let name = object.get("name").or(object.get("abstract")).and_then(Value::as_str);
    Object::parse(serde_json::to_vec(object)?).with_context(|| format!("{name:?}"))
}

/// A deterministic identifier of a sample object. The type is part of the name: some tools take two
/// objects with one UUID for the same thing.
fn named(type_name: &str, key: &str) -> Result<Id> {
    Ok(Id::named(type_name, ENTENTE_NAMESPACE, &format!("samples:{type_name}:{key}"))?)
}

fn entry_time(place: i64) -> Timestamp {
    Timestamp::from_millis(FIRST_ENTRY + place * 60_000)
}

/// The reference identity of a state.
fn state(code: &str) -> Result<Id> {
    node::states::identity(code).with_context(|| format!("no state has the code {code}"))
}
