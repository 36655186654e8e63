//! `entente backup`

use std::fs;
use std::path::Path;

use node::{Act, Actor, Event};
use serde::Serialize;

use crate::cli::Backup;
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::{Output, bar};

/// What makes a node besides its store.
const BESIDE: [&str; 2] = ["node.json", "signing.key"];

#[derive(Serialize)]
struct Written {
    to: String,
    bytes: u64,
}

pub(crate) fn run(dir: &Path, args: &Backup, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    let to = &args.to;
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::new(Kind::Refused, format!("{} is not empty", to.display()))
            .hint("choose a new folder"));
    }
    fs::create_dir_all(to).context(format!("cannot make {}", to.display()))?;
    node.audit(Event::of(Actor::command(), Act::BackedUp))?;
    let bar = bar(0, "backup");
    let store = to.join("entente.db");
    node.store().backup(&store, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    for name in BESIDE {
        // Copying keeps the permissions: the key stays its owner's alone.
        fs::copy(dir.join(name), to.join(name)).context(format!("cannot copy {name}"))?;
    }
    // Of a database that is older than this, it tells what was recalled since.
    match fs::copy(dir.join(node::RECALLS), to.join(node::RECALLS)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context(format!("cannot copy {}", node::RECALLS));
        }
        _ => {}
    }
    let bytes = fs::metadata(&store).context(format!("cannot read {}", store.display()))?.len();
    let written = Written { to: to.display().to_string(), bytes };
    eprintln!(
        "hint: it holds the signing key; keep it as safe as the node. What is recalled later is not erased from it"
    );
    out.one(&written, || format!("{} bytes in {}", written.bytes, written.to))
}
