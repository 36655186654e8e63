//! Live hints: that there is something, and nothing after the session's end.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;

use crate::browser::Browser;
use crate::world::{HOUR, World, partner};

async fn line(browser: &Browser) -> BodyDataStream {
    let request = browser.request("GET", "/live").body(Body::empty()).expect("a request");
    let answer = browser.open(request).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    answer.into_body().into_data_stream()
}

/// What comes next; `None` when the line has ended.
async fn next(line: &mut BodyDataStream) -> Option<String> {
    let bytes = line.next().await?.expect("a piece");
    Some(String::from_utf8(bytes.into()).expect("a text"))
}

const GAINED: &str = "event: gained\ndata: something\n\n";

#[tokio::test]
async fn a_reader_is_told_that_there_is_something_and_nothing_of_what_is_hidden() {
    let world = World::new();
    let mut open = line(&world.signed_in("duty").await).await;
    world.hidden_report(1, "Hidden");
    let told = tokio::time::timeout(Duration::from_millis(300), next(&mut open)).await;
    assert!(told.is_err(), "{told:?}");
    world.open_report(2, &partner(), "Open");
    assert_eq!(next(&mut open).await.as_deref(), Some(GAINED));
    world.open_report(3, &partner(), "Open too");
    assert_eq!(next(&mut open).await.as_deref(), Some(GAINED));
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_nothing() {
    let world = World::new();
    assert_eq!(world.browser().get("/live").await.to(), "/sign-in?to=%2Flive");
}

#[tokio::test]
async fn the_line_ends_with_the_session() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let mut other = line(&world.signed_in("duty").await).await;
    let mut open = line(&browser).await;
    browser.submit("/account", "/sign-out", &[]).await;
    world.open_report(1, &partner(), "Open");
    assert_eq!(next(&mut open).await, None, "what is gained afterwards is not told");
    assert_eq!(next(&mut other).await.as_deref(), Some(GAINED), "another session goes on");
}

#[tokio::test]
async fn the_line_ends_when_the_session_is_too_old_or_the_password_new() {
    let world = World::new();
    let mut open = line(&world.signed_in("duty").await).await;
    let mut night = line(&world.signed_in("night").await).await;
    world.node.set_password("night", "eight other harbours").expect("a new password");
    world.open_report(1, &partner(), "Open");
    assert_eq!(next(&mut night).await, None);
    assert_eq!(next(&mut open).await.as_deref(), Some(GAINED));
    world.pass(12 * HOUR);
    world.open_report(2, &partner(), "Open too");
    assert_eq!(next(&mut open).await, None);
}

#[tokio::test]
async fn an_open_line_is_no_visit() {
    let world = World::new();
    let mut browser = world.signed_in("duty").await;
    let mut open = line(&browser).await;
    world.pass(HOUR);
    world.open_report(1, &partner(), "Open");
    assert_eq!(next(&mut open).await.as_deref(), Some(GAINED));
    let token = browser.cookies[&world.session_cookie()].clone();
    assert!(world.node.is_signed_in(&token).expect("the store answers"));
    let mut later = world.signed_in("duty").await;
    let page = later.get("/").await;
    assert!(page.body.contains("09:00"), "since the last visit: {}", page.body);
    assert_eq!(browser.get("/").await.status, 200);
}
