//! Who reads, and where.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use stix::Id;

/// Who reads. Every read in the program names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Viewer {
    /// Nobody in particular: what this viewer sees may stand in a newspaper.
    Public,
    /// An outside tool's account at this node, of no state.
    Account(String),
    /// The node of an admitted peer, by its state's identity.
    Node(Id),
    /// A person with an account at a node.
    Person {
        /// The state whose node the person reads at.
        state: Id,
        /// The account's name, unique at that node.
        account: String,
        /// Whether the account administers that node.
        admin: bool,
    },
}

impl Viewer {
    /// The state for which this viewer reads, if he reads for one.
    pub fn state(&self) -> Option<&Id> {
        match self {
            Self::Node(state) | Self::Person { state, .. } => Some(state),
            Self::Public | Self::Account(_) => None,
        }
    }

    /// The node of `state` itself, minding what it keeps: the last version that its state gave, what
    /// it has to erase. Markings that name persons do not hide from it what it must not lose count
    /// of. No account has an empty name, so that nobody ever reads so.
    pub fn keeper(state: Id) -> Self {
        Self::Person { state, account: String::new(), admin: true }
    }

    /// Whether it is the node itself, at its own place.
    pub(crate) fn keeps(&self, place: &Place) -> bool {
        matches!(self, Self::Person { state, account, admin: true }
            if account.is_empty() && *state == place.state)
    }

    /// How markings that name persons write one: `account@identity--…`.
    pub fn person_name(account: &str, state: &Id) -> String {
        format!("{account}@{state}")
    }
}

/// The node at which somebody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The state whose node it is.
    pub state: Id,
    /// Whether the node passes on to peers what it holds of other states, where their markings
    /// allow that. Off by default.
    pub relay: bool,
    /// The members of the groups whose rosters this node keeps, by the group's identity.
    pub rosters: BTreeMap<Id, BTreeSet<Id>>,
    /// The pseudonyms that this node knows more of than others: its own state's, and those that it
    /// vouches for.
    pub pseudonyms: BTreeMap<Id, Pseudonym>,
}

/// What a node does with the objects of a pseudonym (Chatham House).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pseudonym {
    /// The node's own state speaks under it. Its objects go to this state's node alone, which
    /// passes them on: whoever else found them here would know who speaks.
    Ours {
        /// The first recipient.
        by: Id,
    },
    /// The node vouches for it, and serves its objects as if they were its own state's.
    Vouched,
}

impl Place {
    /// The node of `state`, which relays nothing, keeps no roster and knows no pseudonym.
    pub fn of(state: Id) -> Self {
        Self { state, relay: false, rosters: BTreeMap::new(), pseudonyms: BTreeMap::new() }
    }
}
