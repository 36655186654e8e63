//! Thirty nodes, what is on its way between them, and the weather.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use release::{Place, Viewer};
use stix::marking::Marking;
use stix::{Class, Object};

use super::Setup;
use super::check::{self, Arrived, Wrong};
use super::middle::Middle;
use super::owners::Owners;
use super::replica::{Changed, Page, Replica, Signatures};
use crate::chance::Chance;
use crate::ledger::{self, key, state};
use crate::oracle::Asker;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// 2026-01-01, in microseconds since 1970.
const BEGIN: i64 = 1_767_225_600 * SECOND;
/// How long the weather is bad.
const LASTS: i64 = 3 * DAY;
/// Objects in a page: so few that every stream takes several.
const PAGE: usize = 4;
/// Objects that an owner speaks of.
const THINGS: usize = 2;

/// What happens at some moment.
#[derive(Debug)]
enum Event {
    /// An owner says something of one of its objects.
    Say {
        owner: usize,
    },
    /// A node asks another what is new.
    Pull {
        by: usize,
        from: usize,
    },
    /// The question arrives.
    Asked {
        by: usize,
        from: usize,
        after: i64,
    },
    /// The answer arrives.
    Answered {
        by: usize,
        from: usize,
        page: Page,
    },
    /// A node goes down and comes back after a while, with what was durable.
    Crash {
        node: usize,
    },
    Up {
        node: usize,
    },
    /// The network falls apart, or is whole again.
    Part,
    Join,
    /// Somebody sets a node's clock.
    Clock {
        node: usize,
    },
    /// A node judges again what waited for its time.
    Wait {
        node: usize,
    },
}

struct Node {
    replica: Replica,
    arrived: Arrived,
    waiting: Vec<Arc<Object>>,
    /// How far its clock is off.
    skew: i64,
    is_up: bool,
    /// On which side of the partition it is.
    side: usize,
    viewers: Vec<(Viewer, Asker)>,
}

/// The whole of it.
pub(crate) struct World {
    setup: Setup,
    chance: Chance,
    now: i64,
    nodes: Vec<Node>,
    owners: Owners,
    signatures: Signatures,
    middle: Option<Middle>,
    queue: BinaryHeap<Reverse<(i64, usize)>>,
    events: Vec<Option<Event>>,
    /// How much happened, for the report.
    pub(crate) counts: Counts,
}

/// How much happened in a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Objects that owners said.
    pub said: usize,
    /// Pages that arrived.
    pub pages: usize,
    /// Messages lost.
    pub lost: usize,
    /// Times that somebody's sight of something was checked.
    pub checks: usize,
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            said: self.said + other.said,
            pages: self.pages + other.pages,
            lost: self.lost + other.lost,
            checks: self.checks + other.checks,
        }
    }
}

impl World {
    /// All nodes empty and the weather decided.
    pub(crate) fn new(seed: u64, setup: Setup) -> Self {
        let mut chance = Chance::of(seed);
        let middle = setup.dishonest.then(|| {
            let node = chance.below(setup.nodes);
            Middle::new(node, key(node))
        });
        let node = |n: usize, chance: &mut Chance| {
            let relay = chance.percent(20) || middle.as_ref().is_some_and(|one| one.node == n);
            let place = Place { relay, ..Place::of(state(n)) };
            Node {
                replica: Replica::new(place),
                arrived: Arrived::default(),
                waiting: Vec::new(),
                skew: if setup.skew { chance.within(-DAY, DAY) } else { 0 },
                is_up: true,
                side: 0,
                viewers: check::viewers(n, setup.nodes),
            }
        };
        let nodes: Vec<_> = (0..setup.nodes).map(|n| node(n, &mut chance)).collect();
        let keys = (0..setup.nodes).map(|n| (key(n).public(), state(n))).collect();
        let mut world = Self {
            setup,
            chance,
            now: BEGIN,
            nodes,
            owners: Owners::new(setup.nodes),
            signatures: Signatures::by(keys),
            middle,
            queue: BinaryHeap::new(),
            events: Vec::new(),
            counts: Counts::default(),
        };
        world.plan();
        world
    }

