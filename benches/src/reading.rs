//! Lists, facets and search over 100,000 objects, as the pages read them: no peer, but a bar. A
//! page has 100 ms in all.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use release::Viewer;
use serde_json::Value;
use stix::marking::Tlp;
use stix::sign::{SecretKey, verify};
use stix::{Id, Object};
use store::{Admitted, CollectionKind, ListQuery, ListRow, ListSpec, PageQuery, Store};

use crate::import;
use crate::made;
use crate::measure::{median, time};
use crate::report::{Bar, Report};

const OBJECTS: usize = 100_000;
const BATCH: usize = 1_000;
const ROUNDS: usize = 50;
const LIMIT: usize = 50;
const AUDIENCES: usize = 600;

/// The indicators by their time, with the first words of their description.
const LIST: ListSpec = ListSpec { name: "indicators", version: 1, row };

fn row(object: &Object) -> Option<ListRow> {
    let value = object.value();
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut words = text("description").split(' ');
    let facets = [("first", words.next()?.to_owned()), ("second", words.next()?.to_owned())];
    Some(ListRow { sort: text("valid_from").to_owned(), facets: facets.into() })
}

/// Pages of 1,000 for who sees each of many audiences: what of TAXII's pages the store takes.
pub(crate) fn paging(place: &Path, report: &mut Report) -> Result<()> {
    let key = SecretKey::from_seed([7; 32]);
    let owner = made::state("Owner")?;
    let store = import::open(&place.join("pages"), &owner, Vec::new())?;
    let lists = (0..AUDIENCES)
        .map(|at| {
            let states = BTreeSet::from([made::state(&format!("Other {at}"))?]);
            Ok(stix::marking::releasable_to(&states, &BTreeSet::new()))
        })
        .collect::<Result<Vec<_>>>()?;
    let definitions = lists.iter().map(|list| Admitted::definition(list.clone(), owner.clone()));
    store.append(definitions.collect::<Vec<_>>())?;
    let marks: Vec<_> = lists.iter().map(|list| list.id().clone()).collect();
    fill(&store, &owner, &key, |number| marks[(number * 7 + number / 1_000) % AUDIENCES].clone())?;
    ensure!(store.wait_caught_up(Duration::from_mins(10)), "the projections did not catch up");
    let view = store.view(Viewer::Node(owner));
    let mut query = PageQuery::of(store.collection(&CollectionKind::Released)?.key, 1_000);
    let mut times = Vec::new();
    for _ in 0..3 {
        query.position = None;
        loop {
            let (took, page) = time(|| view.page(&query));
            let page = page?;
            times.push(took.as_secs_f64() * 1e3);
            query.position = page.position;
            if !page.more {
                break;
            }
        }
    }
    let what = format!("the store’s part of a page of 1,000, of {AUDIENCES} audiences, p50");
    report.row(&what, median(times), "ms", Bar::None);
    Ok(())
}

fn fill(store: &Store, owner: &Id, key: &SecretKey, mark: impl Fn(usize) -> Id) -> Result<()> {
    let mut batch = Vec::new();
    for number in 0..OBJECTS {
        let object = made::indicator(number, owner, key, &[mark(number)])?;
        batch.push(Admitted::owned(verify(object, &key.public())?, owner.clone()));
        if batch.len() == BATCH {
            store.append(std::mem::take(&mut batch))?;
        }
    }
    Ok(())
}

pub(crate) fn run(place: &Path, report: &mut Report) -> Result<()> {
    let key = SecretKey::from_seed([7; 32]);
    let owner = made::state("Owner")?;
    let reader = Viewer::Node(made::state("Reader")?);
    println!("making {OBJECTS} signed objects …");
    let store = import::open(&place.join("lists"), &owner, vec![LIST])?;
    let marks = [Tlp::Green, Tlp::Clear, Tlp::Amber].map(Tlp::definition_id);
    fill(&store, &owner, &key, |number| marks[number % 3].clone())?;
    ensure!(store.wait_caught_up(Duration::from_mins(10)), "the projections did not catch up");

    let view = store.view(reader);
    let plain = ListQuery { limit: LIMIT, ..ListQuery::default() };
    let with = |filters: &[(&str, &str)]| ListQuery {
        filters: filters.iter().map(|(facet, value)| ((*facet).into(), (*value).into())).collect(),
        ..plain.clone()
    };
    let one = with(&[("first", "port")]);
    let two = with(&[("first", "port"), ("second", "channel"), ("second", "drone")]);
    let list = |query: &ListQuery| -> Result<usize> {
        let mut page = view.list(LIST.name, query)?;
        if let Some(after) = page.next.take() {
            page = view.list(LIST.name, &ListQuery { after: Some(after), ..query.clone() })?;
        }
        Ok(page.rows.len())
    };
    let search = |text: &str| Ok(view.search(text, None, LIMIT)?.rows.len());
    let facets = |query: &ListQuery| Ok(view.facets(LIST.name, "second", query)?.len());
    measure(report, "two pages of a list", || list(&plain))?;
    measure(report, "two pages of a list with one filter", || list(&one))?;
    measure(report, "two pages of a list with three filters", || list(&two))?;
    measure(report, "a facet's values, counted", || facets(&plain))?;
    measure(report, "a facet's values with a filter, counted", || facets(&one))?;
    measure(report, "search for a word in every object", || search("election"))?;
    measure(report, "search for two frequent words", || search("election archive"))?;
    measure(report, "search for the beginning of a word", || search("host-4711"))
}

fn measure(report: &mut Report, what: &str, read: impl Fn() -> Result<usize>) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (took, rows) = time(&read);
        ensure!(rows? > 0, "{what}: nothing was found");
        times.push(took.as_secs_f64() * 1e3);
    }
    report.row(&format!("{what}, of {OBJECTS} objects, p50"), median(times), "ms", Bar::Most(50.0));
    Ok(())
}
