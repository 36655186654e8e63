//! Nodes made for tests, on one hand-driven clock.

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use node::{Invitation, NewAccount, Node, Options, Profile, Reach, Release, Role, Session, Viewer};
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::sign::{SecretKey, sign};
use stix::{Id, Object, Timestamp};
use store::{Clock, Random};

/// 2026-01-01, in microseconds since 1970.
pub(crate) const BEGIN: i64 = 1_767_225_600_000_000;
pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;
pub(crate) const PASSWORD: &str = "correct horse battery";

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

/// Numbers that differ from node to node and are the same in every run.
struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            *byte = (n ^ (n >> 29)).to_le_bytes()[5];
        }
    }
}

pub(crate) fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}")).unwrap()
}

pub(crate) fn profile(n: usize) -> Profile {
    let letter = char::from(b'A' + u8::try_from(n).unwrap());
    Profile {
        name: format!("City {letter}"),
        code: format!("X{letter}"),
        state_name: format!("State {letter}"),
        state: state(n),
    }
}

/// A node in a folder of its own.
pub(crate) struct Made {
    pub(crate) node: Node,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) dir: Arc<tempfile::TempDir>,
    n: usize,
}

pub(crate) fn clock() -> Arc<HandClock> {
    Arc::new(HandClock(AtomicI64::new(BEGIN)))
}

pub(crate) fn made(n: usize) -> Made {
    made_with(n, &clock())
}

pub(crate) fn made_with(n: usize, clock: &Arc<HandClock>) -> Made {
    made_as(n, n, clock)
}

/// A node that says it is state `n`, with the key of another.
pub(crate) fn made_as(n: usize, key: usize, clock: &Arc<HandClock>) -> Made {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let node = Node::init(&folder(&dir), profile(n), options(key, clock)).unwrap();
    Made { node, clock: clock.clone(), dir, n }
}

fn folder(dir: &tempfile::TempDir) -> std::path::PathBuf {
    Path::join(dir.path(), "node")
}

fn options(n: usize, clock: &Arc<HandClock>) -> Options {
    let seed = (n as u64 + 1) << 40;
    Options {
        clock: clock.clone(),
        random: Arc::new(Seeded(AtomicU64::new(seed))),
        network: node::Network::Machine,
        lists: Vec::new(),
    }
}

impl Made {
    pub(crate) fn folder(&self) -> std::path::PathBuf {
        folder(&self.dir)
    }

    /// The node after a restart.
    pub(crate) fn restarted(self) -> Self {
        self.restarted_with(|_| ())
    }

    /// The node after a restart before which something was done to its folder.
    pub(crate) fn restarted_with(self, meanwhile: impl FnOnce(&Path)) -> Self {
        // What it drew before, it does not draw again.
        static LIVES: AtomicU64 = AtomicU64::new(1);
        let Self { node, clock, dir, n } = self;
        drop(node);
        meanwhile(&folder(&dir));
        let seed = ((n as u64 + 1) << 40) + (LIVES.fetch_add(1, Ordering::SeqCst) << 28);
        let random = Arc::new(Seeded(AtomicU64::new(seed)));
        let node = Node::open(&folder(&dir), Options { random, ..options(n, &clock) }).unwrap();
        Self { node, clock, dir, n }
    }

    /// The same folder opened by another process, as a command does while the node runs.
    pub(crate) fn opened_again(&self) -> Node {
        let random = Arc::new(store::SystemRandom);
        let options = Options { random, ..options(self.n, &self.clock) };
        Node::open(&self.folder(), options).unwrap()
    }

    pub(crate) fn account(&self, name: &str, role: Role) {
        let account = NewAccount {
            name: name.to_owned(),
            display: name.to_owned(),
            role,
            password: PASSWORD.to_owned(),
        };
        self.node.add_account(account).unwrap();
    }

    pub(crate) fn state(&self) -> Id {
        state(self.n)
    }

