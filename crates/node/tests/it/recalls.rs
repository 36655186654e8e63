//! What is called back is gone where it went, and whoever had it says so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use node::{Answer, Consequence, Narrowing, RecallAct, Role, Session, Tally};
use serde_json::json;
use stix::marking::{Tlp, releasable_to};
use stix::recall::Recall;
use stix::{Id, Object};

use crate::made::*;

/// Stands in what is recalled and nowhere else.
const SENTINEL: &str = "Wrenmoor";

/// Where a word stands in a file of a node's folder, in small letters and without zeros.
fn is_anywhere(dir: &Path) -> Option<PathBuf> {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if let Some(found) = is_anywhere(&path) {
                return Some(found);
            }
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.retain(|byte| *byte != 0);
        if String::from_utf8_lossy(&bytes).to_lowercase().contains(&SENTINEL.to_lowercase()[1..]) {
            return Some(path);
        }
    }
    None
}

fn list(states: &[usize]) -> Object {
    releasable_to(&states.iter().map(|n| state(*n)).collect(), &BTreeSet::new())
}

/// Releases campaign `n` to these states.
fn tell(made: &Made, by: &Session, n: usize, to: &[usize]) {
    let list = list(to);
    let mut object = campaign(n, &format!("{SENTINEL} {n}"), Some(Tlp::Amber));
    object["object_marking_refs"].as_array_mut().unwrap().push(json!(list.id()));
    object.insert("description".to_owned(), json!(format!("the {SENTINEL} matter")));
    let release = node::Release { definitions: vec![list], ..release(vec![object]) };
    made.node.release(by, release).unwrap();
}

async fn pull(to: &Made, from: &Made) {
    to.node.pull_from(&profile_of(from)).await.unwrap();
}

fn profile_of(made: &Made) -> String {
    made.node.profile().code.clone()
}

async fn swept(made: &Made) {
    until(|| made.node.store().is_swept().unwrap()).await;
}

/// Three nodes: the first releases, the others pull, and it pulls from them.
async fn three() -> (Vec<Made>, Session) {
    let nodes: Vec<_> = (0..3).map(|n| made_with(n, &clock())).collect();
    for other in &nodes[1..] {
        connect(&nodes[0], other).await;
        connect(other, &nodes[0]).await;
    }
    let releaser = nodes[0].person(Role::Releaser);
    (nodes, releaser)
}

#[test]
fn a_recall_reaches_who_could_see_it_and_comes_back_as_a_receipt() {
    run(async {
        let (nodes, releaser) = three().await;
        let [a, b, c] = &nodes[..] else { unreachable!() };
        tell(a, &releaser, 1, &[1]);
        for other in [b, c] {
            pull(other, a).await;
        }
        assert!(b.seen(&id(1)).is_some() && c.seen(&id(1)).is_none());
        assert!(is_anywhere(&b.folder()).is_some());

        let plan = a.node.plan_recall(&releaser, &id(1), &RecallAct::Recall).unwrap();
        let told: Vec<_> =
            plan.partners.iter().map(|one| (one.partner.code.as_str(), one.consequence)).collect();
        assert_eq!(told, [("XB", Consequence::Erases), ("XC", Consequence::Nothing)]);
        assert!(!plan.public);
        let done = a.node.recall(&releaser, &id(1), &RecallAct::Recall, &[], None).unwrap();
        assert_eq!(done.recalls.len(), 2, "one for those who had it, one for this node");
        assert!(a.seen(&id(1)).is_none());
        let open = a.node.recalls(&releaser).unwrap();
        let [told] = &open[..] else { panic!("one act: {open:?}") };
        assert_eq!((told.partners.len(), told.recalls.len()), (1, 2));
        assert!(matches!(told.partners[0].1, Answer::Waiting { .. }));

        for other in [b, c] {
            pull(other, a).await;
            swept(other).await;
            assert_eq!(is_anywhere(&other.folder()), None);
        }
        let knows = |made: &Made| done.recalls.iter().filter(|id| made.seen(id).is_some()).count();
        assert_eq!((knows(b), knows(c)), (1, 0), "whoever could not see it hears nothing");
        assert_eq!((b.node.answer_recalls().unwrap(), c.node.answer_recalls().unwrap()), (1, 0));
        assert_eq!(b.node.answer_recalls().unwrap(), 0, "one receipt for each recall");
        pull(a, b).await;
        a.node.store().wait_caught_up(std::time::Duration::from_mins(1));
        let told = a.node.recalls(&releaser).unwrap();
        assert!(matches!(told[0].partners[0].1, Answer::Erased { .. }));
        // Receipts are for the owner alone.
        let receipts = |viewer: node::Viewer| {
            let view = b.node.view_of(viewer);
            let recalls = told[0].recalls.iter();
            recalls.map(|recall| view.referring_to(recall).unwrap().len()).sum::<usize>()
        };
        b.node.store().wait_caught_up(std::time::Duration::from_mins(1));
        let node = |n: usize| node::Viewer::Node(state(n));
        assert_eq!((receipts(node(0)), receipts(node(2))), (1, 0));
    });
}

