//! What is kept aside: bytes that were not admitted, with the reason. They are in no collection, no
//! projection and no view.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use crate::error::{Doing, Error};
use crate::secret::Secret;
use crate::shelf::Record;
use crate::store::Store;

/// Something to be kept aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// From whom it came.
    pub source: String,
    /// The identifier that it names, as far as it could be read.
    pub id: Option<String>,
    /// Why, in one word, to choose by.
    pub code: String,
    /// Why, in full, as the node writes it.
    pub reason: String,
    /// When it first came, in microseconds since 1970.
    pub at: i64,
    /// The bytes as they came.
    pub bytes: Bytes,
}

/// Something kept aside, and the number by which it is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its number: what is kept later has a greater one.
    pub number: i64,
    /// What it is.
    pub aside: Aside,
}

/// Which of what is kept aside to give.
#[derive(Clone, Debug, Default)]
pub struct AsideQuery {
    /// Only of this source.
    pub source: Option<String>,
    /// Only for this reason.
    pub code: Option<String>,
    /// Only what was kept before the one with this number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// How much is kept aside of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The source.
    pub source: String,
    /// How many are kept.
    pub held: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many were pushed out because the source's share was full.
    pub pushed: u64,
    /// When that last happened, in microseconds since 1970.
    pub last: i64,
}

/// What stands with the bytes: everything that may say something of the content.
#[derive(Serialize, Deserialize)]
struct Content<'a> {
    id: Option<std::borrow::Cow<'a, str>>,
    reason: std::borrow::Cow<'a, str>,
}

/// Writes id, reason and bytes as one: a line of JSON, then the bytes.
pub(crate) fn pack(aside: &Aside) -> Vec<u8> {
    let content =
        Content { id: aside.id.as_deref().map(Into::into), reason: aside.reason.as_str().into() };
    let mut packed = serde_json::to_vec(&content).unwrap_or_default();
    packed.push(b'\n');
    packed.extend_from_slice(&aside.bytes);
    packed
}

fn unpack(packed: Vec<u8>) -> Option<(Option<String>, String, Bytes)> {
    let end = packed.iter().position(|byte| *byte == b'\n')?;
    let content: Content<'_> = serde_json::from_slice(packed.get(..end)?).ok()?;
    let (id, reason) = (content.id.map(Into::into), content.reason.into_owned());
    Some((id, reason, Bytes::from(packed).slice(end + 1..)))
}

/// A change of what is kept aside, to be written in one transaction with others.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Keep(Aside, Limit),
    Again { number: i64, code: String, reason: String },
    Drop { number: i64 },
}

/// How much is kept of one source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) count: u64,
    pub(crate) bytes: u64,
}

impl Record {
    /// Keeps something aside: the same bytes of one source once, at their first moment. Of one
    /// source at most `count` are kept, of `bytes` in all; what was kept first goes first. What its
    /// owner recalled is not kept.
    pub fn keep_aside(aside: Aside, count: u64, bytes: u64) -> Self {
        Self::aside(Change::Keep(aside, Limit { count, bytes }))
    }

    /// It was judged again, and is kept for another reason.
    pub fn aside_again(number: i64, code: String, reason: String) -> Self {
        Self::aside(Change::Again { number, code, reason })
    }

    /// Keeps it no longer: its bytes are erased.
    pub fn drop_aside(number: i64) -> Self {
        Self::aside(Change::Drop { number })
    }
}

const COLUMNS: &str = "SELECT aside.n, source, code, at, bytes
     FROM aside JOIN aside_content ON aside_content.n = aside.content";

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<(Kept, bool)> {
    let packed: Vec<u8> = row.get(4)?;
    let (whole, content) = match unpack(packed) {
        Some(content) => (true, content),
        None => (false, (None, String::new(), Bytes::new())),
    };
    let (id, reason, bytes) = content;
    let (source, code, at) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let aside = Aside { source, id, code, reason, at, bytes };
    Ok((Kept { number: row.get(0)?, aside }, whole))
}

