//! Reading undoes building, and reading survives everything.

use hybrid::objects::{
    Affected, Claim, Facts, LandscapeMark, NewReport, Occurred, Place, Report, Source, build,
};
use hybrid::vocabulary::{Vocabulary, Word};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use stix::{Id, Object, Timestamp, extension, id::ENTENTE_NAMESPACE};

fn id(type_name: &str, name: &str) -> Id {
    Id::named(type_name, ENTENTE_NAMESPACE, name).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

/// A word of the list, or one that is not in it.
fn word<T: Vocabulary + std::fmt::Debug>() -> impl Strategy<Value = Word<T>> {
    prop_oneof![
        4 => select(T::ALL).prop_map(Word::Known),
        1 => "[a-z]{3}-new".prop_map(Word::Foreign),
    ]
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_000_i64).prop_map(Timestamp::from_millis)
}

fn source() -> impl Strategy<Value = Source> {
    (text(), of(text()), of(text()), text()).prop_map(|(name, description, url, external_id)| {
        Source { name, description, url, external_id: Some(external_id) }
    })
}

fn claim() -> impl Strategy<Value = Claim> {
    (text(), of(text()), text(), word(), of(text()))
        .prop_map(|(text, actor, by, standing, source)| Claim { text, actor, by, standing, source })
}

fn occurred() -> impl Strategy<Value = Occurred> {
    (moment(), of(moment()), word(), of(text()))
        .prop_map(|(start, end, precision, note)| Occurred { start, end, precision, note })
}

fn place() -> impl Strategy<Value = Place> {
    let thousandths =
        |most: i32| of((-most..=most).prop_map(|degrees| f64::from(degrees) / 1000.0));
    (text(), thousandths(90_000), thousandths(180_000))
        .prop_map(|(name, latitude, longitude)| Place { name, latitude, longitude })
}

prop_compose! {
    fn affected()(code in "[A-Z]{2}") -> Affected {
        Affected { state: id("identity", &code), code }
    }
}

prop_compose! {
    fn mark()(domain in word(), verified in any::<bool>()) -> LandscapeMark {
        LandscapeMark { domain, verified }
    }
}

prop_compose! {
    fn facts()(
        (name, description, lang, labels) in (text(), of(text()), of("[a-z]{2}"), vec(text(), 0..3)),
        (confidence, confidence_note) in (of(0..=100_u8), of(text())),
        (sources, claims) in (vec(source(), 0..3), vec(claim(), 0..4)),
        (determination, investigation) in (word(), word()),
        incident_types in vec("[a-z]{3,8}", 1..3),
        (domain, landscape_domains, phase) in (of(word()), vec(mark(), 0..3), of(word())),
        (occurred, place, affected) in (of(occurred()), of(place()), vec(affected(), 0..3)),
        basis in word(),
    ) -> Facts {
        Facts {
            name, description, lang, labels, confidence, confidence_note, sources,
            determination: Some(determination), investigation: Some(investigation),
            incident_types, domain, landscape_domains, phase, occurred, place, affected, claims,
            basis: Some(basis),
        }
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{3,10}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reading_undoes_building(facts in facts()) {
        let time = Timestamp::from_millis(1_780_300_800_000);
        let new = NewReport {
            incident: id("incident", "1"),
            location: id("location", "1"),
            report: id("report", "1"),
            owner: id("identity", "owner"),
            reporter: "Tirana (Albania)".into(),
            created: time.clone(),
            modified: time,
            markings: Vec::new(),
            facts,
        };
        for object in build(&new).into_objects() {
            let object = Object::parse(serde_json::to_vec(&object).unwrap()).unwrap();
            if let Some(report) = Report::of(&object) {
                prop_assert_eq!(&report.facts, &new.facts);
            }
        }
    }

    #[test]
    fn reading_survives_any_extension(
        key in select(&[
            "domain", "landscape_domains", "phase", "occurred", "place", "location_ref", "affected",
            "claims", "basis", "confidence_note", "determination", "incident_types",
        ][..]),
        value in json(),
        whole in json(),
    ) {
        for body in [json!({ key: value }), whole] {
            let incident = json!({
                "type": "incident", "spec_version": "2.1", "id": id("incident", "2"),
                "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z",
                "name": "Foreign",
                "extensions": { extension::HYBRID: body, extension::INCIDENT_CORE: body },
            });
            let object = Object::parse(incident.to_string().into_bytes());
            // The reader may refuse the object; what it lets through, we read.
            if let Ok(object) = object {
                prop_assert_eq!(Report::of(&object).unwrap().facts.name, "Foreign");
            }
        }
    }
}
