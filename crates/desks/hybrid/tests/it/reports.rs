//! What is built reads back, and what is foreign reads as far as it goes.

use hybrid::objects::{
    Affected, Claim, Facts, LandscapeMark, NewReport, Occurred, Place, Report, Source, build,
};
use hybrid::vocabulary::{
    Basis, Determination, Domain, InvestigationStatus, LandscapeDomain, Phase, Precision, Standing,
    Word,
};
use serde_json::{Map, Value, json};
use stix::{Id, Object, Timestamp, extension, id::ENTENTE_NAMESPACE};

fn id(type_name: &str, name: &str) -> Id {
    Id::named(type_name, ENTENTE_NAMESPACE, name).unwrap()
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn object(map: &Map<String, Value>) -> Object {
    Object::parse(serde_json::to_vec(map).unwrap()).unwrap()
}

fn claim(by: &str, standing: Standing) -> Claim {
    Claim {
        text: "Says so.".into(),
        actor: Some("Somebody".into()),
        by: by.into(),
        standing: standing.into(),
        source: None,
    }
}

fn full() -> Facts {
    Facts {
        name: "Explosion at a canal".into(),
        description: Some("Water was off for a day.".into()),
        lang: Some("en".into()),
        labels: vec!["water".into()],
        confidence: Some(85),
        confidence_note: Some("high (incident)".into()),
        sources: vec![Source {
            name: "A newspaper".into(),
            description: None,
            url: Some("https://news.example/1".into()),
            external_id: None,
        }],
        determination: Some(Determination::Confirmed.into()),
        investigation: Some(InvestigationStatus::Open.into()),
        incident_types: vec!["destruction".into()],
        domain: Some(Domain::Sabotage.into()),
        landscape_domains: vec![LandscapeMark {
            domain: LandscapeDomain::Infrastructure.into(),
            verified: false,
        }],
        phase: Some(Phase::Destabilisation.into()),
        occurred: Some(Occurred {
            start: time("2024-11-29T00:00:00Z"),
            end: Some(time("2024-11-30T00:00:00Z")),
            precision: Precision::Day.into(),
            note: Some("In the evening.".into()),
        }),
        place: Some(Place {
            name: "Varage".into(),
            latitude: Some(42.914),
            longitude: Some(20.69),
        }),
        affected: vec![Affected { state: id("identity", "state:XK"), code: "XK".into() }],
        claims: vec![
            claim("One side", Standing::Alleged),
            claim("The other side", Standing::Denied),
        ],
        basis: Some(Basis::OpenSource.into()),
    }
}

fn new(facts: Facts) -> NewReport {
    NewReport {
        incident: id("incident", "1"),
        location: id("location", "1"),
        report: id("report", "1"),
        owner: id("identity", "owner"),
        reporter: "Tirana (Albania)".into(),
        created: time("2026-06-01T08:00:00.000Z"),
        modified: time("2026-06-02T08:00:00.000Z"),
        markings: vec![stix::marking::Tlp::Green.definition_id()],
        facts,
    }
}

#[test]
fn everything_reads_back() {
    let new = new(full());
    let parts = build(&new);
    let incident = object(&parts.incident);
    let report = Report::of(&incident).unwrap();
    assert_eq!(report.facts, new.facts);
    assert_eq!(report.id, new.incident);
    assert_eq!(report.location, Some(new.location.clone()));
    assert_eq!(report.claimed_owner, Some(new.owner.clone()));
    assert_eq!(report.moment().map(Timestamp::as_str), Some("2024-11-29T00:00:00Z"));
    assert!(report.ours && !report.revoked);

    let location = object(parts.location.as_ref().unwrap());
    assert_eq!(location.header().marking_refs, incident.header().marking_refs);
    assert!(Report::of(&location).is_none());
}

#[test]
fn an_open_source_report_is_nobody_elses_statement() {
    let gathering = object(&build(&new(full())).report).value();
    assert_eq!(gathering["name"], "Open-source report by Tirana (Albania): Explosion at a canal");
    let description = gathering["description"].as_str().unwrap();
    assert!(description.contains("not a statement of the affected states (XK)"), "{description}");
    assert_eq!(gathering["object_refs"].as_array().unwrap().len(), 3);
}

#[test]
fn what_is_not_known_is_not_invented() {
    let facts = Facts { name: "Something happened".into(), ..Facts::default() };
    let parts = build(&new(facts));
    assert!(parts.location.is_none());
    let report = Report::of(&object(&parts.incident)).unwrap();
    // What the core extension requires gets its weakest value; a report without a stated basis is
    // its reporter's own.
    let expected = Facts {
        name: "Something happened".into(),
        determination: Some(Determination::Suspected.into()),
        investigation: Some(InvestigationStatus::New.into()),
        incident_types: vec!["unspecified".into()],
        basis: Some(Basis::Own.into()),
        ..Facts::default()
    };
    assert_eq!(report.facts, expected);
    assert_eq!(report.location, None);
    let gathering = object(&parts.report).value();
    assert_eq!(gathering["name"], "Report by Tirana (Albania): Something happened");
}

fn foreign(properties: &Value) -> Report {
    let mut incident = json!({
        "type": "incident",
        "spec_version": "2.1",
        "id": "incident--9a6f3a5e-7b0e-4d8e-9f0a-2d3c4b5a6978",
        "created": "2024-01-01T00:00:00.000Z",
        "modified": "2024-01-01T00:00:00.000Z",
        "name": "Foreign",
    });
    incident.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    Report::of(&object(incident.as_object().unwrap())).unwrap()
}

#[test]
fn an_incident_of_another_tool_is_a_report() {
    let report = foreign(&json!({ "description": "Theirs.", "confidence": 40 }));
    assert!(!report.ours);
    assert_eq!(report.facts.name, "Foreign");
    assert_eq!(report.facts.confidence, Some(40));
    assert_eq!(report.moment().map(Timestamp::as_str), Some("2024-01-01T00:00:00.000Z"));
}

#[test]
fn a_strange_value_costs_only_itself() {
    let report = foreign(&json!({
        "extensions": {
            extension::HYBRID: {
                "extension_type": "property-extension",
                "domain": "weather",
                "phase": 3,
                "occurred": { "start": "yesterday" },
                "place": { "name": "Nowhere", "latitude": 1000.0, "longitude": 20.0 },
                "affected": ["AL", { "state_ref": "identity", "code": "AL" }],
                "claims": [7, { "text": "t", "stated_by": "b", "standing": "shouted", "more": [] }],
                "basis": null,
            },
            extension::INCIDENT_CORE: "not a map",
        },
    }));
    assert!(report.ours);
    assert_eq!(report.facts.domain.as_ref().map(Word::slug), Some("weather"));
    assert_eq!(report.facts.phase, None);
    assert_eq!(report.facts.occurred, None);
    assert_eq!(report.facts.place.as_ref().unwrap().point(), None);
    assert!(report.facts.affected.is_empty());
    assert_eq!(report.facts.claims.len(), 1);
    assert_eq!(report.facts.claims[0].standing.slug(), "shouted");
    assert_eq!(report.facts.determination, None);
}
