//! A proposal as a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stix::{Id, Object, Timestamp};

use super::{Person, Proposal, Step};
use crate::error::Error;
use crate::group::Roster;
use crate::outgoing::Release;

/// A proposal as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) by: Person,
    pub(crate) at: i64,
    pub(crate) note: String,
    /// The objects that are to be signed.
    objects: Vec<Map<String, Value>>,
    /// The bytes of the marking definitions that go with them.
    definitions: Vec<String>,
    pub(crate) draft: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roster: Option<Roster>,
    digest: String,
    bases: BTreeMap<Id, Timestamp>,
    pub(crate) step: Step,
}

impl Kept {
    pub(crate) fn of(proposal: &Proposal) -> Self {
        let release = &proposal.release;
        Self {
            kind: proposal.kind.clone(),
            title: proposal.title.clone(),
            by: proposal.by.clone(),
            at: proposal.at,
            note: proposal.note.clone(),
            objects: release.objects.clone(),
            definitions: release.definitions.iter().map(|one| one.text().to_owned()).collect(),
            draft: release.draft.clone(),
            through: release.through.clone(),
            roster: proposal.roster.clone(),
            digest: proposal.digest.clone(),
            bases: proposal.bases.clone(),
            step: proposal.step.clone(),
        }
    }

    /// The same after a step that decides it: its content is gone.
    pub(crate) fn decided(&self, step: Step) -> Self {
        Self { objects: Vec::new(), definitions: Vec::new(), roster: None, step, ..self.clone() }
    }

    pub(crate) fn read(self, id: &str) -> Result<Proposal, Error> {
        let definitions: Result<_, _> = self.definitions.into_iter().map(Object::parse).collect();
        Ok(Proposal {
            id: id.to_owned(),
            kind: self.kind,
            title: self.title,
            by: self.by,
            at: self.at,
            note: self.note,
            release: Release {
                objects: self.objects,
                definitions: definitions?,
                through: self.through,
                draft: self.draft,
            },
            roster: self.roster,
            digest: self.digest,
            bases: self.bases,
            step: self.step,
        })
    }
}
