//! `entente peer`

use std::fmt::Write as _;
use std::fs;
use std::io::IsTerminal;
use std::path::Path;

use node::{Invitation, KeyState, Node, Origin, Profile, Reach};
use serde::Serialize;
use stix::Id;

use super::{ask, feed, files, key, prove};
use crate::cli::{AddPeer, Invite, Peer, ResolvePeer};
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::{self, Output, line};

pub(crate) fn run(dir: &Path, act: Peer, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    match act {
        Peer::Invite(args) => invite(&node, args),
        Peer::Add(args) => add(&node, &args, out),
        Peer::AddTaxii(args) => feed::add_taxii(&node, args, out),
        Peer::AddFeed(args) => feed::add_misp(&node, args, out),
        Peer::Set(args) => feed::set(&node, &args, out),
        Peer::List => list(&node, out),
        Peer::Show { peer } => feed::show(&node, &peer, out),
        Peer::Pull { peer } => feed::pull(&node, &peer, out),
        Peer::Prove { peer } => prove::run(&node, &peer, out),
        Peer::Resolve(args) => resolve(&node, &args, out),
        Peer::Remove(args) => feed::remove(&node, &args, out),
    }
}

/// A peer or a feed in a list.
#[derive(Serialize)]
#[serde(untagged)]
enum Row {
    Node(Known),
    Feed(feed::Shown),
}

fn list(node: &Node, out: Output) -> Result<()> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let cells = |row: &Row| match row {
        Row::Node(peer) => [
            peer.profile.name.clone(),
            peer.profile.code.clone(),
            if peer.may_pull { "yes" } else { "no" }.to_owned(),
            or_dash(&peer.url),
            or_dash(&peer.held_up_to),
            peer.pulling.as_ref().map_or_else(|| "–".to_owned(), feed::Pulling::word),
            or_dash(&peer.fingerprint),
            peer.keys.map_or("–", keys_word).to_owned(),
        ],
        Row::Feed(feed) => [
            feed.name.clone(),
            feed.kind.to_owned(),
            "no".to_owned(),
            feed.url.clone(),
            or_dash(&feed.pulling.succeeded),
            feed.pulling.word(),
            "–".to_owned(),
            "–".to_owned(),
        ],
    };
    let heading = [
        "peer",
        "state",
        "may pull here",
        "we pull from",
        "held up to",
        "pulling",
        "fingerprint",
        "keys",
    ];
    let mut rows: Vec<_> = known(node)?.into_iter().map(Row::Node).collect();
    rows.extend(feed::all(node)?.into_iter().map(Row::Feed));
    let empty = "no peers; `entente peer invite --help` tells how to begin";
    out.list(&rows, heading, cells, empty)
}

/// A peer as far as the node's records tell: whether it answers now only the running node knows,
/// and shows on its page of partners.
#[derive(Serialize)]
pub(super) struct Known {
    #[serde(flatten)]
    pub(super) profile: Profile,
    /// Whether it may sign in here.
    pub(super) may_pull: bool,
    /// The address that we pull from.
    pub(super) url: Option<String>,
    /// Up to which moment of the peer's own clock we hold everything it released to us.
    held_up_to: Option<String>,
    /// Of the key that signs what its state says now.
    fingerprint: Option<String>,
    /// How its keys stand.
    pub(super) keys: Option<KeyState>,
    /// How pulling from it goes, if it invited us.
    pulling: Option<feed::Pulling>,
}

impl Known {
    /// For people, a line for each fact.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "{}  ({}, {})\n",
            line(&self.profile.name),
            self.profile.state_name,
            self.profile.code
        );
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:15}  {}", line(value));
        };
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        row("identity", self.profile.state.as_str());
        row("may pull here", if self.may_pull { "yes" } else { "no" });
        row("we pull from", &or_dash(&self.url));
        row("held up to", &or_dash(&self.held_up_to));
        row("fingerprint", &or_dash(&self.fingerprint));
        row("keys", self.keys.map_or("–", keys_word));
        if let Some(pulling) = &self.pulling {
            pulling.text(&mut text);
        }
        text
    }
}

/// How a peer's keys stand, for people.
pub(super) fn keys_word(keys: KeyState) -> &'static str {
    match keys {
        KeyState::Pinned => "as compared",
        KeyState::Followed => "rotated",
        KeyState::Conflict => "IN CONFLICT",
        KeyState::Ended => "REVOKED",
    }
}

/// The peers, by code.
pub(super) fn known(node: &Node) -> Result<Vec<Known>> {
    let partners = node.partners()?;
    let of = |peer: node::Peer| {
        let partner = partners.iter().find(|partner| partner.profile.state == peer.profile.state);
        let held = node.held_up_to(&peer)?;
        let origin = Origin::Node(peer.profile.state.clone());
        let terms = peer.source.as_ref().map(|source| &source.terms);
        let pulling = terms.map(|terms| feed::Pulling::of(node, &origin, terms)).transpose()?;
        Ok(Known {
            pulling,
            may_pull: peer.account.is_some(),
            url: peer.source.map(|source| source.url),
            held_up_to: held.map(|held| held.to_string()),
            fingerprint: partner.and_then(|partner| partner.fingerprint.clone()),
            keys: partner.and_then(|partner| partner.keys),
            profile: peer.profile,
        })
    };
    node.peers()?.into_iter().map(of).collect()
}

