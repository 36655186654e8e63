//! The store against the naive one.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proptest::prelude::*;
use release::{Place, Viewer};
use stix::proof::{Answer, Leaf, Prefix, Summary};
use stix::{Id, Object};
use store::{Count, ListQuery, Page, PageQuery, Versions, View};

use crate::made::*;
use crate::model::*;

fn is_definition(object: &Object) -> bool {
    object.id().type_name() == "marking-definition"
}

fn is_fact(object: &Object) -> bool {
    object.id().type_name() == "domain-name"
}

fn place_of(model: &Model) -> Place {
    let members = model.roster.iter().map(|n| state(*n)).collect();
    Place { relay: model.relay, rosters: BTreeMap::from([(group_id(), members)]), ..place() }
}

/// What a viewer finds in pages.
struct Found {
    /// What has versions, with its text.
    versioned: BTreeSet<(Id, String)>,
    facts: BTreeMap<Id, Object>,
    definitions: BTreeSet<Id>,
}

/// A store to which things happen, beside the naive one.
struct World {
    made: Made,
    model: Model,
}

impl World {
    fn new() -> Self {
        Self { made: store(), model: Model::default() }
    }

    fn happens(&mut self, event: &Event) {
        self.made.clock.pass(700);
        self.model.happens(event);
        if let Some(admitted) = event.admitted() {
            self.made.add(admitted);
        }
        match event {
            Event::Relay(_) | Event::Roster(_) => {
                self.made.store.place_changed(place_of(&self.model)).unwrap();
            }
            Event::Restart => {
                self.reopen();
            }
            _ => {}
        }
    }

    fn reopen(&mut self) {
        // The last handle goes before the folder is opened again.
        let aside = tempfile::tempdir().unwrap();
        self.made.store = open(aside.path(), &self.made.clock, place());
        let place = place_of(&self.model);
        self.made.store = open(self.made.dir.path(), &self.made.clock, place);
    }

