//! Values interned as small numbers: append-only, shared by the writer and all readers.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use rusqlite::Connection;

use crate::error::{Doing, Error};

/// The number of an interned value: 1, 2, 3 …
pub(crate) type Number = i64;

/// How values of one table become text and numbers.
pub(crate) trait Interned: Clone + Eq + Hash {
    /// The table and its column with the text.
    const TABLE: &'static str;
    const COLUMN: &'static str;
    fn to_text(&self) -> String;
    fn from_text(text: &str) -> Option<Self>;
}

pub(crate) struct Interner<T> {
    inner: RwLock<Inner<T>>,
}

struct Inner<T> {
    values: Vec<T>,
    numbers: HashMap<T, Number>,
    /// How many of the values are committed. A number, once given, is never given to another
    /// value, even if the transaction that gave it was rolled back.
    durable: usize,
}

impl<T: Interned> Interner<T> {
    pub(crate) fn new() -> Self {
        let inner = Inner { values: Vec::new(), numbers: HashMap::new(), durable: 0 };
        Self { inner: RwLock::new(inner) }
    }

    pub(crate) fn get(&self, number: Number) -> Option<T> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        index(number).and_then(|at| inner.values.get(at).cloned())
    }

    pub(crate) fn number(&self, value: &T) -> Option<Number> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).numbers.get(value).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).values.len()
    }

    /// Runs `with` on the values numbered above `from`, in order.
    pub(crate) fn each_from(&self, from: usize, mut with: impl FnMut(Number, &T)) {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        for (at, value) in inner.values.iter().enumerate().skip(from) {
            with(number(at), value);
        }
    }

    /// Reads values that were committed since, by this process or another.
    pub(crate) fn absorb(&self, connection: &Connection) -> Result<(), Error> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let sql = format!("SELECT id, {} FROM {} WHERE id > ?1 ORDER BY id", T::COLUMN, T::TABLE);
        let mut statement = connection.prepare_cached(&sql).doing("reading interned values")?;
        let from = number(inner.durable) - 1;
        let mut rows = statement.query([from]).doing("reading interned values")?;
        while let Some(row) = rows.next().doing("reading interned values")? {
            let id: Number = row.get(0).doing("reading interned values")?;
            let text: String = row.get(1).doing("reading interned values")?;
            let value = T::from_text(&text).ok_or_else(|| damaged::<T>(&text))?;
            let at = index(id).ok_or_else(|| damaged::<T>(&text))?;
            match inner.values.get(at) {
                Some(held) if *held == value => {}
                None if at == inner.values.len() => {
                    inner.numbers.insert(value.clone(), id);
                    inner.values.push(value);
                }
                _ => return Err(damaged::<T>(&text)),
            }
            inner.durable = at + 1;
        }
        Ok(())
    }

    /// The number of a value, in a write transaction; a new one is written.
    pub(crate) fn intern(&self, connection: &Connection, value: &T) -> Result<Number, Error> {
        if let Some(number) = self.number(value) {
            return Ok(number);
        }
        let given = {
            let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            let given = number(inner.values.len());
            inner.numbers.insert(value.clone(), given);
            inner.values.push(value.clone());
            given
        };
        write(connection, given, value)?;
        Ok(given)
    }

    /// At the beginning of a write transaction: writes what a transaction that failed had given
    /// numbers to, so that the numbers stay theirs.
    pub(crate) fn begin(&self, connection: &Connection) -> Result<(), Error> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        for (at, value) in inner.values.iter().enumerate().skip(inner.durable) {
            write(connection, number(at), value)?;
        }
        Ok(())
    }

    /// After a commit: all numbers given are durable.
    pub(crate) fn committed(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.durable = inner.values.len();
    }
}

fn write<T: Interned>(connection: &Connection, number: Number, value: &T) -> Result<(), Error> {
    let sql = format!("INSERT INTO {} (id, {}) VALUES (?1, ?2)", T::TABLE, T::COLUMN);
    let mut statement = connection.prepare_cached(&sql).doing("interning a value")?;
    statement.execute((number, value.to_text())).doing("interning a value")?;
    Ok(())
}

fn damaged<T: Interned>(text: &str) -> Error {
    Error::Damaged { place: T::TABLE, reason: format!("not readable: {text}") }
}

fn number(at: usize) -> Number {
    Number::try_from(at).unwrap_or(Number::MAX - 1) + 1
}

fn index(number: Number) -> Option<usize> {
    usize::try_from(number - 1).ok()
}
