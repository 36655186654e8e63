//! `cargo xtask demo`: three nodes on this machine.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;
use crate::{setup, ui};

/// Sets up, builds the release binary and becomes `entente demo`.
pub(crate) fn run(root: &Path, reset: bool, args: &[String]) -> Result<()> {
    println!("== set up");
    setup::run(root, false)?;
    ui::bundle(root)?;
    println!("== build");
    Cmd::new("cargo").args(["build", "--release", "--package", "entente"]).dir(root).shown()?;
    println!("== demo");
    let binary = root.join("target/release/entente");
    let reset = reset.then_some("--reset");
    Err(Cmd::new(binary).args(["demo", "--dir", ".demo"]).args(reset).args(args).dir(root).exec())
}
