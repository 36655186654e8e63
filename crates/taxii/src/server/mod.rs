//! The server: one table of routes, one way through for every request.
//!
//! Signing in, negotiation and the answer itself are one hop to a thread that may wait. Only what
//! carries a body takes two, so that nothing of it is read before its sender is known and may
//! write there.

pub(crate) mod answer;
mod body;
mod delete;
mod page;
mod pieces;
pub mod probe;
mod query;
mod read;
mod receive;
mod seal;
pub(crate) mod sign_in;
mod statuses;
mod tag;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::http::{StatusCode, header, request::Parts};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::host::{About, Account, Collection, Host, Reached};
use crate::resource::{ApiRoot, Collections, Discovery, Offered};
use answer::{Refusal, text};
use body::Room;
use seal::Seal;
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
    Nothing,
}

const fn route(method: &'static str, path: &'static str, endpoint: Endpoint) -> Route {
    Route { method, path, endpoint }
}

/// Every route (section 3.1): the router is made from this table.
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
    route(
        "DELETE",
        "/taxii2/api/collections/{collection}/objects/{object}/",
        Endpoint::DeleteObject,
    ),
    route(
        "GET",
        "/taxii2/api/collections/{collection}/objects/{object}/versions/",
        Endpoint::Versions,
    ),
];

const API_ROOT: &str = "/taxii2/api/";

/// The routes of [`ROUTES`] over `host`, each with and without its last slash. Whatever else is
/// asked for under `/taxii2/` is not there. Who says that he unpacks gets answers packed, quickly
/// rather than tightly; an answer holds no secret of the server's beside what its reader sent.
pub fn router<H: Host>(host: H) -> axum::Router {
    let seal = Seal::new(&host.about().seal);
    let server =
        Arc::new(Server { host, seal, statuses: Statuses::default(), room: Room::default() });
    let answering = |endpoint| {
        let server = server.clone();
        move |parameters: Parameters, request: Request| serve(server, endpoint, parameters, request)
    };
    let mut paths: BTreeMap<&str, MethodRouter> = BTreeMap::new();
    for route in ROUTES {
        let filter = match route.method {
            "POST" => MethodFilter::POST,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        let methods = paths
            .remove(route.path)
            .unwrap_or_else(|| MethodRouter::new().fallback(answer::method_not_allowed));
        paths.insert(route.path, methods.on(filter, answering(route.endpoint)));
    }
    let mut router = axum::Router::new();
    for (path, methods) in paths {
        router = router.route(path.trim_end_matches('/'), methods.clone()).route(path, methods);
    }
    router
        .route("/taxii2/{*rest}", MethodRouter::new().fallback(answering(Endpoint::Nothing)))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

type Parameters = Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>;

struct Server<H> {
    host: H,
    seal: Seal,
    statuses: Statuses,
    room: Room,
}

/// What a request asks, its sender known and its wish fit to be answered in TAXII.
struct Asked {
    about: About,
    account: Account,
    endpoint: Endpoint,
    parameters: Vec<(String, String)>,
    parts: Parts,
}

impl Asked {
    /// What stands in the path for `{name}`.
    fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// What follows the question mark.
    fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }
}

async fn serve<H: Host>(
    server: Arc<Server<H>>,
    endpoint: Endpoint,
    parameters: Parameters,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let answered = if endpoint == Endpoint::AddObjects {
        add(server, parameters, parts, body).await
    } else {
        aside(move || answer(&server, &ask(&server, endpoint, parameters, parts)?)).await
    };
    answered.unwrap_or_else(Response::from)
}

/// Runs what may wait on a thread that may.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Refusal::failed("the request was broken off")))
}

fn ask<H: Host>(
    server: &Server<H>,
    endpoint: Endpoint,
    parameters: Parameters,
    parts: Parts,
) -> Result<Asked, Refusal> {
    let account = sign_in::sign_in(&server.host, &parts)?;
    let accept = parts.headers.get_all(header::ACCEPT).iter();
    let accept = accept.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>();
    // Section 5.3 lets a manifest be asked for with the type of what it lists, too.
    let also = (endpoint == Endpoint::Manifest).then_some("application/stix+json");
    if !crate::media::accepts(&accept.join(","), also) {
        return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "This server answers in TAXII 2.1")
            .because(format!("Send the header Accept: {}", crate::TAXII)));
    }
    let parameters = parameters.map_err(|_| Refusal::not_found())?;
    let parameters = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let parameters = parameters.collect();
    Ok(Asked { about: server.host.about(), account, endpoint, parameters, parts })
}

