//! `entente search`

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use store::Listed;

use super::show::{Marking, title};
use crate::cli::Search;
use crate::error::Result;
use crate::home;
use crate::output::Output;

/// How long to wait for the search to have followed the log.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Found {
    id: String,
    title: String,
    version: Option<String>,
    marking: Marking,
}

pub(crate) fn run(dir: &Path, args: &Search, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    let view = node.view_of(home::viewer(&node, args.viewer.as_deref())?);
    // Another process may just have imported something.
    if !node.store().wait_caught_up(PATIENCE) {
        eprintln!("hint: the search has not yet followed all that was imported");
    }
    let page = view.search(&args.text, None, args.limit as usize)?;
    let found = |listed: &Listed| {
        let seen = &listed.seen;
        Found {
            id: seen.object.id().to_string(),
            title: title(&seen.object),
            version: seen.object.version().map(ToString::to_string),
            marking: Marking::of(&node, &seen.policy.badge()),
        }
    };
    let rows: Vec<_> = page.rows.iter().map(found).collect();
    let row = |found: &Found| {
        [
            found.version.clone().unwrap_or_default(),
            found.marking.text(),
            found.title.clone(),
            found.id.clone(),
        ]
    };
    out.list(&rows, ["version", "marking", "title", "id"], row, "nothing found")?;
    if page.next.is_some() && !out.json {
        eprintln!("hint: there is more; ask for it with --limit");
    }
    Ok(())
}
