//! The statements of which every object needs each: prepared once for a transaction.

use rusqlite::{CachedStatement, Connection};

use crate::error::{Doing, Error};

/// One of the statements.
#[derive(Clone, Copy)]
pub(crate) enum Hot {
    Show,
    Version,
    Payload,
    Object,
    Copies,
    Bound,
}

/// All of them, as far as they were needed. Looking one up by its text for every object would cost
/// a seventh of the commit path.
pub(crate) struct Statements<'a> {
    db: &'a Connection,
    held: [Option<CachedStatement<'a>>; 6],
}

impl<'a> Statements<'a> {
    pub(crate) fn new(db: &'a Connection) -> Self {
        Self { db, held: Default::default() }
    }

    /// The statement, which always has this text.
    pub(crate) fn get(&mut self, hot: Hot, sql: &str) -> Result<&mut CachedStatement<'a>, Error> {
        let held = &mut self.held[hot as usize];
        if let Some(statement) = held {
            return Ok(statement);
        }
        let prepared = self.db.prepare_cached(sql).doing("preparing to write")?;
        Ok(held.insert(prepared))
    }
}
