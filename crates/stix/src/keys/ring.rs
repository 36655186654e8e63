//! What a pinned key and the statements received add up to.
//!
//! Statements are looked at in the order in which this node received them, because a revocation
//! divides what came before from what comes after. Rotations alone give the same in any order.

use std::collections::{BTreeMap, BTreeSet};

use super::statement::{Claim, Statement};
use crate::id::Id;
use crate::sign::{KeyId, PublicKey};

/// A statement, and when this node first received it.
#[derive(Clone, Debug)]
pub struct Received {
    /// A moment of this node's own, strictly increasing from one receipt to the next.
    pub at: i64,
    /// What was received.
    pub statement: Statement,
}

/// How one key of an owner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It signs what the owner says now.
    Current,
    /// It signed earlier; what it signed stays good.
    Former,
    /// It is one of several that claim to succeed the same key.
    Conflicting,
    /// What is first received under it after this moment is bad.
    Revoked {
        /// The moment of the revocation's receipt.
        since: i64,
    },
    /// It claimed to succeed a key, and another was chosen.
    Discarded,
}

/// How an owner's keys stand as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// One key signs.
    Settled(KeyId),
    /// A key named two successors: nothing of this owner is admitted until somebody compares
    /// fingerprints and pins one of them.
    Conflict {
        /// The key that named them.
        signer: KeyId,
        /// Those that it named.
        between: Vec<KeyId>,
    },
    /// The last key was revoked and named no successor before.
    Ended(KeyId),
}

/// What is to be thought of something that a key signed well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is the owner's.
    Good,
    /// It was first received after the key was revoked.
    Revoked,
    /// The owner's keys are in conflict.
    Frozen,
    /// Another key was chosen.
    Discarded,
    /// The key is not the owner's, as far as is known.
    Unknown,
}

/// An owner's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyring {
    owner: Id,
    pinned: KeyId,
    keys: BTreeMap<KeyId, (PublicKey, Standing)>,
    state: State,
}

/// The statements of one owner, by what they connect.
#[derive(Default)]
struct Graph {
    /// Every successor that a key ever named, with the moment of receipt.
    named: BTreeMap<KeyId, BTreeMap<KeyId, i64>>,
    /// Those named by a key that was not revoked before.
    succeeded: BTreeSet<(KeyId, KeyId)>,
    /// The moment of a key's revocation.
    revoked: BTreeMap<KeyId, i64>,
    keys: BTreeMap<KeyId, PublicKey>,
}

impl Keyring {
    /// The keys of `owner`, whose key `pinned` somebody compared, after these statements. Those of
    /// other owners, and of keys that are not connected to the pinned one, change nothing.
    ///
    /// A fork below the pinned key is settled by the pin: whoever compared fingerprints has chosen.
    pub fn of(owner: Id, pinned: &PublicKey, received: &[Received]) -> Self {
        let graph = Graph::of(&owner, received);
        let pin = pinned.id();
        let mut keys = BTreeMap::from([(pin.clone(), (pinned.clone(), Standing::Former))]);
        let mut stand = |key: &KeyId, standing| {
            if let Some(public) = graph.keys.get(key) {
                keys.entry(key.clone()).or_insert_with(|| (public.clone(), standing));
            }
        };
        let before = graph.before(&pin);
        for key in before.keys() {
            stand(key, Standing::Former);
        }

        let mut last = pin.clone();
        let mut seen: BTreeSet<_> = before.keys().cloned().collect();
        seen.insert(pin.clone());
        let state = loop {
            let named: Vec<_> = graph.successors(&last).cloned().collect();
            match named.as_slice() {
                [next] if seen.contains(next) => {
                    // Two keys that succeed each other: neither is the last.
                    break State::Conflict { signer: last.clone(), between: named };
                }
                [next] if graph.succeeded.contains(&(last.clone(), next.clone())) => {
                    stand(next, Standing::Former);
                    seen.insert(next.clone());
                    last = next.clone();
                }
                // A single successor that was named after the revocation is none.
                [] | [_] if graph.revoked.contains_key(&last) => break State::Ended(last.clone()),
                [] | [_] => break State::Settled(last.clone()),
                _ => break State::Conflict { signer: last.clone(), between: named },
            }
        };
        if let State::Conflict { between, .. } = &state {
            for key in graph.after(between) {
                stand(&key, Standing::Conflicting);
            }
        }
        let elsewhere: Vec<_> =
            before.keys().flat_map(|key| graph.successors(key)).cloned().collect();
        for key in graph.after(&elsewhere) {
            stand(&key, Standing::Discarded);
        }
        for (key, (_, standing)) in &mut keys {
            let settled = matches!(standing, Standing::Former | Standing::Current);
            let unvouched = before.get(key).filter(|until| **until < i64::MAX);
            match graph.revoked.get(key).into_iter().chain(unvouched).min() {
                Some(since) if settled => *standing = Standing::Revoked { since: *since },
                None if state == State::Settled(key.clone()) => *standing = Standing::Current,
                _ => {}
            }
        }
        Self { owner, pinned: pin, keys, state }
    }

    /// Whose keys they are.
    pub fn owner(&self) -> &Id {
        &self.owner
    }

    /// The key whose fingerprint somebody compared.
    pub fn pinned(&self) -> &KeyId {
        &self.pinned
    }

    /// How they stand as a whole.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether nothing of this owner is admitted until somebody chooses.
    pub fn is_frozen(&self) -> bool {
        matches!(self.state, State::Conflict { .. })
    }

