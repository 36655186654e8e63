//! What its owner recalled is gone from every file, and does not come back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use release::{Holder, Viewer};
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::recall::{Recall, Versions};
use stix::{Id, Object};
use store::{Admitted, Aside, AsideQuery, Batch, Outcome, Record, Store};

use crate::made::*;

/// A word that stands in nothing but what is to be recalled.
const SENTINEL: &str = "Quillfeather";

/// The nth recall by a state of an object of its own, told to whom these markings name.
pub(crate) fn recall(n: usize, owner: usize, of: &Object, markings: &[Id]) -> Admitted {
    owned(owner, recalling(n, owner, of, 0, markings))
}

fn recalling(
    n: usize,
    owner: usize,
    of: &Object,
    at: usize,
    markings: &[Id],
) -> Map<String, Value> {
    let recall = Recall {
        owner: state(owner),
        object: of.id().clone(),
        versions: Versions::of(of),
        effective: moment(at),
        reason: None,
        lifted: false,
    };
    recall.unsigned(&id("entente-recall", n), &moment(at), markings)
}

fn secret(n: usize, version: usize) -> Map<String, Value> {
    let mut object = campaign(n, version, &tlp(Tlp::Green));
    object.insert("description".to_owned(), json!(format!("{SENTINEL}{n:04} sleeps at noon")));
    object.insert("labels".to_owned(), json!([format!("{SENTINEL}-label-{n:04}")]));
    object
}

/// Where the word stands in a file of the folder, in whatever form: in small letters as search
/// keeps it, in UTF-16, without the beginning that a term of the index shares with the one before.
pub(crate) fn is_anywhere(dir: &Path, word: &str) -> Option<String> {
    let needle = &word.to_lowercase()[2..];
    texts(dir).into_iter().find_map(|(path, text)| {
        let at = text.find(needle)?;
        let around: String = text[at..].chars().take(40).collect();
        Some(format!("{}: {}", path.display(), around.escape_debug()))
    })
}

/// All files below a folder as small letters without zeros.
fn texts(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path));
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.retain(|byte| *byte != 0);
        found.push((path, String::from_utf8_lossy(&bytes).to_lowercase()));
    }
    found
}

