//! Calling back what was let out: the whole object, or from some of those who see it.
//!
//! A recall is a signed object that goes to everybody who could see what it recalls, and to nobody
//! else; each of its recipients erases and answers with a receipt. Narrowing is a new version with
//! a narrower marking, and a recall of those before it. What was exported to files is out of reach.

mod act;
mod audience;
mod plan;
mod received;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stix::marking::Tlp;
use stix::recall::{RECEIPT_TYPE, Recall, Receipt, TYPE};
use stix::{Id, Object};

use crate::admit::Refusal;
use crate::delivery::DeliveryState;
use crate::{Node, Profile};

pub(crate) use act::Saying;
pub use plan::can_be_recalled;
pub(crate) use received::Known;

const SHELF: &str = "recall";
/// The file in a node's folder where recalls are kept once more, so that a database put back from a
/// backup learns of them.
pub const RECALLS: &str = "recalls.jsonl";

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecallAct {
    /// Nobody keeps it, this node neither.
    Recall,
    /// Fewer see it.
    Narrow(Narrowing),
}

/// To whom an object is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrowing {
    /// The label; `None` for none.
    pub tlp: Option<Tlp>,
    /// The states that go on seeing it. None: the own state alone.
    pub to: BTreeSet<Id>,
}

/// What an act would do to one partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// It could see it, and is asked to erase it.
    Erases,
    /// It goes on seeing it; what came before the narrower version it is asked to erase.
    Keeps,
    /// It could never see it, and is told nothing.
    Nothing,
}

/// One partner in a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The partner.
    pub partner: Profile,
    /// What happens to it.
    pub consequence: Consequence,
    /// Whether it has fetched the newest version.
    pub has: DeliveryState,
}

/// An object that belongs to the one recalled.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// The object.
    pub id: Id,
    /// Its type.
    pub kind: String,
    /// What it is called. Foreign text.
    pub title: String,
    /// Whether nothing refers to it that stays.
    pub alone: bool,
}

/// What an act would do.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The object.
    pub id: Id,
    /// How many versions of it are held.
    pub versions: usize,
    /// Each partner, by code.
    pub partners: Vec<Told>,
    /// Whether it was for everybody: then it is with people whom nobody can ask.
    pub public: bool,
    /// What belongs to it and is this state's.
    pub parts: Vec<Part>,
    /// How many notes of other states speak of it. They stay theirs.
    pub notes: usize,
    /// How many drafts of new versions of it are being written here. They stay.
    pub drafts: usize,
}

/// What was done.
#[derive(Clone, Debug, Serialize)]
pub struct Recalled {
    /// The objects concerned.
    pub objects: Vec<Id>,
    /// The recalls, as objects.
    pub recalls: Vec<Id>,
}

/// How one recipient stands to a recall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Answer {
    /// Its signed receipt is here.
    Erased {
        /// When it had erased it, in microseconds since 1970.
        at: i64,
    },
    /// No receipt yet.
    Waiting {
        /// Whether it has the recall.
        has: DeliveryState,
    },
}

/// What was called back by one act, and who answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// Since when it holds, in microseconds since 1970.
    pub effective: i64,
    /// Why, if that was said.
    pub reason: Option<String>,
    /// The objects.
    pub objects: BTreeSet<Id>,
    /// Those of them of which a newer version is held: they were narrowed, or released again.
    pub held: BTreeSet<Id>,
    /// The recalls, as objects.
    pub recalls: Vec<Id>,
    /// Whether all of it was lifted.
    pub lifted: bool,
    /// Each partner to whom one of the recalls is addressed, by code: it has erased when it has
    /// answered all of them.
    pub partners: Vec<(Profile, Answer)>,
}

/// Another state's recall, which this node obeyed.
#[derive(Clone, Debug, Serialize)]
pub struct RecalledByOther {
    /// The recall.
    pub recall: Id,
    /// Whose.
    pub owner: Id,
    /// What it recalls.
    pub object: Id,
    /// Since when it holds, in microseconds since 1970.
    pub effective: i64,
    /// Why, if its owner says. Foreign text.
    pub reason: Option<String>,
    /// When this node had erased it, in microseconds since 1970; `None` while it is at it.
    pub erased: Option<i64>,
}

/// Whether an object that `owner` signed says something about recalls that does not hold.
pub(crate) fn check(object: &Object, owner: &Id) -> Result<(), Refusal> {
    let invalid = |error: stix::Error| Refusal::Invalid { problem: error.to_string() };
    let named = match object.id().type_name() {
        TYPE => Recall::read(object).map_err(invalid)?.owner,
        RECEIPT_TYPE => Receipt::read(object).map_err(invalid)?.by,
        _ => return Ok(()),
    };
    if named == *owner { Ok(()) } else { Err(Refusal::FalseCreator { named: named.to_string() }) }
}

impl Node {
    pub(crate) fn recall_shelf(&self) -> store::Shelf<Known> {
        self.inner.store.shelf(SHELF)
    }
}
