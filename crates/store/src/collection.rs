//! Collections: where TAXII finds things.

use uuid::Uuid;

/// A collection, by the store's own number. Never leaves the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionKey(pub(crate) i64);

/// What a collection is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CollectionKind {
    /// Everything admitted; a reader finds in it what he may see.
    Released,
    /// Write-only: goes to admission, holds nothing.
    Inbox,
    /// What one account put in, unsigned, for itself and the node's people.
    Workspace {
        /// The account.
        account: String,
    },
    /// What a feed brought, unsigned, for the node's people.
    Feed {
        /// The feed.
        name: String,
    },
}

impl CollectionKind {
    /// The kind as it stands in the database.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Released => "released".to_owned(),
            Self::Inbox => "inbox".to_owned(),
            Self::Workspace { account } => format!("workspace:{account}"),
            Self::Feed { name } => format!("feed:{name}"),
        }
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        match text {
            "released" => Some(Self::Released),
            "inbox" => Some(Self::Inbox),
            _ => match text.split_once(':')? {
                ("workspace", account) => Some(Self::Workspace { account: account.to_owned() }),
                ("feed", name) => Some(Self::Feed { name: name.to_owned() }),
                _ => None,
            },
        }
    }
}

/// A collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionInfo {
    /// The store's own number for it.
    pub key: CollectionKey,
    /// What it is called to the outside: random, made once and kept.
    pub id: Uuid,
    /// What it is for.
    pub kind: CollectionKind,
    /// A title for people, in English.
    pub title: String,
}

impl CollectionInfo {
    pub(crate) fn new(key: CollectionKey, id: Uuid, kind: CollectionKind) -> Self {
        let title = match &kind {
            CollectionKind::Released => "Released".to_owned(),
            CollectionKind::Inbox => "Inbox".to_owned(),
            CollectionKind::Workspace { account } => format!("Workspace of {account}"),
            CollectionKind::Feed { name } => format!("Feed {name}"),
        };
        Self { key, id, kind, title }
    }
}
