//! A client for other nodes and for any TAXII 2.1 server.
//!
//! It trusts what it is given: the certificates, one host, and caps on what it takes. An object
//! that cannot be read is the caller's to judge: here it is bytes, and holds up no other.

mod beside;
mod config;
mod error;
mod files;
mod guard;
mod network;
mod pin;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::header::{self, AsHeaderName, HeaderMap};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use stix::{Id, SpecVersion, Timestamp};
use url::Url;

use crate::resource::{Collections, Manifest, Versions};
pub use crate::resource::{Detail, Discovery, ManifestRecord, Offered, Status};
pub use beside::{Heard, Line};
pub use config::{Config, Credentials, Identity, needs_allowance};
pub use error::Error;
pub use files::Files;
pub use guard::is_public;
pub use network::{Carried, Carrier, Network};
pub use pin::Pin;

const LAST: &str = "x-taxii-date-added-last";

/// What is asked of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Only what was added after this moment.
    pub after: Option<Timestamp>,
    /// Where a page before it ended: its [`Pulled::next`]. All else must be as it was then.
    pub next: Option<String>,
    /// Only objects of these types; empty: of all.
    pub types: Vec<String>,
    /// Only these objects; empty: all.
    pub ids: Vec<Id>,
    /// Which versions, as the standard writes them (section 3.4.1): `all`, `first,last`, moments.
    /// Empty: the newest.
    pub versions: String,
    /// Only objects of these versions of STIX; empty: of all.
    pub spec_versions: Vec<SpecVersion>,
    /// At most so many.
    pub limit: u32,
}

/// A page that was pulled.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// The objects' bytes as they came, oldest first.
    pub slices: Vec<Bytes>,
    /// Whether there is more behind them.
    pub more: bool,
    /// Where to go on with [`Client::pull_next`], if the server said so.
    pub next: Option<String>,
    /// When the last of them was added: where to go on with [`Client::pull`]. `None` when there
    /// are no objects, or when the server did not say.
    pub last: Option<Timestamp>,
}

/// A connection to one server. Cheap to clone: clones share it.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    config: Arc<Config>,
    url: Url,
    host: String,
    root: Arc<tokio::sync::OnceCell<Url>>,
}

