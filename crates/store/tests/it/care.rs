//! Records, the feed, the place, backups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use release::{Place, Viewer};
use serde_json::json;
use stix::marking::Tlp;
use store::{Admitted, Batch, PageQuery, Shelf};

use crate::made::*;

#[test]
fn records_are_kept_and_changed_as_one_step() {
    let made = store();
    let shelf: Shelf<u64> = made.store.shelf("counter");
    assert_eq!(shelf.get("a").unwrap(), None);
    shelf.put("a", &0).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    shelf.update("a", |held| Some(held.unwrap_or(0) + 1)).unwrap();
                }
            });
        }
    });
    assert_eq!(shelf.get("a").unwrap(), Some(100));
    shelf.put("b", &7).unwrap();
    assert_eq!(shelf.list().unwrap(), [("a".to_owned(), 100), ("b".to_owned(), 7)]);
    assert_eq!(shelf.update("a", |_| None).unwrap(), None);
    assert_eq!(shelf.list().unwrap().len(), 1);
}

#[test]
fn objects_and_records_are_one_transaction() {
    let made = store();
    let cursors: Shelf<i64> = made.store.shelf("cursor");
    let wrong = Admitted::fact(
        owned(0, campaign(1, 1, &[])).object().clone(),
        release::Holder::State(state(0)),
    );
    let records = vec![cursors.record("peer", &9).unwrap()];
    let failed = made.store.append(Batch { objects: vec![wrong], records: records.clone() });
    assert!(failed.is_err());
    assert_eq!(cursors.get("peer").unwrap(), None);
    let objects = vec![owned(0, campaign(1, 1, &[]))];
    made.store.append(Batch { objects, records }).unwrap();
    assert_eq!(cursors.get("peer").unwrap(), Some(9));
}

#[test]
fn the_feed_tells_only_who_gained() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let made = store();
        let (mut theirs, mut ours) = (made.store.feed(), made.store.feed());
        made.store.append_async(vec![owned(0, campaign(1, 1, &tlp(Tlp::Amber)))]).await.unwrap();
        assert!(ours.gained(&person(0)).await);
        assert!(ours.shown(&person(0)).await);
        let query = store::ListQuery { limit: 9, ..store::ListQuery::default() };
        assert_eq!(made.view(person(0)).list("campaigns", &query).unwrap().rows.len(), 1);
        let soon = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, theirs.gained(&node(1))).await.is_err());
        made.store.append_async(vec![owned(0, campaign(1, 2, &tlp(Tlp::Green)))]).await.unwrap();
        assert!(theirs.gained(&node(1)).await);
        drop(made);
        assert!(!theirs.gained(&node(1)).await);
    });
}

#[test]
fn the_feed_hears_what_another_process_writes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let made = store();
        made.settle();
        let other = open(made.dir.path(), &made.clock, place());
        let (mut theirs, mut ours) = (made.store.feed(), made.store.feed());
        other.append_async(vec![owned(0, campaign(1, 1, &tlp(Tlp::Amber)))]).await.unwrap();
        assert!(ours.shown(&person(0)).await);
        let soon = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, theirs.gained(&node(1))).await.is_err());
        other.append_async(vec![owned(0, campaign(1, 2, &tlp(Tlp::Green)))]).await.unwrap();
        assert!(theirs.gained(&node(1)).await);
        assert_eq!(made.sees(&node(1)), [id("campaign", 1)]);
    });
}

#[test]
fn a_place_changed_by_another_process_holds_here_too() {
    let made = store();
    made.settle();
    made.add(owned(1, campaign(1, 1, &tlp(Tlp::Clear))));
    assert_eq!(made.sees(&node(2)), []);
    let kept = store::Store::kept_place(made.dir.path()).unwrap().unwrap();
    assert_eq!(kept, place());
    let other = open(made.dir.path(), &made.clock, kept);
    other.place_changed(Place { relay: true, ..place() }).unwrap();
    assert!(store::Store::kept_place(made.dir.path()).unwrap().unwrap().relay);
    // It is heard within a moment.
    let begun = (0..3_000).find(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        !made.sees(&node(2)).is_empty()
    });
    assert!(begun.is_some(), "it never was heard");
    assert!(made.store.place().relay);
}