#[test]
fn what_is_narrowed_stays_with_some_and_can_be_widened_again() {
    run(async {
        let (nodes, releaser) = three().await;
        let [a, b, c] = &nodes[..] else { unreachable!() };
        tell(a, &releaser, 1, &[1, 2]);
        for other in [b, c] {
            pull(other, a).await;
            assert!(other.seen(&id(1)).is_some());
        }
        let to = |states: &[usize]| {
            let to = states.iter().map(|n| state(*n)).collect();
            RecallAct::Narrow(Narrowing { tlp: Some(Tlp::Amber), to })
        };
        let plan = a.node.plan_recall(&releaser, &id(1), &to(&[1])).unwrap();
        let told: Vec<_> = plan.partners.iter().map(|one| one.consequence).collect();
        assert_eq!(told, [Consequence::Keeps, Consequence::Erases]);
        a.clock.pass(SECOND);
        a.node.recall(&releaser, &id(1), &to(&[1]), &[], Some("too wide")).unwrap();
        assert!(a.seen(&id(1)).is_some(), "its owner keeps it");
        for other in [b, c] {
            pull(other, a).await;
            swept(other).await;
        }
        assert!(b.seen(&id(1)).is_some());
        assert!(c.seen(&id(1)).is_none());
        assert_eq!(is_anywhere(&c.folder()), None);
        assert_eq!(
            c.node.recalls_by_others(&c.person(Role::Analyst)).unwrap()[0].reason.as_deref(),
            Some("too wide")
        );
        // Wider is no narrowing.
        assert!(a.node.plan_recall(&releaser, &id(1), &to(&[1, 2])).is_err());
        a.clock.pass(SECOND);
        tell(a, &releaser, 1, &[1, 2]);
        for other in [b, c] {
            pull(other, a).await;
            assert!(other.seen(&id(1)).is_some(), "it is released again");
        }
    });
}

/// A release that takes an object from somebody calls back what that one has.
#[test]
fn a_narrower_version_calls_back_what_came_before_it() {
    run(async {
        let (nodes, releaser) = three().await;
        let [a, b, c] = &nodes[..] else { unreachable!() };
        tell(a, &releaser, 1, &[1, 2]);
        pull(c, a).await;
        a.clock.pass(SECOND);
        tell(a, &releaser, 1, &[1]);
        for other in [b, c] {
            pull(other, a).await;
            swept(other).await;
        }
        assert!(c.seen(&id(1)).is_none() && b.seen(&id(1)).is_some());
        assert_eq!(is_anywhere(&c.folder()), None);
    });
}

fn domain(marking: &Id) -> serde_json::Map<String, serde_json::Value> {
    let mut fact = json!({
        "type": "domain-name", "spec_version": "2.1", "value": format!("{SENTINEL}.example"),
        "object_marking_refs": [marking],
    });
    fact["id"] = json!(stix::id::of_sco(fact.as_object().unwrap()).unwrap());
    fact.as_object().cloned().unwrap()
}

#[test]
fn facts_are_recalled_by_content_and_can_be_released_again() {
    run(async {
        let (nodes, releaser) = three().await;
        let [a, b, _] = &nodes[..] else { unreachable!() };
        let fact = domain(&Tlp::Green.definition_id());
        let name = Id::parse(fact["id"].as_str().unwrap()).unwrap();
        a.node.release(&releaser, release(vec![fact.clone()])).unwrap();
        pull(b, a).await;
        assert!(b.seen(&name).is_some());
        a.node.recall(&releaser, &name, &RecallAct::Recall, &[], None).unwrap();
        pull(b, a).await;
        swept(b).await;
        assert!(b.seen(&name).is_none());
        assert_eq!(is_anywhere(&b.folder()), None);
        a.clock.pass(SECOND);
        a.node.release(&releaser, release(vec![fact])).unwrap();
        assert!(a.seen(&name).is_some());
        pull(b, a).await;
        assert!(b.seen(&name).is_some(), "what is released again is recalled no longer");
    });
}

