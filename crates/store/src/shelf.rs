//! Shelves: node-local records that are no objects (accounts, sessions, peers, cursors, drafts).

use std::marker::PhantomData;
use std::sync::Arc;

use rusqlite::OptionalExtension;
use serde::Serialize;
use serde::de::DeserializeOwned;
use stix::Id;

use crate::admitted::Batch;
use crate::aside;
use crate::error::{Doing, Error};
use crate::store::Inner;
use crate::writer::{Done, Task, Telling};

/// A change of one node-local record, or a row of the trail, to be written in one transaction with
/// others.
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) change: Change,
    /// What must be there for the transaction to be done at all; `None` where that is all the same.
    #[expect(clippy::option_option, reason = "nothing expected is not the same as nothing there")]
    pub(crate) expected: Option<Option<String>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(String),
    Remove,
    Tell(Telling),
    /// A change of what is kept aside.
    Aside(aside::Change),
}

/// A record as it was read, so that it can be replaced only if nobody else changed it meanwhile.
#[derive(Clone, Debug)]
pub struct Held<T> {
    /// What the record says.
    pub value: T,
    text: String,
}

impl Record {
    /// Writes a record, whatever was there before.
    pub fn put<T: Serialize>(kind: &str, key: &str, value: &T) -> Result<Self, Error> {
        let value = serde_json::to_string(value).map_err(|source| unfit(kind, key, source))?;
        Ok(Self::of(kind, key, Change::Put(value)))
    }

    /// Removes a record; one that is not there is no error.
    pub fn remove(kind: &str, key: &str) -> Self {
        Self::of(kind, key, Change::Remove)
    }

    /// A row of the [trail](crate::trail). What it tells is an object in JSON with the members
    /// `kind` and `by`; `about` are the objects concerned, which the row names by keyed hashes.
    pub fn tell<T: Serialize>(tells: &T, about: Vec<Id>) -> Result<Self, Error> {
        let tells = serde_json::value::to_raw_value(tells)
            .map_err(|source| unfit("trail", "row", source))?;
        Ok(Self::of("trail", "", Change::Tell(Telling { tells, about, counts: false })))
    }

    /// The same, for a batch of objects from outside: the row also says how many of them were new,
    /// and there is none if none was.
    #[must_use]
    pub fn if_new(mut self) -> Self {
        if let Change::Tell(telling) = &mut self.change {
            telling.counts = true;
        }
        self
    }

    fn of(kind: &str, key: &str, change: Change) -> Self {
        Self { kind: kind.to_owned(), key: key.to_owned(), change, expected: None }
    }

    pub(crate) fn aside(change: aside::Change) -> Self {
        Self::of("aside", "", Change::Aside(change))
    }
}

/// Records of one kind, kept as JSON under keys. Every write is durable when it returns.
pub struct Shelf<T> {
    pub(crate) inner: Arc<Inner>,
    pub(crate) kind: &'static str,
    pub(crate) holds: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// The record under `key`.
    pub fn get(&self, key: &str) -> Result<Option<T>, Error> {
        self.text(key)?.map(|text| self.read(key, &text)).transpose()
    }

    /// Writes the record under `key`, whatever was there before.
    pub fn put(&self, key: &str, value: &T) -> Result<(), Error> {
        self.write(self.record(key, value)?)
    }

    /// Removes the record under `key`; one that is not there is no error.
    pub fn remove(&self, key: &str) -> Result<(), Error> {
        self.write(self.removal(key))
    }

