//! Keys that change: rotation, revocation, conflict, and what becomes of objects meanwhile.

use node::{Error, KeyState, Refusal, Role, Tally};
use serde_json::json;
use stix::keys;
use stix::marking::Tlp;
use stix::sign::{PublicKey, SecretKey};
use stix::{Object, Timestamp};
use taxii::Host;

use crate::made::*;

/// A secret key of a node, as a thief would read it.
fn stolen(made: &Made) -> SecretKey {
    node::load_key(&made.folder().join("signing.key")).unwrap()
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn now() -> Timestamp {
    Timestamp::from_micros(BEGIN)
}

fn say(made: &Made, releaser: &node::Session, n: usize, name: &str) {
    made.node.release(releaser, release(vec![campaign(n, name, Some(Tlp::Clear))])).unwrap();
}

fn import(made: &Made, object: &Object) -> Tally {
    made.node.import(vec![object.clone()], false, "file").unwrap()
}

fn state_of_keys(made: &Made) -> Option<KeyState> {
    made.node.partners().unwrap().remove(0).keys
}

/// The reasons why something waits, for those objects that wait, by number.
fn waiting(made: &Made) -> Vec<Refusal> {
    let administrator =
        made.node.sign_in("administrator", PASSWORD, "x").ok().map(|one| one.session);
    let administrator = administrator.unwrap_or_else(|| made.person(Role::Administrator));
    let kept = made.node.quarantined(&administrator, &everything()).unwrap();
    kept.into_iter().map(|kept| kept.refusal).collect()
}

#[test]
fn partners_follow_a_rotation_and_nothing_is_signed_anew() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        say(&a, &releaser, 1, "before");
        b.node.pull_from("XA").await.unwrap();
        let before = a.seen(&id(1)).unwrap();
        let old = a.node.public_key();
        let new = a.node.rotate_key(false).unwrap();
        assert_eq!((a.node.public_key(), new == old), (new.clone(), false));
        say(&a, &releaser, 2, "after");
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(b.seen(&id(1)), Some(before.clone()));
        assert_eq!(a.seen(&id(1)), Some(before.clone()));
        let after = b.seen(&id(2)).unwrap();
        assert!(stix::sign::verify(after, &new).is_ok());
        assert_eq!(state_of_keys(&b), Some(KeyState::Followed));
        let partner = b.node.partners().unwrap().remove(0);
        assert_eq!(partner.fingerprint, Some(new.fingerprint()));
        // What the former key signed is good wherever it arrives, and after restarts.
        let (a, b) = (a.restarted(), b.restarted());
        assert_eq!((a.node.public_key(), state_of_keys(&b)), (new, Some(KeyState::Followed)));
        assert_eq!(import(&b, &before), Tally { known: 1, ..Tally::default() });
        let c = made_with(2, &clock);
        let _serving = connect(&a, &c).await;
        c.node.pull_from("XA").await.unwrap();
        assert_eq!(c.seen(&id(1)), Some(before), "who came later pinned the new key only");
        assert_eq!((state_of_keys(&c), waiting(&c)), (Some(KeyState::Pinned), vec![]));
    });
}

#[test]
fn after_a_revocation_what_comes_late_is_bad_and_what_came_stays() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        say(&a, &releaser, 1, "before");
        b.node.pull_from("XA").await.unwrap();
        let (thief, before) = (stolen(&a), a.seen(&id(1)).unwrap());
        // Signed by the old key before, whatever it says of its date, and received after.
        let forged = version(9, "forged", 0, &thief);
        a.node.rotate_key(true).unwrap();
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(import(&b, &forged).refused, 1);
        assert_eq!(waiting(&b), [Refusal::RevokedKey { key: thief.public().id().to_string() }]);
        assert_eq!(import(&b, &before).known, 1, "what was received earlier stays good");
        assert_eq!(b.seen(&id(1)), Some(before.clone()));
        assert_eq!(b.seen(&id(9)), None);
        // Nor does the thief name a successor, or revoke anything of the new key's.
        let me = state(0);
        let rotation = keys::rotation(&me, &thief, &key(7), &now()).unwrap();
        assert_eq!(import(&b, &rotation).refused, 1);
        assert_eq!(state_of_keys(&b), Some(KeyState::Conflict), "but that he tries is seen");
        b.node.resolve_keys("XA", &a.node.public_key().id()).unwrap();
        assert_eq!(state_of_keys(&b), Some(KeyState::Pinned));
        // Who joins now gets the old objects from the owner, in the order in which it said them.
        let c = made_with(2, &clock);
        let _serving = connect(&a, &c).await;
        c.node.pull_from("XA").await.unwrap();
        assert_eq!((c.seen(&id(1)), waiting(&c)), (Some(before), vec![]));
        assert_eq!(import(&c, &forged).refused, 1);
        serving.abort();
    });
}

