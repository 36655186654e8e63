//! What every request and every answer passes.
//!
//! In: whatever is no mere reading needs the same origin *and* the token of its session. Out: the
//! content security policy, no caching, and a page in the reader's words for whatever failed.

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use node::{Node, Session};
use url::{Host, Url};

use crate::cookie;
use crate::fault::{Fault, Told, blocking};
use crate::shell::Shell;
use crate::texts::{Lang, Texts};

/// The largest form taken, in bytes.
const MOST: usize = 2 << 20;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::CACHE_CONTROL, "private, no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: then browsers would send `Origin: null` with a form.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// What people's browsers call the cookie of a session at this node. Named per node, because
/// cookies do not separate ports; confined to the host where it travels over https.
pub fn session_cookie(node: &Node, secure: bool) -> String {
    named(node, "session", secure)
}

pub(crate) fn form_cookie(node: &Node, secure: bool) -> String {
    named(node, "form", secure)
}

pub(crate) fn lang_cookie(node: &Node, secure: bool) -> String {
    named(node, "lang", secure)
}

fn named(node: &Node, what: &str, secure: bool) -> String {
    let profile = node.profile();
    let uuid = profile.state.uuid().simple().to_string();
    let prefix = if secure { "__Host-" } else { "" };
    format!(
        "{prefix}entente-{}-{}-{what}",
        profile.code.to_lowercase(),
        uuid.get(..8).unwrap_or_default()
    )
}

/// Who asks, in which language.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) session: Option<Session>,
    pub(crate) texts: Texts,
}

pub(crate) async fn pass(State(shell): State<Shell>, request: Request, next: Next) -> Response {
    let asked = match who(&shell, request.headers()).await {
        Ok(asked) => asked,
        Err(fault) => return dress(fault.into_response(), &shell, shell.texts()),
    };
    let texts = asked.texts.clone();
    let pinned = shell.options().secure && !host(&request).is_some_and(is_this_machine);
    let response = match admit(&shell, request, &asked).await {
        Ok(mut request) => {
            request.extensions_mut().insert(asked);
            next.run(request).await
        }
        Err(fault) => fault.into_response(),
    };
    let mut response = dress(response, &shell, &texts);
    if pinned {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

async fn who(shell: &Shell, headers: &HeaderMap) -> Result<Asked, Fault> {
    let secure = shell.options().secure;
    let lang = cookie::get(headers, &lang_cookie(shell.node(), secure)).and_then(Lang::of);
    let lang = lang.unwrap_or_else(|| {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Lang::accepted(accepted.unwrap_or_default())
    });
    let texts = shell.texts().within(lang);
    let token = cookie::get(headers, &session_cookie(shell.node(), secure)).map(str::to_owned);
    let session = match token {
        None => None,
        Some(token) => {
            let node = shell.node().clone();
            blocking(move || Ok(node.session(&token)?)).await?
        }
    };
    Ok(Asked { session, texts })
}

/// Lets reading through, and of everything else only what this node's own pages sent.
async fn admit(shell: &Shell, request: Request, asked: &Asked) -> Result<Request, Fault> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(request);
    }
    if !is_same_origin(&request, shell.options().secure) {
        return Err(Fault::Stale);
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MOST)
        .await
        .map_err(|_| Fault::Malformed { reason: "the form is too large".to_owned() })?;
    let expected = if let Some(session) = &asked.session {
        Some(session.csrf.clone())
    } else {
        let name = form_cookie(shell.node(), shell.options().secure);
        cookie::get(&parts.headers, &name).map(str::to_owned)
    };
    let given = token_of(&parts.headers, &body);
    let fits = match (&expected, &given) {
        (Some(expected), Some(given)) => is_equal(expected.as_bytes(), given.as_bytes()),
        _ => false,
    };
    if !fits {
        return Err(Fault::Stale);
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// Whether the request says that it comes from a page of this very host and port, and over https
/// where that is how people reach the node.
fn is_same_origin(request: &Request, secure: bool) -> bool {
    let Some(host) = host(request) else { return false };
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let Some(origin) = origin.and_then(|origin| Url::parse(origin).ok()) else { return false };
    let is_web = match origin.scheme() {
        "https" => true,
        "http" => !secure,
        _ => false,
    };
    let own = Url::parse(&format!("{}://{host}", origin.scheme()));
    is_web && own.is_ok_and(|own| own.origin() == origin.origin())
}

/// Host and port that the request was sent to. HTTP/2 has them in the address and no header.
fn host(request: &Request) -> Option<&str> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    request.uri().authority().map(Authority::as_str).or(named)
}

/// Whether a host is the reader's own machine. What a browser learns about that holds for all
/// programs there, so it must not learn to use https only.
fn is_this_machine(host: &str) -> bool {
    let url = Url::parse(&format!("https://{host}"));
    match url.as_ref().ok().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The token that came with a form: from its field, or from the header that scripts set.
fn token_of(headers: &HeaderMap, body: &Bytes) -> Option<String> {
    if let Some(token) = headers.get("x-csrf").and_then(|token| token.to_str().ok()) {
        return Some(token.to_owned());
    }
    url::form_urlencoded::parse(body)
        .find_map(|(name, value)| (name == "csrf").then(|| value.into_owned()))
}

/// Takes the same time whatever the difference.
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    texts: &'a Texts,
    told: Told,
    node: String,
}

fn dress(mut response: Response, shell: &Shell, texts: &Texts) -> Response {
    if let Some(told) = told(&mut response) {
        let page = FaultPage { texts, told, node: shell.node().profile().name.clone() };
        response = match page.render() {
            Ok(text) => (told.status, Html(text)).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
    }
    protect(response.headers_mut());
    response
}

/// What the reader is told instead of the answer: of a fault, and of what the router refuses
/// before any page sees it (another method, a form without its fields).
fn told(response: &mut Response) -> Option<Told> {
    let status = response.status();
    let said = response.extensions_mut().remove::<Told>();
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_bare = kind.is_none_or(|kind| kind.starts_with(b"text/plain"));
    said.or_else(|| {
        (status.is_client_error() && is_bare).then_some(Told { code: "malformed", status })
    })
}

/// The headers that every answer has, unless it brought its own.
pub(crate) fn protect(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
