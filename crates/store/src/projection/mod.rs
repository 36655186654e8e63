//! Projections: what follows the log, a moment behind it.
//!
//! They live in a file of their own, so that building them never keeps the log's writer waiting,
//! and so that they can be deleted. They may be behind, therefore whoever reads them checks each
//! row against the log: what he may not see any more is passed over even if it stands here.

mod lists;
pub(crate) mod proof;
pub(crate) mod refs;
pub(crate) mod search;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::lists::ListSpec;
use crate::row::{self, Copy, Flags, Version};
use crate::schema;
use crate::shared::Shared;
use crate::writer::{Message, Task};
pub(crate) use lists::{ADDED, ALL, date_key, unpack};

/// The projections' file.
pub(crate) const FILE: &str = "projections.db";

const SCHEMA: &str = include_str!("schema.sql");
/// Raise it when the schema above or what stands in it changes.
const SCHEMA_VERSION: u32 = 2;
/// How many sequences are followed in one transaction.
const STEP: i64 = 1_000;
/// How often to look for what other processes wrote.
const LOOK: Duration = Duration::from_millis(200);

/// What the projections' thread is asked to do.
pub(crate) enum Wake {
    /// Something was committed.
    Follow,
    /// Drop everything and begin anew; tells when it is dropped.
    Rebuild(SyncSender<Result<(), Error>>),
    Stop,
}

/// Follows the log.
pub(crate) struct Follower {
    shared: Arc<Shared>,
    log: Connection,
    db: Connection,
    specs: Vec<ListSpec>,
    lineage: String,
    terms: HashMap<(String, String, String), i64>,
    /// Up to where what was due to be swept is, here: the pages, and the write-ahead log.
    swept: (i64, i64),
    /// The version of the log's file when it was last followed to its end.
    seen: i64,
}

/// An object as it stands in the projections, or should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    seq: i64,
    audience: Number,
    added: i64,
}

impl Follower {
    /// Opens the projections, making them anew if they are not this log's, or not by these lists.
    pub(crate) fn open(
        shared: Arc<Shared>,
        specs: Vec<ListSpec>,
        lineage: &str,
    ) -> Result<Self, Error> {
        let log = schema::open_reader(&shared.log).doing("opening the log for the projections")?;
        let db = match open(&shared.projections) {
            Ok(db) => db,
            Err(error) => {
                tracing::warn!(%error, "the projections cannot be opened; they are made anew");
                remove(&shared.projections)?;
                open(&shared.projections).doing("making the projections")?
            }
        };
        let lineage = lineage.to_owned();
        let terms = HashMap::new();
        let mut follower = Self { shared, log, db, specs, lineage, terms, swept: (0, 0), seen: 0 };
        if !follower.fits()? {
            follower.rebuild()?;
        }
        let (seq, change) = follower.place()?;
        let progress = &follower.shared.progress;
        progress.followed_seq.store(seq, Ordering::SeqCst);
        progress.followed_change.store(change, Ordering::SeqCst);
        Ok(follower)
    }

    /// Runs until it is told to stop.
    pub(crate) fn run(mut self, woken: &Receiver<Wake>, writer: &Sender<Message>) {
        stand_back();
        let mut failures = 0;
        let mut next = Some(Wake::Follow);
        if let Err(error) = self.say_again(writer) {
            tracing::warn!(%error, "how far the log was followed could not be told");
        }
        loop {
            match next {
                Some(Wake::Stop) => break,
                Some(Wake::Rebuild(answer)) => {
                    self.shared.progress.unsettle();
                    let _ = answer.send(self.rebuild());
                    next = Some(Wake::Follow);
                    continue;
                }
                Some(Wake::Follow) | None => {}
            }
            match self.follow(woken, writer) {
                Ok(interrupted) => {
                    failures = 0;
                    next = interrupted;
                    if next.is_some() {
                        continue;
                    }
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, failures, "the projections cannot follow the log");
                    if failures > 1
                        && let Err(error) = self.rebuild()
                    {
                        tracing::error!(%error, "the projections cannot be made anew");
                    }
                }
            }
            next = loop {
                if let Err(error) = self.sweep(writer) {
                    tracing::warn!(%error, "what was erased cannot be swept from the projections yet");
                }
                match woken.recv_timeout(LOOK) {
                    Ok(wake) => break Some(wake),
                    Err(RecvTimeoutError::Disconnected) => break Some(Wake::Stop),
                    Err(RecvTimeoutError::Timeout) if failures > 0 || self.is_news() => break None,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            };
        }
        self.shared.progress.stop();
    }

    /// Whether anybody wrote to the log since it was last followed to its end.
    fn is_news(&self) -> bool {
        let version = self.log.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
        !version.is_ok_and(|version| version == self.seen)
    }