#[test]
fn two_successors_freeze_the_owner_until_somebody_compares_fingerprints() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        say(&a, &releaser, 1, "true");
        b.node.pull_from("XA").await.unwrap();
        let good = b.seen(&id(1)).unwrap();
        let mut fact = json!({ "type": "domain-name", "value": "example.com" });
        fact["object_marking_refs"] = json!([Tlp::Clear.definition_id()]);
        fact["id"] = json!(stix::id::of_sco(fact.as_object().unwrap()).unwrap());
        let fact = Object::parse(fact.to_string()).unwrap();
        // A thief of the key is faster than its owner.
        let (thief, false_key) = (stolen(&a), key(66));
        let false_rotation = keys::rotation(&state(0), &thief, &false_key, &now()).unwrap();
        assert_eq!(import(&b, &false_rotation).admitted, 1);
        let forged = version(1, "false", 3_600, &false_key);
        assert_eq!(import(&b, &forged).admitted, 1);
        assert_eq!(b.says(1).as_deref(), Some("false"));
        let true_key = a.node.rotate_key(true).unwrap();
        say(&a, &releaser, 2, "of the true key");
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(state_of_keys(&b), Some(KeyState::Conflict));
        assert_eq!(b.seen(&id(2)), None, "nothing of a frozen owner is admitted");
        assert_eq!(import(&b, &version(3, "x", 0, &false_key)).refused, 1);
        assert!(waiting(&b).iter().all(|why| matches!(why, Refusal::Frozen { .. })));
        assert_eq!(import(&b, &good).known, 1);
        // Nor its facts, which carry no signature.
        a.node.import(vec![fact.clone()], false, "file").unwrap();
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(b.seen(fact.id()), None);

        // Nobody chooses a key that the partner never named.
        let stranger = b.node.resolve_keys("XA", &key(9).public().id());
        assert!(matches!(stranger, Err(Error::Key { .. })));
        let chosen = true_key.id();
        assert_eq!(b.node.held_under_others("XA", &chosen).unwrap(), 1);
        let resolved = b.node.resolve_keys("XA", &chosen).unwrap();
        assert_eq!((resolved.withdrawn, resolved.admitted >= 2), (1, true));
        assert_eq!(state_of_keys(&b), Some(KeyState::Pinned));
        assert_eq!(
            b.seen(&id(1)),
            Some(good.clone()),
            "the false version is gone, the true one back"
        );
        assert!(b.seen(&id(2)).is_some());
        assert!(b.seen(fact.id()).is_some());
        assert!(b.node.store().alarms().unwrap().is_empty());
        assert!(waiting(&b).iter().all(|why| matches!(why, Refusal::DiscardedKey { .. })));
        // The thief goes on: it is kept aside, and changes nothing any more.
        let again = keys::rotation(&state(0), &thief, &key(67), &now()).unwrap();
        assert_eq!(import(&b, &again).refused, 1);
        assert_eq!(import(&b, &version(4, "x", 0, &false_key)).refused, 1);
        assert_eq!(import(&b, &forged).refused, 1);
        assert_eq!(state_of_keys(&b), Some(KeyState::Pinned));
        b.node.pull_from("XA").await.unwrap();
        assert_eq!((b.seen(&id(1)), state_of_keys(&b)), (Some(good), Some(KeyState::Pinned)));
    });
}

/// However much a thief says with an old key, the owner's current key is still heard.
#[test]
fn a_thief_does_not_use_up_what_the_owner_may_say() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        let thief = stolen(&a);
        let second = a.node.rotate_key(true).unwrap();
        b.node.pull_from("XA").await.unwrap();
        let false_key = |n: u8, m: u8| {
            let mut seed = [7; 32];
            seed[..2].copy_from_slice(&[n, m]);
            SecretKey::from_seed(seed)
        };
        let says = |old: &SecretKey, new| keys::rotation(&state(0), old, &new, &now()).unwrap();
        let first = (1..15).map(|n| says(&thief, false_key(n, 0)));
        let more =
            (1..15).flat_map(|n| (1..16).map(move |m| says(&false_key(n, 0), false_key(n, m))));
        b.node.import(first.chain(more).collect(), false, "file").unwrap();
        assert_eq!(state_of_keys(&b), Some(KeyState::Conflict));
        b.node.resolve_keys("XA", &second.id()).unwrap();
        a.node.rotate_key(true).unwrap();
        say(&a, &releaser, 1, "of the third key");
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(b.says(1).as_deref(), Some("of the third key"));
    });
}

