//! What is to be thought of what comes from outside.
//!
//! A judge sits for one batch. It knows the owners' keys as they are when it begins, and learns
//! from statements about keys as it meets them. Each object has its moment of receipt, by which
//! what came before a revocation is told from what came after.

use std::collections::BTreeSet;

use bytes::Bytes;
use release::Holder;
use stix::keys::{self, Claim, Judgement, Statement};
use stix::marking::Marking;
use stix::pseudonym::{Kind, Word};
use stix::sign::{KeyId, Status, Verified};
use stix::{Class, Id, Object};
use store::{Admitted, Record};

use crate::admit::{Admission, Refusal};
use crate::error::Error;
use crate::feed::Origin;
use crate::pseudonym::{asked_record, avowal_record, vouch_record};
use crate::rings::Rings;
use crate::{Node, recall, states};

/// A version from more than a day ahead waits (DESIGN section 3).
pub(crate) const AHEAD: i64 = 24 * 3_600 * 1_000_000;
const RECEIPT: &str = "receipt";

/// What was thought of one object.
pub(crate) struct Judged {
    pub(crate) bytes: Bytes,
    pub(crate) admission: Admission,
    /// When it was first received.
    pub(crate) at: i64,
}

/// Judges one batch.
pub(crate) struct Judge<'n> {
    node: &'n Node,
    pub(crate) rings: Rings,
    /// The states that speak for themselves: this node's own and its peers'.
    states: BTreeSet<Id>,
    last: i64,
    records: Vec<Record>,
}

impl<'n> Judge<'n> {
    pub(crate) fn begin(node: &'n Node) -> Result<Self, Error> {
        let rings = node.rings()?;
        let peers = node.peers()?.into_iter().map(|peer| peer.profile.state);
        let last = node.inner.store.shelf::<i64>(RECEIPT).get("last")?.unwrap_or(i64::MIN);
        Ok(Self {
            states: peers.chain([node.me().clone()]).collect(),
            last,
            rings,
            records: Vec::new(),
            node,
        })
    }

    /// A moment of receipt: later than every one before, whatever the clock does.
    fn receipt(&mut self) -> i64 {
        self.last = self.node.now().max(self.last.saturating_add(1));
        self.last
    }

    /// Whether something was said about keys that changes what waits.
    pub(crate) fn has_learned(&self) -> bool {
        !self.records.is_empty()
    }

    /// What has to be kept together with what was judged.
    pub(crate) fn into_records(mut self) -> Result<Vec<Record>, Error> {
        self.records.push(Record::put(RECEIPT, "last", &self.last)?);
        Ok(self.records)
    }

    /// Judges bytes that `holder` brought.
    pub(crate) fn bytes(&mut self, bytes: Bytes, holder: &Holder) -> Judged {
        match Object::parse(bytes.clone()) {
            Ok(object) => self.object(&object, holder, false),
            Err(error) => {
                let admission = Admission::Refused(Refusal::Invalid { problem: error.to_string() });
                Judged { bytes, admission, at: self.receipt() }
            }
        }
    }

    /// Judges an object that `holder` brought, signed by whomever. With `adopt`, an unsigned object
    /// that names this node's own state as its creator is signed and becomes the state's.
    pub(crate) fn object(&mut self, object: &Object, holder: &Holder, adopt: bool) -> Judged {
        let at = self.receipt();
        let bytes = object.bytes().clone();
        Judged { bytes, admission: self.judge(object, holder, adopt, at), at }
    }

    /// Judges what was received at an earlier moment.
    pub(crate) fn again(&mut self, object: &Object, holder: &Holder, at: i64) -> Admission {
        self.judge(object, holder, false, at)
    }

