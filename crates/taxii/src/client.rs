//! A client for other nodes and for any TAXII 2.1 server.
//!
//! It trusts what it is given: the certificates, no redirects, caps on what it takes.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::{Certificate, StatusCode, redirect};
use serde::Deserialize;
use stix::Timestamp;
use url::Url;

/// Where and how to connect.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address of discovery, usually ending in `/taxii2/`.
    pub url: String,
    /// Name and password for HTTP Basic.
    pub credentials: Option<Credentials>,
    /// The certificates to check the server's against, in PEM. Empty: plain HTTP on loopback only.
    pub roots: String,
    /// How long to wait for a connection, and for each piece of an answer.
    pub patience: Duration,
    /// The largest answer taken, in bytes.
    pub most: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            credentials: None,
            roots: String::new(),
            patience: Duration::from_secs(10),
            most: 256 << 20,
        }
    }
}

/// Name and password.
#[derive(Clone)]
pub struct Credentials {
    /// The account's name.
    pub user: String,
    /// Its password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.user)
    }
}

/// Why a server could not be asked, or not be understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is none, or not one that may be asked.
    #[error("“{url}” cannot be asked: {reason}")]
    Address {
        /// The address.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The certificates to trust cannot be read.
    #[error("the pinned certificates cannot be read: {reason}")]
    Roots {
        /// Why not.
        reason: String,
    },
    /// No connection, or it broke off.
    #[error("no connection to {host}: {reason}")]
    Connection {
        /// The host.
        host: String,
        /// What failed.
        reason: String,
    },
    /// Name or password is wrong.
    #[error("{host} does not accept our name and password")]
    SignIn {
        /// The host.
        host: String,
    },
    /// The server refused.
    #[error("{host} answered {status}: {title}")]
    Refused {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What its error resource says.
        title: String,
    },
    /// The answer is larger than is taken.
    #[error("{host} answered with more than {most} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The most that is taken.
        most: usize,
    },
    /// The answer is no TAXII 2.1.
    #[error("{host} does not speak TAXII 2.1: {reason}")]
    NotTaxii {
        /// The host.
        host: String,
        /// What was wrong.
        reason: String,
    },
}

/// A collection that a server offers.
#[derive(Clone, Debug, Deserialize)]
pub struct Offered {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether we may read it.
    pub can_read: bool,
    /// Whether we may write it.
    pub can_write: bool,
}

/// A page that was pulled.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// The objects' bytes as they came.
    pub slices: Vec<Bytes>,
    /// Whether there is more behind them.
    pub more: bool,
    /// When the last of them was added: where to go on.
    pub last: Option<Timestamp>,
}

/// A connection to one server.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    config: Config,
    url: Url,
    host: String,
    root: std::sync::Arc<tokio::sync::OnceCell<Url>>,
}

