//! What a browser does, as far as the shell minds: cookies, the origin, the token of a form.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, header, request};
use tower::ServiceExt;

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }

    /// Where it sends the browser.
    pub(crate) fn to(&self) -> &str {
        assert_eq!(self.status, 303, "a redirect: {}", self.body);
        self.header("location")
    }

    /// The token of its forms.
    pub(crate) fn token(&self) -> String {
        let found = self.body.split("name=\"csrf\" value=\"").nth(1);
        let found = found.and_then(|rest| rest.split('"').next());
        found.expect("a form with a token").to_owned()
    }

    /// The page of a fault: made like every page, with this status and code.
    pub(crate) fn assert_fault(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        let said = format!("<p class=\"sub\">{status} · {code}</p>");
        assert!(self.body.contains(&said), "{said} is not in {}", self.body);
    }
}

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) host: String,
    pub(crate) origin: Option<String>,
    pub(crate) language: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(router: Router, secure: bool) -> Self {
        let (host, scheme) =
            if secure { ("node.example", "https") } else { ("127.0.0.1:7401", "http") };
        Self {
            router,
            host: host.to_owned(),
            origin: Some(format!("{scheme}://{host}")),
            language: "en",
            agent: "Browser of tests",
            cookies: BTreeMap::new(),
        }
    }

    /// A request as this browser would begin it.
    pub(crate) fn request(&self, method: &str, path: &str) -> request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::USER_AGENT, self.agent);
        if !self.cookies.is_empty() {
            let pairs: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        match &self.origin {
            Some(origin) if method != "GET" => request.header(header::ORIGIN, origin),
            _ => request,
        }
    }

    /// Sends a request; the answer's body may have no end.
    pub(crate) async fn open(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    /// Sends a request, reads the whole answer, and keeps its cookies.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Page {
        let (parts, body) = self.open(request).await.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a text");
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if rest.contains("; Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
        let body = String::from_utf8(bytes.into()).expect("a text");
        Page { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.request("GET", path).body(Body::empty()).expect("a request");
        self.send(request).await
    }

    /// Sends a form with exactly these fields.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = Self::form(self.request("POST", path), fields);
        self.send(request).await
    }

    fn form(request: request::Builder, fields: &[(&str, &str)]) -> Request<Body> {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .expect("a request")
    }

    /// Opens the page at `at` and sends a form from there.
    pub(crate) async fn submit(&mut self, at: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get(at).await.token();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        self.post(path, &fields).await
    }

    /// Signs in by the form.
    pub(crate) async fn sign_in(&mut self, user: &str, password: &str, to: &str) -> Page {
        let fields = [("user", user), ("password", password), ("to", to)];
        self.submit("/sign-in", "/sign-in", &fields).await
    }
}
