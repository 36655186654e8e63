//! A node with objects of several states, and everybody who may ask it something.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use node::{NewAccount, Node, Profile, Role};
use serde_json::{Map, Value, json};
use stix::marking::{Tlp, releasable_to};
use stix::sign::SecretKey;
use stix::{Id, Object};
use store::{Admitted, Clock, CollectionKind, Random};
use tower::ServiceExt;

use super::ask::{Answer, Ask, Door};
use crate::oracle::{Asker, Mark, allows, sees};

pub(crate) const STATES: usize = 3;
pub(crate) const PERSONS: usize = 3;
/// The state whose node it is.
pub(crate) const HOME: usize = 0;
const PASSWORD: &str = "a password for tests";
const HYBRID: &str = stix::extension::HYBRID;
const MOMENT: &str = "2026-01-02T03:04:05.000Z";

/// What is generated: an object's owner and its markings.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) owner: usize,
    pub(crate) marks: Vec<Mark>,
}

/// An object of the world.
#[derive(Debug)]
pub(crate) struct Thing {
    pub(crate) id: Id,
    pub(crate) owner: usize,
    pub(crate) marks: Vec<Mark>,
    /// A word that stands in this object and nowhere else.
    pub(crate) word: String,
    /// Ids that its bytes name.
    names: Vec<String>,
    /// Things on whose visibility its own depends.
    ends: Vec<usize>,
}

/// Somebody who asks.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) asker: Asker,
    /// The account, if he signs in with one.
    pub(crate) account: Option<String>,
    password: String,
    /// The secret of his session with the pages, and the token of its forms.
    session: Option<(String, String)>,
}

impl Reader {
    pub(crate) fn signs_in(&self) -> bool {
        self.account.is_some()
    }

    pub(crate) fn has_pages(&self) -> bool {
        self.session.is_some()
    }

    pub(crate) fn administers(&self) -> bool {
        matches!(self.asker, Asker::Person { admin: true, .. })
    }
}

pub(crate) struct World {
    pub(crate) node: Node,
    pub(crate) things: Vec<Thing>,
    readers: Vec<Reader>,
    router: Router,
    collections: BTreeMap<&'static str, String>,
    /// What was handed in at the door: the administrator sees it kept aside.
    offered: Mutex<String>,
    dir: tempfile::TempDir,
}

pub(crate) fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-00000000000{n}")).expect("an id")
}

/// An id that nothing has.
pub(crate) fn absent(type_name: &str) -> String {
    format!("{type_name}--00000000-0000-4000-8000-000000009999")
}

/// A clock that stands still, so that two worlds tell the same time.
struct Still;

impl Clock for Still {
    fn now_micros(&self) -> i64 {
        1_780_000_000_000_000
    }
}

/// Chance that repeats itself, so that the nodes of two worlds have the same key.
struct Loaded(AtomicU8);

impl Random for Loaded {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn options() -> node::Options {
    node::Options { clock: Arc::new(Still), ..entente::home::options() }
}

impl World {
    pub(crate) fn make(seeds: &[Seed]) -> Self {
        Self::only(seeds, |_| true)
    }

    /// The world in which of all the things there are only some.
    pub(crate) fn only(seeds: &[Seed], holds: impl Fn(&Id) -> bool) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let profile = |n: usize| Profile {
            name: format!("City{n}"),
            code: ["AL", "HR", "XK"][n].to_owned(),
            state_name: format!("Country{n}"),
            state: state(n),
        };
        let loaded = node::Options { random: Arc::new(Loaded(AtomicU8::new(0))), ..options() };
        let home = dir.path().join("node");
        drop(Node::init(&home, profile(HOME), loaded).expect("a node"));
        let node = Node::open(&home, options()).expect("a node");
        let mut readers = Self::people(&node);
        for n in (0..STATES).filter(|n| *n != HOME) {
            let invitation =
                node.invite(profile(n), "http://127.0.0.1:1/taxii2/", "").expect("an invitation");
            readers.push(Reader {
                asker: Asker::Node(n),
                account: Some(invitation.user),
                password: invitation.password,
                session: None,
            });
        }
        readers.push(Reader {
            asker: Asker::Public,
            account: None,
            password: String::new(),
            session: None,
        });

        let things = things(&node, seeds, holds);
        assert!(
            node.store().wait_caught_up(std::time::Duration::from_secs(30)),
            "the projections follow"
        );
        let id = |kind| node.store().collection(&kind).expect("a collection").id.to_string();
        let collections = BTreeMap::from([
            ("released", id(CollectionKind::Released)),
            ("inbox", id(CollectionKind::Inbox)),
        ]);
        let router = entente::serve::routes::all(&node, web::Options { dev: true, secure: false });
        Self { node, things, readers, router, collections, offered: Mutex::default(), dir }
    }

