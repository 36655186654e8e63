//! Stores, states and objects made for tests. Time stands still unless it is driven.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use release::{Holder, Place, Viewer};
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::sign::{SecretKey, sign, verify};
use stix::{Id, Object, Timestamp};
use store::{
    Admitted, Clock, CollectionKey, CollectionKind, ListRow, ListSpec, Options, Outcome, PageQuery,
    Position, Random, Store, View,
};

/// 2026-01-01, in microseconds since 1970.
pub(crate) const BEGIN: i64 = 1_767_225_600_000_000;
/// Long enough for a machine that does other things besides.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn pass(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Always the same numbers.
pub(crate) struct SameRandom(AtomicU64);

impl SameRandom {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0x9e37_79b9_7f4a_7c15))
    }
}

impl Random for SameRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut x = self.0.load(Ordering::SeqCst);
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            self.0.store(x, Ordering::SeqCst);
            *byte = x.to_le_bytes()[3];
        }
    }
}

/// The nodes of this world; the store is the first one's.
pub(crate) fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}")).unwrap()
}

pub(crate) fn person(n: usize) -> Viewer {
    Viewer::Person { state: state(n), account: "analyst".to_owned(), admin: false }
}

pub(crate) fn node(n: usize) -> Viewer {
    Viewer::Node(state(n))
}

pub(crate) fn account(name: &str) -> Viewer {
    Viewer::Account(name.to_owned())
}

/// A store in a folder of its own.
pub(crate) struct Made {
    pub(crate) store: Store,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) fn place() -> Place {
    Place::of(state(0))
}

pub(crate) fn store() -> Made {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock(AtomicI64::new(BEGIN)));
    let store = open(dir.path(), &clock, place());
    Made { store, clock, dir }
}

pub(crate) fn open(dir: &Path, clock: &Arc<HandClock>, place: Place) -> Store {
    let random = Arc::new(SameRandom::new());
    Store::open(dir, Options { place, clock: clock.clone(), random, lists: lists(), readers: 2 })
        .unwrap()
}

/// Campaigns by when they were first seen, with their labels and their confidence.
pub(crate) fn lists() -> Vec<ListSpec> {
    fn row(object: &Object) -> Option<ListRow> {
        let value = object.value();
        if object.id().type_name() != "campaign" {
            return None;
        }
        let text =
            |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let labels = value.get("labels").and_then(Value::as_array).into_iter().flatten();
        let labels = labels.filter_map(Value::as_str).map(|label| ("label", label.to_owned()));
        let objective = value.get("objective").and_then(Value::as_str);
        let facets = labels.chain(objective.map(|one| ("objective", one.to_owned()))).collect();
        Some(ListRow { sort: text("first_seen"), facets })
    }
    vec![ListSpec { name: "campaigns", version: 1, row }]
}

impl Made {
    pub(crate) fn view(&self, viewer: Viewer) -> View {
        self.store.view(viewer)
    }

    pub(crate) fn released(&self) -> CollectionKey {
        self.store.collection(&CollectionKind::Released).unwrap().key
    }

    pub(crate) fn add(&self, admitted: Admitted) -> Outcome {
        self.store.append(vec![admitted]).unwrap()[0]
    }

    pub(crate) fn settle(&self) {
        assert!(self.store.wait_caught_up(PATIENCE), "the projections follow");
    }

    /// Everything that a viewer finds in a collection, page by page.
    pub(crate) fn all(&self, viewer: &Viewer, query: &PageQuery) -> Vec<Object> {
        pages(&self.store.view(viewer.clone()), query).0
    }

    /// The ids of the newest versions that a viewer finds among what is released.
    pub(crate) fn sees(&self, viewer: &Viewer) -> Vec<Id> {
        let query = PageQuery::of(self.released(), 3);
        self.all(viewer, &query).iter().map(|object| object.id().clone()).collect()
    }
}

/// All pages of a query: the objects, and the last place.
pub(crate) fn pages(view: &View, query: &PageQuery) -> (Vec<Object>, Option<Position>) {
    let (mut found, mut query) = (Vec::new(), query.clone());
    loop {
        let page = view.page(&query).unwrap();
        assert!(page.items.len() <= query.limit);
        assert!(page.items.windows(2).all(|pair| pair[0].added < pair[1].added));
        assert!(!page.more || page.items.len() == query.limit, "more follows a full page");
        let objects = page.items.into_iter().map(|item| Object::parse(item.bytes).unwrap());
        found.extend(objects);
        query.position = page.position.or(query.position);
        if !page.more {
            return (found, query.position);
        }
    }
}

pub(crate) fn key() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

pub(crate) fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => unreachable!("tests write objects"),
    }
}

/// The id of the nth object of a type.
pub(crate) fn id(type_name: &str, n: usize) -> Id {
    Id::parse(&format!("{type_name}--00000000-0000-4000-9000-{n:012}")).unwrap()
}

pub(crate) fn tlp(tlp: Tlp) -> Vec<Id> {
    vec![tlp.definition_id()]
}

pub(crate) fn moment(n: usize) -> Timestamp {
    Timestamp::from_millis(BEGIN / 1_000 + i64::try_from(n).unwrap() * 1_000)
}

/// The nth campaign in a version, marked so.
pub(crate) fn campaign(n: usize, version: usize, markings: &[Id]) -> Map<String, Value> {
    let object = json!({
        "type": "campaign", "spec_version": "2.1", "id": id("campaign", n),
        "created": moment(0), "modified": moment(version), "first_seen": moment(n),
        "name": format!("Campaign {n}"),
    });
    marked(map(object), markings)
}

fn marked(mut object: Map<String, Value>, markings: &[Id]) -> Map<String, Value> {
    if !markings.is_empty() {
        object.insert("object_marking_refs".to_owned(), json!(markings));
    }
    object
}

/// What the nth state signed.
pub(crate) fn owned(n: usize, object: Map<String, Value>) -> Admitted {
    let object = sign(object, &key()).unwrap();
    Admitted::owned(verify(object, &key().public()).unwrap(), state(n))
}

/// A relationship of the nth state's between two objects.
pub(crate) fn relationship(
    n: usize,
    version: usize,
    from: &Id,
    to: &Id,
    markings: &[Id],
) -> Map<String, Value> {
    let object = json!({
        "type": "relationship", "spec_version": "2.1", "id": id("relationship", n),
        "created": moment(0), "modified": moment(version), "relationship_type": "related-to",
        "source_ref": from, "target_ref": to,
    });
    marked(map(object), markings)
}

/// A domain name, as the nth state or an account brings it.
pub(crate) fn domain(value: &str, holder: Holder, markings: &[Id]) -> Admitted {
    let mut object = map(json!({ "type": "domain-name", "spec_version": "2.1", "value": value }));
    object.insert("id".to_owned(), json!(stix::id::of_sco(&object).unwrap()));
    let object = marked(object, markings);
    Admitted::fact(Object::parse(Value::Object(object).to_string().into_bytes()).unwrap(), holder)
}

/// The definition of a list of states.
pub(crate) fn list_of(states: &[usize]) -> Object {
    let states = states.iter().map(|n| state(*n)).collect::<BTreeSet<_>>();
    stix::marking::releasable_to(&states, &BTreeSet::new())
}

pub(crate) fn group_id() -> Id {
    Id::parse("identity--00000000-0000-4000-8000-00000000abcd").unwrap()
}
