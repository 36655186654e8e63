//! The server: one table of routes, one blocking hop per request.

mod answer;
mod objects;
mod query;
mod receive;
mod seal;
mod statuses;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use base64::Engine;
use bytes::Bytes;

use crate::host::{Account, Collection, Host};
use answer::{Refusal, json};
use query::Query;
use statuses::Statuses;

/// A route of the server.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The HTTP method; `GET` serves `HEAD` too.
    pub method: &'static str,
    /// The path, with `{names}`.
    pub path: &'static str,
    endpoint: Endpoint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Discovery,
    ApiRoot,
    Status,
    Collections,
    Collection,
    Manifest,
    Objects,
    AddObjects,
    Object,
    DeleteObject,
    Versions,
}

const fn route(method: &'static str, path: &'static str, endpoint: Endpoint) -> Route {
    Route { method, path, endpoint }
}

/// Every route: the router is made from this table.
pub const ROUTES: &[Route] = &[
    route("GET", "/taxii2/", Endpoint::Discovery),
    route("GET", "/taxii2/api/", Endpoint::ApiRoot),
    route("GET", "/taxii2/api/status/{status}/", Endpoint::Status),
    route("GET", "/taxii2/api/collections/", Endpoint::Collections),
    route("GET", "/taxii2/api/collections/{collection}/", Endpoint::Collection),
    route("GET", "/taxii2/api/collections/{collection}/manifest/", Endpoint::Manifest),
    route("GET", "/taxii2/api/collections/{collection}/objects/", Endpoint::Objects),
    route("POST", "/taxii2/api/collections/{collection}/objects/", Endpoint::AddObjects),
    route("GET", "/taxii2/api/collections/{collection}/objects/{object}/", Endpoint::Object),
    route("DELETE", "/taxii2/api/collections/{collection}/objects/{object}/", Endpoint::DeleteObject),
    route("GET", "/taxii2/api/collections/{collection}/objects/{object}/versions/", Endpoint::Versions),
];

/// The routes of [`ROUTES`] over `host`, each with and without its last slash.
pub fn router<H: Host>(host: H) -> axum::Router {
    let server = Arc::new(Server { host, statuses: Statuses::default() });
    let mut router = axum::Router::new();
    for route in ROUTES {
        let endpoint = route.endpoint;
        let filter = match route.method {
            "POST" => MethodFilter::POST,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        for path in [route.path, route.path.trim_end_matches('/')] {
            let server = server.clone();
            router = router.route(path, on(filter, move |request: Request| serve(server, endpoint, request)));
        }
    }
    router
}

struct Server<H> {
    host: H,
    statuses: Statuses,
}

/// What a request asks, read as far as it can be without the host.
struct Asked {
    segments: Vec<String>,
    query: String,
    authorization: Option<String>,
    body: Bytes,
}

impl Asked {
    /// A part of the path after `/taxii2/api/`.
    fn segment(&self, index: usize) -> &str {
        self.segments.get(index).map_or("", String::as_str)
    }
}

async fn serve<H: Host>(server: Arc<Server<H>>, endpoint: Endpoint, request: Request) -> Response {
    let is_head = request.method() == Method::HEAD;
    let response = match read(&server, request).await {
        Err(refusal) => refusal.into(),
        Ok(asked) => {
            let answered = tokio::task::spawn_blocking(move || answer(&server, endpoint, &asked)).await;
            answered.map_or_else(|_| Refusal::failed("the request was broken off").into(), |result| result.unwrap_or_else(Response::from))
        }
    };
    if is_head {
        let (parts, _) = response.into_parts();
        return Response::from_parts(parts, Body::empty());
    }
    response
}

async fn read<H: Host>(server: &Server<H>, request: Request) -> Result<Asked, Refusal> {
    let (parts, body) = request.into_parts();
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let accept = parts.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accept = accept.collect::<Vec<_>>().join(",");
    if !crate::media::accepts(Some(&accept)) {
        return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "This server answers in TAXII 2.1")
            .because(format!("Accept {}", crate::TAXII)));
    }
    let mut bytes = Bytes::new();
    if parts.method == Method::POST {
        if !crate::media::is_taxii(text(header::CONTENT_TYPE)) {
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be a TAXII 2.1 envelope")
                .because(format!("Send Content-Type: {}", crate::TAXII)));
        }
        let most = server.host.about().max_content_length;
        let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        let too_large = || {
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
                .because(format!("This server takes at most {most} bytes at once"))
        };
        if announced.is_some_and(|length| length > most) {
            return Err(too_large());
        }
        bytes = axum::body::to_bytes(body, most).await.map_err(|_| too_large())?;
    }
    let path = parts.uri.path().trim_start_matches("/taxii2").trim_matches('/');
    let decode = |segment: &str| url::form_urlencoded::parse(segment.replace('+', "%2B").as_bytes()).next().map(|(name, _)| name.into_owned());
    Ok(Asked {
        segments: path.split('/').skip(1).filter_map(decode).collect(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: text(header::AUTHORIZATION).map(str::to_owned),
        body: bytes,
    })
}

