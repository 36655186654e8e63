//! One snapshot, read by one viewer: which copy and which versions of an object he is shown.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::sync::Arc;

use release::{Holder, Level, Viewer};

use super::{Met, Seen};
use crate::audience::Visible;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::pool::Snapshot;
use crate::row::{self, Copy, Flags, Version};
use crate::shared::Shared;

/// One snapshot, read by one viewer. What he may not see and what is not there are one case here:
/// `None`.
pub(crate) struct Reading<'v> {
    pub(super) db: Snapshot<'v>,
    pub(super) shared: &'v Shared,
    pub(super) visible: Arc<Visible>,
    viewer: &'v Viewer,
    /// From which marking on somebody takes note of what is shown.
    noted: Option<Level>,
    met: RefCell<Vec<Met>>,
}

/// A version that the viewer may see.
pub(super) struct Shown {
    pub(super) copy: Copy,
    pub(super) version: Version,
    /// When it became visible to him.
    pub(super) added: i64,
}

impl<'v> Reading<'v> {
    pub(super) fn begin(
        shared: &'v Shared,
        viewer: &'v Viewer,
        noted: Option<Level>,
    ) -> Result<Self, Error> {
        let db = shared.pool.snapshot()?;
        shared.catch_up(&db)?;
        let visible = shared.audiences.visible(viewer);
        Ok(Self { db, shared, visible, viewer, noted, met: RefCell::default() })
    }

    /// Whether somebody takes note of what is shown of this audience.
    pub(super) fn is_strict(&self, audience: Number) -> bool {
        self.noted.is_some_and(|from| self.visible.level(audience) >= Some(from))
    }

    /// A version is shown.
    pub(super) fn meet(&self, version: &Version) {
        // A definition has no marking: it goes with what it marks.
        if self.is_strict(version.audience)
            && !version.flags.has(Flags::DEFINITION)
            && let Some(level) = self.visible.level(version.audience)
        {
            self.met.borrow_mut().push(Met { object: version.object, level });
        }
    }

    /// What was shown of what somebody takes note of, each object once.
    pub(super) fn met(self) -> Vec<Met> {
        let mut met = self.met.into_inner();
        met.sort_unstable_by_key(|met| (met.object, std::cmp::Reverse(met.level)));
        met.dedup_by_key(|met| met.object);
        met
    }

    /// The newest version of a copy.
    pub(super) fn newest(&self, copy: &Copy) -> Result<Option<Shown>, Error> {
        let Some(version) = Version::find(&self.db, copy.newest)? else { return Ok(None) };
        let added = if version.flags.has(Flags::DEFINITION) {
            self.escorted(copy.key, None)?
        } else {
            self.sees(&version).then_some(version.added)
        };
        Ok(added.map(|added| Shown { copy: copy.clone(), version, added }))
    }

    fn sees(&self, version: &Version) -> bool {
        !version.flags.has(Flags::DROPPED) && self.visible.has(version.audience)
    }

    /// Since when the viewer sees a definition: it goes with the objects that refer to it.
    pub(super) fn escorted(
        &self,
        definition: i64,
        collection: Option<i64>,
    ) -> Result<Option<i64>, Error> {
        const SQL: &str = "SELECT collection, audience, added FROM escort WHERE definition = ?1";
        let doing = "reading a definition’s audiences";
        let mut statement = self.db.prepare_cached(SQL).doing(doing)?;
        let mut rows = statement.query([definition]).doing(doing)?;
        let mut first = None;
        while let Some(row) = rows.next().doing(doing)? {
            let within: i64 = row.get(0).doing(doing)?;
            let audience: Number = row.get(1).doing(doing)?;
            let added: i64 = row.get(2).doing(doing)?;
            if collection.is_none_or(|one| one == within) && self.visible.has(audience) {
                first = Some(first.map_or(added, |first: i64| first.min(added)));
            }
        }
        Ok(first)
    }

