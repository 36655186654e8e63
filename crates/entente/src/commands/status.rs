//! `entente status`

use std::fmt::Write;
use std::path::Path;

use node::{KeyState, Profile};
use serde::Serialize;

use super::peer::{self, Known};
use crate::error::Result;
use crate::home;
use crate::output::Output;

#[derive(Serialize)]
struct Status<'a> {
    node: &'a Profile,
    fingerprint: String,
    objects: u64,
    versions: u64,
    bytes: u64,
    /// How many places of the log the lists and the search have yet to follow.
    behind: u64,
    accounts: usize,
    peers: Vec<Known>,
}

pub(crate) fn run(dir: &Path, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    let health = node.store().check()?;
    let status = Status {
        node: node.profile(),
        fingerprint: node.public_key().fingerprint(),
        objects: health.objects,
        versions: health.versions,
        bytes: health.bytes,
        behind: health.lag.sequences,
        accounts: node.account_list()?.len(),
        peers: peer::known(&node)?,
    };
    out.one(&status, || text(&status))
}

fn text(status: &Status) -> String {
    let mut text = String::new();
    let profile = status.node;
    let _ = writeln!(text, "{} ({}, {})", profile.name, profile.state_name, profile.code);
    let _ = writeln!(text, "identity     {}", profile.state);
    let _ = writeln!(text, "fingerprint  {}", status.fingerprint);
    let _ = writeln!(
        text,
        "objects      {} in {} versions, {} bytes",
        status.objects, status.versions, status.bytes
    );
    let _ = writeln!(text, "accounts     {}", status.accounts);
    for (at, peer) in status.peers.iter().enumerate() {
        let head = if at == 0 { "peers" } else { "" };
        let pulls = peer
            .url
            .as_deref()
            .map_or("we do not pull from it".to_owned(), |url| format!("we pull from {url}"));
        let invited = if peer.may_pull { "it may pull here" } else { "it may not pull here" };
        let _ = writeln!(
            text,
            "{head:11}  {} {}: {pulls}; {invited}{}",
            peer.profile.code,
            peer.profile.name,
            match peer.keys {
                Some(keys @ (KeyState::Conflict | KeyState::Ended)) =>
                    format!("; its keys are {}", peer::keys_word(keys)),
                _ => String::new(),
            }
        );
    }
    text
}