/// Whatever waited for a key becomes visible when the key becomes known, as something new.
#[test]
fn what_waits_for_a_key_is_admitted_when_the_key_is_known() {
    let made = made(0);
    let early = version(1, "early", 0, &key(2));
    let rotation = keys::rotation(&state(1), &key(1), &key(2), &now()).unwrap();
    assert_eq!(import(&made, &early).refused, 1);
    assert_eq!(import(&made, &rotation).refused, 1);
    made.clock.pass(HOUR);
    let other = version(2, "other", 0, &key(1));
    made.pins(1, &key(1));
    assert_eq!(import(&made, &other).admitted, 1);
    assert_eq!(made.seen(&id(1)), Some(early));
    assert_eq!(state_of_keys(&made), Some(KeyState::Followed));
    let seen = made.node.view_of(node::Viewer::Public).get(&id(1)).unwrap().unwrap();
    assert!(seen.added >= BEGIN + HOUR, "a reader who had come so far meets it");
    assert!(waiting(&made).is_empty());
    // A key is one owner's.
    let again = made
        .node
        .accept(invitation(2, 0, &key(2), "http://127.0.0.1:9/taxii2/"), node::Reach::Anywhere);
    assert!(matches!(again, Err(Error::Invitation { .. })));
}

#[test]
fn a_claim_about_keys_must_hold() {
    let made = made(0);
    made.pins(1, &key(1));
    let rotation = keys::rotation(&state(1), &key(1), &key(2), &now()).unwrap();
    let forged = rotation.text().replace("rotation", "revocation");
    assert_eq!(import(&made, &Object::parse(forged).unwrap()).refused, 1);
    assert!(matches!(waiting(&made)[0], Refusal::Statement { .. }));
    // Another state's key says nothing of this one's.
    made.pins(2, &key(3));
    let foreign = keys::rotation(&state(1), &key(3), &key(4), &now()).unwrap();
    assert_eq!(import(&made, &foreign).refused, 1);
    let ring = made.node.keys_of(&state(1)).unwrap().unwrap();
    assert_eq!(ring.keys().count(), 1);
}

#[test]
fn own_former_keys_are_revoked_once() {
    let made = made(0);
    let old = made.node.public_key();
    assert!(matches!(made.node.revoke_key(&old.id()), Err(Error::Key { .. })), "rotate it instead");
    made.node.rotate_key(false).unwrap();
    assert!(matches!(made.node.revoke_key(&key(9).public().id()), Err(Error::Key { .. })));
    made.node.revoke_key(&old.id()).unwrap();
    assert!(matches!(made.node.revoke_key(&old.id()), Err(Error::Key { .. })), "it is");
    let seen: Vec<_> =
        made.node.keys_of(&state(0)).unwrap().unwrap().keys().map(|(_, one)| one).collect();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().any(|one| matches!(one, keys::Standing::Revoked { .. })));
}

/// Whoever else holds our key, and hands us what he says with it, is found out and not believed.
#[test]
fn nobody_rotates_our_own_key_but_we() {
    let made = made(0);
    let (mine, thief) = (made.node.public_key(), stolen(&made));
    let rotation = keys::rotation(&state(0), &thief, &key(7), &now()).unwrap();
    assert_eq!(import(&made, &rotation).refused, 1);
    assert_eq!(import(&made, &version(1, "x", 0, &key(7))).refused, 1);
    let ring = made.node.keys_of(&state(0)).unwrap().unwrap();
    assert_eq!(
        (ring.current(), made.seen(rotation.id())),
        (Some(&mine), None),
        "and not passed on"
    );
    assert_eq!(made.node.foreign_successors().unwrap(), [key(7).public()]);
    // The true rotation: who learns of both is warned, and we go on.
    let new = made.node.rotate_key(true).unwrap();
    let ring = made.node.keys_of(&state(0)).unwrap().unwrap();
    assert_eq!(ring.current(), Some(&new));
    assert_eq!(made.node.foreign_successors().unwrap(), [key(7).public()]);
    assert!(!made.node.keys_of(&state(0)).unwrap().unwrap().is_frozen());
}

/// Another process rotates the key while the node runs: it signs with the new one from then on.
#[test]
fn a_running_node_takes_up_a_key_that_a_command_drew() {
    let made = made(0);
    let releaser = made.person(Role::Releaser);
    say(&made, &releaser, 1, "old");
    let command = made.opened_again();
    let new = command.rotate_key(false).unwrap();
    drop(command);
    say(&made, &releaser, 1, "new");
    assert!(stix::sign::verify(made.seen(&id(1)).unwrap(), &new).is_ok());
}

/// The program ends in the midst of a rotation: then it was none, or all of it.
#[test]
fn a_rotation_is_whole_or_none() {
    let made = made(0);
    let (current, next) =
        (made.folder().join("signing.key"), made.folder().join("signing.key.next"));
    let old: PublicKey = made.node.public_key();
    node::generate_key(&next, &store::SystemRandom).unwrap();
    let made = made.restarted();
    assert_eq!((made.node.public_key(), next.exists()), (old, false), "it was not announced");
    let text = std::fs::read_to_string(&current).unwrap();
    let new = made.node.rotate_key(true).unwrap();
    std::fs::rename(&current, &next).unwrap();
    std::fs::write(&current, text).unwrap();
    let made = made.restarted();
    assert_eq!((made.node.public_key(), next.exists()), (new, false), "it was announced");
}

