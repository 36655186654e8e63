//! `cargo xtask simulate`: the exchange in bad weather, for longer than the tests take.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;

/// What to simulate, and how much of it.
pub(crate) struct Wanted {
    pub(crate) runs: Option<u64>,
    pub(crate) seed: u64,
}

/// Builds with optimisation and runs what is wanted; everything, if nothing is named.
pub(crate) fn run(root: &Path, wanted: &Wanted) -> Result<()> {
    Cmd::new("cargo").args(["build", "--release", "--package", "entente-sim"]).dir(root).shown()?;
    let program = root.join("target/release/entente-sim");
    let sim = |task: &str, option: &str, many: u64| {
        let (many, seed) = (many.to_string(), wanted.seed.to_string());
        Cmd::new(&program).args([task, option, &many, "--seed", &seed]).dir(root).shown()
    };
    sim("replicas", "--runs", wanted.runs.unwrap_or(10_000))
}