    /// The copy of an object that this viewer is shown, in its newest version: what is compiled in
    /// before a state's, the one whose holder is its `created_by_ref` before another state's, a
    /// state's before an account's, and that before a feed's. Of two states that call different
    /// objects by one name, the one keeps it here that had it first: nobody takes another's place
    /// by calling something of his own so. Else the one received last.
    pub(super) fn chosen(&self, id: &str) -> Result<Option<Shown>, Error> {
        let mut shown = Vec::new();
        for copy in Copy::of_id(&self.db, id)? {
            shown.extend(self.newest(&copy)?);
        }
        if shown.len() < 2 {
            return Ok(shown.pop());
        }
        let mut ranked = Vec::new();
        for one in shown {
            let is_fact = one.version.flags.has(Flags::FACT);
            let of_state =
                matches!(self.shared.holder(&self.db, one.copy.holder)?, Holder::State(_));
            let first_held = if of_state && !is_fact { one.copy.key } else { 0 };
            ranked.push(((self.rank(&one)?, first_held, Reverse(one.version.seq)), one));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        Ok(ranked.into_iter().next().map(|(_, one)| one))
    }

    fn rank(&self, shown: &Shown) -> Result<u8, Error> {
        Ok(match self.shared.holder(&self.db, shown.copy.holder)? {
            Holder::Builtin => 0,
            Holder::State(_) if shown.version.flags.has(Flags::FACT) => 1,
            Holder::State(state) => {
                let object = row::object(&self.db, shown.version.seq)?;
                if object.header().created_by_ref.as_ref() == Some(&state) { 1 } else { 2 }
            }
            Holder::Account(_) => 3,
            Holder::Feed(_) => 4,
        })
    }

    /// The object of which a projection says that `seq` is the newest version: if that is still
    /// so, and it is the copy that this viewer is shown. Projections may lag; the log decides.
    pub(super) fn confirmed(&self, seq: i64) -> Result<Option<Shown>, Error> {
        let Some(version) = Version::find(&self.db, seq)? else { return Ok(None) };
        if !self.sees(&version) {
            return Ok(None);
        }
        let Some(copy) = Copy::of_key(&self.db, version.object)? else { return Ok(None) };
        if copy.newest != seq {
            return Ok(None);
        }
        Ok(self.chosen(&copy.id)?.filter(|chosen| chosen.version.seq == seq))
    }

    /// The older versions of a copy that the viewer may see, the first one first.
    pub(super) fn older(&self, copy: &Copy) -> Result<Vec<Shown>, Error> {
        let mut found = Vec::new();
        for seq in row::older(&self.db, copy.key)? {
            let version = Version::find(&self.db, seq)?.filter(|version| self.sees(version));
            found.extend(version.map(|version| {
                let added = version.added;
                Shown { copy: copy.clone(), version, added }
            }));
        }
        Ok(found)
    }

    /// Whether no other copy of the fact stands for this one in its collection.
    pub(super) fn is_shown_fact(&self, copy: &Copy, version: &Version) -> Result<bool, Error> {
        for other in Copy::of_id(&self.db, &copy.id)? {
            let later = other.key != copy.key
                && other.collection == copy.collection
                && other.newest > version.seq;
            let other = if later { self.newest(&other)? } else { None };
            if other.is_some_and(|other| other.version.flags.has(Flags::FACT)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A version that is shown, with what the store knows about it. `None` when the place changed a
    /// moment ago, so that the viewer may not see it any more.
    pub(super) fn seen(&self, shown: &Shown) -> Result<Option<Seen>, Error> {
        let seen = self.look(shown)?;
        if seen.is_some() {
            self.meet(&shown.version);
        }
        Ok(seen)
    }

    /// The same for a version of which it is not certain yet that it will be shown: see
    /// [`Reading::meet`].
    pub(super) fn look(&self, shown: &Shown) -> Result<Option<Seen>, Error> {
        let version = &shown.version;
        let policy = self.shared.policy(&self.db, version.audience)?;
        let decision = release::decide(&policy, self.viewer, &self.shared.audiences.place());
        if !decision.allowed {
            return Ok(None);
        }
        Ok(Some(Seen {
            object: row::object(&self.db, version.seq)?,
            holder: self.shared.holder(&self.db, shown.copy.holder)?,
            policy,
            reason: decision.reason,
            added: shown.added,
            received: version.received,
            newest: version.seq == shown.copy.newest,
            signed: version.flags.has(Flags::SIGNED),
        }))
    }
}
