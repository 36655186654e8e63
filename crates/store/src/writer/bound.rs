//! Whose visibility bounds whose.
//!
//! An object's audience is what its own markings say **and** what the markings of its ends say
//! that the node holds, transitively; an older version's besides what the newest's audience is.
//! All of that is worked out here, at commit, and kept right when an end comes, changes or goes.
//! It is always worked out from the objects' *own* policies, never from audiences, so that a circle
//! of notes on notes cannot keep alive what none of them says any more.

use std::collections::{HashSet, VecDeque};

use release::{Holder, Policy};
use stix::Id;
use stix::marking::Marking;

use super::hot::Hot;
use super::mind::{Marks, Own};
use super::work::{Place, Work};
use crate::added::Stream;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::row::{self, Copy, Flags, Version};

impl Work<'_> {
    /// What the markings of an object say.
    pub(crate) fn own(&mut self, holder: Number, header: &stix::Header) -> Result<Own, Error> {
        let marks = Marks {
            holder,
            refs: header.marking_refs.clone(),
            unreadable: header.has_unreadable_marking,
        };
        if let Some(own) = self.mind.owns.get(&marks) {
            return Ok(own.clone());
        }
        let by = self.shared.holder(self.db, holder)?;
        let meaning = |id: &Id| self.mind.definition(id, holder).map(|held| held.marking.clone());
        let policy = Policy::of(&by, header, meaning);
        let mut awaiting = Vec::new();
        let mut escorts = Vec::new();
        for id in header.marking_refs.iter().filter(|id| Marking::builtin(id).is_none()) {
            match self.mind.definition(id, holder) {
                None => awaiting.push(id.clone()),
                Some(held) if held.of_state => escorts.push((held.object, held.seq)),
                Some(_) => {}
            }
        }
        let own = Own { policy: self.intern(policy)?, awaiting, escorts };
        self.mind.owns.insert(marks, own.clone());
        Ok(own)
    }

    /// `own`, bound by the ends.
    pub(crate) fn bind(
        &self,
        own: Number,
        id: &str,
        holder: Number,
        ends: &[Id],
    ) -> Result<Number, Error> {
        if ends.is_empty() {
            return Ok(own);
        }
        let mut policy = (*self.policy(own)?).clone();
        let mut reached = HashSet::from([id.to_owned()]);
        let mut waiting: Vec<_> = ends.iter().map(|end| (end.clone(), holder)).collect();
        while let Some((end, holder)) = waiting.pop() {
            if !reached.insert(end.as_str().to_owned()) {
                continue;
            }
            let copies = self.copies_that_bind(&end, holder)?;
            for gone in self.recalled_ends(&end, holder, &copies)? {
                policy = policy.and(&gone);
            }
            for copy in copies {
                let version = self.version(copy.newest)?;
                if version.flags.has(Flags::DEFINITION) {
                    continue;
                }
                policy = policy.and(&*self.policy(version.own)?);
                if version.flags.has(Flags::HAS_ENDS) {
                    let object = row::object(self.db, version.seq)?;
                    waiting
                        .extend(object.header().ends.iter().map(|end| (end.clone(), copy.holder)));
                }
            }
        }
        self.intern(policy)
    }

    /// The copies of an end that bind an object of `holder`: the holder's own; else those of
    /// states, all of them, since no state's copy may unbind another's. What an account or a feed
    /// brought binds nobody else's objects; and an account's is bound by nobody else's: else it
    /// would learn, by what becomes of its own objects, which others are held here.
    fn copies_that_bind(&self, end: &Id, holder: Number) -> Result<Vec<Copy>, Error> {
        let mut copies = Copy::of_id(self.db, end.as_str())?;
        if let Some(own) = copies.iter().position(|copy| copy.holder == holder) {
            return Ok(vec![copies.swap_remove(own)]);
        }
        if matches!(self.shared.holder(self.db, holder)?, Holder::Account(_)) {
            return Ok(Vec::new());
        }
        let mut of_states = Vec::new();
        for copy in copies {
            let holder = self.shared.holder(self.db, copy.holder)?;
            if !matches!(holder, Holder::Account(_) | Holder::Feed(_)) {
                of_states.push(copy);
            }
        }
        Ok(of_states)
    }

    /// Visible to whom both are visible.
    pub(crate) fn both(&self, one: Number, other: Number) -> Result<Number, Error> {
        if one == other {
            return Ok(one);
        }
        self.intern(self.policy(one)?.and(&*self.policy(other)?))
    }

    pub(crate) fn ends(&self, version: &Version) -> Result<Vec<Id>, Error> {
        if version.flags.has(Flags::HAS_ENDS) {
            Ok(row::object(self.db, version.seq)?.header().ends.clone())
        } else {
            Ok(Vec::new())
        }
    }

    /// The newest version has a successor with this audience: it is an older one now.
    pub(crate) fn retire(
        &mut self,
        copy: &Copy,
        before: &Version,
        above: Number,
    ) -> Result<(), Error> {
        self.hide(stream(copy, true, before.audience), before.added)?;
        let audience = self.both(before.audience, above)?;
        let stream = stream(copy, false, audience);
        self.escort_version(copy, before, stream)?;
        let place = Place { stream, seq: before.seq, kind: before.kind, twin: copy.twin };
        // Bound by one more policy it can only be seen by fewer.
        self.show(place, Some(before.added))?;
        self.set_audience(before.seq, audience, before.added)
    }

    /// The newest version's audience is another now: so are those of the older ones.
    pub(crate) fn rebind_older(
        &mut self,
        object: i64,
        above: Number,
        except: Option<i64>,
    ) -> Result<(), Error> {
        for seq in row::older(self.db, object)? {
            if Some(seq) != except {
                self.rebind_one_older(&self.version(seq)?, above)?;
            }
        }
        Ok(())
    }

    fn rebind_one_older(&mut self, version: &Version, above: Number) -> Result<(), Error> {
        let Some(copy) = Copy::of_key(self.db, version.object)? else { return Ok(()) };
        let ends = self.ends(version)?;
        let bound = self.bind(version.own, &copy.id, copy.holder, &ends)?;
        let audience = self.both(bound, above)?;
        self.move_to(&copy, version, audience)?;
        Ok(())
    }

    /// Works out a version's audience anew, and with it those of its object's older versions.
    pub(crate) fn rebind(&mut self, version: &Version, copy: &Copy) -> Result<(), Error> {
        if version.seq != copy.newest {
            let above = self.version(copy.newest)?.audience;
            return self.rebind_one_older(version, above);
        }
        let ends = self.ends(version)?;
        let audience = self.bind(version.own, &copy.id, copy.holder, &ends)?;
        if self.move_to(copy, version, audience)? {
            self.rebind_older(copy.key, audience, None)?;
        }
        Ok(())
    }

    /// What this object's policy bounds is worked out anew, and what that bounds, and so on.
    pub(crate) fn rebind_dependants(&mut self, id: &str) -> Result<(), Error> {
        let mut reached = HashSet::new();
        let mut waiting = VecDeque::from([id.to_owned()]);
        while let Some(id) = waiting.pop_front() {
            if !reached.insert(id.clone()) {
                continue;
            }
            for seq in self.bound_by(&id)? {
                let version = self.version(seq)?;
                let Some(copy) = Copy::of_key(self.db, version.object)? else { continue };
                self.rebind(&version, &copy)?;
                waiting.push_back(copy.id);
            }
        }
        Ok(())
    }

    fn bound_by(&mut self, id: &str) -> Result<Vec<i64>, Error> {
        const SQL: &str = "SELECT seq FROM bound WHERE target = ?1";
        let statement = self.statements.get(Hot::Bound, SQL)?;
        let rows = statement.query_map([id], |row| row.get(0)).doing("reading what is bound")?;
        rows.collect::<rusqlite::Result<_>>().doing("reading what is bound")
    }

    /// Gives a version another audience. Whoever sees it by that for the first time must find it
    /// behind his place: it gets a fresh date unless it can only be seen by fewer.
    fn move_to(&mut self, copy: &Copy, version: &Version, audience: Number) -> Result<bool, Error> {
        if audience == version.audience || version.flags.has(Flags::DEFINITION) {
            return Ok(false);
        }
        let newest = version.seq == copy.newest;
        let narrower = is_narrower(&*self.policy(version.audience)?, &*self.policy(audience)?);
        self.hide(stream(copy, newest, version.audience), version.added)?;
        let stream = stream(copy, newest, audience);
        self.escort_version(copy, version, stream)?;
        let place = Place { stream, seq: version.seq, kind: version.kind, twin: copy.twin };
        let added = self.show(place, narrower.then_some(version.added))?;
        self.set_audience(version.seq, audience, added)?;
        if newest {
            self.changed(copy.key);
            if copy.twin {
                self.refresh_twins(copy)?;
            }
        }
        Ok(true)
    }

    pub(crate) fn escort_version(
        &mut self,
        copy: &Copy,
        version: &Version,
        stream: Stream,
    ) -> Result<(), Error> {
        if version.flags.has(Flags::ESCORTED) {
            let object = row::object(self.db, version.seq)?;
            let own = self.own(copy.holder, object.header())?;
            self.escort(&own.escorts, stream)?;
        }
        Ok(())
    }

    pub(crate) fn set_audience(&self, seq: i64, audience: Number, added: i64) -> Result<(), Error> {
        const SQL: &str = "UPDATE version SET audience = ?2, added = ?3 WHERE seq = ?1";
        let mut statement = self.db.prepare_cached(SQL).doing("writing an audience")?;
        statement.execute((seq, audience, added)).doing("writing an audience")?;
        Ok(())
    }

    /// Nobody is to see this version any more.
    pub(crate) fn drop_version(&mut self, copy: &Copy, version: &Version) -> Result<(), Error> {
        let newest = version.seq == copy.newest;
        if !version.flags.has(Flags::DEFINITION) {
            self.hide(stream(copy, newest, version.audience), version.added)?;
        }
        let sqls = [
            (Flags::HAS_ENDS, "DELETE FROM bound WHERE target = ?1 AND seq = ?2"),
            (Flags::AWAITS, "DELETE FROM awaiting WHERE definition = ?1 AND seq = ?2"),
        ];
        for (flag, sql) in sqls {
            if version.flags.has(flag) {
                let object = row::object(self.db, version.seq)?;
                let header = object.header();
                let ids = if flag == Flags::HAS_ENDS { &header.ends } else { &header.marking_refs };
                ids.iter().try_for_each(|id| self.note(sql, id, version.seq))?;
            }
        }
        if !newest {
            let mut statement = self
                .db
                .prepare_cached("DELETE FROM older WHERE object = ?1 AND version = ?2")
                .doing("dropping a version")?;
            statement.execute((copy.key, &version.version)).doing("dropping a version")?;
        }
        self.db
            .prepare_cached("INSERT INTO dropped (object, seq) VALUES (?1, ?2)")
            .and_then(|mut statement| statement.execute((copy.key, version.seq)))
            .doing("dropping a version")?;
        self.set_flags(version.seq, version.flags.with(Flags::DROPPED, true))
    }

    pub(crate) fn set_flags(&self, seq: i64, flags: Flags) -> Result<(), Error> {
        let mut statement = self
            .db
            .prepare_cached("UPDATE version SET flags = ?2 WHERE seq = ?1")
            .doing("writing a version’s flags")?;
        statement.execute((seq, flags.0)).doing("writing a version’s flags")?;
        Ok(())
    }

    /// Another holder brought the same fact: readers must choose between the copies from now on.
    pub(crate) fn make_twin(&mut self, copy: &Copy) -> Result<(), Error> {
        const SQL: &str = "UPDATE added SET twin = 1
             WHERE collection = ?1 AND newest = 1 AND audience = ?2 AND date_added = ?3";
        if copy.twin {
            return Ok(());
        }
        let version = self.version(copy.newest)?;
        let stream = stream(copy, true, version.audience);
        self.db
            .prepare_cached("UPDATE object SET twin = 1 WHERE key = ?1")
            .and_then(|mut statement| statement.execute([copy.key]))
            .doing("noting a twin")?;
        let mut statement = self.db.prepare_cached(SQL).doing("noting a twin")?;
        statement
            .execute((stream.collection, stream.audience, version.added))
            .doing("noting a twin")?;
        Ok(())
    }

    /// A copy of a fact changed or went: whoever was shown that one is now shown another, and
    /// must find it behind his place.
    pub(crate) fn refresh_twins(&mut self, gone: &Copy) -> Result<(), Error> {
        for copy in Copy::of_id(self.db, &gone.id)? {
            if copy.key == gone.key || copy.collection != gone.collection {
                continue;
            }
            let version = self.version(copy.newest)?;
            let stream = stream(&copy, true, version.audience);
            self.hide(stream, version.added)?;
            let place = Place { stream, seq: version.seq, kind: version.kind, twin: copy.twin };
            let added = self.show(place, None)?;
            self.set_audience(version.seq, version.audience, added)?;
            self.changed(copy.key);
        }
        Ok(())
    }
}

pub(crate) fn stream(copy: &Copy, newest: bool, audience: Number) -> Stream {
    Stream { collection: copy.collection, newest, audience }
}

/// Whether everybody to whom `after` is visible saw it before: it says the same, and more.
fn is_narrower(before: &Policy, after: &Policy) -> bool {
    let bounds: HashSet<_> = after.bounds().collect();
    before.own() == after.own() && before.bounds().all(|term| bounds.contains(term))
}
