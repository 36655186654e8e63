//! Four eyes: what one person proposes, another lets out, and it is the same.

use node::{Breadth, Error, FourEyes, Proposing, Release, Role, Session, Step};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use stix::marking::Tlp;

use crate::made::*;

/// An analyst and two releasers at a node that asks for four eyes from some reach on.
struct Desk {
    made: Made,
    people: [Session; 3],
}

fn desk(four_eyes: FourEyes) -> Desk {
    let made = made(0);
    made.node.set_four_eyes(four_eyes).unwrap();
    let people = [("ana", Role::Analyst), ("ben", Role::Releaser), ("ida", Role::Releaser)];
    let people = people.map(|(name, role)| {
        made.account(name, role);
        made.node.sign_in(name, PASSWORD, "test").ok().unwrap().session
    });
    Desk { made, people }
}

fn draft_of(desk: &Desk, by: &Session, n: usize, name: &str, tlp: Option<Tlp>) -> Release {
    let draft = desk.made.node.start_draft(by, "form", json!({ "name": name }), None).unwrap();
    Release { draft: Some(draft.id), ..release(vec![campaign(n, name, tlp)]) }
}

fn proposing(release: Release) -> Proposing {
    Proposing {
        kind: "form".to_owned(),
        title: "A campaign".to_owned(),
        note: "please".to_owned(),
        release,
    }
}

#[test]
fn above_the_threshold_one_person_alone_lets_nothing_out() {
    let reach = [
        (None, Breadth::Home),
        (Some(Tlp::Amber), Breadth::Home),
        (Some(Tlp::Green), Breadth::Community),
        (Some(Tlp::Clear), Breadth::Public),
    ];
    let desk = desk(FourEyes::Never);
    let mut n = 0;
    for four_eyes in FourEyes::ALL {
        desk.made.node.set_four_eyes(four_eyes).unwrap();
        for (tlp, reach) in reach {
            for person in &desk.people {
                n += 1;
                let wanted = release(vec![campaign(n, "x", tlp)]);
                let preview = desk.made.node.preview(person, &wanted).unwrap();
                assert_eq!((preview.breadth, preview.second), (reach, four_eyes.asks(reach)));
                let released = desk.made.node.release(person, wanted);
                let asked = matches!(released, Err(Error::NeedsSecond));
                assert_eq!(asked, four_eyes.asks(reach), "{four_eyes:?} {reach:?}");
                assert_eq!(desk.made.seen(&id(n)).is_some(), !asked);
            }
        }
    }
}

#[test]
fn a_second_person_lets_out_just_what_was_proposed() {
    let desk = desk(FourEyes::BeyondState);
    let [ana, ben, _] = &desk.people;
    let node = &desk.made.node;
    let wanted = draft_of(&desk, ana, 1, "as proposed", Some(Tlp::Clear));
    let proposal = node.propose(ana, proposing(wanted)).unwrap();
    assert!(node.draft(ana, &proposal.id).unwrap().unwrap().proposed);
    assert_eq!((node.waiting_for(ben).unwrap(), node.waiting_for(ana).unwrap()), (1, 0));

    let shown = node.preview_proposal(ben, &proposal).unwrap().digest;
    assert!(matches!(node.approve(ana, &proposal.id, &shown), Err(Error::NotAllowed)));
    assert!(matches!(node.approve(ben, &proposal.id, "another"), Err(Error::Stale)));
    node.approve(ben, &proposal.id, &shown).unwrap();
    assert_eq!(desk.made.says(1).as_deref(), Some("as proposed"));
    assert!(node.draft(ana, &proposal.id).unwrap().is_none(), "the draft ends");
    let decided = node.proposal(ana, &proposal.id).unwrap().unwrap();
    assert!(matches!(decided.step, Step::Released { by, .. } if by.account == "ben"));
    assert!(decided.release.objects.is_empty(), "what left stands in the log alone");
    assert!(matches!(node.approve(ben, &proposal.id, &shown), Err(Error::Stale)));
}

#[test]
fn a_releaser_does_not_let_out_what_he_proposed_himself() {
    let desk = desk(FourEyes::BeyondState);
    let [_, ben, ida] = &desk.people;
    let node = &desk.made.node;
    let wanted = draft_of(&desk, ben, 1, "x", Some(Tlp::Green));
    let proposal = node.propose(ben, proposing(wanted)).unwrap();
    let shown = node.preview_proposal(ben, &proposal).unwrap().digest;
    assert!(matches!(node.approve(ben, &proposal.id, &shown), Err(Error::OwnProposal)));
    assert_eq!(node.preview_proposal(ida, &proposal).unwrap().digest, shown);
    node.approve(ida, &proposal.id, &shown).unwrap();
}

