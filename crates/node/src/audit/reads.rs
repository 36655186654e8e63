//! Telling of what is read of what is marked strictly.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use release::{Level, Viewer};
use serde::{Deserialize, Serialize};
use store::{Batch, Met, Record, Watch};

use super::{Act, Actor, Event, Tells};
use crate::error::Error;
use crate::{Inner, Node};

const SHELF: &str = "setting";
const KEY: &str = "audit-reads";
/// What one reader meets again within so many microseconds is the same read.
const AGAIN: i64 = 60 * 1_000_000;
/// How many meetings are kept in mind; beyond that, some are told twice.
const MOST: usize = 50_000;
/// How many objects a row names; beyond that it gives their number alone.
const MOST_NAMED: usize = 100;

/// From which marking on reads are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// No read is told.
    Never,
    /// Reads of TLP:RED, and of what this node does not understand.
    Red,
    /// Also of what has no label and is for the own state alone.
    National,
    /// Also of TLP:AMBER+STRICT. A node that never chose keeps this.
    AmberStrict,
    /// Also of TLP:AMBER.
    Amber,
}

impl Reads {
    /// All, from the fewest rows to the most.
    pub const ALL: [Self; 5] =
        [Self::Never, Self::Red, Self::National, Self::AmberStrict, Self::Amber];

    /// As settings and texts spell it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Red => "red",
            Self::National => "national",
            Self::AmberStrict => "amber-strict",
            Self::Amber => "amber",
        }
    }

    fn level(self) -> Option<Level> {
        match self {
            Self::Never => None,
            Self::Red => Some(Level::Red),
            Self::National => Some(Level::National),
            Self::AmberStrict => Some(Level::AmberStrict),
            Self::Amber => Some(Level::Amber),
        }
    }
}

/// Takes note of reads.
pub(crate) struct Reading {
    node: Weak<Inner>,
    setting: RwLock<Option<Level>>,
    met: Mutex<HashMap<(Viewer, i64), i64>>,
}

impl Reading {
    pub(crate) fn new(node: Weak<Inner>) -> Arc<Self> {
        let setting = RwLock::new(Reads::AmberStrict.level());
        Arc::new(Self { node, setting, met: Mutex::default() })
    }

    /// Another process may have changed the setting.
    pub(crate) fn set(&self, reads: Reads) {
        *self.setting.write().unwrap_or_else(PoisonError::into_inner) = reads.level();
    }

    /// Those that this viewer has not just met.
    fn fresh(&self, viewer: &Viewer, mut met: Vec<Met>, now: i64) -> Vec<Met> {
        let mut before = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if before.len() + met.len() > MOST {
            before.retain(|_, at| (*at..*at + AGAIN).contains(&now));
            if before.len() > MOST {
                before.clear();
            }
        }
        met.retain(|met| match before.get_mut(&(viewer.clone(), met.object)) {
            Some(at) if (*at..*at + AGAIN).contains(&now) => false,
            Some(at) => {
                *at = now;
                true
            }
            None => before.insert((viewer.clone(), met.object), now).is_none(),
        });
        met
    }
}

impl Watch for Reading {
    fn from(&self) -> Option<Level> {
        *self.setting.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self, viewer: &Viewer, met: Vec<Met>) -> Result<(), store::Error> {
        let Some(node) = self.node.upgrade() else { return Err(store::Error::Closed) };
        let fresh = self.fresh(viewer, met, node.clock.now_micros());
        let Some(marking) = fresh.iter().map(|met| met.level).max() else { return Ok(()) };
        let named: Vec<_> = fresh.iter().map(|met| met.object).take(MOST_NAMED).collect();
        let about =
            if fresh.len() > MOST_NAMED { Vec::new() } else { node.store.trail().ids(&named)? };
        let act = Act::Read { objects: fresh.len() as u64, marking };
        let told = Record::tell(&Tells { by: Actor::viewer(viewer), act }, about)?;
        node.store.append(Batch { objects: Vec::new(), records: vec![told] })?;
        Ok(())
    }
}

impl Node {
    /// From which marking on reads are told here.
    pub fn audit_reads(&self) -> Result<Reads, Error> {
        Ok(self.inner.store.shelf(SHELF).get(KEY)?.unwrap_or(Reads::AmberStrict))
    }

    /// Sets from which marking on reads are told. A running node follows within seconds.
    pub fn set_audit_reads(&self, reads: Reads) -> Result<(), Error> {
        let act = Act::Setting { name: KEY.to_owned(), value: reads.slug().to_owned() };
        let told = self.told(Event::of(self.actor(), act))?;
        self.inner.store.shelf(SHELF).update_with(KEY, |_| Some(reads), &[told])?;
        self.inner.reading.set(reads);
        Ok(())
    }
}