#[test]
fn parts_that_nothing_else_needs_can_go_with_it() {
    let a = made(0);
    let releaser = a.person(Role::Releaser);
    let mark = Tlp::Green.definition_id();
    let other = |type_name: &str, n: usize| {
        Id::parse(&format!("{type_name}--00000000-0000-4000-8000-{n:012}")).unwrap()
    };
    let note = |n: usize, of: &[&Id]| {
        let note = json!({ "type": "note", "spec_version": "2.1", "id": other("note", n),
            "content": "x", "object_refs": of, "object_marking_refs": [mark] });
        note.as_object().cloned().unwrap()
    };
    let place = |n: usize| {
        let place = json!({ "type": "location", "spec_version": "2.1", "id": other("location", n),
            "region": "southern-europe", "object_marking_refs": [mark] });
        place.as_object().cloned().unwrap()
    };
    let report = |n: usize, of: &[&Id]| {
        let report = json!({ "type": "report", "spec_version": "2.1", "id": other("report", n),
            "name": "r", "published": "2026-01-01T00:00:00Z", "object_refs": of,
            "object_marking_refs": [mark] });
        report.as_object().cloned().unwrap()
    };
    let objects = vec![
        campaign(1, "one", Some(Tlp::Green)),
        campaign(2, "two", Some(Tlp::Green)),
        place(1),
        place(2),
        report(1, &[&id(1), &other("location", 1), &other("location", 2)]),
        report(2, &[&id(2), &other("location", 2)]),
        note(1, &[&id(1)]),
    ];
    a.node.release(&releaser, release(objects)).unwrap();
    a.node.store().wait_caught_up(std::time::Duration::from_mins(1));
    let plan = a.node.plan_recall(&releaser, &id(1), &RecallAct::Recall).unwrap();
    let parts: Vec<_> = plan.parts.iter().map(|part| (part.id.clone(), part.alone)).collect();
    assert_eq!(
        parts,
        [
            (other("location", 1), true),
            (other("location", 2), false),
            (other("note", 1), true),
            (other("report", 1), true)
        ]
    );
    let alone: Vec<Id> = parts.into_iter().filter(|(_, alone)| *alone).map(|(id, _)| id).collect();
    a.node.recall(&releaser, &id(1), &RecallAct::Recall, &alone, None).unwrap();
    for gone in alone.iter().chain([&id(1)]) {
        assert!(a.seen(gone).is_none(), "{gone}");
    }
    assert!(a.seen(&other("location", 2)).is_some() && a.seen(&id(2)).is_some());
}

#[test]
fn only_a_releaser_recalls_and_only_what_is_the_states() {
    let a = made(0);
    let releaser = a.person(Role::Releaser);
    a.pins(1, &stix::sign::SecretKey::from_seed([1; 32]));
    let key = stix::sign::SecretKey::from_seed([1; 32]);
    a.node.import(vec![version(1, "of B", 0, &key)], false, "file").unwrap();
    let plan = |by: &Session, id: &Id| a.node.plan_recall(by, id, &RecallAct::Recall);
    assert!(matches!(plan(&releaser, &id(1)), Err(node::Error::NotRecallable { .. })));
    assert!(matches!(plan(&releaser, &id(9)), Err(node::Error::NotRecallable { .. })));
    assert!(matches!(plan(&releaser, &state(0)), Err(node::Error::NotRecallable { .. })));
    let analyst = a.person(Role::Analyst);
    assert!(matches!(plan(&analyst, &id(1)), Err(node::Error::NotAllowed)));
}

/// A copy of the database from before the recall learns of it from the file beside it.
#[test]
fn a_restored_node_obeys_before_it_serves() {
    run(async {
        let (a, b) = (made_with(0, &clock()), made_with(1, &clock()));
        connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        tell(&a, &releaser, 1, &[1]);
        pull(&b, &a).await;
        let backup = b.dir.path().join("backup.db");
        b.node.store().backup(&backup, |_, _| {}).unwrap();
        a.node.recall(&releaser, &id(1), &RecallAct::Recall, &[], None).unwrap();
        pull(&b, &a).await;
        assert!(b.seen(&id(1)).is_none());
        let b = b.restarted_with(|folder| {
            for name in ["entente.db-wal", "entente.db-shm", "projections.db"] {
                let _ = std::fs::remove_file(folder.join(name));
            }
            std::fs::copy(&backup, folder.join("entente.db")).unwrap();
        });
        assert!(b.seen(&id(1)).is_none(), "before anybody reads");
        swept(&b).await;
        assert_eq!(is_anywhere(&b.folder()), None);
        assert_eq!(b.node.answer_recalls().unwrap(), 1);
    });
}

