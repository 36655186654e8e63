//! Two sides compare what they hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use stix::proof::{Answer, Comparison, Entry, Leaf, MOST_LEAVES, Place, Prefix, Summary};
use stix::{Id, Timestamp};

/// Which version is held of each object.
type Held = BTreeMap<u16, u8>;

fn most_leaves() -> u16 {
    u16::try_from(MOST_LEAVES).unwrap()
}

fn id(n: u16) -> Id {
    Id::parse(&format!("campaign--00000000-0000-4000-8000-{n:012}")).unwrap()
}

fn entry(n: u16, version: u8) -> Entry {
    let mut hash = [version; 32];
    hash[..2].copy_from_slice(&n.to_be_bytes());
    let leaf = Leaf::of_hash(&hash);
    Entry { id: id(n), version: None, leaf, added: Timestamp::from_micros(0) }
}

/// A side, as it answers.
struct Side(Vec<(Place, Entry)>);

impl Side {
    fn of(held: &Held) -> Self {
        Self(held.iter().map(|(n, version)| (Place::of(&id(*n)), entry(*n, *version))).collect())
    }

    fn within(&self, prefix: Prefix) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |(place, _)| prefix.has(*place)).map(|(_, entry)| entry)
    }

    fn summary(&self, prefix: Prefix) -> Summary {
        let mut summary = Summary::default();
        self.within(prefix).for_each(|entry| summary.add(&entry.leaf));
        summary
    }

    fn answer(&self, prefix: Prefix) -> Answer {
        if self.within(prefix).count() <= MOST_LEAVES {
            Answer::Leaves(self.within(prefix).cloned().collect())
        } else {
            Answer::Branches(prefix.branches().map(|branch| self.summary(branch)).collect())
        }
    }
}

/// What is found, and with how many questions.
fn compare(ours: &Held, theirs: &Held) -> (BTreeSet<(Id, bool, bool)>, usize) {
    let (ours, theirs) = (Side::of(ours), Side::of(theirs));
    let mut comparison = Comparison::new(usize::MAX, usize::MAX);
    while let Some((prefix, asked)) = comparison.question() {
        let told = asked.then(|| theirs.answer(prefix));
        comparison.answer(&ours.answer(prefix), told).unwrap();
    }
    let questions = comparison.questions();
    let (found, complete) = comparison.finish();
    assert!(complete);
    let number = found.len();
    let found: BTreeSet<_> = found
        .into_iter()
        .map(|one| (one.id().unwrap().clone(), one.ours.is_some(), one.theirs.is_some()))
        .collect();
    assert_eq!(found.len(), number, "each once");
    (found, questions)
}

fn changed(held: &Held, changes: &BTreeMap<u16, Option<u8>>) -> Held {
    let mut after = held.clone();
    for (n, version) in changes {
        match version {
            Some(version) => after.insert(*n, *version),
            None => after.remove(n),
        };
    }
    after
}

fn expected(ours: &Held, theirs: &Held) -> BTreeSet<(Id, bool, bool)> {
    let all: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    all.into_iter()
        .filter(|n| ours.get(n) != theirs.get(n))
        .map(|n| (id(*n), ours.contains_key(n), theirs.contains_key(n)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn exactly_the_differences_are_found(
        ours in prop::collection::btree_map(0_u16..600, 0_u8..2, 0..400),
        theirs in prop::collection::btree_map(0_u16..600, 0_u8..2, 0..400),
    ) {
        prop_assert_eq!(compare(&ours, &theirs).0, expected(&ours, &theirs));
    }

    #[test]
    fn a_few_differences_cost_a_few_questions(
        size in 0_u16..2_000,
        changes in prop::collection::btree_map(0_u16..2_000, prop::option::of(0_u8..3), 0..6),
    ) {
        let ours: Held = (0..size).map(|n| (n, 0)).collect();
        let theirs = changed(&ours, &changes);
        let (found, questions) = compare(&ours, &theirs);
        prop_assert_eq!(&found, &expected(&ours, &theirs));
        // With 2,000 objects no branch of the first level has more than 128 but by a rare chance,
        // and then the next one down has not.
        prop_assert!(questions <= 1 + 2 * found.len(), "{questions} for {}", found.len());
    }
}

#[test]
fn equal_sets_need_one_question() {
    let held: Held = (0..1_000).map(|n| (n, 1)).collect();
    assert_eq!(compare(&held, &held), (BTreeSet::new(), 1));
    assert_eq!(compare(&Held::new(), &Held::new()), (BTreeSet::new(), 1));
}

#[test]
fn a_side_that_lies_cannot_go_on_for_ever() {
    // Everything differs, at every depth, whatever is asked.
    let mut comparison = Comparison::new(1_000, 500);
    let theirs = Side::of(&(0..=most_leaves()).map(|n| (n, 1)).collect());
    while let Some((prefix, _)) = comparison.question() {
        let lie = theirs.summary(Prefix::ALL);
        let answer = Answer::Branches(vec![lie; 16]);
        let told = if prefix.depth() == stix::proof::DEPTH {
            assert!(answer.check(prefix).is_err());
            Answer::Leaves(Vec::new())
        } else {
            answer
        };
        comparison.answer(&Answer::Leaves(Vec::new()), Some(told)).unwrap();
    }
    assert_eq!(comparison.questions(), 500);
    assert!(!comparison.finish().1);

    // Leaves of elsewhere, and more than there may be.
    let stray = Prefix::ALL.branches().find(|branch| !branch.has(Place::of(&id(1)))).unwrap();
    assert!(Answer::Leaves(vec![entry(1, 0)]).check(stray).is_err());
    let many = (0..=most_leaves()).map(|n| entry(n, 0)).collect();
    assert!(Answer::Leaves(many).check(Prefix::ALL).is_err());
    assert!(Answer::Branches(vec![Summary::default(); 15]).check(Prefix::ALL).is_err());
}