    /// A node made from a backup of this one's store.
    pub(crate) fn restored(&self) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let to = folder(&dir);
        std::fs::create_dir_all(&to).unwrap();
        for file in ["node.json", "signing.key"] {
            std::fs::copy(self.folder().join(file), to.join(file)).unwrap();
        }
        self.node.store().backup(&to.join("entente.db"), |_, _| ()).unwrap();
        let node = Node::open(&to, options(self.n, &self.clock)).unwrap();
        Self { node, clock: self.clock.clone(), dir, n: self.n }
    }

    /// A signed-in person with this role.
    pub(crate) fn person(&self, role: Role) -> Session {
        let name = format!("{role:?}").to_lowercase();
        self.account(&name, role);
        self.node.sign_in(&name, PASSWORD, "test").ok().unwrap().session
    }

    /// What this node's own people see of an object.
    pub(crate) fn seen(&self, id: &Id) -> Option<Object> {
        let viewer =
            Viewer::Person { state: state(self.n), account: "duty".to_owned(), admin: false };
        self.node.view_of(viewer).get(id).unwrap().map(|seen| seen.object)
    }

    /// The names under which this node's own people see campaigns, with what they say.
    pub(crate) fn says(&self, n: usize) -> Option<String> {
        self.seen(&id(n)).map(|object| name_of(&object))
    }

    /// Pins `key` for state `n`, as if its node had invited this one.
    pub(crate) fn pins(&self, n: usize, key: &SecretKey) {
        self.node
            .accept(invitation(n, self.n, key, "http://127.0.0.1:9/taxii2/"), Reach::Anywhere)
            .unwrap();
    }
}

pub(crate) fn invitation(from: usize, to: usize, key: &SecretKey, url: &str) -> Invitation {
    Invitation {
        entente_invitation: 1,
        from: profile(from),
        to: state(to),
        url: url.to_owned(),
        key: key.public().to_string(),
        roots: String::new(),
        user: "peer".to_owned(),
        password: "word".to_owned(),
        expires: Timestamp::from_micros(BEGIN + 1_000 * HOUR),
    }
}

/// An invitation by whomever, whose key is to be filled in.
pub(crate) fn invitation_of(from: usize, to: usize, url: &str) -> Invitation {
    invitation(from, to, &SecretKey::from_seed([1; 32]), url)
}

pub(crate) fn name_of(object: &Object) -> String {
    object.value()["name"].as_str().unwrap().to_owned()
}

pub(crate) fn id(n: usize) -> Id {
    Id::parse(&format!("campaign--00000000-0000-4000-8000-{n:012}")).unwrap()
}

/// A campaign to be released.
pub(crate) fn campaign(n: usize, name: &str, tlp: Option<Tlp>) -> Map<String, Value> {
    let mut object =
        json!({ "type": "campaign", "spec_version": "2.1", "id": id(n), "name": name });
    if let Some(tlp) = tlp {
        object["object_marking_refs"] = json!([tlp.definition_id()]);
    }
    object.as_object().cloned().unwrap()
}

pub(crate) fn release(objects: Vec<Map<String, Value>>) -> Release {
    Release { objects, ..Release::default() }
}

/// A version of campaign `n` by somebody whose key is at hand, `second` seconds into 2026.
pub(crate) fn version(n: usize, name: &str, second: i64, key: &SecretKey) -> Object {
    sign(unsigned(n, name, second), key).unwrap()
}

pub(crate) fn unsigned(n: usize, name: &str, second: i64) -> Map<String, Value> {
    let mut object = campaign(n, name, Some(Tlp::Clear));
    object.insert("created".to_owned(), json!("2026-01-01T00:00:00.000Z"));
    let modified = Timestamp::from_millis((BEGIN + second * SECOND) / 1_000);
    object.insert("modified".to_owned(), json!(modified));
    object
}

/// Serves a node's TAXII routes on this machine; gives discovery's address.
pub(crate) async fn serve(node: &Node) -> (String, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/taxii2/", listener.local_addr().unwrap());
    let router = routes(node);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, serving)
}

fn routes(node: &Node) -> axum::Router {
    taxii::server::router(node.clone()).merge(taxii::between::router(node.clone()))
}

/// What a node does to the objects that it serves.
#[derive(Clone, Default)]
pub(crate) struct Tamper(Arc<Mutex<Tampering>>);

#[derive(Default)]
struct Tampering {
    left_out: Vec<Id>,
    has_no_recalls: bool,
    replaced: Option<(String, String)>,
    added: Vec<String>,
    is_silent: bool,
}

