//! From a form that was checked to the objects that leave the node.

use std::collections::BTreeSet;

use node::{Draft, Release};
use serde_json::{Map, Value, json};
use stix::marking::{Marking, releasable_to};
use stix::{Id, Timestamp};
use uuid::Uuid;
use web::{Fault, Reader};

use super::super::report::is_own;
use crate::form::{Checked, Handling};
use crate::objects::{NewReport, Report, build};

/// How the document names a reporter who is not named.
const UNNAMED: &str = "a partner who is not named";
/// In microseconds.
const HOUR: i64 = 3_600_000_000;

/// The states that a report may be released to.
pub(super) fn partners(reader: &Reader) -> Result<BTreeSet<Id>, Fault> {
    Ok(reader.node().peers()?.into_iter().map(|peer| peer.profile.state).collect())
}

/// How a held report is marked, as the form says it.
pub(super) fn handling(reader: &Reader, seen: &store::Seen) -> Result<Handling, Fault> {
    let mut handling = Handling::default();
    let home = format!("@{}", reader.node().profile().state);
    for id in &seen.object.header().marking_refs {
        let marking = match Marking::builtin(id) {
            Some(marking) => marking,
            None => match reader.view().get(id)? {
                Some(definition) => Marking::of(&definition.object).unwrap_or(Marking::Unknown),
                None => continue,
            },
        };
        match marking {
            Marking::Tlp(tlp) => handling.tlp = handling.tlp.max(Some(tlp)),
            Marking::ReleasableTo { states, persons } => {
                let own = reader.node().profile().state.clone();
                let others: BTreeSet<Id> =
                    states.into_iter().filter(|state| *state != own).collect();
                handling.to = Some(others).filter(|states| !states.is_empty());
                let accounts = persons.iter().filter_map(|person| person.strip_suffix(&home));
                handling.readers = accounts.map(str::to_owned).collect();
            }
            Marking::Group(group) => {
                handling.groups.insert(group);
            }
            _ => {}
        }
    }
    Ok(handling)
}

/// The objects of a report with its markings, and the id of the incident among them.
pub(super) fn outgoing(
    reader: &Reader,
    draft: &Draft,
    checked: &Checked,
) -> Result<(Id, Release), Fault> {
    let node = reader.node();
    let own = node.profile().state.clone();
    // A draft's own random name names its objects too: released twice, they are the same.
    let seed =
        Uuid::parse_str(&draft.id).map_err(|error| Fault::Internal { what: error.to_string() })?;
    let named = |kind: &str| {
        Id::from_parts(kind, Uuid::new_v5(&seed, kind.as_bytes())).map_err(node::Error::from)
    };
    let (mut incident, mut location, mut report) =
        (named("incident")?, named("location")?, named("report")?);
    if let Some(revised) = &draft.revises {
        incident = revised.clone();
        let view = reader.view();
        let held = view.get(revised)?.and_then(|seen| Report::of(&seen.object));
        location = held.and_then(|held| held.location).unwrap_or(location);
        let gathering = view
            .referring_to(revised)?
            .into_iter()
            .find(|seen| seen.object.id().type_name() == "report" && is_own(reader, seen));
        report = gathering.map_or(report, |seen| seen.object.id().clone());
    }
    let mut markings: Vec<Id> =
        checked.handling.tlp.iter().map(|tlp| tlp.definition_id()).collect();
    let mut definitions = Vec::new();
    let readers: BTreeSet<String> = checked
        .handling
        .readers
        .iter()
        .map(|account| node::Viewer::person_name(account, &own))
        .collect();
    if checked.handling.to.is_some() || !readers.is_empty() {
        let mut states = checked.handling.to.clone().unwrap_or_default();
        if !readers.is_empty() {
            states.insert(own.clone());
        }
        let definition = releasable_to(&states, &readers);
        markings.push(definition.id().clone());
        definitions.push(definition);
    }
    for group in &checked.handling.groups {
        // Only one's own: of another's group nobody here knows the members.
        if node.group(group)?.is_some() {
            let definition = stix::marking::group(group);
            markings.push(definition.id().clone());
            definitions.push(definition);
        }
    }
    let through = checked.handling.through.clone();
    let now = if through.is_some() {
        // The very moment would tell who was at work.
        Timestamp::from_micros(reader.now().div_euclid(HOUR) * HOUR)
    } else {
        Timestamp::from_micros(reader.now())
    };
    let profile = node.profile();
    let reporter = if through.is_some() {
        UNNAMED.to_owned()
    } else {
        format!("{} ({})", profile.name, profile.state_name)
    };
    let parts = build(&NewReport {
        incident: incident.clone(),
        location,
        report,
        owner: own,
        reporter,
        created: now.clone(),
        modified: now,
        markings,
        facts: checked.facts.clone(),
    });
    let mut objects = parts.into_objects();
    gather(&mut objects, &checked.parts);
    let mut definitions = definitions;
    if let Some(full) = &draft.extract_of {
        let view = reader.view();
        let full = view.get(full)?.filter(|full| is_own(reader, full)).ok_or(Fault::NotFound)?;
        objects.push(derived(&named("relationship")?, &incident, &full));
        for id in &full.object.header().marking_refs {
            if Marking::builtin(id).is_none()
                && let Some(definition) = view.get(id)?
            {
                definitions.push(definition.object);
            }
        }
    }
    // The incident comes first: the preview's decision is about it.
    objects.sort_by_key(|object| object.get("type").is_none_or(|kind| kind != "incident"));
    let release = Release { objects, definitions, through, draft: None };
    Ok((incident, node.remedied(reader.session(), release, &draft.remedies)?))
}

