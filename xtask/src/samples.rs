//! `cargo xtask samples`: writes `samples/bundles` from `samples/sources`.
//!
//! The generator is an example of the hybrid desk, so that it builds reports with the desk's own
//! code and this program need not be built with the desks.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;

/// Writes the bundles; with `check` writes nothing and fails if they are not up to date.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let run = ["run", "--quiet", "--package", "entente-hybrid", "--example", "samples", "--"];
    let check = check.then_some("--check");
    Cmd::new("cargo").args(run.into_iter().chain(check)).dir(root).shown()
}
