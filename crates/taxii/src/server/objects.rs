//! Reading a collection: objects, manifest, one object, its versions (sections 5.3 to 5.8).

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use stix::{Id, Timestamp};
use store::{Item, Page, PageQuery, Position, Versions};

use super::answer::{Refusal, json, with_status};
use super::query::Query;
use super::seal::{self, Binding};
use super::{Asked, Endpoint};
use crate::host::{About, Account, Collection, Host};

const FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

pub(super) fn read<H: Host>(
    host: &H,
    about: &About,
    account: &Account,
    collection: &Collection,
    endpoint: Endpoint,
    object: &str,
    mut query: Query,
) -> Result<Response, Refusal> {
    let view = host.view(account);
    if matches!(endpoint, Endpoint::Object | Endpoint::Versions) {
        let id = Id::parse(object).map_err(|_| Refusal::not_found())?;
        let any = PageQuery { ids: vec![id.clone()], versions: Versions::All, ..PageQuery::of(collection.key, 1) };
        if view.page(&any)?.items.is_empty() {
            return Err(Refusal::not_found());
        }
        query.fingerprint = format!("{object}&{}", query.fingerprint);
        query.ids = vec![id];
        if endpoint == Endpoint::Versions {
            query.versions = Versions::All;
        }
    }
    let name = collection.id.to_string();
    let fingerprint = format!("{endpoint:?}&{}", query.fingerprint);
    let binding = Binding { account: &account.name, collection: &name, filters: &fingerprint };
    let position = match &query.next {
        None => None,
        Some(token) => Some(
            seal::open(&about.seal, &binding, token)
                .ok_or_else(|| Refusal::malformed("next: not a place in this list that was given to you"))?,
        ),
    };
    let page = view.page(&PageQuery {
        collection: collection.key,
        added_after: query.added_after,
        ids: query.ids,
        types: query.types,
        versions: query.versions,
        spec_versions: query.spec_versions,
        limit: query.limit,
        position,
    })?;
    let next = page.position.filter(|_| page.more).and_then(|at| seal::seal(&about.seal, &binding, at));
    if endpoint == Endpoint::Objects && query.fingerprint.is_empty() {
        if let (Some(after), None) = (query.added_after, position) {
            host.asked(account, collection, after);
        }
        if let Some(Position(up_to)) = page.position {
            host.served(account, collection, up_to);
        }
    }
    let body = match endpoint {
        Endpoint::Manifest => manifest(&page, next.as_deref()),
        Endpoint::Versions => versions(&page, next.as_deref()),
        _ => envelope(&page, next.as_deref()),
    };
    let mut response = with_status(StatusCode::OK, body);
    let added = |item: Option<&Item>| item.map(|item| Timestamp::from_micros(item.added));
    for (name, moment) in [(FIRST, added(page.items.first())), (LAST, added(page.items.last()))] {
        if let Some(value) = moment.and_then(|moment| HeaderValue::from_str(moment.as_str()).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// An envelope (section 3.7): the objects' bytes as they are, spliced.
fn envelope(page: &Page, next: Option<&str>) -> Vec<u8> {
    let size: usize = page.items.iter().map(|item| item.bytes.len() + 1).sum();
    let mut out = opening(next, size);
    if !page.items.is_empty() {
        push_key(&mut out, "objects");
        out.push(b'[');
        for (index, item) in page.items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&item.bytes);
        }
        out.push(b']');
    }
    out.push(b'}');
    out
}

fn manifest(page: &Page, next: Option<&str>) -> Vec<u8> {
    listing(page, next, "objects", |item| {
        let brief = item.brief();
        serde_json::json!({
            "id": brief.id,
            "date_added": Timestamp::from_micros(item.added),
            "version": brief.version.unwrap_or_else(|| Timestamp::from_micros(item.added).to_string()),
            "media_type": format!("application/stix+json;version={}", brief.spec_version.as_str()),
        })
    })
}

fn versions(page: &Page, next: Option<&str>) -> Vec<u8> {
    listing(page, next, "versions", |item| {
        let version = item.brief().version;
        serde_json::json!(version.unwrap_or_else(|| Timestamp::from_micros(item.added).to_string()))
    })
}

fn listing(page: &Page, next: Option<&str>, key: &str, row: impl Fn(&Item) -> serde_json::Value) -> Vec<u8> {
    let mut out = opening(next, page.items.len() * 200);
    if !page.items.is_empty() {
        let rows: Vec<_> = page.items.iter().map(row).collect();
        push_key(&mut out, key);
        out.extend_from_slice(serde_json::Value::Array(rows).to_string().as_bytes());
    }
    out.push(b'}');
    out
}

fn opening(next: Option<&str>, size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + 256);
    out.push(b'{');
    if let Some(next) = next {
        out.extend_from_slice(b"\"more\":true,\"next\":\"");
        out.extend_from_slice(next.as_bytes());
        out.push(b'"');
    }
    out
}

fn push_key(out: &mut Vec<u8>, key: &str) {
    if out.len() > 1 {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Deleting (section 5.7): from a collection that the account may read and write. Never a recall.
pub(super) fn delete<H: Host>(
    host: &H,
    account: &Account,
    collection: &Collection,
    asked: &Asked,
) -> Result<Response, Refusal> {
    if !(collection.can_read && collection.can_write) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "You may not delete from this collection"));
    }
    let query = Query::parse(&asked.query)?;
    if !query.fingerprint.is_empty() {
        return Err(Refusal::malformed("An object is deleted with all its versions: leave the filters out"));
    }
    let id = Id::parse(asked.segment(3)).map_err(|_| Refusal::not_found())?;
    if host.withdraw(account, collection, &id)? { Ok(json(&serde_json::json!({}))) } else { Err(Refusal::not_found()) }
}