    /// Follows the log to its end, step by step. Gives what else there is to do before that.
    fn follow(
        &mut self,
        woken: &Receiver<Wake>,
        writer: &Sender<Message>,
    ) -> Result<Option<Wake>, Error> {
        loop {
            let commit = self.shared.pulse.now();
            let version =
                self.log.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
            let more = self.step(writer)?;
            // Who gained is decided for the place as another process may have kept it.
            self.shared.catch_up(&self.log)?;
            self.shared.hear_others(&self.log)?;
            if !more {
                self.shared.progress.settle(commit);
                self.shared.pulse.settle(commit);
            }
            while let Ok(wake) = woken.try_recv() {
                if !matches!(wake, Wake::Follow) {
                    return Ok(Some(wake));
                }
            }
            if !more && self.shared.pulse.now() == commit {
                self.seen = version.unwrap_or(0);
                return Ok(None);
            }
        }
    }

    /// Tells the writer how far the log was followed before, if it still waits for that: the last
    /// process may have ended between following and telling.
    fn say_again(&self, writer: &Sender<Message>) -> Result<(), Error> {
        const WAITS: &str = "SELECT EXISTS (SELECT 1 FROM changed WHERE n <= ?1)
             OR EXISTS (SELECT 1 FROM erasing)";
        let (_, change) = self.place()?;
        let waits: bool = self
            .log
            .query_row(WAITS, [change], |row| row.get(0))
            .doing("looking what waits to be erased")?;
        if waits {
            let _ = writer.send(Message::Do(Task::Followed(change), Box::new(|_| ())));
        }
        Ok(())
    }

    /// Sweeps what erasures left behind: here the values of facets that no row has any more, and
    /// traces in the pages; then has the writer cut its log off. Until all of that is done, it is
    /// tried again, by whoever has the store open.
    fn sweep(&mut self, writer: &Sender<Message>) -> Result<(), Error> {
        const GONE: &str = "DELETE FROM tally WHERE rows = 0;
             DELETE FROM term WHERE facet NOT IN ('', '+added')
                 AND id NOT IN (SELECT term FROM tally);";
        let (due, done) = scrub(&self.log)?;
        if due <= done || due <= self.swept.1 {
            return Ok(());
        }
        if due > self.swept.0 {
            self.terms.clear();
            self.db.execute_batch(GONE).doing("sweeping the projections")?;
            // Only pages written anew are without traces of what was moved about in them.
            self.db.execute_batch("VACUUM").doing("sweeping the projections")?;
            self.swept.0 = due;
        }
        if crate::writer::sweep(&self.db) {
            self.swept.1 = due;
            let _ = writer.send(Message::Scrub(due));
        }
        Ok(())
    }

    /// Follows one step; gives whether there may be more.
    fn step(&mut self, writer: &Sender<Message>) -> Result<bool, Error> {
        self.log.execute_batch("BEGIN").doing("reading the log")?;
        self.db.execute_batch("BEGIN IMMEDIATE").doing("beginning to project")?;
        let stepped = self.step_within();
        let _ = self.log.execute_batch("ROLLBACK");
        let committed = stepped.and_then(|stepped| {
            self.db.execute_batch("COMMIT").doing("committing projections")?;
            Ok(stepped)
        });
        match committed {
            Ok(stepped) => {
                let progress = &self.shared.progress;
                progress.followed_seq.store(stepped.seq, Ordering::SeqCst);
                progress.followed_change.store(stepped.change, Ordering::SeqCst);
                // Another process may have written what this one does not know of yet.
                progress.log_seq.fetch_max(stepped.seq, Ordering::SeqCst);
                progress.log_change.fetch_max(stepped.change, Ordering::SeqCst);
                if stepped.followed_changes {
                    let reply = Box::new(|_| ());
                    let _ = writer.send(Message::Do(Task::Followed(stepped.change), reply));
                }
                if stepped.objects > 0 {
                    let _ = self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                }
                Ok(stepped.more)
            }
            Err(error) => {
                if !self.db.is_autocommit() {
                    let _ = self.db.execute_batch("ROLLBACK");
                }
                self.terms.clear();
                Err(error)
            }
        }
    }

