//! One node's replica: what the store and admission do, without a disk, a network and a clock.
//!
//! Everything here that decides is the pure code that the node itself runs: signatures
//! ([`stix::sign`]), what a version is to those held ([`stix::version::Arrival`]), what a recall
//! names ([`stix::recall`]), who sees what ([`release::decide`]). What is this module's own is only
//! the keeping; a test holds it to the store, act by act.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use release::{Holder, Place, Policy, Viewer};
use stix::marking::Marking;
use stix::recall::{self, Recall};
use stix::sign::{KeyId, PublicKey};
use stix::version::Arrival;
use stix::{Class, Id, Object};

/// A version from more than a day ahead waits (DESIGN section 3).
const AHEAD: i64 = 24 * 3_600 * 1_000_000;

/// The owner that signed some bytes well, worked out once for the same bytes.
#[derive(Debug, Default)]
pub struct Signatures {
    keys: BTreeMap<KeyId, (PublicKey, Id)>,
    known: HashMap<Bytes, Option<Id>>,
}

impl Signatures {
    /// By these keys, each its owner's.
    pub fn by(keys: Vec<(PublicKey, Id)>) -> Self {
        let keys = keys.into_iter().map(|(key, owner)| (key.id(), (key, owner))).collect();
        Self { keys, known: HashMap::new() }
    }

    /// Whose key signed an object, if it did and the object does not name another creator.
    pub fn owner(&mut self, object: &Object) -> Option<Id> {
        let keys = &self.keys;
        let check = || {
            let lookup = |id: &KeyId| keys.get(id).map(|(key, _)| key.clone());
            let verified = stix::sign::check(object.clone(), lookup).ok()?;
            let (_, owner) = keys.get(verified.key())?;
            let named = object.header().created_by_ref.as_ref();
            named.is_none_or(|named| named == owner).then(|| owner.clone())
        };
        if let Some(known) = self.known.get(object.bytes()) {
            return known.clone();
        }
        let owner = check();
        self.known.insert(object.bytes().clone(), owner.clone());
        owner
    }
}

/// A version that is held.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its bytes.
    pub object: Arc<Object>,
    /// What its own markings say, as far as their definitions are held.
    pub policy: Policy,
    /// Since when it is visible, by this node's clock of additions.
    added: i64,
}

/// All versions of one object of one owner: by version, the newest last.
pub type Copy = BTreeMap<String, Held>;

/// What one node holds. All of it is durable: what a crash takes is what was on its way.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Whose node it is and whether it relays.
    pub place: Place,
    copies: BTreeMap<(Id, Id), Copy>,
    definitions: BTreeMap<Id, (Arc<Object>, Marking)>,
    /// The recalls in force, by their own owner and id.
    recalls: BTreeMap<(Id, Id), Recall>,
    waiting: Vec<Arc<Object>>,
    last_added: i64,
    cursors: BTreeMap<usize, i64>,
}

/// What a node answers to one that asks for what was added after some moment.
#[derive(Clone, Debug)]
pub struct Page {
    /// Definitions first, then objects, oldest first.
    pub objects: Vec<Arc<Object>>,
    /// When the last of them was added.
    pub last: Option<i64>,
}

/// The copies that something changed, by owner and object.
pub type Changed = BTreeSet<(Id, Id)>;

