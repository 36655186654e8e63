//! Finding where two sets differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::place::{DEPTH, Place, Prefix};
use super::sum::{Leaf, Summary};
use crate::error::{Error, Pointer};
use crate::id::Id;
use crate::time::Timestamp;

/// Up to how many objects are named at once; of more, sixteen branches are told.
pub const MOST_LEAVES: usize = 128;

/// One object of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: Id,
    /// Its version, for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Timestamp>,
    /// How it counts.
    pub leaf: Leaf,
    /// When whoever answers added it, by his own clock.
    pub added: Timestamp,
}

/// What one side says of a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Summaries of its sixteen branches.
    Branches(Vec<Summary>),
    /// Everything there is, which is little.
    Leaves(Vec<Entry>),
}

impl Answer {
    /// Whether it can be an answer to a question for `prefix`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, prefix: Prefix) -> Result<(), Error> {
        let wrong = |problem: &str| Err(Error::new(Pointer::root(), problem));
        match self {
            Self::Branches(_) if prefix.depth() == DEPTH => wrong("branches of the deepest prefix"),
            Self::Branches(branches) if branches.len() != 16 => wrong("not sixteen branches"),
            Self::Leaves(entries) if entries.len() > MOST_LEAVES => wrong("too many leaves"),
            Self::Leaves(entries)
                if entries.iter().any(|entry| !prefix.has(Place::of(&entry.id))) =>
            {
                wrong("a leaf of another prefix")
            }
            _ => Ok(()),
        }
    }

    fn branches(&self, prefix: Prefix) -> Vec<Summary> {
        match self {
            Self::Branches(branches) => branches.clone(),
            Self::Leaves(entries) => {
                let mut branches = vec![Summary::default(); 16];
                for entry in entries {
                    if let Some(branch) = branches.get_mut(prefix.branch_of(Place::of(&entry.id))) {
                        branch.add(&entry.leaf);
                    }
                }
                branches
            }
        }
    }
}

/// An object that the two sides do not hold alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What this side has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<Entry>,
    /// What the other side has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Entry>,
}

impl Difference {
    /// Which object.
    pub fn id(&self) -> Option<&Id> {
        self.ours.as_ref().or(self.theirs.as_ref()).map(|entry| &entry.id)
    }
}

/// A comparison under way: says what to ask both sides next, and is told what they answer.
///
/// Each difference costs at most one question for each level of the tree, of which there are some
/// log16(n / 128) with more than 128 objects. Both sides may change meanwhile: what was compared
/// before stays as it was found.
#[derive(Clone, Debug)]
pub struct Comparison {
    open: Vec<Open>,
    found: Vec<Difference>,
    questions: usize,
    most_found: usize,
    most_questions: usize,
}

#[derive(Clone, Debug)]
struct Open {
    prefix: Prefix,
    /// What the other side has here, where it said so already.
    theirs: Option<Vec<Entry>>,
}

impl Comparison {
    /// Begins a comparison that ends after so many differences, and after so many questions to the
    /// other side, whatever it answers.
    pub fn new(most_found: usize, most_questions: usize) -> Self {
        let open = vec![Open { prefix: Prefix::ALL, theirs: None }];
        Self { open, found: Vec::new(), questions: 0, most_found, most_questions }
    }

    /// The prefix to ask both sides for next, and whether the other side need be asked. `None` at
    /// the end.
    pub fn question(&self) -> Option<(Prefix, bool)> {
        let is_full = self.found.len() >= self.most_found || self.questions >= self.most_questions;
        self.open.last().filter(|_| !is_full).map(|open| (open.prefix, open.theirs.is_none()))
    }

    /// Takes in what both sides answer to [`Comparison::question`]; the other side's only if it was
    /// to be asked.
    ///
    /// # Errors
    /// An answer that cannot be one.
    pub fn answer(&mut self, ours: &Answer, theirs: Option<Answer>) -> Result<(), Error> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let prefix = open.prefix;
        let theirs = match (open.theirs, theirs) {
            (Some(known), _) => Answer::Leaves(known),
            (None, Some(told)) => {
                told.check(prefix)?;
                self.questions += 1;
                told
            }
            (None, None) => return Err(Error::new(Pointer::root(), "no answer")),
        };
        if let (Answer::Leaves(ours), Answer::Leaves(theirs)) = (ours, &theirs) {
            self.differ(ours, theirs);
            return Ok(());
        }
        let pairs = ours.branches(prefix).into_iter().zip(theirs.branches(prefix));
        let differing = prefix.branches().zip(pairs).filter(|(_, (ours, theirs))| ours != theirs);
        let known = |branch: Prefix| match &theirs {
            Answer::Leaves(entries) => {
                let within = |entry: &&Entry| branch.has(Place::of(&entry.id));
                Some(entries.iter().filter(within).cloned().collect())
            }
            Answer::Branches(_) => None,
        };
        let mut open: Vec<_> =
            differing.map(|(prefix, _)| Open { prefix, theirs: known(prefix) }).collect();
        open.reverse();
        self.open.append(&mut open);
        Ok(())
    }

    fn differ(&mut self, ours: &[Entry], theirs: &[Entry]) {
        let mut both: BTreeMap<&Id, Difference> = BTreeMap::new();
        let none = Difference { ours: None, theirs: None };
        for entry in ours {
            both.entry(&entry.id).or_insert_with(|| none.clone()).ours = Some(entry.clone());
        }
        for entry in theirs {
            both.entry(&entry.id).or_insert_with(|| none.clone()).theirs = Some(entry.clone());
        }
        let leaf = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.leaf);
        let differs = |one: &Difference| leaf(&one.ours) != leaf(&one.theirs);
        self.found.extend(both.into_values().filter(differs));
    }

    /// How many questions the other side was asked.
    pub fn questions(&self) -> usize {
        self.questions
    }

    /// What was found, and whether that is all.
    pub fn finish(self) -> (Vec<Difference>, bool) {
        (self.found, self.open.is_empty())
    }
}
