//! The language of the pages.

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn the_browser_says_which_language_until_the_reader_does() {
    let world = World::new();
    let mut browser = world.browser();
    browser.language = "bs, en;q=0.5";
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("<html lang=\"hr\">"), "{}", page.body);

    let pick = [("language", "sq"), ("to", "/sign-in")];
    assert_eq!(browser.submit("/sign-in", "/language", &pick).await.to(), "/sign-in");
    assert!(browser.get("/sign-in").await.body.contains("<html lang=\"sq\">"));
    browser.sign_in("duty", PASSWORD, "/").await;
    for path in ["/", "/account", "/partners", "/search", "/nothing", "/sign-out"] {
        let page = browser.get(path).await;
        assert!(page.body.contains("<html lang=\"sq\">"), "{path}: {}", page.body);
    }
    let page = browser.submit("/account", "/language", &[("language", "en"), ("to", "/account")]);
    assert_eq!(page.await.to(), "/account");
    assert!(browser.get("/account").await.body.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn the_choice_outlives_the_session_and_leads_nowhere_else() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let pick = [("language", "hr"), ("to", "//example.org/")];
    let page = browser.submit("/account", "/language", &pick).await;
    assert_eq!(page.to(), "/");
    assert!(page.header("set-cookie").contains("; Max-Age=31536000"), "{:?}", page.headers);
    browser.submit("/account", "/sign-out", &[]).await;
    assert!(browser.get("/sign-in").await.body.contains("<html lang=\"hr\">"));
}
