//! The components as the page of components shows them.

use web::Options;

use crate::world::World;

/// The page without what differs by session and by build.
fn settled(body: &str, token: &str) -> String {
    let mut pieces = body.split("/assets/");
    let mut settled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (_, name) = piece.split_once('/').expect("a version and a name");
        settled.push_str("/assets/VERSION/");
        settled.push_str(name);
    }
    settled.replace(token, "TOKEN")
}

#[tokio::test]
async fn the_components_are_as_they_were() {
    let world = World::new();
    let page = world.signed_in("duty").await.get("/design").await;
    assert_eq!(page.status, 200);
    insta::assert_snapshot!(settled(&page.body, &page.token()));
}

#[tokio::test]
async fn only_development_nodes_show_them() {
    let world = World::with(Options::default());
    let mut browser = world.signed_in("duty").await;
    assert_eq!(browser.get("/design").await, browser.get("/nothing").await);
    assert!(!browser.get("/").await.body.contains("/design"));
}
