//! The trail: who did what when, as rows that are never changed.
//!
//! A row is written in the transaction of the act that it tells of. It names the hash of the row
//! before it, and a [tree] over all rows gives one hash that commits to each and to their order;
//! the node above signs it. Rows can be retired: their texts go, their hashes stay.

mod tree;

use std::fmt::Write;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stix::Id;

use crate::error::{Doing, Error};
use crate::secret::Secret;
use crate::shelf::Record;
use crate::store::Inner;
use crate::writer::{Done, Task};
pub use tree::{Growth, Hash, Subtree, cover, leaf};

/// A row of the trail as text. What stands in it is never changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its number, from 0.
    pub n: u64,
    /// When it was written: never before the row before it, RFC 3339 with six digits.
    pub at: String,
    /// The hash of the row before it, in hexadecimal; none in the first row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Sixteen random bytes in hexadecimal: who has a row's hash alone cannot guess the row.
    pub salt: String,
    /// The keyed hashes of the objects that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// Of a batch of objects from outside, how many were new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u64>,
    /// What it tells.
    pub tells: Box<RawValue>,
}

/// A row with what the store knows about it.
#[derive(Debug)]
pub struct Told {
    /// The row.
    pub row: Row,
    /// Its text, byte for byte: what is hashed.
    pub text: String,
}

/// Which rows to read.
#[derive(Clone, Debug, Default)]
pub struct TrailQuery {
    /// Only rows of these kinds; empty means all.
    pub kinds: Vec<String>,
    /// Only what this one did.
    pub by: Option<String>,
    /// Only rows about the object of this keyed hash.
    pub about: Option<String>,
    /// Only rows of this moment or later, microseconds since 1970.
    pub from: Option<i64>,
    /// Only rows before this moment.
    pub to: Option<i64>,
    /// Only rows with a number less than this.
    pub below: Option<u64>,
    /// Only rows with a number greater than this.
    pub above: Option<u64>,
    /// The first rows first, instead of the last.
    pub ascending: bool,
    /// How many at most.
    pub limit: usize,
}

/// The trail of a store, for reading and retiring. It is written by [`Record::tell`].
#[derive(Clone)]
pub struct Trail {
    pub(crate) inner: Arc<Inner>,
}

impl Trail {
    /// The keyed hash by which rows name an object: the same for the same id in this store, and
    /// nothing to anybody without its secret.
    pub fn name(&self, id: &Id) -> String {
        name(&self.inner.shared.secret, id)
    }

    /// How many rows were ever written.
    pub fn size(&self) -> Result<u64, Error> {
        size(&*self.inner.shared.pool.snapshot()?)
    }

    /// How many of the first rows were retired.
    pub fn retired(&self) -> Result<u64, Error> {
        let db = self.inner.shared.pool.snapshot()?;
        let first: Option<i64> =
            db.query_row("SELECT min(n) FROM trail", [], |row| row.get(0)).doing(READING)?;
        first.map_or_else(|| size(&db), |first| Ok(u64::try_from(first).unwrap_or(0)))
    }

    /// The tree over the first `size` rows, as their hashes say that were kept when they were
    /// written.
    pub fn growth(&self, size: u64) -> Result<Growth, Error> {
        let db = self.inner.shared.pool.snapshot()?;
        Growth::resume(size, |part| hash(&db, part))
    }

    /// The hash of a complete subtree, as it was kept when its last row was written.
    pub fn hash(&self, part: Subtree) -> Result<Hash, Error> {
        hash(&*self.inner.shared.pool.snapshot()?, part)
    }

