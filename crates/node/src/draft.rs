//! Drafts: what a person is still writing. They never enter the log.

use serde::{Deserialize, Serialize};
use stix::Id;

use crate::Node;
use crate::error::Error;
use crate::remedy::Remedy;
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
    /// The report of which it is an extract for other readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract_of: Option<Id>,
    /// What was done about references that would betray something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
    /// When it was kept last, in microseconds since 1970.
    pub changed: i64,
    /// Whether it waits, as it is, for a second person to let it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
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
            extract_of: None,
            remedies: Vec::new(),
            changed: self.now(),
            proposed: false,
        };
        self.draft_shelf().put(&draft.id, &draft)?;
        Ok(draft)
    }

    /// Starts a draft of what others than the readers of `full` may know of it.
    pub fn start_extract(
        &self,
        session: &Session,
        kind: &str,
        form: serde_json::Value,
        full: Id,
    ) -> Result<Draft, Error> {
        let started = self.start_draft(session, kind, form, None)?;
        let draft = Draft { extract_of: Some(full), ..started };
        self.draft_shelf().put(&draft.id, &draft)?;
        Ok(draft)
    }

    /// Keeps the fields of a draft as they are now. One that was proposed is a draft again as soon
    /// as it says something else.
    pub fn keep_draft(
        &self,
        session: &Session,
        id: &str,
        form: serde_json::Value,
    ) -> Result<Draft, Error> {
        let (held, mut draft) = self.held_draft(session, id)?;
        let proposal = if draft.proposed && draft.form != form {
            draft.proposed = false;
            self.no_longer_proposed(id)?
        } else {
            None
        };
        draft.form = form;
        draft.changed = self.now();
        let kept = self.draft_shelf().replacing(id, Some(&held), Some(&draft))?;
        self.step(Vec::new(), proposal.into_iter().chain([kept]).collect())?;
        Ok(draft)
    }

    /// The person's draft, to be replaced in one step with other things.
    pub(crate) fn held_draft(
        &self,
        session: &Session,
        id: &str,
    ) -> Result<(store::Held<Draft>, Draft), Error> {
        let held = self.draft_shelf().held(id)?;
        let held = held.filter(|held| held.value.account == session.account);
        let held = held.ok_or(Error::NoDraft)?;
        let draft = held.value.clone();
        Ok((held, draft))
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
        let (held, mut draft) = self.held_draft(session, id)?;
        draft.proposed = false;
        let mut records = vec![
            self.draft_shelf().replacing(id, Some(&held), None)?,
            self.bin().record(&session.account, &draft)?,
        ];
        records.extend(self.no_longer_proposed(id)?);
        self.step(Vec::new(), records)?;
        Ok(draft)
    }

    /// Brings back the draft that the person deleted last.
    pub fn restore_draft(&self, session: &Session) -> Result<Draft, Error> {
        let draft = self.bin().get(&session.account)?.ok_or(Error::NoDraft)?;
        self.draft_shelf().put(&draft.id, &draft)?;
        self.bin().remove(&session.account)?;
        Ok(draft)
    }

    pub(crate) fn draft_shelf(&self) -> store::Shelf<Draft> {
        self.inner.store.shelf(SHELF)
    }

    fn bin(&self) -> store::Shelf<Draft> {
        self.inner.store.shelf("deleted-draft")
    }
}

pub(crate) fn may_write(session: &Session) -> Result<(), Error> {
    if session.role.may_write() { Ok(()) } else { Err(Error::NotAllowed) }
}
