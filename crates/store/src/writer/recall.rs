//! What its owner recalled: erased here, and refused when it comes again.
//!
//! The recall itself is an object in the log. It is in force where it is addressed to: at every
//! other node that holds it; at the owner's own only if it is marked for nobody beyond, so that an
//! owner who narrows an object keeps its own copy.

use std::collections::HashMap;

use release::{Holder, Policy};
use rusqlite::Connection;
use stix::recall::{Recall, TYPE, Versions};
use stix::{Id, Object};

use super::append::Entry;
use super::work::Work;
use crate::admitted::{Admitted, Kind};
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::row::{self, Copy, Flags, Version};
use crate::secret::{Secret, Tag};

const DROPPED: &str = "SELECT seq FROM dropped WHERE object = ?1";

/// One recall in force.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// The recall's id.
    recall: String,
    owner: Number,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// All versions up to this one, by its sortable text.
    UpTo(String),
    /// One content, by its keyed hash.
    Content(Tag),
}

/// The recalls in force, by the keyed hash of the object's id.
pub(crate) type Marks = HashMap<Tag, Vec<Mark>>;

/// Reads the recalls in force.
pub(crate) fn marks(db: &Connection) -> Result<Marks, Error> {
    const SQL: &str = "SELECT object, recall, owner, up_to, content FROM recalled";
    let doing = "reading what was recalled";
    let mut statement = db.prepare(SQL).doing(doing)?;
    let mut rows = statement.query([]).doing(doing)?;
    let mut marks = Marks::new();
    while let Some(row) = rows.next().doing(doing)? {
        let object: Tag = row.get(0).doing(doing)?;
        let up_to: String = row.get(3).doing(doing)?;
        let what = if up_to.is_empty() {
            What::Content(row.get(4).doing(doing)?)
        } else {
            What::UpTo(up_to)
        };
        let (recall, owner) = (row.get(1).doing(doing)?, row.get(2).doing(doing)?);
        marks.entry(object).or_default().push(Mark { recall, owner, what });
    }
    Ok(marks)
}

impl Mark {
    /// Whose copies.
    pub(crate) fn owner(&self) -> Number {
        self.owner
    }

    /// Whether it names this version of its object.
    pub(crate) fn names(&self, object: &Object, secret: &Secret) -> bool {
        match &self.what {
            What::UpTo(last) => object.version().is_some_and(|version| version.sort_key() <= *last),
            What::Content(tag) => secret.of_content(object.id().as_str(), &object.hash()) == *tag,
        }
    }
}

