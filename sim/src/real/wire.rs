//! The simulated network beneath the nodes' clients and servers, with somebody who looks at what
//! crosses it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::value::RawValue;
use stix::{Object, Timestamp};
use taxii::client::{Carried, Carrier};

use super::prepared::code;
use super::world::Shared;
use crate::replicas::Page;

const LAST: &str = "x-taxii-date-added-last";

/// Carries the requests of one node.
pub(super) struct Wire {
    pub(super) shared: Arc<Shared>,
}

impl Carrier for Wire {
    fn carry(&self, request: reqwest::Request) -> BoxFuture<'static, Carried> {
        let shared = self.shared.clone();
        Box::pin(async move {
            let (is_twice, is_lost) = shared.fate();
            if let (true, Some(twin)) = (is_twice, request.try_clone()) {
                // The first one is asked too; its answer comes too late for anybody.
                let _ = once(twin).await;
            }
            let answer = once(request).await?;
            if is_lost { Err("the answer was lost".into()) } else { Ok(answer) }
        })
    }
}

async fn once(request: reqwest::Request) -> Carried {
    let host = request.url().host_str().unwrap_or_default().to_owned();
    let request: http::Request<reqwest::Body> = request.try_into()?;
    let stream = turmoil::net::TcpStream::connect((host.as_str(), 80)).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let (mut parts, body) = request.into_parts();
    parts.headers.insert(http::header::HOST, host.parse()?);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    parts.uri = path.parse()?;
    let response = sender.send_request(http::Request::from_parts(parts, body)).await?;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(Body::new(body), usize::MAX).await?;
    driving.abort();
    Ok(http::Response::from_parts(parts, reqwest::Body::from(body)).into())
}

/// Listens on the simulated network.
pub(super) struct Listener(pub(super) turmoil::net::TcpListener);

impl axum::serve::Listener for Listener {
    type Io = turmoil::net::TcpStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.0.accept().await {
                Ok(accepted) => return accepted,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// Who asks, by the account with which it signs in.
fn asker(request: &Request, nodes: usize) -> Option<usize> {
    let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let user = text.split(':').next()?.to_owned();
    (0..nodes).find(|n| user == format!("peer-{}", code(*n).to_lowercase()))
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    more: bool,
    #[serde(default)]
    next: Option<String>,
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
}

/// Looks at what node `n` answers, or makes of it what a dishonest node makes.
pub(super) async fn watched(
    shared: Arc<Shared>,
    n: usize,
    request: Request,
    next: Next,
) -> Response {
    let by = asker(&request, shared.nodes);
    let is_page = request.uri().path().trim_end_matches('/').ends_with("/objects");
    let response = next.run(request).await;
    let (Some(by), true, true) = (by, is_page, response.status().is_success()) else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::new(Body::empty());
    };
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&bytes) else {
        shared.say_wrong(format!("node {n} answers with what is no envelope"));
        return Response::from_parts(parts, Body::from(bytes));
    };
    let read = |raw: &&RawValue| Object::parse(Bytes::copy_from_slice(raw.get().as_bytes())).ok();
    let objects: Vec<_> = envelope.objects.iter().filter_map(read).map(Arc::new).collect();
    if !shared.is_dishonest(n) {
        shared.look_at(n, by, &objects);
        return Response::from_parts(parts, Body::from(bytes));
    }
    let last = parts.headers.get(LAST).and_then(|value| value.to_str().ok());
    let last = last.and_then(|text| Timestamp::parse(text).ok()).map(|at| at.micros());
    let Page { objects, last } = shared.bent(Page { objects, last });
    if let Some(value) = last.and_then(|at| Timestamp::from_micros(at).as_str().parse().ok()) {
        parts.headers.insert(LAST, value);
    }
    parts.headers.remove(http::header::CONTENT_LENGTH);
    let texts: Vec<_> = objects.iter().map(|object| object.text()).collect();
    let next = envelope.next.map(|next| serde_json::Value::String(next).to_string());
    let next = next.map_or_else(String::new, |next| format!(r#""next":{next},"#));
    let body = format!(r#"{{"more":{},{next}"objects":[{}]}}"#, envelope.more, texts.join(","));
    Response::from_parts(parts, Body::from(body))
}
