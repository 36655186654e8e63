//! The store as one viewer sees it: the only way to read objects.

pub(crate) mod brief;
mod count;
pub(crate) mod list;
mod merge;
pub(crate) mod page;
mod reading;
mod references;
mod search;

use std::sync::Arc;

use bytes::Bytes;
use release::{Holder, Level, Policy, Reason, Viewer};
use stix::{Id, Object};

use crate::error::Error;
use crate::shared::Shared;
use list::{Cursor, ListPage, ListQuery};
use page::{Manifest, Page, PageQuery};
use reading::Reading;

/// How many objects the reference index gives at most, newest first.
pub const MOST_REFERENCES: usize = 1_000;

/// The store as one viewer sees it. Cheap to make; each call reads what is committed when it
/// begins.
#[derive(Clone)]
pub struct View {
    pub(crate) shared: Arc<Shared>,
    pub(crate) viewer: Viewer,
    /// Who hears what is read of what is marked strictly.
    pub(crate) watch: Option<Arc<dyn Watch>>,
}

/// Hears what is read of what is marked strictly. What it cannot take note of is not shown.
pub trait Watch: Send + Sync {
    /// From which marking on it hears; `None` if of nothing.
    fn from(&self) -> Option<Level>;

    /// `viewer` is shown these, each with its marking; not empty.
    fn shown(&self, viewer: &Viewer, met: Vec<Met>) -> Result<(), Error>;
}

/// Something marked strictly that is shown to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Names the object in this store, for as long as it is held.
    pub object: i64,
    /// How strictly it is marked.
    pub level: Level,
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

    /// The same view, watched: what is shown of what is marked strictly is taken note of before.
    #[must_use]
    pub fn watched(self, watch: Arc<dyn Watch>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// The newest version of the object, if the viewer may see it.
    ///
    /// A state's copy comes before an account's, the one whose holder is its `created_by_ref`
    /// before another state's, then the one held first; of several copies of a fact, the one received
    /// last.
    pub fn get(&self, id: &Id) -> Result<Option<Seen>, Error> {
        self.reading(|reading| {
            let chosen = reading.chosen(id.as_str())?;
            chosen.map_or(Ok(None), |shown| reading.seen(&shown))
        })
    }

    /// The versions of the object that the viewer may see, newest first; of the copy that
    /// [`View::get`] gives.
    pub fn versions(&self, id: &Id) -> Result<Vec<Seen>, Error> {
        self.reading(|reading| {
            let Some(newest) = reading.chosen(id.as_str())? else { return Ok(Vec::new()) };
            let older = reading.older(&newest.copy)?;
            let mut found = Vec::new();
            for shown in std::iter::once(newest).chain(older.into_iter().rev()) {
                found.extend(reading.seen(&shown)?);
            }
            Ok(found)
        })
    }

    /// A page of a collection, as TAXII reads it: ascending by the moment of becoming visible.
    pub fn page(&self, query: &PageQuery) -> Result<Page, Error> {
        self.reading(|reading| reading.page(query))
    }

    /// What a manifest says of [`View::page`].
    pub fn manifest(&self, query: &PageQuery) -> Result<Manifest, Error> {
        self.reading(|reading| reading.manifest(query))
    }

    /// The newest versions that refer to `id`, in whatever property except `created_by_ref` and
    /// markings; newest first, at most [`MOST_REFERENCES`]. A projection: may lag.
    pub fn referring_to(&self, id: &Id) -> Result<Vec<Seen>, Error> {
        self.reading(|reading| reading.referring(id))
    }

    /// What the newest version of `id` refers to and the viewer may see, in order of the text,
    /// except who made it and its markings.
    pub fn refers_from(&self, id: &Id) -> Result<Vec<Seen>, Error> {
        self.reading(|reading| {
            let chosen = reading.chosen(id.as_str())?;
            let seen = chosen.map_or(Ok(None), |shown| reading.seen(&shown))?;
            seen.map_or_else(|| Ok(Vec::new()), |seen| reading.referred(&seen.object))
        })
    }

    /// A page of a list. A projection: may lag.
    pub fn list(&self, list: &str, query: &ListQuery) -> Result<ListPage, Error> {
        self.is_kept(list)?;
        self.reading(|reading| reading.list(list, query))
    }

    /// How many objects that the viewer may see have each value of `facet`, most frequent first.
    /// The query's other filters and bounds hold; its filter on this facet does not, so that a
    /// reader sees what else he could choose. Of very many rows only the first are counted. A
    /// projection: may lag.
    pub fn facets(
        &self,
        list: &str,
        facet: &str,
        query: &ListQuery,
    ) -> Result<Vec<(String, u64)>, Error> {
        self.is_kept(list)?;
        self.reading(|reading| reading.facets(list, facet, query))
    }

    /// Objects with all the words of `text` (the last one may be unfinished), received last
    /// first. A projection: may lag.
    pub fn search(
        &self,
        text: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<ListPage, Error> {
        self.reading(|reading| reading.search(text, after, limit))
    }

    /// The objects of a list that became visible after `added`, the last ones first; no further
    /// pages. A projection: may lag.
    pub fn since(&self, list: &str, added: i64, limit: usize) -> Result<ListPage, Error> {
        self.is_kept(list)?;
        self.reading(|reading| reading.since(list, added, limit))
    }

    /// The bytes of the newest version, for what needs no more than that.
    pub fn bytes(&self, id: &Id) -> Result<Option<Bytes>, Error> {
        Ok(self.get(id)?.map(|seen| seen.object.bytes().clone()))
    }

    /// Reads, and has whoever watches take note of it before anything is given away.
    fn reading<T>(&self, read: impl FnOnce(&Reading<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let from = self.watch.as_ref().and_then(|watch| watch.from());
        let reading = Reading::begin(&self.shared, &self.viewer, from)?;
        let found = read(&reading)?;
        // Ends the reading: nobody waits for a writer with a snapshot in his hands.
        let met = reading.met();
        if let Some(watch) = &self.watch
            && !met.is_empty()
        {
            watch.shown(&self.viewer, met)?;
        }
        Ok(found)
    }

    fn is_kept(&self, list: &str) -> Result<(), Error> {
        let kept = self.shared.lists.contains(&list);
        if kept { Ok(()) } else { Err(Error::NoList { name: list.to_owned() }) }
    }
}
