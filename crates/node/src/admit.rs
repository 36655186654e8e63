//! Admission: what comes from outside, and what becomes of it.
//!
//! bytes → [`stix::Object`] → [`stix::sign::Verified`] → [`store::Admitted`]. What does not get
//! through is kept aside with the reason, for the administrator, and never mixes with the rest.

use release::Holder;
use serde::{Deserialize, Serialize};
use stix::keys::Judgement;
use stix::sign::KeyId;
use stix::{Object, Timestamp};
use store::{Admitted, Record};

use crate::Node;
use crate::account::Role;
use crate::error::Error;
use crate::judge::{AHEAD, Judge, Judged};
use crate::key::Turn;
use crate::session::Session;

pub(crate) const QUARANTINE: &str = "quarantine";

/// How many objects are kept aside of one source, and how many bytes. Whoever floods a node fills
/// his own share; what is beyond it is refused all the same, but not kept.
const MOST_ASIDE: (u64, u64) = (10_000, 64 << 20);

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

/// An object kept aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Quarantined {
    /// From whom it came: a peer's state, or an account.
    pub from: String,
    /// Its id, as far as it could be read.
    pub id: Option<String>,
    /// Why it was not admitted.
    pub refusal: Refusal,
    /// When it first came, in microseconds since 1970.
    pub at: i64,
    /// The bytes as they came; what is no UTF-8 is shown replaced.
    pub text: String,
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

    /// Judges again what waits for a key, for a decision or for its time; gives how many objects
    /// were admitted. They become visible now, whenever they came.
    pub fn admit_waiting(&self) -> Result<usize, Error> {
        let mut admitted = 0;
        loop {
            let (more, learned) = self.judge_waiting()?;
            admitted += more;
            // A key that became known may make another one known.
            if !learned {
                return Ok(admitted);
            }
        }
    }

    fn judge_waiting(&self) -> Result<(usize, bool), Error> {
        let mut judge = Judge::begin(self)?;
        let aside = self.quarantine();
        let mut waiting = aside.list()?;
        waiting.retain(|(_, kept)| kept.is_due(&judge, self.now()));
        waiting.sort_by_key(|(_, kept)| kept.at);
        let (mut objects, mut records) = (Vec::new(), Vec::new());
        for (key, kept) in waiting {
            let Ok(object) = Object::parse(kept.text.clone()) else { continue };
            let holder = judge.holder(&kept.from);
            match judge.again(&object, &holder, kept.at) {
                Admission::Admitted(object) => {
                    objects.push(object);
                    records.push(aside.removal(&key));
                }
                Admission::Known | Admission::Held(_) => records.push(aside.removal(&key)),
                Admission::Refused(refusal) if refusal != kept.refusal => {
                    records.push(aside.record(&key, &Quarantined { refusal, ..kept })?);
                }
                Admission::Refused(_) => {}
            }
        }
        let (admitted, learned) = (objects.len(), judge.has_learned());
        if !records.is_empty() || learned {
            records.extend(judge.into_records()?);
            self.inner.store.append(store::Batch { objects, records })?;
        }
        Ok((admitted, learned))
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
        let aside = self.quarantine();
        let learned = judge.has_learned();
        let mut held = None;
        let mut dropped = 0_usize;
        for Judged { bytes, admission, at } in judged {
            match admission {
                Admission::Admitted(object) => objects.push(object),
                Admission::Known | Admission::Held(_) => tally.known += 1,
                Admission::Refused(refusal) => {
                    tally.refused += 1;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let id = id_in(&text);
                    let mut kept = Quarantined { from: from.to_owned(), id, refusal, at, text };
                    let key = kept.key();
                    // Of what comes again, the first receipt counts.
                    if let Some(held) = aside.get(&key)? {
                        kept.at = held.at.min(at);
                    } else {
                        let (count, bytes) = match &mut held {
                            Some(held) => held,
                            none => none.insert(aside.size(&Quarantined::prefix(from))?),
                        };
                        if *count >= MOST_ASIDE.0 || *bytes >= MOST_ASIDE.1 {
                            dropped += 1;
                            continue;
                        }
                        *count += 1;
                        *bytes = bytes.saturating_add(kept.text.len() as u64);
                    }
                    records.push(aside.record(&key, &kept)?);
                }
            }
        }
        if dropped > 0 {
            tracing::warn!(from, dropped, "refused and not kept aside: its share is full");
        }
        if learned || tally.refused > 0 {
            records.extend(judge.into_records()?);
        }
        let outcomes = self.inner.store.append(store::Batch { objects, records })?;
        for outcome in outcomes {
            match outcome {
                store::Outcome::Same => tally.known += 1,
                _ => tally.admitted += 1,
            }
        }
        if learned {
            self.admit_waiting()?;
        }
        Ok(tally)
    }

    /// What is kept aside, newest first. For administrators.
    pub fn quarantined(&self, session: &Session) -> Result<Vec<Quarantined>, Error> {
        if session.role != Role::Administrator {
            return Err(Error::NotAllowed);
        }
        let mut held: Vec<_> =
            self.quarantine().list()?.into_iter().map(|(_, kept)| kept).collect();
        held.sort_by_key(|kept| std::cmp::Reverse(kept.at));
        Ok(held)
    }

    pub(crate) fn quarantine(&self) -> store::Shelf<Quarantined> {
        self.inner.store.shelf(QUARANTINE)
    }
}

impl Quarantined {
    /// The same for the same bytes of the same source: what comes again is kept once.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", Self::prefix(&self.from), digest(&self.text))
    }

    /// What the keys of one source begin with.
    fn prefix(from: &str) -> String {
        format!("{}.", digest(from))
    }

    /// Whether it may be admitted now, for all that can be told without reading it.
    fn is_due(&self, judge: &Judge<'_>, now: i64) -> bool {
        let judged = |key: &str| {
            let key = KeyId::parse(key)?;
            Some(judge.rings.holding(&key)?.judge(&key, self.at))
        };
        match &self.refusal {
            Refusal::Ahead { version } => {
                Timestamp::parse(version).is_ok_and(|version| version.micros() <= now + AHEAD)
            }
            // A statement may also be connected by the successor, whom the reason does not name.
            Refusal::UnknownKey { key } => {
                let prefix = format!("{}--", stix::keys::TYPE);
                judged(key).is_some() || self.id.as_ref().is_some_and(|id| id.starts_with(&prefix))
            }
            Refusal::Frozen { key } => judged(key) != Some(Judgement::Frozen),
            Refusal::DiscardedKey { key } => judged(key) != Some(Judgement::Discarded),
            _ => false,
        }
    }
}

fn digest(text: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash)
}

/// The id of something that may not even be an object, for the list of what is kept aside.
fn id_in(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    serde_json::from_str::<Named>(text).ok().map(|named| named.id.chars().take(120).collect())
}