pub(crate) fn wait_swept(store: &Store) {
    for _ in 0..6_000 {
        if store.is_swept().unwrap() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never was swept");
}

#[test]
fn a_recalled_object_is_in_no_file_any_more() {
    let made = store();
    for n in 0..40 {
        made.add(owned(1, campaign(n, 0, &tlp(Tlp::Green))));
    }
    let first = owned(1, secret(50, 0));
    let second = owned(1, secret(50, 1));
    made.add(first.clone());
    made.add(second.clone());
    made.settle();
    assert!(is_anywhere(made.dir.path(), SENTINEL).is_some(), "the test looks where it is");
    assert_eq!(made.view(person(0)).search("quillfeather0050", None, 5).unwrap().rows.len(), 1);
    let told = made.add(recall(1, 1, second.object(), &tlp(Tlp::Green)));
    assert!(matches!(told, Outcome::Stored(_)));
    assert!(made.view(person(0)).get(second.object().id()).unwrap().is_none(), "at once");
    wait_swept(&made.store);
    assert_eq!(is_anywhere(made.dir.path(), SENTINEL), None);
    assert_eq!(made.sees(&person(0)).len(), 41, "the others and the recall");
    // Neither it nor what came before it comes back; what comes after it does.
    assert_eq!(made.add(second), Outcome::Recalled);
    assert_eq!(made.add(first), Outcome::Recalled);
    assert_eq!(is_anywhere(made.dir.path(), SENTINEL), None);
    assert!(matches!(made.add(owned(1, campaign(50, 2, &tlp(Tlp::Green)))), Outcome::Stored(_)));
    made.settle();
    assert_eq!(made.sees(&person(0)).len(), 42);
    assert!(made.store.check().unwrap().damage.is_empty());
}

/// Pages of the database are filled, split and merged while some go and others stay: nothing of
/// what goes may stay behind where it once lay, and nothing of what stays is hurt.
#[test]
fn nothing_stays_behind_in_pages_however_they_were_moved_about() {
    let made = store();
    let random = SameRandom::new();
    let mut some = [0_u8; 400];
    store::Random::fill(&random, &mut some);
    let padded = |n: usize| {
        let mut object = secret(n, 0);
        let size = usize::from(some[n % some.len()]) * if n.is_multiple_of(7) { 40 } else { 4 };
        object.insert("objective".to_owned(), json!("x".repeat(size)));
        owned(1, object)
    };
    let all: Vec<_> = (0..300).map(padded).collect();
    for part in all.chunks(23) {
        made.store.append(part.to_vec()).unwrap();
    }
    made.settle();
    let gone = |n: usize| some[(n * 3) % some.len()].is_multiple_of(3);
    for (round, part) in (0..300).filter(|n| gone(*n)).collect::<Vec<_>>().chunks(9).enumerate() {
        let recalls = part.iter().map(|n| recall(*n, 1, all[*n].object(), &tlp(Tlp::Green)));
        made.store.append(recalls.collect::<Vec<_>>()).unwrap();
        if round % 4 == 0 {
            wait_swept(&made.store);
        }
    }
    wait_swept(&made.store);
    let files = texts(made.dir.path());
    for (n, one) in all.iter().enumerate().take(300) {
        let held = made.view(person(0)).get(one.object().id()).unwrap();
        assert_eq!(held.is_none(), gone(n), "{n}");
        if gone(n) {
            for word in [format!("{SENTINEL}{n:04}"), format!("{SENTINEL}-label-{n:04}")] {
                let word = &word.to_lowercase()[2..];
                assert!(files.iter().all(|(_, text)| !text.contains(word)), "{word}");
            }
        } else {
            assert_eq!(&held.unwrap().object, all[n].object());
        }
    }
    let view = made.view(person(0));
    let query = store::ListQuery { limit: 400, ..store::ListQuery::default() };
    let staying = (0..300).filter(|n| !gone(*n)).count();
    assert_eq!(view.list("campaigns", &query).unwrap().rows.len(), staying);
    assert!(made.store.check().unwrap().damage.is_empty());
}

#[test]
fn readers_do_not_keep_it_alive() {
    let made = store();
    let victim = owned(1, secret(1, 0));
    made.add(victim.clone());
    made.settle();
    let (done, looked) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    made.view(person(0)).search("sleeps", None, 5).unwrap();
                    made.sees(&person(0));
                    looked.store(true, Ordering::SeqCst);
                }
            });
        }
        while !looked.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        made.add(recall(1, 1, victim.object(), &tlp(Tlp::Green)));
        wait_swept(&made.store);
        let left = is_anywhere(made.dir.path(), SENTINEL);
        done.store(true, Ordering::SeqCst);
        assert_eq!(left, None);
    });
}

#[test]
fn a_recall_that_comes_first_holds_and_one_that_is_lifted_does_not() {
    let made = store();
    let victim = owned(1, secret(1, 1));
    made.add(recall(1, 1, victim.object(), &tlp(Tlp::Green)));
    assert_eq!(made.add(victim.clone()), Outcome::Recalled);
    // Only its owner recalls an object.
    let others = owned(2, secret(2, 0));
    made.add(recall(2, 1, others.object(), &tlp(Tlp::Green)));
    assert!(matches!(made.add(others), Outcome::Stored(_)));
    let mut lifted = recalling(1, 1, victim.object(), 1, &tlp(Tlp::Green));
    lifted.insert("created".to_owned(), json!(moment(0)));
    lifted.insert("revoked".to_owned(), json!(true));
    made.add(owned(1, lifted));
    assert!(matches!(made.add(victim.clone()), Outcome::Stored(_)));
    // The first version of the recall comes again, late: it is history.
    assert_eq!(made.add(recall(1, 1, victim.object(), &tlp(Tlp::Green))), Outcome::Same);
    assert!(made.view(person(0)).get(victim.object().id()).unwrap().is_some());
}

#[test]
fn what_has_no_versions_is_recalled_by_its_content() {
    let made = store();
    let of =
        |n: usize, marks: &[Id]| domain("quillfeather.example", Holder::State(state(n)), marks);
    let (wide, narrow) = (of(1, &tlp(Tlp::Green)), of(1, &tlp(Tlp::AmberStrict)));
    made.add(wide.clone());
    made.add(of(2, &tlp(Tlp::Clear)));
    made.add(narrow.clone());
    made.add(recall(1, 1, wide.object(), &tlp(Tlp::Green)));
    assert_eq!(made.add(wide.clone()), Outcome::Recalled);
    assert_eq!(made.add(narrow.clone()), Outcome::Same, "another content is another matter");
    made.add(recall(2, 1, narrow.object(), &tlp(Tlp::Green)));
    let seen = made.view(Viewer::Person { state: state(0), account: "a".into(), admin: true });
    let seen = seen.get(wide.object().id()).unwrap().unwrap();
    assert_eq!(seen.holder, Holder::State(state(2)), "another’s copy of the fact stays");
    wait_swept(&made.store);
}

