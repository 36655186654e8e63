//! What nodes say to each other beside TAXII: proofs of what was released, and hints that there is
//! something new. Described in `docs/exchange.md`.
//!
//! Signed in as for TAXII, by states' nodes alone; to anybody else there is nothing here. An answer
//! is over what that node may see and nothing else, and a hint says neither what nor how much.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::unfold;
use stix::proof::Prefix;

use crate::host::{Account, Host, HostError};
use crate::server::answer::Refusal;
use crate::server::sign_in::sign_in;
use crate::server::{answer, aside};

/// Every route: method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/entente/hints/"),
    ("GET", "/entente/proof/"),
    ("GET", "/entente/proof/{prefix}/"),
    ("GET", "/entente/statements/"),
];

/// How often an idle line says that it is still there. Who listens gives up after twice as long.
pub const ALIVE: Duration = Duration::from_secs(5);
/// How many lines one account may hold open, and how many there may be in all.
const MOST_LINES: (usize, usize) = (4, 256);

/// What a node answers to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// This, in JSON.
    Here(String),
    /// There is nothing here for that account.
    Nothing,
    /// Not now: it is being prepared.
    Later,
}

/// The node behind these routes.
pub trait Between: Host {
    /// A line of hints.
    type Hints: Hints;
    /// What there is under a prefix of what the account's state may see of this node's state; with
    /// the signed statement at the beginning.
    fn proof(&self, account: &Account, prefix: Prefix) -> Result<Told, HostError>;
    /// The statements that travel, of this node's state and of those for which it relays.
    fn statements(&self, account: &Account) -> Result<Told, HostError>;
    /// Hints for the account, if it may have any.
    fn hints(&self, account: &Account) -> Option<Self::Hints>;
}

/// A line of hints for one account.
pub trait Hints: Send + 'static {
    /// Waits until the account gained something. False when the node closes.
    fn gained(&mut self) -> impl Future<Output = bool> + Send;
    /// Whether the account may still listen. May block.
    fn goes_on(&self) -> bool;
}

/// The routes of [`ROUTES`] over `host`.
pub fn router<H: Between>(host: H) -> axum::Router {
    let lines = Arc::new(Lines::default());
    let (proof, below, statements) = (host.clone(), host.clone(), host.clone());
    axum::Router::new()
        .route(
            "/entente/proof/",
            get(move |request: Request| {
                told(proof, request, |host, account| host.proof(account, Prefix::ALL))
            }),
        )
        .route(
            "/entente/proof/{prefix}/",
            get(move |Path(prefix): Path<String>, request: Request| {
                told(below, request, move |host, account| match prefix.parse() {
                    Ok(prefix) => host.proof(account, prefix),
                    Err(_) => Ok(Told::Nothing),
                })
            }),
        )
        .route(
            "/entente/statements/",
            get(move |request: Request| told(statements, request, H::statements)),
        )
        .route("/entente/hints/", get(move |request: Request| listen(host, lines, request)))
}

async fn told<H: Between>(
    host: H,
    request: Request,
    ask: impl FnOnce(&H, &Account) -> Result<Told, HostError> + Send + 'static,
) -> Response {
    let (parts, _) = request.into_parts();
    let told = aside(move || {
        let account = sign_in(&host, &parts)?;
        Ok(ask(&host, &account)?)
    });
    match told.await {
        Ok(Told::Here(text)) => in_json(text),
        Ok(Told::Nothing) => Refusal::not_found().into(),
        Ok(Told::Later) => later(StatusCode::SERVICE_UNAVAILABLE, "This is being prepared"),
        Err(refusal) => refusal.into(),
    }
}

fn in_json(text: String) -> Response {
    let mut response = answer::with_status(StatusCode::OK, text);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn later(status: StatusCode, title: &'static str) -> Response {
    let mut response: Response = Refusal::new(status, title).into();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

async fn listen<H: Between>(host: H, lines: Arc<Lines>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let opened = aside(move || {
        let account = sign_in(&host, &parts)?;
        Ok(host.hints(&account).map(|hints| (account.name, hints)))
    });
    let (name, hints) = match opened.await {
        Ok(Some(opened)) => opened,
        Ok(None) => return Refusal::not_found().into(),
        Err(refusal) => return refusal.into(),
    };
    let Some(open) = lines.open(name) else {
        return later(StatusCode::TOO_MANY_REQUESTS, "There are too many lines open");
    };
    // The first hint comes at once: who listens from now on does not know what it missed.
    let line = Line { hints: Some(hints), first: true, _open: open };
    let events = unfold(line, |mut line| async move {
        let event = line.next().await?;
        Some((Ok::<_, Infallible>(event), line))
    });
    let mut response = Sse::new(events).into_response();
    let own = HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, own);
    response
}

/// An open line.
struct Line<I> {
    hints: Option<I>,
    first: bool,
    _open: Open,
}

impl<I: Hints> Line<I> {
    async fn next(&mut self) -> Option<Event> {
        let gained = Event::default().event("gained").data("something");
        if std::mem::take(&mut self.first) {
            return Some(gained);
        }
        let mut hints = self.hints.take()?;
        let event = match tokio::time::timeout(ALIVE, hints.gained()).await {
            Ok(true) => gained,
            Ok(false) => return None,
            Err(_) => Event::default().comment("still here"),
        };
        // Whoever is no partner any more learns nothing more.
        let asked = tokio::task::spawn_blocking(move || (hints.goes_on(), hints)).await;
        let (goes_on, hints) = asked.ok()?;
        self.hints = Some(hints);
        goes_on.then_some(event)
    }
}

/// How many lines are open, by account.
#[derive(Default)]
struct Lines(Mutex<HashMap<String, usize>>);

impl Lines {
    fn open(self: &Arc<Self>, name: String) -> Option<Open> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = lines.values().sum();
        let own = lines.entry(name.clone()).or_default();
        if *own >= MOST_LINES.0 || all >= MOST_LINES.1 {
            return None;
        }
        *own += 1;
        Some(Open { lines: self.clone(), name })
    }
}

/// Counts a line as long as it is open.
struct Open {
    lines: Arc<Lines>,
    name: String,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut lines = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = lines.get_mut(&self.name) {
            *own -= 1;
            if *own == 0 {
                lines.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_holds_more_lines_open_than_his_share() {
        let lines = Arc::new(Lines::default());
        let mut open: Vec<_> = (0..4).map(|_| lines.open("a".to_owned())).collect();
        assert!(open.iter().all(Option::is_some));
        assert!(lines.open("a".to_owned()).is_none());
        assert!(lines.open("b".to_owned()).is_some());
        open.pop();
        assert!(lines.open("a".to_owned()).is_some());
        drop(open);
        assert!(lines.0.lock().expect("no poison").is_empty());
    }
}