#[test]
fn what_the_place_widens_is_added_anew() {
    let made = store();
    let group = stix::marking::group(&group_id());
    made.add(Admitted::definition(group.clone(), state(0)));
    made.add(owned(1, campaign(1, 1, &tlp(Tlp::Clear))));
    made.add(owned(0, campaign(2, 1, &[group.id().clone()])));
    made.add(owned(0, campaign(3, 1, &tlp(Tlp::Clear))));
    let view = made.view(node(2));
    let (first, at) = pages(&view, &PageQuery::of(made.released(), 9));
    assert_eq!(first.len(), 1);
    let relaying = Place { relay: true, ..place() };
    made.store.place_changed(relaying.clone()).unwrap();
    let on = PageQuery { position: at, ..PageQuery::of(made.released(), 9) };
    let (second, at) = pages(&view, &on);
    assert_eq!(second[0].id(), &id("campaign", 1));
    let rosters = BTreeMap::from([(group_id(), BTreeSet::from([state(2)]))]);
    let with_roster = Place { rosters, ..relaying };
    // Also when the program ends in between, and is started with the new place.
    let Made { store, clock, dir } = made;
    drop((store, view));
    let store = open(dir.path(), &clock, with_roster);
    let on = PageQuery { position: at, ..on };
    let (third, _) = pages(&store.view(node(2)), &on);
    let third: Vec<_> = third.iter().map(|object| object.id().clone()).collect();
    assert_eq!(third, [group.id().clone(), id("campaign", 2)]);
}

#[test]
fn a_backup_is_a_store_of_its_own() {
    let made = store();
    for n in 0..50 {
        made.add(owned(0, campaign(n, 1, &tlp(Tlp::Clear))));
    }
    let shelf: Shelf<String> = made.store.shelf("people");
    shelf.put("ana", &"Ana".to_owned()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("entente.db");
    let mut last = (0, 0);
    made.store.backup(&to, |done, all| last = (done, all)).unwrap();
    assert!(last.1 > 0 && last.0 == last.1, "{last:?}");
    assert!(made.store.backup(&to, |_, _| ()).is_err(), "no copy is written over");
    made.add(owned(0, campaign(99, 1, &tlp(Tlp::Clear))));

    let copy = open(dir.path(), &made.clock, place());
    assert!(copy.wait_caught_up(PATIENCE));
    assert_eq!(copy.check().unwrap().damage, Vec::<String>::new());
    let view = copy.view(Viewer::Public);
    let key = copy.collection(&store::CollectionKind::Released).unwrap().key;
    assert_eq!(pages(&view, &PageQuery::of(key, 9)).0.len(), 50);
    assert_eq!(view.search("campaign", None, 1).unwrap().total.number, 50);
    assert_eq!(copy.shelf::<String>("people").get("ana").unwrap().as_deref(), Some("Ana"));
}

#[test]
fn two_handles_on_one_folder_see_what_each_other_writes() {
    let made = store();
    let other = open(made.dir.path(), &made.clock, place());
    let list = list_of(&[1]);
    made.add(Admitted::definition(list.clone(), state(0)));
    other.append(vec![owned(0, campaign(1, 1, &[list.id().clone()]))]).unwrap();
    assert_eq!(made.sees(&node(1)), [list.id().clone(), id("campaign", 1)]);
    made.add(owned(0, campaign(2, 1, &[list.id().clone()])));
    let query = PageQuery::of(made.released(), 9);
    assert_eq!(pages(&other.view(node(1)), &query).0.len(), 3);
}

#[test]
fn deleted_projections_are_made_again() {
    let made = store();
    let mut object = campaign(1, 1, &tlp(Tlp::Clear));
    object.insert("description".to_owned(), json!("harbour"));
    made.add(owned(0, object));
    made.settle();
    let Made { store, clock, dir } = made;
    drop(store);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.path().join(format!("projections.db{suffix}")));
    }
    let store = open(dir.path(), &clock, place());
    assert!(store.wait_caught_up(PATIENCE));
    assert_eq!(store.view(Viewer::Public).search("harbour", None, 1).unwrap().rows.len(), 1);
    // Cloned handles are one store.
    let again = Arc::new(store.clone());
    assert!(again.lag().is_none());
}
