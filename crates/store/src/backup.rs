//! Copies of the store, and how it is.

use std::path::Path;
use std::time::Duration;

use release::Holder;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use stix::{Id, Timestamp};

use crate::clock;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::schema;
use crate::shared::Shared;
use crate::store::{Alarm, Health};

/// How many pages are copied before the writer may go on.
const STEP: i32 = 256;
/// How many lines of damage are told.
const MOST_DAMAGE: usize = 100;

/// Copies the log and the records. The copy is a store of its own lineage, so that projections
/// made from the original are not taken for those of a restored copy.
pub(crate) fn write(
    shared: &Shared,
    to: &Path,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), Error> {
    let exists = || std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    if to.exists() {
        return Err(Error::Io { path: to.to_owned(), source: exists() });
    }
    let written = copy(shared, to, &mut progress);
    if written.is_err() {
        // A half-written copy must not be taken for a whole one.
        let _ = std::fs::remove_file(to);
    }
    written
}

fn copy(shared: &Shared, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
    let from = schema::open_reader(&shared.log).doing("opening the log for a backup")?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut copy = Connection::open_with_flags(to, flags).doing("making the copy")?;
    {
        // One snapshot for the whole copy: commits meanwhile do not make it begin anew.
        from.execute_batch("BEGIN; SELECT count(*) FROM meta").doing("beginning the backup")?;
        let backup = Backup::new(&from, &mut copy).doing("beginning the backup")?;
        loop {
            let step = backup.step(STEP).doing("copying pages")?;
            let pages = backup.progress();
            let count = |pages: i32| u64::try_from(pages).unwrap_or(0);
            progress(count(pages.pagecount - pages.remaining), count(pages.pagecount));
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
    // A copy in one file: no write-ahead log that could be left behind when it is moved.
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .doing("finishing the copy")?;
    let lineage = clock::uuid(&*shared.random).to_string();
    copy.execute("UPDATE meta SET value = ?1 WHERE name = 'lineage'", [lineage])
        .doing("finishing the copy")?;
    copy.close().map_err(|(_, error)| error).doing("finishing the copy")
}

/// Checks the log and counts.
pub(crate) fn check(shared: &Shared) -> Result<Health, Error> {
    let db = shared.pool.snapshot()?;
    let count = |table: &str| -> Result<u64, Error> {
        let sql = format!("SELECT count(*) FROM {table}");
        let number: i64 = db.query_row(&sql, [], |row| row.get(0)).doing("counting")?;
        Ok(u64::try_from(number).unwrap_or(0))
    };
    let damage = {
        let sql = format!("PRAGMA main.integrity_check({MOST_DAMAGE})");
        let mut statement = db.prepare(&sql).doing("checking the database")?;
        let lines = statement
            .query_map([], |row| row.get::<_, String>(0))
            .doing("checking the database")?;
        let lines: Vec<String> =
            lines.collect::<rusqlite::Result<_>>().doing("checking the database")?;
        lines.into_iter().filter(|line| line != "ok").collect()
    };
    let schema: u32 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .doing("reading the schema version")?;
    let bytes = std::fs::metadata(&shared.log)
        .map_err(|source| Error::Io { path: shared.log.clone(), source })?
        .len();
    Ok(Health {
        sqlite: rusqlite::version().to_owned(),
        schema,
        damage,
        lag: shared.progress.lag(),
        objects: count("object")?,
        versions: count("version")?,
        audiences: count("audience")?,
        alarms: count("alarm")?,
        bytes,
    })
}

/// What owners signed twice, the last first.
pub(crate) fn alarms(shared: &Shared) -> Result<Vec<Alarm>, Error> {
    const SQL: &str = "SELECT id, holder, version, at FROM alarm ORDER BY n DESC";
    let db = shared.pool.snapshot()?;
    let mut statement = db.prepare_cached(SQL).doing("reading alarms")?;
    let rows = statement
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Number>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, i64>(3)?,
            ))
        })
        .doing("reading alarms")?;
    let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>().doing("reading alarms")?;
    rows.into_iter()
        .map(|(id, holder, version, at)| {
            let damaged =
                |error: stix::Error| Error::Damaged { place: "alarm", reason: error.to_string() };
            let version = match version.as_str() {
                "" => None,
                text => Some(text.parse::<Timestamp>().map_err(damaged)?),
            };
            let holder: Holder = shared.holder(&db, holder)?;
            Ok(Alarm { holder, id: Id::parse(&id).map_err(damaged)?, version, at })
        })
        .collect()
}
