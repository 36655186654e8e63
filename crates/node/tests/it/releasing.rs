//! The release desk: what leaves the node, shown before it does.

use node::{DeliveryState, Error, Role};
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use taxii::Host;

use crate::made::*;

/// Releasable to state 1 only.
fn listed(n: usize, name: &str) -> (Map<String, Value>, stix::Object) {
    let definition =
        stix::marking::releasable_to(&[state(1)].into(), &std::collections::BTreeSet::new());
    let mut object = campaign(n, name, Some(Tlp::Green));
    object["object_marking_refs"].as_array_mut().unwrap().push(json!(definition.id()));
    (object, definition)
}

#[test]
fn what_is_released_is_signed_and_goes_forward() {
    let (made, releaser) = with_partners();
    let release_it = |name: &str| {
        made.node.release(&releaser, release(vec![campaign(1, name, Some(Tlp::Clear))])).unwrap();
        let object = made.seen(&id(1)).unwrap();
        stix::sign::verify(object.clone(), &made.node.public_key()).unwrap();
        object
    };
    let first = release_it("one");
    assert_eq!(first.header().created_by_ref, Some(state(0)));
    assert_eq!(first.header().created, first.header().modified);
    // The clock stands still, or goes back: versions do not.
    let second = release_it("two");
    made.clock.pass(-HOUR);
    let third = release_it("three");
    assert!(first.version() < second.version() && second.version() < third.version());
    assert_eq!(first.header().created, third.header().created);
    assert!(made.node.store().alarms().unwrap().is_empty());
}

#[test]
fn releases_at_once_never_say_two_things() {
    let (made, releaser) = with_partners();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (made, releaser) = (&made, &releaser);
            scope.spawn(move || {
                let name = format!("from {n}");
                made.node
                    .release(releaser, release(vec![campaign(1, &name, Some(Tlp::Clear))]))
                    .unwrap();
            });
        }
    });
    assert!(made.node.store().alarms().unwrap().is_empty(), "no equivocation of our own");
}

#[test]
fn the_preview_says_who_would_see_what() {
    let (made, releaser) = with_partners();
    let (object, definition) = listed(1, "for B");
    let wanted = node::Release {
        objects: vec![object],
        definitions: vec![definition],
        through: None,
        draft: None,
    };
    let preview = made.node.preview(&releaser, &wanted).unwrap();
    let sees: Vec<_> = preview
        .views
        .iter()
        .map(|view| {
            (
                view.partner.as_ref().map(|one| one.code.as_str()),
                view.decision.allowed,
                view.sees.len(),
            )
        })
        .collect();
    assert_eq!(sees, [(Some("XB"), true, 1), (Some("XC"), false, 0), (None, false, 0)]);
    assert_eq!(preview.badge.to, Some([state(1)].into()));
    assert!(made.seen(&id(1)).is_none(), "it writes nothing");

    made.node.release(&releaser, wanted).unwrap();
    let partner = |n| made.node.view_of(node::Viewer::Node(state(n))).get(&id(1)).unwrap();
    assert!(partner(1).is_some() && partner(2).is_none());
    let states: Vec<_> =
        made.node.deliveries(&releaser, &id(1)).unwrap().into_iter().map(|one| one.state).collect();
    assert_eq!(states, [DeliveryState::NotReached, DeliveryState::NotFor]);
}

#[test]
fn a_reference_to_a_hidden_fact_stops_a_release() {
    let (made, releaser) = with_partners();
    let mut fact = json!({ "type": "domain-name", "value": "example.com" });
    fact["id"] = json!(stix::id::of_sco(fact.as_object().unwrap()).unwrap());
    let fact = stix::Object::parse(fact.to_string()).unwrap();
    made.node.import(vec![fact.clone()], false, "file").unwrap();
    let observed = json!({
        "type": "observed-data", "spec_version": "2.1", "id": "observed-data--00000000-0000-4000-8000-000000000001",
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1,
        "object_refs": [fact.id()], "object_marking_refs": [Tlp::Clear.definition_id()],
    });
    let wanted = release(vec![observed.as_object().cloned().unwrap()]);
    let preview = made.node.preview(&releaser, &wanted).unwrap();
    assert!(preview.is_blocked());
    assert_eq!(preview.views[0].discloses[0].names, *fact.id());
    assert!(matches!(made.node.release(&releaser, wanted), Err(Error::Unreleasable { .. })));
}

#[test]
fn what_cannot_be_released_is_said() {
    let (made, releaser) = with_partners();
    let twice = release(vec![campaign(1, "a", None), campaign(1, "b", None)]);
    assert!(matches!(made.node.release(&releaser, twice), Err(Error::Unreleasable { .. })));
    assert!(matches!(
        made.node.release(&releaser, release(Vec::new())),
        Err(Error::Unreleasable { .. })
    ));
    let mut nameless = campaign(1, "a", None);
    nameless.remove("name");
    assert!(matches!(made.node.release(&releaser, release(vec![nameless])), Err(Error::Stix(_))));
    let administrator = made.person(Role::Administrator);
    let good = release(vec![campaign(1, "a", None)]);
    assert!(matches!(made.node.release(&administrator, good), Err(Error::NotAllowed)));
    assert!(made.seen(&id(1)).is_none());
}

/// What a partner asks for next is its receipt, but not for what it was never sent.
#[test]
fn a_partner_has_what_it_was_sent_and_asks_beyond() {
    let (made, releaser) = with_partners();
    made.node.release(&releaser, release(vec![campaign(1, "x", Some(Tlp::Clear))])).unwrap();
    let invitation = made.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    let account = made
        .node
        .authenticate(&taxii::Proofs::password(&invitation.user, &invitation.password))
        .unwrap()
        .unwrap();
    let collection = made.node.collections(&account).unwrap().remove(0);
    let state = || made.node.deliveries(&releaser, &id(1)).unwrap()[0].state.clone();
    let added = made.node.view_of(account.viewer.clone()).get(&id(1)).unwrap().unwrap().added;
    assert_eq!(state(), DeliveryState::NotReached);
    made.node.asked(&account, &collection, i64::MAX);
    assert_eq!(state(), DeliveryState::NotReached, "asking for the far future is no receipt");
    made.node.served(&account, &collection, added);
    assert_eq!(state(), DeliveryState::Sent);
    made.node.asked(&account, &collection, added - 1);
    assert_eq!(state(), DeliveryState::Sent);
    made.node.asked(&account, &collection, added);
    assert_eq!(state(), DeliveryState::Received);
    let made = made.restarted();
    let again = made.node.sign_in("releaser", PASSWORD, "x").ok().unwrap().session;
    assert_eq!(made.node.deliveries(&again, &id(1)).unwrap()[0].state, DeliveryState::Received);
}
