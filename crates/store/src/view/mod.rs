//! The store as one viewer sees it: the only way to read objects.

pub(crate) mod list;
pub(crate) mod page;

use std::sync::Arc;

use bytes::Bytes;
use release::{Holder, Policy, Reason, Viewer};
use stix::{Id, Object};

use crate::error::Error;
use crate::shared::Shared;
use list::{Cursor, ListPage, ListQuery};
use page::{Page, PageQuery};

/// How many objects the reference index gives at most, newest first.
pub const MOST_REFERENCES: usize = 1_000;

/// The store as one viewer sees it. Cheap to make; each call reads what is committed when it
/// begins.
#[derive(Clone)]
pub struct View {
    pub(crate) shared: Arc<Shared>,
    pub(crate) viewer: Viewer,
}

/// An object that the viewer may see, with what the store knows about it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The object, its bytes as received.
    pub object: Object,
    /// Who answers for this copy.
    pub holder: Holder,
    /// What its markings, and those of the objects that bound it, allow.
    pub policy: Arc<Policy>,
    /// Why this viewer sees it.
    pub reason: Reason,
    /// When it became visible to its audience: TAXII's `date_added`, microseconds since 1970.
    pub added: i64,
    /// When this node stored it, microseconds since 1970.
    pub received: i64,
    /// Whether it is the newest version that the holder gave.
    pub newest: bool,
    /// Whether its holder's signature was verified on admission.
    pub signed: bool,
}

impl View {
    /// Who reads.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The newest version of the object, if the viewer may see it.
    ///
    /// A state's copy comes before an account's, the one whose holder is its `created_by_ref`
    /// before another state's; of several copies of a fact, the one received last.
    pub fn get(&self, id: &Id) -> Result<Option<Seen>, Error> {
        let _ = (&self.shared, id);
        todo!()
    }

    /// The versions of the object that the viewer may see, newest first; of the copy that
    /// [`View::get`] gives.
    pub fn versions(&self, id: &Id) -> Result<Vec<Seen>, Error> {
        let _ = id;
        todo!()
    }

    /// A page of a collection, as TAXII reads it: ascending by the moment of becoming visible.
    pub fn page(&self, query: &PageQuery) -> Result<Page, Error> {
        let _ = query;
        todo!()
    }

    /// The newest versions that refer to `id`, in whatever property except `created_by_ref` and
    /// markings; newest first, at most [`MOST_REFERENCES`]. A projection: may lag.
    pub fn referring_to(&self, id: &Id) -> Result<Vec<Seen>, Error> {
        let _ = id;
        todo!()
    }

    /// What the newest version of `id` refers to and the viewer may see, in order of the text.
    pub fn refers_from(&self, id: &Id) -> Result<Vec<Seen>, Error> {
        let _ = id;
        todo!()
    }

    /// A page of a list. A projection: may lag.
    pub fn list(&self, list: &str, query: &ListQuery) -> Result<ListPage, Error> {
        let _ = (list, query);
        todo!()
    }

    /// How many objects that the viewer may see have each value of `facet`, most frequent first.
    /// The query's other filters and bounds hold; its filter on this facet does not, so that a
    /// reader sees what else he could choose. A projection: may lag.
    pub fn facets(
        &self,
        list: &str,
        facet: &str,
        query: &ListQuery,
    ) -> Result<Vec<(String, u64)>, Error> {
        let _ = (list, facet, query);
        todo!()
    }

    /// Objects with all the words of `text` (the last one may be unfinished), received last
    /// first. A projection: may lag.
    pub fn search(
        &self,
        text: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<ListPage, Error> {
        let _ = (text, after, limit);
        todo!()
    }

    /// The objects of a list that became visible after `added`, the last ones first. A
    /// projection: may lag.
    pub fn since(&self, list: &str, added: i64, limit: usize) -> Result<ListPage, Error> {
        let _ = (list, added, limit);
        todo!()
    }

    /// The bytes of the newest version, for what needs no more than that.
    pub fn bytes(&self, id: &Id) -> Result<Option<Bytes>, Error> {
        Ok(self.get(id)?.map(|seen| seen.object.bytes().clone()))
    }
}
