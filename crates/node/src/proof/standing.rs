//! What may be thought of a partner's objects, by the proofs with their owners.

use std::collections::HashMap;

use release::Holder;
use serde::Serialize;
use stix::Id;
use store::Seen;

use super::{Carried, Differs, Proof};
use crate::Node;
use crate::error::Error;

/// Why an object may not be what its owner says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "doubt")]
pub enum Doubt {
    /// Since then there was no completed proof with its owner; `None`: there never was one.
    NotConfirmed {
        /// In microseconds since 1970.
        since: Option<i64>,
    },
    /// The last proof showed that its owner and we do not hold it alike.
    Differs {
        /// How.
        kind: Differs,
        /// When, in microseconds since 1970.
        at: i64,
    },
}

/// How the owners' proofs stand, for a page that shows objects.
#[derive(Clone, Debug)]
pub struct Standings {
    me: Id,
    lineage: String,
    proofs: HashMap<Id, Proof>,
    carried: HashMap<Id, Carried>,
}

impl Node {
    /// How the proofs with all owners stand now.
    pub fn standings(&self) -> Result<Standings, Error> {
        let proofs = self.proof_shelf().list()?.into_iter();
        let carried = self.carried()?.into_iter();
        Ok(Standings {
            me: self.me().clone(),
            lineage: self.inner.store.lineage().to_owned(),
            proofs: proofs
                .filter_map(|(owner, proof)| Some((Id::parse(&owner).ok()?, proof)))
                .collect(),
            carried: carried.map(|one| (one.signed.statement.owner.clone(), one)).collect(),
        })
    }
}

impl Standings {
    /// Whether the proofs leave a doubt about an object. There is none about what has no owner,
    /// and about what is this state's own.
    pub fn doubt(&self, seen: &Seen) -> Option<Doubt> {
        let Holder::State(owner) = &seen.holder else { return None };
        if *owner == self.me || !seen.signed {
            return None;
        }
        let proof = self.proofs.get(owner);
        if let Some(proof) = proof.filter(|proof| proof.lineage == self.lineage) {
            let found = proof.differences.iter().find(|found| found.id == *seen.object.id());
            return found.map(|found| Doubt::Differs { kind: found.kind, at: proof.at });
        }
        // Who cannot reach the owner has its word through others.
        let is_carried = self.carried.get(owner).is_some_and(|carried| {
            carried.lineage == self.lineage && carried.differs_since.is_none()
        });
        let stands_alone = seen.object.header().ends.is_empty();
        if is_carried && stands_alone && release::travels(&seen.policy) {
            return None;
        }
        Some(Doubt::NotConfirmed { since: proof.map(|proof| proof.at) })
    }
}
