//! Proofs that both sides hold what one released to the other.

use node::{Differs, Doubt, Role, Viewer};
use stix::marking::Tlp;

use crate::made::*;

/// The doubt that a node's people are told of a campaign.
fn doubt(made: &Made, n: usize) -> Option<Doubt> {
    let viewer = Viewer::Person { state: made.state(), account: "duty".to_owned(), admin: false };
    let seen = made.node.view_of(viewer).get(&id(n)).unwrap().expect("it is seen");
    made.node.standings().unwrap().doubt(&seen)
}

#[test]
fn what_was_released_is_proven_to_be_held() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        let objects = (0..300).map(|n| campaign(n, "x", Some(Tlp::Green)));
        let kept = [campaign(900, "national", None)];
        a.node.release(&releaser, release(objects.chain(kept).collect())).unwrap();
        b.node.pull_from("XA").await.unwrap();
        assert_eq!(doubt(&b, 1), Some(Doubt::NotConfirmed { since: None }));
        let proof = b.node.prove("XA").await.unwrap();
        assert!(proof.is_equal(), "{proof:?}");
        // What is not released to B counts as little as if it were not there.
        assert_eq!((proof.count, proof.held, proof.questions), (301, 301, 1), "{proof:?}");
        assert_eq!(doubt(&b, 1), None);
        assert_eq!(b.node.last_proof(&state(0)).unwrap(), Some(proof.clone()));
        assert_eq!(doubt(&a, 900), None, "one's own needs no proof");

        // A restored copy has proven nothing yet, and says since when.
        let copy = b.restored();
        assert_eq!(doubt(&copy, 1), Some(Doubt::NotConfirmed { since: Some(proof.at) }));
    });
}

#[test]
fn what_is_missing_is_fetched() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let (url, tamper, _serving) = serve_tampered(&a.node).await;
        let invitation = a.node.invite(profile(1), &url, "").unwrap();
        b.node.accept(invitation, node::Reach::Anywhere).unwrap();
        let releaser = a.person(Role::Releaser);
        let objects = (0..200).map(|n| campaign(n, "x", Some(Tlp::Green))).collect();
        a.node.release(&releaser, release(objects)).unwrap();
        clock.pass(SECOND);
        // Two objects get lost on their way.
        tamper.leave_out(&[id(7), id(150)]);
        b.node.pull_from("XA").await.unwrap();
        assert!(b.seen(&id(7)).is_none() && b.seen(&id(8)).is_some());
        let proof = b.node.prove("XA").await.unwrap();
        let found: Vec<_> = proof.differences.iter().map(|found| (&found.id, found.kind)).collect();
        assert_eq!(proof.repaired, 0, "they are held back as long as the other side wants");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|(_, kind)| *kind == Differs::Missing));
        // When it gives them out again, they are fetched.
        tamper.leave_out(&[]);
        let proof = b.node.prove("XA").await.unwrap();
        assert!(proof.is_equal(), "{proof:?}");
        assert_eq!(proof.repaired, 2);
        assert!(b.seen(&id(7)).is_some() && b.seen(&id(150)).is_some());
    });
}

#[test]
fn what_the_owner_does_not_release_any_more_is_told_and_stays() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let (url, tamper, _serving) = serve_tampered(&a.node).await;
        // Else B would have erased it.
        tamper.withhold_recalls();
        let invitation = a.node.invite(profile(1), &url, "").unwrap();
        b.node.accept(invitation, node::Reach::Anywhere).unwrap();
        let releaser = a.person(Role::Releaser);
        a.node.release(&releaser, release(vec![campaign(1, "wide", Some(Tlp::Green))])).unwrap();
        b.node.pull_from("XA").await.unwrap();
        clock.pass(SECOND);
        a.node.release(&releaser, release(vec![campaign(1, "narrow", None)])).unwrap();
        clock.pass(SECOND);
        let proof = b.node.prove("XA").await.unwrap();
        let told = proof.differences.iter().find(|found| found.id == id(1)).unwrap();
        assert_eq!((told.kind, &told.theirs), (Differs::NotReleased, &None));
        assert_eq!(b.says(1).as_deref(), Some("wide"), "nothing is deleted silently");
        assert!(matches!(doubt(&b, 1), Some(Doubt::Differs { kind: Differs::NotReleased, .. })));
    });
}

#[test]
fn a_proof_is_the_owners_word_and_for_one_partner() {
    run(async {
        let clock = clock();
        let (a, b, c) = (made_with(0, &clock), made_with(1, &clock), made_with(2, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        a.node.release(&releaser, release(vec![campaign(1, "one", Some(Tlp::Green))])).unwrap();
        // Whoever pulls from C thinking that it is A finds out.
        let (url, _serving) = serve(&c.node).await;
        let theirs = c.node.invite(profile(1), &url, "").unwrap();
        let false_one =
            node::Invitation { from: profile(0), key: a.node.public_key().to_string(), ..theirs };
        b.node.accept(false_one, node::Reach::Anywhere).unwrap();
        let error = b.node.prove("XA").await.unwrap_err();
        assert!(error.to_string().contains("not signed by a key of the owner"), "{error}");
        assert_eq!(b.node.last_proof(&state(0)).unwrap(), None);
    });
}

#[test]
fn what_changes_hands_meanwhile_is_no_difference() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        let writer = a.node.clone();
        let hand = clock.clone();
        let writing = std::thread::spawn(move || {
            for n in 0..60 {
                hand.pass(SECOND / 50);
                let objects = (0..5).map(|m| campaign(5 * n + m, "x", Some(Tlp::Green))).collect();
                writer.release(&releaser, release(objects)).unwrap();
            }
        });
        while !writing.is_finished() {
            let proof = b.node.prove("XA").await.unwrap();
            assert!(proof.is_equal(), "{proof:?}");
        }
        writing.join().unwrap();
        clock.pass(SECOND);
        let proof = b.node.prove("XA").await.unwrap();
        assert!(proof.is_equal() && proof.in_flight == 0, "{proof:?}");
        assert_eq!(proof.count, 301);
    });
}
