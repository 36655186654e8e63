//! `cargo xtask ui`: the bundle of scripts and styles that the binary embeds.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;
use crate::count::Count;
use crate::setup;

/// Installs what the bundler needs, and bundles.
pub(crate) fn run(root: &Path) -> Result<()> {
    setup::run(root, false)?;
    bundle(root)
}

/// Bundles into `ui/dist`.
pub(crate) fn bundle(root: &Path) -> Result<()> {
    Cmd::new("npm").args(["run", "--silent", "build"]).dir(&root.join("ui")).quiet("bundle ui/dist")
}

/// Checks the types of the scripts, and runs their unit tests.
pub(crate) fn check(root: &Path) -> Result<Count> {
    Cmd::new("npm").args(["run", "--silent", "check"]).dir(&root.join("ui")).counted()
}
