//! The simulated replica is held to the store: whatever comes in whatever order, both show the same
//! to everybody.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use release::{Holder, Place, Viewer};
use serde_json::{Map, Value, json};
use sim::chance::Chance;
use sim::replicas::replica::{Replica, Signatures};
use stix::marking::{Tlp, releasable_to};
use stix::recall::{Recall, Versions};
use stix::sign::{SecretKey, sign};
use stix::{Class, Id, Object, Timestamp};
use store::{Admitted, CollectionKind, Options, PageQuery, Store, SystemRandom};

const BEGIN: i64 = 1_767_225_600_000_000;
const OWNERS: usize = 3;

struct HandClock(AtomicI64);

impl store::Clock for HandClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}")).unwrap()
}

fn key(n: usize) -> SecretKey {
    SecretKey::from_seed([u8::try_from(n).unwrap() + 1; 32])
}

fn lists() -> Vec<Object> {
    [vec![0], vec![1, 2], vec![0, 2]]
        .map(|states| releasable_to(&states.into_iter().map(state).collect(), &BTreeSet::new()))
        .into()
}

fn at(minute: usize) -> Timestamp {
    Timestamp::from_millis(BEGIN / 1_000 + 60_000 * i64::try_from(minute).unwrap())
}

/// Something that may arrive, drawn.
fn arrival(chance: &mut Chance) -> Object {
    let owner = chance.below(OWNERS);
    let refs = match chance.below(6) {
        0 => vec![],
        1 => vec![Tlp::Clear.definition_id()],
        2 => vec![Tlp::Green.definition_id()],
        3 => vec![Tlp::Amber.definition_id()],
        _ => vec![chance.pick(&lists()).unwrap().id().clone()],
    };
    let campaign = format!("campaign--00000000-0000-4000-8000-{owner:06}{:06}", chance.below(2));
    let campaign = Id::parse(&campaign).unwrap();
    match chance.below(10) {
        0 | 1 => chance.pick(&lists()).unwrap().clone(),
        2 => {
            let n = chance.below(4);
            let id = format!("entente-recall--00000000-0000-4000-8000-{owner:06}{n:06}");
            let recall = Recall {
                owner: state(owner),
                object: campaign,
                versions: Versions::UpTo(at(chance.below(5))),
                effective: at(0),
                reason: None,
                lifted: false,
            };
            // At its owner's own node it is in force only if it is for nobody else.
            let refs = [Tlp::Green.definition_id()];
            let body = recall.unsigned(&Id::parse(&id).unwrap(), &at(0), &refs);
            sign(body, &key(owner)).unwrap()
        }
        _ => {
            let mut body = json!({
                "type": "campaign", "spec_version": "2.1", "id": campaign,
                "name": format!("text {}", chance.below(2)), "created_by_ref": state(owner),
                "created": at(0), "modified": at(chance.below(5)),
            });
            if !refs.is_empty() {
                body["object_marking_refs"] = json!(refs);
            }
            let body: Map<String, Value> = body.as_object().unwrap().clone();
            sign(body, &key(owner)).unwrap()
        }
    }
}

fn viewers() -> Vec<Viewer> {
    let person = |admin| Viewer::Person { state: state(0), account: "duty".to_owned(), admin };
    let mut all = vec![Viewer::Public, person(false), person(true)];
    all.extend((1..OWNERS).map(|n| Viewer::Node(state(n))));
    all
}

/// What a viewer finds by paging through everything, definitions apart.
fn paged(store: &Store, viewer: &Viewer) -> BTreeSet<String> {
    let released = store.collection(&CollectionKind::Released).unwrap().key;
    let mut query = PageQuery::of(released, 3);
    let mut found = BTreeSet::new();
    loop {
        let page = store.view(viewer.clone()).page(&query).unwrap();
        for item in &page.items {
            let object = Object::parse(item.bytes.clone()).unwrap();
            if object.class() != Class::Marking {
                assert!(found.insert(object.text().to_owned()), "once");
            }
        }
        if !page.more {
            return found;
        }
        query.position = page.position;
    }
}

fn held(replica: &Replica, viewer: &Viewer) -> BTreeSet<String> {
    let page = replica.page(viewer, 0, usize::MAX);
    let things = page.objects.iter().filter(|object| object.class() != Class::Marking);
    things.map(|object| object.text().to_owned()).collect()
}

fn compare(seed: u64) {
    let mut chance = Chance::of(seed);
    let place = Place { relay: chance.percent(50), ..Place::of(state(0)) };
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock(AtomicI64::new(BEGIN)));
    let options = Options {
        place: place.clone(),
        clock: clock.clone(),
        random: Arc::new(SystemRandom),
        lists: Vec::new(),
        readers: 1,
    };
    let store = Store::open(dir.path(), options).unwrap();
    let mut replica = Replica::new(place);
    let keys = (0..OWNERS).map(|n| (key(n).public(), state(n))).collect();
    let mut signatures = Signatures::by(keys);
    for step in 0..30 {
        let now = clock.0.fetch_add(1_000_000, Ordering::SeqCst) + 1_000_000;
        let object = Arc::new(arrival(&mut chance));
        replica.take_in(std::slice::from_ref(&object), now, &mut signatures);
        let admitted = match signatures.owner(&object) {
            _ if object.class() == Class::Marking => {
                Admitted::definition((*object).clone(), state(0))
            }
            Some(owner) => {
                let n = (0..OWNERS).find(|n| state(*n) == owner).unwrap();
                let verified = stix::sign::verify((*object).clone(), &key(n).public()).unwrap();
                Admitted::owned(verified, owner)
            }
            None => unreachable!("everything here is signed"),
        };
        store.append(vec![admitted]).unwrap();
        for viewer in viewers() {
            let what = || format!("seed {seed}, step {step}, {viewer:?}");
            assert_eq!(held(&replica, &viewer), paged(&store, &viewer), "{}", what());
            for (key, copy) in replica.copies() {
                let shown = copy.values().rev().filter(|held| replica.sees(copy, held, &viewer));
                let shown: Vec<_> = shown.map(|held| held.object.text().to_owned()).collect();
                let versions = store.view(viewer.clone()).versions(&key.1).unwrap();
                let versions =
                    versions.iter().filter(|one| one.holder == Holder::State(key.0.clone()));
                let versions: Vec<_> = versions.map(|one| one.object.text().to_owned()).collect();
                assert_eq!(shown, versions, "{}, {}", what(), key.1);
            }
        }
    }
    assert!(replica.copies().next().is_some());
}

#[test]
fn the_simulated_replica_shows_what_the_store_shows() {
    (1..=12).for_each(compare);
}
