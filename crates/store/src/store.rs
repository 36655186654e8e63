//! The store's handle.

use std::marker::PhantomData;
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use release::{Holder, Place, Policy, Viewer};
use rusqlite::Connection;
use stix::{Id, Timestamp};

use crate::admitted::{Batch, Outcome};
use crate::backup;
use crate::clock::{self, Clock, Random};
use crate::collection::{CollectionInfo, CollectionKey, CollectionKind};
use crate::error::{Doing, Error};
use crate::feed::Feed;
use crate::lists::ListSpec;
use crate::projection::{self, Follower, Wake};
use crate::schema;
use crate::secret::Secret;
use crate::shared::Shared;
use crate::shelf::Shelf;
use crate::trail::Trail;
use crate::view::View;
use crate::view::page::Which;
use crate::writer::{self, Done, KeptPlace, Message, Mind, Task};

/// What a store needs from outside.
pub struct Options {
    /// Whose node it is, and what it passes on. When it differs from what it was when the store
    /// was open last, what may become visible by that is added anew.
    pub place: Place,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for ids and for the steps of `date_added`.
    pub random: Arc<dyn Random>,
    /// The lists to keep. Every process that opens the same store must name the same lists.
    pub lists: Vec<ListSpec>,
    /// How many readers may read at once.
    pub readers: usize,
}

