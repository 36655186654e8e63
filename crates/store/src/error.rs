//! What can go wrong in the store.

use std::path::PathBuf;

/// What can go wrong in the store. None of these says anything about an object that the reader
/// may not see.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database answered with an error.
    #[error("the database failed while {doing}: {source}")]
    Database {
        /// What the store was doing.
        doing: &'static str,
        /// The database's own words.
        source: rusqlite::Error,
    },
    /// A file could not be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// The operating system's own words.
        source: std::io::Error,
    },
    /// The SQLite library that is linked in has a known fault.
    #[error("SQLite {found} may corrupt a database in WAL mode; {needed} or newer is needed")]
    OldSqlite {
        /// The version that is linked in.
        found: &'static str,
        /// The oldest version without the fault.
        needed: &'static str,
    },
    /// The database was written by a newer program.
    #[error(
        "{} has schema version {found}, this program knows {known}: run the newer program, or restore a backup made before the upgrade",
        path.display()
    )]
    NewerSchema {
        /// The database's file.
        path: PathBuf,
        /// The schema version found.
        found: u32,
        /// The newest schema version that this program knows.
        known: u32,
    },
    /// The file is a database, but not one of ours.
    #[error("{} is not a database of this program", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Something in the database is not what this program writes.
    #[error("the database holds something unexpected in {place}: {reason}")]
    Damaged {
        /// The table or record.
        place: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// An object was admitted as what it is not: as a fact without being a cyber-observable, or as
    /// a definition without being a marking definition.
    #[error("{id} cannot be admitted as {kind}")]
    Misadmitted {
        /// The object.
        id: stix::Id,
        /// As what it was offered.
        kind: &'static str,
    },
    /// A record is not valid JSON for its type.
    #[error("the record {kind}/{key} does not fit its type: {source}")]
    Record {
        /// The kind of record.
        kind: String,
        /// Its key.
        key: String,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// A record was changed by somebody else since it was read: nothing was done.
    #[error("the record {kind}/{key} was changed meanwhile")]
    Changed {
        /// The kind of record.
        kind: String,
        /// Its key.
        key: String,
    },
    /// The list that was asked for is not kept.
    #[error("there is no list {name:?}")]
    NoList {
        /// The name asked for.
        name: String,
    },
    /// A place in a list that this program did not hand out.
    #[error("not a place in this list")]
    BadCursor,
    /// The projections do not show yet what is committed.
    #[error("the node is still reading what was written last")]
    Behind,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

/// Says what the store was doing when the database failed.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, Error>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, Error> {
        self.map_err(|source| Error::Database { doing, source })
    }
}
