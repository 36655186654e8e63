//! The commands of packs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Pack {
    /// Write what a partner may see, and has not had yet, to a signed file
    ///
    /// The file is signed, not encrypted: carry it on an encrypted stick.
    Write(WritePack),
    /// Read a partner's pack: each object is admitted or kept aside as if it had been pulled
    Read {
        /// The pack
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct WritePack {
    /// The partner's name, code or identity
    #[arg(long, value_name = "PEER")]
    pub(crate) to: String,
    /// What came after this moment; `all` for everything; `received` for what the partner has not
    /// said yet that it holds [default: what came since the last pack, or since it pulled]
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// The file to write; it must not exist [default: named after both states and the number]
    #[arg(long, short, alias = "out", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}
