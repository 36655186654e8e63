//! Signing in by the form, and out.

use crate::world::{HOUR, PASSWORD, World};

#[tokio::test]
async fn who_is_not_signed_in_is_asked_to_and_led_back() {
    let world = World::new();
    let mut browser = world.browser();
    assert_eq!(browser.get("/").await.to(), "/sign-in?to=%2F");
    let to = browser.get("/search?q=port&after=").await.to().to_owned();
    assert_eq!(to, "/sign-in?to=%2Fsearch%3Fq%3Dport%26after%3D");

    let form = browser.get(&to).await;
    let kept = "name=\"to\" value=\"/search?q=port&#38;after=\"";
    assert!(form.body.contains(kept), "{}", form.body);
    let page = browser.sign_in("duty", PASSWORD, "/search?q=port&after=").await;
    assert_eq!(page.to(), "/search?q=port&after=");
    assert_eq!(browser.get("/").await.status, 200);
    assert_eq!(browser.get("/sign-in?to=%2Faccount").await.to(), "/account", "who is in goes on");
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let world = World::new();
    let bad = [
        "https://example.org/",
        "//example.org/",
        "/\\example.org/",
        "/\t/example.org/",
        "\t//example.org/",
        "/\r\nlocation: https://example.org/",
        "javascript:alert(1)",
        "",
    ];
    for to in bad {
        let mut browser = world.browser();
        assert_eq!(browser.sign_in("duty", PASSWORD, to).await.to(), "/", "{to:?}");
        let query: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let page = browser.get(&format!("/sign-in?to={query}")).await;
        assert_eq!(page.to(), "/", "{to:?}");
    }
}

#[tokio::test]
async fn the_session_is_a_cookie_that_scripts_and_other_sites_do_not_get() {
    for world in [World::new(), World::secure()] {
        let mut browser = world.browser();
        let page = browser.sign_in("duty", PASSWORD, "/").await;
        let name = world.session_cookie();
        let set: Vec<_> = page.headers.get_all("set-cookie").iter().collect();
        let session = set.iter().filter_map(|cookie| cookie.to_str().ok());
        let session = session.filter(|cookie| cookie.starts_with(&name)).collect::<Vec<_>>();
        let [session] = session[..] else { panic!("one cookie of a session in {set:?}") };
        assert!(session.contains("; Path=/; HttpOnly; SameSite=Lax"), "{session}");
        let secure = name.starts_with("__Host-");
        assert_eq!(session.contains("; Secure"), secure, "{session}");
        assert_eq!(browser.cookies.len(), 1, "the token of the form is done with");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_the_same() {
    let world = World::new();
    let mut browser = world.browser();
    let wrong = browser.sign_in("duty", "not this one at all", "/account").await;
    let mut other = world.browser();
    let unknown = other.sign_in("dutx", "not this one at all", "/account").await;
    for page in [&wrong, &unknown] {
        assert_eq!(page.status, 422);
        assert!(page.body.contains("Name or password is wrong"), "{}", page.body);
        assert!(page.body.contains("name=\"to\" value=\"/account\""), "the way is kept");
        assert!(!page.body.contains("not this one at all"), "a password is never shown");
    }
    assert!(wrong.body.contains("value=\"duty\""), "the name is kept");
    let alike = unknown.body.replace("dutx", "duty").replace(&unknown.token(), &wrong.token());
    assert_eq!(alike, wrong.body);
    assert!(!browser.cookies.contains_key(&world.session_cookie()));
    assert_eq!(browser.get("/").await.to(), "/sign-in?to=%2F");
}

#[tokio::test]
async fn guessing_is_braked() {
    let world = World::new();
    let mut browser = world.browser();
    for _ in 0..6 {
        browser.sign_in("duty", "not this one at all", "/").await;
    }
    let page = browser.sign_in("duty", PASSWORD, "/").await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("wait 1 s"), "{}", page.body);
    world.pass(1_000_000);
    assert_eq!(browser.sign_in("duty", PASSWORD, "/").await.status, 303);
}

#[tokio::test]
async fn tools_do_not_use_pages() {
    let world = World::new();
    assert_eq!(world.browser().sign_in("tool", PASSWORD, "/").await.status, 422);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let mut copy = browser.clone();
    assert_eq!(browser.submit("/account", "/sign-out", &[]).await.to(), "/sign-in");
    assert!(browser.cookies.is_empty());
    assert_eq!(copy.get("/account").await.to(), "/sign-in?to=%2Faccount");
}

#[tokio::test]
async fn a_session_ends_after_a_long_duty() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    world.pass(12 * HOUR - 1);
    assert_eq!(browser.get("/").await.status, 200);
    world.pass(1);
    assert_eq!(browser.get("/").await.status, 303);
}

#[tokio::test]
async fn no_route_answers_who_is_not_signed_in() {
    let world = World::new();
    let open = ["/sign-in", "/assets/{*path}"];
    for (method, path) in web::ROUTES.iter().filter(|(_, path)| !open.contains(path)) {
        let mut browser = world.browser();
        let path = path.replace("{id}", &crate::world::report(1));
        if *method == "GET" {
            let to: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            assert_eq!(browser.get(&path).await.to(), format!("/sign-in?to={to}"));
        } else {
            browser.post(&path, &[]).await.assert_fault(403, "stale");
        }
    }
}
