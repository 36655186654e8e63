//! Reading a collection: objects, manifest, one object, its versions (sections 5.3, 5.4, 5.6, 5.8).

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use stix::{Id, Timestamp};
use store::{Manifest, Page, PageQuery, Position, Versions, View};

use super::answer::{Refusal, with_status};
use super::query::{Filter, Query};
use super::seal::Binding;
use super::tag::{self, Tag};
use super::{Asked, Endpoint, Server, page};
use crate::host::{Collection, Host};

const FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

pub(super) fn read<H: Host>(
    server: &Server<H>,
    asked: &Asked,
    collection: &Collection,
) -> Result<Response, Refusal> {
    if !collection.can_read {
        return Err(Refusal::forbidden("You may not read this collection"));
    }
    let endpoint = asked.endpoint;
    let mut query = Query::parse(asked.query())?;
    // What a place is bound to: the endpoint and the object too, as they stand in the path.
    let bound = format!("{endpoint:?} {} {}", asked.parameter("object"), query.filter.text);
    let name = collection.id.to_string();
    let binding = Binding { account: &asked.account.name, collection: &name, filters: &bound };
    let position = match &query.next {
        None => None,
        Some(token) => Some(server.seal.open(&binding, token).ok_or_else(|| {
            Refusal::malformed("next: not a place in this list that was given to you")
        })?),
    };
    let view = server.host.view(&asked.account, collection);
    let wants_one = matches!(endpoint, Endpoint::Object | Endpoint::Versions);
    if wants_one {
        narrow(&mut query.filter, endpoint, asked.parameter("object"))?;
    }
    let page = Read::of(&view, collection, &query, position, endpoint)?;
    if wants_one && page.is_empty() && !is_there(&view, collection, &query)? {
        return Err(Refusal::not_found());
    }
    if endpoint == Endpoint::Objects && query.filter.text.is_empty() {
        if let (Some(after), None) = (query.added_after, position) {
            server.host.asked(&asked.account, collection, after);
        }
        if let Some(Position(up_to)) = page.position() {
            server.host.served(&asked.account, collection, up_to);
        }
    }
    let tag = page.tag(Tag::begin(&server.seal, asked))?;
    if tag::is_held(asked, &tag) {
        return Ok(tag::unchanged(tag));
    }
    let next = page.position().filter(|_| page.more());
    let next = next.and_then(|at| server.seal.seal(&binding, at));
    let (first, last) = page.moments();
    let mut response = with_status(StatusCode::OK, page.body(endpoint, next.as_deref()));
    // The standard wants both headers in every page (section 3.2). An empty page names the place
    // from which it was asked for: who goes on from there misses nothing.
    let place = position.map(|Position(at)| at).or(query.added_after).unwrap_or(0);
    for (name, moment) in [(FIRST, first), (LAST, last)] {
        let moment =
            HeaderValue::from_str(Timestamp::from_micros(moment.unwrap_or(place)).as_str());
        response.headers_mut().insert(name, moment.map_err(Refusal::failed)?);
    }
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// Narrows the filters to one object. All its versions count when its versions are asked for.
fn narrow(filter: &mut Filter, endpoint: Endpoint, object: &str) -> Result<(), Refusal> {
    let id = Id::parse(object).map_err(|_| Refusal::not_found())?;
    filter.is_void |= !filter.ids.is_empty() && !filter.ids.contains(&id);
    filter.ids = vec![id];
    if endpoint == Endpoint::Versions {
        filter.versions = Some(Versions::All);
    }
    Ok(())
}

/// A page as far as an endpoint needs it read: with the objects' bytes or without.
enum Read {
    Objects(Page),
    Briefs(Manifest),
}

impl Read {
    fn of(
        view: &View,
        collection: &Collection,
        query: &Query,
        position: Option<Position>,
        endpoint: Endpoint,
    ) -> Result<Self, Refusal> {
        let Some(query) = page_query(collection, query, position) else {
            return Ok(Self::Objects(Page::empty()));
        };
        Ok(match endpoint {
            Endpoint::Manifest | Endpoint::Versions => Self::Briefs(view.manifest(&query)?),
            _ => Self::Objects(view.page(&query)?),
        })
    }

    fn is_empty(&self) -> bool {
        self.position().is_none()
    }

    fn position(&self) -> Option<Position> {
        match self {
            Self::Objects(page) => page.position,
            Self::Briefs(page) => page.position,
        }
    }

    fn more(&self) -> bool {
        match self {
            Self::Objects(page) => page.more,
            Self::Briefs(page) => page.more,
        }
    }

    fn tag(&self, mut tag: Tag) -> Result<HeaderValue, Refusal> {
        match self {
            Self::Objects(page) => {
                page.items.iter().for_each(|item| tag.add_item(item.added, item.bytes.len()));
            }
            Self::Briefs(page) => page.items.iter().for_each(|item| tag.add_item(item.added, 0)),
        }
        tag.add(&[u8::from(self.more())]);
        tag.finish()
    }

    /// When the first and the last object of the page became visible.
    fn moments(&self) -> (Option<i64>, Option<i64>) {
        let first = match self {
            Self::Objects(page) => page.items.first().map(|item| item.added),
            Self::Briefs(page) => page.items.first().map(|item| item.added),
        };
        (first, self.position().map(|Position(at)| at))
    }

    fn body(self, endpoint: Endpoint, next: Option<&str>) -> Body {
        match self {
            Self::Objects(page) => page::envelope(page, next),
            Self::Briefs(page) if endpoint == Endpoint::Versions => page::versions(&page, next),
            Self::Briefs(page) => page::manifest(&page, next),
        }
    }
}

/// What to read of the store; nothing if no object can fit.
fn page_query(
    collection: &Collection,
    query: &Query,
    position: Option<Position>,
) -> Option<PageQuery> {
    let Query { filter, .. } = query;
    if filter.is_void {
        return None;
    }
    Some(PageQuery {
        collection: collection.key,
        added_after: query.added_after,
        ids: filter.ids.clone(),
        types: filter.types.clone(),
        versions: filter.versions.clone().unwrap_or_default(),
        spec_versions: filter.spec_versions.clone(),
        limit: query.limit,
        position,
    })
}

/// Whether the object is there at all, in the versions asked for: then an empty page says that
/// nothing of it was added since, or that it is not written in that version of STIX.
fn is_there(view: &View, collection: &Collection, query: &Query) -> Result<bool, Refusal> {
    let versions = query.filter.versions.clone().unwrap_or_default();
    let ids = query.filter.ids.clone();
    let any = PageQuery { ids, versions, ..PageQuery::of(collection.key, 1) };
    Ok(!view.page(&any)?.items.is_empty())
}