fn answer<H: Host>(server: &Server<H>, endpoint: Endpoint, asked: &Asked) -> Result<Response, Refusal> {
    let host = &server.host;
    let account = sign_in(host, asked.authorization.as_deref())?;
    let about = host.about();
    match endpoint {
        Endpoint::Discovery => Ok(json(&serde_json::json!({
            "title": about.title, "description": about.description,
            "default": "/taxii2/api/", "api_roots": ["/taxii2/api/"],
        }))),
        Endpoint::ApiRoot => Ok(json(&serde_json::json!({
            "title": about.title, "description": about.description,
            "versions": [crate::TAXII], "max_content_length": about.max_content_length,
        }))),
        Endpoint::Status => server.statuses.get(&account.name, asked.segment(1)).map_or_else(|| Err(Refusal::not_found()), |status| Ok(json(&status))),
        Endpoint::Collections => {
            let all: Vec<_> = host.collections(&account)?.iter().map(resource).collect();
            Ok(json(&if all.is_empty() { serde_json::json!({}) } else { serde_json::json!({ "collections": all }) }))
        }
        Endpoint::Collection => Ok(json(&resource(&find(host, &account, asked.segment(1))?))),
        Endpoint::AddObjects => {
            let collection = find(host, &account, asked.segment(1))?;
            receive::receive(server, &account, &collection, asked)
        }
        Endpoint::DeleteObject => {
            let collection = find(host, &account, asked.segment(1))?;
            objects::delete(host, &account, &collection, asked)
        }
        Endpoint::Manifest | Endpoint::Objects | Endpoint::Object | Endpoint::Versions => {
            let collection = find(host, &account, asked.segment(1))?;
            if !collection.can_read {
                return Err(Refusal::new(StatusCode::FORBIDDEN, "You may not read this collection"));
            }
            let query = Query::parse(&asked.query)?;
            objects::read(host, &about, &account, &collection, endpoint, asked.segment(3), query)
        }
    }
}

/// HTTP Basic (TAXII 2.1 section 1.6.9.2).
fn sign_in<H: Host>(host: &H, header: Option<&str>) -> Result<Account, Refusal> {
    let credentials = header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let found = match credentials.as_deref().and_then(|text| text.split_once(':')) {
        Some((user, password)) => host.authenticate(user, password)?,
        None => None,
    };
    found.ok_or_else(Refusal::sign_in)
}

/// A collection that is not the account's is not there.
fn find<H: Host>(host: &H, account: &Account, name: &str) -> Result<Collection, Refusal> {
    let fits = |held: &Collection| held.id.to_string() == name || held.alias.as_deref() == Some(name);
    host.collections(account)?.into_iter().find(fits).ok_or_else(Refusal::not_found)
}

fn resource(collection: &Collection) -> serde_json::Value {
    let mut resource = serde_json::json!({
        "id": collection.id, "title": collection.title, "description": collection.description,
        "can_read": collection.can_read, "can_write": collection.can_write,
        "media_types": [crate::STIX],
    });
    if let Some(alias) = &collection.alias {
        resource["alias"] = serde_json::json!(alias);
    }
    resource
}
