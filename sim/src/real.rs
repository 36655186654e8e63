//! Real nodes on a simulated network: the whole stack from the TAXII client and server to SQLite,
//! over `turmoil`.
//!
//! Owners release, widen and narrow with recalls while the network falls apart and comes together,
//! messages are slow, requests are sent twice and answers lost, nodes crash and are opened again
//! from what was durable, clocks are wrong by up to a day, and one node is dishonest and relays.
//! Somebody looks at every page that an honest node sends, when it sends it, and again and again at
//! what people see at every node.
//!
//! The seed decides what happens when. The stores lie in a folder in memory, and their threads are
//! real ones: how they interleave within a step the seed does not decide, so a seed brings back the
//! weather, not every instant. A crash here ends a node between two steps; that a store survives it
//! in the midst of a commit is shown in `store` by killed processes.

mod prepared;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use node::{Node, Options, Release, Session};
use release::{Place, Viewer};
use serde_json::json;
use stix::marking::{Marking, Tlp};
use stix::recall::{Recall, Versions};
use stix::{Id, Object};
use store::{CollectionKind, PageQuery, View};
use taxii::client::Network;

use crate::chance::Chance;
use crate::ledger::{self, Ledger, Said, state, thing};
use crate::oracle::{ACCOUNTS, Mark};
use crate::replicas::Middle;
pub use prepared::Prepared;
use prepared::{BEGIN, PASSWORD, RELEASER, Seeded, SkewedClock, host};
use wire::{Listener, Wire};
use world::{Inner, Shared};

const TICK: Duration = Duration::from_millis(20);
const TICKS_A_SECOND: u64 = 50;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// How bad the weather is.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Simulated seconds of bad weather.
    pub seconds: u64,
    /// Times that an owner says something.
    pub says: usize,
    /// Crashes.
    pub crashes: usize,
    /// Times that the network falls apart.
    pub partitions: usize,
    /// Whether clocks are wrong.
    pub skew: bool,
    /// Whether one node is dishonest.
    pub dishonest: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { seconds: 20, says: 25, crashes: 3, partitions: 3, skew: true, dishonest: true }
    }
}

/// How much happened in a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Objects that owners said.
    pub said: usize,
    /// Pages that honest nodes sent, all looked at.
    pub pages: usize,
    /// Looks at what somebody sees of an object.
    pub looks: usize,
    /// Crashes.
    pub crashes: usize,
}

enum Event {
    Say,
    Crash,
    Part,
    Join,
}

/// A run as its driver sees it.
struct Run {
    setup: Setup,
    shared: Arc<Shared>,
    chance: Chance,
    now: Arc<AtomicI64>,
    clocks: Vec<Arc<SkewedClock>>,
    counts: Counts,
    /// The ticks at which nodes come back.
    down: Vec<(u64, usize)>,
}

