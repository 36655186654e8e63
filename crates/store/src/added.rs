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

/// So many streams are looked at by one reader to learn their dates, until so many are read.
const AT_ONCE: usize = 64;
const READ_AT_ONCE: usize = 2_000;

/// Up to so many dates of a stream are kept in mind. One with more has a row nearly wherever a
/// reader of its collection looks, so that knowing its dates would save him nothing.
const MOST_DATES: usize = 8_192;

/// Where a stream's rows lie: never less than the truth, so that a reader may pass over a stream
/// that cannot have what he wants. Deleting rows takes nothing away here.
#[derive(Clone, Debug)]
struct Span {
    first: i64,
    last: i64,
    /// Dates that rows have or had, ascending.
    dates: Vec<i64>,
    /// Whether these are the dates of all rows.
    is_whole: bool,
    /// Whether there were too many of them: then none are kept.
    is_dense: bool,
}

impl Span {
    fn at(date: i64) -> Self {
        Self { first: date, last: date, dates: Vec::new(), is_whole: false, is_dense: false }
    }

    fn widen(&mut self, date: i64) {
        self.first = self.first.min(date);
        self.last = self.last.max(date);
    }

    fn note(&mut self, date: i64) {
        self.widen(date);
        if self.is_dense {
            return;
        }
        match self.dates.last() {
            Some(last) if *last >= date => {
                if let Err(at) = self.dates.binary_search(&date) {
                    self.dates.insert(at, date);
                }
            }
            _ => self.dates.push(date),
        }
        self.bound_dates();
    }

    fn bound_dates(&mut self) {
        if self.dates.len() > MOST_DATES {
            self.dates = Vec::new();
            (self.is_dense, self.is_whole) = (true, false);
        }
    }

    /// A date before which no row behind `after` lies; `None` if there is no row behind it.
    fn bound(&self, after: i64) -> Option<i64> {
        if self.is_whole {
            return self.dates.get(self.dates.partition_point(|date| *date <= after)).copied();
        }
        (self.last > after).then_some(self.first.max(after))
    }
}

/// The spans of all streams.
///
/// The writer widens them *before* it commits, and a reader looks at them *after* its snapshot is
/// taken; so no reader has a row before it that its spans do not cover. The dates of all rows of a
/// stream are read little by little by those who read the stream: what was committed before their
/// snapshot they find in the index, what this process commits later was noted before, and what
/// other processes committed makes the dates less than whole again.
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

impl Known {
    fn span(&mut self, stream: Stream, date: i64) -> &mut Span {
        let streams = self.streams.entry((stream.collection, stream.newest)).or_default();
        streams.entry(stream.audience).or_insert_with(|| Span::at(date))
    }
}

/// What a reader needs to know of a collection's streams, as he found it.
pub(crate) struct Found {
    /// Streams with a date before which none of the rows lies that he looks for.
    pub(crate) streams: Vec<(Stream, i64)>,
    /// Some of those whose dates are not all known.
    pub(crate) partial: Vec<Stream>,
}

impl Spans {
    /// Rows that are about to be committed.
    pub(crate) fn widen<'a>(&self, rows: impl IntoIterator<Item = &'a (Stream, i64)>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for (stream, date) in rows {
            inner.span(*stream, *date).note(*date);
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

    /// The audiences that have, or had, something in a collection.
    pub(crate) fn audiences(&self, collection: i64, newest: bool) -> Vec<Number> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let streams = inner.streams.get(&(collection, newest));
        streams.into_iter().flat_map(HashMap::keys).copied().collect()
    }

    /// The streams of a collection that may have rows behind `after`, as far as `wants` the
    /// audience.
    pub(crate) fn behind(
        &self,
        collection: i64,
        newest: bool,
        after: i64,
        wants: impl Fn(Number) -> bool,
    ) -> Found {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let (mut streams, mut partial) = (Vec::new(), Vec::new());
        for (audience, span) in inner.streams.get(&(collection, newest)).into_iter().flatten() {
            if !wants(*audience) {
                continue;
            }
            let stream = Stream { collection, newest, audience: *audience };
            streams.extend(span.bound(after).map(|bound| (stream, bound)));
            if !span.is_whole && !span.is_dense && partial.len() < AT_ONCE {
                partial.push(stream);
            }
        }
        Found { streams, partial }
    }