    fn judge(&mut self, object: &Object, holder: &Holder, adopt: bool, at: i64) -> Admission {
        if let Some(settled) = self.settle(object, holder) {
            return match (settled, self.frozen(holder)) {
                (Admission::Admitted(_), Some(refusal)) => Admission::Refused(refusal),
                (settled, _) => settled,
            };
        }
        if Kind::of(object.id().type_name()) == Some(Kind::Told) {
            return self.told(object, at);
        }
        let statement = match self.hear(object, at) {
            Ok(statement) => statement,
            Err(refusal) => return Admission::Refused(refusal),
        };
        let adoptable = adopt && object.header().created_by_ref.as_ref() == Some(self.node.me());
        match (stix::sign::check(object.clone(), |id| self.rings.key(id)), holder) {
            (Ok(verified), _) => self.owned(verified, statement.as_ref(), at),
            (Err(Status::None), _) if adoptable => self.adopt(object),
            (Err(Status::None), Holder::Feed(feed)) => self.fed(object, feed),
            // By a key from before another one was compared, but received in its time.
            (Err(Status::Unknown(key)), Holder::State(state)) if self.node.holds(state, object) => {
                Admission::Held(refusal(Status::Unknown(key)))
            }
            (Err(status), _) => Admission::Refused(refusal(status)),
        }
    }

    /// Why nothing of a state is admitted now, be it signed or not.
    fn frozen(&self, holder: &Holder) -> Option<Refusal> {
        let Holder::State(state) = holder else { return None };
        let ring = self.rings.of_owner(state).filter(|ring| ring.is_frozen())?;
        Some(Refusal::Frozen { key: ring.pinned().to_string() })
    }

    /// Who brought what was kept aside as from `from`.
    pub(crate) fn holder(&self, from: &str) -> Holder {
        if let Some(feed) = Origin::feed(from) {
            return feed.holder();
        }
        match Id::parse(from) {
            Ok(state) if self.states.contains(&state) => Holder::State(state),
            _ => Holder::Account(from.to_owned()),
        }
    }

    /// What a known key signed well.
    fn owned(&mut self, verified: Verified, statement: Option<&Statement>, at: i64) -> Admission {
        let Some(ring) = self.rings.holding(verified.key()) else {
            return Admission::Refused(Refusal::BadSignature);
        };
        let owner = ring.owner().clone();
        let refused = match ring.judge(verified.key(), at) {
            Judgement::Good => {
                // What names a successor that was not chosen, or one of ours that we did not draw,
                // speaks for nobody.
                let successor = statement.and_then(|statement| match statement.claim() {
                    Claim::Rotation { successor } => Some(successor.id()),
                    Claim::Revocation { .. } => None,
                });
                successor
                    .filter(|key| ring.judge(key, at) != Judgement::Good)
                    .map(|key| Refusal::DiscardedKey { key: key.to_string() })
            }
            judgement => Some(unwelcome(judgement, verified.key())),
        };
        if let Some(refusal) = refused {
            // What was received earlier stays good.
            let is_held = self.node.holds(&owner, verified.object());
            return if is_held { Admission::Held(refusal) } else { Admission::Refused(refusal) };
        }
        if let Some(named) = self.false_creator(verified.object(), Some(&owner)) {
            return Admission::Refused(Refusal::FalseCreator { named: named.to_string() });
        }
        match Kind::of(verified.object().id().type_name()) {
            Some(_) => self.word(verified, owner),
            None => self.in_time(verified, owner),
        }
    }

    /// What an owner says of a pseudonym: that it vouches for it, or that it was this one.
    fn word(&mut self, verified: Verified, owner: Id) -> Admission {
        let word = match Word::read(verified.object()) {
            Ok(word) if word.by == owner => word,
            Ok(word) => {
                return Admission::Refused(Refusal::FalseCreator { named: word.by.to_string() });
            }
            Err(error) => return statement(&error),
        };
        let admission = self.in_time(verified, owner);
        if !matches!(admission, Admission::Admitted(_)) {
            return admission;
        }
        let record = match word.kind {
            Kind::Vouch => vouch_record(&word),
            Kind::Avowal => avowal_record(&word),
            Kind::Told => return Admission::Refused(Refusal::BadSignature),
        };
        match record {
            Ok(record) => self.records.push(record),
            Err(error) => return statement(&error),
        }
        if word.kind == Kind::Vouch {
            self.rings.add(word.pseudonym, word.key);
        }
        admission
    }

