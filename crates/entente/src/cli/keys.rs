//! Signatures and keys: `sign`, `verify`, `key`, and choosing between a partner's keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The file: a bundle or a single object; `-` is standard input
    pub(crate) file: PathBuf,
    /// The file of the key, as `entente key generate` makes it [default: the key of the node]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Sign anew what is signed already
    #[arg(long)]
    pub(crate) replace: bool,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Tell how the signatures of objects in files stand.
///
/// The status is one word: `good`; `unknown-key`: by a key that was not given; `bad`: not by the
/// key that it names, over other content, or malformed; `none`: not signed; `exempt`: never signed
/// (cyber-observables, marking and extension definitions, what is compiled in); `invalid`: no STIX
/// object.
///
/// Exit codes: 0 all are good or exempt, 3 one is bad or invalid, 5 one is not signed, or by a key
/// that is unknown, revoked or not chosen
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The files: bundles, arrays, JSON Lines or single objects; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A public key, as `entente key show` prints it [default: the keys that the node knows]
    // One key in 64 begins with a hyphen: base64url has it among its digits.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub(crate) key: Vec<String>,
    /// A file that `entente peer invite` made: its key counts
    #[arg(long, value_name = "FILE")]
    pub(crate) peer_file: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Draw a key of its own, for signing files without a node
    Generate {
        /// The file to write; it must not exist. Whoever reads it signs in your name
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Show the node's keys and how each stands, or the public half of a key in a file
    Show {
        /// The file of a key
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Draw a new signing key; the old one names it its successor, and partners follow
    Rotate {
        /// Somebody else may hold the old key: revoke it too
        #[arg(long)]
        compromised: bool,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Say that a former key is not to be trusted any more
    Revoke {
        /// The key's fingerprint
        fingerprint: String,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ResolvePeer {
    /// The peer's name, code or identity
    pub(crate) peer: String,
    /// The fingerprint that the other side told you; without it, the keys are listed
    #[arg(long, value_name = "TEXT")]
    pub(crate) fingerprint: Option<String>,
    /// Do it without asking
    #[arg(long)]
    pub(crate) yes: bool,
}
