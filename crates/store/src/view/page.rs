//! Pages of a collection, as TAXII reads them.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use stix::{Id, SpecVersion, Timestamp};

use super::brief::Brief;
use super::merge::{Fetch, Merge};
use super::reading::Reading;
use crate::collection::CollectionKey;
use crate::error::{Doing, Error};
use crate::intern::Number;
use crate::row::{Copy, Flags, Version};

/// So many kinds are read each by itself; more are picked out of everything.
const MOST_KINDS: usize = 4;

/// How far ahead in the log a row is gone on to, rather than looked up.
const NEAR: i64 = 6;

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

/// Some of one object's versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Those.
    pub versions: Versions,
    /// Of them only those of these versions of the specification; empty means all.
    pub spec_versions: Vec<SpecVersion>,
}

impl Default for Which {
    /// All of them.
    fn default() -> Self {
        Self { versions: Versions::All, spec_versions: Vec::new() }
    }
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
    /// The bytes of all of them in their order, a comma between each two: a list as it is sent.
    pub text: Bytes,
}

impl Page {
    /// A page without anything in it.
    pub fn empty() -> Self {
        Self { items: Vec::new(), more: false, position: None, text: Bytes::new() }
    }
}

/// What a manifest says of a page's objects; their bytes are not read further than that takes.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The objects, ascending by `added`.
    pub items: Vec<Brief>,
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

/// What one stream of rows has in common.
#[derive(Clone, Copy)]
struct Lane {
    newest: bool,
    /// `None` for all audiences.
    audience: Option<Number>,
    /// `None` for all kinds.
    kind: Option<Number>,
}

/// A row of the index that belongs into a page.
struct Taken {
    added: i64,
    seq: i64,
    kind: Number,
}

/// A row of the index.
#[derive(Clone, Copy)]
struct Row {
    seq: i64,
    kind: Number,
    audience: Number,
    newest: bool,
    /// Other rows may stand for the same object: the one to be shown is to be chosen.
    twin: bool,
}

/// What a query asks for, in the store's own terms.
struct Wanted<'q> {
    query: &'q PageQuery,
    /// The kinds asked for; `None` means all.
    kinds: Option<HashSet<Number>>,
    /// Only what was added after this.
    after: i64,
}

impl Wanted<'_> {
    fn has_older(&self) -> bool {
        match &self.query.versions {
            Versions::Newest => false,
            Versions::All => true,
            Versions::Some { first, exact, .. } => *first || !exact.is_empty(),
        }
    }
}

