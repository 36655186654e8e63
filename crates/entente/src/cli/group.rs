//! The commands that keep groups.

use clap::Subcommand;

use super::Who;

#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// List the groups with their members
    List,
    /// Make a group without members
    Add {
        /// What it is called; its members see that
        name: String,
        #[command(flatten)]
        who: Who,
    },
    /// Let a partner in: it sees everything that is marked for the group
    ///
    /// Where the node asks for a second person, this proposes it.
    Join {
        /// The group's name or id
        group: String,
        /// The partner's name, code or identity
        partner: String,
        #[command(flatten)]
        who: Who,
    },
    /// Take a partner out: it sees nothing more here, and keeps what it has
    Leave {
        /// The group's name or id
        group: String,
        /// The partner's name, code or identity
        partner: String,
        #[command(flatten)]
        who: Who,
    },
}
