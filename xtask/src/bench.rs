//! `cargo xtask bench`: side by side with peers, in the same run.

use std::path::Path;

use anyhow::Result;

use crate::command::{Cmd, on_path};
use crate::{setup, ui};

/// Installs the peers, builds with optimisation and measures.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<()> {
    // With the tests' Python environment: some of the peers are in it.
    setup::run(root, true)?;
    setup::debian(if on_path("nginx") { &[] } else { &["nginx-light"] })?;
    ui::bundle(root)?;
    Cmd::new("cargo")
        .args(["build", "--release", "--package", "entente", "--package", "entente-benches"])
        .dir(root)
        .shown()?;
    Cmd::new(root.join("target/release/entente-benches")).args(only).dir(root).shown()
}
