//! The commands of calling back.

use clap::{Args, Subcommand, ValueEnum};

use super::Who;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Recall {
    #[command(subcommand)]
    pub(crate) list: Option<Recalls>,
    #[command(flatten)]
    pub(crate) act: Option<CallBack>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Recalls {
    /// List what was called back, and who has erased it
    List(Who),
}

#[derive(Debug, Args)]
pub(crate) struct CallBack {
    /// The object: one of this state's own
    pub(crate) id: String,
    /// Do not erase it: let only these partners go on seeing it, by code; `-` for none
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) narrow_to: Vec<String>,
    /// The label of the narrower version, for example amber [default: the one it has]
    #[arg(long, value_name = "LABEL", requires = "narrow_to")]
    pub(crate) tlp: Option<String>,
    /// Which of its parts go with it
    #[arg(long, value_enum, default_value_t = Parts::Alone)]
    pub(crate) parts: Parts,
    /// Why: everybody who is told of the recall reads it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Do not ask once more
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) who: Who,
}

/// Which parts go with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Parts {
    /// None
    None,
    /// Those to which nothing refers that stays
    Alone,
    /// All of them
    All,
}
