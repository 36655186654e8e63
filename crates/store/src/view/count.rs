//! Walking the rows of a list, and counting them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use rusqlite::OptionalExtension;
use rusqlite::types::Value;

use super::list::{Count, ListQuery};
use super::merge::{Fetch, Merge};
use super::reading::Reading;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::projection::{self, ALL, unpack};

/// How many rows are counted before counting is broken off.
const MOST_COUNTED: u64 = 30_000;
/// How many, when each has to be checked against the log because the projections lag.
pub(super) const MOST_CHECKED: u64 = 1_000;

/// Which rows of a list: those that have one of the terms of each facet.
pub(super) struct Among {
    /// The terms of the facet that has the fewest rows: their rows are walked.
    terms: Vec<i64>,
    /// Term and audience, of the audiences that say yes.
    streams: Vec<(i64, Number)>,
    /// How many rows these have.
    rows: u64,
    /// The terms of the other facets: a row needs one of each.
    others: Vec<BTreeSet<i64>>,
}

/// Between which sort keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Range {
    pub(super) from: Option<String>,
    /// Exclusive.
    pub(super) to: Option<String>,
    /// Behind this row, in the direction of the walk.
    pub(super) after: Option<(String, i64)>,
}

impl Range {
    pub(super) fn of(query: &ListQuery) -> Self {
        Self { from: query.from.clone(), to: query.to.clone(), after: None }
    }

    fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Where a walk begins (exclusive: sort key and sequence) and the sort key at which it ends.
    /// An empty blob is greater than every text.
    fn ends(&self, ascending: bool) -> ((Value, i64), Value) {
        let text = |text: &String| Value::Text(text.clone());
        let least = |from: &Option<String>| Value::Text(from.clone().unwrap_or_default());
        let greatest = |to: &Option<String>| to.as_ref().map_or(Value::Blob(Vec::new()), text);
        if ascending {
            let from = self.from.clone().unwrap_or_default();
            let start = match &self.after {
                Some((sort, seq)) if *sort >= from => (text(sort), *seq),
                _ => (least(&self.from), i64::MIN),
            };
            (start, greatest(&self.to))
        } else {
            let start = match (&self.after, &self.to) {
                (Some((sort, seq)), to) if to.as_ref().is_none_or(|to| sort < to) => {
                    (text(sort), *seq)
                }
                _ => (greatest(&self.to), i64::MIN),
            };
            (start, least(&self.from))
        }
    }
}