    /// The key that signs now, if there is one.
    pub fn current(&self) -> Option<&PublicKey> {
        match &self.state {
            State::Settled(key) => self.key(key),
            _ => None,
        }
    }

    /// A key by its name.
    pub fn key(&self, id: &KeyId) -> Option<&PublicKey> {
        self.keys.get(id).map(|(key, _)| key)
    }

    /// Every key, and how it stands.
    pub fn keys(&self) -> impl Iterator<Item = (&PublicKey, Standing)> {
        self.keys.values().map(|(key, standing)| (key, *standing))
    }

    /// Successors that were named beside the line that leads to the pinned key: somebody else may
    /// hold an old key.
    pub fn discarded(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys().filter(|(_, standing)| *standing == Standing::Discarded).map(|(key, _)| key)
    }

    /// What is to be thought of something that `key` signed well and that was first received at
    /// this moment.
    pub fn judge(&self, key: &KeyId, received: i64) -> Judgement {
        match self.keys.get(key).map(|(_, standing)| *standing) {
            None => Judgement::Unknown,
            Some(Standing::Discarded) => Judgement::Discarded,
            Some(Standing::Revoked { since }) if received > since => Judgement::Revoked,
            _ if self.is_frozen() => Judgement::Frozen,
            Some(_) => Judgement::Good,
        }
    }

    /// Whether a statement speaks of these keys: it is signed by one of them, or one of them agreed
    /// to succeed the signing one. Others may be kept until they do.
    pub fn concerns(&self, statement: &Statement) -> bool {
        let holds = |key: &PublicKey| {
            self.keys.get(&key.id()).is_some_and(|(_, standing)| *standing != Standing::Discarded)
        };
        let agreed = match statement.claim() {
            Claim::Rotation { successor } => holds(successor),
            Claim::Revocation { .. } => false,
        };
        *statement.owner() == self.owner && (agreed || holds(statement.signer()))
    }
}

impl Graph {
    fn of(owner: &Id, received: &[Received]) -> Self {
        let mut ours: Vec<_> =
            received.iter().filter(|one| one.statement.owner() == owner).collect();
        ours.sort_by_key(|one| one.at);
        let mut graph = Self::default();
        // Revocations by keys that are not known yet to come after the revoked one.
        let mut waiting: Vec<(i64, KeyId, KeyId)> = Vec::new();
        for Received { at, statement } in ours {
            let signer = statement.signer();
            let by = signer.id();
            graph.keys.insert(by.clone(), signer.clone());
            match statement.claim() {
                Claim::Rotation { successor } => {
                    let next = successor.id();
                    graph.keys.insert(next.clone(), successor.clone());
                    let named = graph.named.entry(by.clone()).or_default();
                    named.entry(next.clone()).or_insert(*at);
                    if !graph.revoked.contains_key(&by) {
                        graph.succeeded.insert((by, next));
                    }
                }
                Claim::Revocation { revoked } => waiting.push((*at, revoked.id(), by)),
            }
            waiting.retain(|(said, key, by)| {
                let in_time = graph.revoked.get(by).is_none_or(|since| since >= said);
                let may = key == by || (in_time && graph.leads(key, by));
                if may {
                    graph.revoked.entry(key.clone()).or_insert(*at);
                }
                !may
            });
        }
        graph
    }

    /// Whether a key was succeeded, by however many steps, by another.
    fn leads(&self, from: &KeyId, to: &KeyId) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut next = vec![from];
        while let Some(key) = next.pop() {
            for (_, after) in self.succeeded.iter().filter(|(before, _)| before == key) {
                if after == to {
                    return true;
                }
                if seen.insert(after) {
                    next.push(after);
                }
            }
        }
        false
    }

    /// Every successor that a key ever named.
    fn successors(&self, key: &KeyId) -> impl Iterator<Item = &KeyId> {
        self.named.get(key).into_iter().flat_map(BTreeMap::keys)
    }

    /// The keys that a key agreed to succeed, and those before them: it vouches for them, even
    /// where they were revoked before they named it. With each the last moment of receipt for which
    /// somebody vouches: whoever stole a key can have it succeed any key of his own, so its
    /// revocation is that of all that only it vouched for.
    fn before(&self, key: &KeyId) -> BTreeMap<KeyId, i64> {
        let mut found = BTreeMap::from([(key.clone(), i64::MAX)]);
        let mut next = vec![key.clone()];
        while let Some(key) = next.pop() {
            let vouched = found.get(&key).copied().unwrap_or(i64::MAX);
            let until = vouched.min(self.revoked.get(&key).copied().unwrap_or(i64::MAX));
            for (before, named) in &self.named {
                // What it agrees to after its revocation counts as little as what it signs then.
                let agreed = named.get(&key).is_some_and(|at| *at <= until);
                if agreed && found.get(before).is_none_or(|held| *held < until) {
                    found.insert(before.clone(), until);
                    next.push(before.clone());
                }
            }
        }
        found.remove(key);
        found
    }

    /// These keys, and all that they named as successors.
    fn after(&self, keys: &[KeyId]) -> BTreeSet<KeyId> {
        let mut found: BTreeSet<_> = keys.iter().cloned().collect();
        let mut next = keys.to_vec();
        while let Some(key) = next.pop() {
            for after in self.successors(&key) {
                if found.insert(after.clone()) {
                    next.push(after.clone());
                }
            }
        }
        found
    }
}
