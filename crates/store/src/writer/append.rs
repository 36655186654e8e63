//! Adding one object to the log.

use std::cmp::Ordering;

use release::Holder;
use stix::version::Arrival;
use stix::{Class, Object, Timestamp};

use super::hot::Hot;
use super::mind::Own;
use super::work::{Place, Work};
use crate::added::Stream;
use crate::admitted::{Admitted, Kind, Outcome, Seq};
use crate::collection::CollectionKind;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::row::{self, Copy, Flags, TypeName, Version};

/// An object about to be stored.
pub(crate) struct Entry<'e> {
    pub(crate) object: &'e Object,
    pub(crate) holder: Number,
    pub(crate) kind: Number,
    pub(crate) version: String,
    pub(crate) flags: Flags,
}

impl Work<'_> {
    pub(crate) fn append(&mut self, admitted: &Admitted) -> Result<Outcome, Error> {
        let object = &admitted.object;
        let misadmitted = |kind| Error::Misadmitted { id: object.id().clone(), kind };
        let class = object.class();
        match admitted.kind {
            Kind::Fact if class != Class::Observable => return Err(misadmitted("a fact")),
            Kind::Definition if class != Class::Marking => return Err(misadmitted("a definition")),
            _ => {}
        }
        let is_fact = class == Class::Observable || admitted.kind == Kind::Structural;
        // What an account brings it reads again, referred to or not; what a state defines goes
        // where a reference goes.
        let of_state = matches!(admitted.holder, Holder::State(_));
        let flags = Flags(0)
            .with(Flags::SIGNED, admitted.kind == Kind::Owned)
            .with(Flags::FACT, is_fact)
            .with(Flags::DEFINITION, class == Class::Marking && of_state)
            .with(Flags::HAS_ENDS, !object.header().ends.is_empty());
        let version = object.version().filter(|_| !is_fact);
        let entry = Entry {
            object,
            holder: self.shared.holders.intern(self.db, &admitted.holder)?,
            kind: self.shared.kinds.intern(self.db, &TypeName::of(object.header()))?,
            version: version.map(Timestamp::sort_key).unwrap_or_default(),
            flags,
        };
        if self.is_recalled(admitted, entry.holder) {
            return Ok(Outcome::Recalled);
        }
        let copies = self.statements.get(Hot::Copies, Copy::OF_ID)?;
        let copies = Copy::with_id(copies, object.id().as_str())?;
        if flags.has(Flags::DEFINITION) {
            return self.append_definition(&entry, &copies);
        }
        let outcome = match copies.iter().find(|copy| copy.holder == entry.holder) {
            None => self.first(&entry, admitted.holder(), &copies),
            Some(copy) => self.again(&entry, copy),
        }?;
        if let (Kind::Owned, Outcome::Stored(_) | Outcome::Equivocation { kept: true }) =
            (admitted.kind, outcome)
        {
            self.recall(&entry, admitted.holder())?;
        }
        if let (Class::Marking, Kind::Workspace, Outcome::Stored(seq)) =
            (class, admitted.kind, outcome)
        {
            self.define(&entry, self.version(seq.0)?.object, seq.0)?;
        }
        Ok(outcome)
    }

    /// The first version of a copy.
    fn first(
        &mut self,
        entry: &Entry<'_>,
        holder: &Holder,
        copies: &[Copy],
    ) -> Result<Outcome, Error> {
        let collection = self.collection_of(holder)?;
        let twin = entry.flags.has(Flags::FACT) && !copies.is_empty();
        let copy = self.new_copy(entry, collection, twin);
        let own = self.own(entry.holder, entry.object.header())?;
        let audience =
            self.bind(own.policy, &copy.id, entry.holder, &entry.object.header().ends)?;
        if twin {
            copies.iter().try_for_each(|other| self.make_twin(other))?;
        }
        let seq = self.store(entry, &copy, &own, audience, true)?;
        self.insert_copy(&Copy { newest: seq, ..copy })?;
        // What came before the object that bounds it is bound from now on.
        self.rebind_dependants(entry.object.id().as_str())?;
        Ok(Outcome::Stored(Seq(seq)))
    }

    /// Another version of a copy that is held.
    fn again(&mut self, entry: &Entry<'_>, copy: &Copy) -> Result<Outcome, Error> {
        let newest = self.version(copy.newest)?;
        if entry.flags.has(Flags::FACT) {
            if self.is_same(entry.object, newest.seq)? {
                return Ok(Outcome::Same);
            }
            // A fact has no versions: the later copy takes the place of the earlier one.
            return self.replace(entry, copy, &newest, true).map(|seq| Outcome::Stored(Seq(seq)));
        }
        let order = entry.version.cmp(&newest.version);
        let held = match order {
            Ordering::Greater => None,
            Ordering::Equal => Some(newest.clone()),
            Ordering::Less => self.older_version(copy.key, &entry.version)?,
        };
        let before = held.as_ref().map(|held| row::object(self.db, held.seq)).transpose()?;
        match (Arrival::of(entry.object, order, before.as_ref()), held) {
            (Arrival::Newest, _) => {
                self.succeed(entry, copy, &newest).map(|seq| Outcome::Stored(Seq(seq)))
            }
            (Arrival::Same, _) => Ok(Outcome::Same),
            // Nothing is signed in a workspace: what its account wrote last is what it reads.
            (Arrival::Twin { .. }, Some(held))
                if matches!(self.shared.holder(self.db, copy.holder)?, Holder::Account(_)) =>
            {
                let is_newest = held.seq == newest.seq;
                let seq = Seq(self.replace(entry, copy, &held, is_newest)?);
                Ok(if is_newest { Outcome::Stored(seq) } else { Outcome::Older(seq) })
            }
            (Arrival::Twin { takes_over }, Some(held)) => {
                self.alarm(entry)?;
                if takes_over {
                    self.replace(entry, copy, &held, held.seq == newest.seq)?;
                }
                Ok(Outcome::Equivocation { kept: takes_over })
            }
            (Arrival::Older | Arrival::Twin { .. }, _) => {
                self.precede(entry, copy, &newest).map(|seq| Outcome::Older(Seq(seq)))
            }
        }
    }

    /// A version newer than the newest.
    fn succeed(&mut self, entry: &Entry<'_>, copy: &Copy, before: &Version) -> Result<i64, Error> {
        let own = self.own(entry.holder, entry.object.header())?;
        let audience =
            self.bind(own.policy, &copy.id, entry.holder, &entry.object.header().ends)?;
        self.note_older(copy.key, &before.version, before.seq)?;
        let seq = self.store(entry, copy, &own, audience, true)?;
        self.set_newest(copy.key, seq)?;
        self.retire(copy, before, audience)?;
        if audience != before.audience {
            self.rebind_older(copy.key, audience, Some(before.seq))?;
        }
        let ends = Flags::HAS_ENDS;
        if own.policy != before.own || entry.flags.has(ends) || before.flags.has(ends) {
            self.rebind_dependants(&copy.id)?;
        }
        Ok(seq)
    }

    /// A version older than the newest: visible only to who may see both.
    fn precede(&mut self, entry: &Entry<'_>, copy: &Copy, newest: &Version) -> Result<i64, Error> {
        let own = self.own(entry.holder, entry.object.header())?;
        let audience =
            self.bind(own.policy, &copy.id, entry.holder, &entry.object.header().ends)?;
        let audience = self.both(audience, newest.audience)?;
        let seq = self.store(entry, copy, &own, audience, false)?;
        self.note_older(copy.key, &entry.version, seq)?;
        Ok(seq)
    }

    /// Takes the place of a version that nobody is to see any more.
    fn replace(
        &mut self,
        entry: &Entry<'_>,
        copy: &Copy,
        held: &Version,
        newest: bool,
    ) -> Result<i64, Error> {
        self.drop_version(copy, held)?;
        let own = self.own(entry.holder, entry.object.header())?;
        let mut audience =
            self.bind(own.policy, &copy.id, entry.holder, &entry.object.header().ends)?;
        if !newest {
            let above = self.version(copy.newest)?.audience;
            audience = self.both(audience, above)?;
        }
        let seq = self.store(entry, copy, &own, audience, newest)?;
        if newest {
            self.set_newest(copy.key, seq)?;
            self.rebind_older(copy.key, audience, None)?;
            self.rebind_dependants(&copy.id)?;
            if copy.twin {
                self.refresh_twins(copy)?;
            }
        } else {
            self.note_older(copy.key, &entry.version, seq)?;
        }
        Ok(seq)
    }

    /// Whether a version that is held is equal in canonical form.
    pub(crate) fn is_same(&self, object: &Object, seq: i64) -> Result<bool, Error> {
        let held = row::bytes(self.db, seq)?.unwrap_or_default();
        Ok(held == object.bytes()[..] || row::parse(held)?.canonical() == object.canonical())
    }

    pub(crate) fn alarm(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO alarm (id, holder, version, at) VALUES (?1, ?2, ?3, ?4)";
        let (id, version) = (entry.object.id(), entry.object.version());
        tracing::warn!(%id, ?version, "an owner signed two objects as one version");
        let version = version.map_or("", Timestamp::as_str);
        self.db
            .execute(SQL, (id.as_str(), entry.holder, version, self.now))
            .doing("raising an alarm")?;
        Ok(())
    }

    pub(crate) fn new_copy(&mut self, entry: &Entry<'_>, collection: i64, twin: bool) -> Copy {
        let key = self.mind.next_object;
        self.mind.next_object += 1;
        let id = entry.object.id().as_str().to_owned();
        Copy { key, id, holder: entry.holder, collection, newest: 0, twin }
    }

    pub(crate) fn insert_copy(&mut self, copy: &Copy) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO object (key, id, holder, collection, newest, twin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Copy { key, id, holder, collection, newest, twin } = copy;
        self.statements
            .get(Hot::Object, SQL)?
            .execute((key, id, holder, collection, newest, twin))
            .doing("writing an object")?;
        Ok(())
    }

    /// Writes bytes and version, and shows it to its audience.
    pub(crate) fn store(
        &mut self,
        entry: &Entry<'_>,
        copy: &Copy,
        own: &Own,
        audience: Number,
        newest: bool,
    ) -> Result<i64, Error> {
        let seq = self.next_seq();
        let flags = entry
            .flags
            .with(Flags::AWAITS, !own.awaiting.is_empty())
            .with(Flags::ESCORTED, !own.escorts.is_empty());
        let stream = Stream { collection: copy.collection, newest, audience };
        self.escort(&own.escorts, stream)?;
        let place = Place { stream, seq, kind: entry.kind, twin: copy.twin };
        let added = self.show(place, None)?;
        let version = Version {
            seq,
            object: copy.key,
            kind: entry.kind,
            version: entry.version.clone(),
            own: own.policy,
            audience,
            added,
            received: self.now,
            flags,
        };
        self.insert_version(&version, entry.object.bytes())?;
        for end in &entry.object.header().ends {
            self.note("INSERT OR IGNORE INTO bound (target, seq) VALUES (?1, ?2)", end, seq)?;
        }
        for definition in &own.awaiting {
            let sql = "INSERT OR IGNORE INTO awaiting (definition, seq) VALUES (?1, ?2)";
            self.note(sql, definition, seq)?;
        }
        Ok(seq)
    }

    pub(crate) fn next_seq(&mut self) -> i64 {
        let seq = self.mind.next_seq;
        self.mind.next_seq += 1;
        self.mind.received = self.now;
        seq
    }

    pub(crate) fn insert_version(&mut self, version: &Version, bytes: &[u8]) -> Result<(), Error> {
        const VERSION: &str = "INSERT INTO version
             (seq, object, kind, version, own, audience, added, received, flags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        const PAYLOAD: &str = "INSERT INTO payload (seq, bytes) VALUES (?1, ?2)";
        let Version { seq, object, kind, version, own, audience, added, received, flags } = version;
        self.statements
            .get(Hot::Version, VERSION)?
            .execute((seq, object, kind, version, own, audience, added, received, flags.0))
            .doing("writing a version")?;
        let payload = self.statements.get(Hot::Payload, PAYLOAD)?;
        payload.execute((seq, bytes)).doing("writing bytes")?;
        Ok(())
    }

    /// One row of two columns: another object's id, and a sequence.
    pub(crate) fn note(&self, sql: &str, id: &stix::Id, seq: i64) -> Result<(), Error> {
        let mut statement =
            self.db.prepare_cached(sql).doing("noting what a version depends on")?;
        statement.execute((id.as_str(), seq)).doing("noting what a version depends on")?;
        Ok(())
    }

    fn note_older(&self, object: i64, version: &str, seq: i64) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO older (object, version, seq) VALUES (?1, ?2, ?3)";
        let mut statement = self.db.prepare_cached(SQL).doing("writing an older version")?;
        statement.execute((object, version, seq)).doing("writing an older version")?;
        Ok(())
    }

    pub(crate) fn set_newest(&self, object: i64, seq: i64) -> Result<(), Error> {
        const SQL: &str = "UPDATE object SET newest = ?2 WHERE key = ?1";
        let mut statement = self.db.prepare_cached(SQL).doing("writing the newest version")?;
        statement.execute((object, seq)).doing("writing the newest version")?;
        Ok(())
    }

    fn older_version(&self, object: i64, version: &str) -> Result<Option<Version>, Error> {
        const SQL: &str = "SELECT seq FROM older WHERE object = ?1 AND version = ?2";
        let mut statement = self.db.prepare_cached(SQL).doing("reading an older version")?;
        let mut rows = statement.query((object, version)).doing("reading an older version")?;
        let Some(row) = rows.next().doing("reading an older version")? else { return Ok(None) };
        Version::find(self.db, row.get(0).doing("reading an older version")?)
    }

    /// A version that must be there.
    pub(crate) fn version(&self, seq: i64) -> Result<Version, Error> {
        Version::find(self.db, seq)?
            .ok_or_else(|| Error::Damaged { place: "version", reason: format!("{seq} is missing") })
    }

    fn collection_of(&mut self, holder: &Holder) -> Result<i64, Error> {
        let kind = match holder {
            Holder::State(_) | Holder::Builtin => CollectionKind::Released,
            Holder::Account(account) => CollectionKind::Workspace { account: account.clone() },
            Holder::Feed(name) => CollectionKind::Feed { name: name.clone() },
        };
        Ok(self.collection(&kind)?.key.0)
    }
}
