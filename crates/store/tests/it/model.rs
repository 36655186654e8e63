//! A naive store: everything in lists, worked out anew at every question. It shares no code with
//! the store, and none with the decision.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use release::{Holder, Viewer};
use stix::marking::Tlp;
use stix::{Id, Object};
use store::Admitted;

use crate::made::*;

/// How something is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Nothing,
    Clear,
    Green,
    Amber,
    /// For the states of a list.
    List(usize),
    /// For the members of a group whose roster its owner keeps.
    Group,
}

const LISTS: [&[usize]; 3] = [&[1], &[1, 2], &[0, 2]];

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Campaign {
        n: usize,
        version: usize,
        mark: Mark,
    },
    Relationship {
        n: usize,
        version: usize,
        ends: (usize, usize),
        mark: Mark,
    },
    Fact {
        n: usize,
        by: usize,
        mark: Mark,
    },
    /// A definition arrives: one of the lists, or the group after them.
    Definition {
        n: usize,
        by: usize,
    },
    Relay(bool),
    Roster(BTreeSet<usize>),
    /// The account that reads is granted more.
    Grant,
    /// The program ends and starts again.
    Restart,
    /// The client asks for what is new.
    Sync {
        limit: usize,
    },
}

pub(crate) fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        Just(Mark::Nothing),
        Just(Mark::Clear),
        Just(Mark::Green),
        Just(Mark::Amber),
        (0..LISTS.len()).prop_map(Mark::List),
        Just(Mark::Group),
    ]
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let ends = || (0_usize..9, 0_usize..9);
    prop_oneof![
        8 => (0_usize..6, 1_usize..5, mark())
            .prop_map(|(n, version, mark)| Event::Campaign { n, version, mark }),
        5 => (0_usize..3, 1_usize..4, ends(), mark())
            .prop_map(|(n, version, ends, mark)| Event::Relationship { n, version, ends, mark }),
        4 => (0_usize..2, 0_usize..3, mark()).prop_map(|(n, by, mark)| Event::Fact { n, by, mark }),
        4 => (0_usize..=LISTS.len(), 0_usize..3).prop_map(|(n, by)| Event::Definition { n, by }),
        1 => any::<bool>().prop_map(Event::Relay),
        2 => prop::collection::btree_set(1_usize..3, 0..3).prop_map(Event::Roster),
        1 => Just(Event::Grant),
        1 => Just(Event::Restart),
        4 => (1_usize..6).prop_map(|limit| Event::Sync { limit }),
    ]
}

/// Everything a campaign or a relationship can be an end of.
pub(crate) fn end(n: usize) -> Id {
    if n < 6 { id("campaign", n) } else { id("relationship", n - 6) }
}

fn definition(n: usize) -> Object {
    LISTS.get(n).map_or_else(|| stix::marking::group(&group_id()), |states| list_of(states))
}

fn refs(mark: Mark) -> Vec<Id> {
    match mark {
        Mark::Nothing => vec![],
        Mark::Clear => tlp(Tlp::Clear),
        Mark::Green => tlp(Tlp::Green),
        Mark::Amber => tlp(Tlp::Amber),
        Mark::List(n) => vec![definition(n).id().clone()],
        Mark::Group => vec![definition(LISTS.len()).id().clone()],
    }
}

/// The owner of the nth campaign or relationship.
fn owner(n: usize) -> usize {
    n % 3
}

impl Event {
    pub(crate) fn admitted(&self) -> Option<Admitted> {
        Some(match self {
            Self::Campaign { n, version, mark } => {
                owned(owner(*n), campaign(*n, *version, &refs(*mark)))
            }
            Self::Relationship { n, version, ends, mark } => {
                let (from, to) = (end(ends.0), end(ends.1));
                owned(owner(*n), relationship(*n, *version, &from, &to, &refs(*mark)))
            }
            Self::Fact { n, by, mark } => {
                domain(&format!("host-{n}.example.org"), Holder::State(state(*by)), &refs(*mark))
            }
            Self::Definition { n, by } => Admitted::definition(definition(*n), state(*by)),
            _ => return None,
        })
    }
}

#[derive(Clone, Debug)]
struct Held {
    object: Object,
    owner: usize,
    mark: Mark,
    version: usize,
    /// How many were taken in before it.
    order: usize,
    ends: Vec<Id>,
}

/// The naive store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    held: Vec<Held>,
    definitions: BTreeSet<usize>,
    order: usize,
    pub(crate) relay: bool,
    pub(crate) roster: BTreeSet<usize>,
    /// Whether the place ever showed less than before.
    pub(crate) narrowed: bool,
}

impl Model {
    pub(crate) fn happens(&mut self, event: &Event) {
        match event {
            Event::Definition { n, .. } => {
                self.definitions.insert(*n);
            }
            Event::Relay(on) => {
                self.narrowed |= self.relay && !on;
                self.relay = *on;
            }
            Event::Roster(members) => {
                self.narrowed |= !self.roster.is_subset(members);
                self.roster.clone_from(members);
            }
            Event::Campaign { n, version, mark } => {
                self.take(event, owner(*n), *version, *mark, vec![]);
            }
            Event::Relationship { n, version, ends, mark } => {
                let ends = vec![end(ends.0), end(ends.1)];
                self.take(event, owner(*n), *version, *mark, ends);
            }
            Event::Fact { by, mark, .. } => self.take(event, *by, 0, *mark, vec![]),
            Event::Grant | Event::Restart | Event::Sync { .. } => {}
        }
    }