/// What is held already and belongs to the report stands among what its document gathers.
fn gather(objects: &mut [Map<String, Value>], parts: &[Id]) {
    let document =
        objects.iter_mut().find(|object| object.get("type").is_some_and(|kind| kind == "report"));
    let refs = document.and_then(|document| document.get_mut("object_refs")?.as_array_mut());
    if let Some(refs) = refs {
        refs.extend(parts.iter().map(|id| json!(id)));
    }
}

/// An extract comes from its full report. Who may see both sees that: the link is marked as the
/// full one.
fn derived(id: &Id, extract: &Id, full: &store::Seen) -> Map<String, Value> {
    let mut link = Map::new();
    link.insert("type".to_owned(), json!("relationship"));
    link.insert("spec_version".to_owned(), json!("2.1"));
    link.insert("id".to_owned(), json!(id));
    link.insert("relationship_type".to_owned(), json!("derived-from"));
    link.insert("source_ref".to_owned(), json!(extract));
    link.insert("target_ref".to_owned(), json!(full.object.id()));
    let refs = &full.object.header().marking_refs;
    if !refs.is_empty() {
        link.insert("object_marking_refs".to_owned(), json!(refs));
    }
    link
}

/// What the document of a held report gathers beside what the form says by itself.
pub(super) fn parts_of(reader: &Reader, report: &Report) -> Result<Vec<Id>, Fault> {
    let own = |seen: &store::Seen| seen.object.id().type_name() == "report" && is_own(reader, seen);
    let gathering = reader.view().referring_to(&report.id)?.into_iter().find(own);
    let Some(gathering) = gathering else { return Ok(Vec::new()) };
    let value = gathering.object.value();
    let refs = value.get("object_refs").and_then(Value::as_array);
    let ids = refs.into_iter().flatten().filter_map(Value::as_str);
    let is_said = |id: &Id| {
        *id == report.id
            || report.location.as_ref() == Some(id)
            || report.facts.affected.iter().any(|affected| affected.state == *id)
    };
    Ok(ids.filter_map(|id| Id::parse(id).ok()).filter(|id| !is_said(id)).collect())
}
