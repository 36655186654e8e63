//! Calling back, and what is kept aside: what pages show before the button and after it.

use node::{Release, Role};
use serde_json::json;
use stix::Object;
use stix::marking::Tlp;

use crate::world::{PASSWORD, World, report};

impl World {
    fn releaser(&self) {
        let account = node::NewAccount {
            name: "boss".to_owned(),
            display: "Releaser".to_owned(),
            role: Role::Releaser,
            password: PASSWORD.to_owned(),
        };
        self.node.add_account(account).expect("an account");
    }

    fn released(&self, name: &str) {
        let session = self.node.sign_in("boss", PASSWORD, "test").expect("in").session;
        let object = json!({
            "type": "campaign", "spec_version": "2.1", "name": name,
            "id": "campaign--00000000-0000-4000-8000-000000000001",
            "object_marking_refs": [Tlp::Green.definition_id()],
        });
        let objects = vec![object.as_object().cloned().expect("an object")];
        self.node.release(&session, Release { objects, ..Release::default() }).expect("released");
    }
}

const CAMPAIGN: &str = "campaign--00000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn what_a_recall_does_is_said_before_it_is_done() {
    let world = World::new();
    world.releaser();
    world.released("Nightingale");
    let plan = format!("/recalls/new?id={CAMPAIGN}");
    let mut browser = world.signed_in("boss").await;
    let page = browser.get(&format!("/objects/{CAMPAIGN}")).await;
    assert!(page.body.contains(&plan), "{}", page.body);
    let page = browser.get(&plan).await;
    for said in ["What was exported to files cannot be recalled", "erased too", "Nightingale"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let narrower = browser.get(&format!("{plan}&act=narrow&tlp=amber")).await;
    assert!(narrower.body.contains("At this node it stays"), "{}", narrower.body);
    let wider = browser.get(&format!("{plan}&act=narrow&tlp=clear")).await;
    assert!(wider.body.contains("would be a release"), "{}", wider.body);
    let done = browser.submit(&plan, "/recalls", &[("id", CAMPAIGN), ("reason", "in error")]).await;
    assert_eq!((done.status, done.to()), (303, "/recalls?done=1"), "{}", done.body);
    browser.get(&format!("/objects/{CAMPAIGN}")).await.assert_fault(404, "not-found");
    let list = browser.get("/recalls").await;
    assert!(list.body.contains("in error") && !list.body.contains("Nightingale"), "{}", list.body);
    browser.get(&plan).await.assert_fault(404, "not-found");
}

#[tokio::test]
async fn only_a_releaser_calls_back_and_only_the_states_own() {
    let world = World::new();
    world.releaser();
    world.released("Nightingale");
    world.hidden_report(7, "of another");
    let mut duty = world.signed_in("duty").await;
    duty.get(&format!("/recalls/new?id={CAMPAIGN}")).await.assert_fault(403, "forbidden");
    let page = duty.get(&format!("/objects/{CAMPAIGN}")).await;
    assert!(!page.body.contains("/recalls/new"), "{}", page.body);
    let mut boss = world.signed_in("boss").await;
    let hidden = boss.get(&format!("/recalls/new?id={}", report(7))).await;
    let absent = boss.get(&format!("/recalls/new?id={}", report(8))).await;
    hidden.assert_fault(404, "not-found");
    assert_eq!(hidden.body.replace(&report(7), ""), absent.body.replace(&report(8), ""));
}

#[tokio::test]
async fn an_administrator_sees_what_is_kept_aside_and_nobody_else() {
    let world = World::new();
    let mut admin = world.signed_in("admin").await;
    assert!(admin.get("/quarantine").await.body.contains("Nothing was kept aside"));
    let object = |n: u32, name: &str| {
        let value = json!({
            "type": "campaign", "spec_version": "2.1", "name": name,
            "id": format!("campaign--00000000-0000-4000-8000-{n:012}"),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        });
        Object::parse(value.to_string()).expect("an object")
    };
    let objects = (0..60).map(|n| object(n, "<script>alert(1)</script>\u{202e}")).collect();
    world.node.import(objects, false, "file").expect("judged");
    let first = admin.get("/quarantine").await;
    assert!(first.body.contains("60 objects are kept") && first.body.contains("Not signed"));
    let next = first
        .body
        .split("href=\"")
        .find(|at| at.starts_with("/quarantine?before="))
        .expect("a next page");
    let next = next.split('"').next().expect("an address").to_owned();
    let second = admin.get(&next).await;
    assert!(second.body.contains("campaign--00000000-0000-4000-8000-000000000000"));
    assert!(!second.body.contains("campaign--00000000-0000-4000-8000-000000000059"));
    let one = admin.get("/quarantine/1").await;
    assert!(!one.body.contains("<script>alert") && !one.body.contains('\u{202e}'), "{}", one.body);
    let stays = admin.submit("/quarantine/1", "/quarantine/1/judge", &[]).await;
    assert_eq!((stays.status, stays.to()), (303, "/quarantine/1?stays=1"));
    let gone =
        admin.submit("/quarantine/1", "/quarantine/discard", &[("n", "1"), ("n", "2")]).await;
    assert_eq!((gone.status, gone.to()), (303, "/quarantine?done=discarded"));
    admin.get("/quarantine/1").await.assert_fault(404, "not-found");
    assert!(admin.get("/quarantine").await.body.contains("58 objects are kept"));
    let mut duty = world.signed_in("duty").await;
    for path in ["/quarantine", "/quarantine/3", "/quarantine/1"] {
        duty.get(path).await.assert_fault(403, "forbidden");
    }
    assert!(!duty.get("/partners").await.body.contains("/quarantine"));
}
