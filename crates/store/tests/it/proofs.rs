//! Counts and hashes of what is held and released.

use stix::marking::Tlp;
use stix::proof::{Answer, Leaf, Prefix, Summary};
use store::{Admitted, Scope};

use crate::made::*;

/// A prefix and everything below it that is asked for, down to the leaves: all add up.
fn walk(made: &Made, viewer: &release::Viewer, prefix: Prefix) -> (Summary, usize) {
    let proven = made.view(viewer.clone()).proof(&state(0), prefix).unwrap();
    let mut sum = Summary::default();
    let mut deepest = usize::from(prefix.depth());
    match proven.answer {
        Answer::Leaves(entries) => entries.iter().for_each(|entry| sum.add(&entry.leaf)),
        Answer::Branches(branches) => {
            for (branch, told) in prefix.branches().zip(branches) {
                let (below, depth) = walk(made, viewer, branch);
                assert_eq!(below, told, "{branch}");
                sum += below;
                deepest = deepest.max(depth);
            }
        }
    }
    assert_eq!(sum, proven.summary, "{prefix}");
    (sum, deepest)
}

/// An object whose place begins with the same four digits as that of the first.
fn crowd(number: usize) -> Vec<usize> {
    let place = |n: usize| stix::proof::Place::of(&id("campaign", n));
    let near = Prefix::of(place(0), 3);
    (0..).filter(|n| near.has(place(*n))).take(number).collect()
}

#[test]
fn a_tree_adds_up_at_every_depth() {
    let made = store();
    // More than are named at once, in one place three digits deep; and others.
    let ids = crowd(150).into_iter().chain(1..400);
    let objects = ids.map(|n| owned(0, campaign(n, 1, &tlp(Tlp::Green)))).collect::<Vec<_>>();
    made.store.append(objects).unwrap();
    made.settle();
    let (sum, deepest) = walk(&made, &node(1), Prefix::ALL);
    assert!(deepest > 3, "{deepest}");
    assert_eq!(sum, made.store.proof(&state(0), Scope::Held, Prefix::ALL).unwrap().summary);
    assert_eq!(walk(&made, &release::Viewer::Public, Prefix::ALL).0, Summary::default());
}

#[test]
fn a_proof_follows_every_change() {
    let made = store();
    let proof = |scope| {
        made.settle();
        made.store.proof(&state(0), scope, Prefix::ALL).unwrap().summary
    };
    let sum_of = |objects: &[&Admitted]| {
        let mut sum = Summary::default();
        for one in objects {
            sum.add(&Leaf::of(one.object()));
        }
        sum
    };
    let green = owned(0, campaign(1, 1, &tlp(Tlp::Green)));
    let red = owned(0, campaign(2, 1, &tlp(Tlp::Red)));
    let theirs = owned(1, campaign(3, 1, &tlp(Tlp::Green)));
    made.store.append(vec![green.clone(), red.clone(), theirs]).unwrap();
    assert_eq!(proof(Scope::Held), sum_of(&[&green, &red]));
    assert_eq!(proof(Scope::Travelling), sum_of(&[&green]));
    // A new version takes the place of the one before; an older one that comes later does not.
    let newer = owned(0, campaign(1, 3, &tlp(Tlp::Amber)));
    made.add(newer.clone());
    made.add(owned(0, campaign(1, 2, &tlp(Tlp::Green))));
    assert_eq!(proof(Scope::Held), sum_of(&[&newer, &red]));
    assert_eq!(proof(Scope::Travelling), Summary::default());
    // What is unsigned has no owner.
    let holder = release::Holder::State(state(0));
    made.add(domain("example.org", holder, &tlp(Tlp::Green)));
    assert_eq!(proof(Scope::Held), sum_of(&[&newer, &red]));
    // Made anew, it is the same.
    made.store.rebuild_projections().unwrap();
    assert_eq!(proof(Scope::Held), sum_of(&[&newer, &red]));
}

#[test]
fn a_proof_waits_for_what_was_written_last() {
    let made = store();
    let objects =
        (0..3_000).map(|n| owned(0, campaign(n, 1, &tlp(Tlp::Green)))).collect::<Vec<_>>();
    made.store.append(objects).unwrap();
    // Either all of it, or not yet.
    match made.view(node(1)).proof(&state(0), Prefix::ALL) {
        Ok(proven) => assert_eq!(proven.summary.count, 3_000),
        Err(error) => assert!(matches!(error, store::Error::Behind), "{error}"),
    }
    made.settle();
    assert_eq!(made.view(node(1)).proof(&state(0), Prefix::ALL).unwrap().summary.count, 3_000);
}

/// What an object depends on may be held and not passed on: how much travels must not tell of it.
#[test]
fn what_depends_on_others_is_proved_to_who_sees_it_and_does_not_travel() {
    let made = store();
    let green = tlp(Tlp::Green);
    let ends = [1, 2].map(|n| owned(0, campaign(n, 1, &green)));
    let link = owned(0, relationship(3, 1, ends[0].object().id(), ends[1].object().id(), &green));
    made.store.append([&ends[..], std::slice::from_ref(&link)].concat()).unwrap();
    let count = |scope| {
        made.settle();
        made.store.proof(&state(0), scope, Prefix::ALL).unwrap().summary.count
    };
    assert_eq!((count(Scope::Held), count(Scope::Travelling)), (3, 2));
    assert_eq!(walk(&made, &node(1), Prefix::ALL).0.count, 3);
    // An end that fewer see takes it from who sees it no longer, and back again.
    made.add(owned(0, campaign(2, 2, &tlp(Tlp::Amber))));
    assert_eq!((count(Scope::Held), count(Scope::Travelling)), (3, 1));
    assert_eq!(walk(&made, &node(1), Prefix::ALL).0.count, 1);
    made.add(owned(0, campaign(2, 3, &green)));
    made.settle();
    assert_eq!(walk(&made, &node(1), Prefix::ALL).0.count, 3);
}
