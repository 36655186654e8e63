//! Thirty replicas as a pure state machine: no disk, no network, no clock but those drawn from a
//! seed.
//!
//! Owners make, widen, narrow and recall; nodes ask each other, and questions and answers are lost,
//! doubled, late and out of order; nodes crash, the network falls apart, clocks are wrong by up to
//! a day, and one node in the middle is dishonest. Two things must hold.
//!
//! **At every moment** nobody sees at an honest node
//! - what its owner did not say in just this content,
//! - a version whose own marking does not let him see it,
//! - a version that a newer one, or a recall, forbids him that has *reached* the node. What has not
//!   reached it, it cannot know.
//!
//! **In the end**, when the weather has passed, everybody at every honest node sees just what the
//! owners' last markings allow.

mod check;
mod middle;
mod owners;
pub mod replica;
mod world;

pub(crate) use middle::Middle;
pub(crate) use replica::Page;
pub use world::Counts;

/// How bad the weather is.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Nodes, each its own state's.
    pub nodes: usize,
    /// Times that an owner says something.
    pub says: usize,
    /// Times that a node asks another.
    pub pulls: usize,
    /// Crashes.
    pub crashes: usize,
    /// Times that the network falls apart.
    pub partitions: usize,
    /// Of a hundred messages, those lost.
    pub loss: usize,
    /// Of a hundred messages, those that arrive twice.
    pub twice: usize,
    /// Whether clocks are wrong.
    pub skew: bool,
    /// Whether one node is dishonest.
    pub dishonest: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            nodes: 30,
            says: 40,
            pulls: 600,
            crashes: 20,
            partitions: 5,
            loss: 10,
            twice: 15,
            skew: true,
            dishonest: true,
        }
    }
}

/// A run that showed what must not be.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Its seed.
    pub seed: u64,
    /// The mildest weather found in which this seed still shows it.
    pub setup: Setup,
    /// What it showed.
    pub wrong: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, setup, wrong } = self;
        write!(f, "seed {seed}: {wrong}\n  shown in {setup:?}")
    }
}

/// Runs one seed. What breaks is shown in the mildest weather that still breaks.
pub fn run(seed: u64, setup: Setup) -> Result<Counts, Box<Broken>> {
    once(seed, setup).map_err(|wrong| Box::new(shrunk(Broken { seed, setup, wrong })))
}

fn once(seed: u64, setup: Setup) -> Result<Counts, check::Wrong> {
    let mut world = world::World::new(seed, setup);
    world.run()?;
    Ok(world.counts)
}

/// Makes the weather milder as long as the same seed still breaks in it.
fn shrunk(mut broken: Broken) -> Broken {
    let milder: [fn(&mut Setup); 12] = [
        |setup| setup.dishonest = false,
        |setup| setup.skew = false,
        |setup| setup.crashes = 0,
        |setup| setup.partitions = 0,
        |setup| setup.twice = 0,
        |setup| setup.loss = 0,
        |setup| setup.nodes = (setup.nodes / 2).max(3),
        |setup| setup.nodes = (setup.nodes - 1).max(3),
        |setup| setup.pulls /= 2,
        |setup| setup.pulls = setup.pulls * 9 / 10,
        |setup| setup.says /= 2,
        |setup| setup.says = setup.says.saturating_sub(1),
    ];
    for _ in 0..20 {
        let before = format!("{:?}", broken.setup);
        for change in milder {
            let mut setup = broken.setup;
            change(&mut setup);
            if let Err(wrong) = once(broken.seed, setup) {
                broken = Broken { setup, wrong, ..broken };
            }
        }
        if format!("{:?}", broken.setup) == before {
            break;
        }
    }
    broken
}
