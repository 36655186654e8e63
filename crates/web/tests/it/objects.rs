//! The plain page of an object: what is hidden looks like what is absent, to the byte.

use crate::world::{World, home, partner, report};

#[tokio::test]
async fn hidden_and_absent_are_the_same_answer() {
    let world = World::new();
    world.hidden_report(1, "Zqhidden word");
    for user in ["duty", "admin"] {
        let mut browser = world.signed_in(user).await;
        for rest in ["", "/raw"] {
            let hidden = browser.get(&format!("/objects/{}{rest}", report(1))).await;
            let absent = browser.get(&format!("/objects/{}{rest}", report(2))).await;
            let nonsense = browser.get(&format!("/objects/no-identifier{rest}")).await;
            assert_eq!(hidden, absent, "{user} {rest}");
            assert_eq!(hidden, nonsense, "{user} {rest}");
            hidden.assert_fault(404, "not-found");
            assert!(!hidden.body.contains("000000000001"), "{}", hidden.body);
        }
        let found = browser.get("/search?q=zqhidden").await;
        let other = browser.get("/search?q=zqnothing").await;
        let alike = other.body.replace("zqnothing", "zqhidden");
        assert_eq!(found.body, alike, "{user} finds nothing");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_learns_as_little() {
    let world = World::new();
    world.hidden_report(1, "Hidden");
    world.open_report(2, &home(), "Open");
    let mut browser = world.browser();
    let mut answers = Vec::new();
    for n in 1..=3 {
        let page = browser.get(&format!("/objects/{}", report(n))).await;
        answers.push(page.to().replace(&report(n), "ID"));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn what_may_be_seen_is_shown_with_its_reason_and_its_own_bytes() {
    let world = World::new();
    let held = world.open_report(1, &partner(), "Port <b>closed</b> \u{202e}lacol");
    let mut browser = world.signed_in("duty").await;
    let page = browser.get(&format!("/objects/{}", held.id())).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("You see it because TLP:CLEAR is for everybody."), "{}", page.body);
    assert!(page.body.contains("Port &#60;b&#62;closed"), "foreign text is escaped");
    assert!(!page.body.contains('\u{202e}'), "foreign text cannot turn the line round");

    let raw = browser.get(&format!("/objects/{}/raw", held.id())).await;
    assert_eq!(raw.body.as_bytes(), &held.bytes()[..], "byte for byte");
    assert_eq!(raw.header("content-type"), "application/stix+json;version=2.1");
    assert_eq!(
        raw.header("content-disposition"),
        format!("attachment; filename=\"{}.json\"", held.id())
    );
    let found = browser.get("/search?q=closed").await;
    assert!(found.body.contains(&format!("href=\"/objects/{}\"", held.id())), "{}", found.body);
}