/// Runs one seed over a copy of `prepared`.
///
/// # Errors
/// With what was seen that must not be, or not seen that must; or why it could not be run.
pub fn run(seed: u64, setup: Setup, prepared: &Prepared) -> Result<Counts> {
    let (_dir, folders) = prepared.copied()?;
    let mut chance = Chance::of(seed);
    let nodes = prepared.nodes;
    let middle = setup.dishonest.then(|| chance.below(nodes));
    let bent = match middle.and_then(|n| Some((n, folders.get(n)?))) {
        Some((n, folder)) => Some(Middle::new(n, node::load_key(&folder.join("signing.key"))?)),
        None => None,
    };
    let relays = (0..nodes).map(|n| middle == Some(n) || chance.percent(20)).collect();
    let inner = Inner {
        running: BTreeMap::new(),
        ledger: Ledger::default(),
        bent,
        chance: Chance::of(chance.any()),
        wrong: None,
        bad: (5, 5),
    };
    let shared = Arc::new(Shared {
        nodes,
        relays,
        middle,
        inner: Mutex::new(inner),
        looked: AtomicUsize::new(0),
        pages: AtomicUsize::new(0),
    });
    let now = Arc::new(AtomicI64::new(BEGIN));
    let clocks: Vec<_> = (0..nodes)
        .map(|_| {
            let skew = if setup.skew { chance.within(-DAY / 2, DAY / 2) } else { 0 };
            Arc::new(SkewedClock { now: now.clone(), skew: AtomicI64::new(skew) })
        })
        .collect();
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .tick_duration(TICK)
        .simulation_duration(Duration::from_hours(10))
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(300))
        .build();
    for (n, folder) in folders.iter().enumerate() {
        let clock = clocks.get(n).context("each node has a clock")?.clone();
        let (shared, folder, lives) =
            (shared.clone(), folder.clone(), Arc::new(AtomicUsize::new(0)));
        sim.host(host(n), move || {
            let life = lives.fetch_add(1, Ordering::SeqCst) as u64;
            let random = Seeded::of(seed ^ ((n as u64) << 32) ^ (life << 48));
            live(n, folder.clone(), clock.clone(), random, shared.clone())
        });
    }
    let mut run =
        Run { setup, shared, chance, now, clocks, counts: Counts::default(), down: Vec::new() };
    run.drive(&mut sim)?;
    run.counts.pages = run.shared.pages.load(Ordering::Relaxed);
    run.counts.looks = run.shared.looked.load(Ordering::Relaxed);
    Ok(run.counts)
}

/// One life of a node, from its start to its crash.
async fn live(
    n: usize,
    folder: PathBuf,
    clock: Arc<SkewedClock>,
    random: Arc<Seeded>,
    shared: Arc<Shared>,
) -> turmoil::Result {
    let wire = Arc::new(Wire { shared: shared.clone() });
    let options = Options { clock, random, network: Network::Given(wire), lists: Vec::new() };
    let node = Node::open(&folder, options)?;
    if shared.relays.get(n) == Some(&true) {
        node.store().place_changed(Place { relay: true, ..(*node.store().place()).clone() })?;
    }
    let listener = Listener(turmoil::net::TcpListener::bind(("0.0.0.0", 80)).await?);
    let look = {
        let shared = shared.clone();
        axum::middleware::from_fn(move |request, next| {
            wire::watched(shared.clone(), n, request, next)
        })
    };
    let router = taxii::server::router(node.clone()).layer(look);
    shared.inner().running.insert(n, node.clone());
    let _following = node.start_sync();
    axum::serve(listener, router).await?;
    Ok(())
}

impl Run {
    fn drive(&mut self, sim: &mut turmoil::Sim<'_>) -> Result<()> {
        let end = self.setup.seconds * TICKS_A_SECOND;
        let mut plan = self.plan(end);
        for tick in 0..end {
            while let Some((_, event)) = plan.pop_if(|(at, _)| *at <= tick) {
                self.happen(&event, tick, sim)?;
            }
            self.come_back(tick, sim);
            self.step(sim, tick % TICKS_A_SECOND == 0)?;
        }
        self.settle(sim)
    }

    /// What is going to happen, the last first.
    fn plan(&mut self, end: u64) -> Vec<(u64, Event)> {
        let Setup { says, crashes, partitions, .. } = self.setup;
        let mut plan = Vec::new();
        let mut sometime = |event| plan.push((self.chance.any() % end, event));
        (0..says).for_each(|_| sometime(Event::Say));
        (0..crashes).for_each(|_| sometime(Event::Crash));
        (0..partitions).for_each(|_| sometime(Event::Part));
        (0..partitions).for_each(|_| sometime(Event::Join));
        plan.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        plan
    }

    fn step(&mut self, sim: &mut turmoil::Sim<'_>, look: bool) -> Result<()> {
        sim.step().map_err(|error| anyhow::anyhow!("{error}"))?;
        self.now.fetch_add(i64::try_from(TICK.as_micros())?, Ordering::SeqCst);
        if look {
            for (n, node) in self.running() {
                self.shared.look_around(n, &node).map_err(anyhow::Error::msg)?;
            }
        }
        match self.shared.inner().wrong.take() {
            Some(wrong) => Err(anyhow::anyhow!(wrong)),
            None => Ok(()),
        }
    }

