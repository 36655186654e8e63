//! The store's handle.

use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use release::{Holder, Place, Policy, Viewer};
use stix::{Id, Timestamp};

use crate::admitted::{Batch, Outcome};
use crate::clock::{Clock, Random};
use crate::collection::{CollectionInfo, CollectionKey, CollectionKind};
use crate::error::Error;
use crate::feed::Feed;
use crate::lists::ListSpec;
use crate::shelf::Shelf;
use crate::view::View;

/// What a store needs from outside.
pub struct Options {
    /// Whose node it is, and what it passes on. When it allows more than it did when the store
    /// was open last, what becomes visible by that is added anew.
    pub place: Place,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for ids and for the steps of `date_added`.
    pub random: Arc<dyn Random>,
    /// The lists to keep.
    pub lists: Vec<ListSpec>,
    /// How many readers may read at once.
    pub readers: usize,
}

/// The store of one node. Cheap to clone: clones share everything. Calls block; from async code
/// use [`Store::append_async`] or a blocking task.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {}

/// How far the projections are behind the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// How many places of the log the projections have yet to follow.
    pub sequences: u64,
    /// How many changes of audience they have yet to follow.
    pub changes: u64,
}

impl Lag {
    /// Whether lists, references and search show everything.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// An owner signed two different objects as one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Who.
    pub holder: Holder,
    /// Which object.
    pub id: Id,
    /// Which version.
    pub version: Timestamp,
    /// When this node noticed, microseconds since 1970.
    pub at: i64,
}

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// SQLite's version.
    pub sqlite: String,
    /// The version of the schema.
    pub schema: u32,
    /// What SQLite's integrity check found wrong; empty when all is well.
    pub damage: Vec<String>,
    /// How far the projections are behind.
    pub lag: Lag,
    /// Objects held, one per holder and id.
    pub objects: u64,
    /// Versions in the log.
    pub versions: u64,
    /// Audiences interned.
    pub audiences: u64,
    /// Alarms raised.
    pub alarms: u64,
    /// Size of the database file, in bytes.
    pub bytes: u64,
}

impl Store {
    /// Opens the store in `dir`, making it if there is none: `entente.db`, and `projections.db`,
    /// which can be deleted while the node is down.
    pub fn open(dir: &Path, options: Options) -> Result<Self, Error> {
        let _ = (dir, options);
        todo!()
    }

    /// Adds objects to the log and changes records, all or nothing. Durable when it returns;
    /// appends that wait at the same time share one commit. One outcome per object, in order.
    pub fn append(&self, batch: impl Into<Batch>) -> Result<Vec<Outcome>, Error> {
        let _ = (&self.inner, batch.into());
        todo!()
    }

    /// [`Store::append`] for async code.
    pub async fn append_async(&self, batch: impl Into<Batch>) -> Result<Vec<Outcome>, Error> {
        let _ = batch.into();
        todo!()
    }

    /// The store as `viewer` sees it.
    pub fn view(&self, viewer: Viewer) -> View {
        View { inner: self.inner.clone(), viewer }
    }

    /// The node-local records of one kind.
    pub fn shelf<T>(&self, kind: &'static str) -> Shelf<T> {
        Shelf { inner: self.inner.clone(), kind, holds: PhantomData }
    }

    /// A subscription to commits, beginning now.
    pub fn feed(&self) -> Feed {
        Feed { inner: self.inner.clone() }
    }

    /// The collection of that kind, made with a random id when it is asked for first.
    pub fn collection(&self, kind: &CollectionKind) -> Result<CollectionInfo, Error> {
        let _ = kind;
        todo!()
    }

    /// All collections.
    pub fn collections(&self) -> Result<Vec<CollectionInfo>, Error> {
        todo!()
    }

    /// Takes an object with all its versions out of a collection and erases it. For workspaces:
    /// it is never a recall. Gives whether it was there.
    pub fn withdraw(
        &self,
        collection: CollectionKey,
        holder: &Holder,
        id: &Id,
    ) -> Result<bool, Error> {
        let _ = (collection, holder, id);
        todo!()
    }

    /// Whose node it is, and what it passes on.
    pub fn place(&self) -> Arc<Place> {
        todo!()
    }

    /// The node passes on more or less than before, or a roster changed. What may become visible
    /// by that is added anew.
    pub fn place_changed(&self, place: Place) -> Result<(), Error> {
        let _ = place;
        todo!()
    }

    /// `viewer` sees more than before without any object having changed: what he sees is added
    /// anew, so that reading on from where he was he misses nothing.
    pub fn account_granted(&self, viewer: &Viewer) -> Result<(), Error> {
        let _ = viewer;
        todo!()
    }

    /// Adds everything anew whose policy `concerns` says yes to: for whatever widens what somebody
    /// sees without a new version. Others merely meet it twice. Gives how many were added anew.
    pub fn readd(&self, concerns: impl Fn(&Policy) -> bool) -> Result<u64, Error> {
        let _ = concerns;
        todo!()
    }

    /// What owners signed twice, the last first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, Error> {
        todo!()
    }

    /// How far the projections are behind.
    pub fn lag(&self) -> Lag {
        todo!()
    }

    /// Waits until the projections show everything committed before the call. False if they have
    /// not come so far within `patience`.
    pub fn wait_caught_up(&self, patience: Duration) -> bool {
        let _ = patience;
        todo!()
    }

    /// Drops the projections and builds them again from the log, in the background.
    pub fn rebuild_projections(&self) -> Result<(), Error> {
        todo!()
    }

    /// Writes a copy of the log and the records to the file `to`, which must not exist, while the
    /// store goes on. `progress` hears of pages done and pages in all. What is erased later stays
    /// in the copy.
    pub fn backup(&self, to: &Path, progress: impl FnMut(u64, u64)) -> Result<(), Error> {
        let _ = (to, progress);
        todo!()
    }

    /// Checks the database file and counts what is in it.
    pub fn check(&self) -> Result<Health, Error> {
        todo!()
    }
}
