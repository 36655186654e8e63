//! What the audit trail tells of. Closed: an inspector's checker knows every kind.

use std::collections::BTreeMap;
use std::fmt;

use release::{Level, Viewer};
use serde::{Deserialize, Serialize};
use stix::Id;

use crate::account::Role;
use crate::session::Session;

/// Who did something, as rows name him: an account's name, or one of the constants here, whose
/// colon no account's name has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// The node by itself.
    pub fn node() -> Self {
        Self(":node".to_owned())
    }

    /// Whoever ran a command in the node's folder.
    pub fn command() -> Self {
        Self(":command".to_owned())
    }

    /// Somebody who is not known: his name is no account's.
    pub fn unknown() -> Self {
        Self(":unknown".to_owned())
    }

    /// An account.
    pub fn account(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// A signed-in person.
    pub fn person(session: &Session) -> Self {
        Self(session.account.clone())
    }

    /// The state of a peer, for what came from its node without an account here.
    pub fn state(state: &Id) -> Self {
        Self(format!(":{state}"))
    }

    /// Who reads, where the viewer says it.
    pub(crate) fn viewer(viewer: &Viewer) -> Self {
        match viewer {
            Viewer::Public => Self::unknown(),
            // A command without `--as` reads as the administrator without a name.
            Viewer::Person { account, .. } if account.is_empty() => Self::command(),
            Viewer::Account(account) | Viewer::Person { account, .. } => Self::account(account),
            Viewer::Node(state) => Self::state(state),
        }
    }

    /// As it stands in a row.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// By which door somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// The pages.
    Pages,
    /// TAXII.
    Taxii,
}