    /// The honest nodes that are up.
    fn running(&self) -> Vec<(usize, Node)> {
        let inner = self.shared.inner();
        let up = inner.running.iter().map(|(n, node)| (*n, node.clone()));
        up.filter(|(n, _)| !self.shared.is_dishonest(*n)).collect()
    }

    fn happen(&mut self, event: &Event, tick: u64, sim: &mut turmoil::Sim<'_>) -> Result<()> {
        let nodes = self.shared.nodes;
        match event {
            Event::Say => self.say()?,
            Event::Crash => {
                let n = self.chance.below(nodes);
                if self.shared.inner().running.remove(&n).is_some() {
                    sim.crash(host(n));
                    self.counts.crashes += 1;
                    self.down.push((tick + 1 + self.chance.any() % (5 * TICKS_A_SECOND), n));
                }
            }
            Event::Part => {
                let sides: Vec<_> = (0..nodes).map(|_| self.chance.below(2)).collect();
                for (a, side) in sides.iter().enumerate() {
                    for (b, other) in sides.iter().enumerate().skip(a + 1) {
                        if side != other {
                            sim.partition(host(a), host(b));
                        }
                    }
                }
            }
            Event::Join => join(sim, nodes),
        }
        Ok(())
    }

    fn come_back(&mut self, tick: u64, sim: &mut turmoil::Sim<'_>) {
        let back = self.down.extract_if(.., |(at, _)| *at <= tick);
        back.for_each(|(_, n)| sim.bounce(host(n)));
    }

    /// An owner says something new of one of its objects.
    fn say(&mut self) -> Result<()> {
        let nodes = self.shared.nodes;
        let owner = self.chance.below(nodes.min(4));
        let Some(node) = self.shared.inner().running.get(&owner).cloned() else { return Ok(()) };
        let session: Session = node
            .sign_in(RELEASER, PASSWORD, "simulation")
            .map_err(|error| anyhow::anyhow!("{error:?}"))?
            .session;
        let id = thing(owner, self.chance.below(2));
        let marks = ledger::marks(&mut self.chance, nodes);
        let name = format!("said {}", self.counts.said);
        let mut object = json!({
            "type": "campaign", "spec_version": "2.1", "id": id, "name": name,
            "object_marking_refs": ledger::refs(&marks),
        });
        if let (Some(object), true) = (object.as_object_mut(), ledger::refs(&marks).is_empty()) {
            object.remove("object_marking_refs");
        }
        let release = Release {
            objects: object.as_object().cloned().into_iter().collect(),
            definitions: marks.iter().filter_map(ledger::definition).collect(),
            ..Release::default()
        };
        node.release(&session, release)?;
        let object = newest_of(&node, owner, &id, &marks)?;
        self.note(Said { object: Arc::new(object), owner, marks, recall: None });
        // Whom it was narrowed from is told by recalls, which the node makes itself.
        for (object, marks) in recalls_of(&node, owner, nodes)? {
            if self.shared.inner().ledger.find(&object).is_none() {
                let recall = Recall::read(&object)?;
                let Versions::UpTo(up_to) = recall.versions else { continue };
                let recall = Some((recall.object, up_to));
                self.note(Said { object: Arc::new(object), owner, marks, recall });
            }
        }
        Ok(())
    }

    fn note(&mut self, said: Said) {
        self.counts.said += 1;
        self.shared.inner().ledger.note(said);
    }

