//! Proofs of what is held and released: counts and hashes that two nodes compare.
//!
//! A proof is about one owner's signed objects, each in its newest version. A viewer's proof is
//! over what he may see and nothing else ([`View::proof`]); the node's own ([`Store::proof`]) over
//! all that it holds.

use std::collections::BTreeMap;

use release::{Holder, Policy};
use rusqlite::Connection;
use stix::proof::{Answer, Entry, Leaf, MOST_LEAVES, Place, Prefix, Summary};
use stix::{Id, Timestamp};

use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::projection::{self, proof};
use crate::row::{Copy, Version};
use crate::shared::Shared;
use crate::store::Store;
use crate::view::View;

/// What there is under a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// How much, and its hash.
    pub summary: Summary,
    /// Its branches, or its leaves where there are few.
    pub answer: Answer,
}

/// Which of an owner's objects a node's own proof is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that are held.
    Held,
    /// Those that every partner may see, and that every node which relays passes on. What depends on
    /// others is left out: what it depends on may be held and not passed on, and nobody is told so.
    Travelling,
}

impl View {
    /// What the viewer may see of `owner`'s signed objects under `prefix`, each in its newest
    /// version; `added` is when it became visible to him.
    ///
    /// # Errors
    /// [`Error::Behind`] as long as the projections do not show all that is committed.
    pub fn proof(&self, owner: &Id, prefix: Prefix) -> Result<Proven, Error> {
        let db = self.shared.pool.snapshot()?;
        self.shared.catch_up(&db)?;
        let visible = self.shared.audiences.visible(&self.viewer);
        let audiences = audiences(&self.shared, owner, |number, _| visible.has(number));
        let audiences = with_dependants(&audiences);
        let tree = Tree { db: &db, audiences, added: |version: &Version| version.added };
        tree.proven(prefix)
    }
}

impl Store {
    /// What is held of `owner`'s signed objects under `prefix`, each in its newest version; `added`
    /// is when it was stored.
    ///
    /// # Errors
    /// [`Error::Behind`] as long as the projections do not show all that is committed.
    pub fn proof(&self, owner: &Id, scope: Scope, prefix: Prefix) -> Result<Proven, Error> {
        let shared = self.shared();
        let db = shared.pool.snapshot()?;
        shared.catch_up(&db)?;
        let audiences = match scope {
            Scope::Held => with_dependants(&audiences(shared, owner, |_, _| true)),
            Scope::Travelling => audiences(shared, owner, |_, policy| release::travels(policy)),
        };
        let tree = Tree { db: &db, audiences, added: |version: &Version| version.received };
        tree.proven(prefix)
    }
}

/// The audiences of an owner's objects that count.
fn audiences(shared: &Shared, owner: &Id, counts: impl Fn(Number, &Policy) -> bool) -> Vec<Number> {
    let mut found = Vec::new();
    shared.audiences.policies.each_from(0, |number, policy| {
        let is_owners = matches!(policy.own().map(|own| &own.holder),
            Some(Holder::State(state)) if state == owner);
        if is_owners && counts(number, policy) {
            found.push(number);
        }
    });
    found
}

/// The same, with what depends on other objects.
fn with_dependants(audiences: &[Number]) -> Vec<Number> {
    let both = |audience: &Number| [false, true].map(|depends| proof::share(*audience, depends));
    audiences.iter().flat_map(both).collect()
}

/// The tree of the objects of some audiences, in one snapshot.
struct Tree<'s, F> {
    db: &'s Connection,
    audiences: Vec<Number>,
    added: F,
}

impl<F: Fn(&Version) -> i64> Tree<'_, F> {
    fn proven(&self, prefix: Prefix) -> Result<Proven, Error> {
        // What the projections show too late may be what the viewer is to see no longer.
        if !projection::is_followed(self.db)? {
            return Err(Error::Behind);
        }
        let summary = self.summary(prefix)?;
        let answer = if summary.count <= MOST_LEAVES as u64 {
            Answer::Leaves(self.entries(prefix)?)
        } else {
            Answer::Branches(self.branches(prefix)?)
        };
        Ok(Proven { summary, answer })
    }

    fn summary(&self, prefix: Prefix) -> Result<Summary, Error> {
        let mut sum = Summary::default();
        if prefix.depth() > proof::KEPT {
            self.leaves(prefix, |_, _, leaf| {
                sum.add(&leaf);
                Ok(())
            })?;
            return Ok(sum);
        }
        for audience in &self.audiences {
            sum += proof::kept(self.db, *audience, prefix)?;
        }
        Ok(sum)
    }

    fn branches(&self, prefix: Prefix) -> Result<Vec<Summary>, Error> {
        if prefix.depth() < proof::KEPT {
            return prefix.branches().map(|branch| self.summary(branch)).collect();
        }
        let mut branches = vec![Summary::default(); 16];
        self.leaves(prefix, |_, place, leaf| {
            if let Some(branch) = branches.get_mut(prefix.branch_of(place)) {
                branch.add(&leaf);
            }
            Ok(())
        })?;
        Ok(branches)
    }

    fn entries(&self, prefix: Prefix) -> Result<Vec<Entry>, Error> {
        let mut found = BTreeMap::new();
        self.leaves(prefix, |object, _, leaf| {
            let Some(copy) = Copy::of_key(self.db, object)? else { return Ok(()) };
            let Some(version) = Version::find(self.db, copy.newest)? else { return Ok(()) };
            let wrong = |reason: String| Error::Damaged { place: "object", reason };
            let id = Id::parse(&copy.id).map_err(|error| wrong(error.to_string()))?;
            let added = Timestamp::from_micros((self.added)(&version));
            // As it is kept, the moment lacks its last letter.
            let version = Timestamp::parse(&format!("{}Z", version.version)).ok();
            found.insert(id.clone(), Entry { id, version, leaf, added });
            Ok(())
        })?;
        Ok(found.into_values().collect())
    }

    /// The leaves of all audiences under a prefix: object, place, leaf.
    fn leaves(
        &self,
        prefix: Prefix,
        mut visit: impl FnMut(i64, Place, Leaf) -> Result<(), Error>,
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT object, place, leaf FROM leaf
             WHERE audience = ?1 AND bucket BETWEEN ?2 AND ?3";
        let mut statement = self.db.prepare_cached(SQL).doing("reading leaves")?;
        let (from, to) = buckets(prefix);
        for audience in &self.audiences {
            let mut rows = statement.query((audience, from, to)).doing("reading leaves")?;
            while let Some(row) = rows.next().doing("reading leaves")? {
                let place = Place::from_number(row.get(1).doing("reading leaves")?);
                if prefix.has(place) {
                    let object = row.get(0).doing("reading leaves")?;
                    let leaf = row.get(2).doing("reading leaves")?;
                    visit(object, place, Leaf::from_bytes(leaf))?;
                }
            }
        }
        Ok(())
    }
}

/// The first and the last bucket in which something of a prefix may stand.
fn buckets(prefix: Prefix) -> (i64, i64) {
    let deeper = proof::KEPT.saturating_sub(prefix.depth());
    if deeper > 0 {
        let first = prefix.number() << (4 * deeper);
        (first, first + (1 << (4 * deeper)) - 1)
    } else {
        let bucket = prefix.number() >> (4 * (prefix.depth() - proof::KEPT));
        (bucket, bucket)
    }
}
