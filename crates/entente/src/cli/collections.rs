//! TAXII collections, and who may do what in them.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Collection {
    /// Add a collection that several accounts share; nobody has it until you grant something
    Add(AddCollection),
    /// List the collections and what was granted
    List,
    /// Say what an account may do in a collection
    ///
    /// Every account reads `released`, writes to `inbox`, and has a `workspace` of its own; for
    /// these a grant takes away what it does not name. Who may neither read nor write a collection
    /// does not see that there is one.
    Grant(Grant),
    /// Take a grant back
    Revoke {
        /// The collection's name
        collection: String,
        /// The account's name
        account: String,
    },
    /// Remove a collection and erase what lies in it
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddCollection {
    /// Its alias in TAXII: 2 to 40 of a–z, 0–9, dot and hyphen
    pub(crate) name: String,
    /// What people call it [default: the name]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) description: String,
}

#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// The collection's name
    pub(crate) collection: String,
    /// The account's name
    pub(crate) account: String,
    /// It may read
    #[arg(long)]
    pub(crate) read: bool,
    /// It may write
    #[arg(long)]
    pub(crate) write: bool,
}
