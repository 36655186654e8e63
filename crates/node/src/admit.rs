//! Admission: what comes from outside, and what becomes of it.
//!
//! bytes → [`stix::Object`] → [`stix::sign::Verified`] → [`store::Admitted`]. What does not get
//! through is kept aside with the reason, for the administrator, and never mixes with the rest.

use bytes::Bytes;
use release::Holder;
use serde::{Deserialize, Serialize};
use stix::marking::Marking;
use stix::sign::{KeyId, PublicKey, Status, Verified};
use stix::{Class, Id, Object, Timestamp};
use store::{Admitted, Record};

use crate::account::Role;
use crate::error::Error;
use crate::session::Session;
use crate::{Node, states};

pub(crate) const QUARANTINE: &str = "quarantine";
/// A version from more than a day ahead waits (DESIGN section 3).
const AHEAD: i64 = 24 * 3_600 * 1_000_000;

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
    /// It is signed with a key that is not pinned for the state it came from.
    #[error("signed with the unknown key {key}")]
    UnknownKey {
        /// The key's id.
        key: String,
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
    /// When it came, in microseconds since 1970.
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
    /// Judges an object that came from the node of `state`, whose pinned key is `key`.
    pub(crate) fn judge(&self, bytes: Bytes, state: &Id, key: &PublicKey) -> Admission {
        let object = match Object::parse(bytes) {
            Ok(object) => object,
            Err(error) => {
                return Admission::Refused(Refusal::Invalid { problem: error.to_string() });
            }
        };
        if let Some(settled) = self.settle(&object, &Holder::State(state.clone())) {
            return settled;
        }
        match stix::sign::check(object, |id| (*id == key.id()).then(|| key.clone())) {
            Ok(verified) => self.admit_owned(verified, state),
            Err(status) => Admission::Refused(refusal(status)),
        }
    }

    fn admit_owned(&self, verified: Verified, owner: &Id) -> Admission {
        if let Some(version) = verified.object().version()
            && version.micros() > self.now() + AHEAD
        {
            return Admission::Refused(Refusal::Ahead { version: version.to_string() });
        }
        Admission::Admitted(Admitted::owned(verified, owner.clone()))
    }

    /// What needs no signature: what is compiled in, facts, and content-addressed definitions.
    /// They are `holder`'s: nobody's facts become another's by being handed in, and nobody's
    /// definition gives another's marking a meaning that does not follow from its id.
    fn settle(&self, object: &Object, holder: &Holder) -> Option<Admission> {
        if is_builtin(object.id()) {
            return Some(Admission::Known);
        }
        match object.class() {
            Class::Observable => {
                Some(Admission::Admitted(Admitted::fact(object.clone(), holder.clone())))
            }
            Class::Marking => Some(match (Marking::of(object), holder) {
                (Ok(Marking::Unknown), _) => Admission::Refused(Refusal::FalseDefinition {
                    problem: "a kind of marking that this node does not know".to_owned(),
                }),
                (Ok(_), Holder::State(state)) => {
                    Admission::Admitted(Admitted::definition(object.clone(), state.clone()))
                }
                // Its id follows from its content: it is the same whoever brings it.
                (
                    Ok(Marking::ReleasableTo { .. } | Marking::Group(_) | Marking::Exercise(_)),
                    _,
                ) => Admission::Admitted(Admitted::definition(object.clone(), self.me().clone())),
                (Ok(_), _) => Admission::Refused(Refusal::FalseDefinition {
                    problem: "it says what another’s marking means".to_owned(),
                }),
                (Err(error), _) => {
                    Admission::Refused(Refusal::FalseDefinition { problem: error.to_string() })
                }
            }),
            _ => None,
        }
    }

    /// Judges an object from a file that a person of this node imports. With `adopt`, an unsigned
    /// object that names this node's own state as its creator is signed and becomes the state's.
    pub fn judge_import(&self, object: Object, adopt: bool) -> Admission {
        self.judge_from(object, &Holder::State(self.me().clone()), &self.pinned_keys(), adopt)
    }

    /// Judges an object that `holder` brought, signed by whomever, against the keys we know.
    pub(crate) fn judge_from(
        &self,
        object: Object,
        holder: &Holder,
        keys: &[(Id, PublicKey)],
        adopt: bool,
    ) -> Admission {
        if let Some(settled) = self.settle(&object, holder) {
            return settled;
        }
        let adoptable = adopt && object.header().created_by_ref.as_ref() == Some(self.me());
        let unsigned = adoptable.then(|| object.clone());
        let key_of = |id: &KeyId| keys.iter().find(|(_, key)| key.id() == *id);
        match (stix::sign::check(object, |id| key_of(id).map(|(_, key)| key.clone())), unsigned) {
            (Ok(verified), _) => match key_of(verified.key()) {
                Some((owner, _)) => self.admit_owned(verified, owner),
                None => Admission::Refused(Refusal::BadSignature),
            },
            (Err(Status::None), Some(object)) => self.adopt(&object),
            (Err(status), _) => Admission::Refused(refusal(status)),
        }
    }

    fn adopt(&self, object: &Object) -> Admission {
        let public = self.public_key();
        let signed = stix::sign::sign(object.value(), &self.inner.key)
            .and_then(|signed| stix::sign::verify(signed, &public));
        match signed {
            Ok(verified) => self.admit_owned(verified, self.me()),
            Err(error) => Admission::Refused(Refusal::Invalid { problem: error.to_string() }),
        }
    }

    /// Imports objects of a file in one commit.
    pub fn import(&self, objects: Vec<Object>, adopt: bool, by: &str) -> Result<Tally, Error> {
        let holder = Holder::State(self.me().clone());
        let keys = self.pinned_keys();
        let judged = objects
            .into_iter()
            .map(|object| (object.bytes().clone(), self.judge_from(object, &holder, &keys, adopt)))
            .collect();
        self.keep(judged, by, Vec::new())
    }

    /// Judges again what waited because it came from too far ahead; gives how many were admitted.
    pub fn admit_waiting(&self) -> Result<usize, Error> {
        let keys = self.pinned_keys();
        let aside = self.quarantine();
        let (mut objects, mut records) = (Vec::new(), Vec::new());
        for (key, kept) in aside.list()? {
            let Refusal::Ahead { version } = &kept.refusal else { continue };
            let is_due = Timestamp::parse(version)
                .is_ok_and(|version| version.micros() <= self.now() + AHEAD);
            if !is_due {
                continue;
            }
            let Ok(object) = Object::parse(kept.text) else { continue };
            let holder = Holder::Account(kept.from);
            if let Admission::Admitted(object) = self.judge_from(object, &holder, &keys, false) {
                objects.push(object);
                records.push(aside.removal(&key));
            }
        }
        let admitted = objects.len();
        if admitted > 0 {
            self.inner.store.append(store::Batch { objects, records })?;
        }
        Ok(admitted)
    }

    /// Keeps what was judged, together with `records`, in one transaction.
    pub(crate) fn keep(
        &self,
        judged: Vec<(Bytes, Admission)>,
        from: &str,
        mut records: Vec<Record>,
    ) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let mut objects = Vec::with_capacity(judged.len());
        let aside = self.quarantine();
        for (bytes, admission) in judged {
            match admission {
                Admission::Admitted(object) => objects.push(object),
                Admission::Known => tally.known += 1,
                Admission::Refused(refusal) => {
                    tally.refused += 1;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let hash = ring::digest::digest(&ring::digest::SHA256, &bytes);
                    let key = base64::Engine::encode(
                        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
                        hash,
                    );
                    let id = id_in(&text);
                    let kept =
                        Quarantined { from: from.to_owned(), id, refusal, at: self.now(), text };
                    records.push(aside.record(&key, &kept)?);
                }
            }
        }
        let outcomes = self.inner.store.append(store::Batch { objects, records })?;
        for outcome in outcomes {
            match outcome {
                store::Outcome::Same => tally.known += 1,
                _ => tally.admitted += 1,
            }
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

    fn quarantine(&self) -> store::Shelf<Quarantined> {
        self.inner.store.shelf(QUARANTINE)
    }

    /// The keys we know, each with the state it signs for.
    pub(crate) fn pinned_keys(&self) -> Vec<(Id, PublicKey)> {
        let peers = self.peers().unwrap_or_default().into_iter().filter_map(|peer| {
            let source = peer.source?;
            Some((peer.profile.state, PublicKey::parse(&source.key).ok()?))
        });
        std::iter::once((self.me().clone(), self.public_key())).chain(peers).collect()
    }
}

/// Why an object is refused whose signature stands so.
fn refusal(status: Status) -> Refusal {
    match status {
        Status::None => Refusal::Unsigned,
        Status::Unknown(id) => Refusal::UnknownKey { key: id.to_string() },
        Status::Good(_) | Status::Bad => Refusal::BadSignature,
    }
}

/// Whether an object of this id is compiled in, and so never imported over.
fn is_builtin(id: &Id) -> bool {
    Marking::builtin(id).is_some()
        || stix::extension::is_ours(id)
        || states::by_identity(id).is_some()
}

/// The id of something that may not even be an object, for the list of what is kept aside.
fn id_in(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    serde_json::from_str::<Named>(text).ok().map(|named| named.id.chars().take(120).collect())
}