/// An owner that narrows an object keeps it; one that recalls it from itself too does not.
#[test]
fn at_its_owners_own_node_only_what_is_recalled_there_goes() {
    let made = store();
    let own = owned(0, secret(1, 0));
    made.add(own.clone());
    made.add(recall(1, 0, own.object(), &tlp(Tlp::Green)));
    assert!(made.view(person(0)).get(own.object().id()).unwrap().is_some());
    made.add(recall(2, 0, own.object(), &[]));
    assert!(made.view(person(0)).get(own.object().id()).unwrap().is_none());
    made.settle();
    wait_swept(&made.store);
    assert_eq!(is_anywhere(made.dir.path(), SENTINEL), None);
}

/// What speaks of a recalled object was bound by it, and is not seen by more people now.
#[test]
fn what_depended_on_it_does_not_open_up() {
    let made = store();
    let note = |owner: usize| {
        let object = json!({
            "type": "note", "spec_version": "2.1", "id": id("note", owner), "content": "of it",
            "created": moment(0), "modified": moment(0), "object_refs": [id("campaign", 1)],
            "object_marking_refs": tlp(Tlp::Clear),
        });
        owned(owner, map(object))
    };
    let red = owned(1, campaign(1, 0, &tlp(Tlp::AmberStrict)));
    made.store.append(vec![red.clone(), note(0), note(2)]).unwrap();
    let sees = |viewer: Viewer, n: usize| made.view(viewer).get(&id("note", n)).unwrap().is_some();
    assert!(!sees(Viewer::Public, 0) && !sees(Viewer::Public, 2));
    made.add(recall(1, 1, red.object(), &tlp(Tlp::AmberStrict)));
    assert!(!sees(Viewer::Public, 0) && !sees(Viewer::Public, 2));
    assert!(!sees(person(0), 2) && !sees(node(2), 0));
    let again = made.store.append(vec![note(2)]).unwrap();
    assert_eq!(again, [Outcome::Same]);
    // When the object comes back for everybody, so does what speaks of it.
    made.add(owned(1, campaign(1, 5, &tlp(Tlp::Clear))));
    assert!(sees(Viewer::Public, 0) && sees(Viewer::Public, 2));
}

#[test]
fn copies_in_workspaces_go_too() {
    let made = store();
    let mut object = secret(1, 0);
    object.insert("created_by_ref".to_owned(), json!(state(1)));
    let signed = owned(1, object);
    let copy = || Admitted::workspace(signed.object().clone(), "tool".to_owned());
    made.add(copy());
    made.add(signed.clone());
    made.add(recall(1, 1, signed.object(), &tlp(Tlp::Green)));
    assert!(made.view(account("tool")).get(signed.object().id()).unwrap().is_none());
    assert_eq!(made.add(copy()), Outcome::Recalled);
    wait_swept(&made.store);
    assert_eq!(is_anywhere(made.dir.path(), SENTINEL), None);
}

fn aside(source: &str, object: &Object, at: i64) -> Record {
    let aside = Aside {
        source: source.to_owned(),
        id: Some(object.id().to_string()),
        code: "bad-signature".to_owned(),
        reason: format!("it says {SENTINEL}"),
        at,
        bytes: object.bytes().clone(),
    };
    Record::keep_aside(aside, 5, 1 << 20)
}

fn write(store: &Store, records: Vec<Record>) {
    store.append(Batch { objects: Vec::new(), records }).unwrap();
}

fn kept(store: &Store) -> Vec<store::Kept> {
    store.aside(&AsideQuery { limit: 100, ..AsideQuery::default() }).unwrap()
}

