//! Everything that changes without a new version.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use stix::Id;

use super::work::{Place, Work};
use crate::added::Stream;
use crate::clock;
use crate::collection::{CollectionInfo, CollectionKey, CollectionKind};
use crate::error::{Doing, Error};
use crate::intern::Number;

use crate::shelf::{Change, Record};

/// The place as it is kept in mind for the next start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptPlace {
    pub(crate) state: Id,
    pub(crate) relay: bool,
    pub(crate) rosters: BTreeMap<Id, BTreeSet<Id>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) pseudonyms: BTreeMap<Id, release::Pseudonym>,
}

impl From<&release::Place> for KeptPlace {
    fn from(place: &release::Place) -> Self {
        let release::Place { state, relay, rosters, pseudonyms } = place.clone();
        Self { state, relay, rosters, pseudonyms }
    }
}

impl From<KeptPlace> for release::Place {
    fn from(kept: KeptPlace) -> Self {
        let KeptPlace { state, relay, rosters, pseudonyms } = kept;
        Self { state, relay, rosters, pseudonyms }
    }
}

/// The place that was kept in mind, if there was one.
pub(crate) fn kept_place(db: &Connection) -> Result<Option<KeptPlace>, Error> {
    let text: Option<String> = db
        .query_row("SELECT value FROM meta WHERE name = 'place'", [], |row| row.get(0))
        .optional()
        .doing("reading the place")?;
    // One that cannot be read is none: then everything is added anew, which is always right.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// All collections.
pub(crate) fn collections(db: &Connection) -> Result<Vec<CollectionInfo>, Error> {
    let mut statement = db
        .prepare_cached("SELECT id, uuid, kind FROM collection ORDER BY id")
        .doing("reading the collections")?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .doing("reading the collections")?;
    let mut found = Vec::new();
    for row in rows {
        let (key, id, kind): (i64, String, String) = row.doing("reading the collections")?;
        let wrong = || Error::Damaged { place: "collection", reason: format!("{kind} {id}") };
        let id = id.parse().map_err(|_| wrong())?;
        let kind = CollectionKind::from_text(&kind).ok_or_else(wrong)?;
        found.push(CollectionInfo::new(CollectionKey(key), id, kind));
    }
    Ok(found)
}

impl Work<'_> {
    /// The collection of that kind, made if there is none.
    pub(crate) fn collection(&mut self, kind: &CollectionKind) -> Result<CollectionInfo, Error> {
        const SQL: &str = "INSERT INTO collection (uuid, kind, clock) VALUES (?1, ?2, 0)";
        if let Some(info) = self.mind.collections.get(kind) {
            return Ok(info.clone());
        }
        let id = clock::uuid(&*self.shared.random);
        self.db.execute(SQL, (id.to_string(), kind.to_text())).doing("making a collection")?;
        let key = CollectionKey(self.db.last_insert_rowid());
        let info = CollectionInfo::new(key, id, kind.clone());
        self.mind.collections.insert(kind.clone(), info.clone());
        Ok(info)
    }

    pub(crate) fn record(&mut self, record: &Record) -> Result<(), Error> {
        const PUT: &str = "INSERT INTO record (kind, key, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value";
        const REMOVE: &str = "DELETE FROM record WHERE kind = ?1 AND key = ?2";
        let Record { kind, key, change, expected: _ } = record;
        let written = match change {
            Change::Put(value) => {
                self.db.prepare_cached(PUT).and_then(|mut put| put.execute((kind, key, value)))
            }
            Change::Remove => {
                self.db.prepare_cached(REMOVE).and_then(|mut remove| remove.execute((kind, key)))
            }
            Change::Tell(telling) => return self.tell(telling),
            Change::Aside(change) => return self.aside(change),
        };
        written.map(|_| ()).doing("writing a record")
    }

    /// Writes a record if it still is as expected, and then what goes with it.
    pub(crate) fn swap(
        &mut self,
        expected: Option<&str>,
        record: &Record,
        also: &[Record],
    ) -> Result<bool, Error> {
        if !self.is_still(expected, record)? {
            return Ok(false);
        }
        self.record(record)?;
        also.iter().try_for_each(|record| self.record(record))?;
        Ok(true)
    }

    /// Fails unless every record is still what its write expects.
    pub(crate) fn expect_all(&self, records: &[Record]) -> Result<(), Error> {
        for record in records {
            if let Some(expected) = &record.expected
                && !self.is_still(expected.as_deref(), record)?
            {
                let Record { kind, key, .. } = record.clone();
                return Err(Error::Changed { kind, key });
            }
        }
        Ok(())
    }

    fn is_still(&self, expected: Option<&str>, record: &Record) -> Result<bool, Error> {
        const SQL: &str = "SELECT value FROM record WHERE kind = ?1 AND key = ?2";
        let mut statement = self.db.prepare_cached(SQL).doing("reading a record")?;
        let held: Option<String> = statement
            .query_row((&record.kind, &record.key), |row| row.get(0))
            .optional()
            .doing("reading a record")?;
        Ok(held.as_deref() == expected)
    }

    /// Adds everything of these audiences anew, in the order in which it was added.
    pub(crate) fn readd(&mut self, audiences: &HashSet<Number>) -> Result<u64, Error> {
        let mut rows = Vec::new();
        let collections: Vec<_> = self.mind.collections.values().map(|info| info.key.0).collect();
        for collection in collections {
            for newest in [false, true] {
                for audience in self.shared.spans.audiences(collection, newest) {
                    if audiences.contains(&audience) {
                        self.rows_of(Stream { collection, newest, audience }, &mut rows)?;
                    }
                }
            }
        }
        rows.sort_unstable_by_key(|(date, _)| *date);
        self.expect(rows.len());
        let held = self.mind.definitions.values().flatten().filter(|held| held.of_state);
        let definitions: HashMap<i64, i64> = held.map(|held| (held.seq, held.object)).collect();
        let readded = rows.len();
        for (date, place) in rows {
            self.hide(place.stream, date)?;
            let added = self.show(place, None)?;
            let Stream { collection, audience, newest } = place.stream;
            if let Some(object) = definitions.get(&place.seq) {
                const SQL: &str = "UPDATE escort SET added = ?4
                     WHERE definition = ?1 AND collection = ?2 AND audience = ?3";
                let mut statement = self.db.prepare_cached(SQL).doing("adding anew")?;
                statement.execute((object, collection, audience, added)).doing("adding anew")?;
            } else {
                self.set_audience(place.seq, audience, added)?;
                if newest {
                    self.changed(self.version(place.seq)?.object);
                }
            }
        }
        Ok(u64::try_from(readded).unwrap_or(u64::MAX))
    }

    fn rows_of(&self, stream: Stream, rows: &mut Vec<(i64, Place)>) -> Result<(), Error> {
        const SQL: &str = "SELECT date_added, seq, kind, twin FROM added
             WHERE collection = ?1 AND newest = ?2 AND audience = ?3";
        let mut statement = self.db.prepare_cached(SQL).doing("reading a stream")?;
        let found = statement
            .query_map((stream.collection, stream.newest, stream.audience), |row| {
                let place =
                    Place { stream, seq: row.get(1)?, kind: row.get(2)?, twin: row.get(3)? };
                Ok((row.get(0)?, place))
            })
            .doing("reading a stream")?;
        for row in found {
            rows.push(row.doing("reading a stream")?);
        }
        Ok(())
    }

    pub(crate) fn keep_place(&self, place: &release::Place) -> Result<(), Error> {
        const SQL: &str = "INSERT OR REPLACE INTO meta (name, value) VALUES ('place', ?1)";
        // Other processes see by the turn that the place is another.
        const TURN: &str = "INSERT INTO meta (name, value) VALUES ('place-turn', '1')
             ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1";
        let text = serde_json::to_string(&KeptPlace::from(place)).unwrap_or_default();
        self.db.execute(SQL, [text]).doing("keeping the place in mind")?;
        self.db.execute(TURN, []).doing("keeping the place in mind")?;
        Ok(())
    }

    /// The projections have followed all changes up to this one: what was withdrawn before can be
    /// erased.
    pub(crate) fn followed(&mut self, change: i64) -> Result<(), Error> {
        const FREE: &str = "FROM erasing WHERE object NOT IN (SELECT object FROM changed)";
        let run = |sql: &str| self.db.execute(sql, []).doing("erasing what was withdrawn");
        self.db
            .execute("DELETE FROM changed WHERE n <= ?1", [change])
            .doing("forgetting changes")?;
        // Overwritten where they stand: a row taken out would have its neighbours moved about, and
        // what is moved leaves a copy behind that no later erasure finds.
        let erased = run(&format!(
            "UPDATE payload SET bytes = zeroblob(octet_length(bytes)) WHERE seq IN (SELECT seq {FREE})"
        ))?;
        if erased > 0 {
            run(&format!("DELETE FROM version WHERE seq IN (SELECT seq {FREE})"))?;
            run(&format!("DELETE {FREE}"))?;
            self.scrub()?;
        }
        Ok(())
    }
}
