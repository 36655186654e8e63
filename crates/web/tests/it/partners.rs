//! The partners' page and the overview: how each stands.

use node::{Invitation, Profile};
use stix::keys::rotation;
use stix::sign::SecretKey;
use stix::{Object, Timestamp};

use crate::world::{World, home, partner};

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn invitation(key: &SecretKey) -> Invitation {
    let text = |text: &str| text.to_owned();
    let (name, code, state_name) = (text("Zagreb"), text("HR"), text("Croatia"));
    Invitation {
        entente_invitation: 1,
        from: Profile { name, code, state_name, state: partner() },
        to: home(),
        url: text("http://127.0.0.1:9/taxii2/"),
        key: key.public().to_string(),
        roots: String::new(),
        user: text("peer"),
        password: text("word"),
        expires: Timestamp::parse("2030-01-01T00:00:00Z").expect("a moment"),
    }
}

#[tokio::test]
async fn keys_in_conflict_are_seen_wherever_partners_are() {
    let world = World::new();
    world.node.accept(invitation(&key(1)), node::Reach::Anywhere).expect("it fits");
    let said = Timestamp::parse("2026-03-01T00:00:00Z").expect("a moment");
    let named = |next: u8| -> Object {
        rotation(&partner(), &key(1), &key(next), &said).expect("a statement")
    };
    let mut browser = world.signed_in("duty").await;
    for (next, conflict) in [(2, false), (3, true)] {
        world.node.import(vec![named(next)], false, "file").expect("it is judged");
        for path in ["/", "/partners"] {
            let page = browser.get(path).await;
            assert_eq!(page.body.contains("Keys in conflict"), conflict, "{path} {}", page.body);
        }
    }
    let page = browser.get("/partners").await;
    assert!(page.body.contains("until an administrator compares fingerprints"), "{}", page.body);
}

/// The address of a page, and of what can be done there.
const ACTS: [(&str, &[(&str, &str)]); 4] =
    [("pull", &[]), ("pause", &[]), ("resume", &[]), ("interval", &[("every", "60000")])];

#[tokio::test]
async fn a_peer_has_a_page_and_the_administrator_acts_there() {
    let world = World::new();
    world.node.accept(invitation(&key(1)), node::Reach::Anywhere).expect("it fits");
    let feed = node::Feed {
        name: "osint".to_owned(),
        kind: node::FeedKind::Folder { path: "/nowhere/<at all>".into() },
        terms: node::Terms::of_feed(),
    };
    world.node.add_feed(feed, node::Reach::Public).expect("it fits");
    assert!(world.node.pull_from("osint").await.is_err());
    let state = format!("/partners/{}", partner());
    let (mut duty, mut admin) = (world.signed_in("duty").await, world.signed_in("admin").await);
    for (path, name) in [(state.as_str(), "Zagreb"), ("/partners/osint", "osint")] {
        let list = duty.get("/partners").await;
        assert!(list.body.contains(&format!("href=\"{path}\"")), "{}", list.body);
        let page = duty.get(path).await;
        assert!(page.status == 200 && page.body.contains(name), "{}", page.body);
        // What pulling brought says how much there is, and is not for everybody.
        for inside in ["What pulling brought", "Pull now", "End the relation", "nowhere/ "] {
            assert!(!page.body.contains(inside), "{inside}");
        }
        let page = admin.get(path).await;
        for inside in ["What pulling brought", "Pull now", "Held already", "End the relation"] {
            assert!(page.body.contains(inside), "{inside}: {}", page.body);
        }
        for (act, fields) in ACTS {
            let to = format!("{path}/{act}");
            assert_eq!(duty.submit(path, &to, fields).await.status, 403, "{act}");
            let done = admin.submit(path, &to, fields).await;
            assert_eq!(done.to(), format!("{path}?done={act}"));
            assert_eq!(admin.get(done.to()).await.status, 200);
        }
        assert!(duty.get(path).await.body.contains("1 min"), "the interval was changed");
    }
    let failing = admin.get("/partners/osint").await;
    assert!(failing.body.contains("/nowhere/&#60;at all&#62;"), "{}", failing.body);
    for (path, fields) in [(state.as_str(), &[][..]), ("/partners/osint", &[("forget", "1")][..])] {
        let done = admin.submit(path, &format!("{path}/remove"), fields).await;
        assert_eq!(done.to(), "/partners?done=remove");
        assert_eq!(admin.get(path).await.status, 404);
    }
    assert!(admin.get("/partners?done=remove").await.body.contains("There are no partners yet"));
    assert_eq!(duty.get("/partners/none").await.status, 404);
}
