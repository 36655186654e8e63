//! `entente key`

use std::path::Path;

use node::{Node, Partner};
use serde::Serialize;
use stix::keys::{Keyring, Standing};
use stix::sign::{KeyId, PublicKey};

use super::ask::{self, confirm};
use super::verify::word;
use crate::cli::Key;
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::Output;

/// A key as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    pub(super) fingerprint: String,
    /// The public half, in base64url.
    pub(super) key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) standing: Option<&'static str>,
}

impl Shown {
    pub(super) fn of(key: &PublicKey, standing: Option<Standing>) -> Self {
        Self { fingerprint: key.fingerprint(), key: key.to_string(), standing: standing.map(word) }
    }

    pub(super) fn row(&self) -> [String; 3] {
        [self.standing.unwrap_or("–").to_owned(), self.fingerprint.clone(), self.key.clone()]
    }
}

pub(super) const HEADING: [&str; 3] = ["key", "fingerprint", "public key"];

pub(crate) fn run(dir: &Path, act: Key, out: Output) -> Result<()> {
    match act {
        Key::Generate { output } => {
            let shown = Shown::of(&node::generate_key(&output, &store::SystemRandom)?, None);
            out.one(&shown, || two_lines(&shown))
        }
        Key::Show { key: Some(path) } => {
            let shown = Shown::of(&node::load_key(&path)?.public(), None);
            out.one(&shown, || two_lines(&shown))
        }
        Key::Show { key: None } => show(&home::open(dir)?, out),
        Key::Rotate { compromised, yes } => rotate(&home::open(dir)?, compromised, yes, out),
        Key::Revoke { fingerprint, yes } => revoke(&home::open(dir)?, &fingerprint, yes, out),
    }
}

fn two_lines(shown: &Shown) -> String {
    format!("fingerprint  {}\npublic key   {}\n", shown.fingerprint, shown.key)
}

fn show(node: &Node, out: Output) -> Result<()> {
    let ring = own(node)?;
    out.list(&listed(&ring), HEADING, Shown::row, "")?;
    for key in node.foreign_successors()? {
        eprintln!("somebody else named a successor of one of these keys: {}", key.fingerprint());
        eprintln!(
            "hint: `entente key rotate --compromised`, or revoke the former key, and tell partners your fingerprint by voice"
        );
    }
    Ok(())
}

/// The keys of a ring, the current one first.
pub(super) fn listed(ring: &Keyring) -> Vec<Shown> {
    let mut keys: Vec<_> = ring.keys().collect();
    keys.sort_by_key(|(key, standing)| (*standing != Standing::Current, key.id()));
    keys.into_iter().map(|(key, standing)| Shown::of(key, Some(standing))).collect()
}

fn rotate(node: &Node, compromised: bool, yes: bool, out: Output) -> Result<()> {
    let old = node.public_key();
    eprintln!("This draws a new signing key for {}.", node.profile().state_name);
    eprintln!("- The key {} names it its successor, and is deleted.", old.fingerprint());
    eprintln!("- {}", followers(&node.partners()?));
    eprintln!("- Nothing is signed anew: what the old key signed stays good.");
    if compromised {
        eprintln!(
            "- The new key revokes the old one: what a partner first receives under it from then on is bad."
        );
    }
    if !yes {
        confirm("Draw the new key?", "look at what it does, then give --yes")?;
    }
    let shown = Shown::of(&node.rotate_key(compromised)?, Some(Standing::Current));
    out.one(&shown, || two_lines(&shown))?;
    eprintln!("hint: tell partners the new fingerprint by voice, so that they can compare it");
    Ok(())
}

/// Who follows by himself.
fn followers(partners: &[Partner]) -> String {
    let names: Vec<_> = partners
        .iter()
        .filter(|partner| partner.invited)
        .map(|partner| partner.profile.code.as_str())
        .collect();
    if names.is_empty() {
        "No partner may pull here yet.".to_owned()
    } else {
        format!("Partners follow with their next pull: {}.", names.join(", "))
    }
}

fn revoke(node: &Node, fingerprint: &str, yes: bool, out: Output) -> Result<()> {
    let ring = own(node)?;
    let (id, key) = named(&ring, fingerprint)?;
    eprintln!("This revokes the key {}.", key.fingerprint());
    eprintln!("- What a partner first receives under it from then on is bad, whatever its date.");
    eprintln!("- What a partner received before stays good; this cannot be undone.");
    if !yes {
        confirm("Revoke the key?", "look at what it does, then give --yes")?;
    }
    node.revoke_key(&id)?;
    out.list(&listed(&own(node)?), HEADING, Shown::row, "")
}

fn own(node: &Node) -> Result<Keyring> {
    let ring = node.keys_of(&node.profile().state)?;
    ring.ok_or_else(|| Error::new(Kind::Failed, "this node has no keys"))
}

/// The key of a ring that has this fingerprint.
pub(super) fn named(ring: &Keyring, fingerprint: &str) -> Result<(KeyId, PublicKey)> {
    let wanted = ask::plain(fingerprint);
    let found = KeyId::parse(&wanted).and_then(|id| {
        let key = ring.key(&id)?.clone();
        Some((id, key))
    });
    found.ok_or_else(|| {
        Error::new(Kind::NotFound, format!("no key here has the fingerprint {fingerprint}"))
            .hint("give all of it, as it was told to you")
    })
}