    /// Draws what is going to happen.
    fn plan(&mut self) {
        let Setup { nodes, says, pulls, crashes, partitions, skew, .. } = self.setup;
        // A few speak often: versions of one object are what meets.
        let owners: Vec<_> = (0..nodes.min(5)).map(|_| self.chance.below(nodes)).collect();
        for _ in 0..says {
            let owner = *self.chance.pick(&owners).unwrap_or(&0);
            self.sometime(Event::Say { owner });
        }
        for _ in 0..pulls {
            let by = self.chance.below(nodes);
            let other = || Some((by + 1) % nodes);
            // Most ask those who speak.
            let from = if self.chance.percent(70) {
                self.chance.pick(&owners).copied().filter(|from| *from != by).or_else(other)
            } else {
                Some((by + 1 + self.chance.below(nodes - 1)) % nodes)
            };
            self.sometime(Event::Pull { by, from: from.unwrap_or_default() });
        }
        for _ in 0..crashes {
            let node = self.chance.below(nodes);
            self.sometime(Event::Crash { node });
        }
        for _ in 0..partitions {
            self.sometime(Event::Part);
            self.sometime(Event::Join);
        }
        for _ in 0..if skew { nodes } else { 0 } {
            let node = self.chance.below(nodes);
            self.sometime(Event::Clock { node });
            let node = self.chance.below(nodes);
            self.sometime(Event::Wait { node });
        }
    }

    fn sometime(&mut self, event: Event) {
        let at = self.chance.within(BEGIN, BEGIN + LASTS);
        self.at(at, event);
    }

    fn at(&mut self, at: i64, event: Event) {
        self.queue.push(Reverse((at, self.events.len())));
        self.events.push(Some(event));
    }

    /// Runs it to its end.
    pub(crate) fn run(&mut self) -> Result<(), Wrong> {
        while let Some(Reverse((at, which))) = self.queue.pop() {
            self.now = self.now.max(at);
            if let Some(event) = self.events.get_mut(which).and_then(Option::take) {
                self.happen(event)?;
            }
        }
        self.settle()?;
        for (n, node) in self.nodes.iter().enumerate() {
            if self.is_honest(n) {
                let Node { replica, arrived, viewers, .. } = node;
                let middle = self.middle.as_ref().map(|one| one.node);
                check::check_end(n, replica, arrived, &self.owners.ledger, viewers, middle)?;
            }
        }
        Ok(())
    }

    fn is_honest(&self, n: usize) -> bool {
        self.middle.as_ref().is_none_or(|middle| middle.node != n)
    }

    fn happen(&mut self, event: Event) -> Result<(), Wrong> {
        match event {
            Event::Say { owner } => self.say(owner),
            Event::Pull { by, from } => {
                if self.node(by)?.is_up {
                    let after = self.node(by)?.replica.cursor(from);
                    self.send(|| Event::Asked { by, from, after });
                }
                Ok(())
            }
            Event::Asked { by, from, after } => {
                if self.arrives(by, from)? {
                    let page = self.answer(by, from, after)?;
                    self.send(|| Event::Answered { by, from, page: page.clone() });
                }
                Ok(())
            }
            Event::Answered { by, from, page } => {
                if self.arrives(from, by)? {
                    self.take_in(by, from, &page)?;
                }
                Ok(())
            }
            Event::Crash { node } => {
                self.node(node)?.is_up = false;
                let back = self.now + self.chance.within(SECOND, 6 * HOUR);
                self.at(back, Event::Up { node });
                Ok(())
            }
            Event::Up { node } => {
                self.node(node)?.is_up = true;
                Ok(())
            }
            Event::Part => {
                let sides = 2 + self.chance.below(3);
                for node in &mut self.nodes {
                    node.side = self.chance.below(sides);
                }
                Ok(())
            }
            Event::Join => {
                self.nodes.iter_mut().for_each(|node| node.side = 0);
                Ok(())
            }
            Event::Clock { node } => {
                self.node(node)?.skew = self.chance.within(-DAY, DAY);
                Ok(())
            }
            Event::Wait { node } => self.admit_waiting(node),
        }
    }

    fn node(&mut self, n: usize) -> Result<&mut Node, Wrong> {
        self.nodes.get_mut(n).ok_or_else(|| format!("there is no node {n}"))
    }

    /// Sends a message: perhaps never, perhaps twice, and whenever it may arrive.
    fn send(&mut self, message: impl Fn() -> Event) {
        if self.chance.percent(self.setup.loss) {
            self.counts.lost += 1;
            return;
        }
        let copies = if self.chance.percent(self.setup.twice) { 2 } else { 1 };
        for _ in 0..copies {
            let slow = if self.chance.percent(10) { 3 * HOUR } else { 5 * 60 * SECOND };
            let at = self.now + self.chance.within(SECOND / 100, slow);
            let event = message();
            self.at(at, event);
        }
    }

    /// Whether a message from one to the other arrives now.
    fn arrives(&mut self, from: usize, to: usize) -> Result<bool, Wrong> {
        let side = self.node(from)?.side;
        let to = self.node(to)?;
        let arrives = to.is_up && to.side == side;
        if !arrives {
            self.counts.lost += 1;
        }
        Ok(arrives)
    }

