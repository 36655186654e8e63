//! Keeping aside what was not admitted.

use rusqlite::OptionalExtension;
use serde::Deserialize;
use stix::recall::Recall;
use stix::{Id, Object};

use super::work::Work;
use crate::aside::{self, Aside, Change, Kept, Limit};
use crate::error::{Doing, Error};

/// How many bytes of what is kept no longer may lie about before the table is written anew.
const MOST_DEAD: i64 = 8 << 20;

const DOING: &str = "keeping aside";

/// Who says that he made it, of something that may be no object.
#[derive(Deserialize)]
struct Named {
    created_by_ref: Option<Id>,
}

impl Work<'_> {
    pub(crate) fn aside(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Keep(aside, limit) => self.keep_aside(aside, *limit),
            Change::Again { number, code, reason } => self.aside_again(*number, code, reason),
            Change::Drop { number } => self.drop_aside(*number),
        }
    }

    fn keep_aside(&mut self, aside: &Aside, limit: Limit) -> Result<(), Error> {
        const HELD: &str = "SELECT 1 FROM aside WHERE source = ?1 AND digest = ?2";
        const KEEP: &str = "INSERT INTO aside (source, digest, named, code, at, size, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let secret = &self.shared.secret;
        let digest = secret.tag(&[b"bytes", &aside.bytes]);
        let named = aside.id.as_deref().map(|id| secret.of_id(id));
        let held = self
            .db
            .prepare_cached(HELD)
            .and_then(|mut held| held.query_row((&aside.source, digest), |_| Ok(())).optional())
            .doing(DOING)?;
        // Of what comes again, the first receipt counts; what was recalled is not kept again.
        if held.is_some() || self.is_recalled_aside(aside) {
            return Ok(());
        }
        let content = self.put_content(aside)?;
        let size = count(aside.bytes.len());
        self.db
            .prepare_cached(KEEP)
            .and_then(|mut keep| {
                let named: &[u8] = named.as_ref().map_or(&[], |tag| tag);
                keep.execute((&aside.source, digest, named, &aside.code, aside.at, size, content))
            })
            .doing(DOING)?;
        self.account(&aside.source, 1, size, 0)?;
        self.push_out(&aside.source, limit)
    }

    /// A recall names it: by its owner, over an object of that owner's or one that it brought.
    fn is_recalled_aside(&self, aside: &Aside) -> bool {
        let Some(id) = &aside.id else { return false };
        let tag = self.shared.secret.of_id(id);
        let Some(marks) = self.mind.recalled.get(&tag) else { return false };
        let object = Object::parse(aside.bytes.clone()).ok();
        marks.iter().any(|mark| {
            let owner = self.shared.holders.get(mark.owner());
            let Some(release::Holder::State(owner)) = owner else { return false };
            is_of(aside, &owner)
                && object.as_ref().is_none_or(|object| mark.names(object, &self.shared.secret))
        })
    }

    /// Erases what is kept aside of a version that was recalled.
    pub(crate) fn erase_aside(&mut self, recall: &Recall) -> Result<(), Error> {
        let named = aside::naming(self.db, &self.shared.secret, recall.object.as_str())?;
        for number in named {
            let Some(Kept { aside, .. }) = aside::one(self.db, number)? else { continue };
            let object = Object::parse(aside.bytes.clone()).ok();
            // What cannot be read may be that version.
            let named = object.is_none_or(|object| recall.versions.include(&object));
            if named && is_of(&aside, &recall.owner) {
                self.drop_aside(number)?;
                self.scrub()?;
            }
        }
        Ok(())
    }

    fn aside_again(&mut self, number: i64, code: &str, reason: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE aside SET code = ?2, content = ?3 WHERE n = ?1";
        let Some(Kept { mut aside, .. }) = aside::one(self.db, number)? else { return Ok(()) };
        self.blank(number)?;
        reason.clone_into(&mut aside.reason);
        let content = self.put_content(&aside)?;
        self.db.execute(SQL, (number, code, content)).doing(DOING)?;
        Ok(())
    }

    fn drop_aside(&mut self, number: i64) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM aside WHERE n = ?1 RETURNING source, size";
        self.blank(number)?;
        let gone: Option<(String, i64)> = self
            .db
            .prepare_cached(SQL)
            .and_then(|mut drop| {
                drop.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .doing(DOING)?;
        if let Some((source, size)) = gone {
            self.account(&source, -1, -size, 0)?;
            self.mind.dropped_aside = true;
        }
        Ok(())
    }

    /// What was kept first goes first when a source's share is full.
    fn push_out(&mut self, source: &str, limit: Limit) -> Result<(), Error> {
        const HELD: &str = "SELECT held, bytes FROM aside_source WHERE source = ?1";
        const FIRST: &str = "SELECT min(n) FROM aside WHERE source = ?1";
        loop {
            let (held, bytes): (i64, i64) = self
                .db
                .prepare_cached(HELD)
                .and_then(|mut held| held.query_row([source], |row| Ok((row.get(0)?, row.get(1)?))))
                .doing(DOING)?;
            let is_full = |held: i64, most: u64| u64::try_from(held).is_ok_and(|held| held > most);
            if held <= 1 || !(is_full(held, limit.count) || is_full(bytes, limit.bytes)) {
                return Ok(());
            }
            let first: Option<i64> = self
                .db
                .prepare_cached(FIRST)
                .and_then(|mut first| first.query_row([source], |row| row.get(0)))
                .doing(DOING)?;
            let Some(first) = first else { return Ok(()) };
            self.drop_aside(first)?;
            self.account(source, 0, 0, 1)?;
        }
    }

    fn account(&self, source: &str, held: i64, bytes: i64, pushed: i64) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO aside_source (source, held, bytes, pushed, last)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (source) DO UPDATE SET
             held = held + excluded.held, bytes = bytes + excluded.bytes,
             pushed = pushed + excluded.pushed,
             last = CASE WHEN excluded.pushed > 0 THEN excluded.last ELSE last END";
        let last = if pushed > 0 { self.now } else { 0 };
        self.db
            .prepare_cached(SQL)
            .and_then(|mut account| account.execute((source, held, bytes, pushed, last)))
            .doing(DOING)?;
        Ok(())
    }

    fn put_content(&self, aside: &Aside) -> Result<i64, Error> {
        self.db
            .prepare_cached("INSERT INTO aside_content (bytes) VALUES (?1)")
            .and_then(|mut put| put.insert([aside::pack(aside)]))
            .doing(DOING)
    }

    /// Overwrites the content where it stands.
    fn blank(&self, number: i64) -> Result<(), Error> {
        const SQL: &str = "UPDATE aside_content SET bytes = zeroblob(octet_length(bytes))
             WHERE n = (SELECT content FROM aside WHERE n = ?1)";
        self.db
            .prepare_cached(SQL)
            .and_then(|mut blank| blank.execute([number]))
            .doing("erasing what was kept aside")?;
        Ok(())
    }

    /// Writes the contents anew, in order, when most of them are kept no longer.
    pub(crate) fn compact(&self) -> Result<(), Error> {
        const SIZES: &str =
            "SELECT ifnull((SELECT sum(octet_length(bytes)) FROM aside_content), 0),
             ifnull((SELECT sum(bytes) FROM aside_source), 0)";
        const ANEW: &str = "CREATE TEMP TABLE anew AS SELECT n, bytes FROM aside_content
                 WHERE n IN (SELECT content FROM aside) ORDER BY n;
             DELETE FROM aside_content;
             INSERT INTO aside_content SELECT n, bytes FROM temp.anew ORDER BY n;
             DROP TABLE temp.anew;";
        let (all, live): (i64, i64) = self
            .db
            .prepare_cached(SIZES)
            .and_then(|mut sizes| sizes.query_row([], |row| Ok((row.get(0)?, row.get(1)?))))
            .doing("erasing what was kept aside")?;
        if all - live > MOST_DEAD && all > 2 * live {
            self.db.execute_batch(ANEW).doing("erasing what was kept aside")?;
        }
        Ok(())
    }

    /// Traces of what was overwritten are left in the write-ahead log and in the projections: they
    /// are to be swept, and until that is done somebody must know.
    pub(crate) fn scrub(&mut self) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO meta (name, value) VALUES ('scrub-due', '1')
             ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1";
        self.db.prepare_cached(SQL).and_then(|mut due| due.execute([])).doing("erasing")?;
        Ok(())
    }

    /// What was due up to here is swept.
    pub(crate) fn scrubbed(&self, due: i64) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO meta (name, value) VALUES ('scrub-done', ?1)
             ON CONFLICT (name) DO UPDATE SET
             value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))";
        self.db.execute(SQL, [due.to_string()]).doing("erasing")?;
        Ok(())
    }
}

/// Whether it is this state's: it brought it, or is named in it as its creator.
fn is_of(aside: &Aside, owner: &Id) -> bool {
    let named = || serde_json::from_slice::<Named>(&aside.bytes).ok()?.created_by_ref;
    aside.source == owner.as_str() || named().as_ref() == Some(owner)
}

fn count(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
