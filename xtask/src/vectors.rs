//! `cargo xtask vectors`: the test vectors of canonical form, signatures and keys.
//!
//! The generator is an example of the crate `stix`: it signs with the crate's own code what is
//! written in it by hand, together with what must come of it.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;

/// Writes the vectors; with `check` writes nothing and fails if they are not up to date.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let run = ["run", "--quiet", "--package", "entente-stix", "--example", "vectors", "--"];
    let check = check.then_some("--check");
    Cmd::new("cargo").args(run.into_iter().chain(check)).dir(root).shown()
}