    fn take(&mut self, event: &Event, owner: usize, version: usize, mark: Mark, ends: Vec<Id>) {
        let Some(object) = event.admitted().map(|admitted| admitted.object().clone()) else {
            return;
        };
        self.order += 1;
        let new = Held { owner, mark, version, order: self.order, ends, object };
        let is_that = |held: &Held| {
            held.object.id() == new.object.id() && held.owner == owner && held.version == version
        };
        match self.held.iter().position(is_that) {
            None => self.held.push(new),
            Some(at) if self.held[at].object.canonical() == new.object.canonical() => {}
            // A fact has no versions: the later one counts. Of two objects signed as one version
            // the one with the greater hash counts.
            Some(at) if version == 0 || new.object.hash() > self.held[at].object.hash() => {
                self.held[at] = new;
            }
            Some(_) => {}
        }
    }

    /// DESIGN section 5, for the few markings there are here.
    fn allows(&self, held: &Held, viewer: &Viewer) -> bool {
        let reader = (0..3).find(|n| viewer.state() == Some(&state(*n)));
        if reader == Some(held.owner) {
            return true;
        }
        match held.mark {
            Mark::Nothing | Mark::Amber => false,
            Mark::Clear => true,
            Mark::Green => reader.is_some(),
            Mark::List(n) => {
                self.definitions.contains(&n)
                    && reader.is_some_and(|reader| LISTS[n].contains(&reader))
            }
            Mark::Group if !self.definitions.contains(&LISTS.len()) => false,
            Mark::Group if held.owner == 0 => {
                reader.is_some_and(|reader| self.roster.contains(&reader))
            }
            Mark::Group => reader == Some(0),
        }
    }

    /// Whether this node hands it to another.
    fn hands_on(&self, held: &Held, viewer: &Viewer) -> bool {
        let travels = matches!(held.mark, Mark::Clear | Mark::Green);
        !matches!(viewer, Viewer::Node(_)) || held.owner == 0 || (self.relay && travels)
    }

    fn newest(&self, id: &Id) -> Option<&Held> {
        self.held.iter().filter(|held| held.object.id() == id).max_by_key(|held| held.version)
    }

    /// Whether its marking and those of all that it stands on allow it.
    fn stands(&self, held: &Held, viewer: &Viewer) -> bool {
        let mut reached = BTreeSet::from([held.object.id().clone()]);
        let mut waiting = held.ends.clone();
        let mut allowed = self.allows(held, viewer) && self.hands_on(held, viewer);
        while let Some(id) = waiting.pop() {
            if reached.insert(id.clone())
                && let Some(end) = self.newest(&id)
            {
                allowed &= self.allows(end, viewer);
                // What its own state holds back, above all a newer version, binds in full.
                allowed &= end.owner != held.owner || self.hands_on(end, viewer);
                waiting.extend(end.ends.iter().cloned());
            }
        }
        allowed
    }

    /// All versions that the viewer sees of what has versions: newest first, by id.
    pub(crate) fn versions(&self, viewer: &Viewer) -> BTreeMap<Id, Vec<Object>> {
        let mut found = BTreeMap::new();
        for held in self.held.iter().filter(|held| held.version > 0) {
            let newest = self.newest(held.object.id()).unwrap();
            if self.stands(held, viewer) && self.stands(newest, viewer) {
                let versions: &mut Vec<&Held> = found.entry(held.object.id().clone()).or_default();
                versions.push(held);
            }
        }
        let sorted = |mut versions: Vec<&Held>| {
            versions.sort_by_key(|held| std::cmp::Reverse(held.version));
            versions.into_iter().map(|held| held.object.clone()).collect()
        };
        found.into_iter().map(|(id, versions)| (id, sorted(versions))).collect()
    }

    /// The facts that the viewer sees, in the bytes of the last that he may see.
    pub(crate) fn facts(&self, viewer: &Viewer) -> BTreeMap<Id, Object> {
        let mut facts: Vec<_> = self
            .held
            .iter()
            .filter(|held| {
                held.version == 0 && self.allows(held, viewer) && self.hands_on(held, viewer)
            })
            .collect();
        facts.sort_by_key(|held| held.order);
        facts.into_iter().map(|held| (held.object.id().clone(), held.object.clone())).collect()
    }

    /// The definitions that mark something that the viewer sees.
    pub(crate) fn needed(&self, viewer: &Viewer) -> BTreeSet<Id> {
        let held: BTreeSet<_> =
            self.definitions.iter().map(|n| definition(*n).id().clone()).collect();
        let versions = self.versions(viewer).into_values().flatten();
        let seen = versions.chain(self.facts(viewer).into_values());
        let refs = seen.flat_map(|object| object.header().marking_refs.clone());
        refs.filter(|id| held.contains(id)).collect()
    }
}
