//! The sample bundles are what they promise to be: sourced, placed, dated, and nobody's verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hybrid::objects::Report;
use hybrid::vocabulary::{Basis, Standing, Word};
use serde_json::Value;
use stix::marking::{Marking, Tlp};
use stix::{Id, Object};

pub(crate) struct Bundle {
    pub(crate) code: String,
    pub(crate) identity: Id,
    pub(crate) objects: Vec<Object>,
}

pub(crate) fn sources(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder().join("sources").join(name)).unwrap()).unwrap()
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../samples"))
}

pub(crate) fn bundles() -> Vec<Bundle> {
    let nodes = sources("nodes.json");
    let nodes = nodes["nodes"].as_array().unwrap().iter().map(|node| {
        let path =
            folder().join("bundles").join(format!("{}.json", node["slug"].as_str().unwrap()));
        let bytes = std::fs::read(path).unwrap();
        let objects = stix::bundle::parse(bytes).unwrap().into_iter().collect::<Result<_, _>>();
        Bundle {
            code: node["code"].as_str().unwrap().to_owned(),
            identity: Id::parse(node["identity"].as_str().unwrap()).unwrap(),
            objects: objects.unwrap(),
        }
    });
    nodes.collect()
}

impl Bundle {
    fn reports(&self) -> impl Iterator<Item = (&Object, Report)> {
        self.objects.iter().filter_map(|object| Some((object, Report::of(object)?)))
    }

    fn get(&self, id: &Id) -> Option<&Object> {
        self.objects.iter().find(|object| object.id() == id)
    }

    /// TLP label, and the states to which the object may be released.
    fn marking(&self, object: &Object) -> (Option<Tlp>, BTreeSet<Id>) {
        let mut found = (None, BTreeSet::new());
        for id in &object.header().marking_refs {
            let marking = match Marking::builtin(id) {
                Some(marking) => marking,
                None => Marking::of(self.get(id).unwrap()).unwrap(),
            };
            match marking {
                Marking::Tlp(tlp) => found.0 = Some(tlp),
                Marking::ReleasableTo { states, persons } => {
                    assert!(persons.is_empty());
                    found.1 = states;
                }
                other => panic!("{} carries {other:?}", object.id()),
            }
        }
        found
    }
}

#[test]
fn every_node_enters_its_share() {
    let bundles = bundles();
    let counts: Vec<_> = bundles.iter().map(|bundle| bundle.reports().count()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 40);
    assert!(counts.iter().all(|count| *count >= 12), "{counts:?}");
    let ours: BTreeSet<_> = bundles.iter().map(|bundle| bundle.code.as_str()).collect();
    for bundle in &bundles {
        for (_, report) in bundle.reports() {
            let touched: BTreeSet<_> =
                report.facts.affected.iter().map(|a| a.code.as_str()).collect();
            let touched: BTreeSet<_> = touched.intersection(&ours).copied().collect();
            assert!(
                touched.is_empty() || touched.contains(bundle.code.as_str()),
                "{}",
                report.facts.name
            );
        }
    }
}

#[test]
fn every_report_says_where_when_what_and_how_sure() {
    for bundle in bundles() {
        for (_, report) in bundle.reports() {
            let facts = &report.facts;
            let name = &facts.name;
            assert!(facts.description.is_some(), "{name}");
            assert!(facts.domain.as_ref().and_then(Word::known).is_some(), "{name}");
            assert!(
                facts.occurred.as_ref().is_some_and(|at| at.precision.known().is_some()),
                "{name}"
            );
            assert!(facts.confidence.is_some() && facts.confidence_note.is_some(), "{name}");
            assert!(!facts.affected.is_empty(), "{name}");
            assert_eq!(facts.basis, Some(Basis::OpenSource.into()), "{name}");
            assert!(facts.landscape_domains.iter().all(|mark| !mark.verified), "{name}");

            let location = bundle.get(report.location.as_ref().unwrap()).unwrap().value();
            let point = facts.place.as_ref().unwrap().point().unwrap();
            assert_eq!(
                (location["latitude"].as_f64(), location["longitude"].as_f64()),
                (Some(point.0), Some(point.1))
            );
        }
    }
}

#[test]
fn every_report_has_sources_and_a_weak_one_says_so() {
    for bundle in bundles() {
        for (_, report) in bundle.reports() {
            let name = &report.facts.name;
            assert!(!report.facts.sources.is_empty(), "{name}");
            for source in &report.facts.sources {
                if let Some(url) = &source.url {
                    assert!(url.starts_with("https://"), "{name}: {url}");
                } else {
                    assert!(source.description.is_some(), "{name}");
                    assert!(report.facts.confidence < Some(50), "{name}");
                }
            }
        }
    }
}

#[test]
fn every_claim_is_somebodys() {
    let mut disputed = 0;
    for bundle in bundles() {
        for (_, report) in bundle.reports() {
            let has = |standing: Standing| {
                report.facts.claims.iter().any(|claim| claim.standing.known() == Some(standing))
            };
            for claim in &report.facts.claims {
                assert!(!claim.by.is_empty() && !claim.text.is_empty(), "{}", report.facts.name);
                assert!(claim.standing.known().is_some(), "{}", report.facts.name);
                let named = claim.source.as_ref();
                let sources = &report.facts.sources;
                assert!(named.is_none_or(|name| sources.iter().any(|source| source.name == *name)));
            }
            // A denial stands beside what it denies, as an entry of its own.
            let answered = has(Standing::Alleged) || has(Standing::Claimed);
            assert!(!has(Standing::Denied) || answered, "{}", report.facts.name);
            disputed += usize::from(has(Standing::Denied) || has(Standing::Disputed));
        }
    }
    assert!(disputed >= 10, "{disputed}");
}

