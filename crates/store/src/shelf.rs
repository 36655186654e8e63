//! Shelves: node-local records that are no objects (accounts, sessions, peers, cursors, drafts).

use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::store::Inner;

/// A change of one node-local record, to be written in one transaction with others.
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) kind: String,
    pub(crate) key: String,
    /// `None` removes the record.
    pub(crate) value: Option<String>,
}

impl Record {
    /// Writes a record, whatever was there before.
    pub fn put<T: Serialize>(kind: &str, key: &str, value: &T) -> Result<Self, Error> {
        let value = serde_json::to_string(value).map_err(|source| unfit(kind, key, source))?;
        Ok(Self { kind: kind.to_owned(), key: key.to_owned(), value: Some(value) })
    }

    /// Removes a record; one that is not there is no error.
    pub fn remove(kind: &str, key: &str) -> Self {
        Self { kind: kind.to_owned(), key: key.to_owned(), value: None }
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
        let _ = key;
        todo!()
    }

    /// Writes the record under `key`, whatever was there before.
    pub fn put(&self, key: &str, value: &T) -> Result<(), Error> {
        let _ = (key, value);
        todo!()
    }

    /// Removes the record under `key`; one that is not there is no error.
    pub fn remove(&self, key: &str) -> Result<(), Error> {
        let _ = key;
        todo!()
    }

    /// All records with their keys, by key.
    pub fn list(&self) -> Result<Vec<(String, T)>, Error> {
        todo!()
    }

    /// Replaces the record under `key` by what `change` makes of it, as one step: no other
    /// writer's change is lost. `change` is asked again when another writer came between;
    /// `None` from it removes the record. Gives what is there afterwards.
    pub fn update(
        &self,
        key: &str,
        change: impl FnMut(Option<T>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let _ = (key, change);
        todo!()
    }

    /// The write of a record, to go with others in a [`crate::Batch`].
    pub fn record(&self, key: &str, value: &T) -> Result<Record, Error> {
        Record::put(self.kind, key, value)
    }

    /// The removal of a record, to go with others in a [`crate::Batch`].
    pub fn removal(&self, key: &str) -> Record {
        Record::remove(self.kind, key)
    }
}

fn unfit(kind: &str, key: &str, source: serde_json::Error) -> Error {
    Error::Record { kind: kind.to_owned(), key: key.to_owned(), source }
}