impl Replica {
    /// An empty one.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            copies: BTreeMap::new(),
            definitions: BTreeMap::new(),
            recalls: BTreeMap::new(),
            waiting: Vec::new(),
            last_added: 0,
            cursors: BTreeMap::new(),
        }
    }

    /// Takes in objects in one transaction, at `now` by this node's clock; gives what changed.
    pub fn take_in(
        &mut self,
        objects: &[Arc<Object>],
        now: i64,
        signatures: &mut Signatures,
    ) -> Changed {
        let mut changed = Changed::new();
        for object in objects {
            self.judge(object, now, signatures, &mut changed);
        }
        changed
    }

    /// Judges again what waited for its time.
    pub fn admit_waiting(&mut self, now: i64, signatures: &mut Signatures) -> Changed {
        let waiting = std::mem::take(&mut self.waiting);
        self.take_in(&waiting, now, signatures)
    }

    fn judge(
        &mut self,
        object: &Arc<Object>,
        now: i64,
        signatures: &mut Signatures,
        changed: &mut Changed,
    ) {
        if object.class() == Class::Marking {
            return self.define(object, now, changed);
        }
        // What nobody whom it knows signed is kept aside and never mixes with the rest.
        let Some(owner) = signatures.owner(object) else { return };
        let Some(version) = object.version() else { return };
        // What it says itself is never ahead of itself.
        if version.micros() > now + AHEAD && owner != self.place.state {
            if !self.waiting.iter().any(|held| held.bytes() == object.bytes()) {
                self.waiting.push(object.clone());
            }
            return;
        }
        self.append(object, owner, now, changed);
    }

    fn define(&mut self, object: &Arc<Object>, now: i64, changed: &mut Changed) {
        let Ok(marking) = Marking::of(object) else { return };
        if marking == Marking::Unknown || self.definitions.contains_key(object.id()) {
            return;
        }
        self.definitions.insert(object.id().clone(), (object.clone(), marking));
        // What waited for this meaning may be seen by more now: it is added anew.
        let concerned: Vec<_> = self
            .copies
            .iter()
            .filter(|(_, copy)| copy.values().any(|held| is_marked(&held.object, object.id())))
            .map(|(key, _)| key.clone())
            .collect();
        for key in concerned {
            let Some(mut copy) = self.copies.remove(&key) else { continue };
            for held in copy.values_mut() {
                held.policy = self.policy(&key.0, &held.object);
                held.added = self.add(now);
            }
            self.copies.insert(key.clone(), copy);
            changed.insert(key);
        }
    }

    /// What the store's writer does with what an owner signed.
    fn append(&mut self, object: &Arc<Object>, owner: Id, now: i64, changed: &mut Changed) {
        let names = |(by, recall): (&(Id, Id), &Recall)| {
            by.0 == owner && recall.object == *object.id() && recall.versions.include(object)
        };
        if self.recalls.iter().any(names) {
            return;
        }
        let key = (owner, object.id().clone());
        let version = object.version().map(stix::Timestamp::sort_key).unwrap_or_default();
        let copy = self.copies.get(&key);
        let newest = copy.and_then(|copy| copy.keys().next_back());
        let to_newest = newest.map_or(Ordering::Greater, |newest| version.cmp(newest));
        let held = copy.and_then(|copy| copy.get(&version));
        match Arrival::of(object, to_newest, held.map(|held| &*held.object)) {
            Arrival::Same | Arrival::Twin { takes_over: false } => return,
            Arrival::Newest | Arrival::Older | Arrival::Twin { takes_over: true } => {}
        }
        let is_newest = to_newest != Ordering::Less;
        let policy = self.policy(&key.0, object);
        let added = self.add(now);
        let held = Held { object: object.clone(), policy, added };
        self.copies.entry(key.clone()).or_default().insert(version, held);
        changed.insert(key.clone());
        if is_newest {
            self.hear(object, &key.0, changed);
        }
    }

    /// A recall is in force at every node but its owner's own, which keeps its copy.
    fn hear(&mut self, object: &Object, owner: &Id, changed: &mut Changed) {
        if object.id().type_name() != recall::TYPE || *owner == self.place.state {
            return;
        }
        let Ok(recall) = Recall::read(object) else { return };
        if recall.owner != *owner {
            return;
        }
        let key = (owner.clone(), recall.object.clone());
        if let Some(copy) = self.copies.get_mut(&key) {
            copy.retain(|_, held| !recall.versions.include(&held.object));
            if copy.is_empty() {
                self.copies.remove(&key);
            }
            changed.insert(key.clone());
        }
        self.recalls.insert((owner.clone(), object.id().clone()), recall);
    }

    fn policy(&self, owner: &Id, object: &Object) -> Policy {
        let meaning = |id: &Id| self.definitions.get(id).map(|(_, marking)| marking.clone());
        Policy::of(&Holder::State(owner.clone()), object.header(), meaning)
    }

    /// The next moment of addition: later than every one before, whatever the clock does.
    fn add(&mut self, now: i64) -> i64 {
        self.last_added = self.last_added.max(now) + 1;
        self.last_added
    }

    /// The copies held.
    pub fn copies(&self) -> impl Iterator<Item = (&(Id, Id), &Copy)> {
        self.copies.iter()
    }

    /// One copy.
    pub fn copy(&self, key: &(Id, Id)) -> Option<&Copy> {
        self.copies.get(key)
    }

    /// Whether a definition is held.
    pub fn defines(&self, id: &Id) -> bool {
        self.definitions.contains_key(id)
    }

    /// Whether a viewer sees a version of a copy: its own marking and the newest's must allow it.
    pub fn sees(&self, copy: &Copy, held: &Held, viewer: &Viewer) -> bool {
        let Some(newest) = copy.values().next_back() else { return false };
        let allows = |policy: &Policy| release::decide(policy, viewer, &self.place).allowed;
        if newest.object.bytes() == held.object.bytes() {
            allows(&held.policy)
        } else {
            allows(&held.policy.and(&newest.policy))
        }
    }

    /// A page for the node of another state: the newest versions that it sees, with the
    /// definitions that they need.
    pub fn page(&self, viewer: &Viewer, after: i64, limit: usize) -> Page {
        let newest = self.copies.values().filter_map(|copy| copy.values().next_back());
        let mut found: Vec<_> = newest
            .filter(|held| held.added > after)
            .filter(|held| release::decide(&held.policy, viewer, &self.place).allowed)
            .collect();
        found.sort_by_key(|held| held.added);
        found.truncate(limit);
        let mut needed = BTreeSet::new();
        for held in &found {
            needed.extend(held.object.header().marking_refs.iter());
        }
        let definitions = needed.into_iter().filter_map(|id| self.definitions.get(id));
        let mut objects: Vec<_> = definitions.map(|(object, _)| object.clone()).collect();
        objects.extend(found.iter().map(|held| held.object.clone()));
        Page { objects, last: found.last().map(|held| held.added) }
    }

    /// Where it goes on reading from a peer.
    pub fn cursor(&self, peer: usize) -> i64 {
        self.cursors.get(&peer).copied().unwrap_or_default()
    }

    /// Moves that place, in the transaction that took the page in.
    pub fn move_cursor(&mut self, peer: usize, to: i64) {
        self.cursors.insert(peer, to);
    }
}

fn is_marked(object: &Object, by: &Id) -> bool {
    object.header().marking_refs.contains(by)
}