    /// What a state tells this node alone: which pseudonym is its own. It never enters the log, and
    /// is the administrator's to know.
    fn told(&mut self, object: &Object, at: i64) -> Admission {
        let word = match Word::read(object) {
            Ok(word) => word,
            Err(error) => return statement(&error),
        };
        if word.to.as_ref() != Some(self.node.me()) {
            let problem = "it was told to another".to_owned();
            return Admission::Refused(Refusal::Invalid { problem });
        }
        let ring = self.rings.of_owner(&word.by);
        let speaks = |ring: &&keys::Keyring| {
            let by = ring.keys().find(|(key, _)| word.is_by(key));
            by.is_some_and(|(key, _)| ring.judge(&key.id(), at) == Judgement::Good)
        };
        if ring.as_ref().is_none_or(|x| !speaks(x)) {
            return Admission::Refused(Refusal::BadSignature);
        }
        match asked_record(&word, at) {
            Ok(record) => self.records.push(record),
            Err(error) => return statement(&error),
        }
        Admission::Known
    }

    /// What a feed brought that nobody signed: the feed's. It may speak for no state.
    fn fed(&self, object: &Object, feed: &str) -> Admission {
        if let Some(named) = self.false_creator(object, None) {
            return Admission::Refused(Refusal::FalseCreator { named: named.to_string() });
        }
        match self.unfit(object) {
            Some(refusal) => Admission::Refused(refusal),
            None => Admission::Admitted(Admitted::fed(object.clone(), feed.to_owned())),
        }
    }

    /// The last two questions to what an owner signed: is it valid, and of a time that has come?
    fn in_time(&self, verified: Verified, owner: Id) -> Admission {
        if let Err(refusal) = recall::check(verified.object(), &owner) {
            return Admission::Refused(refusal);
        }
        match self.unfit(verified.object()) {
            Some(refusal) => Admission::Refused(refusal),
            None => Admission::Admitted(Admitted::owned(verified, owner)),
        }
    }

    /// Why an object is not taken, whoever says it.
    fn unfit(&self, object: &Object) -> Option<Refusal> {
        if let Err(error) = stix::validate::require(object) {
            return Some(Refusal::Invalid { problem: error.to_string() });
        }
        let version =
            object.version().filter(|version| version.micros() > self.node.now() + AHEAD)?;
        Some(Refusal::Ahead { version: version.to_string() })
    }