fn answer<H: Host>(server: &Server<H>, asked: &Asked) -> Result<Response, Refusal> {
    let Server { host, seal, .. } = server;
    let About { title, description, contact, .. } = &asked.about;
    let resource = match asked.endpoint {
        Endpoint::Discovery => text(&Discovery {
            title: title.clone(),
            description: Some(description.clone()),
            contact: contact.clone(),
            default: Some(api_root(asked)),
            api_roots: vec![api_root(asked)],
        }),
        Endpoint::ApiRoot => text(&ApiRoot {
            title: title.clone(),
            description: Some(description.clone()),
            versions: vec![crate::TAXII.to_owned()],
            max_content_length: asked.about.max_content_length as u64,
        }),
        Endpoint::Status => status(server, asked)?,
        Endpoint::Collections => {
            let collections = host.collections(&asked.account)?.iter().map(offered).collect();
            text(&Collections { collections })
        }
        Endpoint::Collection => text(&offered(&find(host, asked)?)),
        Endpoint::Manifest | Endpoint::Objects | Endpoint::Object | Endpoint::Versions => {
            return read::read(server, asked, &find(host, asked)?);
        }
        Endpoint::DeleteObject => return delete::delete(host, asked, &find(host, asked)?),
        Endpoint::AddObjects | Endpoint::Nothing => return Err(Refusal::not_found()),
    };
    tag::answer(seal, asked, resource)
}

/// Where the API root is: the whole address if that is known, else a path on the same server.
fn api_root(asked: &Asked) -> String {
    let reached = asked.parts.extensions.get::<Reached>();
    reached.map_or_else(|| API_ROOT.to_owned(), |Reached(at)| format!("{at}{API_ROOT}"))
}

/// What became of a request: what the server remembers of it, or what the host kept.
fn status<H: Host>(server: &Server<H>, asked: &Asked) -> Result<String, Refusal> {
    let id = asked.parameter("status");
    if let Some(held) = server.statuses.get(&asked.account.name, id) {
        return String::from_utf8(held.to_vec()).map_err(Refusal::failed);
    }
    let kept = server.host.status(&asked.account, id)?.ok_or_else(Refusal::not_found)?;
    Ok(text(&kept))
}

async fn add<H: Host>(
    server: Arc<Server<H>>,
    parameters: Parameters,
    parts: Parts,
    body: Body,
) -> Result<Response, Refusal> {
    let host = server.clone();
    let (asked, collection) = aside(move || {
        let asked = ask(&host, Endpoint::AddObjects, parameters, parts)?;
        let collection = find(&host.host, &asked)?;
        receive::may_write(&asked, &collection)?;
        Ok((asked, collection))
    })
    .await?;
    let announced = asked.parts.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    let About { max_content_length: most, patience, .. } = asked.about;
    let (packed, mut held) = body::read(body, announced, most, patience, &server.room).await?;
    if body::Coding::of(&asked.parts.headers)? != body::Coding::Plain {
        server.room.more(&mut held, most)?;
    }
    receive::receive(server, asked, collection, packed, held).await
}

/// The collection that the path names. One that is not the account's is not there.
fn find<H: Host>(host: &H, asked: &Asked) -> Result<Collection, Refusal> {
    let name = asked.parameter("collection");
    let id = uuid::Uuid::try_parse(name).ok();
    let fits = |held: &Collection| Some(held.id) == id || held.alias.as_deref() == Some(name);
    host.collections(&asked.account)?.into_iter().find(fits).ok_or_else(Refusal::not_found)
}

fn offered(collection: &Collection) -> Offered {
    Offered {
        id: collection.id.to_string(),
        title: collection.title.clone(),
        description: Some(collection.description.clone()),
        alias: collection.alias.clone(),
        can_read: collection.can_read,
        can_write: collection.can_write,
        media_types: vec![crate::STIX.to_owned(), crate::STIX_20.to_owned()],
    }
}
