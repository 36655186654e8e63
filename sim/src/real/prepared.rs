//! Nodes made once, that know each other: every run begins with a copy of their folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use anyhow::{Context, Result};
use node::{NewAccount, Node, Options, Profile, Reach, Role};
use store::{Clock, Random};
use taxii::client::Network;

use crate::chance::Chance;
use crate::ledger::state;

/// 2026-01-01, in microseconds since 1970.
pub(super) const BEGIN: i64 = 1_767_225_600_000_000;
pub(super) const RELEASER: &str = "releaser";
pub(super) const PASSWORD: &str = "correct horse battery";

/// The nodes' folders.
#[derive(Debug)]
pub struct Prepared {
    dir: tempfile::TempDir,
    /// How many nodes.
    pub nodes: usize,
}

/// A node's clock: the simulation's, and how far it is off.
#[derive(Debug)]
pub(super) struct SkewedClock {
    pub(super) now: Arc<AtomicI64>,
    pub(super) skew: AtomicI64,
}

impl Clock for SkewedClock {
    fn now_micros(&self) -> i64 {
        self.now.load(Ordering::SeqCst) + self.skew.load(Ordering::SeqCst)
    }
}

/// A node's randomness, drawn from the seed of the run.
#[derive(Debug)]
pub(super) struct Seeded(AtomicU64);

impl Seeded {
    pub(super) fn of(seed: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(seed)))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let seed = self.0.fetch_add(0x5851_f42d_4c95_7f2d, Ordering::SeqCst);
        let mut chance = Chance::of(seed);
        for chunk in bytes.chunks_mut(8) {
            let drawn = chance.any().to_le_bytes();
            chunk.copy_from_slice(drawn.get(..chunk.len()).unwrap_or_default());
        }
    }
}

/// The name of a node's host.
pub(super) fn host(n: usize) -> String {
    format!("n{n:02}.example")
}

/// Two letters.
pub(super) fn code(n: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    format!("{}{}", letter(n / 26), letter(n))
}

fn profile(n: usize) -> Profile {
    Profile {
        name: format!("City {}", code(n)),
        code: code(n),
        state_name: format!("State {}", code(n)),
        state: state(n),
    }
}

impl Prepared {
    /// So many nodes, each a peer of every other, in a folder in memory where there is one.
    pub fn new(nodes: usize) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let dir = tempfile::Builder::new().prefix("entente-sim-").tempdir_in(place)?;
        let now = Arc::new(AtomicI64::new(BEGIN));
        let clock = Arc::new(SkewedClock { now, skew: AtomicI64::new(0) });
        let made = (0..nodes)
            .map(|n| {
                let options = Options {
                    clock: clock.clone(),
                    random: Seeded::of(n as u64 + 1),
                    network: Network::Machine,
                    lists: Vec::new(),
                };
                let node = Node::init(&dir.path().join(host(n)), profile(n), options)?;
                node.add_account(NewAccount {
                    name: RELEASER.to_owned(),
                    display: RELEASER.to_owned(),
                    role: Role::Releaser,
                    password: PASSWORD.to_owned(),
                })?;
                anyhow::Ok(node)
            })
            .collect::<Result<Vec<_>>>()?;
        for (n, from) in made.iter().enumerate() {
            for (other, to) in made.iter().enumerate().filter(|(other, _)| *other != n) {
                let url = format!("https://{}/taxii2/", host(n));
                let invitation = from.invite(profile(other), &url, "")?;
                to.accept(invitation, Reach::Anywhere)?;
            }
        }
        Ok(Self { dir, nodes })
    }

    /// A copy of all folders, for one run.
    pub(super) fn copied(&self) -> Result<(tempfile::TempDir, Vec<PathBuf>)> {
        let near = self.dir.path().parent().context("the folder lies somewhere")?;
        let dir = tempfile::Builder::new().prefix("entente-run-").tempdir_in(near)?;
        let mut folders = Vec::new();
        for n in 0..self.nodes {
            let to = dir.path().join(host(n));
            copy(&self.dir.path().join(host(n)), &to)?;
            folders.push(to);
        }
        Ok((dir, folders))
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
