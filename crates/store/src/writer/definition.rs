//! Marking definitions: what they mean for objects that came before them, and with whom they go.

use stix::marking::Marking;

use super::append::Entry;
use super::bound::stream;
use super::work::{Place, Work};
use crate::added::Stream;
use crate::admitted::{Outcome, Seq};
use crate::collection::CollectionKind;
use crate::error::{Doing, Error};
use crate::row::{self, Copy, Flags, Version};

impl Work<'_> {
    /// A definition that a state brought.
    pub(crate) fn append_definition(
        &mut self,
        entry: &Entry<'_>,
        copies: &[Copy],
    ) -> Result<Outcome, Error> {
        let id = entry.object.id();
        if Marking::builtin(id).is_some() {
            return Ok(Outcome::Same);
        }
        // One whose id follows from its content is held once, whoever brings it.
        let held = self.mind.definition(id, entry.holder).map(|held| held.seq);
        if let Some(seq) = held {
            if self.is_same(entry.object, seq)? {
                return Ok(Outcome::Same);
            }
            // A definition has no versions (STIX 2.1 section 7.2.1): the first one stays.
            self.alarm(entry)?;
            return Ok(Outcome::Equivocation { kept: false });
        }
        if copies.iter().any(|copy| copy.holder == entry.holder) {
            return Err(Error::Damaged {
                place: "definition",
                reason: format!("{id} is held, but not as a definition"),
            });
        }
        let collection = self.collection(&CollectionKind::Released)?.key.0;
        let copy = self.new_copy(entry, collection, true);
        let open = self.intern(release::Policy::open())?;
        let seq = self.next_seq();
        let version = Version {
            seq,
            object: copy.key,
            kind: entry.kind,
            version: entry.version.clone(),
            own: open,
            audience: open,
            added: self.now,
            received: self.now,
            flags: entry.flags,
        };
        self.insert_version(&version, entry.object.bytes())?;
        self.insert_copy(&Copy { newest: seq, ..copy.clone() })?;
        self.define(entry, copy.key, seq)?;
        Ok(Outcome::Stored(Seq(seq)))
    }

    /// A definition is held from now on; what waited for it is looked at again.
    pub(crate) fn define(&mut self, entry: &Entry<'_>, object: i64, seq: i64) -> Result<(), Error> {
        const HELD: &str = "INSERT OR REPLACE INTO definition (object, seq) VALUES (?1, ?2)";
        const WAITING: &str = "SELECT seq FROM awaiting WHERE definition = ?1";
        self.db.execute(HELD, (object, seq)).doing("writing a definition")?;
        let of_state = entry.flags.has(Flags::DEFINITION);
        self.mind.define(entry.holder, of_state, object, seq, entry.object);
        let waiting: Vec<i64> = {
            let mut statement = self.db.prepare_cached(WAITING).doing("reading what waits")?;
            let id = entry.object.id().as_str();
            let rows = statement.query_map([id], |row| row.get(0)).doing("reading what waits")?;
            rows.collect::<rusqlite::Result<_>>().doing("reading what waits")?
        };
        self.expect(waiting.len());
        waiting.into_iter().try_for_each(|seq| self.remark(seq))
    }

    /// What a version's markings mean may have changed.
    fn remark(&mut self, seq: i64) -> Result<(), Error> {
        let before = self.version(seq)?;
        let Some(copy) = Copy::of_key(self.db, before.object)? else { return Ok(()) };
        let object = row::object(self.db, seq)?;
        let own = self.own(copy.holder, object.header())?;
        for id in object.header().marking_refs.iter().filter(|id| !own.awaiting.contains(id)) {
            self.note("DELETE FROM awaiting WHERE definition = ?1 AND seq = ?2", id, seq)?;
        }
        let flags = before
            .flags
            .with(Flags::AWAITS, !own.awaiting.is_empty())
            .with(Flags::ESCORTED, !own.escorts.is_empty());
        self.db
            .prepare_cached("UPDATE version SET own = ?2, flags = ?3 WHERE seq = ?1")
            .and_then(|mut statement| statement.execute((seq, own.policy, flags.0)))
            .doing("writing what markings mean")?;
        let version = Version { own: own.policy, flags, ..before.clone() };
        // The definition goes to whom the object goes, whether or not that changes.
        let newest = seq == copy.newest;
        self.escort(&own.escorts, stream(&copy, newest, version.audience))?;
        if own.policy != before.own {
            self.rebind(&version, &copy)?;
            self.rebind_dependants(&copy.id)?;
        }
        Ok(())
    }

    /// Shows definitions to an audience that is about to see an object marked by them.
    pub(crate) fn escort(&mut self, definitions: &[(i64, i64)], with: Stream) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO escort (definition, collection, audience, added)
             VALUES (?1, ?2, ?3, ?4)";
        for (object, seq) in definitions {
            if !self.mind.escorts.insert((*object, with.collection, with.audience)) {
                continue;
            }
            let kind = self.version(*seq)?.kind;
            let stream = Stream { newest: true, ..with };
            let added = self.show(Place { stream, seq: *seq, kind, twin: true }, None)?;
            let mut statement = self.db.prepare_cached(SQL).doing("escorting an object")?;
            statement
                .execute((object, with.collection, with.audience, added))
                .doing("escorting an object")?;
        }
        Ok(())
    }
}
