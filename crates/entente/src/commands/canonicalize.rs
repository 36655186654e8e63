//! `entente canonicalize`

use stix::json::Tree;

use super::files;
use crate::cli::Canonicalize;
use crate::error::{Context, Result};
use crate::output::raw;

pub(crate) fn run(args: &Canonicalize) -> Result<()> {
    let bytes = files::read(&args.file)?;
    let tree = Tree::parse(&bytes).context(format!("cannot read {}", args.file.display()))?;
    if tree.is_canonical() {
        return raw(&bytes);
    }
    let canonical = stix::canonical::to_vec(&tree.root().value());
    raw(&canonical.context(format!("cannot canonicalize {}", args.file.display()))?)
}
