//! The one writer: takes what waits, writes it in one transaction, acknowledges when it is durable.

mod append;
mod aside;
mod bound;
mod change;
mod definition;
mod hot;
mod mind;
mod recall;
mod tell;
mod withdraw;
mod work;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use release::{Holder, Place};
use rusqlite::Connection;
use stix::Id;

use crate::admitted::{Batch, Outcome};
use crate::collection::{CollectionInfo, CollectionKey, CollectionKind};
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::projection::Wake;
use crate::shared::Shared;
use crate::shelf::Record;
use crate::view::page::Which;
pub(crate) use change::{KeptPlace, collections, kept_place};
pub(crate) use mind::Mind;
pub(crate) use tell::Telling;
use work::Work;

/// How many objects at most share a commit, unless a single batch has more.
const MOST_OBJECTS: usize = 5_000;
/// How soon to try again to cut the write-ahead log off.
const AGAIN: Duration = Duration::from_millis(50);
/// How many pages the write-ahead log may have before it is moved into the database file.
const MOST_PAGES: i32 = 2_000;

/// What the writer is asked to do. Each is all or nothing.
pub(crate) enum Task {
    Append(Batch),
    /// Writes a record if it still is as expected.
    Swap {
        expected: Option<String>,
        record: Record,
        /// What else is written then.
        also: Vec<Record>,
    },
    Collection(CollectionKind),
    Withdraw {
        collection: CollectionKey,
        holder: Holder,
        id: Id,
        which: Which,
    },
    /// Adds everything of these audiences anew.
    Readd(HashSet<Number>),
    /// Keeps the place in mind for the next start, with what it widens.
    Place {
        place: Place,
        widened: HashSet<Number>,
    },
    /// Erases the texts of the trail's rows below a number, and writes what is told of that.
    Retire {
        below: u64,
        told: Vec<Record>,
    },
    /// The projections have followed all changes up to this one.
    Followed(i64),
    /// What was due to be swept up to here is.
    Scrubbed(i64),
}

/// What came of a task.
pub(crate) enum Done {
    Outcomes(Vec<Outcome>),
    Swapped(bool),
    Collection(CollectionInfo),
    Withdrawn(bool),
    Readded(u64),
    Retired(u64),
    Nothing,
}

/// Told what came of a task, when that is durable.
pub(crate) type Reply = Box<dyn FnOnce(Result<Done, Error>) + Send>;

#[expect(clippy::large_enum_variant, reason = "nearly every message is a task")]
pub(crate) enum Message {
    Do(Task, Reply),
    /// The projections are swept: so is the write-ahead log to be.
    Scrub(i64),
    Stop,
}

impl Task {
    fn weight(&self) -> usize {
        match self {
            Self::Append(batch) => batch.objects.len(),
            Self::Readd(_) | Self::Place { .. } => MOST_OBJECTS,
            _ => 1,
        }
    }
}

/// Runs the writer until it is told to stop or nobody can tell it anything any more.
pub(crate) fn run(
    mut connection: Connection,
    mut mind: Mind,
    shared: &Arc<Shared>,
    messages: &Receiver<Message>,
    projections: &Sender<Wake>,
) {
    let pages = Arc::new(AtomicI32::new(0));
    let counted = pages.clone();
    let hook = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
        counted.store(pages, Ordering::Relaxed);
        Ok(())
    };
    if let Err(error) = connection.wal_hook(Some(hook)) {
        tracing::warn!(%error, "the write-ahead log cannot be watched and may grow");
    }
    let mut stopped = false;
    let mut scrub = None;
    while !stopped {
        if let Some(due) = scrub
            && sweep(&connection)
        {
            scrub = None;
            if due > 0 {
                shared.pool.renew();
                let done: (_, Reply) = (Task::Scrubbed(due), Box::new(|_| ()));
                commit_group(&mut connection, &mut mind, shared, vec![done]);
            }
        }
        // Readers are in the way now and then: again in a moment.
        let first = match scrub {
            None => messages.recv().ok(),
            Some(_) => match messages.recv_timeout(AGAIN) {
                Err(RecvTimeoutError::Timeout) => continue,
                message => message.ok(),
            },
        };
        let Some(first) = first else { break };
        let mut group = Vec::new();
        let mut weight = 0;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Stop => {
                    stopped = true;
                    break;
                }
                Message::Scrub(due) => scrub = scrub.max(Some(due)),
                Message::Do(task, reply) => {
                    weight += task.weight();
                    group.push((task, reply));
                }
            }
            // Whoever came while the last commit was written shares this one.
            next = if weight < MOST_OBJECTS { messages.try_recv().ok() } else { None };
        }
        if group.is_empty() {
            continue;
        }
        commit_group(&mut connection, &mut mind, shared, group);
        let _ = projections.send(Wake::Follow);
        if std::mem::take(&mut mind.dropped_aside) {
            scrub = scrub.max(Some(0));
        }
        checkpoint(&connection, &pages);
    }
}

