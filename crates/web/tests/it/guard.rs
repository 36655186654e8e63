//! What every request and every answer passes.

use axum::body::Body;
use axum::http::{Request, Version, header};

use crate::browser::{Browser, Page};
use crate::world::{World, home};

/// Picks Croatian with this token, and says what came of it.
async fn pick(browser: &mut Browser, token: &str) -> Page {
    browser.post("/language", &[("language", "hr"), ("to", "/"), ("csrf", token)]).await
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_session() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let own = browser.get("/account").await.token();
    let other = world.signed_in("duty").await.get("/account").await.token();
    let before = world.browser().get("/sign-in").await.token();
    for wrong in ["", "x", other.as_str(), before.as_str(), &own[1..]] {
        pick(&mut browser, wrong).await.assert_fault(403, "stale");
    }
    browser.post("/language", &[("language", "hr")]).await.assert_fault(403, "stale");
    browser.post("/sign-out", &[]).await.assert_fault(403, "stale");
    assert_eq!(browser.cookies.len(), 1, "nothing was changed");
    assert_eq!(browser.get("/").await.status, 200, "nothing was changed");
    assert_eq!(pick(&mut browser, &own).await.to(), "/");

    // Scripts send it as a header.
    let request = browser.request("POST", "/sign-out").header("x-csrf", &own);
    assert_eq!(
        browser.send(request.body(Body::empty()).expect("a request")).await.to(),
        "/sign-in"
    );
}

#[tokio::test]
async fn signing_in_needs_the_token_of_the_form_that_this_browser_got() {
    let world = World::new();
    let mut browser = world.browser();
    let fields = [("user", "duty"), ("password", crate::world::PASSWORD), ("csrf", "")];
    browser.post("/sign-in", &fields).await.assert_fault(403, "stale");
    let elsewhere = world.browser().get("/sign-in").await.token();
    let fields = [fields[0], fields[1], ("csrf", &elsewhere)];
    browser.post("/sign-in", &fields).await.assert_fault(403, "stale");
    browser.get("/sign-in").await;
    browser.post("/sign-in", &fields).await.assert_fault(403, "stale");
}

#[tokio::test]
async fn a_form_comes_from_this_very_origin() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let token = browser.get("/account").await.token();
    let foreign = [
        None,
        Some("null"),
        Some(""),
        Some("http://example.org"),
        Some("http://127.0.0.1"),
        Some("http://127.0.0.1:7402"),
        Some("http://localhost:7401"),
        Some("http://127.0.0.1:7401.example.org"),
        Some("ftp://127.0.0.1:7401"),
        Some("127.0.0.1:7401"),
    ];
    for origin in foreign {
        browser.origin = origin.map(str::to_owned);
        let page = pick(&mut browser, &token).await;
        assert_eq!(page.status, 403, "{origin:?}");
        page.assert_fault(403, "stale");
    }
    browser.origin = Some("http://127.0.0.1:7401".to_owned());
    assert_eq!(pick(&mut browser, &token).await.to(), "/");
}

#[tokio::test]
async fn where_people_come_over_https_a_page_of_http_is_another_origin() {
    let world = World::secure();
    let mut browser = world.signed_in("duty").await;
    let token = browser.get("/account").await.token();
    // With this port both are the same host and port: only the scheme differs.
    browser.host = "node.example:8443".to_owned();
    for (origin, status) in [("http://node.example:8443", 403), ("https://node.example:8443", 303)]
    {
        browser.origin = Some(origin.to_owned());
        assert_eq!(pick(&mut browser, &token).await.status, status, "{origin}");
    }
    browser.host = "node.example".to_owned();
    browser.origin = Some("https://node.example:443".to_owned());
    assert_eq!(pick(&mut browser, &token).await.status, 303, "the port of https need not be said");
}

/// A request as hyper gives one that came by HTTP/2: the host stands in the address alone.
fn by_http_2(browser: &Browser, origin: &str, token: &str) -> Request<Body> {
    let mut request = browser
        .request("POST", "https://node.example/sign-out")
        .version(Version::HTTP_2)
        .header("x-csrf", token)
        .body(Body::empty())
        .expect("a request");
    request.headers_mut().remove(header::HOST);
    request.headers_mut().insert(header::ORIGIN, origin.parse().expect("a value"));
    request
}

