//! `entente doctor`

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use node::{KeyState, Node, Partner};
use serde::Serialize;

use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::{Output, spinner};

#[derive(Serialize)]
struct Finding {
    /// What was looked at.
    check: &'static str,
    ok: bool,
    found: String,
}

pub(crate) fn run(dir: &Path, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    let wait = spinner("reading the whole store");
    let health = node.store().check()?;
    wait.finish_and_clear();
    let alarms = node.store().alarms()?;
    let partners = node.partners()?;
    let finding = |check, ok, found: String| Finding { check, ok, found };
    let damage =
        if health.damage.is_empty() { "none".to_owned() } else { health.damage.join("; ") };
    let findings = [
        finding("damage to the store", health.damage.is_empty(), damage),
        finding("SQLite", true, format!("{}, schema {}", health.sqlite, health.schema)),
        finding(
            "lists and search",
            true,
            format!("{} places behind the log", health.lag.sequences),
        ),
        finding("two texts for one version", alarms.is_empty(), format!("{} alarms", alarms.len())),
        private("signing key", dir, "signing.key")?,
        private("who may read the store", dir, "entente.db")?,
        finding("peers", true, format!("{}", partners.len())),
        peer_keys(&partners),
        own_keys(&node)?,
    ];
    let row = |one: &Finding| {
        [if one.ok { "ok" } else { "WRONG" }.to_owned(), one.check.to_owned(), one.found.clone()]
    };
    out.list(&findings, ["", "check", "found"], row, "")?;
    match findings.iter().filter(|one| !one.ok).count() {
        0 => Ok(()),
        wrong => Err(Error::new(Kind::Failed, format!("{wrong} checks failed"))
            .hint("for damage: stop the node and restore a backup, or send the output to whoever maintains it")),
    }
}

/// Whether the keys of all partners lead to one that signs.
fn peer_keys(partners: &[Partner]) -> Finding {
    let stuck: Vec<_> = partners
        .iter()
        .filter(|one| matches!(one.keys, Some(KeyState::Conflict | KeyState::Ended)))
        .map(|one| one.profile.code.as_str())
        .collect();
    let found = if stuck.is_empty() {
        "none in conflict".to_owned()
    } else {
        format!("{}: compare fingerprints by voice, then `entente peer resolve`", stuck.join(", "))
    };
    Finding { check: "keys of peers", ok: stuck.is_empty(), found }
}

/// Whether nobody but this node speaks with its keys, as far as it heard.
fn own_keys(node: &Node) -> Result<Finding> {
    let ring = node.keys_of(&node.profile().state)?;
    let signs = ring.is_some_and(|ring| ring.current() == Some(&node.public_key()));
    let foreign = node.foreign_successors()?.len();
    let ok = signs && foreign == 0;
    let found = match (signs, foreign) {
        (true, 0) => "nobody else used them".to_owned(),
        (_, 0) => "the signing key is revoked: `entente key show`".to_owned(),
        _ => format!("{foreign} successors that this node did not draw: `entente key show`"),
    };
    Ok(Finding { check: "own keys", ok, found })
}

/// Whether nobody but its owner may read a file.
fn private(check: &'static str, dir: &Path, file: &str) -> Result<Finding> {
    let path = dir.join(file);
    let ok = std::fs::metadata(&path)?.permissions().mode().trailing_zeros() >= 6;
    let found = if ok {
        "readable by its owner only".to_owned()
    } else {
        format!("others may read it: chmod 600 {}", path.display())
    };
    Ok(Finding { check, ok, found })
}
