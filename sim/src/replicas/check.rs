//! What may be seen at a node, worked out without its replica: by what was said, by what arrived
//! there, and by the table of DESIGN section 5 as the release room's tests state it a second time.

use std::collections::{BTreeMap, BTreeSet};

use release::Viewer;
use stix::{Id, Timestamp};

use super::replica::{Held, Replica};
use crate::ledger::{self, Ledger, Said, account_name, state};
use crate::oracle::{self, Asker, Mark};

/// Everybody who may read at a node, in the program's words and in the oracle's.
pub(crate) fn viewers(place: usize, nodes: usize) -> Vec<(Viewer, Asker)> {
    let mut all =
        vec![(Viewer::Public, Asker::Public), (Viewer::Account("tool".to_owned()), Asker::Tool)];
    for account in 0..oracle::ACCOUNTS {
        let admin = account == 0;
        let viewer = Viewer::Person { state: state(place), account: account_name(account), admin };
        all.push((viewer, Asker::Person { account, state: place, admin }));
    }
    let peers = (0..nodes).filter(|n| *n != place);
    all.extend(peers.map(|n| (Viewer::Node(state(n)), Asker::Node(n))));
    all
}

/// What arrived at a node and was of a time that had come: recorded beside its replica.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrived {
    /// The newest version of each object.
    newest: BTreeMap<Id, Timestamp>,
    /// Up to which version each object was recalled.
    recalled: BTreeMap<Id, Timestamp>,
    definitions: BTreeSet<Id>,
}

impl Arrived {
    /// Something that an owner said arrived.
    pub(crate) fn note(&mut self, said: &Said, is_own: bool) {
        let Some(version) = said.object.version() else { return };
        raise(&mut self.newest, said.object.id(), version);
        if let (Some((object, up_to)), false) = (&said.recall, is_own) {
            raise(&mut self.recalled, object, up_to);
        }
    }

    /// A definition arrived.
    pub(crate) fn define(&mut self, id: &Id) {
        self.definitions.insert(id.clone());
    }
}

fn raise(all: &mut BTreeMap<Id, Timestamp>, id: &Id, version: &Timestamp) {
    let held = all.entry(id.clone()).or_insert_with(|| version.clone());
    if version > held {
        *held = version.clone();
    }
}

/// Somebody sees what he must not see, or does not see what he must.
pub(crate) type Wrong = String;

/// How a node reads marks of which it lacks the definitions.
fn as_read(marks: &[Mark], arrived: &Arrived) -> Vec<Mark> {
    let read = |mark: &Mark| match ledger::definition(mark) {
        Some(definition) if !arrived.definitions.contains(definition.id()) => Mark::Unknown,
        _ => mark.clone(),
    };
    marks.iter().map(read).collect()
}

/// Checks what all viewers at a node see of one copy.
pub(crate) fn check_copy(
    place: usize,
    replica: &Replica,
    key: &(Id, Id),
    arrived: &Arrived,
    ledger: &Ledger,
    viewers: &[(Viewer, Asker)],
    middle: Option<usize>,
) -> Result<(), Wrong> {
    let Some(copy) = replica.copy(key) else { return Ok(()) };
    let relay = replica.place.relay;
    let newest = arrived.newest.get(&key.1);
    // Of two objects signed as one version either may be the newest here.
    let tops: Vec<_> = ledger
        .of(&key.1)
        .filter(|said| said.object.version() == newest && state(said.owner) == key.0)
        .map(|said| as_read(&said.marks, arrived))
        .collect();
    for held in copy.values() {
        let Some(said) = ledger.find(&held.object).filter(|said| state(said.owner) == key.0) else {
            // What the dishonest node signed itself is its own, and reads as its own.
            if middle.is_some_and(|middle| state(middle) == key.0) {
                continue;
            }
            return Err(format!("node {place} holds what nobody said: {}", held.object.text()));
        };
        let marks = as_read(&said.marks, arrived);
        for (viewer, asker) in viewers {
            if !replica.sees(copy, held, viewer) {
                continue;
            }
            let may = |marks: &[Mark]| oracle::sees(said.owner, marks, *asker, place, relay);
            let what = || format!("{viewer:?} at node {place} sees {}", told(held));
            if !may(&marks) {
                return Err(format!("{} against its marking {marks:?}", what()));
            }
            if !tops.is_empty() && !tops.iter().any(|marks| may(marks)) {
                return Err(format!("{} against a newer version’s marking", what()));
            }
            let recalled = arrived.recalled.get(&key.1);
            if recalled.is_some_and(|up_to| said.object.version().is_some_and(|v| v <= up_to)) {
                return Err(format!("{} after its recall", what()));
            }
        }
    }
    Ok(())
}

fn told(held: &Held) -> String {
    held.object.text().to_owned()
}

/// Checks that all viewers at a node see just what the owners' last markings allow.
pub(crate) fn check_end(
    place: usize,
    replica: &Replica,
    arrived: &Arrived,
    ledger: &Ledger,
    viewers: &[(Viewer, Asker)],
    middle: Option<usize>,
) -> Result<(), Wrong> {
    let relay = replica.place.relay;
    for (id, said) in ledger.newest().filter(|(_, said)| middle != Some(said.owner)) {
        let copy = replica.copy(&(state(said.owner), id.clone()));
        // What its owner does not send here, nobody can be shown here.
        let is_sent = place == said.owner
            || oracle::sees(said.owner, &said.marks, Asker::Node(place), said.owner, false);
        for (viewer, asker) in viewers {
            let seen: Vec<_> = copy
                .into_iter()
                .flat_map(|copy| copy.values().filter(|held| replica.sees(copy, held, viewer)))
                .collect();
            let may = oracle::sees(said.owner, &said.marks, *asker, place, relay);
            let is_it = |held: &&Held| stix::version::is_same(&held.object, &said.object);
            let is_right = if may {
                !is_sent || seen.last().is_some_and(is_it)
            } else {
                // What came astray, without the meaning of its marking, its administrator sees.
                seen.iter().all(|held| {
                    let marks = ledger.find(&held.object).map(|said| as_read(&said.marks, arrived));
                    marks.is_some_and(|marks| {
                        marks.contains(&Mark::Unknown)
                            && oracle::sees(said.owner, &marks, *asker, place, relay)
                    })
                })
            };
            if !is_right {
                return Err(format!(
                    "in the end {viewer:?} at node {place} sees {:?}, and should see {:?}, marked {:?}",
                    seen.last().map(|held| told(held)),
                    may.then(|| said.object.text()),
                    said.marks,
                ));
            }
        }
    }
    Ok(())
}
