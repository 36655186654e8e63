//! `cargo xtask docs`: the reference of the commands, written by the commands, and that of STIX,
//! written from its tables.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::command::Cmd;

const REFERENCE: &str = "docs/reference/cli.md";

/// Builds the binary and writes the reference, or compares it.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    Cmd::new("cargo").args(["build", "--workspace", "--bins", "--examples"]).dir(root).shown()?;
    if check { compare(root) } else { write(root) }
}

fn text(root: &Path) -> Result<String> {
    Cmd::new(root.join("target/debug/entente")).args(["docs"]).output()
}

fn write(root: &Path) -> Result<()> {
    let path = root.join(REFERENCE);
    fs::create_dir_all(path.parent().unwrap_or(root))?;
    fs::write(&path, text(root)?)?;
    tables(root).shown()?;
    println!("   wrote {REFERENCE} and docs/stix");
    Ok(())
}

fn tables(root: &Path) -> Cmd {
    Cmd::new(root.join("target/debug/examples/tables")).dir(root)
}

/// Fails unless the committed reference is what the built binary prints.
pub(crate) fn compare(root: &Path) -> Result<()> {
    let held = fs::read_to_string(root.join(REFERENCE)).unwrap_or_default();
    if held != text(root)? {
        bail!("{REFERENCE} is out of date\nhint: run `cargo xtask docs` and commit what it wrote");
    }
    tables(root).args(["--check"]).shown()
}