fn commit_group(
    connection: &mut Connection,
    mind: &mut Mind,
    shared: &Arc<Shared>,
    group: Vec<(Task, Reply)>,
) {
    let (tasks, replies): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    match commit(connection, mind, shared, &tasks) {
        Ok(done) => replies.into_iter().zip(done).for_each(|(reply, done)| reply(Ok(done))),
        Err(error) if tasks.len() == 1 => {
            if let Some(reply) = replies.into_iter().next() {
                reply(Err(error));
            }
        }
        // One of them cannot be done: each for itself, so that the others are.
        Err(_) => {
            for (task, reply) in tasks.into_iter().zip(replies) {
                let done = commit(connection, mind, shared, std::slice::from_ref(&task));
                reply(done.and_then(|mut done| done.pop().ok_or(Error::Closed)));
            }
        }
    }
}

fn commit(
    connection: &mut Connection,
    mind: &mut Mind,
    shared: &Arc<Shared>,
    tasks: &[Task],
) -> Result<Vec<Done>, Error> {
    connection.execute_batch("BEGIN IMMEDIATE").doing("beginning to write")?;
    let written = write(connection, mind, shared, tasks);
    let committed = written.and_then(|written| {
        connection.execute_batch("COMMIT").doing("committing")?;
        Ok(written)
    });
    match committed {
        Ok((done, gained)) => {
            shared.holders.committed();
            shared.kinds.committed();
            shared.audiences.policies.committed();
            mind.publish(shared);
            shared.pulse.commit(&gained);
            Ok(done)
        }
        Err(error) => {
            // SQLite may have rolled back by itself.
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            // What was kept in mind of the failed transaction is not true.
            mind.forget();
            Err(error)
        }
    }
}

fn write(
    connection: &Connection,
    mind: &mut Mind,
    shared: &Arc<Shared>,
    tasks: &[Task],
) -> Result<(Vec<Done>, HashSet<Number>), Error> {
    mind.remember(connection, shared)?;
    shared.holders.begin(connection)?;
    shared.kinds.begin(connection)?;
    shared.audiences.policies.begin(connection)?;
    let expected = tasks.iter().map(Task::weight).sum();
    let mut work = Work::new(connection, shared, mind, expected);
    let done = tasks.iter().map(|task| work.run(task)).collect::<Result<Vec<_>, _>>()?;
    Ok((done, work.finish()?))
}

/// Moves what is committed into the database file, after the acknowledgements are out. What
/// readers still need stays behind for the next time.
fn checkpoint(connection: &Connection, pages: &AtomicI32) {
    if pages.load(Ordering::Relaxed) < MOST_PAGES {
        return;
    }
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the write-ahead log could not be checkpointed");
    }
}

/// Moves everything into the database file and cuts the write-ahead log off, so that nothing that
/// was overwritten stays there. False when somebody reads from it.
pub(crate) fn sweep(connection: &Connection) -> bool {
    // Whoever waits to write must not wait for a slow reader.
    let waiting = connection.busy_timeout(AGAIN);
    let swept = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0));
    let waiting = waiting.and(connection.busy_timeout(crate::schema::PATIENCE));
    if let Err(error) = waiting {
        tracing::warn!(%error, "how long to wait for others could not be set");
    }
    swept.unwrap_or_else(|error| {
        tracing::warn!(%error, "the write-ahead log could not be cut off");
        false
    })
}