/// Commands that rotate at once, and commands that open the node meanwhile: one line of keys, and
/// the last of them is the one in the file.
#[test]
fn rotations_take_turns() {
    let made = made(0);
    let releaser = made.person(Role::Releaser);
    std::thread::scope(|scope| {
        for rotates in [true, true, false, false] {
            let made = &made;
            scope.spawn(move || {
                for _ in 0..3 {
                    let node = made.opened_again();
                    if rotates {
                        node.rotate_key(true).unwrap();
                    }
                }
            });
        }
        for n in 0..12 {
            say(&made, &releaser, n, "meanwhile");
        }
    });
    let ring = made.node.keys_of(&state(0)).unwrap().unwrap();
    assert_eq!(ring.current(), Some(&made.node.public_key()));
    assert_eq!((ring.keys().count(), ring.discarded().count()), (7, 0));
    // Nothing was signed with a key that was revoked before it was said.
    let other = made_with(1, &made.clock);
    run(async {
        connect(&made, &other).await;
        other.node.pull_from("XA").await.unwrap();
    });
    assert!(waiting(&other).is_empty());
    assert!((0..12).all(|n| other.seen(&id(n)).is_some()));
}

/// The partner lost its key altogether, and invites us anew: what was received before stays.
#[test]
fn a_new_invitation_pins_a_new_key() {
    let made = made(0);
    made.pins(1, &key(1));
    let old = version(1, "old", 0, &key(1));
    assert_eq!(import(&made, &old).admitted, 1);
    made.pins(1, &key(5));
    assert_eq!(state_of_keys(&made), Some(KeyState::Pinned));
    // The partner hands it in again, and something new under the lost key.
    made.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    let account =
        taxii::Account { name: "peer-xb".to_owned(), viewer: node::Viewer::Node(state(1)) };
    let inbox =
        made.node.collections(&account).unwrap().into_iter().find(|one| !one.can_read).unwrap();
    let incoming = [old.clone(), version(2, "late", 0, &key(1))]
        .map(|object| taxii::Incoming { bytes: object.bytes().clone(), object: Ok(object) });
    let receipts = made.node.receive(&account, &inbox, incoming.to_vec()).unwrap();
    assert!(receipts.iter().all(Result::is_err), "held or not, the answer is the same");
    assert_eq!((made.seen(&id(1)), made.seen(&id(2))), (Some(old), None));
    assert!(matches!(waiting(&made)[..], [Refusal::UnknownKey { .. }]));
}

/// Five nodes in a row, each of which pulls from the one before alone and knows all keys: what the
/// first says arrives at the last byte for byte, over its change of key.
#[test]
fn signatures_hold_over_four_hops() {
    const LAST: usize = 4;
    run(async {
        let clock = clock();
        let nodes: Vec<_> = (0..=LAST).map(|n| made_with(n, &clock)).collect();
        for (n, made) in nodes.iter().enumerate() {
            let place = release::Place { relay: true, ..release::Place::of(state(n)) };
            made.node.store().place_changed(place).unwrap();
            if n > 0 {
                connect(&nodes[n - 1], made).await;
            }
            // The first state's key is compared by everybody, even by who never reaches its node.
            if n > 1 {
                made.pins(0, &stolen(&nodes[0]));
            }
        }
        let releaser = nodes[0].person(Role::Releaser);
        say(&nodes[0], &releaser, 1, "before");
        let pass_on = async || {
            for (n, made) in nodes.iter().enumerate().skip(1) {
                made.node.pull_from(&profile(n - 1).code).await.unwrap();
            }
        };
        pass_on().await;
        let old = nodes[0].node.public_key();
        let new = nodes[0].node.rotate_key(false).unwrap();
        say(&nodes[0], &releaser, 2, "after");
        pass_on().await;
        let end = &nodes[LAST];
        for (n, key) in [(1, &old), (2, &new)] {
            let object = end.seen(&id(n)).unwrap();
            assert_eq!(Some(&object), nodes[0].seen(&id(n)).as_ref(), "byte for byte");
            assert!(stix::sign::verify(object, key).is_ok());
            let seen = end.node.view_of(node::Viewer::Public).get(&id(n)).unwrap().unwrap();
            assert_eq!(seen.holder, release::Holder::State(state(0)), "still its owner’s");
        }
        let ring = end.node.keys_of(&state(0)).unwrap().unwrap();
        assert_eq!(ring.current(), Some(&new));
    });
}
