//! Sync proofs: whether what a partner released to us and what we hold of it are the same.
//!
//! The owner says, signed, how many objects it releases to us and what their set hashes to; both
//! sides then find the first difference in O(log n) questions ([`stix::proof`]). Only objects that
//! were signed count: they are what has an owner. So a node in the middle that withholds what the
//! owner released, or goes on showing what the owner replaced, is found out.

mod ask;
mod carried;
mod keeper;
mod standing;
mod tell;

use serde::{Deserialize, Serialize};
use stix::proof::Sum;
use stix::{Id, Timestamp};

use crate::Node;
use crate::error::Error;

pub use carried::Carried;
pub use standing::{Doubt, Standings};

const SHELF: &str = "proof";

/// The last completed comparison with an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// When it was completed, in microseconds since 1970.
    pub at: i64,
    /// When the owner stated what it releases, by its own clock.
    pub stated: Timestamp,
    /// How many objects it releases to us.
    pub count: u64,
    /// The hash of their set.
    pub sum: Sum,
    /// How many of its objects we hold.
    pub held: u64,
    /// What differs, at most [`MOST_NAMED`] objects.
    pub differences: Vec<Found>,
    /// Whether these are all that differ.
    pub whole: bool,
    /// How many objects were changing hands meanwhile.
    pub in_flight: u64,
    /// How many were missing or old and have been fetched.
    pub repaired: u64,
    /// How many questions it took.
    pub questions: usize,
    /// The store that it is about: a restored copy has proven nothing yet.
    pub(crate) lineage: String,
}

/// How many differing objects are named.
pub const MOST_NAMED: usize = 1_000;

impl Proof {
    /// Whether both sides hold the same.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty() && self.whole
    }
}

/// An object that the owner and we do not hold alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Which.
    pub id: Id,
    /// In which version the owner has it.
    pub theirs: Option<Timestamp>,
    /// In which version we have it.
    pub ours: Option<Timestamp>,
    /// How it differs.
    pub kind: Differs,
}

/// How an object differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Differs {
    /// It is released to us, and we do not have it.
    Missing,
    /// It is released to us, and was not admitted: it is kept aside.
    KeptAside,
    /// We have a version from before the one that is released to us.
    Older,
    /// We have it, and its owner does not release it to us, or not any more.
    NotReleased,
    /// We have the same version with other content, or one that is newer than the owner's.
    Unlike,
}

impl Differs {
    /// The difference as one word, as commands print it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::KeptAside => "kept aside",
            Self::Older => "older",
            Self::NotReleased => "not released",
            Self::Unlike => "unlike",
        }
    }
}

impl Node {
    /// The last completed proof with an owner.
    pub fn last_proof(&self, owner: &Id) -> Result<Option<Proof>, Error> {
        Ok(self.proof_shelf().get(owner.as_str())?)
    }

    /// Whether a proof was made with this store, and not with the one that it is a copy of.
    pub fn is_of_this_store(&self, proof: &Proof) -> bool {
        proof.lineage == self.inner.store.lineage()
    }

    fn proof_shelf(&self) -> store::Shelf<Proof> {
        self.inner.store.shelf(SHELF)
    }
}