    /// All records with their keys, by key.
    pub fn list(&self) -> Result<Vec<(String, T)>, Error> {
        const SQL: &str = "SELECT key, value FROM record WHERE kind = ?1 ORDER BY key";
        let db = self.inner.shared.pool.moment()?;
        let mut statement = db.prepare_cached(SQL).doing("reading records")?;
        let rows = statement
            .query_map([self.kind], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .doing("reading records")?;
        rows.map(|row| {
            let (key, text) = row.doing("reading records")?;
            let value = self.read(&key, &text)?;
            Ok((key, value))
        })
        .collect()
    }

    /// How many records there are whose keys begin so, and how many bytes they take.
    pub fn size(&self, prefix: &str) -> Result<(u64, u64), Error> {
        // No character stands after the last one.
        const SQL: &str = "SELECT count(*), coalesce(sum(octet_length(value)), 0) FROM record \
            WHERE kind = ?1 AND key >= ?2 AND key < ?2 || char(1114111)";
        let db = self.inner.shared.pool.moment()?;
        let mut statement = db.prepare_cached(SQL).doing("counting records")?;
        let size = statement.query_row((self.kind, prefix), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        });
        let (count, bytes) = size.doing("counting records")?;
        Ok((u64::try_from(count).unwrap_or(0), u64::try_from(bytes).unwrap_or(0)))
    }

    /// Replaces the record under `key` by what `change` makes of it, as one step: no other
    /// writer's change is lost. `change` is asked again when another writer came between;
    /// `None` from it removes the record. Gives what is there afterwards.
    pub fn update(
        &self,
        key: &str,
        change: impl FnMut(Option<T>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.update_with(key, change, &[])
    }

    /// [`Shelf::update`], and `also` in the same transaction if the record changes by it.
    pub fn update_with(
        &self,
        key: &str,
        mut change: impl FnMut(Option<T>) -> Option<T>,
        also: &[Record],
    ) -> Result<Option<T>, Error> {
        loop {
            let expected = self.text(key)?;
            let held = expected.as_deref().map(|text| self.read(key, text)).transpose()?;
            let after = change(held);
            let record = match &after {
                Some(value) => self.record(key, value)?,
                None => self.removal(key),
            };
            let is_same = match &record.change {
                Change::Put(value) => expected.as_ref() == Some(value),
                Change::Remove => expected.is_none(),
                Change::Tell(_) | Change::Aside(_) => false,
            };
            if is_same {
                return Ok(after);
            }
            let also = also.to_vec();
            if let Done::Swapped(true) = self.inner.ask(Task::Swap { expected, record, also })? {
                return Ok(after);
            }
        }
    }

    /// The write of a record, to go with others in a [`Batch`].
    pub fn record(&self, key: &str, value: &T) -> Result<Record, Error> {
        Record::put(self.kind, key, value)
    }

    /// The removal of a record, to go with others in a [`Batch`].
    pub fn removal(&self, key: &str) -> Record {
        Record::remove(self.kind, key)
    }

    /// The record under `key` as it is now, to be replaced later by [`Shelf::replacing`].
    pub fn held(&self, key: &str) -> Result<Option<Held<T>>, Error> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        Ok(Some(Held { value: self.read(key, &text)?, text }))
    }

    /// The write of a record in the place of `held`, or where there was none. If another is there
    /// by then, its [`Batch`] fails with [`Error::Changed`] and does nothing.
    pub fn replacing(
        &self,
        key: &str,
        held: Option<&Held<T>>,
        value: Option<&T>,
    ) -> Result<Record, Error> {
        let record = match value {
            Some(value) => self.record(key, value)?,
            None => self.removal(key),
        };
        Ok(Record { expected: Some(held.map(|held| held.text.clone())), ..record })
    }

    fn text(&self, key: &str) -> Result<Option<String>, Error> {
        const SQL: &str = "SELECT value FROM record WHERE kind = ?1 AND key = ?2";
        let db = self.inner.shared.pool.moment()?;
        let mut statement = db.prepare_cached(SQL).doing("reading a record")?;
        let text = statement.query_row((self.kind, key), |row| row.get(0));
        text.optional().doing("reading a record")
    }

    fn read(&self, key: &str, text: &str) -> Result<T, Error> {
        serde_json::from_str(text).map_err(|source| unfit(self.kind, key, source))
    }

    fn write(&self, record: Record) -> Result<(), Error> {
        let batch = Batch { objects: Vec::new(), records: vec![record] };
        self.inner.ask(Task::Append(batch)).map(|_| ())
    }
}

fn unfit(kind: &str, key: &str, source: serde_json::Error) -> Error {
    Error::Record { kind: kind.to_owned(), key: key.to_owned(), source }
}