#[test]
fn what_is_kept_aside_goes_with_the_recall_and_is_not_kept_again() {
    let made = store();
    let victim = owned(1, secret(1, 0));
    let other = owned(1, secret(2, 0));
    let peer = state(1).to_string();
    write(&made.store, vec![aside(&peer, victim.object(), 7), aside(&peer, other.object(), 8)]);
    write(&made.store, vec![aside(&peer, victim.object(), 9)]);
    let held = kept(&made.store);
    assert_eq!(held.iter().map(|one| one.aside.at).collect::<Vec<_>>(), [8, 7], "kept once");
    assert_eq!(&held[1].aside.bytes, victim.object().bytes());
    assert_eq!(made.store.aside_naming(victim.object().id().as_str()).unwrap().len(), 1);
    made.add(recall(1, 1, victim.object(), &tlp(Tlp::Green)));
    wait_swept(&made.store);
    assert_eq!(is_anywhere(made.dir.path(), &format!("{SENTINEL}0001")), None);
    write(&made.store, vec![aside(&peer, victim.object(), 10), aside("file", victim.object(), 11)]);
    let held = kept(&made.store);
    assert_eq!(held.len(), 2, "the other, and what a stranger brought under this name");
    made.store
        .append(Batch { objects: vec![], records: vec![Record::drop_aside(held[1].number)] })
        .unwrap();
    assert_eq!(kept(&made.store).len(), 1);
}

#[test]
fn of_one_source_the_last_are_kept() {
    let made = store();
    let objects: Vec<_> = (0..9).map(|n| owned(1, campaign(n, 0, &[]))).collect();
    for (at, object) in objects.iter().enumerate() {
        write(&made.store, vec![aside("flood", object.object(), i64::try_from(at).unwrap())]);
    }
    write(&made.store, vec![aside("calm", objects[0].object(), 20)]);
    let ats: Vec<_> = kept(&made.store).iter().map(|one| one.aside.at).collect();
    assert_eq!(ats, [20, 8, 7, 6, 5, 4]);
    let shares = made.store.aside_shares().unwrap();
    let told: Vec<_> =
        shares.iter().map(|one| (one.source.as_str(), one.held, one.pushed)).collect();
    assert_eq!(told, [("calm", 1, 0), ("flood", 5, 4)]);
    let query = AsideQuery {
        source: Some("flood".to_owned()),
        before: Some(kept(&made.store)[2].number),
        limit: 2,
        ..AsideQuery::default()
    };
    let page: Vec<_> = made.store.aside(&query).unwrap().iter().map(|one| one.aside.at).collect();
    assert_eq!(page, [6, 5]);
    assert_eq!(made.store.aside_codes().unwrap(), [("bad-signature".to_owned(), 6)]);
    let first = kept(&made.store)[0].number;
    write(&made.store, vec![Record::aside_again(first, "ahead".into(), "in time".into())]);
    let again = made.store.aside_one(first).unwrap().unwrap().aside;
    assert_eq!((again.code.as_str(), again.reason.as_str()), ("ahead", "in time"));
    assert_eq!(&again.bytes, objects[0].object().bytes());
}

/// The table is written anew when most of it is blank; what is kept survives it.
#[test]
fn blank_space_is_given_back() {
    let made = store();
    let big = |n: usize| {
        let mut object = campaign(n, 0, &[]);
        object.insert("description".to_owned(), json!("y".repeat(900_000)));
        owned(1, object)
    };
    let keeping = |object: &Object| {
        let Aside { bytes, .. } = Aside {
            source: String::new(),
            id: None,
            code: String::new(),
            reason: String::new(),
            at: 0,
            bytes: object.bytes().clone(),
        };
        let aside = Aside {
            source: "big".to_owned(),
            id: Some(object.id().to_string()),
            code: "unsigned".to_owned(),
            reason: "not signed".to_owned(),
            at: 1,
            bytes,
        };
        Record::keep_aside(aside, 3, 64 << 20)
    };
    for n in 0..24 {
        write(&made.store, vec![keeping(big(n).object())]);
    }
    let ids: Vec<_> = kept(&made.store).into_iter().filter_map(|one| one.aside.id).collect();
    let wanted: Vec<_> = (21..24).rev().map(|n| id("campaign", n).to_string()).collect();
    assert_eq!(ids, wanted);
    made.settle();
    let size = std::fs::metadata(made.dir.path().join("entente.db")).unwrap().len();
    assert!(size < 20 << 20, "{size} bytes for three objects");
}

