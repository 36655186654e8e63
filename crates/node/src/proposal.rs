//! Proposals: what one person wants to leave the node, and another lets out.
//!
//! draft → proposed → released, or returned with a comment. A proposal holds the very content that
//! leaves: what is approved is what was proposed, to the byte that is signed. Each step is one
//! transaction that fails if somebody else took another step meanwhile. A decided proposal keeps
//! who, when and what it was called, and no content.

mod kept;
mod steps;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stix::{Id, Timestamp};

use crate::group::Roster;
use crate::outgoing::Release;
use crate::session::Session;

pub(crate) use kept::Kept;

/// Somebody who took a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The account's name.
    pub account: String,
    /// What people read.
    pub display: String,
}

impl Person {
    pub(crate) fn of(session: &Session) -> Self {
        Self { account: session.account.clone(), display: session.display.clone() }
    }
}

/// What somebody wants another to let out.
#[derive(Clone, Debug)]
pub struct Proposing {
    /// Which form it comes from, for example `hybrid.report`.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// What the proposer says to whoever decides.
    pub note: String,
    /// What is to leave.
    pub release: Release,
}

/// Where a proposal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Step {
    /// It waits for a second person.
    Proposed,
    /// It went back to who proposed it.
    Returned {
        /// By whom.
        by: Person,
        /// When, in microseconds since 1970.
        at: i64,
        /// Why.
        comment: String,
    },
    /// Who proposed it took it back, or went on writing.
    Withdrawn {
        /// When, in microseconds since 1970.
        at: i64,
    },
    /// It was approved, and left in the same transaction.
    Released {
        /// By whom.
        by: Person,
        /// When, in microseconds since 1970.
        at: i64,
        /// The objects that left, the main one first.
        ids: Vec<Id>,
    },
}

/// What one person wants to leave the node, for another to decide on.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Names it in addresses: its draft's name, where it has one.
    pub id: String,
    /// Which form it comes from.
    pub kind: String,
    /// What people call it: foreign text.
    pub title: String,
    /// Who proposed it.
    pub by: Person,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What the proposer says to whoever decides: foreign text.
    pub note: String,
    /// What is to leave; nothing any more once it is decided.
    pub release: Release,
    /// The roster that changes with it, where it is about a group.
    pub roster: Option<Roster>,
    /// Names the content.
    pub digest: String,
    /// The versions that the content follows on: it was written on top of these and of no others.
    pub(crate) bases: BTreeMap<Id, Timestamp>,
    /// Where it stands.
    pub step: Step,
}

impl Proposal {
    /// Whether it waits for a second person.
    pub fn is_waiting(&self) -> bool {
        self.step == Step::Proposed
    }
}