    /// The state that an object names as its creator, if that is one which speaks for itself and is
    /// not the owner who signed.
    fn false_creator<'o>(&self, object: &'o Object, owner: Option<&Id>) -> Option<&'o Id> {
        let named = object.header().created_by_ref.as_ref()?;
        let is_state = self.states.contains(named) || states::by_identity(named).is_some();
        (Some(named) != owner && is_state).then_some(named)
    }

    /// Takes in what an object says about keys, if it does.
    fn hear(&mut self, object: &Object, at: i64) -> Result<Option<Statement>, Refusal> {
        if object.id().type_name() != keys::TYPE {
            return Ok(None);
        }
        let statement = Statement::read(object)
            .map_err(|error| Refusal::Statement { problem: error.to_string() })?;
        if !self.rings.concerned(&statement) {
            return Err(Refusal::UnknownKey { key: statement.signer().id().to_string() });
        }
        match self.rings.hear(statement.clone(), object, at) {
            Ok(record) => self.records.extend(record),
            Err(error) => return Err(Refusal::Statement { problem: error.to_string() }),
        }
        Ok(Some(statement))
    }

    /// Takes in what this state itself says about its keys.
    pub(crate) fn note(&mut self, object: &Object) -> Result<(), Error> {
        let at = self.receipt();
        let statement = Statement::read(object)?;
        self.records.extend(self.rings.hear(statement, object, at)?);
        Ok(())
    }

    /// What needs no signature: what is compiled in, facts, and content-addressed definitions.
    /// They are `holder`'s: nobody's facts become another's by being handed in, and nobody's
    /// definition gives another's marking a meaning that does not follow from its id.
    fn settle(&self, object: &Object, holder: &Holder) -> Option<Admission> {
        if is_builtin(object.id()) {
            return Some(Admission::Known);
        }
        match object.class() {
            // A fact is nobody's, but what is no fact is not valid for it.
            Class::Observable => Some(match stix::validate::require(object) {
                Ok(()) => Admission::Admitted(Admitted::fact(object.clone(), holder.clone())),
                Err(error) => Admission::Refused(Refusal::Invalid { problem: error.to_string() }),
            }),
            Class::Marking => Some(match (Marking::of(object), holder) {
                (Ok(Marking::Unknown), _) => Admission::Refused(Refusal::FalseDefinition {
                    problem: "a kind of marking that this node does not know".to_owned(),
                }),
                (Ok(_), Holder::State(state)) => {
                    Admission::Admitted(Admitted::definition(object.clone(), state.clone()))
                }
                // It gives a meaning to the feed's own markings, and to nobody else's.
                (Ok(Marking::Statement(_) | Marking::Tlp(_)), Holder::Feed(feed)) => {
                    Admission::Admitted(Admitted::fed(object.clone(), feed.clone()))
                }
                // Its id follows from its content: it is the same whoever brings it.
                (
                    Ok(Marking::ReleasableTo { .. } | Marking::Group(_) | Marking::Exercise(_)),
                    _,
                ) => {
                    let me = self.node.me().clone();
                    Admission::Admitted(Admitted::definition(object.clone(), me))
                }
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

    /// Whether the state may say this after what it last said of the same object.
    fn may_follow(&self, object: &Object) -> Result<(), stix::Error> {
        let mine = Holder::State(self.node.me().clone());
        let held = self.node.everything().versions(object.id()).unwrap_or_default();
        let last = held.into_iter().find(|seen| seen.holder == mine);
        match last {
            Some(last) if last.object.version() < object.version() => {
                stix::version::follows(&last.object, object)
            }
            _ => Ok(()),
        }
    }

    fn adopt(&self, object: &Object) -> Admission {
        let key = self.node.inner.key.current();
        let signed = self
            .may_follow(object)
            .and_then(|()| stix::sign::sign(object.value(), &key))
            .and_then(|signed| stix::sign::verify(signed, &key.public()));
        match signed {
            Ok(verified) => self.in_time(verified, self.node.me().clone()),
            Err(error) => Admission::Refused(Refusal::Invalid { problem: error.to_string() }),
        }
    }
}

impl Node {
    /// Whether just this version is held as the owner's.
    fn holds(&self, owner: &Id, object: &Object) -> bool {
        let same = |seen: &store::Seen| {
            seen.holder == Holder::State(owner.clone())
                && seen.object.version() == object.version()
                && seen.object.hash() == object.hash()
        };
        match self.everything().versions(object.id()) {
            Ok(held) => held.iter().any(same),
            Err(error) => {
                tracing::error!(%error, "cannot look whether a version is held");
                false
            }
        }
    }
}

fn statement(error: &impl ToString) -> Admission {
    Admission::Refused(Refusal::Statement { problem: error.to_string() })
}

fn unwelcome(judgement: Judgement, key: &KeyId) -> Refusal {
    let key = key.to_string();
    match judgement {
        Judgement::Revoked => Refusal::RevokedKey { key },
        Judgement::Frozen => Refusal::Frozen { key },
        Judgement::Discarded => Refusal::DiscardedKey { key },
        Judgement::Good | Judgement::Unknown => Refusal::UnknownKey { key },
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

/// Whether an object of this id is compiled in: unsigned, the same at every node, and never
/// imported over.
pub fn is_builtin(id: &Id) -> bool {
    Marking::builtin(id).is_some()
        || stix::extension::is_ours(id)
        || states::by_identity(id).is_some()
}
