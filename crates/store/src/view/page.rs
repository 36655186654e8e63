//! Pages of a collection, as TAXII reads them.

use bytes::Bytes;
use stix::{Id, SpecVersion, Timestamp};

use crate::collection::CollectionKey;

/// What to read of a collection.
#[derive(Clone, Debug)]
pub struct PageQuery {
    /// The collection.
    pub collection: CollectionKey,
    /// Only what became visible strictly after this moment, in microseconds since 1970.
    pub added_after: Option<i64>,
    /// Only these objects; empty means all.
    pub ids: Vec<Id>,
    /// Only these types; empty means all.
    pub types: Vec<String>,
    /// Which versions.
    pub versions: Versions,
    /// Only these versions of the specification; empty means all.
    pub spec_versions: Vec<SpecVersion>,
    /// How many at most.
    pub limit: usize,
    /// Where the page before ended.
    pub position: Option<Position>,
}

impl PageQuery {
    /// The newest versions of everything in `collection`, from its beginning.
    pub fn of(collection: CollectionKey, limit: usize) -> Self {
        Self {
            collection,
            added_after: None,
            ids: Vec::new(),
            types: Vec::new(),
            versions: Versions::Newest,
            spec_versions: Vec::new(),
            limit,
            position: None,
        }
    }
}

/// Which versions of each object. "First" is the first that the viewer may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Versions {
    /// The newest.
    #[default]
    Newest,
    /// Every one.
    All,
    /// The union of these.
    Some {
        /// The first.
        first: bool,
        /// The newest.
        newest: bool,
        /// Those of these moments. Compared as instants.
        exact: Vec<Timestamp>,
    },
}

/// Where a page ended: its last object's moment of becoming visible. The caller seals it before
/// it leaves the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub i64);

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The objects, ascending by `added`.
    pub items: Vec<Item>,
    /// Whether the viewer may see more behind them.
    pub more: bool,
    /// Where this page ended; `None` when it is empty.
    pub position: Option<Position>,
}

/// An object in a page. Not parsed: a page is mostly copied to a socket.
#[derive(Clone, Debug)]
pub struct Item {
    /// The object's bytes as received.
    pub bytes: Bytes,
    /// When it became visible to its audience, microseconds since 1970. Unique in the collection.
    pub added: i64,
}

/// What a manifest says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its id.
    pub id: String,
    /// Its `modified`, else its `created`, as it stands in the object; `None` for facts, whose
    /// version is the moment they were added.
    pub version: Option<String>,
    /// Whether it is a STIX 2.1 object.
    pub spec_version: SpecVersion,
}

impl Item {
    /// What a manifest says of it.
    pub fn brief(&self) -> Brief {
        todo!()
    }
}
