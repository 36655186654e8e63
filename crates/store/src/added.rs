//! `date_added`: since when an object is visible to an audience in a collection.
//!
//! **One clock per collection, not per audience.** A client that sees several audiences and pages
//! by `added_after` alone keeps one place for all of them. Were each audience to have its own
//! clock, one that had run ahead (a large batch) would carry the client's place past dates that
//! another audience allots later, and the client would never see those objects. So every date is
//! strictly greater than every date ever allotted in the collection. The random steps, not
//! separate clocks, keep gaps from counting what a reader may not see.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use rusqlite::Connection;

use crate::clock::Random;
use crate::error::{Doing, Error};
use crate::intern::Number;

/// The greatest step between two dates, in microseconds.
const GREATEST_STEP: i64 = 500;
/// How far a collection's clock may run ahead of the wall clock, in microseconds, before its steps
/// shrink to one.
const AHEAD: i64 = 50_000;

/// The clock of one collection, within one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    last: i64,
    greatest_step: i64,
}

impl Dates {
    /// A transaction begins at `now`, expects to allot some `expected` dates, and none may be
    /// `last` or less.
    pub(crate) fn begin(last: i64, now: i64, expected: usize) -> Self {
        let last = last.max(now);
        let room = AHEAD - (last - now);
        let expected = i64::try_from(expected.max(1)).unwrap_or(i64::MAX);
        // Dates are spread over twice the mean step.
        Self { last, greatest_step: (room.max(0) / expected).clamp(1, GREATEST_STEP) }
    }

    /// The next date.
    pub(crate) fn next(&mut self, random: &mut Steps<'_>) -> i64 {
        self.last += random.step(self.greatest_step);
        self.last
    }

    pub(crate) fn last(&self) -> i64 {
        self.last
    }
}

/// Random steps, drawn from the source in blocks.
pub(crate) struct Steps<'a> {
    random: &'a dyn Random,
    block: [u8; 256],
    used: usize,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(random: &'a dyn Random) -> Self {
        Self { random, block: [0; 256], used: 256 }
    }

    /// A step from 1 to `greatest`.
    fn step(&mut self, greatest: i64) -> i64 {
        if greatest <= 1 {
            return 1;
        }
        if self.used + 4 > self.block.len() {
            self.random.fill(&mut self.block);
            self.used = 0;
        }
        let four = self.block.get(self.used..self.used + 4).and_then(|four| four.try_into().ok());
        self.used += 4;
        1 + i64::from(u32::from_le_bytes(four.unwrap_or_default())) % greatest
    }
}

/// One stream of the index: what an audience can page through in a collection, newest versions or
/// older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Stream {
    pub(crate) collection: i64,
    pub(crate) newest: bool,
    pub(crate) audience: Number,
}

/// Between which dates a stream's rows lie: never narrower than the truth, so that a reader may
/// pass over a stream that cannot have what he wants. Deleting rows does not narrow a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

/// The spans of all streams.
///
/// The writer widens them *before* it commits, and a reader looks at them *after* its snapshot is
/// taken; so no reader has a row before it that its spans do not cover.
#[derive(Default)]
pub(crate) struct Spans {
    inner: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    streams: HashMap<(i64, bool), HashMap<Number, Span>>,
    /// The clock of each collection as the spans know it.
    clocks: HashMap<i64, i64>,
    /// The audiences that gained by what other processes wrote, until somebody is told.
    foreign: HashSet<Number>,
}

