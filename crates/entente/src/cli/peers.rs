//! `peer`: the nodes of partners, and feeds.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use stix::Timestamp;

use super::ResolvePeer;

#[derive(Debug, Subcommand)]
pub(crate) enum Peer {
    /// Make the file by which another node may sign in here and pull
    Invite(Invite),
    /// Use the file that another node made for us: from now on we pull from it
    Add(AddPeer),
    /// Pull from a TAXII 2.1 server that is no node of a state
    ///
    /// What a known state signed is that state's, from wherever it comes. All else that the server
    /// gives is read by this node's own people and passed on to nobody.
    AddTaxii(AddTaxii),
    /// Pull from a MISP feed, by its address or from a folder
    AddFeed(AddFeed),
    /// Change how often a peer is asked, what is pulled from it and how much
    Set(SetPeer),
    /// List the peers and feeds, and how pulling from them goes
    List,
    /// Show a peer or feed: its settings, and what pulling from it brought
    Show {
        /// The name, code or identity
        peer: String,
    },
    /// Pull from a peer or feed now
    Pull {
        /// The name, code or identity
        peer: String,
    },
    /// Compare what a partner released to us with what we hold of it, and fetch what is missing
    ///
    /// Both sides compare the number and the hash of the objects, and find what differs with few
    /// questions. What we hold and the partner does not release to us any more is named, not
    /// deleted.
    Prove {
        /// The name, code or identity
        peer: String,
    },
    /// Choose between keys that claim to succeed one: until then nothing of its owner is admitted
    Resolve(ResolvePeer),
    /// End the relation with a peer or feed; what it released to us, or brought, stays
    Remove(RemovePeer),
}

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// What people call the other node, for example its city
    #[arg(long)]
    pub(crate) name: String,
    /// The code of its state or agency
    #[arg(long)]
    pub(crate) code: String,
    /// The state's or agency's name in English [default: the name that belongs to the code]
    #[arg(long, value_name = "NAME")]
    pub(crate) state_name: Option<String>,
    /// The id of its state's identity: `entente status` over there tells it
    #[arg(long, value_name = "ID")]
    pub(crate) state_id: String,
    /// The address at which the other node reaches this one
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// The certificates to check this node's address against, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Option<PathBuf>,
    /// Write to this file instead of standard output. It holds a password: hand it over in person
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AddPeer {
    /// The file of the invitation; `-` is standard input
    pub(crate) file: PathBuf,
    /// The fingerprint that the other side told you; asked for on a terminal if it is left out
    #[arg(long, value_name = "TEXT")]
    pub(crate) fingerprint: Option<String>,
    /// Its host may lie on this machine or in this network, and there be asked without TLS
    #[arg(long)]
    pub(crate) allow_private: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AddTaxii {
    /// What to call it here: 2 to 40 of a–z, 0–9, dot and hyphen
    pub(crate) name: String,
    /// The address of its discovery, usually ending in /taxii2/
    pub(crate) url: String,
    /// The API root, whole or as a path [default: the one that discovery names]
    #[arg(long, value_name = "URL")]
    pub(crate) api_root: Option<String>,
    /// A collection by its id, alias or title; may be given several times [default: all that may be
    /// read]
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Vec<String>,
    /// Only what was added after this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) from: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) way: Way,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

#[derive(Debug, Args)]
pub(crate) struct AddFeed {
    /// What to call it here: 2 to 40 of a–z, 0–9, dot and hyphen
    pub(crate) name: String,
    /// The address of the feed's folder, or a folder of this machine
    pub(crate) place: String,
    #[command(flatten)]
    pub(crate) way: Way,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

/// How a server is reached.
#[derive(Debug, Args)]
pub(crate) struct Way {
    /// Our account there; the password is asked for, or read from standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Read the password from standard input
    #[arg(long, requires = "user")]
    pub(crate) password_stdin: bool,
    /// The certificates to check its address against, in PEM: its own, or its authority's
    #[arg(long, value_name = "FILE")]
    pub(crate) roots: Option<PathBuf>,
    /// SHA-256 of its certificate or of the key in it, instead of --roots
    #[arg(long, value_name = "DIGEST", conflicts_with = "roots")]
    pub(crate) pin: Option<String>,
    /// Its host may lie on this machine or in this network, and there be asked without TLS
    #[arg(long)]
    pub(crate) allow_private: bool,
}

/// How often a server is asked, and how much is taken of it.
#[derive(Debug, Args)]
pub(crate) struct Terms {
    /// How often it is asked: 30s, 15m, 6h, 1d
    #[arg(long, value_name = "TIME", value_parser = interval)]
    pub(crate) every: Option<u64>,
    /// Only objects of this type; may be given several times
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,
    /// The largest answer taken: bytes, or 64M
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) most_answer: Option<u64>,
    /// The largest object taken: bytes, or 512K
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) most_object: Option<u64>,
    /// The most objects looked at in one round; the next one goes on from there
    #[arg(long, value_name = "N")]
    pub(crate) most_round: Option<u64>,
    /// The most versions of objects taken in all; then nothing more is asked for. 0: no limit
    #[arg(long, value_name = "N")]
    pub(crate) most_held: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct SetPeer {
    /// The name, code or identity of a peer or feed
    pub(crate) peer: String,
    #[command(flatten)]
    pub(crate) terms: Terms,
    /// Objects of all types again
    #[arg(long, conflicts_with = "types")]
    pub(crate) all_types: bool,
    /// Do not ask it for now
    #[arg(long)]
    pub(crate) pause: bool,
    /// Ask it again
    #[arg(long, conflicts_with = "pause")]
    pub(crate) resume: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RemovePeer {
    /// The name, code or identity of a peer or feed
    pub(crate) peer: String,
    /// Erase what the feed brought and nobody signed, too
    #[arg(long)]
    pub(crate) forget: bool,
    /// Do not ask before erasing
    #[arg(long)]
    pub(crate) yes: bool,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|error| error.problem)
}

/// Milliseconds.
fn interval(text: &str) -> Result<u64, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    scaled(text, &units).ok_or_else(|| "expected a number with s, m, h or d".to_owned())
}

/// Bytes.
fn size(text: &str) -> Result<u64, String> {
    let units = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("", 1)];
    scaled(text, &units).ok_or_else(|| "expected bytes, or a number with K, M or G".to_owned())
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    units.iter().find_map(|(unit, factor)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*factor)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!((interval("15m"), interval("500ms")), (Ok(900_000), Ok(500)));
        assert_eq!((size("64M"), size("1000")), (Ok(64 << 20), Ok(1_000)));
        for wrong in ["", "15", "m", "-1m", "1.5h", "99999999999999999999d"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
        assert!(size("1T").is_err() && size("K").is_err());
    }
}
