//! What the driver of a run, the network and the nodes share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use node::Node;
use release::{Holder, Viewer};
use stix::{Id, Object, Timestamp};

use crate::chance::Chance;
use crate::ledger::{Ledger, Said, account_name, definition, state};
use crate::oracle::{self, Asker, Mark};
use crate::replicas::{Middle, Page};

/// What is shared. The lock is held by one at a time, for the length of one look.
pub(super) struct Shared {
    pub(super) nodes: usize,
    pub(super) relays: Vec<bool>,
    pub(super) middle: Option<usize>,
    pub(super) inner: Mutex<Inner>,
    pub(super) looked: AtomicUsize,
    pub(super) pages: AtomicUsize,
}

pub(super) struct Inner {
    pub(super) running: BTreeMap<usize, Node>,
    pub(super) ledger: Ledger,
    pub(super) bent: Option<Middle>,
    pub(super) chance: Chance,
    pub(super) wrong: Option<String>,
    /// Of a hundred requests, those sent twice, and of answers, those lost.
    pub(super) bad: (usize, usize),
}

impl Shared {
    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_dishonest(&self, n: usize) -> bool {
        self.middle == Some(n)
    }

    /// What shows first is told.
    pub(super) fn say_wrong(&self, wrong: String) {
        self.inner().wrong.get_or_insert(wrong);
    }

    /// Whether a request is sent twice, and whether its answer is lost.
    pub(super) fn fate(&self) -> (bool, bool) {
        let inner = &mut *self.inner();
        let (twice, lost) = inner.bad;
        (inner.chance.percent(twice), inner.chance.percent(lost))
    }

    /// What the dishonest node makes of an honest page.
    pub(super) fn bent(&self, honest: Page) -> Page {
        let inner = &mut *self.inner();
        match &mut inner.bent {
            Some(middle) => {
                let after = honest.last.unwrap_or_default();
                middle.answer(honest, after, &mut inner.chance)
            }
            None => honest,
        }
    }

    /// Looks at what an honest node sends another, at the moment when it does.
    pub(super) fn look_at(&self, n: usize, by: usize, objects: &[Arc<Object>]) {
        self.pages.fetch_add(1, Ordering::Relaxed);
        if let Err(wrong) = self.may_send(n, by, objects) {
            self.say_wrong(wrong);
        }
        if let Some(middle) = self.inner().bent.as_mut().filter(|middle| middle.node == by) {
            middle.hoard(objects);
        }
    }

    fn may_send(&self, n: usize, by: usize, objects: &[Arc<Object>]) -> Result<(), String> {
        let inner = self.inner();
        for object in objects.iter().filter(|object| is_thing(object.id())) {
            let Some(said) = inner.ledger.find(object) else {
                if self.is_middles(object) {
                    continue;
                }
                return Err(format!(
                    "node {n} sends node {by} what nobody said: {}",
                    object.text()
                ));
            };
            let may = |marks: &[Mark]| {
                oracle::sees(said.owner, marks, Asker::Node(by), n, self.is_relay(n))
            };
            if !may(&said.marks) {
                return Err(format!(
                    "node {n} sends node {by} against its marking {:?}: {}",
                    said.marks,
                    object.text()
                ));
            }
            let newest = inner.ledger.of(object.id()).last();
            if said.owner == n && newest.is_some_and(|newest| !may(&newest.marks)) {
                return Err(format!(
                    "node {n} sends node {by} what it narrowed: {}",
                    object.text()
                ));
            }
        }
        Ok(())
    }

    fn is_relay(&self, n: usize) -> bool {
        self.relays.get(n).copied().unwrap_or_default()
    }

    /// Whether the dishonest node says it of itself.
    fn is_middles(&self, object: &Object) -> bool {
        let named = object.header().created_by_ref.as_ref();
        self.middle.is_some_and(|middle| named == Some(&state(middle)))
    }

    /// Looks at what everybody sees at one running node.
    pub(super) fn look_around(&self, n: usize, node: &Node) -> Result<(), String> {
        let said: Vec<Said> = {
            let inner = self.inner();
            inner.ledger.newest().map(|(_, said)| said.clone()).collect()
        };
        let recalls = recalled_at(node, &said)?;
        for said in &said {
            let id = said.object.id();
            let held = versions(node, &person(&state(said.owner), 9, false), id, said.owner)?;
            // To TLP:RED the owner's own people have no key either, unless they are named.
            let newest = held.first();
            let inner = self.inner();
            for (viewer, asker) in readers(n) {
                let seen = versions(node, &viewer, id, said.owner)?;
                self.looked.fetch_add(1, Ordering::Relaxed);
                for object in &seen {
                    let what = || format!("{viewer:?} at node {n} sees {}", object.text());
                    let Some(its) = inner.ledger.find(object) else {
                        return Err(format!("{}, which nobody said", what()));
                    };
                    let top = newest.and_then(|newest| inner.ledger.find(newest));
                    let may = |marks: &[Mark]| {
                        let read = as_read(marks, node, &viewer);
                        oracle::sees(its.owner, &read, asker, n, self.is_relay(n))
                    };
                    if !may(&its.marks) {
                        return Err(format!("{} against its marking {:?}", what(), its.marks));
                    }
                    if top.is_some_and(|top| !may(&top.marks)) {
                        return Err(format!("{} against a newer version’s marking", what()));
                    }
                    let up_to = recalls.get(id).filter(|_| its.owner != n);
                    if up_to.is_some_and(|up_to| object.version().is_some_and(|v| v <= up_to)) {
                        return Err(format!("{} after its recall", what()));
                    }
                }
            }
        }
        Ok(())
    }