/// The store of one node. Cheap to clone: clones share everything. Calls block; from async code
/// use [`Store::append_async`] or a blocking task.
///
/// Several processes may have one store open: their writes take turns, and each sees what the
/// others wrote; a [`Feed`] hears of them when the projections have met it.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    lineage: String,
    messages: Sender<Message>,
    wake: Sender<Wake>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

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
    /// Which version; `None` for what has none.
    pub version: Option<Timestamp>,
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
        let io = |source| Error::Io { path: dir.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(io)?;
        let log = dir.join(schema::FILE);
        let projections = dir.join(projection::FILE);
        let connection = schema::open_writer(&log)?;
        let lineage = lineage(&connection, &*options.random)?;
        // What the last process overwrote and could not sweep any more.
        writer::sweep(&connection);
        let secret = Secret::open(&connection, &*options.random)?;
        let shared = Arc::new(Shared::new(log, projections, &options, secret));
        shared.absorb(&connection)?;
        shared.progress.begin(&connection)?;
        // What is held when the store is opened is no news.
        shared.refresh_spans(&connection)?;
        shared.spans.take_foreign();
        let kept = writer::kept_place(&connection)?;
        let follower = Follower::open(shared.clone(), options.lists, &lineage)?;

        let (messages, tasks) = mpsc::channel();
        let (wake, woken) = mpsc::channel();
        let writer = {
            let (shared, wake) = (shared.clone(), wake.clone());
            thread("store-writer", move || {
                writer::run(connection, Mind::default(), &shared, &tasks, &wake);
            })?
        };
        let follower = {
            let messages = messages.clone();
            thread("store-projections", move || follower.run(&woken, &messages))?
        };
        let threads = Mutex::new(vec![follower, writer]);
        let store = Self { inner: Arc::new(Inner { shared, lineage, messages, wake, threads }) };
        for kind in [CollectionKind::Released, CollectionKind::Inbox] {
            store.collection(&kind)?;
        }
        // Whatever was kept, from now on the given place holds; reading must not turn back to it.
        store.inner.shared.note_turn()?;
        if kept != Some(KeptPlace::from(&options.place)) {
            store.keep_place(kept.as_ref(), options.place)?;
        }
        let _ = store.inner.wake.send(Wake::Follow);
        Ok(store)
    }

    /// The place as the store in `dir` kept it last; `None` where there is no store yet.
    pub fn kept_place(dir: &Path) -> Result<Option<Place>, Error> {
        let path = dir.join(schema::FILE);
        if !path.exists() {
            return Ok(None);
        }
        let db = schema::open_reader(&path).doing("reading the place")?;
        // One that was never finished has none.
        Ok(writer::kept_place(&db).ok().flatten().map(Place::from))
    }

    /// Adds objects to the log and changes records, all or nothing. Durable when it returns;
    /// appends that wait at the same time share one commit. One outcome per object, in order.
    pub fn append(&self, batch: impl Into<Batch>) -> Result<Vec<Outcome>, Error> {
        outcomes(self.inner.ask(Task::Append(batch.into()))?)
    }

    /// [`Store::append`] for async code.
    pub async fn append_async(&self, batch: impl Into<Batch>) -> Result<Vec<Outcome>, Error> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.inner.tell(Task::Append(batch.into()), move |done| {
            let _ = answer.send(done);
        })?;
        outcomes(answered.await.map_err(|_| Error::Closed)??)
    }

    /// The store as `viewer` sees it.
    pub fn view(&self, viewer: Viewer) -> View {
        View { shared: self.inner.shared.clone(), viewer, watch: None }
    }

    /// The node-local records of one kind.
    pub fn shelf<T>(&self, kind: &'static str) -> Shelf<T> {
        Shelf { inner: self.inner.clone(), kind, holds: PhantomData }
    }

    /// The trail of who did what when.
    pub fn trail(&self) -> Trail {
        Trail { inner: self.inner.clone() }
    }

    /// A subscription to commits, beginning now.
    pub fn feed(&self) -> Feed {
        Feed::new(&self.inner.shared)
    }

    /// The collection of that kind, made with a random id when it is asked for first.
    pub fn collection(&self, kind: &CollectionKind) -> Result<CollectionInfo, Error> {
        // What a collection is never changes, and none ever goes.
        let known = &self.inner.shared.collections;
        let held = known.read().unwrap_or_else(PoisonError::into_inner).get(kind).cloned();
        if let Some(info) = held {
            return Ok(info);
        }
        let held = self.collections()?.into_iter().find(|info| info.kind == *kind);
        let info = match held {
            Some(info) => info,
            None => match self.inner.ask(Task::Collection(kind.clone()))? {
                Done::Collection(info) => info,
                _ => return Err(Error::Closed),
            },
        };
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(kind.clone(), info.clone());
        Ok(info)
    }

    /// All collections.
    pub fn collections(&self) -> Result<Vec<CollectionInfo>, Error> {
        writer::collections(&*self.inner.shared.pool.snapshot()?)
    }

    /// Takes an object with all its versions out of a collection and erases it. For workspaces:
    /// it is never a recall. Gives whether it was there. Nobody sees it any more when this
    /// returns; its bytes are gone when the projections have followed.
    pub fn withdraw(
        &self,
        collection: CollectionKey,
        holder: &Holder,
        id: &Id,
    ) -> Result<bool, Error> {
        self.withdraw_some(collection, holder, id, Which::default())
    }

    /// [`Store::withdraw`] for some versions only. Without the newest one, the newest of those that
    /// stay is the newest, and readers find it anew.
    pub fn withdraw_some(
        &self,
        collection: CollectionKey,
        holder: &Holder,
        id: &Id,
        which: Which,
    ) -> Result<bool, Error> {
        let (holder, id) = (holder.clone(), id.clone());
        match self.inner.ask(Task::Withdraw { collection, holder, id, which })? {
            Done::Withdrawn(there) => Ok(there),
            _ => Err(Error::Closed),
        }
    }

    /// Whether nothing that was to be erased is left: not in the log, the write-ahead logs, the
    /// projections or what was kept aside.
    pub fn is_swept(&self) -> Result<bool, Error> {
        let db = self.inner.shared.pool.snapshot()?;
        let left: bool = db
            .query_row("SELECT EXISTS (SELECT 1 FROM erasing)", [], |row| row.get(0))
            .doing("looking what is to be erased")?;
        let (due, done) = projection::scrub(&db)?;
        Ok(!left && due <= done)
    }

    /// Whose node it is, and what it passes on.
    pub fn place(&self) -> Arc<Place> {
        self.inner.shared.audiences.place()
    }

    /// The node passes on more or less than before, or a roster changed. What may become visible
    /// by that is added anew; also when the program ends in between and the store is opened with
    /// the new place.
    pub fn place_changed(&self, place: Place) -> Result<(), Error> {
        let before = KeptPlace::from(&*self.place());
        // First the decision, then the fresh dates: the other way round, a reader who came in
        // between would pass the fresh dates without seeing what they stand for.
        self.inner.shared.audiences.set_place(place.clone());
        self.keep_place(Some(&before), place)
    }

    fn keep_place(&self, before: Option<&KeptPlace>, place: Place) -> Result<(), Error> {
        let after = KeptPlace::from(&place);
        let widened = self.inner.shared.audiences.of(|policy| may_widen(policy, before, &after));
        self.inner.ask(Task::Place { place, widened }).map(|_| ())
    }

    /// `viewer` sees more than before without any object having changed: what he sees is added
    /// anew, so that reading on from where he was he misses nothing.
    pub fn account_granted(&self, viewer: &Viewer) -> Result<(), Error> {
        let place = self.place();
        self.readd(|policy| release::decide(policy, viewer, &place).allowed).map(|_| ())
    }

    /// Adds everything anew whose policy `concerns` says yes to: for whatever widens what somebody
    /// sees without a new version. Call it after the widening holds. Others merely meet it twice.
    /// Gives how many rows were added anew.
    pub fn readd(&self, concerns: impl Fn(&Policy) -> bool) -> Result<u64, Error> {
        match self.inner.ask(Task::Readd(self.inner.shared.audiences.of(concerns)))? {
            Done::Readded(rows) => Ok(rows),
            _ => Err(Error::Closed),
        }
    }

    /// What tells this store from every other, copies of it among them: a restored copy has another
    /// one.
    pub fn lineage(&self) -> &str {
        &self.inner.lineage
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.inner.shared
    }

    /// What owners signed twice, the last first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, Error> {
        backup::alarms(&self.inner.shared)
    }

    /// How far the projections are behind.
    pub fn lag(&self) -> Lag {
        self.inner.shared.progress.lag()
    }

    /// Waits until the projections show everything committed before the call. False if they have
    /// not come so far within `patience`.
    pub fn wait_caught_up(&self, patience: Duration) -> bool {
        let commit = self.inner.shared.pulse.now();
        let _ = self.inner.wake.send(Wake::Follow);
        self.inner.shared.progress.wait(commit, patience)
    }

    /// Drops the projections and builds them again from the log, in the background. Returns when
    /// they are dropped.
    pub fn rebuild_projections(&self) -> Result<(), Error> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.inner.wake.send(Wake::Rebuild(answer)).map_err(|_| Error::Closed)?;
        answered.recv().map_err(|_| Error::Closed)?
    }

    /// Writes a copy of the log and the records to the file `to`, which must not exist, while the
    /// store goes on. `progress` hears of pages done and pages in all. What is erased later stays
    /// in the copy.
    pub fn backup(&self, to: &Path, progress: impl FnMut(u64, u64)) -> Result<(), Error> {
        backup::write(&self.inner.shared, to, progress)
    }

    /// Checks the database file and counts what is in it.
    pub fn check(&self) -> Result<Health, Error> {
        backup::check(&self.inner.shared)
    }
}

