//! The person's own account: sessions and password.

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

const NEW: &str = "eight other harbours";

/// The addresses that end the sessions of the list, from the newest on.
async fn ends(browser: &mut Browser) -> Vec<String> {
    let page = browser.get("/account").await;
    let parts = page.body.split("action=\"/account/sessions/").skip(1);
    parts
        .filter_map(|rest| rest.split('"').next())
        .map(|rest| format!("/account/sessions/{rest}"))
        .collect()
}

#[tokio::test]
async fn sessions_are_listed_with_their_browsers() {
    let world = World::new();
    let mut first = world.signed_in("duty").await;
    world.signed_in("night").await;
    world.pass(1_000_000);
    let mut second = world.browser();
    second.agent = "Another <browser>";
    second.sign_in("duty", PASSWORD, "/").await;
    let page = first.get("/account").await;
    assert!(page.body.contains("Browser of tests"), "{}", page.body);
    assert!(page.body.contains("Another &#60;browser&#62;"), "{}", page.body);
    assert_eq!(page.body.matches("this one").count(), 1);
    assert_eq!(ends(&mut first).await.len(), 2, "nobody else’s");
}

#[tokio::test]
async fn a_person_ends_sessions_that_are_the_persons_own() {
    let world = World::new();
    let mut first = world.signed_in("duty").await;
    world.pass(1_000_000);
    let mut second = world.signed_in("duty").await;
    let mut other = world.signed_in("night").await;

    let foreign = ends(&mut other).await.remove(0);
    let unknown = "/account/sessions/none/end";
    let page = first.submit("/account", &foreign, &[]).await;
    assert_eq!(page, first.submit("/account", unknown, &[]).await, "which are, is not told");
    assert_eq!(other.get("/").await.status, 200, "another’s session goes on");

    let newest = ends(&mut first).await.remove(0);
    assert_eq!(first.submit("/account", &newest, &[]).await.to(), "/account?done=ended");
    assert!(first.get("/account?done=ended").await.body.contains("The session has ended."));
    assert_eq!(second.get("/").await.status, 303);
    let own = ends(&mut first).await;
    assert_eq!(own.len(), 1);
    assert_eq!(first.submit("/account", &own[0], &[]).await.to(), "/sign-in");
    assert_eq!(first.get("/").await.status, 303);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_of_the_account() {
    let world = World::new();
    let mut first = world.signed_in("duty").await;
    let mut second = world.signed_in("duty").await;
    let mut other = world.signed_in("night").await;
    let fields = [("old", PASSWORD), ("new", NEW), ("again", NEW)];
    assert_eq!(first.submit("/account", "/account/password", &fields).await.to(), "/sign-in");
    assert_eq!(first.get("/").await.status, 303);
    assert_eq!(second.get("/").await.status, 303);
    assert_eq!(other.get("/").await.status, 200);
    assert_eq!(first.sign_in("duty", PASSWORD, "/").await.status, 422, "the old one is forgotten");
    assert_eq!(first.sign_in("duty", NEW, "/").await.status, 303);
}

#[tokio::test]
async fn a_password_that_does_not_do_is_told_at_its_field() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let cases = [
        (["not this one", NEW, NEW], "old", "this one is not right"),
        ([PASSWORD, NEW, "something else"], "again", "the same new password twice"),
        ([PASSWORD, "short", "short"], "new", "at least 10 characters"),
    ];
    for ([old, new, again], field, said) in cases {
        let fields = [("old", old), ("new", new), ("again", again)];
        let page = browser.submit("/account", "/account/password", &fields).await;
        assert_eq!(page.status, 422, "{field}");
        assert!(page.body.contains(&format!("<a href=\"#{field}\">")), "{}", page.body);
        assert!(page.body.contains(&format!("id=\"{field}-e\"")) && page.body.contains(said));
        assert!(!page.body.contains(PASSWORD) && !page.body.contains(NEW), "none is shown");
    }
    assert_eq!(browser.get("/").await.status, 200, "the session goes on");
}