    /// What is not yet as it must be in the end at a node.
    pub(super) fn missing(&self, n: usize, node: &Node) -> Result<Option<String>, String> {
        let inner = self.inner();
        for (id, said) in inner.ledger.newest() {
            if self.is_dishonest(said.owner) {
                continue;
            }
            let sends = oracle::sees(said.owner, &said.marks, Asker::Node(n), said.owner, false);
            let is_sent = said.owner == n || sends;
            for (viewer, asker) in readers(n) {
                let seen = versions(node, &viewer, id, said.owner)?;
                let may = oracle::sees(said.owner, &said.marks, asker, n, self.is_relay(n));
                let is_it = |object: &Object| stix::version::is_same(object, &said.object);
                let is_right = if may {
                    !is_sent || seen.first().is_some_and(is_it)
                } else {
                    // What came astray, without the meaning of its marking, its administrator sees.
                    seen.iter().all(|object| {
                        inner.ledger.find(object).is_some_and(|its| {
                            let read = as_read(&its.marks, node, &viewer);
                            read.contains(&Mark::Unknown)
                                && oracle::sees(its.owner, &read, asker, n, self.is_relay(n))
                        })
                    })
                };
                if !is_right {
                    let wanted = may.then(|| said.object.text());
                    let seen = seen.first().map(|object| object.text().to_owned());
                    let owners = inner.running.get(&said.owner);
                    let way = owners.map(|from| way(node, from, said.owner, id));
                    return Ok(Some(format!(
                        "{viewer:?} at node {n} sees {seen:?}, and should see {wanted:?}, marked {:?}; {way:?}",
                        said.marks
                    )));
                }
            }
        }
        Ok(None)
    }
}

/// Up to which version each object is recalled, by the recalls that this node holds.
fn recalled_at(node: &Node, all: &[Said]) -> Result<BTreeMap<Id, Timestamp>, String> {
    let mut found = BTreeMap::new();
    for said in all {
        let Some((id, up_to)) = &said.recall else { continue };
        let owner = person(&state(said.owner), 9, false);
        if !versions(node, &owner, said.object.id(), said.owner)?.is_empty() {
            let held = found.entry(id.clone()).or_insert_with(|| up_to.clone());
            *held = held.clone().max(up_to.clone());
        }
    }
    Ok(found)
}

/// How far a node is with what another has for it: for whoever looks for the fault.
fn way(node: &Node, from: &Node, owner: usize, id: &Id) -> String {
    let at_owner = from.view_of(Viewer::Node(node.profile().state.clone())).get(id);
    let added = at_owner.map(|seen| seen.map(|seen| Timestamp::from_micros(seen.added)));
    let partners = node.partners().unwrap_or_default();
    let link = partners.into_iter().find(|one| one.profile.state == state(owner));
    let link = link.map(|partner| partner.link);
    let peer = node.find_peer(state(owner).as_str());
    let up_to = peer.and_then(|peer| node.held_up_to(&peer));
    format!(
        "its owner added it for this node at {added:?}; the node holds all up to {up_to:?}, and its link is {link:?}"
    )
}

/// What the simulation speaks of: everything else at a node is none of its business.
fn is_thing(id: &Id) -> bool {
    matches!(id.type_name(), "campaign" | stix::recall::TYPE)
}

pub(super) fn person(state: &Id, account: usize, admin: bool) -> Viewer {
    Viewer::Person { state: state.clone(), account: account_name(account), admin }
}

/// Who reads at a node, apart from other nodes: those are looked at on the wire.
fn readers(n: usize) -> Vec<(Viewer, Asker)> {
    let mut all =
        vec![(Viewer::Public, Asker::Public), (Viewer::Account("tool".to_owned()), Asker::Tool)];
    for account in 0..oracle::ACCOUNTS {
        let admin = account == 0;
        let asker = Asker::Person { account, state: n, admin };
        all.push((person(&state(n), account, admin), asker));
    }
    all
}

/// What a viewer sees of an owner's object, newest first.
fn versions(node: &Node, viewer: &Viewer, id: &Id, owner: usize) -> Result<Vec<Object>, String> {
    let seen = node.view_of(viewer.clone()).versions(id).map_err(|error| error.to_string())?;
    let owner = Holder::State(state(owner));
    Ok(seen.into_iter().filter(|one| one.holder == owner).map(|one| one.object).collect())
}

/// How a node reads marks of which it lacks the definitions.
///
/// Who sees an object sees the definitions that mark it, where they are held.
fn as_read(marks: &[Mark], node: &Node, viewer: &Viewer) -> Vec<Mark> {
    let view = node.view_of(viewer.clone());
    let lacks = |mark: &Mark| {
        definition(mark)
            .is_some_and(|definition| !view.get(definition.id()).is_ok_and(|held| held.is_some()))
    };
    marks.iter().map(|mark| if lacks(mark) { Mark::Unknown } else { mark.clone() }).collect()
}