    fn step_within(&mut self) -> Result<Stepped, Error> {
        const NEW: &str = "SELECT seq, object, received FROM version
             WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        const CHANGED: &str = "SELECT n, object FROM changed WHERE n > ?1 ORDER BY n LIMIT ?2";
        let (from, change_from) = self.place()?;
        let (mut seq, mut change, mut witness) = (from, change_from, None);
        let mut objects = BTreeSet::new();
        let mut read = 0;
        {
            let mut statement = self.log.prepare_cached(NEW).doing("reading the log")?;
            let mut rows = statement.query([from, STEP]).doing("reading the log")?;
            while let Some(row) = rows.next().doing("reading the log")? {
                seq = row.get(0).doing("reading the log")?;
                objects.insert(row.get::<_, i64>(1).doing("reading the log")?);
                witness = Some(row.get::<_, i64>(2).doing("reading the log")?);
                read += 1;
            }
            let more = read == STEP;
            let mut changes = 0;
            let mut statement = self.log.prepare_cached(CHANGED).doing("reading the changes")?;
            let mut rows = statement.query([change_from, STEP]).doing("reading the changes")?;
            while let Some(row) = rows.next().doing("reading the changes")? {
                change = row.get(0).doing("reading the changes")?;
                objects.insert(row.get(1).doing("reading the changes")?);
                changes += 1;
            }
            read = i64::from(more || changes == STEP);
        }
        let mut totals = Totals::default();
        for object in &objects {
            self.project(*object, &mut totals)?;
        }
        totals.tally.write(&self.db)?;
        totals.proofs.write(&self.db)?;
        self.db
            .prepare_cached(
                "UPDATE followed SET seq = ?1, witness = ifnull(?2, witness), change = ?3",
            )
            .and_then(|mut statement| statement.execute((seq, witness, change)))
            .doing("noting how far the log was followed")?;
        Ok(Stepped {
            seq,
            change,
            followed_changes: change > change_from,
            objects: objects.len(),
            more: read == 1,
        })
    }

