//! What is said of pseudonyms: to the first recipient, by it, and when the state owns up.

use serde::{Deserialize, Serialize};
use stix::pseudonym::{self, Kind, Word};
use stix::sign::{KeyId, PublicKey, SecretKey};
use stix::{Id, Object};
use store::{Admitted, AsideQuery, Record};

use super::letters;
use crate::Node;
use crate::account::Role;
use crate::error::Error;
use crate::outgoing::{Release, Released};
use crate::proposal::{Proposal, Proposing};
use crate::session::Session;

const ASKED: &str = "asked-to-vouch";
const VOUCH: &str = "vouch";
const AVOWAL: &str = "avowal";
/// How many objects of a pseudonym are looked at before somebody vouches for it.
const MOST: usize = 10_000;

/// A state asked this node to vouch for its pseudonym.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptAsked {
    from: Id,
    key: String,
    at: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptVouch {
    by: Id,
    key: String,
}

/// A pseudonym that this node is asked to vouch for. For administrators: they alone learn whose it
/// is.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// The pseudonym.
    pub pseudonym: Id,
    /// The state that speaks under it.
    pub from: Id,
    /// When it asked, in microseconds since 1970.
    pub at: i64,
    /// Whether this node vouches for it already.
    pub vouched: bool,
    /// What waits: ids and titles, foreign text.
    pub waits: Vec<(Id, String)>,
}

/// What came of vouching.
#[derive(Clone, Debug)]
pub enum Vouching {
    /// It is said, and what waited was taken in.
    Done,
    /// The node's policy asks for a second person.
    Proposed(Box<Proposal>),
}

impl Node {
    /// The pseudonyms that this node is asked to vouch for, the latest first.
    pub fn asked_to_vouch(&self, session: &Session) -> Result<Vec<Asked>, Error> {
        if session.role != Role::Administrator {
            return Err(Error::NotAllowed);
        }
        let mut found = Vec::new();
        for (id, kept) in self.asked_shelf().list()? {
            let pseudonym = Id::parse(&id)?;
            let vouched = self.vouch_shelf().get(&id)?.is_some();
            let key = PublicKey::parse(&kept.key)?.id();
            let waits = if vouched { Vec::new() } else { self.waiting_under(&kept.from, &key)? };
            let waits = waits.iter().map(|object| (object.id().clone(), title_of(object)));
            found.push(Asked {
                pseudonym,
                waits: waits.collect(),
                from: kept.from,
                at: kept.at,
                vouched,
            });
        }
        found.sort_by_key(|asked| std::cmp::Reverse(asked.at));
        Ok(found)
    }

    /// Vouches for a pseudonym's key, before those who may read what waits under it. From then on
    /// this node serves what it says.
    pub fn vouch_for(&self, session: &Session, id: &Id) -> Result<Vouching, Error> {
        if session.role != Role::Administrator {
            return Err(Error::NotAllowed);
        }
        let kept = self.asked_shelf().get(id.as_str())?.ok_or(Error::NoPseudonym)?;
        let key = PublicKey::parse(&kept.key)?;
        let waiting = self.waiting_under(&kept.from, &key.id())?;
        let identity = waiting.iter().find(|object| object.id() == id);
        let identity = identity.ok_or_else(|| Error::Unreleasable {
            reason: "the pseudonym’s identity has not arrived yet".to_owned(),
        })?;
        let markings = identity.header().marking_refs.clone();
        let release = Release {
            objects: vec![pseudonym::vouch(self.me(), &key, &markings)?],
            ..Release::default()
        };
        match self.let_out(session, &release) {
            Err(Error::NeedsSecond) => {
                let proposal = self.propose_with(session, proposing("vouch", id, release), None)?;
                Ok(Vouching::Proposed(Box::new(proposal)))
            }
            other => other.map(|_| Vouching::Done),
        }
    }

    /// Owns up to a pseudonym of the own state, before those who may read what was said under it.
    pub fn avowal_of(&self, id: &Id) -> Result<Release, Error> {
        let ours = self.our_shelf().get(id.as_str())?.ok_or(Error::NoPseudonym)?;
        let key = SecretKey::from_seed(ours.seed);
        let object = pseudonym::avow(self.me(), &key, &ours.markings)?;
        Ok(Release { objects: vec![object], ..Release::default() })
    }

    /// Owns up, or asks a second person to.
    pub fn avow(&self, session: &Session, id: &Id) -> Result<Option<Proposal>, Error> {
        let release = self.avowal_of(id)?;
        match self.release(session, release.clone()) {
            Err(Error::NeedsSecond) => {
                self.propose(session, proposing("avowal", id, release)).map(Some)
            }
            other => other.map(|_: Released| None),
        }
    }