impl Reading<'_> {
    pub(super) fn page(&self, query: &PageQuery) -> Result<Page, Error> {
        let (taken, more) = self.taken(query)?;
        let position = taken.last().map(|row| Position(row.added));
        let (items, text) = self.items(&taken)?;
        Ok(Page { items, more, position, text })
    }

    pub(super) fn manifest(&self, query: &PageQuery) -> Result<Manifest, Error> {
        let (taken, more) = self.taken(query)?;
        let position = taken.last().map(|row| Position(row.added));
        let mut items = Vec::with_capacity(taken.len());
        self.each_payload(&taken, |row, bytes| {
            let kind = self.shared.kind(&self.db, row.kind)?;
            items.push(Brief::of(bytes, row.added, kind.spec));
            Ok(())
        })?;
        Ok(Manifest { items, more, position })
    }

    /// The rows of a page, and whether more follow.
    fn taken(&self, query: &PageQuery) -> Result<(Vec<Taken>, bool), Error> {
        let position = query.position.map(|Position(at)| at);
        let after = query.added_after.max(position).unwrap_or(i64::MIN);
        let wanted = Wanted { query, kinds: self.kinds(query)?, after };
        if query.ids.is_empty() { self.merged(&wanted) } else { self.looked_up(&wanted) }
    }

    /// The kinds that a query asks for.
    fn kinds(&self, query: &PageQuery) -> Result<Option<HashSet<Number>>, Error> {
        if query.types.is_empty() && query.spec_versions.is_empty() {
            return Ok(None);
        }
        // Another process may have met a type that this one has not.
        self.shared.kinds.absorb(&self.db)?;
        let mut kinds = HashSet::new();
        self.shared.kinds.each_from(0, |number, kind| {
            let by_type = query.types.is_empty() || query.types.contains(&kind.name);
            let by_spec =
                query.spec_versions.is_empty() || query.spec_versions.contains(&kind.spec);
            if by_type && by_spec {
                kinds.insert(number);
            }
        });
        Ok(Some(kinds))
    }

    /// Merges the streams of the audiences that say yes. For who sees every audience they are one
    /// stream already. For nobody else: passing over what is hidden would take time by which it
    /// could be counted. A few kinds have streams of their own; of many, the rest is passed over.
    fn merged(&self, wanted: &Wanted<'_>) -> Result<(Vec<Taken>, bool), Error> {
        let collection = wanted.query.collection.0;
        let sees = |audience| self.visible.has(audience);
        let clock = self.shared.spans.refresh(&self.db, collection)?;
        let whole = self.shared.spans.all(collection, sees);
        let kinds: Vec<Option<Number>> = match &wanted.kinds {
            Some(kinds) if kinds.len() <= MOST_KINDS => kinds.iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        let mut lanes = Vec::new();
        let mut bounds = Vec::new();
        for newest in [true, false].into_iter().filter(|newest| *newest || wanted.has_older()) {
            if whole {
                lanes.extend(kinds.iter().map(|kind| Lane { newest, audience: None, kind: *kind }));
                bounds.resize(lanes.len(), None);
                continue;
            }
            let found = self.shared.spans.behind(collection, newest, wanted.after, sees);
            for (stream, bound) in found.streams {
                let audience = Some(stream.audience);
                lanes.extend(kinds.iter().map(|kind| Lane { newest, audience, kind: *kind }));
                bounds.resize(lanes.len(), Some(bound));
            }
            self.shared.spans.complete(&self.db, clock, &found.partial)?;
        }
        let by_kind = kinds.iter().all(Option::is_some);
        let mut statement =
            self.db.prepare_cached(stream_sql(whole, by_kind)).doing("reading a page")?;
        let fetch = |Fetch { stream, after, limit }: Fetch<'_, i64>| {
            let Some(Lane { newest, audience, kind }) = lanes.get(stream).copied() else {
                return Ok(Vec::new());
            };
            let after = after.copied().unwrap_or(wanted.after);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement
                .query_map((collection, newest, audience, kind, after, limit), |row| {
                    let (seq, kind, twin) = (row.get(1)?, row.get(2)?, row.get(3)?);
                    let audience = row.get(4)?;
                    Ok((row.get(0)?, Row { seq, kind, audience, newest, twin }))
                })
                .and_then(Iterator::collect)
                .doing("reading a page")
        };
        let mut merge = Merge::new(bounds, true, wanted.query.limit.saturating_add(1), fetch)?;
        self.gather(wanted, || merge.next())
    }

    /// Looks up the objects asked for.
    fn looked_up(&self, wanted: &Wanted<'_>) -> Result<(Vec<Taken>, bool), Error> {
        let mut rows = BTreeMap::new();
        for id in &wanted.query.ids {
            for copy in Copy::of_id(&self.db, id.as_str())? {
                if copy.collection == wanted.query.collection.0 {
                    self.rows_of(&copy, wanted, &mut rows)?;
                } else if let Some(version) = Version::find(&self.db, copy.newest)?
                    && version.flags.has(Flags::DEFINITION)
                    && let Some(added) = self.escorted(copy.key, Some(wanted.query.collection.0))?
                {
                    // A definition stands wherever an object stands that it marks.
                    let Version { seq, kind, audience, .. } = version;
                    rows.insert(added, Row { seq, kind, audience, newest: true, twin: false });
                }
            }
        }
        let mut rows = rows.into_iter().filter(|(added, _)| *added > wanted.after);
        self.gather(wanted, || Ok(rows.next()))
    }

    fn rows_of(
        &self,
        copy: &Copy,
        wanted: &Wanted<'_>,
        rows: &mut BTreeMap<i64, Row>,
    ) -> Result<(), Error> {
        let newest = self.newest(copy)?.into_iter().map(|shown| (shown, true));
        let older = if wanted.has_older() { self.older(copy)? } else { Vec::new() };
        for (shown, newest) in newest.chain(older.into_iter().map(|shown| (shown, false))) {
            let Version { seq, kind, audience, flags, .. } = shown.version;
            let mut added = shown.added;
            if flags.has(Flags::DEFINITION) {
                match self.escorted(copy.key, Some(wanted.query.collection.0))? {
                    Some(here) => added = here,
                    None => continue,
                }
            }
            rows.insert(added, Row { seq, kind, audience, newest, twin: copy.twin });
        }
        Ok(())
    }

    /// Takes rows, ascending by date, until the page is full and it is known whether more follow.
    fn gather(
        &self,
        wanted: &Wanted<'_>,
        mut next: impl FnMut() -> Result<Option<(i64, Row)>, Error>,
    ) -> Result<(Vec<Taken>, bool), Error> {
        let limit = wanted.query.limit;
        let mut taken = Vec::with_capacity(limit.min(1_024));
        let mut more = false;
        while let Some((added, row)) = next()? {
            if !self.wants(wanted, added, &row)? {
                continue;
            }
            if taken.len() == limit {
                more = true;
                break;
            }
            if self.is_strict(row.audience)
                && let Some(version) = Version::find(&self.db, row.seq)?
            {
                self.meet(&version);
            }
            taken.push(Taken { added, seq: row.seq, kind: row.kind });
        }
        Ok((taken, more))
    }

    /// The bytes of these versions, one behind the other in one piece of memory.
    fn items(&self, taken: &[Taken]) -> Result<(Vec<Item>, Bytes), Error> {
        let mut all = Vec::with_capacity(taken.len() * 1_536);
        let mut ends = Vec::with_capacity(taken.len());
        self.each_payload(taken, |_, bytes| {
            if !all.is_empty() {
                all.push(b',');
            }
            all.extend_from_slice(bytes);
            ends.push(all.len());
            Ok(())
        })?;
        let all = Bytes::from(all);
        let mut begin = 0;
        let item = |(row, end): (&Taken, usize)| {
            let bytes = all.slice(begin..end);
            begin = end + 1;
            Item { bytes, added: row.added }
        };
        let items = taken.iter().zip(ends).map(item).collect();
        Ok((items, all))
    }

    /// Calls `with` with the bytes of each of these versions, in their order. What lies behind the
    /// one before in the log is found by going on, not by looking it up.
    fn each_payload(
        &self,
        taken: &[Taken],
        mut with: impl FnMut(&Taken, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        const SQL: &str = "SELECT seq, bytes FROM payload WHERE seq >= ?1 ORDER BY seq";
        let doing = "reading bytes";
        let mut statement = self.db.prepare_cached(SQL).doing(doing)?;
        let mut left = taken.iter().peekable();
        while let Some(first) = left.peek() {
            let mut rows = statement.query([first.seq]).doing(doing)?;
            let mut at = first.seq;
            while let Some(row) = left.next_if(|row| (at..=at + NEAR).contains(&row.seq)) {
                loop {
                    let missing = || Error::Damaged {
                        place: "payload",
                        reason: format!("{} is missing", row.seq),
                    };
                    let found = rows.next().doing(doing)?.ok_or_else(missing)?;
                    at = found.get(0).doing(doing)?;
                    if at == row.seq {
                        let bytes = found.get_ref(1).doing(doing)?.as_blob();
                        with(row, bytes.map_err(rusqlite::Error::from).doing(doing)?)?;
                        break;
                    }
                    if at > row.seq {
                        return Err(missing());
                    }
                }
                at += 1;
            }
        }
        Ok(())
    }

    /// Whether a row of an audience that says yes belongs into the page.
    fn wants(&self, wanted: &Wanted<'_>, added: i64, row: &Row) -> Result<bool, Error> {
        if wanted.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&row.kind)) {
            return Ok(false);
        }
        let by_version = match &wanted.query.versions {
            Versions::Newest => row.newest,
            Versions::All => true,
            Versions::Some { first, newest, exact } => {
                (*newest && row.newest) || self.is_one_of(*first, exact, added, row)?
            }
        };
        Ok(by_version && (!row.twin || self.is_shown(wanted, added, row)?))
    }

    fn is_one_of(
        &self,
        first: bool,
        exact: &[Timestamp],
        added: i64,
        row: &Row,
    ) -> Result<bool, Error> {
        let Some(version) = Version::find(&self.db, row.seq)? else { return Ok(false) };
        // The version of what has none is the moment it was added.
        let key = match version.version.as_str() {
            "" => Timestamp::from_micros(added).sort_key(),
            _ => version.version,
        };
        if exact.iter().any(|moment| moment.sort_key() == key) {
            return Ok(true);
        }
        if !first {
            return Ok(false);
        }
        let Some(copy) = Copy::of_key(&self.db, version.object)? else { return Ok(false) };
        let older = self.older(&copy)?;
        Ok(older.first().map_or(copy.newest, |shown| shown.version.seq) == row.seq)
    }

    /// Whether of several rows that stand for one object this is the one that the viewer is shown.
    /// Of a definition the earliest: he has it since then. Of a fact the last copy received, at
    /// its own date: he is to have its bytes.
    fn is_shown(&self, wanted: &Wanted<'_>, added: i64, row: &Row) -> Result<bool, Error> {
        let Some(version) = Version::find(&self.db, row.seq)? else { return Ok(false) };
        if version.flags.has(Flags::DEFINITION) {
            let first = self.escorted(version.object, Some(wanted.query.collection.0))?;
            return Ok(first == Some(added));
        }
        let Some(copy) = Copy::of_key(&self.db, version.object)? else { return Ok(false) };
        self.is_shown_fact(&copy, &version)
    }
}

