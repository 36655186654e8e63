//! Connections for reading.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use crate::error::{Doing, Error};
use crate::schema;

/// A fixed number of connections, opened when they are needed first. Each has the projections
/// attached as `p`.
pub(crate) struct Pool {
    log: PathBuf,
    projections: PathBuf,
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    idle: Vec<Connection>,
    /// How many more may be opened.
    unopened: usize,
    /// Connections opened before the last renewal are not used again.
    age: u64,
}

impl Pool {
    pub(crate) fn new(log: &Path, projections: &Path, readers: usize) -> Self {
        let state = State { idle: Vec::new(), unopened: readers.max(1), age: 0 };
        Self {
            log: log.to_owned(),
            projections: projections.to_owned(),
            state: Mutex::new(state),
            freed: Condvar::new(),
        }
    }

    /// A snapshot of what is committed now. Waits while all connections are taken.
    pub(crate) fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let snapshot = self.moment()?;
        run(&snapshot, "BEGIN").doing("beginning to read")?;
        Ok(snapshot)
    }

    /// For one statement alone: that is a snapshot by itself.
    pub(crate) fn moment(&self) -> Result<Snapshot<'_>, Error> {
        let (connection, age) = self.take()?;
        Ok(Snapshot { pool: self, connection: Some(connection), age })
    }

    /// Closes all connections, as soon as nobody uses them: what was erased must not live on in
    /// their memory.
    pub(crate) fn renew(&self) {
        let idle = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.age += 1;
            state.unopened += state.idle.len();
            std::mem::take(&mut state.idle)
        };
        drop(idle);
        self.freed.notify_all();
    }

    fn take(&self) -> Result<(Connection, u64), Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok((connection, state.age));
            }
            if state.unopened > 0 {
                state.unopened -= 1;
                let age = state.age;
                drop(state);
                let opened = self.open().inspect_err(|_| self.give_back(None, age));
                return opened.map(|connection| (connection, age));
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn open(&self) -> Result<Connection, Error> {
        let connection = schema::open_reader(&self.log).doing("opening a reader")?;
        let projections = self.projections.to_string_lossy();
        connection.execute("ATTACH ?1 AS p", [projections.as_ref()]).doing("opening a reader")?;
        connection.pragma_update(None, "query_only", true).doing("opening a reader")?;
        Ok(connection)
    }

    fn give_back(&self, connection: Option<Connection>, age: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match connection {
            Some(connection) if age == state.age => state.idle.push(connection),
            _ => state.unopened += 1,
        }
        self.freed.notify_one();
    }
}

/// A connection whose reads all show the same moment. It goes back to the pool when dropped.
pub(crate) struct Snapshot<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
    age: u64,
}

impl Deref for Snapshot<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("the connection leaves only when the snapshot is dropped"),
        }
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        // One that cannot even end its transaction is thrown away.
        let ends = |held: &Connection| held.is_autocommit() || run(held, "ROLLBACK").is_ok();
        self.pool.give_back(connection.filter(ends), self.age);
    }
}

/// Without parsing it each time.
fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}
