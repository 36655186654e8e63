//! The keys that this node knows: one ring per owner, from the key that an administrator compared
//! and the statements received since.

use serde::{Deserialize, Serialize};
use stix::keys::{Claim, Keyring, Received, Standing, Statement};
use stix::sign::{KeyId, PublicKey};
use stix::{Id, Object};
use store::{Record, Store};

use crate::Node;
use crate::error::Error;

const SHELF: &str = "key-statement";
/// Statements kept of one owner, and of one key. An honest owner needs a handful in its life; a
/// thief with one of its old keys, and any of his own after it, must not use up what the owner has
/// left to say with its current one.
const MOST: usize = 200;
const MOST_OF_ONE: usize = 20;

/// A statement as it is kept: it counts from the moment of its receipt on, whatever else happens
/// to the object.
#[derive(Serialize, Deserialize)]
struct Kept {
    at: i64,
    text: String,
}

/// The rings of all owners whose keys were compared, the own state's first.
pub(crate) struct Rings {
    pins: Vec<(Id, PublicKey)>,
    all: Vec<Keyring>,
    received: Vec<Received>,
}

impl Rings {
    pub(crate) fn of(pins: Vec<(Id, PublicKey)>, received: Vec<Received>) -> Self {
        let mut rings = Self { pins, all: Vec::new(), received };
        rings.all = (0..rings.pins.len()).filter_map(|at| rings.ring(at)).collect();
        rings
    }

    /// The ring of one pin. The first is the own state's, whose signing key is pinned: a successor
    /// of it that is drawn here becomes the pin, and any other is somebody else's.
    fn ring(&self, at: usize) -> Option<Keyring> {
        let (owner, pin) = self.pins.get(at)?;
        let is_foreign = |one: &&Received| {
            let rotates = matches!(one.statement.claim(), Claim::Rotation { .. });
            at == 0 && rotates && one.statement.signer() == pin
        };
        let received: Vec<_> =
            self.received.iter().filter(|one| !is_foreign(one)).cloned().collect();
        Some(Keyring::of(owner.clone(), pin, &received))
    }

    /// The successors of own keys that this node did not draw: somebody else holds a key.
    pub(crate) fn foreign_successors(&self) -> Vec<PublicKey> {
        let Some(own) = self.all.first() else { return Vec::new() };
        let foreign = |one: &Received| match one.statement.claim() {
            Claim::Rotation { successor } if one.statement.owner() == own.owner() => {
                let is_ours = own
                    .keys()
                    .any(|(key, standing)| key == successor && standing != Standing::Discarded);
                let by_ours = own.key(&one.statement.signer().id()).is_some();
                (by_ours && !is_ours).then(|| successor.clone())
            }
            _ => None,
        };
        self.received.iter().filter_map(foreign).collect()
    }

    /// The ring in which a key stands, however it stands there.
    pub(crate) fn holding(&self, key: &KeyId) -> Option<&Keyring> {
        self.all.iter().find(|ring| ring.key(key).is_some())
    }

    /// The ring of an owner.
    pub(crate) fn of_owner(&self, owner: &Id) -> Option<&Keyring> {
        self.all.iter().find(|ring| ring.owner() == owner)
    }

    pub(crate) fn into_owner(self, owner: &Id) -> Option<Keyring> {
        self.all.into_iter().find(|ring| ring.owner() == owner)
    }

    pub(crate) fn key(&self, id: &KeyId) -> Option<PublicKey> {
        self.holding(id).and_then(|ring| ring.key(id)).cloned()
    }

    /// From now on a pseudonym's key is known.
    pub(crate) fn add(&mut self, pseudonym: Id, key: PublicKey) {
        if self.of_owner(&pseudonym).is_none() {
            self.all.push(Keyring::of(pseudonym.clone(), &key, &[]));
            self.pins.push((pseudonym, key));
        }
    }

    /// Whether a statement is about keys that are known here.
    pub(crate) fn concerned(&self, statement: &Statement) -> bool {
        let owner = statement.owner();
        let kept = || self.received.iter().filter(|one| one.statement.owner() == owner);
        let same = |one: &&Received| one.statement.signer() == statement.signer();
        let speaks =
            |ring: &&Keyring| *ring.owner() == *owner && ring.current() == Some(statement.signer());
        self.all.iter().any(|ring| ring.concerns(statement))
            && kept().filter(same).count() < MOST_OF_ONE
            && (kept().count() < MOST || self.all.iter().any(|ring| speaks(&ring)))
    }

    /// Takes a statement in. `None` if it was known.
    pub(crate) fn hear(
        &mut self,
        statement: Statement,
        object: &Object,
        at: i64,
    ) -> Result<Option<Record>, Error> {
        if self.received.iter().any(|held| held.statement == statement) {
            return Ok(None);
        }
        let kept = Kept { at, text: object.text().to_owned() };
        let record = Record::put(SHELF, object.id().as_str(), &kept)?;
        let owner = statement.owner().clone();
        self.received.push(Received { at, statement });
        for at in 0..self.all.len() {
            if self.all.get(at).is_some_and(|ring| *ring.owner() == owner)
                && let Some(ring) = self.ring(at)
                && let Some(held) = self.all.get_mut(at)
            {
                *held = ring;
            }
        }
        Ok(Some(record))
    }
}

impl Node {
    /// The rings as they are now.
    pub(crate) fn rings(&self) -> Result<Rings, Error> {
        let peers = self.peers()?.into_iter().filter_map(|peer| {
            let source = peer.source?;
            Some((peer.profile.state, PublicKey::parse(&source.key).ok()?))
        });
        let mut pins: Vec<_> =
            std::iter::once((self.me().clone(), self.public_key())).chain(peers).collect();
        pins.extend(self.pseudonym_pins()?);
        Ok(Rings::of(pins, self.statements()?))
    }

    pub(crate) fn statements(&self) -> Result<Vec<Received>, Error> {
        statements(&self.inner.store)
    }

    /// What this state said about its keys, as it was signed, the first one first.
    pub(crate) fn own_statements(&self) -> Result<Vec<String>, Error> {
        let kept = self.inner.store.shelf::<Kept>(SHELF).list()?;
        let mut own = Vec::new();
        for (_, kept) in kept {
            let statement = Statement::read(&Object::parse(kept.text.clone())?)?;
            if statement.owner() == self.me() {
                own.push((kept.at, kept.text));
            }
        }
        own.sort_unstable();
        Ok(own.into_iter().map(|(_, text)| text).collect())
    }

    /// The successors of this state's keys that this node did not draw: somebody else holds one.
    pub fn foreign_successors(&self) -> Result<Vec<PublicKey>, Error> {
        Ok(self.rings()?.foreign_successors())
    }

    /// The keys of all owners that this node knows, its own first.
    pub fn keyrings(&self) -> Result<Vec<Keyring>, Error> {
        Ok(self.rings()?.all)
    }

    /// The keys of an owner as this node knows them; `None` for one whose key nobody here compared.
    pub fn keys_of(&self, owner: &Id) -> Result<Option<Keyring>, Error> {
        Ok(self.rings()?.into_owner(owner))
    }
}

/// The statements received, the first one first.
pub(crate) fn statements(store: &Store) -> Result<Vec<Received>, Error> {
    let read = |(_, kept): (String, Kept)| {
        let object = Object::parse(kept.text)?;
        Ok(Received { at: kept.at, statement: Statement::read(&object)? })
    };
    let kept = store.shelf::<Kept>(SHELF).list()?;
    let mut received = kept.into_iter().map(read).collect::<Result<Vec<_>, Error>>()?;
    received.sort_by_key(|one| one.at);
    Ok(received)
}