#[test]
fn who_goes_on_writing_takes_the_proposal_back() {
    let desk = desk(FourEyes::BeyondState);
    let [ana, ben, _] = &desk.people;
    let node = &desk.made.node;
    let wanted = draft_of(&desk, ana, 1, "x", Some(Tlp::Clear));
    let proposal = node.propose(ana, proposing(wanted)).unwrap();
    let shown = node.preview_proposal(ben, &proposal).unwrap().digest;
    node.keep_draft(ana, &proposal.id, json!({ "name": "x" })).unwrap();
    assert_eq!(node.waiting_for(ben).unwrap(), 1, "nothing changed");
    let draft = node.keep_draft(ana, &proposal.id, json!({ "name": "y" })).unwrap();
    assert!(!draft.proposed);
    assert!(node.approve(ben, &proposal.id, &shown).is_err());
    assert!(desk.made.seen(&id(1)).is_none());
}

#[test]
fn what_is_returned_is_a_draft_with_a_comment() {
    let desk = desk(FourEyes::BeyondState);
    let [ana, ben, _] = &desk.people;
    let node = &desk.made.node;
    let wanted = draft_of(&desk, ana, 1, "x", Some(Tlp::Clear));
    let proposal = node.propose(ana, proposing(wanted.clone())).unwrap();
    node.return_proposal(ben, &proposal.id, " name the source ").unwrap();
    let returned = node.proposal(ana, &proposal.id).unwrap().unwrap();
    assert!(
        matches!(&returned.step, Step::Returned { comment, .. } if comment == "name the source")
    );
    assert!(!node.draft(ana, &proposal.id).unwrap().unwrap().proposed);
    let again = node.propose(ana, proposing(wanted)).unwrap();
    assert_eq!(again.id, proposal.id);
    node.withdraw_proposal(ana, &again.id).unwrap();
    assert!(matches!(node.withdraw_proposal(ana, &again.id), Err(Error::Stale)));
}

#[test]
fn nothing_is_approved_over_a_version_that_was_not_known() {
    let desk = desk(FourEyes::Public);
    let [ana, ben, ida] = &desk.people;
    let node = &desk.made.node;
    node.release(ana, release(vec![campaign(1, "first", None)])).unwrap();
    let proposal =
        node.propose(ana, proposing(release(vec![campaign(1, "second", Some(Tlp::Clear))])));
    let proposal = proposal.unwrap();
    node.release(ida, release(vec![campaign(1, "meanwhile", None)])).unwrap();
    let shown = node.preview_proposal(ben, &proposal).unwrap().digest;
    assert!(matches!(node.approve(ben, &proposal.id, &shown), Err(Error::Stale)));
    assert_eq!(desk.made.says(1).as_deref(), Some("meanwhile"));
}

/// TLP:RED is for named persons: whoever is not named cannot decide on it, nor see that it waits.
#[test]
fn a_proposal_is_shown_to_whom_its_marking_shows_it() {
    let desk = desk(FourEyes::Always);
    let [ana, ben, ida] = &desk.people;
    let node = &desk.made.node;
    let named = |accounts: &[&str]| {
        let persons =
            accounts.iter().map(|one| node::Viewer::person_name(one, &state(0))).collect();
        let definition = stix::marking::releasable_to(&[state(0)].into(), &persons);
        let mut object = campaign(1, "secret", Some(Tlp::Red));
        object["object_marking_refs"].as_array_mut().unwrap().push(json!(definition.id()));
        Release { objects: vec![object], definitions: vec![definition], through: None, draft: None }
    };
    assert!(!node.has_second(ana, &named(&["ana"])).unwrap());
    assert!(node.has_second(ana, &named(&["ana", "ida"])).unwrap());
    let proposal = node.propose(ana, proposing(named(&["ana", "ida"]))).unwrap();
    assert!(node.proposal(ben, &proposal.id).unwrap().is_none());
    assert!(node.proposals(ben).unwrap().is_empty());
    assert!(matches!(node.approve(ben, &proposal.id, ""), Err(Error::NoProposal)));
    let shown = node.preview_proposal(ida, &proposal).unwrap().digest;
    node.approve(ida, &proposal.id, &shown).unwrap();
}