impl Client {
    /// Prepares a connection; nothing is sent yet.
    pub fn new(config: Config) -> Result<Self, Error> {
        let url = config::address(&config)?;
        let http = config::http(&config)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { http, config: Arc::new(config), url, host, root: Arc::default() })
    }

    /// What the server says of itself (section 4.1).
    pub async fn discovery(&self) -> Result<Discovery, Error> {
        let (body, _) = self.get(self.url.clone()).await?;
        self.read(&body)
    }

    /// The collections of the server's default API root, or of its first (section 5.1).
    pub async fn collections(&self) -> Result<Vec<Offered>, Error> {
        let (body, _) = self.get(self.below(&["collections"]).await?).await?;
        Ok(self.read::<Collections>(&body)?.collections)
    }

    /// At most `limit` objects that were added to a collection after a moment, oldest first
    /// (section 5.4).
    pub async fn pull(
        &self,
        collection: &str,
        after: Option<&Timestamp>,
        limit: u32,
    ) -> Result<Pulled, Error> {
        self.ask(collection, &Ask { after: after.cloned(), limit, ..Ask::default() }).await
    }

    /// What follows a page that was pulled with the same `collection` and `after`: `next` is its
    /// [`Pulled::next`].
    pub async fn pull_next(
        &self,
        collection: &str,
        after: Option<&Timestamp>,
        limit: u32,
        next: &str,
    ) -> Result<Pulled, Error> {
        let next = Some(next.to_owned());
        let ask = Ask { after: after.cloned(), next, limit, ..Ask::default() };
        self.ask(collection, &ask).await
    }

    /// A page of a collection's objects, oldest first (section 5.4).
    pub async fn ask(&self, collection: &str, ask: &Ask) -> Result<Pulled, Error> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(default)]
            more: bool,
            #[serde(default)]
            next: Option<String>,
            #[serde(borrow, default)]
            objects: Vec<&'a RawValue>,
        }
        let url = self.below(&["collections", collection, "objects"]).await?;
        let (body, last) = self.get(asking(url, ask)).await?;
        let Envelope { more, next, objects } = self.read(&body)?;
        let (found, most) = (objects.len(), self.config.most_objects);
        if found > most {
            return Err(Error::TooMany { host: self.host.clone(), found, most });
        }
        let slices: Vec<_> =
            objects.into_iter().map(|raw| body.slice_ref(raw.get().as_bytes())).collect();
        let last = last.filter(|_| !slices.is_empty());
        Ok(Pulled { slices, more, next: next.filter(|_| more), last })
    }

    /// What a collection holds, oldest first (section 5.3).
    pub async fn manifest(
        &self,
        collection: &str,
        ask: &Ask,
    ) -> Result<Vec<ManifestRecord>, Error> {
        let url = self.below(&["collections", collection, "manifest"]).await?;
        let (body, _) = self.get(asking(url, ask)).await?;
        Ok(self.read::<Manifest>(&body)?.objects)
    }

    /// The newest version of one object of a collection (section 5.6); nothing, if the server
    /// gives none.
    pub async fn object(&self, collection: &str, id: &str) -> Result<Option<Bytes>, Error> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow, default)]
            objects: Vec<&'a RawValue>,
        }
        let url = self.below(&["collections", collection, "objects", id]).await?;
        let (body, _) = self.get(url).await?;
        let Envelope { objects } = self.read(&body)?;
        Ok(objects.last().map(|raw| body.slice_ref(raw.get().as_bytes())))
    }

    /// Hands objects in (section 5.5), their bytes as they are. What became of each stands in the
    /// status.
    pub async fn post(&self, collection: &str, objects: &[Bytes]) -> Result<Status, Error> {
        let url = self.below(&["collections", collection, "objects"]).await?;
        let size: usize = objects.iter().map(|object| object.len() + 1).sum();
        let mut body = Vec::with_capacity(size + 32);
        body.extend_from_slice(b"{\"objects\":[");
        for (index, object) in objects.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            body.extend_from_slice(object);
        }
        body.extend_from_slice(b"]}");
        let request = self
            .request(Method::POST, url, crate::TAXII)
            .header(header::CONTENT_TYPE, crate::TAXII);
        let (body, _) = self.send(request.body(body), StatusCode::ACCEPTED).await?;
        self.read(&body)
    }

    /// What became of objects that were handed in before (section 4.3).
    pub async fn status(&self, id: &str) -> Result<Status, Error> {
        let (body, _) = self.get(self.below(&["status", id]).await?).await?;
        self.read(&body)
    }

    /// The status of a request as soon as it is complete, or as it is after `patience`: a server
    /// may take its time (section 5.5).
    pub async fn settled(&self, status: Status, patience: Duration) -> Result<Status, Error> {
        let (mut status, mut pause) = (status, Duration::from_millis(100));
        let mut left = patience;
        while !status.is_complete() && !left.is_zero() {
            let wait = pause.min(left);
            tokio::time::sleep(wait).await;
            left = left.saturating_sub(wait);
            pause = (pause * 2).min(Duration::from_secs(10));
            status = self.status(&status.id).await?;
        }
        Ok(status)
    }

    /// The versions of an object that a collection has (section 5.8), as the server writes them.
    pub async fn versions(&self, collection: &str, id: &Id) -> Result<Vec<String>, Error> {
        let path = ["collections", collection, "objects", id.as_str(), "versions"];
        let (body, _) = self.get(self.below(&path).await?).await?;
        Ok(self.read::<Versions>(&body)?.versions)
    }

    /// Deletes an object from a collection, or some of its versions (section 5.7), named as in
    /// [`Ask::versions`].
    pub async fn delete(
        &self,
        collection: &str,
        id: &Id,
        versions: Option<&str>,
    ) -> Result<(), Error> {
        let mut url = self.below(&["collections", collection, "objects", id.as_str()]).await?;
        if let Some(versions) = versions {
            url.query_pairs_mut().append_pair("match[version]", versions);
        }
        let request = self.request(Method::DELETE, url, crate::TAXII);
        self.exchange(request, StatusCode::OK).await.map(|_| ())
    }

    /// An address below the API root, which is found once per client.
    async fn below(&self, path: &[&str]) -> Result<Url, Error> {
        let mut url = self.root.get_or_try_init(|| self.find_root()).await?.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path).push("");
        }
        Ok(url)
    }

    async fn find_root(&self) -> Result<Url, Error> {
        let root = if let Some(root) = &self.config.api_root {
            root.clone()
        } else {
            let Discovery { default, api_roots, .. } = self.discovery().await?;
            let root = default.or_else(|| api_roots.into_iter().next());
            root.ok_or_else(|| self.not_taxii("it names no API root"))?
        };
        let mut url = self.url.join(&root).map_err(|error| self.not_taxii(&error.to_string()))?;
        if url.origin() != self.url.origin() {
            return Err(Error::Elsewhere { host: self.host.clone(), to: error::plain(&root) });
        }
        // API roots have no query (section 4.1.1).
        url.set_query(None);
        url.set_fragment(None);
        Ok(url)
    }

    async fn get(&self, url: Url) -> Result<(Bytes, Option<Timestamp>), Error> {
        self.send(self.request(Method::GET, url, crate::TAXII), StatusCode::OK).await
    }

    fn request(&self, method: Method, url: Url, accept: &'static str) -> RequestBuilder {
        let request = self.http.request(method, url).header(header::ACCEPT, accept);
        match &self.config.credentials {
            Some(own) => request.basic_auth(&own.user, Some(&own.password)),
            None => request,
        }
    }

    /// The body of a TAXII answer, and the moment when the last object in it was added.
    async fn send(
        &self,
        request: RequestBuilder,
        expected: StatusCode,
    ) -> Result<(Bytes, Option<Timestamp>), Error> {
        let (headers, body) = self.exchange(request, expected).await?;
        if !crate::media::is_taxii(text(&headers, &header::CONTENT_TYPE)) {
            return Err(self.not_taxii("its answer has another media type"));
        }
        Ok((body, text(&headers, LAST).and_then(|text| Timestamp::parse(text).ok())))
    }

    /// The head and the body of an answer, if it is the expected one.
    async fn exchange(
        &self,
        request: RequestBuilder,
        expected: StatusCode,
    ) -> Result<(HeaderMap, Bytes), Error> {
        let host = self.host.clone();
        let response = self.carried(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_redirection() {
            let to = error::plain(text(&headers, &header::LOCATION).unwrap_or_default());
            return Err(Error::Elsewhere { host, to });
        }
        match status {
            StatusCode::UNAUTHORIZED => return Err(Error::SignIn { host }),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let after = retry_after(&headers);
                return Err(Error::Busy { host, status: status.as_u16(), after });
            }
            _ => {}
        }
        let body = self.body(response).await?;
        if status != expected {
            return Err(Error::Refused { host, status: status.as_u16(), title: title(&body) });
        }
        Ok((headers, body))
    }

    async fn carried(&self, request: RequestBuilder) -> Result<Response, Error> {
        let broken = |error| error::broken(&self.host, &error);
        match &self.config.network {
            Network::Machine => request.send().await.map_err(broken),
            Network::Given(carrier) => {
                let answer = carrier.carry(request.build().map_err(broken)?);
                let answered = tokio::time::timeout(self.config.patience, answer).await;
                let host = self.host.clone();
                match answered {
                    Ok(Ok(response)) => Ok(response),
                    Ok(Err(error)) => Err(Error::Connection { host, reason: error.to_string() }),
                    Err(_) => Err(Error::Timeout { host }),
                }
            }
        }
    }

    async fn body(&self, response: Response) -> Result<Bytes, Error> {
        let most = self.config.most;
        let mut body = BytesMut::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| error::broken(&self.host, &error))?;
            if body.len() + piece.len() > most {
                return Err(Error::TooLarge { host: self.host.clone(), most });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }

    fn read<'b, T: Deserialize<'b>>(&self, body: &'b [u8]) -> Result<T, Error> {
        serde_json::from_slice(body).map_err(|error| {
            let reason = error::plain(&error.to_string());
            Error::Unreadable { host: self.host.clone(), reason }
        })
    }

    fn not_taxii(&self, reason: &str) -> Error {
        Error::NotTaxii { host: self.host.clone(), reason: error::plain(reason) }
    }
}

