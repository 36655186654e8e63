//! `cargo xtask simulate`: the exchange in bad weather, for longer than the tests take.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;

/// What to simulate, and how much of it.
pub(crate) struct Wanted {
    pub(crate) runs: Option<u64>,
    pub(crate) real: Option<u64>,
    pub(crate) chaos: Option<u64>,
    pub(crate) seed: u64,
}

/// Builds with optimisation and runs what is wanted; everything, if nothing is named.
pub(crate) fn run(root: &Path, wanted: &Wanted) -> Result<()> {
    let Wanted { runs, real, chaos, seed } = wanted;
    let is_all = runs.is_none() && real.is_none() && chaos.is_none();
    let many = |named: &Option<u64>, usual: u64| named.or(is_all.then_some(usual));
    let packages = ["--package", "entente", "--package", "entente-sim"];
    Cmd::new("cargo").args(["build", "--release"]).args(packages).dir(root).shown()?;
    let program = root.join("target/release/entente-sim");
    let sim = |task: &str, option: &str, many: u64| {
        let (many, seed) = (many.to_string(), seed.to_string());
        Cmd::new(&program).args([task, option, &many, "--seed", &seed]).dir(root).shown()
    };
    if let Some(runs) = many(runs, 10_000) {
        sim("replicas", "--runs", runs)?;
    }
    if let Some(runs) = many(real, 200) {
        sim("real", "--runs", runs)?;
    }
    if let Some(minutes) = many(chaos, 10) {
        sim("chaos", "--seconds", minutes * 60)?;
    }
    Ok(())
}

/// The short form that is among the tests, by the binaries that they have built.
pub(crate) fn short(root: &Path) -> Result<()> {
    Cmd::new(root.join("target/debug/entente-sim"))
        .args(["chaos", "--program", "target/debug/entente", "--seconds", "25"])
        .dir(root)
        .shown()
}