    fn people(node: &Node) -> Vec<Reader> {
        let roles = [Role::Analyst, Role::Releaser, Role::Administrator, Role::Tool];
        let named = roles.into_iter().enumerate();
        named
            .map(|(n, role)| {
                let name = format!("account-{n}");
                let account = NewAccount {
                    name: name.clone(),
                    display: name.clone(),
                    role,
                    password: PASSWORD.to_owned(),
                };
                node.add_account(account).expect("an account");
                let admin = role == Role::Administrator;
                let asker = match role {
                    Role::Tool => Asker::Tool,
                    _ => Asker::Person { account: n, state: HOME, admin },
                };
                let session = role.is_person().then(|| {
                    let Ok(signed_in) = node.sign_in(&name, PASSWORD, "the leak test") else {
                        panic!("{name} signs in")
                    };
                    (signed_in.token, signed_in.session.csrf)
                });
                Reader { asker, account: Some(name), password: PASSWORD.to_owned(), session }
            })
            .collect()
    }

    pub(crate) fn readers(&self) -> Vec<Reader> {
        self.readers.clone()
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What was drawn by chance for this world and this reader, and what to call it instead.
    pub(crate) fn drawn(&self, reader: &Reader) -> Vec<(String, &'static str)> {
        let collections = self.collections.iter().map(|(name, id)| (id.clone(), *name));
        let session = reader.session.iter();
        let session =
            session.flat_map(|(token, csrf)| [(token.clone(), "TOKEN"), (csrf.clone(), "CSRF")]);
        collections.chain(session).collect()
    }

    /// Whether a reader may see a thing: itself, and everything on which that depends.
    fn sees(&self, reader: &Reader, thing: &Thing) -> bool {
        sees(thing.owner, &thing.marks, reader.asker, HOME, false)
            && thing.ends.iter().all(|end| self.binds(reader, &self.things[*end]))
    }

    /// Whether the markings of a thing, and of what it depends on itself, allow it.
    fn binds(&self, reader: &Reader, thing: &Thing) -> bool {
        allows(thing.owner, &thing.marks, &[], reader.asker, HOME)
            && thing.ends.iter().all(|end| self.binds(reader, &self.things[*end]))
    }

    pub(crate) fn visible(&self, reader: &Reader) -> Vec<&Thing> {
        self.things.iter().filter(|thing| self.sees(reader, thing)).collect()
    }

    pub(crate) fn hidden(&self, reader: &Reader) -> Vec<&Thing> {
        self.things.iter().filter(|thing| !self.sees(reader, thing)).collect()
    }

    /// Ids that stand inside objects that the reader may see: their owner chose to release them.
    /// An administrator also sees what others handed in and the node kept aside.
    pub(crate) fn mentioned(&self, reader: &Reader) -> BTreeSet<&str> {
        let visible = self.visible(reader).into_iter();
        let named = visible.flat_map(|thing| thing.names.iter().map(String::as_str));
        let administers = matches!(reader.asker, Asker::Person { admin: true, .. });
        let offered = self.offered.lock().expect("no panic");
        let ids = self.things.iter().map(|thing| thing.id.as_str());
        named.chain(ids.filter(|id| administers && offered.contains(id))).collect()
    }

    pub(crate) fn collection(&self, name: &str) -> &str {
        &self.collections[name]
    }

    pub(crate) fn objects_path(&self, rest: &str) -> String {
        format!("/taxii2/api/collections/{}/objects/{rest}", self.collection("released"))
    }

    /// Asks as the reader, and reads the whole answer.
    pub(crate) async fn ask(&self, reader: &Reader, asked: &Ask) -> Answer {
        let mut request = http::Request::builder()
            .method(asked.method)
            .uri(&asked.path)
            .header("host", "127.0.0.1");
        request = match (&asked.door, &reader.account) {
            (Door::Taxii, Some(account)) => {
                let basic = STANDARD.encode(format!("{account}:{}", reader.password));
                request
                    .header("accept", taxii::TAXII)
                    .header("authorization", format!("Basic {basic}"))
            }
            (Door::Taxii, None) => request.header("accept", taxii::TAXII),
            (Door::Page, _) => match &reader.session {
                Some((token, csrf)) => request
                    .header("cookie", format!("{}={token}", Ask::cookie(&self.node)))
                    .header("origin", "http://127.0.0.1")
                    .header("x-csrf", csrf),
                None => request,
            },
        };
        let (kind, body) = asked.body.clone().unwrap_or_default();
        self.offered.lock().expect("no panic").push_str(&body);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(axum::body::Body::from(body)).expect("a request");
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        Answer::read(answer, asked.endless).await
    }
}

/// Objects for the seeds: reports, and notes and relationships that depend on them.
fn things(node: &Node, seeds: &[Seed], holds: impl Fn(&Id) -> bool) -> Vec<Thing> {
    let keys: Vec<SecretKey> =
        (0..STATES).map(|n| SecretKey::from_seed([u8::try_from(n + 1).unwrap_or(1); 32])).collect();
    let mut things: Vec<Thing> = Vec::new();
    let mut admitted = Vec::new();
    for (n, seed) in seeds.iter().enumerate() {
        let word = format!("zq{n}xword");
        let (body, ends) = body(n, &word, &things);
        let mut object = body;
        let id = object["id"].as_str().expect("an id").to_owned();
        object.insert("spec_version".to_owned(), json!("2.1"));
        object.insert("created_by_ref".to_owned(), json!(state(seed.owner)));
        object.insert("created".to_owned(), json!(MOMENT));
        object.insert("modified".to_owned(), json!(MOMENT));
        let id = Id::parse(&id).expect("an id");
        let held = holds(&id);
        let mut refs = Vec::new();
        for mark in &seed.marks {
            let (reference, definition) = marking(mark, n);
            refs.push(reference);
            let definition = definition.filter(|_| held);
            admitted.extend(
                definition.map(|definition| Admitted::definition(definition, state(seed.owner))),
            );
        }
        if !refs.is_empty() {
            object.insert("object_marking_refs".to_owned(), json!(refs));
        }
        let key = &keys[seed.owner];
        let signed = stix::sign::sign(object, key).expect("it can be signed");
        let names = stix::refs::of(&signed).into_iter().map(|(_, id)| id.to_string()).collect();
        let verified = stix::sign::verify(signed, &key.public()).expect("its own signature");
        if held {
            admitted.push(Admitted::owned(verified, state(seed.owner)));
        }
        things.push(Thing { id, owner: seed.owner, marks: seed.marks.clone(), word, names, ends });
    }
    node.store().append(admitted).expect("they are kept");
    things
}

/// The body of the `n`th object, and the things on which its visibility depends.
fn body(n: usize, word: &str, before: &[Thing]) -> (Map<String, Value>, Vec<usize>) {
    let id = |name: &str| format!("{name}--00000000-0000-4000-8000-{n:012x}");
    let ends = match n % 6 {
        2 | 5 => vec![n - 2],
        4 => vec![n - 1, n - 4],
        _ => Vec::new(),
    };
    let value = match ends[..] {
        [end] => json!({
            "type": "note", "id": id("note"), "abstract": word, "content": format!("about it: {word}"),
            "object_refs": [before[end].id],
        }),
        [from, to] => json!({
            "type": "relationship", "id": id("relationship"), "relationship_type": "related-to",
            "description": format!("It says {word}."),
            "source_ref": before[from].id, "target_ref": before[to].id,
        }),
        _ => json!({
            "type": "incident", "id": id("incident"), "name": format!("Report {word}"),
            "description": format!("It says {word}."), "labels": [word], "confidence": 85,
            "external_references": [{"source_name": format!("Paper {word}")}],
            "extensions": {HYBRID: {
                "extension_type": "property-extension", "domain": "cyber", "basis": "open-source",
                "occurred": {"precision": "day", "start": "2026-01-01T00:00:00Z"},
                "place": {"name": format!("Place {word}"), "latitude": 42.4, "longitude": 19.3},
                "affected": [{"code": "AL", "state_ref": state(HOME)}],
                "claims": [{"text": format!("Said {word}"), "stated_by": word, "actor": word, "standing": "alleged"}],
            }},
        }),
    };
    let Value::Object(value) = value else { unreachable!("an object is written above") };
    (value, ends)
}

fn marking(mark: &Mark, n: usize) -> (Id, Option<Object>) {
    let tlp = |tlp: Tlp| (tlp.definition_id(), None);
    match mark {
        Mark::Clear => tlp(Tlp::Clear),
        Mark::Green => tlp(Tlp::Green),
        Mark::Amber => tlp(Tlp::Amber),
        Mark::AmberStrict => tlp(Tlp::AmberStrict),
        Mark::Red => tlp(Tlp::Red),
        Mark::To(states, persons) => {
            let states = states.iter().map(|n| state(*n)).collect();
            let person = |(account, of): &(usize, usize)| {
                node::Viewer::person_name(&format!("account-{account}"), &state(*of))
            };
            let definition = releasable_to(&states, &persons.iter().map(person).collect());
            (definition.id().clone(), Some(definition))
        }
        Mark::Statement => {
            let id = format!("marking-definition--00000000-0000-4000-a000-{n:012x}");
            let definition = json!({
                "type": "marking-definition", "spec_version": "2.1", "id": id, "created": MOMENT,
                "definition_type": "statement", "definition": {"statement": "Made for tests."},
            });
            let definition =
                Object::parse(definition.to_string().into_bytes()).expect("a definition");
            (definition.id().clone(), Some(definition))
        }
        Mark::Unknown => {
            let id = format!("marking-definition--00000000-0000-4000-9000-{n:012x}");
            (Id::parse(&id).expect("an id"), None)
        }
    }
}
