//! The Chatham House Rule: what is said is known, who said it is not.

use node::{FourEyes, Release, Role, Viewer, Vouching};
use stix::Id;
use stix::marking::Tlp;

use crate::made::*;

/// State 0 speaks, state 1 vouches and passes on, state 2 reads at state 1.
struct World {
    speaker: Made,
    first: Made,
    third: Made,
}

fn world() -> World {
    let clock = clock();
    let [speaker, first, third] = [0, 1, 2].map(|n| made_with(n, &clock));
    World { speaker, first, third }
}

fn said(n: usize, through: usize) -> Release {
    Release {
        through: Some(state(through)),
        ..release(vec![campaign(n, "said in confidence", Some(Tlp::Green))])
    }
}

fn pseudonym_of(made: &Made) -> Id {
    made.node.own_pseudonyms().unwrap().first().unwrap().id.clone()
}

/// Everything that a node keeps on its disk, as bytes.
fn kept(made: &Made) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(made.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    all
}

fn holds(all: &[u8], text: &str) -> bool {
    all.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn third_readers_learn_what_was_said_and_not_by_whom() {
    run(async {
        let World { speaker, first, third } = world();
        let by = speaker.person(Role::Releaser);
        let administrator = first.person(Role::Administrator);
        let _a = connect(&speaker, &first).await;
        let _b = connect(&first, &third).await;
        speaker.node.invite(profile(2), "http://127.0.0.1:9/taxii2/", "").unwrap();

        let preview = speaker.node.preview(&by, &said(1, 1)).unwrap();
        let sees: Vec<_> = preview.views.iter().map(|view| view.decision.allowed).collect();
        assert_eq!(sees, [true, true, false], "the first recipient, the third, not the public");
        speaker.node.release(&by, said(1, 1)).unwrap();
        let pseudonym = pseudonym_of(&speaker);
        assert!(speaker.seen(&id(1)).is_some(), "the own people see it");
        for id in [&id(1), &pseudonym] {
            let at = |n| speaker.node.view_of(Viewer::Node(state(n))).get(id).unwrap().is_some();
            assert!(at(1) && !at(2), "nobody else finds it at the speaker's node");
            assert!(speaker.node.view_of(Viewer::Public).get(id).unwrap().is_none());
        }

        first.node.pull_from("XA").await.unwrap();
        assert!(first.seen(&id(1)).is_none(), "it waits until the first recipient vouches");
        let asked = first.node.asked_to_vouch(&administrator).unwrap();
        assert_eq!((asked.len(), &asked[0].from, &asked[0].pseudonym), (1, &state(0), &pseudonym));
        assert!(asked[0].waits.iter().any(|(waits, _)| *waits == id(1)));
        let vouching = first.node.vouch_for(&administrator, &pseudonym).unwrap();
        assert!(matches!(vouching, Vouching::Done));
        let passed = first.seen(&id(1)).unwrap();
        assert_eq!(passed.header().created_by_ref.as_ref(), Some(&pseudonym));

        third.node.pull_from("XB").await.unwrap();
        assert_eq!(third.says(1).as_deref(), Some("said in confidence"));
        let known = third.node.pseudonym(&pseudonym).unwrap().unwrap();
        assert_eq!((known.vouched_by, known.avowed_by), (Some(state(1)), None));
        third.node.store().check().unwrap();
        let all = kept(&third);
        let own = speaker.node.profile();
        let key = speaker.node.public_key();
        for name in [
            own.state.as_str(),
            own.name.as_str(),
            own.state_name.as_str(),
            &format!("\"{}\"", own.code),
            key.id().as_str(),
            &key.to_string(),
        ] {
            assert!(!holds(&all, name), "the third node holds {name:?}");
        }
        assert!(holds(&all, "said in confidence"), "and the search is not about nothing");
    });
}

#[test]
fn owning_up_is_signed_by_both_and_names_the_state() {
    run(async {
        let World { speaker, first, third } = world();
        let by = speaker.person(Role::Releaser);
        let administrator = first.person(Role::Administrator);
        let _a = connect(&speaker, &first).await;
        let _b = connect(&first, &third).await;
        let _c = connect(&speaker, &third).await;
        speaker.node.release(&by, said(1, 1)).unwrap();
        let pseudonym = pseudonym_of(&speaker);
        first.node.pull_from("XA").await.unwrap();
        first.node.vouch_for(&administrator, &pseudonym).unwrap();
        third.node.pull_from("XB").await.unwrap();
        third.node.pull_from("XA").await.unwrap();
        assert_eq!(third.node.pseudonym(&pseudonym).unwrap().unwrap().avowed_by, None);

        assert!(speaker.node.avow(&by, &pseudonym).unwrap().is_none());
        third.node.pull_from("XA").await.unwrap();
        first.node.pull_from("XA").await.unwrap();
        for reader in [&third, &first, &speaker] {
            let known = reader.node.pseudonym(&pseudonym).unwrap().unwrap();
            assert_eq!(known.avowed_by, Some(state(0)));
        }
    });
}

/// Each release has a pseudonym of its own, so that nobody joins one to another.
#[test]
fn no_two_releases_share_a_pseudonym() {
    let World { speaker, .. } = world();
    speaker.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    let by = speaker.person(Role::Releaser);
    for n in 1..4 {
        speaker.node.release(&by, said(n, 1)).unwrap();
    }
    let owners: std::collections::BTreeSet<_> =
        (1..4).map(|n| speaker.seen(&id(n)).unwrap().header().created_by_ref.clone()).collect();
    assert_eq!(owners.len(), 3);
    assert!(!owners.contains(&Some(state(0))));
    let speaker = speaker.restarted();
    let third = speaker.node.view_of(Viewer::Node(state(2)));
    assert!(third.get(&id(1)).unwrap().is_none(), "a restart serves it to nobody else");
    let first = speaker.node.view_of(Viewer::Node(state(1)));
    assert!(first.get(&id(1)).unwrap().is_some());
}

#[test]
fn what_cannot_be_said_so_is_refused_before_anything_leaves() {
    let World { speaker, .. } = world();
    speaker.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    let by = speaker.person(Role::Releaser);
    for tlp in [None, Some(Tlp::Amber), Some(Tlp::Red)] {
        let wanted = Release { through: Some(state(1)), ..release(vec![campaign(1, "x", tlp)]) };
        assert!(
            speaker.node.release(&by, wanted).is_err(),
            "{tlp:?}: the first recipient sees it not"
        );
    }
    assert!(speaker.node.release(&by, said(1, 3)).is_err(), "nobody knows state 3");
    assert!(speaker.node.own_pseudonyms().unwrap().is_empty());
}

#[test]
fn it_needs_a_second_person_like_any_other_release() {
    let World { speaker, .. } = world();
    speaker.node.invite(profile(1), "http://127.0.0.1:9/taxii2/", "").unwrap();
    let by = speaker.person(Role::Analyst);
    let second = speaker.person(Role::Releaser);
    speaker.node.set_four_eyes(FourEyes::BeyondState).unwrap();
    assert!(speaker.node.release(&by, said(1, 1)).is_err());
    let proposing = node::Proposing {
        kind: "form".to_owned(),
        title: "x".to_owned(),
        note: String::new(),
        release: said(1, 1),
    };
    let proposal = speaker.node.propose(&by, proposing).unwrap();
    let shown = speaker.node.preview_proposal(&second, &proposal).unwrap().digest;
    speaker.node.approve(&second, &proposal.id, &shown).unwrap();
    assert_eq!(speaker.node.own_pseudonyms().unwrap().len(), 1);
}
