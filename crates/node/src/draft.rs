//! Drafts: what a person is still writing. They never enter the log.

use serde::{Deserialize, Serialize};
use stix::Id;

use crate::Node;
use crate::error::Error;
use crate::session::Session;

pub(crate) const SHELF: &str = "draft";

/// What a person is still writing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Names the draft in addresses.
    pub id: String,
    /// Whose it is. Nobody else reads it.
    pub account: String,
    /// Which form it fills, for example `hybrid.report`.
    pub kind: String,
    /// The fields as typed, valid or not.
    pub form: serde_json::Value,
    /// The object of which it is to become a new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revises: Option<Id>,
    /// When it was kept last, in microseconds since 1970.
    pub changed: i64,
}

impl Node {
    /// Starts a draft.
    pub fn start_draft(
        &self,
        session: &Session,
        kind: &str,
        form: serde_json::Value,
        revises: Option<Id>,
    ) -> Result<Draft, Error> {
        may_write(session)?;
        let draft = Draft {
            id: self.uuid().to_string(),
            account: session.account.clone(),
            kind: kind.to_owned(),
            form,
            revises,
            changed: self.now(),
        };
        self.draft_shelf().put(&draft.id, &draft)?;
        Ok(draft)
    }

    /// Keeps the fields of a draft as they are now.
    pub fn keep_draft(
        &self,
        session: &Session,
        id: &str,
        form: serde_json::Value,
    ) -> Result<Draft, Error> {
        let mut draft = self.draft(session, id)?.ok_or(Error::NoDraft)?;
        draft.form = form;
        draft.changed = self.now();
        self.draft_shelf().put(id, &draft)?;
        Ok(draft)
    }

    /// The person's draft of that name.
    pub fn draft(&self, session: &Session, id: &str) -> Result<Option<Draft>, Error> {
        Ok(self.draft_shelf().get(id)?.filter(|draft| draft.account == session.account))
    }

    /// The person's drafts of that kind, the one touched last first.
    pub fn drafts(&self, session: &Session, kind: &str) -> Result<Vec<Draft>, Error> {
        let mut found: Vec<_> = self
            .draft_shelf()
            .list()?
            .into_iter()
            .map(|(_, draft)| draft)
            .filter(|draft| draft.account == session.account && draft.kind == kind)
            .collect();
        found.sort_by_key(|draft| std::cmp::Reverse(draft.changed));
        Ok(found)
    }

    /// Deletes a draft and gives it back, so that the act can be undone with
    /// [`Node::restore_draft`].
    pub fn delete_draft(&self, session: &Session, id: &str) -> Result<Draft, Error> {
        let draft = self.draft(session, id)?.ok_or(Error::NoDraft)?;
        self.draft_shelf().remove(id)?;
        self.bin().put(&session.account, &draft)?;
        Ok(draft)
    }

    /// Brings back the draft that the person deleted last.
    pub fn restore_draft(&self, session: &Session) -> Result<Draft, Error> {
        let draft = self.bin().get(&session.account)?.ok_or(Error::NoDraft)?;
        self.draft_shelf().put(&draft.id, &draft)?;
        self.bin().remove(&session.account)?;
        Ok(draft)
    }

    fn draft_shelf(&self) -> store::Shelf<Draft> {
        self.inner.store.shelf(SHELF)
    }

    fn bin(&self) -> store::Shelf<Draft> {
        self.inner.store.shelf("deleted-draft")
    }
}

pub(crate) fn may_write(session: &Session) -> Result<(), Error> {
    if session.role.may_write() { Ok(()) } else { Err(Error::NotAllowed) }
}
