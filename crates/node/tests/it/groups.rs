//! Groups: the owner serves the members, and none of them learns who the others are.

use std::collections::BTreeSet;

use node::{Error, FourEyes, Role, Roster, Session, Viewer};
use serde_json::json;
use stix::Id;
use stix::marking::Tlp;

use crate::made::*;

/// A node with three partners, and a group of those named.
fn world(members: &[usize]) -> (Made, Session, Id) {
    let made = made(0);
    for n in [1, 2, 3] {
        made.node.invite(profile(n), "http://127.0.0.1:9/taxii2/", "").unwrap();
    }
    let by = made.person(Role::Releaser);
    let group = made.node.add_group(&by, "The six").unwrap().id;
    made.node.set_members(&by, &roster(&group, members)).unwrap();
    (made, by, group)
}

fn roster(group: &Id, members: &[usize]) -> Roster {
    Roster { group: group.clone(), members: members.iter().map(|n| state(*n)).collect() }
}

fn for_group(n: usize, group: &Id) -> node::Release {
    let definition = stix::marking::group(group);
    let mut object = campaign(n, "for the group", Some(Tlp::Amber));
    object["object_marking_refs"].as_array_mut().unwrap().push(json!(definition.id()));
    node::Release {
        objects: vec![object],
        definitions: vec![definition],
        through: None,
        draft: None,
    }
}

fn sees(made: &Made, n: usize, id: &Id) -> bool {
    made.node.view_of(Viewer::Node(state(n))).get(id).unwrap().is_some()
}

#[test]
fn members_see_what_is_for_the_group_and_others_do_not() {
    let (made, by, group) = world(&[1, 2]);
    made.node.release(&by, for_group(1, &group)).unwrap();
    let who_sees = |made: &Made| [1, 2, 3].map(|n| sees(made, n, &id(1)));
    assert_eq!(who_sees(&made), [true, true, false]);
    assert!(sees(&made, 1, &group) && !sees(&made, 3, &group), "the group's name is its members'");
    made.node.set_members(&by, &roster(&group, &[2, 3])).unwrap();
    assert_eq!(who_sees(&made), [false, true, true]);
    let made = made.restarted();
    assert_eq!(who_sees(&made), [false, true, true]);
    assert!(made.seen(&id(1)).is_some());
}

/// The rosters that another process keeps hold here at once, those that narrow too.
#[test]
fn a_command_changes_the_roster_while_the_node_runs() {
    let (made, by, group) = world(&[1]);
    made.node.release(&by, for_group(1, &group)).unwrap();
    let other = made.opened_again();
    assert!(sees(&made, 1, &id(1)));
    other.set_members(&by, &roster(&group, &[2])).unwrap();
    assert!(!sees(&made, 1, &id(1)) && sees(&made, 2, &id(1)));
    made.node.set_members(&by, &roster(&group, &[])).unwrap();
    assert!(other.view_of(Viewer::Node(state(2))).get(&id(1)).unwrap().is_none());
}

#[test]
fn whoever_comes_in_later_is_served_from_where_he_was() {
    run(async {
        let clock = clock();
        let (owner, guest) = (made_with(0, &clock), made_with(1, &clock));
        let by = owner.person(Role::Releaser);
        let group = owner.node.add_group(&by, "The six").unwrap().id;
        let _serving = connect(&owner, &guest).await;
        owner.node.release(&by, for_group(1, &group)).unwrap();
        owner.node.release(&by, release(vec![campaign(2, "x", Some(Tlp::Clear))])).unwrap();
        guest.node.pull_from("XA").await.unwrap();
        assert!(guest.seen(&id(2)).is_some() && guest.seen(&id(1)).is_none());
        owner.clock.pass(SECOND);
        owner.node.set_members(&by, &roster(&group, &[1])).unwrap();
        guest.node.pull_from("XA").await.unwrap();
        assert!(guest.seen(&id(1)).is_some());
        // A recipient reads it for its own state, and passes nothing on.
        assert!(!sees(&guest, 2, &id(1)));
    });
}

/// Nothing that a member gets names another member.
#[test]
fn the_roster_is_never_seen() {
    let (made, by, group) = world(&[1, 2]);
    for n in 1..4 {
        made.node.release(&by, for_group(n, &group)).unwrap();
        made.node.set_members(&by, &roster(&group, &[1, 2, 3])).unwrap();
        made.node.set_members(&by, &roster(&group, &[1, 2])).unwrap();
    }
    for viewer in [Viewer::Node(state(1)), Viewer::Public, Viewer::Account("tool".to_owned())] {
        let view = made.node.view_of(viewer);
        for n in 1..4 {
            for seen in view.versions(&id(n)).unwrap() {
                for other in [2, 3] {
                    let (name, object) = (state(other), &seen.object);
                    assert!(!object.text().contains(name.as_str()), "{}", object.text());
                }
            }
        }
        for held in [&group, stix::marking::group(&group).id()] {
            if let Some(seen) = view.get(held).unwrap() {
                assert!(!seen.object.text().contains(state(2).as_str()));
            }
        }
    }
}

#[test]
fn letting_somebody_in_is_a_release_and_needs_the_same_people() {
    let (made, by, group) = world(&[1]);
    made.account("ida", Role::Releaser);
    let ida = made.node.sign_in("ida", PASSWORD, "test").ok().unwrap().session;
    made.node.release(&by, for_group(1, &group)).unwrap();
    made.node.set_four_eyes(FourEyes::BeyondState).unwrap();
    let wider = roster(&group, &[1, 2]);
    assert!(matches!(made.node.set_members(&by, &wider), Err(Error::NeedsSecond)));
    let proposal = made.node.propose_roster(&by, wider, String::new()).unwrap();
    let preview = made.node.preview_proposal(&ida, &proposal).unwrap();
    let allowed: Vec<_> = preview.views.iter().map(|view| view.decision.allowed).collect();
    assert_eq!(allowed, [true, true, false, false], "it shows who would be in");
    assert!(!sees(&made, 2, &id(1)));
    made.node.approve(&ida, &proposal.id, &preview.digest).unwrap();
    assert!(sees(&made, 2, &id(1)));
    // Who takes somebody out needs nobody.
    made.node.set_members(&by, &roster(&group, &[])).unwrap();
    assert!(!sees(&made, 1, &id(1)));
    let unknown = Roster { group, members: BTreeSet::from([id(5)]) };
    assert!(made.node.set_members(&by, &unknown).is_err());
}
