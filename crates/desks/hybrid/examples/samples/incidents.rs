//! Incidents: from the source list to the desk's own builder.

use anyhow::{Context as _, Result, ensure};
use hybrid::objects::{
    self, Affected, Claim, Facts, LandscapeMark, NewReport, Occurred, Place, Source,
};
use hybrid::vocabulary::{Basis, INCIDENT_TYPES, Vocabulary, Word};
use serde_json::{Map, Value};
use stix::{Id, Timestamp};

use crate::sources::{self, Incident, Node};
use crate::{named, state};

/// The objects of one incident.
pub(crate) fn objects(
    incident: &Incident,
    node: &Node,
    markings: Vec<Id>,
    entered: Timestamp,
) -> Result<Vec<Map<String, Value>>> {
    let new = NewReport {
        incident: named("incident", &incident.key)?,
        location: named("location", &incident.key)?,
        report: named("report", &incident.key)?,
        owner: node.identity.clone(),
        reporter: node.reporter(),
        created: entered.clone(),
        modified: entered,
        markings,
        facts: facts(incident).with_context(|| incident.key.clone())?,
    };
    Ok(objects::build(&new).into_objects())
}

fn facts(incident: &Incident) -> Result<Facts> {
    let unknown = incident.types.iter().find(|word| !INCIDENT_TYPES.contains(&word.as_str()));
    ensure!(unknown.is_none(), "{unknown:?} is not in the list of incident types");
    let landscape = incident
        .landscape_domains
        .iter()
        .map(|slug| Ok(LandscapeMark { domain: word(slug)?, verified: false }));
    let affected = incident
        .affected
        .iter()
        .map(|code| Ok(Affected { state: state(code)?, code: code.clone() }));
    Ok(Facts {
        name: incident.title.clone(),
        description: Some(incident.description.clone()),
        lang: Some(incident.lang.clone()),
        confidence: Some(incident.confidence),
        confidence_note: Some(incident.confidence_note.clone()),
        sources: incident.sources.iter().map(source).collect(),
        determination: Some(word(&incident.determination)?),
        investigation: Some(word(&incident.investigation)?),
        incident_types: incident.types.clone(),
        domain: Some(word(&incident.domain)?),
        landscape_domains: landscape.collect::<Result<_>>()?,
        occurred: Some(occurred(&incident.occurred)?),
        place: Some(Place {
            name: incident.place.name.clone(),
            latitude: Some(incident.place.latitude),
            longitude: Some(incident.place.longitude),
        }),
        affected: affected.collect::<Result<_>>()?,
        claims: incident.claims.iter().map(claim).collect::<Result<_>>()?,
        basis: Some(Basis::OpenSource.into()),
        ..Facts::default()
    })
}

fn source(source: &sources::Source) -> Source {
    Source {
        name: source.name.clone(),
        url: source.url.clone(),
        description: source.note.clone(),
        external_id: None,
    }
}

fn occurred(occurred: &sources::Occurred) -> Result<Occurred> {
    Ok(Occurred {
        start: day(&occurred.date)?,
        end: occurred.end.as_deref().map(day).transpose()?,
        precision: word(&occurred.precision)?,
        note: occurred.note.clone(),
    })
}

fn claim(claim: &sources::Claim) -> Result<Claim> {
    Ok(Claim {
        text: claim.text.clone(),
        actor: claim.actor.clone(),
        by: claim.by.clone(),
        standing: word(&claim.standing)?,
        source: claim.source.clone(),
    })
}

/// The start of a day given as `YYYY-MM-DD`.
pub(crate) fn day(date: &str) -> Result<Timestamp> {
    Ok(Timestamp::parse(&format!("{date}T00:00:00Z"))?)
}

/// A word that must be in its list.
pub(crate) fn word<T: Vocabulary>(slug: &str) -> Result<Word<T>> {
    T::parse(slug).map(Word::Known).with_context(|| format!("`{slug}` is not in its list of words"))
}
