//! What the writer, the readers and the projections share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;

use release::Holder;
use rusqlite::{Connection, OptionalExtension};

use crate::added::Spans;
use crate::audience::Audiences;
use crate::clock::{Clock, Random};
use crate::collection::{CollectionInfo, CollectionKind};
use crate::error::{Doing, Error};
use crate::feed::Pulse;
use crate::intern::{Interner, Number};
use crate::pool::Pool;
use crate::row::TypeName;
use crate::secret::Secret;
use crate::store::{Lag, Options};

pub(crate) struct Shared {
    pub(crate) log: PathBuf,
    pub(crate) projections: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    /// The names of the lists that are kept.
    pub(crate) lists: Vec<&'static str>,
    pub(crate) audiences: Audiences,
    pub(crate) holders: Interner<Holder>,
    pub(crate) kinds: Interner<TypeName>,
    /// The collections met so far.
    pub(crate) collections: RwLock<HashMap<CollectionKind, CollectionInfo>>,
    pub(crate) spans: Spans,
    pub(crate) pool: Pool,
    pub(crate) pulse: Pulse,
    pub(crate) progress: Progress,
    /// By what it is told that another process kept another place.
    place_turn: AtomicI64,
    turning: Mutex<()>,
    pub(crate) secret: Secret,
}

impl Shared {
    pub(crate) fn new(
        log: PathBuf,
        projections: PathBuf,
        options: &Options,
        secret: Secret,
    ) -> Self {
        Self {
            pool: Pool::new(&log, &projections, options.readers),
            log,
            projections,
            clock: options.clock.clone(),
            random: options.random.clone(),
            lists: options.lists.iter().map(|spec| spec.name).collect(),
            audiences: Audiences::new(options.place.clone()),
            holders: Interner::new(),
            kinds: Interner::new(),
            collections: RwLock::default(),
            spans: Spans::default(),
            pulse: Pulse::new(),
            progress: Progress::default(),
            place_turn: AtomicI64::new(0),
            turning: Mutex::new(()),
            secret,
        }
    }