impl Tamper {
    /// Withholds these objects, and no others.
    pub(crate) fn leave_out(&self, ids: &[Id]) {
        self.0.lock().unwrap().left_out = ids.to_vec();
    }

    /// Withholds what calls something back.
    pub(crate) fn withhold_recalls(&self) {
        self.0.lock().unwrap().has_no_recalls = true;
    }

    /// Alters a text.
    pub(crate) fn replace(&self, from: &str, to: &str) {
        self.0.lock().unwrap().replaced = Some((from.to_owned(), to.to_owned()));
    }

    /// Shows one more object in every page.
    pub(crate) fn add(&self, object: &str) {
        self.0.lock().unwrap().added.push(object.to_owned());
    }

    /// Withholds what owners stated.
    pub(crate) fn silence_statements(&self) {
        self.0.lock().unwrap().is_silent = true;
    }

    fn page(&self, body: &str) -> String {
        use serde_json::value::RawValue;
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Envelope {
            #[serde(default)]
            more: bool,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            next: Option<String>,
            #[serde(default)]
            objects: Vec<Box<RawValue>>,
        }
        let tampering = self.0.lock().unwrap();
        let mut page: Envelope = serde_json::from_str(body).unwrap();
        let named = |raw: &RawValue, id: &Id| raw.get().contains(&format!("\"id\":\"{id}\""));
        page.objects.retain(|raw| !tampering.left_out.iter().any(|id| named(raw, id)));
        if tampering.has_no_recalls {
            page.objects.retain(|raw| !raw.get().contains("\"type\":\"entente-recall\""));
        }
        if !page.objects.is_empty() {
            let added = tampering.added.iter().cloned();
            page.objects.extend(added.map(|text| RawValue::from_string(text).unwrap()));
        }
        let text = serde_json::to_string(&page).unwrap();
        match &tampering.replaced {
            Some((from, to)) => text.replace(from, to),
            None => text,
        }
    }

    async fn change(
        self,
        path: String,
        answer: axum::response::Response,
    ) -> axum::response::Response {
        let (mut parts, body) = answer.into_parts();
        if path.ends_with("/hints/") || !parts.status.is_success() {
            return axum::response::Response::from_parts(parts, body);
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let changed = match path.as_str() {
            _ if path.contains("/objects/") => self.page(&text),
            "/entente/statements/" if self.0.lock().unwrap().is_silent => {
                r#"{"statements":[]}"#.to_owned()
            }
            _ => text,
        };
        parts.headers.remove(axum::http::header::CONTENT_LENGTH);
        axum::response::Response::from_parts(parts, changed.into())
    }
}

/// Serves a node that tampers with what it shows.
pub(crate) async fn serve_tampered(node: &Node) -> (String, Tamper, tokio::task::JoinHandle<()>) {
    use axum::extract::Request;
    use axum::middleware::{Next, from_fn};
    let tamper = Tamper::default();
    let held = tamper.clone();
    let router = routes(node).layer(from_fn(move |request: Request, next: Next| {
        let (tamper, path) = (held.clone(), request.uri().path().to_owned());
        async move { tamper.change(path, next.run(request).await).await }
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/taxii2/", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, tamper, serving)
}

/// Lets `to` pull from `from`.
pub(crate) async fn connect(from: &Made, to: &Made) -> tokio::task::JoinHandle<()> {
    let (url, serving) = serve(&from.node).await;
    let invitation = from.node.invite(profile(to.n), &url, "").unwrap();
    to.node.accept(invitation, Reach::Anywhere).unwrap();
    serving
}

/// Waits until something is so, for as long as a slow machine needs.
pub(crate) async fn until(what: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never was so");
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().worker_threads(2).build().unwrap().block_on(work)
}

/// All that is kept aside.
pub(crate) fn everything() -> node::QuarantineQuery {
    node::QuarantineQuery { limit: usize::MAX, ..Default::default() }
}

/// A node with two partners, and a releaser.
pub(crate) fn with_partners() -> (Made, Session) {
    let made = made(0);
    for n in [1, 2] {
        made.node.invite(profile(n), "http://127.0.0.1:9/taxii2/", "").unwrap();
        made.pins(n, &SecretKey::from_seed([u8::try_from(n).unwrap(); 32]));
    }
    let releaser = made.person(Role::Releaser);
    (made, releaser)
}