/// The rows of a lane: of everything or of one audience, of all kinds or of one. All of them take
/// the same parameters.
fn stream_sql(whole: bool, by_kind: bool) -> &'static str {
    match (whole, by_kind) {
        (true, false) => {
            "SELECT date_added, seq, kind, twin, audience FROM added INDEXED BY added_by_date
             WHERE collection = ?1 AND newest = ?2 AND date_added > ?5
             AND ?3 IS NULL AND ?4 IS NULL ORDER BY date_added LIMIT ?6"
        }
        (true, true) => {
            "SELECT date_added, seq, kind, twin, audience FROM added INDEXED BY added_by_kind
             WHERE collection = ?1 AND newest = ?2 AND kind = ?4 AND date_added > ?5
             AND ?3 IS NULL ORDER BY date_added LIMIT ?6"
        }
        (false, false) => {
            "SELECT date_added, seq, kind, twin, audience FROM added
             WHERE collection = ?1 AND newest = ?2 AND audience = ?3 AND date_added > ?5
             AND ?4 IS NULL ORDER BY date_added LIMIT ?6"
        }
        (false, true) => {
            "SELECT date_added, seq, kind, twin, audience
             FROM added INDEXED BY added_by_audience_and_kind
             WHERE collection = ?1 AND newest = ?2 AND audience = ?3 AND kind = ?4
             AND date_added > ?5 ORDER BY date_added LIMIT ?6"
        }
    }
}
