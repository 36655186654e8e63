//! Rows of lists, their facets and how many there are.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension};
use stix::Object;

use super::Follower;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::lists::ListSpec;

/// The facet that all rows of a list have.
pub(crate) const ALL: &str = "";
/// The facet of all rows of a list in the order in which they became visible.
pub(crate) const ADDED: &str = "+added";

/// How a date stands in a sort key: as many digits for every date.
pub(crate) fn date_key(micros: i64) -> String {
    format!("{micros:019}")
}

/// The rows of one object: of a list, facet, value, sort key.
pub(crate) struct Row {
    list: &'static str,
    terms: BTreeSet<(&'static str, String)>,
    sort: String,
    added: String,
}

/// The rows of an object in all lists. Every object stands in the list of all objects.
pub(crate) fn rows(specs: &[ListSpec], object: &Object, added: i64) -> Vec<Row> {
    let added = date_key(added);
    let everything =
        Row { list: "", terms: BTreeSet::new(), sort: String::new(), added: added.clone() };
    let listed = specs.iter().filter_map(|spec| {
        let row = (spec.row)(object)?;
        let terms = row
            .facets
            .into_iter()
            .filter(|(facet, _)| !facet.starts_with('+') && !facet.is_empty());
        Some(Row { list: spec.name, terms: terms.collect(), sort: row.sort, added: added.clone() })
    });
    std::iter::once(everything).chain(listed).collect()
}

impl Follower {
    /// Writes an object's rows; gives what is needed to remove them.
    pub(super) fn list(
        &mut self,
        audience: Number,
        seq: i64,
        rows: &[Row],
        tally: &mut Tally,
    ) -> Result<String, Error> {
        const SQL: &str = "INSERT OR REPLACE INTO listing (term, audience, sort, seq, terms)
             VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut written: Vec<(i64, &str)> = Vec::new();
        for row in rows {
            if row.list.is_empty() {
                // The list of all objects is only counted.
                tally.add(self.term("", ALL, "")?, audience, 1);
                continue;
            }
            let of_row: Vec<i64> = row
                .terms
                .iter()
                .map(|(facet, value)| self.term(row.list, facet, value))
                .collect::<Result<_, _>>()?;
            let blob = pack(&of_row);
            let all = self.term(row.list, ALL, "")?;
            let by_date = self.term(row.list, ADDED, "")?;
            let terms = of_row.into_iter().chain([all]).map(|term| (term, row.sort.as_str()));
            for (term, sort) in terms.chain([(by_date, row.added.as_str())]) {
                let mut statement = self.db.prepare_cached(SQL).doing("projecting a list")?;
                statement.execute((term, audience, sort, seq, &blob)).doing("projecting a list")?;
                tally.add(term, audience, 1);
                written.push((term, sort));
            }
        }
        Ok(serde_json::to_string(&written).unwrap_or_default())
    }

    fn term(&mut self, list: &str, facet: &str, value: &str) -> Result<i64, Error> {
        const FIND: &str = "SELECT id FROM term WHERE list = ?1 AND facet = ?2 AND value = ?3";
        const MAKE: &str = "INSERT INTO term (list, facet, value) VALUES (?1, ?2, ?3)";
        let key = (list.to_owned(), facet.to_owned(), value.to_owned());
        if let Some(id) = self.terms.get(&key) {
            return Ok(*id);
        }
        let find = |mut statement: rusqlite::CachedStatement<'_>| {
            statement.query_row((list, facet, value), |row| row.get(0)).optional()
        };
        let held = self.db.prepare_cached(FIND).and_then(find).doing("reading a term")?;
        let id = match held {
            Some(id) => id,
            None => self
                .db
                .prepare_cached(MAKE)
                .and_then(|mut statement| statement.insert((list, facet, value)))
                .doing("writing a term")?,
        };
        self.terms.insert(key, id);
        Ok(id)
    }
}

/// Removes an object's rows.
pub(super) fn remove(
    db: &Connection,
    audience: Number,
    seq: i64,
    rows: &str,
    tally: &mut Tally,
) -> Result<(), Error> {
    const ALL_OBJECTS: &str = "SELECT id FROM term WHERE list = '' AND facet = '' AND value = ''";
    const SQL: &str = "DELETE FROM listing
         WHERE term = ?1 AND audience = ?2 AND sort = ?3 AND seq = ?4";
    let rows: Vec<(i64, String)> = serde_json::from_str(rows)
        .map_err(|error| Error::Damaged { place: "projected", reason: error.to_string() })?;
    let mut statement = db.prepare_cached(SQL).doing("forgetting a list’s row")?;
    for (term, sort) in rows {
        statement.execute((term, audience, sort, seq)).doing("forgetting a list’s row")?;
        tally.add(term, audience, -1);
    }
    let everything = db
        .prepare_cached(ALL_OBJECTS)
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .doing("forgetting a list’s row")?;
    tally.add(everything, audience, -1);
    Ok(())
}

/// How many rows came and went, by term and audience.
#[derive(Default)]
pub(crate) struct Tally(HashMap<(i64, Number), i64>);

impl Tally {
    fn add(&mut self, term: i64, audience: Number, rows: i64) {
        *self.0.entry((term, audience)).or_default() += rows;
    }

    pub(super) fn write(&self, db: &Connection) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO tally (term, audience, rows) VALUES (?1, ?2, ?3)
             ON CONFLICT (term, audience) DO UPDATE SET rows = rows + excluded.rows";
        let mut statement = db.prepare_cached(SQL).doing("counting rows")?;
        for ((term, audience), rows) in self.0.iter().filter(|(_, rows)| **rows != 0) {
            statement.execute((term, audience, rows)).doing("counting rows")?;
        }
        Ok(())
    }
}

/// Terms as bytes, four each.
fn pack(terms: &[i64]) -> Vec<u8> {
    terms.iter().flat_map(|term| u32::try_from(*term).unwrap_or(u32::MAX).to_le_bytes()).collect()
}

/// The terms of a row.
pub(crate) fn unpack(blob: &[u8]) -> impl Iterator<Item = i64> {
    blob.chunks_exact(4)
        .map(|four| i64::from(u32::from_le_bytes(four.try_into().unwrap_or_default())))
}
