//! The commands of the release desk.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Release {
    /// Show, or set, from which breadth on a release needs a second person
    Policy {
        /// What needs a second person from now on
        #[arg(value_enum)]
        four_eyes: Option<FourEyes>,
        /// Whether to pass on to partners what other states marked TLP:CLEAR or TLP:GREEN [default
        /// of a new node: no]
        #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
        relay: Option<bool>,
    },
    /// List what waits, and what became of what was proposed
    List(Who),
    /// Show what a proposal would let out, and who would see what of it
    Show {
        /// The proposal
        id: String,
        #[command(flatten)]
        who: Who,
    },
    /// Propose the objects of a file: unsigned, they become the state's when somebody approves
    Propose(Propose),
    /// Approve what another proposed: it is signed and leaves at once
    Approve {
        /// The proposal
        id: String,
        /// Do not ask once more
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Give a proposal back to who made it
    Return {
        /// The proposal
        id: String,
        /// What is to be changed
        #[arg(long, value_name = "TEXT")]
        comment: String,
        #[command(flatten)]
        who: Who,
    },
    /// Take your own proposal back
    Withdraw {
        /// The proposal
        id: String,
        #[command(flatten)]
        who: Who,
    },
}

/// Who acts: the desk knows people, not whoever has the machine.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// The account that acts
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: String,
    /// Read the account's password from standard input instead of asking for it
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// The bundle, or the objects: what they say, with their markings
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: String,
    /// What whoever decides should know
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) who: Who,
}

/// What needs a second person.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FourEyes {
    /// Nothing
    Never,
    /// What everybody may read
    Public,
    /// What the community of partners may read, and beyond
    Community,
    /// What goes beyond the own state at all
    BeyondState,
    /// Everything
    Always,
}

impl From<FourEyes> for node::FourEyes {
    fn from(four_eyes: FourEyes) -> Self {
        match four_eyes {
            FourEyes::Never => Self::Never,
            FourEyes::Public => Self::Public,
            FourEyes::Community => Self::Community,
            FourEyes::BeyondState => Self::BeyondState,
            FourEyes::Always => Self::Always,
        }
    }
}

/// Yes or no, as people write them.
fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".to_owned()),
    }
}
