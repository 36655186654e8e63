//! What the owners said, kept beside every node: the truth that a simulation holds them to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use stix::marking::Tlp;
use stix::sign::SecretKey;
use stix::{Id, Object, Timestamp};

use crate::chance::Chance;
use crate::oracle::{self, Asker, Mark};

/// Something that an owner said.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// Its bytes, signed.
    pub(crate) object: Arc<Object>,
    /// The owner's number.
    pub(crate) owner: usize,
    /// How it is marked.
    pub(crate) marks: Vec<Mark>,
    /// What it recalls, if it is a recall.
    pub(crate) recall: Option<(Id, Timestamp)>,
}

/// Everything that was said.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// In the order in which it was said.
    pub(crate) said: Vec<Said>,
    by_bytes: HashMap<Bytes, usize>,
    by_hash: HashMap<[u8; 32], usize>,
    by_id: BTreeMap<Id, Vec<usize>>,
}

impl Ledger {
    /// Notes what was said.
    pub(crate) fn note(&mut self, said: Said) {
        let at = self.said.len();
        self.by_bytes.insert(said.object.bytes().clone(), at);
        self.by_hash.insert(said.object.hash(), at);
        self.by_id.entry(said.object.id().clone()).or_default().push(at);
        self.said.push(said);
    }

    /// What was said in just this content: a middle may write it anew in other bytes.
    pub(crate) fn find(&self, object: &Object) -> Option<&Said> {
        let by_hash = || self.by_hash.get(&object.hash());
        self.by_bytes.get(object.bytes()).or_else(by_hash).and_then(|at| self.said.get(*at))
    }

    /// All that was said of an object, the first first.
    pub(crate) fn of(&self, id: &Id) -> impl Iterator<Item = &Said> {
        let all = self.by_id.get(id).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|at| self.said.get(*at))
    }

    /// Every object, with what counts of it: its newest version, and of two signed as one the one
    /// with the greater hash.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (&Id, &Said)> {
        self.by_id.keys().filter_map(|id| {
            let rank = |said: &&Said| {
                let version = said.object.version().map(Timestamp::sort_key);
                (version, said.object.hash())
            };
            Some((id, self.of(id).max_by_key(rank)?))
        })
    }
}

/// The state with this number.
pub(crate) fn state(n: usize) -> Id {
    id("identity", n, 0)
}

/// The nth object of an owner.
pub(crate) fn thing(owner: usize, n: usize) -> Id {
    id("campaign", owner, n)
}

/// The nth object of some type of an owner.
pub(crate) fn id(kind: &str, owner: usize, n: usize) -> Id {
    let text = format!("{kind}--00000000-0000-4000-8000-{owner:06}{n:06}");
    Id::parse(&text).unwrap_or_else(|_| unreachable!("made of valid parts"))
}

/// The signing key of a state.
pub(crate) fn key(n: usize) -> SecretKey {
    let mut seed = [7; 32];
    if let Some(first) = seed.first_chunk_mut() {
        *first = (n as u64).to_le_bytes();
    }
    SecretKey::from_seed(seed)
}

/// What an object with these marks refers to.
pub(crate) fn refs(marks: &[Mark]) -> Vec<Id> {
    let of = |mark: &Mark| match definition(mark) {
        Some(definition) => Some(definition.id().clone()),
        None => builtin(mark),
    };
    marks.iter().filter_map(of).collect()
}

fn builtin(mark: &Mark) -> Option<Id> {
    let tlp = match mark {
        Mark::Clear => Tlp::Clear,
        Mark::Green => Tlp::Green,
        Mark::Amber => Tlp::Amber,
        Mark::AmberStrict => Tlp::AmberStrict,
        Mark::Red => Tlp::Red,
        Mark::To(..) | Mark::Statement | Mark::Unknown => return None,
    };
    Some(tlp.definition_id())
}

/// The definition that a mark needs.
pub(crate) fn definition(mark: &Mark) -> Option<Object> {
    let Mark::To(states, persons) = mark else { return None };
    let states = states.iter().map(|n| state(*n)).collect();
    let persons = persons
        .iter()
        .map(|(account, n)| release::Viewer::person_name(&account_name(*account), &state(*n)));
    Some(stix::marking::releasable_to(&states, &persons.collect()))
}

/// The name of an account.
pub(crate) fn account_name(account: usize) -> String {
    format!("a{account}")
}

/// A marking, drawn: any row of the table of DESIGN section 5.
pub(crate) fn marks(chance: &mut Chance, nodes: usize) -> Vec<Mark> {
    match chance.below(10) {
        0 | 1 => vec![],
        2 => vec![Mark::Clear],
        3 => vec![Mark::Green],
        4 => vec![Mark::Amber],
        5 => vec![Mark::Red, list(chance, nodes, true)],
        6 => vec![Mark::Green, Mark::Statement, list(chance, nodes, false)],
        7 => vec![list(chance, nodes, false), list(chance, nodes, false)],
        8 => vec![Mark::AmberStrict, list(chance, nodes, false)],
        _ => vec![Mark::Amber, list(chance, nodes, false)],
    }
}

fn list(chance: &mut Chance, nodes: usize, persons: bool) -> Mark {
    let most = (nodes / 3).max(2);
    let states: BTreeSet<_> = (0..=chance.below(most)).map(|_| chance.below(nodes)).collect();
    let named = states.iter().filter(|_| persons).map(|n| (chance.below(oracle::ACCOUNTS), *n));
    let persons = named.collect();
    Mark::To(states, persons)
}

/// The states that could see an earlier version; empty if nobody could who may not see one marked
/// so. Those have to be told.
pub(crate) fn to_be_told(
    owner: usize,
    earlier: &[&[Mark]],
    marks: &[Mark],
    nodes: usize,
) -> BTreeSet<usize> {
    let sees = |marks: &[Mark], asker| oracle::sees(owner, marks, asker, owner, false);
    let lost = |asker| earlier.iter().any(|before| sees(before, asker)) && !sees(marks, asker);
    let persons = |state| {
        (0..oracle::ACCOUNTS).map(move |account| Asker::Person { account, state, admin: false })
    };
    let is_narrower =
        lost(Asker::Public) || (0..nodes).any(|n| lost(Asker::Node(n)) || persons(n).any(lost));
    let saw = |n: &usize| *n != owner && earlier.iter().any(|before| sees(before, Asker::Node(*n)));
    (0..nodes).filter(saw).filter(|_| is_narrower).collect()
}