impl Work<'_> {
    /// Whether its owner recalled just this version.
    pub(crate) fn is_recalled(&mut self, admitted: &Admitted, holder: Number) -> bool {
        if self.mind.recalled.is_empty() {
            return false;
        }
        let object = &admitted.object;
        let owner = match (admitted.kind, &object.header().created_by_ref) {
            (Kind::Owned | Kind::Fact, _) => Some(holder),
            // What an account brings back unsigned, or as it was: by whom it says it is.
            (Kind::Workspace, Some(named)) => {
                self.shared.holders.number(&Holder::State(named.clone()))
            }
            _ => None,
        };
        owner.is_some_and(|owner| self.names(owner, object))
    }

    /// Whether a recall of this owner names this version.
    fn names(&self, owner: Number, object: &Object) -> bool {
        let id = object.id().as_str();
        let Some(marks) = self.mind.recalled.get(&self.shared.secret.of_id(id)) else {
            return false;
        };
        let mut own = marks.iter().filter(|mark| mark.owner == owner);
        own.any(|mark| mark.names(object, &self.shared.secret))
    }

    /// What binds an object of `by` whose end was recalled and is held no longer: nobody sees by
    /// that what he did not see before. `held` are the copies that bind it.
    pub(crate) fn recalled_ends(
        &self,
        end: &Id,
        by: Number,
        held: &[Copy],
    ) -> Result<Vec<Policy>, Error> {
        if self.mind.recalled.is_empty()
            || held.iter().any(|copy| copy.holder == by)
            || matches!(self.shared.holder(self.db, by)?, Holder::Account(_))
        {
            return Ok(Vec::new());
        }
        let tag = self.shared.secret.of_id(end.as_str());
        let marks = self.mind.recalled.get(&tag).map(Vec::as_slice).unwrap_or_default();
        let gone = marks.iter().filter(|mark| held.iter().all(|copy| copy.holder != mark.owner));
        gone.map(|mark| Ok(Policy::closed(self.shared.holder(self.db, mark.owner)?))).collect()
    }

    /// A recall is the newest version of itself now: what it says holds from now on.
    pub(crate) fn recall(&mut self, entry: &Entry<'_>, holder: &Holder) -> Result<(), Error> {
        if entry.object.id().type_name() != TYPE {
            return Ok(());
        }
        let Ok(recall) = Recall::read(entry.object) else { return Ok(()) };
        if *holder != Holder::State(recall.owner.clone()) {
            return Ok(());
        }
        let name = entry.object.id().as_str();
        self.db
            .execute("DELETE FROM recalled WHERE recall = ?1", [name])
            .doing("noting a recall")?;
        let id = recall.object.as_str();
        let tag = self.shared.secret.of_id(id);
        if let Some(marks) = self.mind.recalled.get_mut(&tag) {
            marks.retain(|mark| mark.recall != name);
            if marks.is_empty() {
                self.mind.recalled.remove(&tag);
            }
        }
        if !recall.lifted && self.is_for_here(entry, &recall.owner)? {
            let what = match &recall.versions {
                Versions::UpTo(version) => What::UpTo(version.sort_key()),
                Versions::Content(hash) => What::Content(self.shared.secret.of_content(id, hash)),
            };
            self.note_recalled(name, &tag, entry.holder, what)?;
            for copy in Copy::of_id(self.db, id)? {
                self.erase_recalled(&copy, entry.holder, &recall)?;
            }
            self.erase_aside(&recall)?;
        }
        self.rebind_dependants(id)
    }

    fn is_for_here(&mut self, entry: &Entry<'_>, owner: &Id) -> Result<bool, Error> {
        if *owner != self.shared.audiences.place().state {
            return Ok(true);
        }
        let own = self.own(entry.holder, entry.object.header())?;
        let policy = self.policy(own.policy)?;
        Ok(policy.own().is_some_and(|term| {
            term.tlp.is_none() && term.to.is_none() && term.groups.is_empty() && !term.closed
        }))
    }

    fn note_recalled(
        &mut self,
        recall: &str,
        object: &Tag,
        owner: Number,
        what: What,
    ) -> Result<(), Error> {
        const SQL: &str = "INSERT OR REPLACE INTO recalled (recall, object, owner, up_to, content)
             VALUES (?1, ?2, ?3, ?4, ?5)";
        let (up_to, content): (&str, &[u8]) = match &what {
            What::UpTo(last) => (last, &[]),
            What::Content(tag) => ("", tag),
        };
        self.db.execute(SQL, (recall, object, owner, up_to, content)).doing("noting a recall")?;
        let mark = Mark { recall: recall.to_owned(), owner, what };
        self.mind.recalled.entry(*object).or_default().push(mark);
        Ok(())
    }

    /// Erases of a copy what was recalled: of the owner's the versions named; of an account's what
    /// it says is the owner's.
    fn erase_recalled(&mut self, copy: &Copy, owner: Number, recall: &Recall) -> Result<(), Error> {
        let holder = self.shared.holder(self.db, copy.holder)?;
        let is_account = matches!(holder, Holder::Account(_) | Holder::Feed(_));
        if copy.holder != owner && !is_account {
            return Ok(());
        }
        let newest = self.version(copy.newest)?;
        if newest.flags.has(Flags::DEFINITION) || (is_account && newest.flags.has(Flags::FACT)) {
            return Ok(());
        }
        let concerned = |version: &Version| -> Result<bool, Error> {
            if let (Versions::UpTo(last), false) = (&recall.versions, is_account) {
                return Ok(version.version <= last.sort_key());
            }
            let object = row::object(self.db, version.seq)?;
            let is_theirs =
                !is_account || object.header().created_by_ref.as_ref() == Some(&recall.owner);
            Ok(is_theirs && recall.versions.include(&object))
        };
        if concerned(&newest)? {
            return self.erase_copy(copy);
        }
        let mut going = Vec::new();
        for seq in row::older(self.db, copy.key)? {
            let version = self.version(seq)?;
            if concerned(&version)? {
                going.push(version);
            }
        }
        for version in &going {
            self.drop_version(copy, version)?;
        }
        for seq in row::numbers(self.db, DROPPED, copy.key)? {
            let version = self.version(seq)?;
            let is_going = going.iter().any(|one| one.seq == seq);
            if is_going || concerned(&version)? {
                self.erase_dropped(copy.key, seq)?;
            }
        }
        self.changed(copy.key);
        Ok(())
    }

    /// Erases all versions of a copy.
    fn erase_copy(&mut self, copy: &Copy) -> Result<(), Error> {
        for seq in row::older(self.db, copy.key)?.into_iter().chain([copy.newest]) {
            self.drop_version(copy, &self.version(seq)?)?;
        }
        self.forget(copy)?;
        for seq in row::numbers(self.db, DROPPED, copy.key)? {
            self.erase_dropped(copy.key, seq)?;
        }
        self.changed(copy.key);
        // Other processes see by the clock that the index changed.
        self.next_date(copy.collection);
        if copy.twin {
            self.refresh_twins(copy)?;
        }
        Ok(())
    }

    fn erase_dropped(&self, object: i64, seq: i64) -> Result<(), Error> {
        for sql in [
            "INSERT OR IGNORE INTO erasing (seq, object) VALUES (?2, ?1)",
            "DELETE FROM dropped WHERE object = ?1 AND seq = ?2",
        ] {
            self.db.execute(sql, (object, seq)).doing("erasing a version")?;
        }
        Ok(())
    }
}