fn outcomes(done: Done) -> Result<Vec<Outcome>, Error> {
    match done {
        Done::Outcomes(outcomes) => Ok(outcomes),
        _ => Err(Error::Closed),
    }
}

impl Inner {
    /// Has the writer do something and waits until it is durable.
    pub(crate) fn ask(&self, task: Task) -> Result<Done, Error> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.tell(task, move |done| {
            let _ = answer.send(done);
        })?;
        answered.recv().map_err(|_| Error::Closed)?
    }

    fn tell(
        &self,
        task: Task,
        reply: impl FnOnce(Result<Done, Error>) + Send + 'static,
    ) -> Result<(), Error> {
        self.messages.send(Message::Do(task, Box::new(reply))).map_err(|_| Error::Closed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let _ = self.wake.send(Wake::Stop);
        let _ = self.messages.send(Message::Stop);
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map_err(|source| Error::Io { path: name.into(), source })
}

/// The store's lineage: a restored copy has one of its own, so that projections made from the
/// original are not taken for its own.
fn lineage(connection: &Connection, random: &dyn Random) -> Result<String, Error> {
    const FRESH: &str = "INSERT OR IGNORE INTO meta (name, value) VALUES ('lineage', ?1)";
    connection.execute(FRESH, [clock::uuid(random).to_string()]).doing("reading the lineage")?;
    connection
        .query_row("SELECT value FROM meta WHERE name = 'lineage'", [], |row| row.get(0))
        .doing("reading the lineage")
}

/// Whether somebody may see by the change of place what he did not see before. Rather too often
/// yes than too seldom: adding anew loses nobody anything.
pub(crate) fn may_widen(policy: &Policy, before: Option<&KeptPlace>, after: &KeptPlace) -> bool {
    let Some(before) = before.filter(|before| before.state == after.state) else { return true };
    let relays = after.relay && !before.relay;
    let rosters = after.rosters != before.rosters;
    let mut terms = policy.own().into_iter().chain(policy.bounds());
    terms.any(|term| {
        let foreign = matches!(&term.holder, Holder::State(state) if *state != after.state);
        let renamed = matches!(&term.holder, Holder::State(state)
            if before.pseudonyms.get(state) != after.pseudonyms.get(state));
        renamed || (relays && foreign) || (rosters && !term.groups.is_empty())
    })
}