pub(crate) fn one(db: &Connection, number: i64) -> Result<Option<Kept>, Error> {
    let sql = format!("{COLUMNS} WHERE aside.n = ?1");
    let mut statement = db.prepare_cached(&sql).doing("reading what is kept aside")?;
    let found = statement.query_row([number], read).optional();
    whole(found.doing("reading what is kept aside")?)
}

fn whole(found: Option<(Kept, bool)>) -> Result<Option<Kept>, Error> {
    match found {
        Some((kept, false)) => {
            Err(Error::Damaged { place: "aside_content", reason: kept.number.to_string() })
        }
        found => Ok(found.map(|(kept, _)| kept)),
    }
}

/// The numbers of what names this id.
pub(crate) fn naming(db: &Connection, secret: &Secret, id: &str) -> Result<Vec<i64>, Error> {
    let mut statement = db
        .prepare_cached("SELECT n FROM aside WHERE named = ?1")
        .doing("reading what is kept aside")?;
    let rows = statement
        .query_map([secret.of_id(id)], |row| row.get(0))
        .doing("reading what is kept aside")?;
    rows.collect::<rusqlite::Result<_>>().doing("reading what is kept aside")
}

impl Store {
    /// What is kept aside, the last first.
    pub fn aside(&self, query: &AsideQuery) -> Result<Vec<Kept>, Error> {
        let sql = format!(
            "{COLUMNS} WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR code = ?2)
             AND aside.n < ?3 ORDER BY aside.n DESC LIMIT ?4"
        );
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(&sql).doing("reading what is kept aside")?;
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let rows = statement
            .query_map((&query.source, &query.code, query.before.unwrap_or(i64::MAX), limit), read)
            .doing("reading what is kept aside")?;
        let mut found = Vec::new();
        for row in rows {
            found.extend(whole(Some(row.doing("reading what is kept aside")?))?);
        }
        Ok(found)
    }

    /// What is kept aside under this number.
    pub fn aside_one(&self, number: i64) -> Result<Option<Kept>, Error> {
        one(&*self.inner.shared.pool.snapshot()?, number)
    }

    /// What is kept aside and names this identifier, the last first.
    pub fn aside_naming(&self, id: &str) -> Result<Vec<Kept>, Error> {
        let db = self.inner.shared.pool.snapshot()?;
        let mut found = Vec::new();
        for number in naming(&db, &self.inner.shared.secret, id)?.into_iter().rev() {
            found.extend(one(&db, number)?);
        }
        Ok(found)
    }

    /// How much is kept aside of each source, by source.
    pub fn aside_shares(&self) -> Result<Vec<Share>, Error> {
        const SQL: &str =
            "SELECT source, held, bytes, pushed, last FROM aside_source ORDER BY source";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing("reading what is kept aside")?;
        let number = |row: &Row<'_>, at: usize| {
            row.get::<_, i64>(at).map(|number| u64::try_from(number).unwrap_or(0))
        };
        let rows = statement
            .query_map([], |row| {
                Ok(Share {
                    source: row.get(0)?,
                    held: number(row, 1)?,
                    bytes: number(row, 2)?,
                    pushed: number(row, 3)?,
                    last: row.get(4)?,
                })
            })
            .doing("reading what is kept aside")?;
        rows.collect::<rusqlite::Result<_>>().doing("reading what is kept aside")
    }

    /// How many are kept aside for each reason, by reason.
    pub fn aside_codes(&self) -> Result<Vec<(String, u64)>, Error> {
        const SQL: &str = "SELECT code, count(*) FROM aside GROUP BY code ORDER BY code";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing("reading what is kept aside")?;
        let rows = statement
            .query_map([], |row| {
                let count: i64 = row.get(1)?;
                Ok((row.get(0)?, u64::try_from(count).unwrap_or(0)))
            })
            .doing("reading what is kept aside")?;
        rows.collect::<rusqlite::Result<_>>().doing("reading what is kept aside")
    }
}
