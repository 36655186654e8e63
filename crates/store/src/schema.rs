//! Opening the database: settings, version, migrations.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Doing, Error};

/// The log's file.
pub(crate) const FILE: &str = "entente.db";

/// The oldest SQLite without the WAL-reset fault (3.7.0 to 3.51.2 may corrupt a database).
const OLDEST_SQLITE: i32 = 3_051_003;
const OLDEST_SQLITE_TEXT: &str = "3.51.3";

/// Marks the file as ours (`PRAGMA application_id`): "Ente".
const APPLICATION: i32 = 0x456e_7465;

/// How long to wait for others that write.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// How much of a file readers map into memory at most, in bytes: SQLite's own bound.
const MAPPED: i64 = 0x7fff_0000;

/// Numbered forward migrations: the first makes the schema, each later one changes it.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
];

/// The newest schema version that this program knows.
pub(crate) fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Opens the log for writing, bringing its schema up to date.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, Error> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Error::OldSqlite { found: rusqlite::version(), needed: OLDEST_SQLITE_TEXT });
    }
    let mut connection = Connection::open(path).doing("opening the log")?;
    settle(&connection).doing("setting up the log")?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Opens a file for reading alone.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    common(&connection)?;
    connection.pragma_update(None, "cache_size", -4_000)?;
    // Pages are read where the machine holds them, the projections' too. A reader's own copies
    // would be void after every commit.
    connection.pragma_update_and_check(None, "mmap_size", MAPPED, |_| Ok(()))?;
    Ok(connection)
}

/// What writers of the log and of the projections have in common.
pub(crate) fn settle(connection: &Connection) -> rusqlite::Result<()> {
    common(connection)?;
    // For a new file; one that is there keeps its own. Objects of a kilobyte fill such pages to a
    // few per cent, and half as many have to be found for a page of a collection.
    connection.pragma_update(None, "page_size", 8_192)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // In WAL mode only FULL syncs the log at each commit, before the commit returns.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    // Checkpoints run between commits, when nobody waits for an acknowledgement.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", -32_000)
}

fn common(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Plans depend on no bound value. Else every statement with a bound LIMIT would be parsed and
    // planned anew each time that it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("reading the schema version")?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let found = number("user_version").doing("reading the schema version")?;
    let application = number("application_id").doing("reading the schema version")?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .doing("reading the schema version")?;
    if tables > 0 && application != APPLICATION {
        return Err(Error::NotOurs { path: path.to_owned() });
    }
    let found = u32::try_from(found).unwrap_or(0);
    if found > newest() {
        return Err(Error::NewerSchema { path: path.to_owned(), found, known: newest() });
    }
    let due = MIGRATIONS.get(found as usize..).unwrap_or_default();
    if due.is_empty() {
        return Ok(());
    }
    for migration in due {
        transaction.execute_batch(migration).doing("migrating the schema")?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION).doing("migrating the schema")?;
    transaction.pragma_update(None, "user_version", newest()).doing("migrating the schema")?;
    transaction.commit().doing("migrating the schema")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema as SQLite keeps it, comments and all.
    fn dump(connection: &Connection) -> String {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
            .expect("the schema is there");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("it can be read");
        rows.map(|row| row.expect("a row")).collect::<Vec<_>>().join(";\n\n")
    }

    #[test]
    fn the_schema_is_the_golden_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let connection = open_writer(&dir.path().join(FILE)).expect("a new store");
        insta::assert_snapshot!("schema", dump(&connection));
    }

    #[test]
    fn a_newer_schema_is_refused_with_a_hint() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(FILE);
        let connection = open_writer(&path).expect("a new store");
        connection.pragma_update(None, "user_version", 99).expect("it can be set");
        drop(connection);
        let error = open_writer(&path).expect_err("it is newer");
        assert!(matches!(error, Error::NewerSchema { found: 99, .. }), "{error}");
        assert!(error.to_string().contains("run the newer program"), "{error}");
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(FILE);
        let other = Connection::open(&path).expect("a database");
        other.execute_batch("CREATE TABLE theirs (x)").expect("a table");
        drop(other);
        assert!(matches!(open_writer(&path), Err(Error::NotOurs { .. })));
    }

    #[test]
    fn a_store_of_the_first_schema_becomes_one_of_the_newest_and_keeps_what_it_holds() {
        const ROWS: &str =
            "INSERT INTO added VALUES (1, 1, 7, 100, 1, 3, 0), (1, 1, 8, 90, 2, 3, 0);
             INSERT INTO payload VALUES (1, x'7b7d'), (2, x'7b7d')";
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(FILE);
        let old = Connection::open(&path).expect("a database");
        settle(&old).expect("it can be set up");
        old.execute_batch(MIGRATIONS[0]).expect("the first schema");
        old.execute_batch(ROWS).expect("rows");
        old.pragma_update(None, "application_id", APPLICATION).expect("it can be set");
        old.pragma_update(None, "user_version", 1).expect("it can be set");
        drop(old);
        let connection = open_writer(&path).expect("it is brought up to date");
        let other = tempfile::tempdir().expect("a folder");
        let fresh = open_writer(&other.path().join(FILE)).expect("a new store");
        assert_eq!(dump(&connection), dump(&fresh));
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let by_kind = "SELECT seq FROM added INDEXED BY added_by_kind
             WHERE collection = 1 AND newest = 1 AND kind = 3 ORDER BY date_added LIMIT 1";
        assert_eq!(one(by_kind), Ok(2));
        assert_eq!(one("SELECT count(*) FROM payload"), Ok(2));
        assert_eq!(one("SELECT user_version FROM pragma_user_version"), Ok(i64::from(newest())));
    }

    #[test]
    fn opening_twice_changes_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(FILE);
        let before = dump(&open_writer(&path).expect("a new store"));
        assert_eq!(dump(&open_writer(&path).expect("the same store")), before);
    }
}
