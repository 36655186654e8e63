//! Hints from node to node.

use node::{DeliveryState, Origin, Role};
use stix::marking::Tlp;
use taxii::between::{Between, Hints};

use crate::made::*;

/// B pulls from A, who is asked once an hour if there is no hint.
async fn seldom(a: &Made, b: &Made) -> tokio::task::JoinHandle<()> {
    let serving = connect(a, b).await;
    b.node.set_terms(&Origin::Node(state(0)), |terms| terms.every = 3_600_000).unwrap();
    serving
}

#[test]
fn what_is_released_comes_with_a_hint() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = seldom(&a, &b).await;
        let following = b.node.start_sync();
        until(|| b.node.is_hinted(&state(0))).await;
        let releaser = a.person(Role::Releaser);
        a.node.release(&releaser, release(vec![campaign(1, "one", Some(Tlp::Green))])).unwrap();
        until(|| b.says(1).is_some()).await;
        // Its receipt does not wait an hour either.
        let delivery = || a.node.deliveries(&releaser, &id(1)).unwrap().remove(0).state;
        until(|| delivery() == DeliveryState::Received).await;
        // What another process of A's node releases comes so, too.
        let command = a.opened_again();
        command.release(&releaser, release(vec![campaign(2, "two", Some(Tlp::Green))])).unwrap();
        until(|| b.says(2).is_some()).await;
        following.abort();
    });
}

#[test]
fn a_line_that_breaks_is_opened_again_and_meanwhile_all_goes_on() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let following = b.node.start_sync();
        until(|| b.node.is_hinted(&state(0))).await;
        // Who is no partner any more is not listened to.
        a.node.remove_peer("XB").unwrap();
        until(|| !b.node.is_hinted(&state(0))).await;
        // With a new invitation all is as before.
        let _serving = connect(&a, &b).await;
        until(|| b.node.is_hinted(&state(0))).await;
        let releaser = a.person(Role::Releaser);
        a.node.release(&releaser, release(vec![campaign(1, "one", Some(Tlp::Green))])).unwrap();
        until(|| b.says(1).is_some()).await;
        following.abort();
    });
}

#[test]
fn hints_go_only_to_who_gained_something() {
    run(async {
        let clock = clock();
        let (a, b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        let account =
            taxii::Account { name: "peer-xb".to_owned(), viewer: node::Viewer::Node(state(1)) };
        let mut hints = a.node.hints(&account).unwrap();
        assert!(hints.goes_on());
        a.node.release(&releaser, release(vec![campaign(1, "national", None)])).unwrap();
        let soon = std::time::Duration::from_millis(200);
        assert!(tokio::time::timeout(soon, hints.gained()).await.is_err());
        a.node.release(&releaser, release(vec![campaign(2, "green", Some(Tlp::Green))])).unwrap();
        assert!(hints.gained().await);
        // Who is no partner any more hears nothing more.
        a.node.remove_peer("XB").unwrap();
        assert!(!hints.goes_on());
    });
}
