//! Admission: what comes from outside, and what becomes of it.
//!
//! bytes → [`stix::Object`] → [`stix::sign::Verified`] → [`store::Admitted`]. What does not get
//! through is kept aside with the reason, for the administrator, and never mixes with the rest.

use release::Holder;
use serde::{Deserialize, Serialize};
use stix::Object;
use store::{Admitted, Record};

use crate::audit::Tale;
use crate::error::Error;
use crate::judge::{Judge, Judged};
use crate::key::Turn;
use crate::{Node, quarantine};

/// Why an object was not admitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "code")]
pub enum Refusal {
    /// It is no valid STIX object.
    #[error("not valid STIX: {problem}")]
    Invalid {
        /// What is wrong, with the place.
        problem: String,
    },
    /// It carries no signature.
    #[error("not signed")]
    Unsigned,
    /// It is signed with a key that nobody whom this node knows signs with.
    #[error("signed with the unknown key {key}")]
    UnknownKey {
        /// The key's id.
        key: String,
    },
    /// It was first received after the key that signed it had been revoked.
    #[error("received after the key {key} had been revoked")]
    RevokedKey {
        /// The key's id.
        key: String,
    },
    /// Two keys claim to succeed one: nothing of their owner is admitted until an administrator
    /// compares fingerprints.
    #[error("its owner’s keys are in conflict: compare fingerprints, then choose one")]
    Frozen {
        /// The key's id.
        key: String,
    },
    /// An administrator chose another key.
    #[error("signed with, or for, the key {key}, which was not chosen")]
    DiscardedKey {
        /// The key's id.
        key: String,
    },
    /// It names another state as its creator than the one that signed it.
    #[error("it names {named} as its creator, which did not sign it")]
    FalseCreator {
        /// The state named.
        named: String,
    },
    /// A statement about keys that does not hold.
    #[error("not a valid statement about keys: {problem}")]
    Statement {
        /// What is wrong.
        problem: String,
    },
    /// The signature is not by the pinned key over these bytes.
    #[error("the signature is not good")]
    BadSignature,
    /// Its version is more than a day ahead of this node's clock.
    #[error("its version lies ahead of this node’s clock: {version}")]
    Ahead {
        /// The version.
        version: String,
    },
    /// A marking definition whose id does not follow from its content.
    #[error("a marking definition that is not what its id says: {problem}")]
    FalseDefinition {
        /// What is wrong.
        problem: String,
    },
}

/// What becomes of one object.
#[derive(Debug)]
pub enum Admission {
    /// It goes into the log.
    Admitted(Admitted),
    /// It is compiled in, the same at every node: nothing to keep.
    Known,
    /// It would be refused, but was received before there was a reason: it stays as it is.
    Held(Refusal),
    /// It is kept aside.
    Refused(Refusal),
}

/// What an import or a pull did, in objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// New in the log.
    pub admitted: usize,
    /// Held already, or compiled in.
    pub known: usize,
    /// Kept aside.
    pub refused: usize,
}

impl Node {
    /// Judges an object from a file that a person of this node imports. With `adopt`, an unsigned
    /// object that names this node's own state as its creator is signed and becomes the state's.
    pub fn judge_import(&self, object: &Object, adopt: bool) -> Result<Admission, Error> {
        let holder = Holder::State(self.me().clone());
        Ok(Judge::begin(self)?.object(object, &holder, adopt).admission)
    }

    /// Imports objects of a file in one commit.
    pub fn import(&self, objects: Vec<Object>, adopt: bool, by: &str) -> Result<Tally, Error> {
        let holder = Holder::State(self.me().clone());
        let _turn = if adopt { Some(Turn::to_sign(self.dir())?) } else { None };
        let mut judge = Judge::begin(self)?;
        let judged =
            objects.into_iter().map(|object| judge.object(&object, &holder, adopt)).collect();
        self.keep(judge, judged, by, Vec::new())
    }

    /// Keeps what was judged, together with `records`, in one transaction.
    pub(crate) fn keep(
        &self,
        judge: Judge<'_>,
        judged: Vec<Judged>,
        from: &str,
        mut records: Vec<Record>,
    ) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let mut objects = Vec::with_capacity(judged.len());
        let learned = judge.has_learned();
        let mut tale = Tale::default();
        for Judged { bytes, admission, at } in judged {
            match admission {
                Admission::Admitted(object) => {
                    tale.admitted(object.object().id());
                    objects.push(object);
                }
                Admission::Known | Admission::Held(_) => tally.known += 1,
                Admission::Refused(refusal) => {
                    tally.refused += 1;
                    tale.refused(&refusal);
                    records.push(quarantine::aside(from, &refusal, at, bytes)?);
                }
            }
        }
        if learned || tally.refused > 0 {
            records.extend(judge.into_records()?);
        }
        records.extend(tale.told(self, from)?);
        let taken = self.append(objects, records)?;
        tally.admitted += taken.admitted;
        tally.known += taken.known;
        tally.refused += taken.refused;
        if learned {
            self.admit_waiting()?;
        }
        Ok(tally)
    }

    /// Writes what was admitted, and with it records; gives how many objects were new, how many
    /// were held, and how many their owners had recalled.
    pub(crate) fn append(
        &self,
        objects: Vec<Admitted>,
        mut records: Vec<Record>,
    ) -> Result<Tally, Error> {
        let heard = self.hear_recalls(&objects, &mut records)?;
        let mut tally = Tally::default();
        for outcome in self.inner.store.append(store::Batch { objects, records })? {
            match outcome {
                store::Outcome::Same => tally.known += 1,
                store::Outcome::Recalled => tally.refused += 1,
                _ => tally.admitted += 1,
            }
        }
        self.note_recalls(&heard)?;
        Ok(tally)
    }
}
