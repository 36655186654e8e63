//! The acts upon keys: rotating and revoking one's own, choosing between those of a partner.

use std::collections::BTreeSet;
use std::path::Path;

use release::Holder;
use stix::keys::{self, Keyring, Received, Standing};
use stix::sign::{KeyId, PublicKey, Verified};
use stix::{Id, Object, Timestamp};
use store::{Admitted, Batch, CollectionKind, PageQuery, Store};

use crate::admit::Refusal;
use crate::error::Error;
use crate::judge::Judge;
use crate::key::Turn;
use crate::{Act, Event, Node, Viewer, key, quarantine};

/// What choosing a partner's key did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Objects that had been admitted under a key that was not chosen, and were taken out.
    pub withdrawn: usize,
    /// Objects that waited and were admitted now.
    pub admitted: usize,
}

impl Node {
    /// Draws a new signing key and has the old one say that it is its successor: partners follow by
    /// themselves. Nothing is signed anew; what the old key signed stays good. With `compromised`,
    /// the new key also revokes the old one, so that what others first receive under it from then
    /// on is bad.
    ///
    /// The old secret is gone afterwards. Whenever the program ends in between, either nothing
    /// happened or, when the node is next opened, all of it.
    pub fn rotate_key(&self, compromised: bool) -> Result<PublicKey, Error> {
        let _turn = Turn::to_rotate(self.dir())?;
        end_rotation(self.dir(), self.me(), &self.inner.store)?;
        let old = self.inner.key.current();
        let new = key::draw_next(self.dir(), &*self.inner.random)?;
        let at = |stamp| Timestamp::from_millis(stamp);
        let mut said = vec![keys::rotation(self.me(), &old, &new, &at(self.stamp()))?];
        if compromised {
            said.push(keys::revocation(self.me(), &new, &old.public(), &at(self.stamp()))?);
        }
        let act = Act::KeyRotated { key: new.public().id().to_string(), compromised };
        if let Err(error) = self.state(said, &[old.public(), new.public()], act) {
            key::discard_next(self.dir())?;
            return Err(error);
        }
        key::promote_next(self.dir())?;
        Ok(new.public())
    }

    /// Says that one of this state's former keys is not to be trusted any more.
    pub fn revoke_key(&self, id: &KeyId) -> Result<(), Error> {
        let own = self.keys_of(self.me())?;
        let held = own.as_ref().and_then(|ring| ring.keys().find(|(key, _)| key.id() == *id));
        let revoked = match held {
            Some((key, Standing::Former)) => key.clone(),
            Some((_, Standing::Current)) => {
                let reason = "it is the key that signs now: rotate it as compromised instead";
                return Err(Error::Key { reason: reason.to_owned() });
            }
            Some((_, Standing::Revoked { .. })) => {
                return Err(Error::Key { reason: "it is revoked already".to_owned() });
            }
            _ => return Err(Error::Key { reason: format!("{id} is no former key of this node") }),
        };
        let _turn = Turn::to_sign(self.dir())?;
        let key = self.inner.key.current();
        let at = Timestamp::from_millis(self.stamp());
        let said = keys::revocation(self.me(), &key, &revoked, &at)?;
        self.state(vec![said], &[key.public()], Act::KeyRevoked { key: id.to_string() })
    }

    /// Puts statements of this state into the log, and keeps in mind what they say.
    fn state(&self, said: Vec<Object>, by: &[PublicKey], act: Act) -> Result<(), Error> {
        let mut judge = Judge::begin(self)?;
        let mut objects = Vec::new();
        for object in said {
            judge.note(&object)?;
            let verified =
                stix::sign::check(object, |id| by.iter().find(|key| key.id() == *id).cloned());
            let verified: Verified = verified.map_err(|_| Error::Key {
                reason: "its own statement is not well signed".into(),
            })?;
            objects.push(Admitted::owned(verified, self.me().clone()));
        }
        let mut records = judge.into_records()?;
        records.push(self.told(Event::of(self.actor(), act))?);
        self.inner.store.append(Batch { objects, records })?;
        Ok(())
    }

    /// Chooses the key of a partner: its fingerprint was compared by another way than through the
    /// network. What was admitted under a key that is not chosen is taken out and kept aside; what
    /// waited is admitted; and everything is pulled anew.
    pub fn resolve_keys(&self, peer: &str, id: &KeyId) -> Result<Resolved, Error> {
        let peer = self.find_peer(peer)?;
        let owner = peer.profile.state;
        let ring = self.keys_of(&owner)?;
        let chosen = ring.as_ref().and_then(|ring| ring.key(id)).cloned();
        let Some(chosen) = chosen else {
            let reason = format!("{id} is no key that {} ever named", peer.profile.name);
            return Err(Error::Key { reason });
        };
        self.pin(&owner, &chosen)?;
        let withdrawn = self.withdraw_discarded(&owner)?;
        Ok(Resolved { withdrawn, admitted: self.admit_waiting()? })
    }

