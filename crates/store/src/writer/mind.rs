//! What the writer knows without asking the database again.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use release::Holder;
use rusqlite::Connection;
use stix::Id;
use stix::marking::Marking;

use super::{change, recall};
use crate::collection::{CollectionInfo, CollectionKind};
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::row;
use crate::shared::Shared;

/// What the writer keeps in mind between transactions. All of it can be read again from the
/// database, and is after a transaction failed or another process wrote.
#[derive(Default)]
pub(crate) struct Mind {
    loaded: bool,
    data_version: i64,
    pub(crate) next_seq: i64,
    pub(crate) next_object: i64,
    pub(crate) last_change: i64,
    /// When the last version was received.
    pub(crate) received: i64,
    pub(crate) collections: HashMap<CollectionKind, CollectionInfo>,
    /// Something that was kept aside is no longer, or a row of the trail was retired: its bytes are
    /// overwritten.
    pub(crate) dropped_aside: bool,
    /// The greatest date ever allotted in each collection.
    pub(crate) clocks: HashMap<i64, i64>,
    pub(crate) definitions: HashMap<Id, Vec<Definition>>,
    /// (definition's object, collection, audience) that go together already.
    pub(crate) escorts: HashSet<(i64, i64, Number)>,
    /// What owners recalled.
    pub(crate) recalled: recall::Marks,
    /// What holders' markings were found to mean.
    pub(crate) owns: HashMap<Marks, Own>,
}

/// A marking definition that is held.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) holder: Number,
    pub(crate) object: i64,
    pub(crate) seq: i64,
    pub(crate) marking: Marking,
    /// Whether a state brought it: then it goes where a reference to it goes.
    pub(crate) of_state: bool,
}

impl Definition {
    /// Whether its id follows from its content, so that it means the same whoever brings it.
    pub(crate) fn is_addressed(&self) -> bool {
        use Marking::{Exercise, Group, ReleasableTo};
        matches!(self.marking, ReleasableTo { .. } | Group(_) | Exercise(_))
    }
}

/// All that an object's own policy depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Marks {
    pub(crate) holder: Number,
    pub(crate) refs: Vec<Id>,
    pub(crate) unreadable: bool,
}

/// What an object's markings mean.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) policy: Number,
    /// Definitions that are not held.
    pub(crate) awaiting: Vec<Id>,
    /// Definitions that go where the object goes: their object and sequence.
    pub(crate) escorts: Vec<(i64, i64)>,
}

impl Mind {
    /// In a write transaction: makes sure that what is in mind is true.
    pub(crate) fn remember(&mut self, db: &Connection, shared: &Shared) -> Result<(), Error> {
        let version: i64 = db
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .doing("looking for other writers")?;
        if !self.loaded || version != self.data_version {
            *self = Self::load(db, shared)?;
            self.data_version = version;
            self.loaded = true;
        }
        Ok(())
    }

    /// A transaction failed: what is in mind may not be true.
    pub(crate) fn forget(&mut self) {
        self.loaded = false;
    }

    /// After a commit: how far the log is.
    pub(crate) fn publish(&self, shared: &Shared) {
        shared.progress.log_seq.store(self.next_seq - 1, Ordering::SeqCst);
        shared.progress.log_change.store(self.last_change, Ordering::SeqCst);
    }

    fn load(db: &Connection, shared: &Shared) -> Result<Self, Error> {
        shared.absorb(db)?;
        let one = |sql: &str| -> Result<i64, Error> {
            db.query_row(sql, [], |row| row.get(0)).doing("reading how far the log is")
        };
        let mut mind = Self {
            // What was erased leaves its place in the log behind.
            next_seq: one("SELECT ifnull(max(seq), 0) + 1 FROM version")?
                .max(one("SELECT ifnull(max(seq), 0) + 1 FROM payload")?),
            next_object: one("SELECT ifnull(max(object), 0) + 1 FROM version")?
                .max(one("SELECT ifnull(max(key), 0) + 1 FROM object")?),
            last_change: one(
                "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'changed'), 0)",
            )?,
            received: one(
                "SELECT ifnull((SELECT received FROM version ORDER BY seq DESC LIMIT 1), 0)",
            )?,
            ..Self::default()
        };
        mind.recalled = recall::marks(db)?;
        for (collection, clock) in pairs(db, "SELECT id, clock FROM collection")? {
            mind.clocks.insert(collection, clock);
            shared.spans.refresh(db, collection)?;
        }
        for (object, seq) in pairs(db, "SELECT object, seq FROM definition")? {
            let Some(copy) = row::Copy::of_key(db, object)? else { continue };
            let definition = row::object(db, seq)?;
            let of_state = matches!(shared.holder(db, copy.holder)?, Holder::State(_));
            mind.define(copy.holder, of_state, object, seq, &definition);
        }
        for info in change::collections(db)? {
            mind.collections.insert(info.kind.clone(), info);
        }
        let mut statement = db
            .prepare("SELECT definition, collection, audience FROM escort")
            .doing("reading the definitions’ audiences")?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .doing("reading the definitions’ audiences")?;
        mind.escorts =
            rows.collect::<rusqlite::Result<_>>().doing("reading the definitions’ audiences")?;
        Ok(mind)
    }

    /// A definition is held from now on. What markings were found to mean may have changed.
    pub(crate) fn define(
        &mut self,
        holder: Number,
        of_state: bool,
        object: i64,
        seq: i64,
        definition: &stix::Object,
    ) {
        let marking = Marking::of(definition).unwrap_or(Marking::Unknown);
        let held = self.definitions.entry(definition.id().clone()).or_default();
        held.retain(|one| one.object != object);
        held.push(Definition { holder, object, seq, marking, of_state });
        self.owns.clear();
    }

    /// A definition is held no longer.
    pub(crate) fn undefine(&mut self, object: i64) {
        self.definitions.values_mut().for_each(|held| held.retain(|one| one.object != object));
        self.owns.clear();
    }

    /// The definition that gives a marking its meaning on an object of `holder`: the holder's own,
    /// or one of a state whose id follows from its content. Never else another's: whoever could
    /// define another's marking could widen it.
    pub(crate) fn definition(&self, id: &Id, holder: Number) -> Option<&Definition> {
        let held = self.definitions.get(id)?;
        let own = held.iter().find(|one| one.holder == holder);
        own.or_else(|| held.iter().find(|one| one.of_state && one.is_addressed()))
    }
}

fn pairs(db: &Connection, sql: &str) -> Result<Vec<(i64, i64)>, Error> {
    let mut statement = db.prepare(sql).doing("reading pairs of numbers")?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .doing("reading pairs of numbers")?;
    rows.collect::<rusqlite::Result<_>>().doing("reading pairs of numbers")
}