/// An owner that was not invited here cannot fetch the receipt: it is brought.
#[test]
fn a_receipt_is_handed_in_where_nobody_fetches_it() {
    run(async {
        let (a, b) = (made_with(0, &clock()), made_with(1, &clock()));
        connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        tell(&a, &releaser, 1, &[1]);
        pull(&b, &a).await;
        a.node.recall(&releaser, &id(1), &RecallAct::Recall, &[], None).unwrap();
        pull(&b, &a).await;
        swept(&b).await;
        assert_eq!(b.node.answer_recalls().unwrap(), 1);
        assert!(b.node.store().wait_caught_up(std::time::Duration::from_mins(1)));
        b.node.hand_in_receipts().await;
        let administrator = a.person(Role::Administrator);
        let kept = a.node.quarantined(&administrator, &everything()).unwrap();
        assert_eq!(kept.len(), 1, "its key was not compared yet: {kept:?}");
        connect(&b, &a).await;
        assert!(a.node.store().wait_caught_up(std::time::Duration::from_mins(1)));
        let told = a.node.recalls(&releaser).unwrap();
        assert!(matches!(told[0].partners[0].1, Answer::Erased { .. }), "{told:?}");
    });
}

#[test]
fn nobody_recalls_what_is_anothers() {
    let a = made(0);
    let key = |seed: u8| stix::sign::SecretKey::from_seed([seed; 32]);
    a.pins(1, &key(1));
    a.pins(2, &key(2));
    let object = version(1, "of B", 0, &key(1));
    let recalling = |owner: usize, by: u8| {
        let recall = Recall {
            owner: state(owner),
            object: id(1),
            versions: stix::recall::Versions::of(&object),
            effective: object.version().unwrap().clone(),
            reason: None,
            lifted: false,
        };
        let name = format!("entente-recall--00000000-0000-4000-8000-{by:012}");
        let marks = [Tlp::Clear.definition_id()];
        let written =
            recall.unsigned(&Id::parse(&name).unwrap(), object.version().unwrap(), &marks);
        stix::sign::sign(written, &key(by)).unwrap()
    };
    let import = |object: &Object| a.node.import(vec![object.clone()], false, "file").unwrap();
    import(&object);
    // In another's name it is refused; in its own it finds nothing of its own.
    assert_eq!(import(&recalling(1, 2)), Tally { admitted: 0, known: 0, refused: 1 });
    assert_eq!(import(&recalling(2, 2)), Tally { admitted: 1, known: 0, refused: 0 });
    assert!(a.seen(&id(1)).is_some());
    assert_eq!(import(&recalling(1, 1)), Tally { admitted: 1, known: 0, refused: 0 });
    assert!(a.seen(&id(1)).is_none());
    assert_eq!(import(&object), Tally { admitted: 0, known: 0, refused: 1 });
}

#[test]
fn what_named_persons_alone_could_see_is_called_back_from_them_too() {
    run(async {
        let (nodes, by) = three().await;
        let named = format!("duty@{}", state(1));
        let list = releasable_to(&BTreeSet::from([state(1)]), &BTreeSet::from([named]));
        let mut object = campaign(1, SENTINEL, Some(Tlp::Red));
        object["object_marking_refs"].as_array_mut().unwrap().push(json!(list.id()));
        let first = node::Release { definitions: vec![list], ..release(vec![object]) };
        nodes[0].node.release(&by, first).unwrap();
        pull(&nodes[1], &nodes[0]).await;
        let created = nodes[1].seen(&id(1)).expect("duty is named").header().created.clone();
        // Whoever releases the next version need not have seen the one before.
        nodes[0].node.release(&by, release(vec![campaign(1, "x", Some(Tlp::Amber))])).unwrap();
        assert_eq!(nodes[0].seen(&id(1)).unwrap().header().created, created);
        pull(&nodes[1], &nodes[0]).await;
        assert_eq!(nodes[1].seen(&id(1)), None);
        swept(&nodes[1]).await;
        assert_eq!(is_anywhere(&nodes[1].folder()), None);
    });
}
