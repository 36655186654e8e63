//! Taking out what an account put in, whole or by version.

use release::Holder;
use stix::{Id, SpecVersion};

use super::bound::stream;
use super::work::{Place, Work};
use crate::collection::CollectionKey;
use crate::error::{Doing, Error};
use crate::row::{self, Copy, Flags, Version};
use crate::view::page::{Versions, Which};

impl Work<'_> {
    /// Takes versions of an object out of a collection. Their bytes are erased when the projections
    /// have forgotten them.
    pub(crate) fn withdraw(
        &mut self,
        collection: CollectionKey,
        holder: &Holder,
        id: &Id,
        which: &Which,
    ) -> Result<bool, Error> {
        let Some(holder) = self.shared.holders.number(holder) else { return Ok(false) };
        let copies = Copy::of_id(self.db, id.as_str())?;
        let fits = |copy: &&Copy| copy.holder == holder && copy.collection == collection.0;
        let Some(copy) = copies.iter().find(fits) else { return Ok(false) };
        if self.version(copy.newest)?.flags.has(Flags::DEFINITION) {
            // Objects that it marks are held: they would lose their meaning.
            return Ok(false);
        }
        let seqs = row::older(self.db, copy.key)?.into_iter().chain([copy.newest]);
        let versions = seqs.map(|seq| self.version(seq)).collect::<Result<Vec<_>, _>>()?;
        let first = versions.first().map(|version| version.seq);
        let (mut chosen, mut staying) = (Vec::new(), Vec::new());
        for version in versions {
            let is_first = first == Some(version.seq);
            let of_spec = self.shared.kinds.get(version.kind).map(|kind| kind.spec);
            if which.has(&version, is_first, version.seq == copy.newest, of_spec) {
                chosen.push(version);
            } else {
                staying.push(version);
            }
        }
        if chosen.is_empty() {
            return Ok(false);
        }
        for version in &chosen {
            self.drop_version(copy, version)?;
        }
        let newest_goes = chosen.iter().any(|version| version.seq == copy.newest);
        match staying.last() {
            None => self.forget(copy)?,
            Some(last) if newest_goes => self.promote(copy, last)?,
            Some(_) => {}
        }
        // Versions that were replaced earlier go with the others.
        for sql in [
            "INSERT INTO erasing (seq, object) SELECT seq, object FROM dropped WHERE object = ?1",
            "DELETE FROM dropped WHERE object = ?1",
        ] {
            self.db.execute(sql, [copy.key]).doing("withdrawing an object")?;
        }
        self.changed(copy.key);
        // Other processes see by the clock that the index changed.
        self.next_date(copy.collection);
        if copy.twin {
            self.refresh_twins(copy)?;
        }
        self.rebind_dependants(&copy.id)?;
        Ok(true)
    }

    /// Nothing is left of the object.
    pub(crate) fn forget(&mut self, copy: &Copy) -> Result<(), Error> {
        for sql in ["DELETE FROM object WHERE key = ?1", "DELETE FROM definition WHERE object = ?1"]
        {
            self.db.execute(sql, [copy.key]).doing("withdrawing an object")?;
        }
        self.mind.undefine(copy.key);
        Ok(())
    }

    /// An older version is the newest from now on. Whoever read past it meets it again: it is new
    /// to him that nothing newer stands.
    fn promote(&mut self, copy: &Copy, version: &Version) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM older WHERE object = ?1 AND version = ?2";
        self.db.execute(SQL, (copy.key, &version.version)).doing("withdrawing a version")?;
        self.hide(stream(copy, false, version.audience), version.added)?;
        let ends = self.ends(version)?;
        let audience = self.bind(version.own, &copy.id, copy.holder, &ends)?;
        self.set_newest(copy.key, version.seq)?;
        let stream = stream(copy, true, audience);
        self.escort_version(copy, version, stream)?;
        let place = Place { stream, seq: version.seq, kind: version.kind, twin: copy.twin };
        let added = self.show(place, None)?;
        self.set_audience(version.seq, audience, added)?;
        self.rebind_older(copy.key, audience, None)
    }
}

impl Which {
    fn has(
        &self,
        version: &Version,
        is_first: bool,
        is_newest: bool,
        spec: Option<SpecVersion>,
    ) -> bool {
        let of_spec = self.spec_versions.is_empty()
            || spec.is_some_and(|spec| self.spec_versions.contains(&spec));
        let by_version = match &self.versions {
            Versions::All => true,
            Versions::Newest => is_newest,
            Versions::Some { first, newest, exact } => {
                (*first && is_first)
                    || (*newest && is_newest)
                    || exact.iter().any(|moment| moment.sort_key() == version.key())
            }
        };
        of_spec && by_version
    }
}
