//! `entente doctor`

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

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