fn invite(node: &Node, args: Invite) -> Result<()> {
    let state = Id::parse(&args.state_id).map_err(|error| Error::of(Kind::Invalid, &error))?;
    let whom = home::profile(args.name, &args.code, args.state_name, state)?;
    let roots = match &args.roots {
        Some(path) => {
            fs::read_to_string(path).context(format!("cannot read {}", path.display()))?
        }
        None => String::new(),
    };
    let invitation = node.invite(whom, &discovery(&args.url), &roots)?;
    let text = serde_json::to_string_pretty(&invitation)? + "\n";
    match &args.output {
        Some(path) => fs::write(path, text).context(format!("cannot write {}", path.display()))?,
        None => print!("{text}"),
    }
    eprintln!("fingerprint  {}", invitation.fingerprint()?);
    eprintln!("hint: hand the file over in person, and tell the fingerprint by voice");
    Ok(())
}

/// The address of the TAXII discovery at a node's address.
fn discovery(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.ends_with("/taxii2") { format!("{url}/") } else { format!("{url}/taxii2/") }
}

/// Where the other side may lie.
pub(super) fn reach(private: bool) -> Reach {
    if private { Reach::Anywhere } else { Reach::Public }
}

fn add(node: &Node, args: &AddPeer, out: Output) -> Result<()> {
    let bytes = files::read(&args.file)?;
    let invitation: Invitation = serde_json::from_slice(&bytes).map_err(|error| {
        Error::of(Kind::Invalid, &error).hint("this is no file that `entente peer invite` made")
    })?;
    let fingerprint = invitation.fingerprint()?;
    // Whoever wrote the file must not write over the fingerprint below.
    let from =
        format!("{} ({}) at {}", invitation.from.name, invitation.from.state_name, invitation.url);
    eprintln!("{}", output::line(&from));
    eprintln!("fingerprint  {fingerprint}");
    match &args.fingerprint {
        Some(told) if ask::plain(told) == ask::plain(&fingerprint) => {}
        Some(_) => {
            return Err(Error::new(
                Kind::Refused,
                "the fingerprint is not the one that you were told",
            )
            .hint("somebody may have changed the file: ask the other side for a new one"));
        }
        None if std::io::stdin().is_terminal() => {
            ask::confirm("Did the other side tell you this fingerprint?", "")?;
        }
        None => {
            return Err(Error::new(Kind::Usage, "the fingerprint must be compared")
                .hint("ask the other side by voice, then give it with --fingerprint"));
        }
    }
    let profile = invitation.from.clone();
    node.accept(invitation, reach(args.allow_private))?;
    out.one(&profile, || format!("from now on this node pulls from {}", profile.name))
}

/// Shows a partner's keys; with the fingerprint that was told by voice, chooses.
fn resolve(node: &Node, args: &ResolvePeer, out: Output) -> Result<()> {
    let peer = node.find_peer(&args.peer)?;
    let name = &line(&peer.profile.name);
    let Some(ring) = node.keys_of(&peer.profile.state)? else {
        return Err(Error::new(Kind::NotFound, format!("{name} has not invited this node"))
            .hint("use its invitation with `entente peer add`"));
    };
    let Some(fingerprint) = &args.fingerprint else {
        out.list(&key::listed(&ring), key::HEADING, key::Shown::row, "")?;
        if ring.is_frozen() {
            eprintln!(
                "hint: ask {name} by voice for its fingerprint, then give it with --fingerprint"
            );
        }
        return Ok(());
    };
    let (id, key) = key::named(&ring, fingerprint)?;
    let false_ones = node.held_under_others(&args.peer, &id)?;
    eprintln!(
        "From now on {} signs for {name}, and whom it names its successor.",
        key.fingerprint()
    );
    eprintln!("- What waited for this choice is admitted; everything is pulled anew.");
    eprintln!(
        "- {false_ones} objects held under a key that is not chosen are taken out and kept aside."
    );
    if !args.yes {
        ask::confirm("Did the other side tell you this fingerprint?", "if it did, give --yes")?;
    }
    let done = node.resolve_keys(&args.peer, &id)?;
    let admitted = done.admitted;
    let report = serde_json::json!({ "admitted": admitted, "withdrawn": done.withdrawn });
    out.one(&report, || format!("{admitted} admitted, {} taken out", done.withdrawn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_is_found_from_any_form_of_the_address() {
        for url in ["https://n", "https://n/", "https://n/taxii2", "https://n/taxii2/"] {
            assert_eq!(discovery(url), "https://n/taxii2/");
        }
    }
}