#[test]
fn of_two_who_approve_at_once_one_does() {
    let desk = desk(FourEyes::Always);
    let [ana, ben, ida] = &desk.people;
    let node = &desk.made.node;
    for n in 1..6 {
        let wanted = draft_of(&desk, ana, n, "x", Some(Tlp::Clear));
        let proposal = node.propose(ana, proposing(wanted)).unwrap();
        let shown = node.preview_proposal(ben, &proposal).unwrap().digest;
        let done = std::thread::scope(|scope| {
            let approve = |who| {
                let (id, shown) = (&proposal.id, &shown);
                scope.spawn(move || node.approve(who, id, shown).is_ok())
            };
            let both = [approve(ben), approve(ida)];
            both.map(|one| one.join().unwrap())
        });
        assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
    }
    assert!(node.store().alarms().unwrap().is_empty());
}

#[derive(Clone, Debug)]
enum Act {
    Edit(u8),
    Propose,
    Approve { by: usize, seen: bool },
    Return { by: usize },
    Withdraw { by: usize },
    Release,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (0_u8..4).prop_map(Act::Edit),
        3 => Just(Act::Propose),
        3 => (0_usize..3, prop::bool::weighted(0.8)).prop_map(|(by, seen)| Act::Approve { by, seen }),
        1 => (0_usize..3).prop_map(|by| Act::Return { by }),
        1 => (0_usize..3).prop_map(|by| Act::Withdraw { by }),
        1 => Just(Act::Release),
    ]
}

/// Whatever people do in whatever order: what leaves was proposed just so by one and approved by
/// another, or its reach asks for nobody.
#[test]
fn no_order_of_steps_lets_out_what_nobody_approved() {
    let desk = desk(FourEyes::Never);
    let node = &desk.made.node;
    let n = std::cell::Cell::new(0);
    let tlps = prop::sample::select(vec![None, Some(Tlp::Green), Some(Tlp::Clear)]);
    let policies = prop::sample::select(FourEyes::ALL.to_vec());
    let acts = prop::collection::vec(act(), 1..12);
    let config =
        ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() };
    let all = (0_usize..3, tlps, policies, acts);
    let done = TestRunner::new(config).run(&all, |(author, tlp, four_eyes, acts)| {
        n.set(n.get() + 1);
        let n = n.get();
        node.set_four_eyes(four_eyes).unwrap();
        let writer = &desk.people[author];
        let name = |content: u8| format!("content {content}");
        let started = node.start_draft(writer, "form", json!({ "name": name(0) }), None).unwrap();
        let (mut content, mut proposed, mut out): (u8, Option<u8>, Option<u8>) = (0, None, None);
        for act in acts {
            let wanted = |content: u8| Release {
                draft: Some(started.id.clone()),
                ..release(vec![campaign(n, &name(content), tlp)])
            };
            let alive = out.is_none();
            match act {
                Act::Edit(to) => {
                    let kept = node.keep_draft(writer, &started.id, json!({ "name": name(to) }));
                    prop_assert_eq!(kept.is_ok(), alive);
                    if alive && to != content {
                        (content, proposed) = (to, None);
                    }
                }
                Act::Propose => {
                    let done = node.propose(writer, proposing(wanted(content)));
                    prop_assert_eq!(done.is_ok(), alive);
                    if alive {
                        proposed = Some(content);
                    }
                }
                Act::Approve { by, seen } => {
                    let who = &desk.people[by];
                    let held = node.proposal(writer, &started.id).unwrap();
                    let shown = match held.filter(|held| seen && held.is_waiting()) {
                        Some(held) => node.preview_proposal(writer, &held).unwrap().digest,
                        None => "something else".to_owned(),
                    };
                    let done = node.approve(who, &started.id, &shown).is_ok();
                    let may = proposed.is_some() && seen && by != author && by > 0;
                    prop_assert_eq!(done, may);
                    if done {
                        (out, proposed) = (proposed, None);
                    }
                }
                Act::Return { by } => {
                    let done = node.return_proposal(&desk.people[by], &started.id, "no").is_ok();
                    prop_assert_eq!(done, proposed.is_some() && by != author && by > 0);
                    if done {
                        proposed = None;
                    }
                }
                Act::Withdraw { by } => {
                    let done = node.withdraw_proposal(&desk.people[by], &started.id).is_ok();
                    prop_assert_eq!(done, proposed.is_some() && by == author);
                    if done {
                        proposed = None;
                    }
                }
                Act::Release if alive => {
                    let second = node.preview(writer, &wanted(content)).unwrap().second;
                    let done = node.release(writer, wanted(content)).is_ok();
                    prop_assert_eq!(done, !second);
                    if done {
                        (out, proposed) = (Some(content), None);
                    }
                }
                Act::Release => {}
            }
            prop_assert_eq!(desk.made.says(n), out.map(name));
        }
        Ok(())
    });
    done.unwrap();
}
