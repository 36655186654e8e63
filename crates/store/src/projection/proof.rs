//! What each audience adds to the proofs that it counts in: summaries of its signed objects, and
//! their leaves.
//!
//! Summaries are kept of the first two levels of the tree, so that a question costs little whatever
//! the number of objects; below them the leaves of one of 256 buckets are summed when somebody
//! asks. Leaves of a bucket stand in the order in which they came: writing them dirties few pages.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use stix::Object;
use stix::proof::{Leaf, Place, Prefix, Sum, Summary};

use crate::error::{Doing, Error};
use crate::intern::Number;

/// Raise it when a leaf may be another one for an object already held.
pub(crate) const VERSION: u32 = 2;

/// The deepest level of which summaries are kept; its prefixes are the buckets.
pub(crate) const KEPT: u8 = 2;

/// Under which number an audience's leaves stand: objects that depend on others have one of their
/// own, so that proofs can leave them out.
pub(crate) fn share(audience: Number, depends: bool) -> Number {
    if depends { -audience } else { audience }
}

/// The bucket of a place.
pub(crate) fn bucket(place: Place) -> i64 {
    Prefix::of(place, KEPT).number()
}

/// What came and went, by audience and prefix.
#[derive(Default)]
pub(crate) struct Delta(HashMap<(Number, Prefix), Summary>);

impl Delta {
    fn each(&mut self, audience: Number, place: Place, change: impl Fn(&mut Summary)) {
        for depth in 0..=KEPT {
            change(self.0.entry((audience, Prefix::of(place, depth))).or_default());
        }
    }

    /// Adds an object's leaf; gives its place, which is needed to remove it.
    pub(super) fn add(
        &mut self,
        db: &Connection,
        audience: Number,
        object: i64,
        new: &Object,
    ) -> Result<i64, Error> {
        const SQL: &str = "INSERT OR REPLACE INTO leaf (audience, bucket, object, place, leaf)
             VALUES (?1, ?2, ?3, ?4, ?5)";
        let (place, leaf) = (Place::of(new.id()), Leaf::of(new));
        let audience = share(audience, !new.header().ends.is_empty());
        let row = (audience, bucket(place), object, place.number(), leaf.bytes());
        let mut statement = db.prepare_cached(SQL).doing("projecting a leaf")?;
        statement.execute(row).doing("projecting a leaf")?;
        self.each(audience, place, |summary| summary.add(&leaf));
        Ok(place.number())
    }

    /// Removes an object's leaf.
    pub(super) fn remove(
        &mut self,
        db: &Connection,
        audience: Number,
        object: i64,
        place: i64,
    ) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM leaf WHERE audience = ?1 AND bucket = ?2 AND object = ?3
             RETURNING leaf";
        let place = Place::from_number(place);
        let mut statement = db.prepare_cached(SQL).doing("forgetting a leaf")?;
        for audience in [share(audience, false), share(audience, true)] {
            let held: Option<[u8; 32]> = statement
                .query_row((audience, bucket(place), object), |row| row.get(0))
                .optional()
                .doing("forgetting a leaf")?;
            if let Some(held) = held {
                let leaf = Leaf::from_bytes(held);
                self.each(audience, place, |summary| summary.remove(&leaf));
            }
        }
        Ok(())
    }

    pub(super) fn write(self, db: &Connection) -> Result<(), Error> {
        const WRITE: &str = "INSERT OR REPLACE INTO branch (audience, depth, prefix, count, sum)
             VALUES (?1, ?2, ?3, ?4, ?5)";
        const REMOVE: &str =
            "DELETE FROM branch WHERE audience = ?1 AND depth = ?2 AND prefix = ?3";
        let mut write = db.prepare_cached(WRITE).doing("writing a summary")?;
        let mut remove = db.prepare_cached(REMOVE).doing("writing a summary")?;
        for ((audience, prefix), change) in self.0 {
            let mut summary = kept(db, audience, prefix)?;
            summary += change;
            let count = i64::try_from(summary.count).unwrap_or(0);
            let key = (audience, prefix.depth(), prefix.number());
            if count == 0 {
                remove.execute(key).doing("writing a summary")?;
            } else {
                write
                    .execute((key.0, key.1, key.2, count, summary.sum.bytes()))
                    .doing("writing a summary")?;
            }
        }
        Ok(())
    }
}

/// The summary that is kept of a prefix of an audience. Neither file need be named: who reads the
/// log has the projections beside it.
pub(crate) fn kept(db: &Connection, audience: Number, prefix: Prefix) -> Result<Summary, Error> {
    const SQL: &str =
        "SELECT count, sum FROM branch WHERE audience = ?1 AND depth = ?2 AND prefix = ?3";
    let mut statement = db.prepare_cached(SQL).doing("reading a summary")?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?));
    let found = statement
        .query_row((audience, prefix.depth(), prefix.number()), read)
        .optional()
        .doing("reading a summary")?;
    let Some((count, sum)) = found else { return Ok(Summary::default()) };
    let damaged = || Error::Damaged { place: "branch", reason: format!("{prefix} of {audience}") };
    let sum = Sum::from_bytes(sum).ok_or_else(damaged)?;
    Ok(Summary { count: u64::try_from(count).unwrap_or(0), sum })
}
