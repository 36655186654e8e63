//! The commands of the audit trail.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List rows of the trail, the last first
    List {
        #[command(flatten)]
        which: Which,
        /// How many at most
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// Show one row, and the objects it is about as far as they are held
    Show {
        /// The row's number
        row: u64,
    },
    /// Compute everything anew from the rows: nothing was changed, left out or put in between
    Verify {
        /// A head that somebody kept: the trail must still be what it commits to
        #[arg(long, value_name = "FILE")]
        witness: Vec<PathBuf>,
    },
    /// Sign the trail as it is now, and print the head for somebody to keep
    Head {
        /// Write to this file instead of standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write rows with what it takes to check them without the others; all of them if none are chosen
    Extract {
        #[command(flatten)]
        which: Which,
        /// A head that somebody kept: the extract also proves that nothing before it was changed
        #[arg(long, value_name = "FILE")]
        witness: Vec<PathBuf>,
        /// Write to this file instead of standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Check an extract, without the node it comes from
    Check(Check),
    /// Erase the texts of old rows; their hashes stay, so that the rest can still be verified
    Retire {
        /// How old, in days: 400d
        #[arg(long, value_name = "AGE")]
        older_than: String,
        /// Do not ask once more
        #[arg(long)]
        yes: bool,
    },
    /// Show, or set, from which marking on reads are told
    Reads {
        /// From which marking on, from now on
        #[arg(value_enum)]
        from: Option<Reads>,
    },
}

/// Which rows.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Only rows of this kind, for example `released`; can be given several times
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<String>,
    /// Only what this one did: an account, `:command`, `:node`
    #[arg(long, value_name = "WHO")]
    pub(crate) by: Option<String>,
    /// Only rows about the object of this id
    #[arg(long, value_name = "ID")]
    pub(crate) about: Option<String>,
    /// Only rows from this day or moment on
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Only rows before this day or moment
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The extract; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A public key, as `entente key show` prints it [default: the keys that the node knows]
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub(crate) key: Vec<String>,
    /// A file that `entente peer invite` made: its key counts
    #[arg(long, value_name = "FILE")]
    pub(crate) peer_file: Vec<PathBuf>,
    /// A head that you kept: the extract must prove that nothing before it was changed
    #[arg(long, value_name = "FILE")]
    pub(crate) witness: Vec<PathBuf>,
    /// Print the rows, once they were found good
    #[arg(long)]
    pub(crate) rows: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reads {
    /// No read is told
    Never,
    /// Reads of TLP:RED
    Red,
    /// Also of what has no label, and is for the own state alone
    National,
    /// Also of TLP:AMBER+STRICT
    AmberStrict,
    /// Also of TLP:AMBER
    Amber,
}
