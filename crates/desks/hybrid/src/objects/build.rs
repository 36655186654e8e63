//! Building: the three objects of a report from its facts. Pure: identifiers and times are
//! arguments.

use serde::Serialize;
use serde_json::{Map, Value, json};
use stix::{Id, Timestamp, extension};

use super::{Affected, Claim, Facts, LandscapeMark, Occurred, Place, Source};
use crate::vocabulary::{
    Basis, Determination, Domain, InvestigationStatus, Phase, UNSPECIFIED, Word,
};

/// Everything that the objects of a report are made from. For a new version keep the identifiers
/// and `created`, and give a later `modified`.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Identifier of the incident.
    pub incident: Id,
    /// Identifier of the location; used only if the place has coordinates.
    pub location: Id,
    /// Identifier of the STIX report that gathers the parts.
    pub report: Id,
    /// Identity of the state that enters the report.
    pub owner: Id,
    /// Name of the reporter as a reader should see it, such as "Tirana (Albania)".
    pub reporter: String,
    /// When the first version is made.
    pub created: Timestamp,
    /// When this version is made.
    pub modified: Timestamp,
    /// Marking definitions: the same for all parts.
    pub markings: Vec<Id>,
    /// The facts.
    pub facts: Facts,
}

/// The objects of a report, ready to be signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The incident.
    pub incident: Map<String, Value>,
    /// The location, if the place has coordinates.
    pub location: Option<Map<String, Value>>,
    /// The STIX report that gathers the parts.
    pub report: Map<String, Value>,
}

impl Parts {
    /// The objects in an order in which each refers only to earlier ones.
    pub fn into_objects(self) -> Vec<Map<String, Value>> {
        self.location.into_iter().chain([self.incident, self.report]).collect()
    }
}

/// Our extension's body. Field names are the property names.
#[derive(Serialize)]
struct Hybrid<'a> {
    extension_type: &'static str,
    basis: &'a Word<Basis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: &'a Option<Word<Domain>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    landscape_domains: &'a [LandscapeMark],
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: &'a Option<Word<Phase>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred: &'a Option<Occurred>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: &'a Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_ref: Option<&'a Id>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    affected: &'a [Affected],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    claims: &'a [Claim],
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence_note: &'a Option<String>,
}

/// Makes the objects of a report.
pub fn build(new: &NewReport) -> Parts {
    let point = new.facts.place.as_ref().and_then(Place::point);
    let location = point.map(|point| location(new, point));
    Parts {
        incident: incident(new, location.is_some()),
        report: gathering(new, location.is_some()),
        location,
    }
}

fn incident(new: &NewReport, located: bool) -> Map<String, Value> {
    let facts = &new.facts;
    let mut incident = common(new, &new.incident);
    incident.insert("name".into(), json!(facts.name));
    put(&mut incident, "description", facts.description.as_ref());
    put(&mut incident, "confidence", facts.confidence);
    put(&mut incident, "labels", Some(&facts.labels).filter(|labels| !labels.is_empty()));
    put(
        &mut incident,
        "external_references",
        Some(facts.sources.iter().cloned().map(Source::written).collect::<Vec<_>>())
            .filter(|sources| !sources.is_empty()),
    );

    let basis = basis(facts);
    let hybrid = Hybrid {
        extension_type: "property-extension",
        basis: &basis,
        domain: &facts.domain,
        landscape_domains: &facts.landscape_domains,
        phase: &facts.phase,
        occurred: &facts.occurred,
        place: &facts.place,
        location_ref: located.then_some(&new.location),
        affected: &facts.affected,
        claims: &facts.claims,
        confidence_note: &facts.confidence_note,
    };
    // The core extension requires the first two; "unspecified" is its vocabulary's word for what it
    // has no word for.
    let types = if facts.incident_types.is_empty() {
        json!([UNSPECIFIED])
    } else {
        json!(facts.incident_types)
    };
    let determination = facts.determination.clone().unwrap_or(Determination::Suspected.into());
    let investigation = facts.investigation.clone().unwrap_or(InvestigationStatus::New.into());
    let core = json!({
        "extension_type": "property-extension",
        "determination": determination,
        "investigation_status": investigation,
        "incident_types": types,
    });
    incident.insert(
        "extensions".into(),
        json!({ (extension::INCIDENT_CORE): core, (extension::HYBRID): hybrid }),
    );
    incident
}

fn location(new: &NewReport, (latitude, longitude): (f64, f64)) -> Map<String, Value> {
    let mut location = common(new, &new.location);
    put(&mut location, "name", new.facts.place.as_ref().map(|place| &place.name));
    location.insert("latitude".into(), json!(latitude));
    location.insert("longitude".into(), json!(longitude));
    location
}

/// The `report` that says whose words these are.
fn gathering(new: &NewReport, located: bool) -> Map<String, Value> {
    let facts = &new.facts;
    let mut refs = vec![&new.incident];
    refs.extend(located.then_some(&new.location));
    refs.extend(facts.affected.iter().map(|affected| &affected.state));

    let reporter = &new.reporter;
    let (kind, made) = match basis(facts).known() {
        Some(Basis::OpenSource) => ("Open-source report", "compiled from public sources by"),
        _ => ("Report", "made by"),
    };
    let mut disclaimer = format!("This report was {made} {reporter}, which alone answers for it.");
    if !facts.affected.is_empty() {
        let codes: Vec<_> = facts.affected.iter().map(|affected| affected.code.as_str()).collect();
        disclaimer += " It is not a statement of the affected states (";
        disclaimer += &codes.join(", ");
        disclaimer += ").";
    }
    if !facts.claims.is_empty() {
        disclaimer += " Claims in it are those of the persons and bodies named with them.";
    }

    let mut report = common(new, &new.report);
    report.insert("name".into(), json!(format!("{kind} by {reporter}: {}", facts.name)));
    report.insert("description".into(), json!(disclaimer));
    report.insert("report_types".into(), json!(["threat-report"]));
    report.insert("published".into(), json!(new.created));
    report.insert("object_refs".into(), json!(refs));
    put(&mut report, "confidence", facts.confidence);
    // The sentences above are English whatever language the analyst writes; `lang` must not deny it.
    if facts.lang.as_deref() != Some("en") {
        report.remove("lang");
    }
    report
}

/// Common properties (STIX 2.1 section 3.2).
fn common(new: &NewReport, id: &Id) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("type".into(), json!(id.type_name()));
    object.insert("spec_version".into(), json!("2.1"));
    object.insert("id".into(), json!(id));
    object.insert("created_by_ref".into(), json!(new.owner));
    object.insert("created".into(), json!(new.created));
    object.insert("modified".into(), json!(new.modified));
    put(&mut object, "lang", new.facts.lang.as_ref());
    put(
        &mut object,
        "object_marking_refs",
        Some(&new.markings).filter(|markings| !markings.is_empty()),
    );
    object
}

/// A report that does not say what it rests on rests on its reporter.
fn basis(facts: &Facts) -> Word<Basis> {
    facts.basis.clone().unwrap_or(Word::Known(Basis::Own))
}

fn put(object: &mut Map<String, Value>, key: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        object.insert(key.into(), json!(value));
    }
}
