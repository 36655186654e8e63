//! A client for other nodes and for any TAXII 2.1 server.
//!
//! It trusts what it is given: the certificates, one host, and caps on what it takes. An object
//! that cannot be read is the caller's to judge: here it is bytes, and holds up no other.

mod config;
mod error;
mod network;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use stix::Timestamp;
use url::Url;

use crate::resource::Collections;
pub use crate::resource::{Detail, Discovery, Offered, Status};
pub use config::{Config, Credentials};
pub use error::Error;
pub use network::{Carried, Carrier, Network};

const LAST: &str = "x-taxii-date-added-last";

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
        let url = config::address(&config.url)?;
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
        self.page(collection, after, limit, None).await
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
        self.page(collection, after, limit, Some(next)).await
    }

    async fn page(
        &self,
        collection: &str,
        after: Option<&Timestamp>,
        limit: u32,
        next: Option<&str>,
    ) -> Result<Pulled, Error> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(default)]
            more: bool,
            #[serde(default)]
            next: Option<String>,
            #[serde(borrow, default)]
            objects: Vec<&'a RawValue>,
        }
        let mut url = self.below(&["collections", collection, "objects"]).await?;
        url.query_pairs_mut().append_pair("limit", &limit.to_string());
        if let Some(after) = after {
            // TAXII's own timestamps have six digits (section 2).
            let after = Timestamp::from_micros(after.micros());
            url.query_pairs_mut().append_pair("added_after", after.as_str());
        }
        if let Some(next) = next {
            url.query_pairs_mut().append_pair("next", next);
        }
        let (body, last) = self.get(url).await?;
        let Envelope { more, next, objects } =
            serde_json::from_slice(&body).map_err(|error| self.not_taxii(&error.to_string()))?;
        if objects.len() > limit as usize {
            let (found, most) = (objects.len(), limit as usize);
            return Err(Error::TooMany { host: self.host.clone(), found, most });
        }
        let slices: Vec<_> =
            objects.into_iter().map(|raw| body.slice_ref(raw.get().as_bytes())).collect();
        let last = last.filter(|_| !slices.is_empty());
        Ok(Pulled { slices, more, next: next.filter(|_| more), last })
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
        let request = self.request(Method::POST, url).header(header::CONTENT_TYPE, crate::TAXII);
        let (body, _) = self.send(request.body(body), StatusCode::ACCEPTED).await?;
        self.read(&body)
    }

    /// What became of objects that were handed in before (section 4.3).
    pub async fn status(&self, id: &str) -> Result<Status, Error> {
        let (body, _) = self.get(self.below(&["status", id]).await?).await?;
        self.read(&body)
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
        let Discovery { default, api_roots, .. } = self.discovery().await?;
        let root = default.or_else(|| api_roots.into_iter().next());
        let root = root.ok_or_else(|| self.not_taxii("it names no API root"))?;
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
        self.send(self.request(Method::GET, url), StatusCode::OK).await
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url).header(header::ACCEPT, crate::TAXII);
        match &self.config.credentials {
            Some(own) => request.basic_auth(&own.user, Some(&own.password)),
            None => request,
        }
    }

    /// The body, and the moment when the last object in it was added.
    async fn send(
        &self,
        request: RequestBuilder,
        expected: StatusCode,
    ) -> Result<(Bytes, Option<Timestamp>), Error> {
        let host = self.host.clone();
        let response = self.carried(request).await?;
        let status = response.status();
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let last = text(LAST).and_then(|text| Timestamp::parse(text).ok());
        let is_taxii = crate::media::is_taxii(text(header::CONTENT_TYPE.as_str()));
        if status.is_redirection() {
            let to = error::plain(text(header::LOCATION.as_str()).unwrap_or_default());
            return Err(Error::Elsewhere { host, to });
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(Error::SignIn { host });
        }
        let body = self.body(response).await?;
        if status != expected {
            return Err(Error::Refused { host, status: status.as_u16(), title: title(&body) });
        }
        if !is_taxii {
            return Err(self.not_taxii("its answer has another media type"));
        }
        Ok((body, last))
    }

    async fn carried(&self, request: RequestBuilder) -> Result<Response, Error> {
        let broken = |error| error::broken(&self.host, &error);
        match &self.config.network {
            Network::Machine => request.send().await.map_err(broken),
            Network::Given(carrier) => {
                let carried = carrier.carry(request.build().map_err(broken)?);
                let answered = tokio::time::timeout(self.config.patience, carried).await;
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

    fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(body).map_err(|error| self.not_taxii(&error.to_string()))
    }

    fn not_taxii(&self, reason: &str) -> Error {
        Error::NotTaxii { host: self.host.clone(), reason: error::plain(reason) }
    }
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
