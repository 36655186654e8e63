//! One write transaction under way.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use release::Policy;
use rusqlite::Connection;

use super::hot::{Hot, Statements};
use super::tell::End;
use super::{Done, Mind, Task};
use crate::added::{Dates, Steps, Stream};
use crate::admitted::Outcome;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::shared::Shared;

/// One write transaction under way.
pub(crate) struct Work<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) shared: &'a Shared,
    pub(crate) mind: &'a mut Mind,
    pub(crate) statements: Statements<'a>,
    /// When it began, microseconds since 1970; never before an earlier one.
    pub(crate) now: i64,
    expected: usize,
    dates: HashMap<i64, Dates>,
    steps: Steps<'a>,
    /// Rows added to the index.
    rows: Vec<(Stream, i64)>,
    gained: HashSet<Number>,
    /// Objects whose projections change without a new version.
    changed: BTreeSet<i64>,
    /// How many objects of the batch at hand were not held before.
    pub(crate) stored: u64,
    /// The end of the trail, once a row was written.
    pub(crate) end: Option<End>,
}

/// Where a version stands in the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) stream: Stream,
    pub(crate) seq: i64,
    pub(crate) kind: Number,
    pub(crate) twin: bool,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        db: &'a Connection,
        shared: &'a Shared,
        mind: &'a mut Mind,
        expected: usize,
    ) -> Self {
        let now = shared.clock.now_micros().max(mind.received);
        Self {
            db,
            shared,
            mind,
            statements: Statements::new(db),
            now,
            expected,
            dates: HashMap::new(),
            steps: Steps::new(&*shared.random),
            rows: Vec::new(),
            gained: HashSet::new(),
            changed: BTreeSet::new(),
            stored: 0,
            end: None,
        }
    }

    pub(crate) fn run(&mut self, task: &Task) -> Result<Done, Error> {
        match task {
            Task::Append(batch) => {
                self.expect_all(&batch.records)?;
                let outcomes = batch.objects.iter().map(|one| self.append(one));
                let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
                let is_new = |outcome: &&Outcome| {
                    matches!(
                        outcome,
                        Outcome::Stored(_)
                            | Outcome::Older(_)
                            | Outcome::Equivocation { kept: true }
                    )
                };
                self.stored = outcomes.iter().filter(is_new).count() as u64;
                batch.records.iter().try_for_each(|record| self.record(record))?;
                Ok(Done::Outcomes(outcomes))
            }
            Task::Swap { expected, record, also } => {
                self.swap(expected.as_deref(), record, also).map(Done::Swapped)
            }
            Task::Retire { below, told } => {
                told.iter().try_for_each(|record| self.record(record))?;
                self.retire_rows(*below).map(Done::Retired)
            }
            Task::Collection(kind) => self.collection(kind).map(Done::Collection),
            Task::Withdraw { collection, holder, id, which } => {
                self.withdraw(*collection, holder, id, which).map(Done::Withdrawn)
            }
            Task::Readd(audiences) => self.readd(audiences).map(Done::Readded),
            Task::Place { place, widened } => {
                self.readd(widened)?;
                self.keep_place(place)?;
                Ok(Done::Nothing)
            }
            Task::Scrubbed(due) => {
                self.scrubbed(*due)?;
                Ok(Done::Nothing)
            }
            Task::Followed(change) => {
                self.followed(*change)?;
                Ok(Done::Nothing)
            }
        }
    }

    /// Writes what was gathered. Gives the audiences that gained something.
    pub(crate) fn finish(self) -> Result<HashSet<Number>, Error> {
        if self.mind.dropped_aside {
            self.compact()?;
        }
        let mut insert = self
            .db
            .prepare_cached("INSERT INTO changed (object) VALUES (?1)")
            .doing("noting changes")?;
        for object in &self.changed {
            self.mind.last_change = insert.insert([object]).doing("noting changes")?;
        }
        let mut advance = self
            .db
            .prepare_cached("UPDATE collection SET clock = ?2 WHERE id = ?1")
            .doing("advancing a collection’s clock")?;
        // Before the commit, so that no reader meets a row that the spans do not cover.
        self.shared.spans.widen(&self.rows);
        for (collection, dates) in &self.dates {
            advance.execute([*collection, dates.last()]).doing("advancing a collection’s clock")?;
            self.mind.clocks.insert(*collection, dates.last());
            self.shared.spans.cover(*collection, dates.last());
        }
        Ok(self.gained)
    }

    /// The next date in a collection: greater than every one before it.
    pub(crate) fn next_date(&mut self, collection: i64) -> i64 {
        let last = self.mind.clocks.get(&collection).copied().unwrap_or(0);
        let (now, expected) = (self.now, self.expected);
        let dates =
            self.dates.entry(collection).or_insert_with(|| Dates::begin(last, now, expected));
        dates.next(&mut self.steps)
    }

    /// From here on so many more dates are needed than were expected: smaller steps.
    pub(crate) fn expect(&mut self, more: usize) {
        self.expected += more;
        for dates in self.dates.values_mut() {
            *dates = Dates::begin(dates.last(), self.now, self.expected);
        }
    }

    /// Makes a version visible to an audience: with a fresh date, or with the one it `kept` where
    /// nobody sees by this what he did not see before.
    pub(crate) fn show(&mut self, place: Place, kept: Option<i64>) -> Result<i64, Error> {
        const SQL: &str = "INSERT INTO added
             (collection, newest, audience, date_added, seq, kind, twin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Place { stream, seq, kind, twin } = place;
        // The clock moves in either case: other processes see by it that the index changed.
        let fresh = self.next_date(stream.collection);
        let date = kept.unwrap_or(fresh);
        if kept.is_none() {
            self.gained.insert(stream.audience);
        }
        self.statements
            .get(Hot::Show, SQL)?
            .execute((stream.collection, stream.newest, stream.audience, date, seq, kind, twin))
            .doing("adding to a collection")?;
        self.rows.push((stream, date));
        Ok(date)
    }

    /// Takes a version from an audience.
    pub(crate) fn hide(&mut self, stream: Stream, date: i64) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM added
             WHERE collection = ?1 AND newest = ?2 AND audience = ?3 AND date_added = ?4";
        let mut statement = self.db.prepare_cached(SQL).doing("taking from a collection")?;
        statement
            .execute((stream.collection, stream.newest, stream.audience, date))
            .doing("taking from a collection")?;
        Ok(())
    }

    /// The projections of an object must be looked at again.
    pub(crate) fn changed(&mut self, object: i64) {
        self.changed.insert(object);
    }

    pub(crate) fn intern(&self, policy: Policy) -> Result<Number, Error> {
        self.shared.audiences.policies.intern(self.db, &Arc::new(policy))
    }

    pub(crate) fn policy(&self, audience: Number) -> Result<Arc<Policy>, Error> {
        self.shared.policy(self.db, audience)
    }
}