/// The address with what is asked of it.
fn asking(mut url: Url, ask: &Ask) -> Url {
    let mut query = url.query_pairs_mut();
    query.append_pair("limit", &ask.limit.to_string());
    if let Some(after) = &ask.after {
        // TAXII's own timestamps have six digits (section 2).
        query.append_pair("added_after", Timestamp::from_micros(after.micros()).as_str());
    }
    if let Some(next) = &ask.next {
        query.append_pair("next", next);
    }
    if !ask.types.is_empty() {
        query.append_pair("match[type]", &ask.types.join(","));
    }
    if !ask.ids.is_empty() {
        let ids: Vec<&str> = ask.ids.iter().map(Id::as_str).collect();
        query.append_pair("match[id]", &ids.join(","));
    }
    if !ask.versions.is_empty() {
        query.append_pair("match[version]", &ask.versions);
    }
    if !ask.spec_versions.is_empty() {
        let specs: Vec<&str> = ask.spec_versions.iter().map(|spec| spec.as_str()).collect();
        query.append_pair("match[spec_version]", &specs.join(","));
    }
    drop(query);
    url
}

fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// In how many seconds a busy server wants to be asked again. A date counts from the server's own.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let said = text(headers, header::RETRY_AFTER)?.trim();
    if let Ok(seconds) = said.parse() {
        return Some(seconds);
    }
    let moment = |text: &str| httpdate::parse_http_date(text).ok();
    let now = moment(text(headers, header::DATE)?)?;
    Some(moment(said)?.duration_since(now).unwrap_or_default().as_secs())
}

/// What an error resource says, as far as it is one.
fn title(body: &[u8]) -> String {
    let message: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |key: &str| message.get(key).and_then(serde_json::Value::as_str);
    let title = text("title").unwrap_or("no reason given");
    error::plain(&match text("description") {
        Some(description) => format!("{title}: {description}"),
        None => title.to_owned(),
    })
}
