//! Rows of the log as both the writer and readers read them.

use rusqlite::{Connection, OptionalExtension, Row, Statement};
use stix::{Header, Object, SpecVersion};

use crate::error::{Doing, Error};
use crate::intern::{Interned, Number};

/// What is noted of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) i64);

impl Flags {
    /// Its holder's signature was verified.
    pub(crate) const SIGNED: Self = Self(1);
    /// A cyber-observable: one copy for each holder, no versions.
    pub(crate) const FACT: Self = Self(2);
    /// A marking definition that goes where a reference to it goes.
    pub(crate) const DEFINITION: Self = Self(4);
    /// Its visibility is bound by that of other objects.
    pub(crate) const HAS_ENDS: Self = Self(8);
    /// It waits for a marking definition.
    pub(crate) const AWAITS: Self = Self(16);
    /// It is marked by definitions that are not built in, which go with it.
    pub(crate) const ESCORTED: Self = Self(32);
    /// It was replaced or withdrawn: nobody sees it any more.
    pub(crate) const DROPPED: Self = Self(64);

    pub(crate) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    #[must_use]
    pub(crate) fn with(self, flag: Self, set: bool) -> Self {
        if set { Self(self.0 | flag.0) } else { Self(self.0 & !flag.0) }
    }
}

/// A row of `version`.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "fields are named as their columns are")]
pub(crate) struct Version {
    pub(crate) seq: i64,
    pub(crate) object: i64,
    pub(crate) kind: Number,
    pub(crate) version: String,
    pub(crate) own: Number,
    pub(crate) audience: Number,
    pub(crate) added: i64,
    pub(crate) received: i64,
    pub(crate) flags: Flags,
}

impl Version {
    pub(crate) fn find(db: &Connection, seq: i64) -> Result<Option<Self>, Error> {
        const SQL: &str = "SELECT seq, object, kind, version, own, audience, added, received, flags
             FROM version WHERE seq = ?1";
        let mut statement = db.prepare_cached(SQL).doing("reading a version")?;
        statement.query_row([seq], Self::of).optional().doing("reading a version")
    }

    /// The version as sortable text. That of what has none is the moment it was added.
    pub(crate) fn key(&self) -> String {
        match self.version.as_str() {
            "" => stix::Timestamp::from_micros(self.added).sort_key(),
            version => version.to_owned(),
        }
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            object: row.get(1)?,
            kind: row.get(2)?,
            version: row.get(3)?,
            own: row.get(4)?,
            audience: row.get(5)?,
            added: row.get(6)?,
            received: row.get(7)?,
            flags: Flags(row.get(8)?),
        })
    }
}

/// A row of `object`: one holder's copy.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) key: i64,
    pub(crate) id: String,
    pub(crate) holder: Number,
    pub(crate) collection: i64,
    pub(crate) newest: i64,
    pub(crate) twin: bool,
}

impl Copy {
    /// All copies of an object, the one held first first.
    pub(crate) fn of_id(db: &Connection, id: &str) -> Result<Vec<Self>, Error> {
        Self::with_id(&mut *db.prepare_cached(Self::OF_ID).doing("reading an object")?, id)
    }

    /// The statement of [`Copy::with_id`].
    pub(crate) const OF_ID: &str = "SELECT key, id, holder, collection, newest, twin
         FROM object WHERE id = ?1";

    /// [`Copy::of_id`] by a statement that is prepared already.
    pub(crate) fn with_id(statement: &mut Statement<'_>, id: &str) -> Result<Vec<Self>, Error> {
        let mut rows = statement.query([id]).doing("reading an object")?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().doing("reading an object")? {
            found.push(Self::of(row).doing("reading an object")?);
        }
        found.sort_by_key(|copy| copy.key);
        Ok(found)
    }

    pub(crate) fn of_key(db: &Connection, key: i64) -> Result<Option<Self>, Error> {
        const SQL: &str = "SELECT key, id, holder, collection, newest, twin
             FROM object WHERE key = ?1";
        let mut statement = db.prepare_cached(SQL).doing("reading an object")?;
        statement.query_row([key], Self::of).optional().doing("reading an object")
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            id: row.get(1)?,
            holder: row.get(2)?,
            collection: row.get(3)?,
            newest: row.get(4)?,
            twin: row.get(5)?,
        })
    }
}

/// The sequences of the versions of an object that are not its newest, the first version first.
pub(crate) fn older(db: &Connection, object: i64) -> Result<Vec<i64>, Error> {
    const SQL: &str = "SELECT seq FROM older WHERE object = ?1 ORDER BY version";
    numbers(db, SQL, object)
}

/// The first column of a query with one number in it.
pub(crate) fn numbers(db: &Connection, sql: &str, of: i64) -> Result<Vec<i64>, Error> {
    let mut statement = db.prepare_cached(sql).doing("reading numbers")?;
    let rows = statement.query_map([of], |row| row.get(0)).doing("reading numbers")?;
    rows.collect::<rusqlite::Result<_>>().doing("reading numbers")
}

/// The bytes of a version.
pub(crate) fn bytes(db: &Connection, seq: i64) -> Result<Option<Vec<u8>>, Error> {
    let mut statement =
        db.prepare_cached("SELECT bytes FROM payload WHERE seq = ?1").doing("reading bytes")?;
    statement.query_row([seq], |row| row.get(0)).optional().doing("reading bytes")
}

/// The object of a version that must be there.
pub(crate) fn object(db: &Connection, seq: i64) -> Result<Object, Error> {
    let bytes = bytes(db, seq)?
        .ok_or_else(|| Error::Damaged { place: "payload", reason: format!("{seq} is missing") })?;
    parse(bytes)
}

/// An object that was accepted once.
pub(crate) fn parse(bytes: Vec<u8>) -> Result<Object, Error> {
    Object::parse(bytes)
        .map_err(|error| Error::Damaged { place: "payload", reason: error.to_string() })
}

/// An object's type and version of the specification, interned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeName {
    pub(crate) name: String,
    pub(crate) spec: SpecVersion,
}

impl TypeName {
    pub(crate) fn of(header: &Header) -> Self {
        Self { name: header.id.type_name().to_owned(), spec: header.spec_version }
    }
}

impl Interned for TypeName {
    const TABLE: &'static str = "kind";
    const COLUMN: &'static str = "name";

    fn to_text(&self) -> String {
        format!("{} {}", self.name, self.spec.as_str())
    }

    fn from_text(text: &str) -> Option<Self> {
        let (name, spec) = text.split_once(' ')?;
        let spec =
            [SpecVersion::V20, SpecVersion::V21].into_iter().find(|one| one.as_str() == spec)?;
        Some(Self { name: name.to_owned(), spec })
    }
}
