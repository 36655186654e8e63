//! `cargo xtask shots`: pictures of the pages for the documents.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;
use crate::{setup, ui};

/// Starts a demo of its own and takes the pictures into docs/pictures.
pub(crate) fn run(root: &Path) -> Result<()> {
    setup::run(root, true)?;
    ui::bundle(root)?;
    Cmd::new("cargo").args(["build", "--workspace", "--bins"]).dir(root).shown()?;
    Cmd::new("node").args(["shots.mjs"]).dir(&root.join("e2e")).shown()
}