impl Client {
    /// Prepares a connection; nothing is sent yet.
    pub fn new(config: Config) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Address { url: config.url.clone(), reason: reason.to_owned() };
        let url = Url::parse(&config.url).map_err(|error| wrong(&error.to_string()))?;
        let host = url.host_str().ok_or_else(|| wrong("it names no host"))?.to_owned();
        let is_local = matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]");
        match url.scheme() {
            "https" => {}
            "http" if is_local => {}
            "http" => return Err(wrong("plain HTTP is for this machine only: use https")),
            _ => return Err(wrong("use https")),
        }
        // The first provider that is installed serves the whole process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = Certificate::from_pem_bundle(config.roots.as_bytes()).map_err(|error| Error::Roots { reason: error.to_string() })?;
        let http = reqwest::Client::builder()
            .tls_certs_only(roots)
            .redirect(redirect::Policy::none())
            .connect_timeout(config.patience)
            .read_timeout(config.patience)
            .no_proxy()
            .user_agent("entente")
            .build()
            .map_err(|error| Error::Roots { reason: chain(&error) })?;
        Ok(Self { http, config, url, host, root: std::sync::Arc::default() })
    }

    /// The collections of the server's default API root, or of its first.
    pub async fn collections(&self) -> Result<Vec<Offered>, Error> {
        #[derive(Deserialize)]
        struct Collections {
            #[serde(default)]
            collections: Vec<Offered>,
        }
        let root = self.api_root().await?;
        let (body, _) = self.get(self.below(root, "collections/")?).await?;
        Ok(self.read::<Collections>(&body)?.collections)
    }

    /// What was added to a collection after a moment, oldest first.
    pub async fn pull(&self, collection: &str, after: Option<&Timestamp>, limit: u32) -> Result<Pulled, Error> {
        #[derive(Deserialize)]
        struct Envelope {
            #[serde(default)]
            more: bool,
        }
        let root = self.api_root().await?;
        let mut url = self.below(root, &format!("collections/{collection}/objects/"))?;
        url.query_pairs_mut().append_pair("limit", &limit.to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("added_after", after.as_str());
        }
        let (body, last) = self.get(url).await?;
        let not_taxii = |error: stix::Error| self.not_taxii(&error.to_string());
        let members = stix::json::members(&body).map_err(not_taxii)?;
        let objects = members.iter().find(|member| member.key == "objects");
        let slices = match objects {
            None => Vec::new(),
            Some(objects) => stix::json::items(objects.value.as_bytes())
                .map_err(not_taxii)?
                .into_iter()
                .map(|item| body.slice_ref(item.as_bytes()))
                .collect(),
        };
        let more = self.read::<Envelope>(&body)?.more;
        Ok(Pulled { slices, more, last })
    }

    /// The default API root: found once per client.
    async fn api_root(&self) -> Result<&Url, Error> {
        self.root.get_or_try_init(|| self.discover()).await
    }

    async fn discover(&self) -> Result<Url, Error> {
        #[derive(Deserialize)]
        struct Discovery {
            default: Option<String>,
            #[serde(default)]
            api_roots: Vec<String>,
        }
        let (body, _) = self.get(self.url.clone()).await?;
        let found: Discovery = self.read(&body)?;
        let root = found.default.or_else(|| found.api_roots.into_iter().next());
        let root = root.ok_or_else(|| self.not_taxii("it names no API root"))?;
        let root = self.url.join(&root).map_err(|error| self.not_taxii(&error.to_string()))?;
        // Our password is for this host alone.
        if root.origin() != self.url.origin() {
            return Err(self.not_taxii("its API root lies on another host"));
        }
        Ok(root)
    }

    fn below(&self, root: &Url, path: &str) -> Result<Url, Error> {
        root.join(path).map_err(|error| self.not_taxii(&error.to_string()))
    }

    async fn get(&self, url: Url) -> Result<(Bytes, Option<Timestamp>), Error> {
        let mut request = self.http.get(url).header("accept", crate::TAXII);
        if let Some(credentials) = &self.config.credentials {
            request = request.basic_auth(&credentials.user, Some(&credentials.password));
        }
        let response = request.send().await.map_err(|error| self.broken(&error))?;
        let status = response.status();
        let last = response.headers().get("x-taxii-date-added-last").and_then(|value| value.to_str().ok());
        let last = last.and_then(|text| Timestamp::parse(text).ok());
        let body = self.body(response).await?;
        match status {
            StatusCode::OK => Ok((body, last)),
            StatusCode::UNAUTHORIZED => Err(Error::SignIn { host: self.host.clone() }),
            _ => {
                let resource: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
                let title = resource.get("title").and_then(serde_json::Value::as_str).unwrap_or("no reason given");
                Err(Error::Refused {
                    host: self.host.clone(),
                    status: status.as_u16(),
                    title: title.chars().filter(|c| !c.is_control()).take(200).collect(),
                })
            }
        }
    }

    async fn body(&self, response: reqwest::Response) -> Result<Bytes, Error> {
        let mut body = BytesMut::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| self.broken(&error))?;
            if body.len() + piece.len() > self.config.most {
                return Err(Error::TooLarge { host: self.host.clone(), most: self.config.most });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, body: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(body).map_err(|error| self.not_taxii(&error.to_string()))
    }

    fn not_taxii(&self, reason: &str) -> Error {
        Error::NotTaxii { host: self.host.clone(), reason: reason.to_owned() }
    }

    fn broken(&self, error: &reqwest::Error) -> Error {
        Error::Connection { host: self.host.clone(), reason: chain(error) }
    }
}

/// An error with its causes: the last one says what happened.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