impl Spans {
    pub(crate) fn widen<'a>(&self, rows: impl IntoIterator<Item = &'a (Stream, i64)>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for (stream, date) in rows {
            let streams = inner.streams.entry((stream.collection, stream.newest)).or_default();
            let span = streams.entry(stream.audience).or_insert(Span { first: *date, last: *date });
            span.first = span.first.min(*date);
            span.last = span.last.max(*date);
        }
    }

    /// The spans cover everything committed up to this clock of the collection.
    pub(crate) fn cover(&self, collection: i64, clock: i64) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let known = inner.clocks.entry(collection).or_insert(clock);
        *known = (*known).max(clock);
    }

    /// Whether `sees` says yes to every audience that has, or had, something in a collection.
    pub(crate) fn all(&self, collection: i64, sees: impl Fn(Number) -> bool) -> bool {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let streams = [true, false].map(|newest| inner.streams.get(&(collection, newest)));
        streams.into_iter().flatten().flat_map(HashMap::keys).all(|audience| sees(*audience))
    }

    /// The streams of a collection, as far as `wants` the audience.
    pub(crate) fn of(
        &self,
        collection: i64,
        newest: bool,
        wants: impl Fn(Number) -> bool,
    ) -> Vec<(Stream, Span)> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let streams = inner.streams.get(&(collection, newest));
        let found = streams.into_iter().flatten().filter(|(audience, _)| wants(**audience));
        found
            .map(|(audience, span)| (Stream { collection, newest, audience: *audience }, *span))
            .collect()
    }

    /// Reads the spans from the index if another process has written to the collection since.
    /// In the snapshot in which they will be used.
    pub(crate) fn refresh(&self, connection: &Connection, collection: i64) -> Result<(), Error> {
        let mut statement = connection
            .prepare_cached("SELECT clock FROM collection WHERE id = ?1")
            .doing("reading a collection’s clock")?;
        let mut rows = statement.query([collection]).doing("reading a collection’s clock")?;
        let Some(row) = rows.next().doing("reading a collection’s clock")? else { return Ok(()) };
        let clock: i64 = row.get(0).doing("reading a collection’s clock")?;
        let known = {
            let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
            inner.clocks.get(&collection).copied()
        };
        if known.is_some_and(|known| known >= clock) {
            return Ok(());
        }
        let rows = read(connection, collection)?;
        {
            // What this process writes is covered before it is committed.
            let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            for (stream, date) in &rows {
                let streams = inner.streams.get(&(stream.collection, stream.newest));
                let known = streams.and_then(|streams| streams.get(&stream.audience));
                if known.is_none_or(|known| known.last < *date) {
                    inner.foreign.insert(stream.audience);
                }
            }
        }
        self.widen(&rows);
        self.cover(collection, clock);
        Ok(())
    }

    /// The audiences that gained by what other processes wrote since the last call.
    pub(crate) fn take_foreign(&self) -> HashSet<Number> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut inner.foreign)
    }
}

/// The first and last row of each stream of a collection, by skipping from one to the next.
fn read(connection: &Connection, collection: i64) -> Result<Vec<(Stream, i64)>, Error> {
    const AFTER: &str = "SELECT newest, audience, date_added FROM added
         WHERE collection = ?1 AND (newest, audience, date_added) > (?2, ?3, ?4)
         ORDER BY newest, audience, date_added LIMIT 1";
    const LAST: &str = "SELECT max(date_added) FROM added
         WHERE collection = ?1 AND newest = ?2 AND audience = ?3";
    let mut after = connection.prepare_cached(AFTER).doing("reading the spans")?;
    let mut last = connection.prepare_cached(LAST).doing("reading the spans")?;
    let mut found = Vec::new();
    let mut at = (-1_i64, 0_i64, 0_i64);
    loop {
        let mut rows = after.query((collection, at.0, at.1, at.2)).doing("reading the spans")?;
        let Some(row) = rows.next().doing("reading the spans")? else { return Ok(found) };
        let read =
            || -> rusqlite::Result<(i64, i64, i64)> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
        let (newest, audience, first) = read().doing("reading the spans")?;
        let stream = Stream { collection, newest: newest == 1, audience };
        let greatest = last
            .query_row((collection, newest, audience), |row| row.get(0))
            .doing("reading the spans")?;
        found.extend([(stream, first), (stream, greatest)]);
        at = (newest, audience, greatest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Counting;
    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(at % 251).unwrap_or(0);
            }
        }
    }

    proptest! {
        #[test]
        fn dates_only_grow_and_stay_near_the_wall_clock(
            batches in prop::collection::vec((1_usize..3_000, -2_000_i64..40_000), 1..60),
        ) {
            let mut steps = Steps::new(&Counting);
            let (mut now, mut last) = (1_000_000_000_i64, 0_i64);
            for (size, passed) in batches {
                now += passed;
                let mut dates = Dates::begin(last, now, size);
                for _ in 0..size {
                    let date = dates.next(&mut steps);
                    prop_assert!(date > last);
                    prop_assert!(date > now);
                    last = date;
                }
                last = dates.last();
                // The clock jumped back at most 2 ms a batch, 60 batches.
                prop_assert!(last - now <= AHEAD + 3_000 * 60 + 2_000 * 60);
            }
        }
    }

    #[test]
    fn a_small_commit_takes_steps_of_up_to_half_a_millisecond() {
        assert_eq!(Dates::begin(0, 10, 1).greatest_step, GREATEST_STEP);
        assert_eq!(Dates::begin(0, 10, 1_000).greatest_step, 50);
        assert_eq!(Dates::begin(0, 10, 1_000_000).greatest_step, 1);
        assert_eq!(Dates::begin(10 + AHEAD, 10, 1).greatest_step, 1);
    }
}