/// What was done. Rows hold no content of objects, and no ids: what a row is about stands in it as
/// keyed hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Act {
    /// Signed in. A program that signs in with every request is told of once an hour.
    SignedIn {
        /// By which door.
        door: Door,
    },
    /// Gave a wrong password or an unknown name, or came too often: so many times in a minute.
    SignInFailed {
        /// How often.
        tries: u64,
    },
    /// A session ended: its person signed out or ended it, its time was over, or its account was
    /// changed.
    SignedOut,
    /// Read objects marked as strictly as the node tells of. What one reader meets again within a
    /// minute is told once.
    Read {
        /// How many.
        objects: u64,
        /// The strictest marking among them.
        marking: Level,
    },
    /// Asked a second person to let something out.
    Proposed {
        /// The digest of what was proposed.
        content: String,
    },
    /// Gave a proposal back.
    Returned {
        /// The digest of what was proposed.
        content: String,
    },
    /// Took the own proposal back.
    Withdrew {
        /// The digest of what was proposed.
        content: String,
    },
    /// Let objects out.
    Released {
        /// How many.
        objects: u64,
        /// The strictest marking among them.
        marking: Level,
        /// Who had proposed it, where two persons were needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposed_by: Option<Actor>,
    },
    /// Called objects back from whoever has them.
    Recalled {
        /// How many objects.
        objects: u64,
    },
    /// Gave objects a narrower marking.
    Narrowed {
        /// How many objects.
        objects: u64,
    },
    /// Erased objects, because their owner called them back or narrowed them.
    Erased {
        /// How many versions.
        versions: u64,
        /// The owner.
        owner: Id,
    },
    /// Received a partner's signed word that it erased what was called back.
    Receipt {
        /// The partner.
        from: Id,
    },
    /// Admitted what came from outside, as one batch.
    Admitted {
        /// From whom: a peer's state, or an account.
        from: String,
        /// How many objects. The row's `new` says how many of them were not held before.
        objects: u64,
        /// The SHA-256 of their ids in order, each followed by a line feed, in hexadecimal.
        ids: String,
    },
    /// Kept aside what came from outside.
    Refused {
        /// From whom: a peer's state, or an account.
        from: String,
        /// How many objects for which reason.
        reasons: BTreeMap<String, u64>,
    },
    /// Threw away what was kept aside.
    Discarded {
        /// How many objects.
        objects: u64,
    },
    /// Made an account.
    AccountAdded {
        /// Its name.
        account: String,
        /// What it may do.
        role: Role,
    },
    /// Gave an account another password, and ended its sessions.
    AccountPassword {
        /// Its name.
        account: String,
    },
    /// Changed what an account may do in collections, or with which certificates it signs in.
    AccountRights {
        /// Its name.
        account: String,
    },
    /// Removed an account.
    AccountRemoved {
        /// Its name.
        account: String,
    },
    /// Invited a peer: it may sign in here.
    PeerInvited {
        /// Its state.
        peer: Id,
    },
    /// Used a peer's invitation, or named another source: from then on the node pulls from it.
    PeerAdded {
        /// The identity of its state, or the name of a feed.
        peer: String,
        /// The name of the key that was compared, where the source has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// Changed what is pulled from a peer, or how.
    PeerChanged {
        /// The identity of its state, or the name of a feed.
        peer: String,
    },
    /// Removed a peer.
    PeerRemoved {
        /// The identity of its state, or the name of a feed.
        peer: String,
    },
    /// Rotated the key that signs.
    KeyRotated {
        /// The new key's name.
        key: String,
        /// Whether the old one was revoked as compromised.
        compromised: bool,
    },
    /// Revoked a former key.
    KeyRevoked {
        /// The key's name.
        key: String,
    },
    /// Chose among the keys that claim to be a peer's.
    KeyChosen {
        /// The peer's state.
        peer: Id,
        /// The key's name.
        key: String,
    },
    /// Changed the members of a group.
    GroupChanged {
        /// How many members it has now.
        members: u64,
    },
    /// Wrote a pack for a peer.
    PackWritten {
        /// For whom.
        peer: Id,
        /// How many objects.
        objects: u64,
        /// The pack's hash.
        pack: String,
    },
    /// Read a peer's pack.
    PackRead {
        /// From whom.
        peer: Id,
        /// How many objects were in it.
        objects: u64,
        /// The pack's hash.
        pack: String,
    },
    /// Wrote a copy of everything.
    BackedUp,
    /// Changed a setting of the node.
    Setting {
        /// Which.
        name: String,
        /// What it is now.
        value: String,
    },
    /// Wrote an extract of the trail.
    Extracted {
        /// How many rows.
        rows: u64,
    },
    /// Retired the first rows of the trail: their texts were erased, their hashes stay.
    Retired {
        /// The number of the first row that stays.
        below: u64,
    },
}

/// Every kind of act, as rows and filters spell it.
pub const KINDS: &[&str] = &[
    "signed-in",
    "sign-in-failed",
    "signed-out",
    "read",
    "proposed",
    "returned",
    "withdrew",
    "released",
    "recalled",
    "narrowed",
    "erased",
    "receipt",
    "admitted",
    "refused",
    "discarded",
    "account-added",
    "account-password",
    "account-rights",
    "account-removed",
    "peer-invited",
    "peer-added",
    "peer-changed",
    "peer-removed",
    "key-rotated",
    "key-revoked",
    "key-chosen",
    "group-changed",
    "pack-written",
    "pack-read",
    "backed-up",
    "setting",
    "extracted",
    "retired",
];

impl Act {
    /// The kind, as rows and filters spell it.
    pub fn kind(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who did it.
    pub by: Actor,
    /// What.
    pub act: Act,
    /// The objects that it is about. The row names them by keyed hashes only.
    pub about: Vec<Id>,
}

impl Event {
    /// Something that is about no object.
    pub fn of(by: Actor, act: Act) -> Self {
        Self { by, act, about: Vec::new() }
    }

    /// The same, about these objects.
    #[must_use]
    pub fn about(self, about: impl IntoIterator<Item = Id>) -> Self {
        Self { about: about.into_iter().collect(), ..self }
    }
}

/// What a row tells, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tells {
    /// Who did it.
    pub by: Actor,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}