    fn found(&self, viewer: &Viewer, versions: Versions) -> Found {
        let query = PageQuery { versions, ..PageQuery::of(self.made.released(), 4) };
        let (mut versioned, mut facts, mut definitions) =
            (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
        for object in self.made.all(viewer, &query) {
            let id = object.id().clone();
            let fresh = if is_definition(&object) {
                definitions.insert(id)
            } else if is_fact(&object) {
                facts.insert(id, object).is_none()
            } else {
                versioned.insert((id, object.text().to_owned()))
            };
            assert!(fresh, "everything is in a page once");
        }
        Found { versioned, facts, definitions }
    }

    /// The campaigns that a viewer sees, by the naive store.
    fn campaigns(&self, viewer: &Viewer) -> BTreeSet<Id> {
        let seen = self.model.versions(viewer).into_keys();
        seen.filter(|id| id.type_name() == "campaign").collect()
    }

    /// The campaigns in a viewer's list, and how many there are said to be.
    fn listed(&self, viewer: &Viewer) -> (BTreeSet<Id>, Count) {
        let view = self.made.view(viewer.clone());
        let mut query = ListQuery { limit: 4, ..ListQuery::default() };
        let mut found = BTreeSet::new();
        loop {
            let page = view.list("campaigns", &query).unwrap();
            for row in page.rows {
                assert!(found.insert(row.seen.object.id().clone()), "once in the list");
            }
            query.after = page.next;
            if query.after.is_none() {
                return (found, page.total);
            }
        }
    }

    fn check_search(&self, viewer: &Viewer) {
        let view = self.made.view(viewer.clone());
        let seen = self.campaigns(viewer);
        for n in 0..6 {
            let page = view.search(&format!("campaign {n} "), None, 9).unwrap();
            let wanted = usize::from(seen.contains(&end(n)));
            assert_eq!((page.rows.len(), page.total.number), (wanted, wanted as u64));
        }
    }

    /// What is proven to a viewer are the newest versions of what states signed, as he sees them.
    fn check_proof(&self, viewer: &Viewer) {
        let view = self.made.view(viewer.clone());
        let (mut wanted, mut found) = (Summary::default(), Summary::default());
        let newest = self.model.versions(viewer).into_values();
        for object in newest.filter_map(|versions| versions.into_iter().next()) {
            if stix::sign::signer(&object).is_some() {
                wanted.add(&Leaf::of(&object));
            }
        }
        for n in 0..4 {
            let proven = view.proof(&state(n), Prefix::ALL).unwrap();
            let Answer::Leaves(entries) = proven.answer else { panic!("there are few") };
            assert_eq!(entries.len() as u64, proven.summary.count);
            for branch in Prefix::ALL.branches() {
                found += view.proof(&state(n), branch).unwrap().summary;
            }
        }
        assert_eq!(found, wanted, "{viewer:?}");
    }

    fn check(&self, viewer: &Viewer) {
        let versions = self.model.versions(viewer);
        let facts = self.model.facts(viewer);
        let view = self.made.view(viewer.clone());
        for n in 0..9 {
            let wanted = versions.get(&end(n)).cloned().unwrap_or_default();
            let got = view.get(&end(n)).unwrap();
            assert_eq!(got.map(|seen| seen.object).as_ref(), wanted.first(), "{viewer:?}");
            let seen = view.versions(&end(n)).unwrap();
            let seen: Vec<_> = seen.into_iter().map(|seen| seen.object).collect();
            assert_eq!(seen, wanted, "{viewer:?}");
        }
        for (id, fact) in &facts {
            let got = view.get(id).unwrap().expect("a fact is seen");
            assert_eq!(&got.object, fact, "{viewer:?}");
        }
        let pair = |object: &Object| (object.id().clone(), object.text().to_owned());
        let newest: BTreeSet<_> =
            versions.values().filter_map(|versions| versions.first()).map(pair).collect();
        let all: BTreeSet<_> = versions.values().flatten().map(pair).collect();
        for (versions, wanted) in [(Versions::Newest, newest), (Versions::All, all)] {
            let Found { versioned, facts: found, definitions } = self.found(viewer, versions);
            assert_eq!(versioned, wanted, "{viewer:?}");
            assert_eq!(found, facts, "{viewer:?}");
            // A definition once shown stays: it tells nothing that was not told before.
            assert!(definitions.is_superset(&self.model.needed(viewer)), "{viewer:?}");
            assert!(definitions.iter().all(|id| view.get(id).unwrap().is_some()), "{viewer:?}");
        }
    }
}

fn viewers() -> [Viewer; 6] {
    [Viewer::Public, person(0), person(1), node(1), node(2), account("tool")]
}

/// A client that keeps nothing but what it got and the last moment of it.
struct Client {
    viewer: Viewer,
    versions: Versions,
    added_after: Option<i64>,
    got: BTreeMap<Id, Vec<Object>>,
}

impl Client {
    fn new(viewer: Viewer, versions: Versions) -> Self {
        Self { viewer, versions, added_after: None, got: BTreeMap::new() }
    }

    fn sync(&mut self, world: &World, limit: usize) {
        let view = world.made.view(self.viewer.clone());
        let (versions, facts) =
            (world.model.versions(&self.viewer), world.model.facts(&self.viewer));
        loop {
            let query = PageQuery {
                added_after: self.added_after,
                versions: self.versions.clone(),
                ..PageQuery::of(world.made.released(), limit)
            };
            let page = view.page(&query).unwrap();
            says_the_same(&view, &query, &page);
            for item in &page.items {
                let object = Object::parse(item.bytes.clone()).unwrap();
                let may = is_definition(&object)
                    || facts.get(object.id()) == Some(&object)
                    || versions.get(object.id()).is_some_and(|seen| seen.contains(&object));
                assert!(may, "{:?} got what he may not see: {}", self.viewer, object.text());
                let got = self.got.entry(object.id().clone()).or_default();
                got.retain(|held| *held != object);
                got.push(object);
                self.added_after = Some(item.added);
            }
            if !page.more {
                return;
            }
        }
    }