    /// Who vouches for a pseudonym.
    pub(super) fn vouched(&self, id: &Id) -> Result<Option<Id>, Error> {
        Ok(self.vouch_shelf().get(id.as_str())?.map(|kept| kept.by))
    }

    /// Who owned up to a pseudonym.
    pub(super) fn avowed(&self, id: &Id) -> Result<Option<Id>, Error> {
        Ok(self.inner.store.shelf::<Id>(AVOWAL).get(id.as_str())?)
    }

    pub(super) fn vouched_by_us(&self) -> Result<Vec<Id>, Error> {
        let ours = self.vouch_shelf().list()?.into_iter().filter(|(_, kept)| kept.by == *self.me());
        ours.map(|(id, _)| Ok(Id::parse(&id)?)).collect()
    }

    /// The keys for which this node, or a peer whose key somebody compared, vouches.
    pub(super) fn vouched_pins(&self) -> Result<Vec<(Id, PublicKey)>, Error> {
        let known: Vec<Id> = self
            .peers()?
            .into_iter()
            .filter(|peer| peer.source.is_some())
            .map(|peer| peer.profile.state)
            .chain([self.me().clone()])
            .collect();
        let kept = self.vouch_shelf().list()?.into_iter();
        kept.filter(|(_, kept)| known.contains(&kept.by))
            .map(|(id, kept)| Ok((Id::parse(&id)?, PublicKey::parse(&kept.key)?)))
            .collect()
    }

    /// The records that go with what this state itself says of pseudonyms.
    pub(crate) fn own_words(objects: &[Admitted]) -> Result<Vec<Record>, Error> {
        let mut records = Vec::new();
        for admitted in objects {
            let object = admitted.object();
            match Kind::of(object.id().type_name()) {
                Some(Kind::Vouch) => records.push(vouch_record(&Word::read(object)?)?),
                Some(Kind::Avowal) => records.push(avowal_record(&Word::read(object)?)?),
                Some(Kind::Told) | None => {}
            }
        }
        Ok(records)
    }

    /// Does what follows from having said something of pseudonyms.
    pub(crate) fn settle_words(&self, ids: &[Id]) -> Result<(), Error> {
        if ids.iter().any(|id| Kind::of(id.type_name()).is_some()) {
            self.settle_place()?;
            self.admit_waiting()?;
        }
        Ok(())
    }

    /// What a state's node brought that this key signed and nobody knows yet.
    fn waiting_under(&self, from: &Id, key: &KeyId) -> Result<Vec<Object>, Error> {
        let query =
            AsideQuery { source: Some(from.to_string()), limit: MOST, ..AsideQuery::default() };
        let kept = self.inner.store.aside(&query)?;
        let objects = kept.into_iter().filter_map(|kept| Object::parse(kept.aside.bytes).ok());
        Ok(objects.filter(|object| stix::sign::signer(object).as_ref() == Some(key)).collect())
    }

    fn asked_shelf(&self) -> store::Shelf<KeptAsked> {
        self.inner.store.shelf(ASKED)
    }

    fn vouch_shelf(&self) -> store::Shelf<KeptVouch> {
        self.inner.store.shelf(VOUCH)
    }
}

fn title_of(object: &Object) -> String {
    let value = object.value();
    let name = value.get("name").and_then(serde_json::Value::as_str);
    name.unwrap_or(object.id().type_name()).chars().take(200).collect()
}

/// A state told this node that a pseudonym is its own.
pub(crate) fn asked_record(word: &Word, at: i64) -> Result<Record, Error> {
    let kept = KeptAsked { from: word.by.clone(), key: word.key.to_string(), at };
    Ok(Record::put(ASKED, word.pseudonym.as_str(), &kept)?)
}

/// A state vouches for a pseudonym.
pub(crate) fn vouch_record(word: &Word) -> Result<Record, Error> {
    let kept = KeptVouch { by: word.by.clone(), key: word.key.to_string() };
    Ok(Record::put(VOUCH, word.pseudonym.as_str(), &kept)?)
}

/// A state owned up to a pseudonym.
pub(crate) fn avowal_record(word: &Word) -> Result<Record, Error> {
    Ok(Record::put(AVOWAL, word.pseudonym.as_str(), &word.by)?)
}

/// What a second person is asked about a pseudonym.
fn proposing(kind: &str, id: &Id, release: Release) -> Proposing {
    let title = format!("Pseudonym {}", letters(id));
    Proposing { kind: kind.to_owned(), title, note: String::new(), release }
}