    /// Reads the dates of some streams that are not all known, for the next reader, in a snapshot
    /// in which the collection's clock is `clock`. If more is known already than the snapshot
    /// shows, that is left to a reader who comes later.
    pub(crate) fn complete(
        &self,
        connection: &Connection,
        clock: i64,
        partial: &[Stream],
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT date_added FROM added
             WHERE collection = ?1 AND newest = ?2 AND audience = ?3
             ORDER BY date_added LIMIT ?4";
        let doing = "reading the dates of a stream";
        let mut statement = connection.prepare_cached(SQL).doing(doing)?;
        let most = i64::try_from(MOST_DATES).unwrap_or(i64::MAX).saturating_add(1);
        let mut read = 0;
        for stream in partial {
            let Stream { collection, newest, audience } = *stream;
            let dates: Vec<i64> = statement
                .query_map((collection, newest, audience, most), |row| row.get(0))
                .and_then(Iterator::collect)
                .doing(doing)?;
            read += dates.len();
            let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            if inner.clocks.get(&collection).is_some_and(|known| *known > clock) {
                break;
            }
            let streams = inner.streams.get_mut(&(collection, newest));
            let Some(span) = streams.and_then(|streams| streams.get_mut(&audience)) else {
                continue;
            };
            // What was noted of the stream before it is committed stays.
            let noted = std::mem::replace(&mut span.dates, dates);
            span.is_whole = true;
            for date in noted {
                span.note(date);
            }
            span.bound_dates();
            if read > READ_AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    /// Reads the spans from the index if another process has written to the collection since.
    /// In the snapshot in which they will be used. Gives the collection's clock in it.
    pub(crate) fn refresh(&self, connection: &Connection, collection: i64) -> Result<i64, Error> {
        let mut statement = connection
            .prepare_cached("SELECT clock FROM collection WHERE id = ?1")
            .doing("reading a collection’s clock")?;
        let mut rows = statement.query([collection]).doing("reading a collection’s clock")?;
        let Some(row) = rows.next().doing("reading a collection’s clock")? else { return Ok(0) };
        let clock: i64 = row.get(0).doing("reading a collection’s clock")?;
        let known = {
            let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
            inner.clocks.get(&collection).copied()
        };
        if known.is_some_and(|known| known >= clock) {
            return Ok(clock);
        }
        let rows = read(connection, collection)?;
        {
            // What this process writes is covered before it is committed.
            let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            for newest in [true, false] {
                let streams = inner.streams.get_mut(&(collection, newest));
                streams.into_iter().flat_map(HashMap::values_mut).for_each(|span| {
                    span.is_whole = false;
                });
            }
            for (stream, date) in &rows {
                let streams = inner.streams.get(&(stream.collection, stream.newest));
                let known = streams.and_then(|streams| streams.get(&stream.audience));
                if known.is_none_or(|known| known.last < *date) {
                    inner.foreign.insert(stream.audience);
                }
                inner.span(*stream, *date).widen(*date);
            }
        }
        self.cover(collection, clock);
        Ok(clock)
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

    proptest! {
        #[test]
        fn a_bound_passes_over_no_row(
            held in prop::collection::btree_set(0_i64..100, 0..30),
            noted in prop::collection::vec(0_i64..100, 1..30),
            is_whole: bool,
            after in -1_i64..101,
        ) {
            let mut span = Span::at(noted[0]);
            span.dates = held.iter().copied().filter(|_| is_whole).collect();
            span.is_whole = is_whole;
            for date in &held {
                span.widen(*date);
            }
            for date in &noted {
                span.note(*date);
            }
            let next = held.iter().chain(&noted).copied().filter(|date| *date > after).min();
            match (span.bound(after), next) {
                (Some(bound), Some(next)) if is_whole => prop_assert_eq!(bound, next),
                (Some(bound), Some(next)) => prop_assert!(bound <= next),
                (None, Some(next)) => prop_assert!(false, "{} is passed over", next),
                (_, None) => {}
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