/// Everything that may happen to a few versions and the recalls of them, in any order and again and
/// again, restarts included: whoever is asked sees just what the recalls leave, and nothing of the
/// rest is in a file.
mod whatever_comes_when {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Event {
        /// A version of an object comes.
        Version(usize, usize),
        /// The owner's recall of a version and those before it comes.
        Recall(usize, usize),
        /// The node is started again.
        Restart,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            6 => (0..2_usize, 0..4_usize).prop_map(|(n, version)| Event::Version(n, version)),
            3 => (0..2_usize, 0..3_usize).prop_map(|(n, version)| Event::Recall(n, version)),
            1 => Just(Event::Restart),
        ]
    }

    fn word(n: usize, version: usize) -> String {
        format!("{SENTINEL}{n}x{version}")
    }

    fn version(n: usize, version: usize) -> Admitted {
        let mut object = campaign(n, version, &tlp(Tlp::Green));
        object.insert("description".to_owned(), json!(word(n, version)));
        owned(1, object)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn the_recalls_decide(events in prop::collection::vec(event(), 1..24)) {
            let Made { mut store, clock, dir } = super::store();
            let (mut came, mut up_to) = ([[false; 4]; 2], [None; 2]);
            for event in &events {
                match *event {
                    Event::Version(n, at) => {
                        let outcome = store.append(vec![version(n, at)]).unwrap()[0];
                        let refused = up_to[n].is_some_and(|last| at <= last);
                        prop_assert_eq!(outcome == Outcome::Recalled, refused);
                        came[n][at] |= !refused;
                    }
                    Event::Recall(n, at) => {
                        let known = version(n, at);
                        let name = n * 10 + at;
                        store.append(vec![recall(name, 1, known.object(), &tlp(Tlp::Green))]).unwrap();
                        up_to[n] = up_to[n].max(Some(at));
                        came[n][..=at].fill(false);
                    }
                    Event::Restart => {
                        drop(store);
                        store = open(dir.path(), &clock, place());
                    }
                }
                // At once, for everybody, whatever is still being swept.
                for (n, came) in came.iter().enumerate() {
                    let seen = store.view(node(2)).versions(&id("campaign", n)).unwrap();
                    prop_assert!(seen.is_empty(), "it goes no further than here");
                    let seen = store.view(person(0)).versions(&id("campaign", n)).unwrap();
                    let held = came.iter().filter(|held| **held).count();
                    prop_assert_eq!(seen.len(), held);
                }
            }
            wait_swept(&store);
            let files = texts(dir.path());
            for (n, came) in came.iter().enumerate() {
                for (at, came) in came.iter().enumerate() {
                    let word = word(n, at).to_lowercase();
                    let is_there = files.iter().any(|(_, text)| text.contains(&word));
                    prop_assert!(is_there || !came, "{} is lost", word);
                    prop_assert!(!is_there || *came, "{} is left", word);
                }
            }
        }
    }
}

/// A process that is killed while it erases goes on when it is started again.
#[test]
fn what_was_begun_before_a_kill_is_done_after_it() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..12 {
        let mut child = crate::writing::start_erasing(dir.path());
        let mut told = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("recalled") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut told, &mut line).unwrap() > 0, "it ended");
        }
        // At any moment of what follows.
        std::thread::sleep(Duration::from_micros(round * round * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = crate::writing::open_to_write(dir.path());
        assert_eq!(store.view(person(0)).search("quillfeather", None, 5).unwrap().rows.len(), 0);
        wait_swept(&store);
        drop(store);
        assert_eq!(is_anywhere(dir.path(), SENTINEL), None, "round {round}");
    }
}

/// What the killed child does: adds, recalls, says so, and waits for its end.
pub(crate) fn erase(store: &Store) {
    let place = usize::try_from(store.check().unwrap().versions).unwrap();
    let victims: Vec<_> = (0..20).map(|at| owned(1, secret(place * 20 + at, 0))).collect();
    store.append(victims.clone()).unwrap();
    assert!(store.wait_caught_up(PATIENCE));
    let recalls = victims.iter().enumerate();
    let recalls: Vec<_> = recalls
        .map(|(at, victim)| recall(place * 20 + at, 1, victim.object(), &tlp(Tlp::Green)))
        .collect();
    store.append(recalls).unwrap();
    println!("recalled");
    // Until it is killed.
    std::thread::sleep(Duration::from_mins(5));
}