    /// Its viewer finds by type what he finds without.
    fn finds_by_type(&self, world: &World) {
        let view = world.made.view(self.viewer.clone());
        let everything = PageQuery {
            versions: self.versions.clone(),
            ..PageQuery::of(world.made.released(), 10_000)
        };
        let mut by_type: BTreeMap<String, Vec<(i64, Bytes)>> = BTreeMap::new();
        for item in view.page(&everything).unwrap().items {
            let object = Object::parse(item.bytes.clone()).unwrap();
            let found = by_type.entry(object.id().type_name().to_owned()).or_default();
            found.push((item.added, item.bytes));
        }
        for (name, wanted) in by_type {
            let query = PageQuery { types: vec![name.clone()], ..everything.clone() };
            let found = view.page(&query).unwrap().items.into_iter();
            let found: Vec<_> = found.map(|item| (item.added, item.bytes)).collect();
            assert_eq!(found, wanted, "{:?} looks for {name}", self.viewer);
        }
    }

    /// It has everything that its viewer may see now.
    fn has_all(&self, world: &World) {
        let has =
            |object: &Object| self.got.get(object.id()).is_some_and(|got| got.contains(object));
        for (_, versions) in world.model.versions(&self.viewer) {
            let wanted = if self.versions == Versions::All { versions.len() } else { 1 };
            for object in versions.iter().take(wanted) {
                assert!(has(object), "{:?} lacks {}", self.viewer, object.text());
            }
        }
        for (id, fact) in world.model.facts(&self.viewer) {
            let got = self.got.get(&id).and_then(|got| got.last());
            assert!(got.is_some(), "{:?} lacks {id}", self.viewer);
            // Where less is shown than before, the client may still hold the other copy's bytes.
            assert!(
                world.model.narrowed || got == Some(&fact),
                "{:?} holds old bytes",
                self.viewer
            );
        }
        for id in world.model.needed(&self.viewer) {
            assert!(self.got.contains_key(&id), "{:?} lacks {id}", self.viewer);
        }
    }
}

/// A page's text is its objects, its manifest speaks of them.
fn says_the_same(view: &View, query: &PageQuery, page: &Page) {
    let items: Vec<_> = page.items.iter().map(|item| item.bytes.to_vec()).collect();
    assert_eq!(page.text, items.join(&b','));
    let manifest = view.manifest(query).unwrap();
    assert_eq!((manifest.more, manifest.position), (page.more, page.position));
    let of_page = page.items.iter().map(|item| {
        let object = Object::parse(item.bytes.clone()).unwrap();
        (object.id().as_str().to_owned(), item.added)
    });
    let of_manifest = manifest.items.into_iter().map(|brief| (brief.id, brief.added));
    assert!(of_page.eq(of_manifest));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_viewer_sees_what_the_naive_store_shows(
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut world = World::new();
        for event in &events {
            world.happens(event);
        }
        // Projections may lag; what somebody may not see they never show.
        for viewer in viewers() {
            prop_assert!(world.listed(&viewer).0.is_subset(&world.campaigns(&viewer)));
        }
        world.made.settle();
        for viewer in viewers() {
            world.check(&viewer);
            let wanted = world.campaigns(&viewer);
            let total = Count { number: wanted.len() as u64, exact: true };
            prop_assert_eq!(world.listed(&viewer), (wanted, total));
            world.check_search(&viewer);
            world.check_proof(&viewer);
        }
    }

    /// Every event that lets somebody see more, and others between them. Each client asks only for
    /// what was added after the last that it got, at any time and in pages of any size.
    #[test]
    fn a_client_that_only_asks_for_what_was_added_misses_nothing(
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut world = World::new();
        let mut clients: Vec<_> = viewers()
            .into_iter()
            .flat_map(|viewer| {
                [Versions::Newest, Versions::All].map(|all| Client::new(viewer.clone(), all))
            })
            .collect();
        for event in &events {
            world.happens(event);
            match event {
                Event::Sync { limit } => clients.iter_mut().for_each(|one| one.sync(&world, *limit)),
                Event::Grant => {
                    // Who was nobody in particular reads for a state from now on.
                    for client in &mut clients {
                        client.viewer = match &client.viewer {
                            Viewer::Public => person(2),
                            Viewer::Account(_) => node(1),
                            other => other.clone(),
                        };
                        world.made.store.account_granted(&client.viewer).unwrap();
                    }
                }
                _ => {}
            }
        }
        for client in &mut clients {
            client.sync(&world, 3);
            client.has_all(&world);
            client.finds_by_type(&world);
        }
    }
}
