//! Nothing acknowledged is lost and nothing half-written is seen, whatever is killed when.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use release::Viewer;
use store::{CollectionKey, CollectionKind, ListQuery, PageQuery, Position, Versions, View};

use crate::made::*;
use crate::writing::*;

/// How often the process is killed.
const KILLS: usize = 220;
const WRITERS: usize = 3;

/// What is known of the store from one kill to the next.
#[derive(Default)]
struct Known {
    /// The last batch of each writer.
    last: [usize; WRITERS],
    /// The batches of which the passing object was withdrawn.
    withdrawn: [BTreeSet<usize>; WRITERS],
    /// How many campaigns there must be.
    campaigns: usize,
    /// Where a reader who reads on from where he was has come.
    place: Option<Position>,
}

#[test]
fn a_process_killed_at_any_moment_loses_nothing_and_leaves_nothing_half_done() {
    let dir = tempfile::tempdir().unwrap();
    let random = SameRandom::new();
    let (mut known, mut told, mut amid) = (Known::default(), 0, 0);
    for round in 0..KILLS {
        let mut child = Told::by(start(&[], dir.path(), WRITERS, 1_000_000));
        let mut bytes = [0; 4];
        store::Random::fill(&random, &mut bytes);
        let [some, low, high, _] = bytes;
        let moment = u64::from(u16::from_le_bytes([low, high]));
        // Every fourth time from the beginning on, while the store is opened; else some
        // acknowledgements later, and at any moment of what is written then.
        if round % 4 > 0 {
            child.wait(1 + usize::from(some) % 12);
        }
        std::thread::sleep(Duration::from_micros(moment / if round % 4 > 0 { 16 } else { 2 }));
        child.kill();
        let said = child.all();
        told += said.len();
        amid += usize::from(!said.is_empty());
        for (word, writer, number) in said {
            if word == "stored" {
                known.last[writer] = known.last[writer].max(number);
            } else {
                known.withdrawn[writer].insert(number);
            }
        }
        check(dir.path(), &mut known);
    }
    println!("{KILLS} kills, {amid} of them amid commits, {told} acknowledgements");
    assert!(amid > KILLS / 2, "only {amid} kills came while something was written");
    // In the end once more, everything.
    let store = open_to_write(dir.path());
    let view = store.view(node(1));
    for writer in 0..WRITERS {
        for number in 1..=known.last[writer] {
            assert!(is_whole(&view, writer, number), "batch {number} of {writer}");
        }
    }
}

fn check(dir: &Path, known: &mut Known) {
    let store = open_to_write(dir);
    assert!(store.wait_caught_up(PATIENCE));
    let view = store.view(node(1));
    let released = store.collection(&CollectionKind::Released).unwrap().key;
    for writer in 0..WRITERS {
        let held = cursors(&store).get(&writer.to_string()).unwrap().unwrap_or(0);
        assert!(held >= known.last[writer], "batch {} of {writer} is lost", known.last[writer]);
        // All of each batch is there up to the last one, and nothing of a later one.
        for number in known.last[writer].max(1)..=held {
            assert!(is_whole(&view, writer, number), "batch {number} of {writer}");
        }
        for object in batch(writer, held + 1) {
            let seen = view.get(object.object().id()).unwrap();
            assert_ne!(seen.map(|seen| seen.object).as_ref(), Some(object.object()));
        }
        // A version of the shared campaign came with each batch.
        let ids = vec![id("campaign", shared(writer))];
        let all = PageQuery { ids, versions: Versions::All, ..PageQuery::of(released, usize::MAX) };
        assert_eq!(view.page(&all).unwrap().items.len(), held);
        known.last[writer] = held;
        passing_objects(&store, writer, held, &known.withdrawn[writer]);
    }
    let campaigns: usize = (0..WRITERS)
        .map(|writer| {
            let batches = 1..=known.last[writer];
            batches.map(|number| fresh(writer, number)).sum::<usize>()
                + usize::from(known.last[writer] > 0)
        })
        .sum();
    projections(&view, campaigns);
    reads_on(&view, known, released, campaigns);
    let health = store.check().unwrap();
    assert_eq!(health.damage, Vec::<String>::new());
    assert!(health.lag.is_none());
}

fn is_whole(view: &View, writer: usize, number: usize) -> bool {
    batch(writer, number).iter().take(fresh(writer, number)).all(|admitted| {
        let object = admitted.object();
        view.bytes(object.id()).unwrap().as_ref() == Some(object.bytes())
    })
}

/// Of what passes through a workspace the last one is there; what was said to be withdrawn is not.
/// (Between two kills one may be left over.)
fn passing_objects(store: &store::Store, writer: usize, last: usize, withdrawn: &BTreeSet<usize>) {
    if writer == 0 || last == 0 {
        return;
    }
    let account = account_name(writer);
    let kind = CollectionKind::Workspace { account: account.clone() };
    let workspace = store.collection(&kind).unwrap().key;
    let (held, _) = pages(&store.view(Viewer::Account(account)), &PageQuery::of(workspace, 100));
    let held: Vec<_> = held.iter().map(|object| object.id().clone()).collect();
    assert!(held.contains(&passing(writer, last)));
    for number in withdrawn {
        assert!(!held.contains(&passing(writer, *number)), "{number} of {writer} is back");
    }
}

/// Lists and search show what the log holds.
fn projections(view: &View, campaigns: usize) {
    let query = ListQuery { limit: 20, ..ListQuery::default() };
    let page = view.list("campaigns", &query).unwrap();
    assert_eq!(page.total.number, campaigns as u64);
    assert!(page.total.exact);
    assert_eq!(page.rows.len(), campaigns.min(20));
    let found = view.search("campaign", None, 5).unwrap();
    assert_eq!(found.total.number, campaigns.min(1_000) as u64);
}

/// A reader who reads on from where he was gets everything that came since.
fn reads_on(view: &View, known: &mut Known, released: CollectionKey, campaigns: usize) {
    let query = PageQuery { position: known.place, ..PageQuery::of(released, 50) };
    let (fresh, place) = pages(view, &query);
    known.place = place;
    let shared: Vec<_> = (0..WRITERS).map(|writer| id("campaign", shared(writer))).collect();
    known.campaigns += fresh.iter().filter(|object| !shared.contains(object.id())).count();
    let of_all = (0..WRITERS).filter(|writer| known.last[*writer] > 0).count();
    assert_eq!(known.campaigns + of_all, campaigns);
}