    /// Reads what another process may have interned. The first read of a snapshot, so that all
    /// that is looked at in memory afterwards is at least as new as the snapshot.
    pub(crate) fn catch_up(&self, db: &Connection) -> Result<(), Error> {
        let mut statement = db
            .prepare_cached(
                "SELECT ifnull(max(id), 0), ifnull((SELECT CAST(value AS INTEGER) FROM meta
                     WHERE name = 'place-turn'), 0) FROM audience",
            )
            .doing("reading the audiences")?;
        let (greatest, turn): (Number, i64) = statement
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .doing("reading the audiences")?;
        self.turn_to(db, turn)?;
        if usize::try_from(greatest).unwrap_or(0) > self.audiences.policies.len() {
            self.absorb(db)?;
        }
        Ok(())
    }

    /// The place that holds here is as good as the one that was kept.
    pub(crate) fn note_turn(&self) -> Result<(), Error> {
        let db = self.pool.moment()?;
        let turn = db
            .query_row(
                "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'place-turn'",
                [],
                |row| row.get(0),
            )
            .optional()
            .doing("reading the place")?;
        self.place_turn.store(turn.unwrap_or(0), Ordering::SeqCst);
        Ok(())
    }

    /// Decides for the place that was kept last, if another process kept it. Never turns back: an
    /// older snapshot may look later.
    fn turn_to(&self, db: &Connection, turn: i64) -> Result<(), Error> {
        if self.place_turn.load(Ordering::SeqCst) >= turn {
            return Ok(());
        }
        let place = crate::writer::kept_place(db)?;
        let _turn = self.turning.lock().unwrap_or_else(PoisonError::into_inner);
        if self.place_turn.load(Ordering::SeqCst) < turn {
            if let Some(place) = place {
                self.audiences.set_place(place.into());
            }
            self.place_turn.store(turn, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Tells the feed who gained by what other processes wrote.
    pub(crate) fn hear_others(&self, db: &Connection) -> Result<(), Error> {
        self.catch_up(db)?;
        self.refresh_spans(db)?;
        let gained = self.spans.take_foreign();
        if !gained.is_empty() {
            self.pulse.commit(&gained);
        }
        Ok(())
    }

    /// Reads which streams there are in all collections, as far as other processes wrote to them.
    pub(crate) fn refresh_spans(&self, db: &Connection) -> Result<(), Error> {
        let mut statement =
            db.prepare_cached("SELECT id FROM collection").doing("reading the collections")?;
        let rows = statement.query_map([], |row| row.get(0)).doing("reading the collections")?;
        for collection in rows {
            self.spans.refresh(db, collection.doing("reading the collections")?)?;
        }
        Ok(())
    }

    pub(crate) fn absorb(&self, db: &Connection) -> Result<(), Error> {
        self.holders.absorb(db)?;
        self.kinds.absorb(db)?;
        self.audiences.policies.absorb(db)
    }

    pub(crate) fn holder(&self, db: &Connection, number: Number) -> Result<Holder, Error> {
        if let Some(holder) = self.holders.get(number) {
            return Ok(holder);
        }
        self.absorb(db)?;
        self.holders.get(number).ok_or_else(|| missing("holder", number))
    }

    pub(crate) fn kind(&self, db: &Connection, number: Number) -> Result<TypeName, Error> {
        if let Some(kind) = self.kinds.get(number) {
            return Ok(kind);
        }
        self.absorb(db)?;
        self.kinds.get(number).ok_or_else(|| missing("kind", number))
    }

    pub(crate) fn policy(
        &self,
        db: &Connection,
        number: Number,
    ) -> Result<Arc<release::Policy>, Error> {
        if let Some(policy) = self.audiences.policies.get(number) {
            return Ok(policy);
        }
        self.absorb(db)?;
        self.audiences.policies.get(number).ok_or_else(|| missing("audience", number))
    }
}

fn missing(place: &'static str, number: Number) -> Error {
    Error::Damaged { place, reason: format!("number {number} is missing") }
}

/// How far the log has come, and how far the projections have followed it.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) log_seq: AtomicI64,
    pub(crate) log_change: AtomicI64,
    pub(crate) followed_seq: AtomicI64,
    pub(crate) followed_change: AtomicI64,
    /// The last commit that the projections show in full, and whether they stopped.
    settled: Mutex<(u64, bool)>,
    moved: Condvar,
}

impl Progress {
    /// How far the log is when the store is opened.
    pub(crate) fn begin(&self, db: &Connection) -> Result<(), Error> {
        const SEQ: &str = "SELECT ifnull(max(seq), 0) FROM version";
        const CHANGE: &str =
            "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'changed'), 0)";
        for (sql, place) in [(SEQ, &self.log_seq), (CHANGE, &self.log_change)] {
            let number =
                db.query_row(sql, [], |row| row.get(0)).doing("reading how far the log is")?;
            place.store(number, Ordering::SeqCst);
        }
        Ok(())
    }

    pub(crate) fn lag(&self) -> Lag {
        let behind = |log: &AtomicI64, followed: &AtomicI64| {
            let distance = log.load(Ordering::SeqCst) - followed.load(Ordering::SeqCst);
            u64::try_from(distance).unwrap_or(0)
        };
        Lag {
            sequences: behind(&self.log_seq, &self.followed_seq),
            changes: behind(&self.log_change, &self.followed_change),
        }
    }

    pub(crate) fn settle(&self, commit: u64) {
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.0 = settled.0.max(commit);
        self.moved.notify_all();
    }

    /// The projections will not follow any more.
    pub(crate) fn stop(&self) {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.moved.notify_all();
    }

    /// A rebuild begins: nothing is settled until it has followed everything anew.
    pub(crate) fn unsettle(&self) {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).0 = 0;
    }

    pub(crate) fn wait(&self, commit: u64, patience: Duration) -> bool {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .moved
            .wait_timeout_while(settled, patience, |settled| settled.0 < commit && !settled.1);
        waited.unwrap_or_else(PoisonError::into_inner).0.0 >= commit
    }
}