    fn answer(&mut self, by: usize, from: usize, after: i64) -> Result<Page, Wrong> {
        let viewer = Viewer::Node(state(by));
        let honest = self.node(from)?.replica.page(&viewer, after, PAGE);
        Ok(match &self.middle {
            Some(middle) if middle.node == from => middle.answer(honest, after, &mut self.chance),
            _ => honest,
        })
    }

    fn say(&mut self, owner: usize) -> Result<(), Wrong> {
        if !self.node(owner)?.is_up {
            return Ok(());
        }
        let now = self.now + self.node(owner)?.skew;
        let n = self.chance.below(THINGS);
        let objects = if self.chance.percent(5) {
            self.owners.say_twice(owner, n)
        } else {
            let marks = ledger::marks(&mut self.chance, self.setup.nodes);
            self.owners.say(owner, n, marks, now)
        };
        self.counts.said += objects.len();
        self.keep(owner, &objects, now)
    }

    fn take_in(&mut self, by: usize, from: usize, page: &Page) -> Result<(), Wrong> {
        self.counts.pages += 1;
        if let Some(middle) = self.middle.as_mut().filter(|middle| middle.node == by) {
            middle.hoard(&page.objects);
        }
        if let Some(last) = page.last {
            self.node(by)?.replica.move_cursor(from, last);
        }
        let now = self.now + self.node(by)?.skew;
        self.keep(by, &page.objects, now)
    }

    fn admit_waiting(&mut self, n: usize) -> Result<(), Wrong> {
        let now = self.now + self.node(n)?.skew;
        let Some(node) = self.nodes.get_mut(n) else { return Ok(()) };
        let changed = node.replica.admit_waiting(now, &mut self.signatures);
        let waiting = std::mem::take(&mut node.waiting);
        self.arrive(n, &waiting, now);
        self.check(n, &changed)
    }

    /// Keeps objects in one transaction, and looks what is seen of what that changed.
    fn keep(&mut self, n: usize, objects: &[Arc<Object>], now: i64) -> Result<(), Wrong> {
        let Some(node) = self.nodes.get_mut(n) else { return Ok(()) };
        let changed = node.replica.take_in(objects, now, &mut self.signatures);
        self.arrive(n, objects, now);
        self.check(n, &changed)
    }

    /// Notes beside the replica what arrived.
    fn arrive(&mut self, n: usize, objects: &[Arc<Object>], now: i64) {
        let Some(node) = self.nodes.get_mut(n) else { return };
        for object in objects {
            if object.class() == Class::Marking {
                if Marking::of(object).is_ok_and(|marking| marking != Marking::Unknown) {
                    node.arrived.define(object.id());
                }
            } else if let Some(said) = self.owners.ledger.find(object) {
                let version = object.version().map_or(0, stix::Timestamp::micros);
                if version > now + DAY && said.owner != n {
                    node.waiting.push(object.clone());
                } else {
                    node.arrived.note(said, said.owner == n);
                }
            }
        }
    }

    fn check(&mut self, n: usize, changed: &Changed) -> Result<(), Wrong> {
        if !self.is_honest(n) {
            return Ok(());
        }
        let middle = self.middle.as_ref().map(|one| one.node);
        let Some(Node { replica, arrived, viewers, .. }) = self.nodes.get(n) else { return Ok(()) };
        for key in changed {
            check::check_copy(n, replica, key, arrived, &self.owners.ledger, viewers, middle)?;
            self.counts.checks += viewers.len();
        }
        Ok(())
    }

    /// The sky clears: everybody is up, the network whole, the clocks right; and what waited for
    /// its time is due.
    fn settle(&mut self) -> Result<(), Wrong> {
        self.now += 3 * DAY;
        for node in &mut self.nodes {
            (node.is_up, node.side, node.skew) = (true, 0, 0);
        }
        for n in 0..self.nodes.len() {
            self.admit_waiting(n)?;
        }
        for by in 0..self.nodes.len() {
            for from in 0..self.nodes.len() {
                if from != by && self.is_honest(from) {
                    self.catch_up(by, from)?;
                }
            }
        }
        // The dishonest one goes on as it was.
        if let Some(middle) = self.middle.as_ref().map(|one| one.node) {
            for by in (0..self.nodes.len()).filter(|by| *by != middle) {
                let after = self.node(by)?.replica.cursor(middle);
                let page = self.answer(by, middle, after)?;
                self.take_in(by, middle, &page)?;
            }
        }
        Ok(())
    }

    fn catch_up(&mut self, by: usize, from: usize) -> Result<(), Wrong> {
        for _ in 0..10_000 {
            let after = self.node(by)?.replica.cursor(from);
            let page = self.answer(by, from, after)?;
            if page.last.is_none() {
                return Ok(());
            }
            self.take_in(by, from, &page)?;
        }
        Err(format!("node {by} never comes to the end of what node {from} has for it"))
    }
}
