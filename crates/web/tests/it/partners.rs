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
