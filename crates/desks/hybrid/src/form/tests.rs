//! The form forgives, names everything to mend, and loses nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stix::marking::Tlp;
use stix::{Id, Timestamp};

use super::{Checked, Form, Problem};
use crate::objects::NewReport;
use crate::vocabulary::{Domain, Precision, Standing, Vocabulary};

fn form(pairs: &[(&str, &str)]) -> Form {
    Form::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

const GOOD: [(&str, &str); 7] = [
    ("title", "Drone over the port"),
    ("domain", "airspace"),
    ("basis", "open-source"),
    ("year", "2026"),
    ("month", "3"),
    ("url", "https://www.example.org/news"),
    ("handling", "green"),
];

fn with(more: &[(&str, &str)]) -> Result<Checked, Vec<Problem>> {
    let kept = GOOD.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    form(&kept.chain(more).copied().collect::<Vec<_>>()).check(&BTreeSet::new())
}

fn fields(result: Result<Checked, Vec<Problem>>) -> Vec<String> {
    result.expect_err("something is wrong").into_iter().map(|problem| problem.field).collect()
}

#[test]
fn what_is_left_out_is_missing_and_not_wrong() {
    let problems = Form::default().check(&BTreeSet::new()).expect_err("it is empty");
    assert!(problems.iter().all(|problem| problem.missing), "{problems:?}");
    let named: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(named, ["title", "year"]);
    assert_eq!(fields(with(&[("url", "")])), ["source-0"]);
}

#[test]
fn a_date_is_as_exact_as_it_is_known() {
    let read = |more: &[(&str, &str)]| {
        let occurred = with(more).expect("a good form").facts.occurred.expect("a date");
        (occurred.start.to_string(), occurred.precision.known())
    };
    assert_eq!(read(&[]), ("2026-03-01T00:00:00.000Z".to_owned(), Some(Precision::Month)));
    assert_eq!(read(&[("month", "")]).1, Some(Precision::Year));
    assert_eq!(
        read(&[("day", "09")]),
        ("2026-03-09T00:00:00.000Z".to_owned(), Some(Precision::Day))
    );
    assert_eq!(fields(with(&[("day", "31"), ("month", "2")])), ["day"]);
    assert_eq!(fields(with(&[("day", "3"), ("month", "")])), ["month"]);
    assert_eq!(fields(with(&[("month", "13")])), ["month"]);
    assert_eq!(fields(with(&[("year", "no year")])), ["year"]);
}

#[test]
fn everything_wrong_is_named_at_once() {
    let wrong =
        [("year", "x"), ("url", "javascript:alert(1)"), ("actor", "Somebody"), ("latitude", "99")];
    assert_eq!(fields(with(&wrong)), ["url-0", "year", "latitude", "longitude", "by-0", "claim-0"]);
}

#[test]
fn only_partners_can_be_ticked() {
    let state = node::states::identity("XK").expect("a state");
    let ticked = form(&[&GOOD[..], &[("to", state.as_str())]].concat());
    assert_eq!(fields(ticked.check(&BTreeSet::new())), ["to-0"]);
    let checked = ticked.check(&BTreeSet::from([state.clone()])).expect("a partner");
    assert_eq!(checked.handling.to, Some(BTreeSet::from([state])));
    assert_eq!(checked.handling.tlp, Some(Tlp::Green));
}

#[test]
fn a_source_without_a_name_is_called_by_its_host() {
    let sources = with(&[]).expect("a good form").facts.sources;
    assert_eq!(sources[0].name, "example.org");
}

fn claim() -> impl Strategy<Value = [String; 4]> {
    ("[a-z]{1,20}", "[a-z]{0,10}", "[a-z]{1,10}", prop::sample::select(Standing::ALL))
        .prop_map(|(text, actor, by, standing)| [text, actor, by, standing.slug().to_owned()])
}

proptest! {
    #[test]
    fn a_report_goes_into_the_form_and_comes_out_the_same(
        title in "[a-zA-Z][a-zA-Z ëčž]{0,60}[a-z]",
        domain in prop::sample::select(Domain::ALL),
        date in (1990_i16..2100, 1_i8..=12, 1_i8..=28),
        claims in prop::collection::vec(claim(), 0..4),
        place in prop::option::of(("[A-Z][a-z]{2,10}", -80.0_f64..80.0, -170.0_f64..170.0)),
        struck in prop::collection::btree_set(prop::sample::select(&["AL", "HR", "XK", "RS", "FR", "US"][..]), 0..4),
        level in prop::sample::select(&["national", "clear", "green", "amber", "amber+strict"][..]),
    ) {
        let mut pairs = vec![
            ("title", title), ("domain", domain.slug().to_owned()), ("year", date.0.to_string()),
            ("month", date.1.to_string()), ("day", date.2.to_string()), ("source", "Somebody".to_owned()),
            ("handling", level.to_owned()), ("lang", "en".to_owned()),
        ];
        for [text, actor, by, standing] in claims {
            pairs.extend([("claim", text), ("actor", actor), ("by", by), ("standing", standing)]);
        }
        if let Some((name, latitude, longitude)) = place {
            let degrees = [("latitude", latitude.to_string()), ("longitude", longitude.to_string())];
            pairs.extend([("place", name)].into_iter().chain(degrees));
        }
        pairs.extend(struck.into_iter().map(|code| ("struck", code.to_owned())));
        let none: BTreeSet<Id> = BTreeSet::new();
        let first = Form::of(pairs.into_iter().map(|(name, value)| (name.to_owned(), value))).check(&none);
        let mut first = first.expect("a good form");
        let mut again = Form::from(&first.facts, &first.handling).check(&none).expect("still good");
        // The region's states stand in boxes, before the others.
        first.facts.affected.sort_by(|a, b| a.code.cmp(&b.code));
        again.facts.affected.sort_by(|a, b| a.code.cmp(&b.code));
        prop_assert_eq!(&first, &again);
        // What the form lets through is valid: a release never fails for what STIX asks.
        let id = |name: &str| Id::named(name, stix::id::ENTENTE_NAMESPACE, "1").unwrap();
        let time = Timestamp::from_millis(1_780_300_800_000);
        let new = NewReport {
            incident: id("incident"), location: id("location"), report: id("report"), owner: id("identity"),
            reporter: "Tirana (Albania)".into(), created: time.clone(), modified: time, markings: Vec::new(),
            facts: first.facts,
        };
        let schemas = stix::validate::Schemas::own();
        let options = stix::validate::Options { should: false, schemas: Some(&schemas) };
        for object in crate::objects::build(&new).into_objects() {
            let found = stix::validate::bytes(&serde_json::to_vec(&object).unwrap(), &options);
            prop_assert!(found.is_empty(), "{:?}", found);
        }
    }
}