    /// How many objects are held that a key signed which is not chosen if `id` is.
    pub fn held_under_others(&self, peer: &str, id: &KeyId) -> Result<usize, Error> {
        let owner = self.find_peer(peer)?.profile.state;
        let Some(ring) = self.keys_of(&owner)? else { return Ok(0) };
        let Some(pin) = ring.key(id) else { return Ok(0) };
        let after = Keyring::of(owner.clone(), pin, &self.statements()?);
        Ok(self.held_by_discarded(&owner, &discarded(&after))?.len())
    }

    /// Takes out what was admitted under keys that are not the owner's after all.
    fn withdraw_discarded(&self, owner: &Id) -> Result<usize, Error> {
        let Some(ring) = self.keys_of(owner)? else { return Ok(0) };
        let discarded = discarded(&ring);
        let held = self.held_by_discarded(owner, &discarded)?;
        let collection = self.inner.store.collection(&CollectionKind::Released)?.key;
        let holder = Holder::State(owner.clone());
        let everything = self.everything();
        for id in &held {
            let versions = everything.versions(id)?;
            let own = versions.into_iter().filter(|seen| seen.holder == holder);
            let (mut objects, mut records) = (Vec::new(), Vec::new());
            for seen in own {
                match stix::sign::signer(&seen.object) {
                    Some(key) if discarded.contains(&key) => {
                        let refusal = Refusal::DiscardedKey { key: key.to_string() };
                        let bytes = seen.object.bytes().clone();
                        let from = owner.as_str();
                        records.push(quarantine::aside(from, &refusal, seen.received, bytes)?);
                    }
                    _ => {
                        let known = stix::sign::check(seen.object, |id| ring.key(id).cloned());
                        objects.extend(known.map(|good| Admitted::owned(good, owner.clone())));
                    }
                }
            }
            // Kept aside before it goes; what was good of it comes back, and is pulled anew anyway.
            self.inner.store.append(Batch { objects: Vec::new(), records })?;
            self.inner.store.withdraw(collection, &holder, id)?;
            objects.reverse();
            self.inner.store.append(Batch::of(objects))?;
        }
        Ok(held.len())
    }

    /// The owner's objects of which a version was signed by one of these keys.
    fn held_by_discarded(&self, owner: &Id, keys: &BTreeSet<KeyId>) -> Result<BTreeSet<Id>, Error> {
        const PAGE: usize = 1_000;
        let mut found = BTreeSet::new();
        if keys.is_empty() {
            return Ok(found);
        }
        let collection = self.inner.store.collection(&CollectionKind::Released)?.key;
        let everything = self.everything();
        let mut query =
            PageQuery { versions: store::Versions::All, ..PageQuery::of(collection, PAGE) };
        loop {
            let page = everything.page(&query)?;
            for item in page.items {
                let Ok(object) = Object::parse(item.bytes) else { continue };
                if stix::sign::signer(&object).is_some_and(|key| keys.contains(&key)) {
                    found.insert(object.id().clone());
                }
            }
            query.position = page.position;
            if !page.more || page.position.is_none() {
                break;
            }
        }
        let holder = Holder::State(owner.clone());
        let is_owned = |id: &Id| {
            everything.get(id).is_ok_and(|seen| seen.is_some_and(|seen| seen.holder == holder))
        };
        found.retain(is_owned);
        Ok(found)
    }

    /// The store as the administrator of this node sees it.
    pub(crate) fn everything(&self) -> store::View {
        self.inner.store.view(Viewer::keeper(self.me().clone()))
    }
}

fn discarded(ring: &Keyring) -> BTreeSet<KeyId> {
    ring.discarded().map(PublicKey::id).collect()
}

/// Ends a rotation that the program did not live to end, unless one is under way.
pub(crate) fn settle_next(dir: &Path, me: &Id, store: &Store) -> Result<(), Error> {
    match Turn::to_rotate_now(dir)? {
        Some(_turn) => end_rotation(dir, me, store),
        None => Ok(()),
    }
}

/// The successor that the old key announced takes its place; one that was never announced is
/// forgotten.
fn end_rotation(dir: &Path, me: &Id, store: &Store) -> Result<(), Error> {
    let Some(next) = key::next(dir)? else { return Ok(()) };
    let old = key::Held::open(dir)?.current().public();
    let announced = |one: &Received| {
        one.statement.owner() == me
            && *one.statement.signer() == old
            && *one.statement.claim() == keys::Claim::Rotation { successor: next.public() }
    };
    let received = crate::rings::statements(store)?;
    if received.iter().any(announced) { key::promote_next(dir) } else { key::discard_next(dir) }
}