impl Reading<'_> {
    /// The rows that fit the filters; `None` when there can be none.
    pub(super) fn among(
        &self,
        list: &str,
        filters: &[(String, String)],
    ) -> Result<Option<Among>, Error> {
        let mut facets: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for (facet, value) in filters {
            let reserved = facet == ALL || facet.starts_with('+');
            let term = if reserved { None } else { self.term(list, facet, value)? };
            facets.entry(facet).or_default().extend(term);
        }
        if facets.values().any(BTreeSet::is_empty) {
            return Ok(None);
        }
        if facets.is_empty() {
            let all = self.term(list, ALL, "")?;
            return all.map(|all| self.among_terms(vec![all])).transpose();
        }
        let mut best: Option<(&str, Among)> = None;
        for (facet, terms) in &facets {
            let among = self.among_terms(terms.iter().copied().collect())?;
            if best.as_ref().is_none_or(|(_, best)| among.rows < best.rows) {
                best = Some((facet, among));
            }
        }
        Ok(best.map(|(chosen, among)| {
            let others = facets.iter().filter(|(facet, _)| **facet != chosen);
            Among { others: others.map(|(_, terms)| terms.clone()).collect(), ..among }
        }))
    }

    /// The rows of these terms.
    pub(super) fn among_terms(&self, terms: Vec<i64>) -> Result<Among, Error> {
        let (mut streams, mut rows) = (Vec::new(), 0);
        for term in &terms {
            for (audience, number) in self.tally(*term)? {
                streams.push((*term, audience));
                rows += number;
            }
        }
        Ok(Among { terms, streams, rows, others: Vec::new() })
    }

    pub(super) fn term(&self, list: &str, facet: &str, value: &str) -> Result<Option<i64>, Error> {
        const SQL: &str = "SELECT id FROM p.term WHERE list = ?1 AND facet = ?2 AND value = ?3";
        let mut statement = self.db.prepare_cached(SQL).doing("reading a term")?;
        let found = statement.query_row((list, facet, value), |row| row.get(0));
        found.optional().doing("reading a term")
    }

    /// How many rows a term has for each audience that says yes.
    pub(super) fn tally(&self, term: i64) -> Result<Vec<(Number, u64)>, Error> {
        const SQL: &str = "SELECT audience, rows FROM p.tally WHERE term = ?1 AND rows > 0";
        let mut statement = self.db.prepare_cached(SQL).doing("reading a tally")?;
        let mut rows = statement.query([term]).doing("reading a tally")?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().doing("reading a tally")? {
            let audience: Number = row.get(0).doing("reading a tally")?;
            if self.visible.has(audience) {
                let number: i64 = row.get(1).doing("reading a tally")?;
                found.push((audience, u64::try_from(number).unwrap_or(0)));
            }
        }
        Ok(found)
    }

    /// Whether the projections show all that this snapshot of the log holds. If not, what they
    /// count may be what somebody is to see no longer.
    fn is_followed(&self) -> Result<bool, Error> {
        projection::is_followed(&self.db)
    }

    /// Walks rows in order: sort key, sequence, terms. Each row once, though it may have several
    /// of the terms.
    pub(super) fn walk(
        &self,
        among: &Among,
        range: &Range,
        ascending: bool,
        expected: usize,
        mut visit: impl FnMut(&str, i64, &[u8]) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        const UP: &str = "SELECT sort, seq, terms FROM p.listing
             WHERE term = ?1 AND audience = ?2 AND (sort, seq) > (?3, ?4) AND sort < ?5
             ORDER BY sort, seq LIMIT ?6";
        const DOWN: &str = "SELECT sort, seq, terms FROM p.listing
             WHERE term = ?1 AND audience = ?2 AND (sort, seq) < (?3, ?4) AND sort >= ?5
             ORDER BY sort DESC, seq DESC LIMIT ?6";
        let sql = if ascending { UP } else { DOWN };
        let ((from, from_seq), end) = range.ends(ascending);
        let mut statement = self.db.prepare_cached(sql).doing("reading a list")?;
        let fetch = |Fetch { stream, after, limit }: Fetch<'_, (String, i64)>| {
            let Some((term, audience)) = among.streams.get(stream) else { return Ok(Vec::new()) };
            let (from, from_seq) = match after {
                Some((sort, seq)) => (&Value::Text(sort.clone()), *seq),
                None => (&from, from_seq),
            };
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement
                .query_map((term, audience, from, from_seq, &end, limit), |row| {
                    Ok(((row.get(0)?, row.get(1)?), row.get::<_, Vec<u8>>(2)?))
                })
                .and_then(Iterator::collect)
                .doing("reading a list")
        };
        let bounds = among.streams.iter().map(|_| None).collect();
        let mut merge = Merge::new(bounds, ascending, expected, fetch)?;
        let mut last = 0;
        while let Some(((sort, seq), terms)) = merge.next()? {
            // Sequences begin at 1.
            if std::mem::replace(&mut last, seq) == seq {
                continue;
            }
            let has_one_of =
                |wanted: &BTreeSet<i64>| unpack(&terms).any(|term| wanted.contains(&term));
            if among.others.iter().all(has_one_of) && visit(&sort, seq, &terms)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn count(&self, among: &Among, range: &Range) -> Result<Count, Error> {
        let followed = self.is_followed()?;
        if followed && among.others.is_empty() && among.terms.len() == 1 && range.is_open() {
            return Ok(Count { number: among.rows, exact: true });
        }
        let mut count = Count { number: 0, exact: true };
        self.each_counted(among, range, followed, |_| count.number += 1)
            .map(|exact| Count { exact, ..count })
    }

    /// How many rows have each value of a facet.
    pub(super) fn count_values(
        &self,
        list: &str,
        facet: &str,
        filters: &[(String, String)],
        range: &Range,
    ) -> Result<Vec<(String, u64)>, Error> {
        const SQL: &str = "SELECT id, value FROM p.term WHERE list = ?1 AND facet = ?2";
        let Some(among) = self.among(list, filters)? else { return Ok(Vec::new()) };
        let values: HashMap<i64, String> = {
            let mut statement = self.db.prepare_cached(SQL).doing("reading a facet")?;
            let rows = statement
                .query_map((list, facet), |row| Ok((row.get(0)?, row.get(1)?)))
                .doing("reading a facet")?;
            rows.collect::<rusqlite::Result<_>>().doing("reading a facet")?
        };
        let followed = self.is_followed()?;
        let mut counts: HashMap<i64, u64> = HashMap::new();
        if followed && filters.is_empty() && range.is_open() {
            for term in values.keys() {
                let rows = self.tally(*term)?.iter().map(|(_, rows)| rows).sum();
                counts.insert(*term, rows);
            }
        } else {
            self.each_counted(&among, range, followed, |terms| {
                for term in unpack(terms) {
                    *counts.entry(term).or_default() += 1;
                }
            })?;
        }
        let of = |(term, value): (i64, String)| {
            counts.get(&term).filter(|rows| **rows > 0).map(|rows| (value, *rows))
        };
        Ok(values.into_iter().filter_map(of).collect())
    }

    /// Visits rows until counting takes too long; gives whether it came to the end. Where the
    /// projections lag, only rows that the log confirms count.
    fn each_counted(
        &self,
        among: &Among,
        range: &Range,
        followed: bool,
        mut visit: impl FnMut(&[u8]),
    ) -> Result<bool, Error> {
        let most = if followed { MOST_COUNTED } else { MOST_CHECKED };
        let (mut number, mut exact) = (0, true);
        self.walk(among, range, false, 1_000, |_, seq, terms| {
            if !followed && self.confirmed(seq)?.is_none() {
                return Ok(ControlFlow::Continue(()));
            }
            if number == most {
                exact = false;
                return Ok(ControlFlow::Break(()));
            }
            number += 1;
            visit(terms);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(exact)
    }
}