    /// The texts of rows from `from` on, in order: at most `limit`. What was retired is left out.
    pub fn texts(&self, from: u64, limit: usize) -> Result<Vec<(u64, String)>, Error> {
        const SQL: &str = "SELECT n, row FROM trail WHERE n >= ?1 ORDER BY n LIMIT ?2";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing(READING)?;
        let rows = statement
            .query_map((number(from), i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?))
            })
            .doing(READING)?;
        rows.map(|row| row.map(|(n, text)| (n.unsigned_abs(), text)).doing(READING)).collect()
    }

    /// The kept hashes of single rows from `from` on, in order: at most `limit`.
    pub fn leaves(&self, from: u64, limit: usize) -> Result<Vec<(u64, Hash)>, Error> {
        const SQL: &str =
            "SELECT at, hash FROM trail_hash WHERE level = 0 AND at >= ?1 ORDER BY at LIMIT ?2";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing(READING)?;
        let rows = statement
            .query_map((number(from), i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .doing(READING)?;
        rows.map(|row| {
            let (at, hash) = row.doing(READING)?;
            Ok((at.unsigned_abs(), fitting(&hash, Subtree::row(at.unsigned_abs()))?))
        })
        .collect()
    }

    /// The rows that a query asks for.
    pub fn find(&self, query: &TrailQuery) -> Result<Vec<Told>, Error> {
        let db = self.inner.shared.pool.snapshot()?;
        let mut sql = String::from("SELECT n, row FROM trail WHERE 1");
        let mut values: Vec<Value> = Vec::new();
        let mut bound = |sql: &mut String, condition: &str, value: Value| {
            values.push(value);
            // Writing to a string cannot fail.
            let _ = write!(sql, " AND {condition} ?{}", values.len());
        };
        if let Some(by) = &query.by {
            bound(&mut sql, "by =", Value::Text(by.clone()));
        }
        if let Some(above) = query.above {
            bound(&mut sql, "n >", Value::Integer(number(above)));
        }
        if let Some(below) = query.below {
            bound(&mut sql, "n <", Value::Integer(number(below)));
        }
        if let Some(from) = query.from {
            bound(&mut sql, "n >=", Value::Integer(first_from(&db, from)?));
        }
        if let Some(to) = query.to {
            bound(&mut sql, "n <", Value::Integer(first_from(&db, to)?));
        }
        if !query.kinds.is_empty() {
            let kinds = serde_json::to_string(&query.kinds).unwrap_or_default();
            bound(&mut sql, "kind IN (SELECT value FROM json_each(", Value::Text(kinds));
            sql.push_str("))");
        }
        if let Some(about) = &query.about {
            bound(
                &mut sql,
                "n IN (SELECT n FROM trail_about WHERE about =",
                Value::Text(about.clone()),
            );
            sql.push(')');
        }
        let order = if query.ascending { "ASC" } else { "DESC" };
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let _ = write!(sql, " ORDER BY n {order} LIMIT {limit}");
        let mut statement = db.prepare_cached(&sql).doing(READING)?;
        let rows = statement
            .query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))
            .doing(READING)?;
        rows.map(|row| {
            let (n, text): (i64, String) = row.doing(READING)?;
            let row = serde_json::from_str(&text).map_err(|error| Error::Damaged {
                place: "trail",
                reason: format!("row {n}: {error}"),
            })?;
            Ok(Told { row, text })
        })
        .collect()
    }

    /// The number of the first row that was written at this moment, microseconds since 1970, or
    /// later.
    pub fn first_from(&self, moment: i64) -> Result<u64, Error> {
        let found = first_from(&*self.inner.shared.pool.snapshot()?, moment)?;
        Ok(found.unsigned_abs())
    }

    /// The ids of the objects that a row is about, as far as they are held still.
    pub fn objects(&self, n: u64) -> Result<Vec<(String, Id)>, Error> {
        const SQL: &str = "SELECT trail_about.about, object.id FROM trail_about
             JOIN object ON object.key = trail_about.object WHERE trail_about.n = ?1";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing(READING)?;
        let rows = statement
            .query_map([number(n)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
            .doing(READING)?;
        let mut found = Vec::new();
        for row in rows {
            let (about, id): (String, String) = row.doing(READING)?;
            found.extend(Id::parse(&id).ok().map(|id| (about, id)));
        }
        Ok(found)
    }

    /// The ids of objects that are held, by their numbers of [`crate::Met`].
    pub fn ids(&self, objects: &[i64]) -> Result<Vec<Id>, Error> {
        const SQL: &str = "SELECT id FROM object WHERE key = ?1";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing(READING)?;
        let mut found = Vec::new();
        for object in objects {
            let id: Option<String> =
                statement.query_row([object], |row| row.get(0)).optional().doing(READING)?;
            found.extend(id.and_then(|id| Id::parse(&id).ok()));
        }
        Ok(found)
    }

    /// The keyed hashes by which a row is found, in order.
    pub fn abouts(&self, n: u64) -> Result<Vec<String>, Error> {
        const SQL: &str = "SELECT about FROM trail_about WHERE n = ?1 ORDER BY about";
        let db = self.inner.shared.pool.snapshot()?;
        let mut statement = db.prepare_cached(SQL).doing(READING)?;
        let rows = statement.query_map([number(n)], |row| row.get(0)).doing(READING)?;
        rows.collect::<rusqlite::Result<_>>().doing(READING)
    }

    /// Erases the texts of the rows below `below`; their hashes stay. `told` is written in the same
    /// transaction. Gives how many went.
    pub fn retire(&self, below: u64, told: Vec<Record>) -> Result<u64, Error> {
        match self.inner.ask(Task::Retire { below, told })? {
            Done::Retired(rows) => Ok(rows),
            _ => Err(Error::Closed),
        }
    }
}

const READING: &str = "reading the trail";

pub(crate) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// How many rows were ever written.
pub(crate) fn size(db: &Connection) -> Result<u64, Error> {
    const SQL: &str = "SELECT ifnull(max(at) + 1, 0) FROM trail_hash WHERE level = 0";
    let mut statement = db.prepare_cached(SQL).doing(READING)?;
    let size: i64 = statement.query_row([], |row| row.get(0)).doing(READING)?;
    Ok(u64::try_from(size).unwrap_or(0))
}

/// The hash of a complete subtree.
pub(crate) fn hash(db: &Connection, part: Subtree) -> Result<Hash, Error> {
    const SQL: &str = "SELECT hash FROM trail_hash WHERE level = ?1 AND at = ?2";
    let mut statement = db.prepare_cached(SQL).doing(READING)?;
    let found: Option<Vec<u8>> = statement
        .query_row((part.level, number(part.at)), |row| row.get(0))
        .optional()
        .doing(READING)?;
    fitting(&found.unwrap_or_default(), part)
}

fn fitting(hash: &[u8], part: Subtree) -> Result<Hash, Error> {
    Hash::try_from(hash).map_err(|_| Error::Damaged {
        place: "trail_hash",
        reason: format!("no hash for level {} at {}", part.level, part.at),
    })
}

/// The moment of the first row from `n` on, and its number.
pub(crate) fn moment(db: &Connection, n: i64) -> Result<Option<(i64, String)>, Error> {
    const SQL: &str = "SELECT n, row ->> '$.at' FROM trail WHERE n >= ?1 ORDER BY n LIMIT 1";
    let mut statement = db.prepare_cached(SQL).doing(READING)?;
    let found = statement.query_row([n], |row| {
        Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default()))
    });
    found.optional().doing(READING)
}

/// The number of the first row written at this moment or later, by halving: both grow together.
fn first_from(db: &Connection, at: i64) -> Result<i64, Error> {
    let wanted = stix::Timestamp::from_micros(at).to_string();
    let (mut low, mut high) = (0, number(size(db)?));
    while low < high {
        let middle = low + (high - low) / 2;
        match moment(db, middle)? {
            Some((n, at)) if at < wanted => low = n + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The keyed hash by which rows name an object: the same for the same id in this store, and nothing
/// to anybody without its secret.
pub(crate) fn name(secret: &Secret, id: &Id) -> String {
    stix::hex::of(secret.of_id(id.as_str()).get(..16).unwrap_or_default())
}