    /// The weather passes: the network is whole, the clocks are right, everybody is up; and what
    /// waited for its time is due. Then, soon, everybody sees what the last markings allow.
    fn settle(&mut self, sim: &mut turmoil::Sim<'_>) -> Result<()> {
        join(sim, self.shared.nodes);
        self.come_back(u64::MAX, sim);
        self.shared.inner().bad = (0, 0);
        self.now.fetch_add(2 * DAY, Ordering::SeqCst);
        for clock in &self.clocks {
            clock.skew.store(0, Ordering::SeqCst);
        }
        let mut missing = String::new();
        for second in 0..240 {
            for tick in 0..TICKS_A_SECOND {
                self.step(sim, tick == 0 && second % 10 == 0)?;
            }
            if second == 2 {
                for (_, node) in self.running() {
                    node.admit_waiting()?;
                }
            }
            let mut all = None;
            for (n, node) in self.running() {
                all = self.shared.missing(n, &node).map_err(anyhow::Error::msg)?;
                if all.is_some() {
                    break;
                }
            }
            match all {
                None => return Ok(()),
                Some(one) => missing = one,
            }
        }
        Err(anyhow::anyhow!("in the end {missing}"))
    }
}

fn join(sim: &turmoil::Sim<'_>, nodes: usize) {
    for a in 0..nodes {
        for b in a + 1..nodes {
            sim.repair(host(a), host(b));
        }
    }
}

/// What the owner's node holds now, by whoever may read it there.
fn newest_of(node: &Node, owner: usize, id: &Id, marks: &[Mark]) -> Result<Object> {
    let named = marks.iter().find_map(|mark| match mark {
        Mark::To(_, persons) => persons.first().copied(),
        _ => None,
    });
    let (account, at) = named.unwrap_or((0, owner));
    let viewer = world::person(&state(at), account, at == owner);
    let seen = node.view_of(viewer).get(id)?;
    Ok(seen.with_context(|| format!("{id} was released and is not there"))?.object)
}

/// The recalls that an owner's node holds, as whoever may read them there finds them, with how
/// they are marked.
fn recalls_of(node: &Node, owner: usize, nodes: usize) -> Result<Vec<(Object, Vec<Mark>)>> {
    let collection = node.store().collection(&CollectionKind::Released)?.key;
    let people = (0..ACCOUNTS).map(|account| world::person(&state(owner), account, account == 0));
    let viewers = people.chain((0..nodes).map(|n| Viewer::Node(state(n))));
    let mut found = BTreeMap::new();
    for viewer in viewers {
        let query = PageQuery {
            types: vec![stix::recall::TYPE.to_owned()],
            ..PageQuery::of(collection, 10_000)
        };
        let view = node.view_of(viewer);
        for item in view.page(&query)?.items {
            let object = Object::parse(item.bytes)?;
            if object.header().created_by_ref == Some(state(owner)) {
                let marks = object.header().marking_refs.iter().map(|id| mark_of(&view, id, nodes));
                let marks = marks.collect::<Result<_>>()?;
                found.insert(object.id().clone(), (object, marks));
            }
        }
    }
    Ok(found.into_values().collect())
}

/// What a marking means, in the oracle's words.
fn mark_of(view: &View, id: &Id, nodes: usize) -> Result<Mark> {
    let marking = match Marking::builtin(id) {
        Some(marking) => marking,
        None => {
            Marking::of(&view.get(id)?.context("who sees an object sees its markings")?.object)?
        }
    };
    let number = |state: &Id| (0..nodes).find(|n| ledger::state(*n) == *state);
    Ok(match marking {
        Marking::Tlp(Tlp::Clear) => Mark::Clear,
        Marking::Tlp(Tlp::Green) => Mark::Green,
        Marking::Tlp(Tlp::Amber) => Mark::Amber,
        Marking::Tlp(Tlp::AmberStrict) => Mark::AmberStrict,
        Marking::Tlp(Tlp::Red) => Mark::Red,
        Marking::ReleasableTo { states, persons } => {
            let person = |name: &String| {
                let (account, state) = name.split_once('@')?;
                Some((account.strip_prefix('a')?.parse().ok()?, number(&Id::parse(state).ok()?)?))
            };
            Mark::To(
                states.iter().filter_map(number).collect(),
                persons.iter().filter_map(person).collect(),
            )
        }
        _ => Mark::Unknown,
    })
}