    /// Makes an object stand in the projections as it stands in the log now.
    fn project(&mut self, object: i64, totals: &mut Totals) -> Result<(), Error> {
        const HELD: &str = "SELECT seq, audience, added, rows, place FROM projected
             WHERE object = ?1";
        let held: Option<(Standing, String, Option<i64>)> = self
            .db
            .prepare_cached(HELD)
            .and_then(|mut statement| {
                let read = |row: &rusqlite::Row<'_>| {
                    let standing =
                        Standing { seq: row.get(0)?, audience: row.get(1)?, added: row.get(2)? };
                    Ok((standing, row.get(3)?, row.get(4)?))
                };
                statement.query_row([object], read).optional()
            })
            .doing("reading what is projected")?;
        let wanted = self.standing(object)?;
        if held.as_ref().map(|(standing, ..)| *standing) == wanted {
            return Ok(());
        }
        if let Some((standing, rows, place)) = held {
            // Its bytes are in the log as long as it stands here.
            if let Some(bytes) = row::bytes(&self.log, standing.seq)? {
                let old = row::parse(bytes)?;
                search::remove(&self.db, standing.audience, standing.seq, &old)?;
                refs::remove(&self.db, standing.audience, standing.seq, &old)?;
            }
            lists::remove(&self.db, standing.audience, standing.seq, &rows, &mut totals.tally)?;
            if let Some(place) = place {
                totals.proofs.remove(&self.db, standing.audience, object, place)?;
            }
            self.db
                .prepare_cached("DELETE FROM projected WHERE object = ?1")
                .and_then(|mut statement| statement.execute([object]))
                .doing("forgetting a projection")?;
        }
        if let Some(standing) = wanted {
            self.stand(object, standing, totals)?;
        }
        Ok(())
    }

    fn stand(&mut self, object: i64, standing: Standing, totals: &mut Totals) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO projected (object, seq, audience, added, rows, place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Standing { seq, audience, added } = standing;
        let new = row::object(&self.log, seq)?;
        search::add(&self.db, audience, seq, &new)?;
        refs::add(&self.db, audience, seq, &new)?;
        let specs = self.specs.clone();
        let rows = lists::rows(&specs, &new, added);
        let rows = self.list(audience, seq, &rows, &mut totals.tally)?;
        let is_signed =
            Version::find(&self.log, seq)?.is_some_and(|version| version.flags.has(Flags::SIGNED));
        let place = if is_signed {
            Some(totals.proofs.add(&self.db, audience, object, &new)?)
        } else {
            None
        };
        self.db
            .prepare_cached(SQL)
            .and_then(|mut statement| {
                statement.execute((object, seq, audience, added, rows, place))
            })
            .doing("noting a projection")?;
        Ok(())
    }

    /// How the object should stand: its newest version, unless it is gone or a definition, which
    /// nobody looks for.
    fn standing(&self, object: i64) -> Result<Option<Standing>, Error> {
        let Some(copy) = Copy::of_key(&self.log, object)? else { return Ok(None) };
        let version = Version::find(&self.log, copy.newest)?;
        let version = version.filter(|version| !version.flags.has(Flags::DEFINITION));
        Ok(version.map(|version| Standing {
            seq: version.seq,
            audience: version.audience,
            added: version.added,
        }))
    }

    /// How far the log was followed: sequence and change.
    fn place(&self) -> Result<(i64, i64), Error> {
        self.db
            .query_row("SELECT seq, change FROM followed", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .doing("reading how far the log was followed")
    }

    /// Whether the projections are this log's, by these extractors.
    fn fits(&self) -> Result<bool, Error> {
        const SQL: &str = "SELECT lineage, extractors, seq, witness FROM followed";
        let found: rusqlite::Result<(String, String, i64, i64)> =
            self.db
                .query_row(SQL, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        let Ok((lineage, extractors, seq, witness)) = found else { return Ok(false) };
        if lineage != self.lineage || extractors != self.extractors() {
            return Ok(false);
        }
        // The last version followed may be gone, never another one's.
        let last = Version::find(&self.log, seq)?;
        let greatest: i64 = self
            .log
            .query_row("SELECT ifnull(max(seq), 0) FROM version", [], |row| row.get(0))
            .doing("reading how far the log is")?;
        Ok(last.map_or(seq == 0 || seq < greatest, |last| last.received == witness))
    }

    /// Names everything that decides what stands in the projections.
    fn extractors(&self) -> String {
        let (search, refs, proof) = (search::VERSION, refs::VERSION, proof::VERSION);
        let own = format!("{SCHEMA_VERSION} search {search} refs {refs} proof {proof}");
        let mut lists: Vec<_> =
            self.specs.iter().map(|spec| format!("{} {}", spec.name, spec.version)).collect();
        lists.sort();
        format!("{own}; {}", lists.join(", "))
    }

    fn rebuild(&mut self) -> Result<(), Error> {
        tracing::info!("the projections are made anew");
        self.terms.clear();
        let extractors = self.extractors();
        let lineage = self.lineage.clone();
        let transaction = self.db.transaction().doing("making the projections anew")?;
        let tables: Vec<String> = {
            // The tables that FTS5 keeps for itself go with it.
            let mut statement = transaction
                .prepare(
                    "SELECT name FROM sqlite_schema WHERE type = 'table'
                     AND name NOT LIKE 'search\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
                )
                .doing("making the projections anew")?;
            let rows =
                statement.query_map([], |row| row.get(0)).doing("making the projections anew")?;
            rows.collect::<rusqlite::Result<_>>().doing("making the projections anew")?
        };
        for table in tables {
            transaction
                .execute_batch(&format!("DROP TABLE \"{table}\""))
                .doing("making the projections anew")?;
        }
        transaction.execute_batch(SCHEMA).doing("making the projections anew")?;
        transaction
            .execute(
                "INSERT INTO followed (one, lineage, extractors, seq, witness, change)
                 VALUES (1, ?1, ?2, 0, 0, 0)",
                [lineage, extractors],
            )
            .doing("making the projections anew")?;
        transaction.commit().doing("making the projections anew")?;
        self.shared.progress.followed_seq.store(0, Ordering::SeqCst);
        self.shared.progress.followed_change.store(0, Ordering::SeqCst);
        Ok(())
    }
}

/// Up to where sweeping is due, and up to where it is done.
pub(crate) fn scrub(log: &Connection) -> Result<(i64, i64), Error> {
    const SQL: &str = "SELECT
         ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'scrub-due'), 0),
         ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'scrub-done'), 0)";
    log.prepare_cached(SQL)
        .and_then(|mut scrub| scrub.query_row([], |row| Ok((row.get(0)?, row.get(1)?))))
        .doing("looking what is to be swept")
}

/// What is summed up over a step.
#[derive(Default)]
struct Totals {
    tally: lists::Tally,
    proofs: proof::Delta,
}

/// Whoever waits for an acknowledgement or a page comes first where there is not a core for each.
fn stand_back() {
    // On Linux the priority is that of the thread which asks, not of the process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 5) {
        tracing::debug!(%error, "the projections keep their priority");
    }
}

struct Stepped {
    seq: i64,
    change: i64,
    followed_changes: bool,
    objects: usize,
    more: bool,
}

/// Whether the projections show all that the log holds, where both are attached.
pub(crate) fn is_followed(db: &Connection) -> Result<bool, Error> {
    const SQL: &str = "SELECT ifnull((SELECT max(seq) FROM main.version), 0) <= followed.seq
            AND NOT EXISTS (SELECT 1 FROM main.changed WHERE n > followed.change)
         FROM p.followed";
    let mut statement = db.prepare_cached(SQL).doing("looking for a lag")?;
    statement.query_row([], |row| row.get(0)).doing("looking for a lag")
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    schema::settle(&db)?;
    // A file that is no database shows it here.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(db)
}

fn remove(path: &Path) -> Result<(), Error> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Io { path: name.into(), source });
            }
            _ => {}
        }
    }
    Ok(())
}
