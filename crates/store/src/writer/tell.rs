//! Writing rows of the trail.

use serde_json::value::RawValue;
use stix::{Id, Timestamp};

use super::work::Work;
use crate::error::{Doing, Error};
use crate::trail::{self, Growth, Hash, Row, Subtree, number};

/// What a row is to tell, before it has its place.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    pub(crate) tells: Box<RawValue>,
    /// The objects it is about.
    pub(crate) about: Vec<Id>,
    /// Whether the row says how many objects of its batch were new, and is left out if none was.
    pub(crate) counts: bool,
}

/// The end of the trail, as a transaction found it and as it goes on.
pub(crate) struct End {
    growth: Growth,
    before: Option<Hash>,
    /// When the last row was written.
    at: String,
}

impl Work<'_> {
    /// Writes a row, behind all others.
    pub(crate) fn tell(&mut self, telling: &Telling) -> Result<(), Error> {
        const ROW: &str = "INSERT INTO trail (n, row) VALUES (?1, ?2)";
        const HASH: &str = "INSERT INTO trail_hash (level, at, hash) VALUES (?1, ?2, ?3)";
        const WRITING: &str = "writing to the trail";
        let new = telling.counts.then_some(self.stored);
        if new == Some(0) {
            return Ok(());
        }
        let mut end = match self.end.take() {
            Some(end) => end,
            None => self.end_of_trail()?,
        };
        let mut salt = [0; 16];
        self.shared.random.fill(&mut salt);
        let n = end.growth.size();
        end.at = Timestamp::from_micros(self.now).to_string().max(end.at);
        let named = |id: &Id| trail::name(&self.shared.secret, id);
        let about: Vec<_> = telling.about.iter().map(|id| (named(id), id)).collect();
        let row = Row {
            n,
            at: end.at.clone(),
            before: end.before.as_ref().map(|hash| stix::hex::of(hash)),
            salt: stix::hex::of(&salt),
            about: about.iter().map(|(name, _)| name.clone()).collect(),
            new,
            tells: telling.tells.clone(),
        };
        let text = serde_json::to_string(&row)
            .map_err(|error| Error::Damaged { place: "trail", reason: error.to_string() })?;
        self.run_one(ROW, (number(n), &text), WRITING)?;
        for (name, id) in about {
            self.note_about(&name, n, id)?;
        }
        let leaf = trail::leaf(text.as_bytes());
        let mut completed = Vec::new();
        end.growth.push(leaf, |part, hash| completed.push((part, *hash)));
        for (part, hash) in completed {
            self.run_one(HASH, (part.level, number(part.at), hash.as_slice()), WRITING)?;
        }
        end.before = Some(leaf);
        self.end = Some(end);
        Ok(())
    }

    fn run_one(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        doing: &'static str,
    ) -> Result<usize, Error> {
        self.db.prepare_cached(sql).and_then(|mut one| one.execute(values)).doing(doing)
    }

    /// By the object's key the row leads to its id for as long as the object is held, and no longer.
    fn note_about(&self, about: &str, n: u64, id: &Id) -> Result<(), Error> {
        const SQL: &str = "INSERT OR IGNORE INTO trail_about (about, n, object)
             VALUES (?1, ?2, (SELECT min(key) FROM object WHERE id = ?3))";
        self.run_one(SQL, (about, number(n), id.as_str()), "writing to the trail").map(|_| ())
    }

    fn end_of_trail(&self) -> Result<End, Error> {
        let size = trail::size(self.db)?;
        let growth = Growth::resume(size, |part| trail::hash(self.db, part))?;
        let last = size.checked_sub(1);
        let before = last.map(|last| trail::hash(self.db, Subtree::row(last))).transpose()?;
        let at = last.map(|last| trail::moment(self.db, number(last))).transpose()?.flatten();
        Ok(End { growth, before, at: at.map(|(_, at)| at).unwrap_or_default() })
    }

    /// Erases the texts of the rows below `below`.
    pub(crate) fn retire_rows(&mut self, below: u64) -> Result<u64, Error> {
        const RETIRING: &str = "retiring rows of the trail";
        self.run_one("DELETE FROM trail_about WHERE n < ?1", [number(below)], RETIRING)?;
        let rows = self.run_one("DELETE FROM trail WHERE n < ?1", [number(below)], RETIRING)?;
        self.mind.dropped_aside |= rows > 0;
        Ok(rows as u64)
    }
}