#[test]
fn the_markings_are_mixed() {
    let bundles = bundles();
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    for bundle in &bundles {
        let mut own: BTreeMap<&str, usize> = BTreeMap::new();
        for (object, _) in bundle.reports() {
            let kind = match bundle.marking(object) {
                (Some(Tlp::Clear), states) if states.is_empty() => "clear",
                (Some(Tlp::Green), states) if states.is_empty() => "green",
                (Some(Tlp::Amber), states) if states.len() == 1 => {
                    let partner = bundles.iter().find(|other| states.contains(&other.identity));
                    assert_ne!(partner.unwrap().code, bundle.code);
                    "releasable"
                }
                (None | Some(Tlp::Amber | Tlp::AmberStrict), states) if states.is_empty() => {
                    "national"
                }
                other => panic!("{}: {other:?}", object.id()),
            };
            *own.entry(kind).or_default() += 1;
            *totals.entry(kind).or_default() += 1;
        }
        assert!(own["releasable"] >= 1 && own["national"] >= 1, "{}: {own:?}", bundle.code);
    }
    assert!(totals["clear"] > 20, "{totals:?}");
    assert!(
        totals["green"] >= 6 && totals["releasable"] >= 4 && totals["national"] >= 3,
        "{totals:?}"
    );
}

#[test]
fn parts_carry_the_marking_of_their_incident_and_the_words_of_their_reporter() {
    for bundle in bundles() {
        for object in bundle.objects.iter().filter(|object| object.id().type_name() == "report") {
            let value = object.value();
            let refs = value["object_refs"].as_array().unwrap();
            let refs = refs.iter().map(|id| Id::parse(id.as_str().unwrap()).unwrap());
            let refs: BTreeSet<Id> = refs.collect();
            let Some(incident) = refs.iter().find(|id| id.type_name() == "incident") else {
                continue;
            };
            let incident = bundle.get(incident).unwrap();
            let report = Report::of(incident).unwrap();
            let location = bundle.get(report.location.as_ref().unwrap()).unwrap();
            assert!(refs.contains(location.id()));
            assert!(report.facts.affected.iter().all(|affected| refs.contains(&affected.state)));
            for part in [object, location] {
                assert_eq!(part.header().marking_refs, incident.header().marking_refs);
            }
            assert!(value["name"].as_str().unwrap().starts_with("Open-source report by "));
            assert!(
                value["description"]
                    .as_str()
                    .unwrap()
                    .contains("not a statement of the affected states")
            );
        }
    }
}

#[test]
fn every_object_is_the_nodes_and_every_reference_resolves() {
    let mut ids = BTreeSet::new();
    let bundles = bundles();
    let nodes: BTreeSet<_> = bundles.iter().map(|bundle| &bundle.identity).collect();
    for bundle in &bundles {
        let expected =
            Id::named("identity", stix::id::ENTENTE_NAMESPACE, &format!("demo:{}", bundle.code));
        assert_eq!(bundle.identity, expected.unwrap());
        assert_eq!(bundle.objects[0].id(), &bundle.identity);
        for object in &bundle.objects {
            if object.id().type_name() != "marking-definition" {
                assert_eq!(object.header().created_by_ref.as_ref(), Some(&bundle.identity));
                assert!(ids.insert(object.id().clone()), "{} is there twice", object.id());
            }
            for (at, id) in stix::refs::of(object) {
                let known = bundle.get(&id).is_some()
                    || Marking::builtin(&id).is_some()
                    || node::states::by_identity(&id).is_some()
                    || nodes.contains(&id);
                assert!(known, "{} {at}: {id}", object.id());
            }
        }
    }
}

/// Bytes are compared by `cargo xtask samples --check`; this compares what matters.
#[test]
fn the_bundles_say_what_the_sources_say() {
    let bundles = bundles();
    let reports: Vec<Report> =
        bundles.iter().flat_map(|bundle| bundle.reports().map(|(_, report)| report)).collect();
    for source in sources("incidents.json")["incidents"].as_array().unwrap() {
        let key = source["key"].as_str().unwrap();
        let id =
            Id::named("incident", stix::id::ENTENTE_NAMESPACE, &format!("samples:incident:{key}"))
                .unwrap();
        let facts = &reports.iter().find(|report| report.id == id).unwrap().facts;
        assert_eq!(source["title"], facts.name, "{key}");
        assert_eq!(source["description"].as_str(), facts.description.as_deref(), "{key}");
        assert_eq!(source["confidence"].as_u64(), facts.confidence.map(u64::from), "{key}");
        let start = facts.occurred.as_ref().unwrap().start.as_str();
        assert!(start.starts_with(source["occurred"]["date"].as_str().unwrap()), "{key}");
        let claims = source["claims"].as_array().unwrap();
        let (ours, theirs): (Vec<_>, Vec<_>) = (
            facts.claims.iter().map(|claim| (claim.by.as_str(), claim.text.as_str())).collect(),
            claims
                .iter()
                .map(|c| (c["by"].as_str().unwrap(), c["text"].as_str().unwrap()))
                .collect(),
        );
        assert_eq!(ours, theirs, "{key}");
        assert!(source["reviewed"].is_string(), "{key}");
    }
}