#[tokio::test]
async fn http_2_names_the_host_in_the_address() {
    let world = World::secure();
    let mut browser = world.signed_in("duty").await;
    let token = browser.get("/account").await.token();
    for foreign in ["https://example.org", "https://node.example:8443", "http://node.example"] {
        let request = by_http_2(&browser, foreign, &token);
        browser.send(request).await.assert_fault(403, "stale");
    }
    let request = by_http_2(&browser, "https://node.example", &token);
    let page = browser.send(request).await;
    assert_eq!(page.to(), "/sign-in");
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn a_request_without_a_host_changes_nothing() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let token = browser.get("/account").await.token();
    let request = browser.request("POST", "/sign-out").header("x-csrf", token);
    let mut request = request.body(Body::empty()).expect("a request");
    request.headers_mut().remove(header::HOST);
    browser.send(request).await.assert_fault(403, "stale");
    assert_eq!(browser.get("/").await.status, 200);
}

#[tokio::test]
async fn a_form_has_a_size() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let token = browser.get("/account").await.token();
    let much = "x".repeat((2 << 20) + 1);
    let page = browser.post("/language", &[("csrf", &token), ("language", &much)]).await;
    page.assert_fault(400, "malformed");
}

#[tokio::test]
async fn what_the_router_refuses_looks_like_every_other_fault() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let token = browser.get("/account").await.token();
    browser.get("/sign-out").await.assert_fault(405, "malformed");
    browser.get("/account/sessions/x/end").await.assert_fault(405, "malformed");
    browser.post("/partners", &[("csrf", &token)]).await.assert_fault(405, "malformed");
    let delete = browser.request("DELETE", "/account").header("x-csrf", &token);
    let page = browser.send(delete.body(Body::empty()).expect("a request")).await;
    page.assert_fault(405, "malformed");
    // A form without its fields, no form at all, an address that is no text.
    browser.post("/language", &[("csrf", &token)]).await.assert_fault(422, "malformed");
    let request = browser.request("POST", "/language").header("x-csrf", &token);
    let page = browser.send(request.body(Body::from("{}")).expect("a request")).await;
    page.assert_fault(415, "malformed");
    browser.get("/objects/%ff").await.assert_fault(400, "malformed");
    browser.get("/nothing/here").await.assert_fault(404, "not-found");
    browser
        .post("/language", &[("csrf", &token), ("language", "xx")])
        .await
        .assert_fault(400, "malformed");
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect() {
    let world = World::new();
    let report = world.open_report(1, &home(), "Port closed");
    let (object, raw) =
        (format!("/objects/{}", report.id()), format!("/objects/{}/raw", report.id()));
    let mut browser = world.signed_in("duty").await;
    let mut pages = Vec::new();
    let paths = [
        "/",
        "/account",
        "/design",
        "/partners",
        "/search?q=port",
        "/sign-in",
        "/nothing",
        "/sign-out",
        "/search?after=nonsense",
        &object,
        &raw,
    ];
    for path in paths {
        pages.push((path, browser.get(path).await));
        pages.push((path, world.browser().get(path).await));
    }
    pages.push(("POST /sign-out", browser.post("/sign-out", &[]).await));
    pages.push(("sign out", browser.submit("/account", "/sign-out", &[]).await));
    for (path, page) in pages {
        let policy = page.header("content-security-policy");
        let expected = [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ];
        for part in expected {
            assert!(policy.split("; ").any(|held| held == part), "{path}: {part} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(!page.headers.contains_key("strict-transport-security"), "{path}: plain http");
        assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "{path}");
    }
}

#[tokio::test]
async fn only_a_name_of_its_own_is_pinned_to_https() {
    let world = World::secure();
    let mut browser = world.browser();
    let hosts = [
        ("node.example", true),
        ("node.example:8443", true),
        ("192.0.2.7", true),
        ("localhost.example", true),
        ("localhost", false),
        ("localhost:7401", false),
        ("LOCALHOST:7401", false),
        ("tirana.localhost", false),
        ("127.0.0.1:7401", false),
        ("127.8.8.8", false),
        ("[::1]:7401", false),
    ];
    for (host, pinned) in hosts {
        browser.host = host.to_owned();
        for path in ["/", "/sign-in", "/nothing"] {
            let page = browser.get(path).await;
            let found = page.headers.contains_key("strict-transport-security");
            assert_eq!(found, pinned, "{host}{path}");
        }
    }
}
