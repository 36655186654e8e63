//! A server over a store made for tests. Time stands still.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine;
use bytes::Bytes;
use release::{Holder, Place, Viewer};
use serde_json::{Value, json};
use stix::marking::Tlp;
use stix::sign::{SecretKey, sign, verify};
use stix::{Id, Object};
use store::{Admitted, Clock, CollectionKind, Options, Random, Store, View, Which};
use taxii::resource::Status;
use taxii::{About, Account, Collection, Fingerprint, Host, HostError, Incoming, Proofs, Receipt};
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const BEGIN: i64 = 1_767_225_600_000_000;
pub(crate) const MOST: usize = 4_096;
const TAXII: &str = "application/taxii+json;version=2.1";

struct Still;

impl Clock for Still {
    fn now_micros(&self) -> i64 {
        BEGIN
    }
}

/// Always the same numbers.
struct Same(AtomicU64);

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            *byte = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()[7];
        }
    }
}

pub(crate) fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}")).unwrap()
}

pub(crate) fn id(n: usize) -> Id {
    Id::parse(&format!("campaign--00000000-0000-4000-8000-{n:012}")).unwrap()
}

/// A version of the own state's campaign `n`, in bytes that no serializer writes.
pub(crate) fn campaign(n: usize, second: usize, tlp: Option<Tlp>) -> Admitted {
    let key = SecretKey::from_seed([1; 32]);
    let mut value = json!({
        "type": "campaign", "spec_version": "2.1", "id": id(n), "name": format!("campaign {n}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": format!("2026-01-01T00:00:{second:02}.000Z"),
    });
    if let Some(tlp) = tlp {
        value["object_marking_refs"] = json!([tlp.definition_id()]);
    }
    let signed = sign(value.as_object().cloned().unwrap(), &key).unwrap();
    let text = signed.text().replacen(':', "  : ", 1).replacen(',', " ,\t", 1);
    let verified = verify(Object::parse(text).unwrap(), &key.public()).unwrap();
    Admitted::owned(verified, state(0))
}

/// A fact, which has no version.
pub(crate) fn fact(value: &str) -> Admitted {
    let mut object = json!({ "type": "domain-name", "value": value,
        "object_marking_refs": [Tlp::Clear.definition_id()] });
    object["id"] = json!(stix::id::of_sco(object.as_object().unwrap()).unwrap());
    Admitted::fact(Object::parse(object.to_string()).unwrap(), Holder::State(state(0)))
}

/// What the protocol asks of a node, over a store, with three accounts whose password is `word`.
#[derive(Clone)]
pub(crate) struct TestHost {
    pub(crate) store: Store,
    pub(crate) verified: Arc<AtomicUsize>,
    pub(crate) told: Arc<std::sync::Mutex<Vec<String>>>,
    /// What was kept, by account and id.
    pub(crate) kept: Arc<std::sync::Mutex<BTreeMap<(String, String), Status>>>,
    /// How long a client waits, in milliseconds.
    pub(crate) patience: Arc<AtomicU64>,
    /// While it is held, nothing that is handed in is settled.
    pub(crate) door: Arc<std::sync::Mutex<()>>,
    ids: Arc<AtomicU64>,
}

/// The certificate by which `tool` may sign in.
pub(crate) fn certificate() -> Fingerprint {
    Fingerprint::of(b"the tool's certificate")
}

impl Host for TestHost {
    fn authenticate(&self, proofs: &Proofs<'_>) -> Result<Option<Account>, HostError> {
        self.verified.fetch_add(1, Ordering::SeqCst);
        let Some((user, password)) = proofs.password else {
            let tool =
                Account { name: "tool".to_owned(), viewer: Viewer::Account("tool".to_owned()) };
            return Ok((proofs.certificate == Some(certificate())).then_some(tool));
        };
        let viewer = match user {
            "partner" => Viewer::Node(state(1)),
            "tool" | "other" => Viewer::Account(user.to_owned()),
            "own" => Viewer::Person { state: state(0), account: user.to_owned(), admin: false },
            "broken" => return Err("the disk is gone".into()),
            _ => return Ok(None),
        };
        Ok((password == "word").then(|| Account { name: user.to_owned(), viewer }))
    }

    fn about(&self) -> About {
        About {
            title: "Test".to_owned(),
            description: "A server".to_owned(),
            contact: None,
            max_content_length: MOST,
            patience: Duration::from_millis(self.patience.load(Ordering::SeqCst)),
            seal: [5; 32],
            now: BEGIN,
        }
    }

    fn fresh_id(&self) -> Uuid {
        let n = self.ids.fetch_add(1, Ordering::SeqCst);
        Uuid::from_u128(0x4000_8000_0000_0000_0000 + u128::from(n))
    }

    fn collections(&self, account: &Account) -> Result<Vec<Collection>, HostError> {
        let kinds = [
            (CollectionKind::Released, "released", true, false),
            (CollectionKind::Inbox, "inbox", false, true),
            (CollectionKind::Workspace { account: account.name.clone() }, "workspace", true, true),
        ];
        let collections = kinds.into_iter().map(|(kind, alias, can_read, can_write)| {
            let info = self.store.collection(&kind)?;
            Ok(Collection {
                key: info.key,
                id: info.id,
                title: alias.to_owned(),
                description: String::new(),
                alias: Some(alias.to_owned()),
                can_read,
                can_write,
            })
        });
        collections.collect()
    }

    fn view(&self, account: &Account, _: &Collection) -> View {
        self.store.view(account.viewer.clone())
    }

    fn receive(
        &self,
        account: &Account,
        collection: &Collection,
        objects: Vec<Incoming>,
    ) -> Result<Vec<Receipt>, HostError> {
        drop(self.door.lock());
        let mut kept = Vec::new();
        let receipts = objects
            .into_iter()
            .map(|one| {
                kept.push(Admitted::workspace(
                    one.object.map_err(|error| error.to_string())?,
                    account.name.clone(),
                ));
                Ok(())
            })
            .collect();
        if collection.can_read {
            self.store.append(kept)?;
        }
        Ok(receipts)
    }

    fn withdraw(
        &self,
        account: &Account,
        collection: &Collection,
        id: &Id,
        which: Which,
    ) -> Result<bool, HostError> {
        let holder = Holder::Account(account.name.clone());
        Ok(self.store.withdraw_some(collection.key, &holder, id, which)?)
    }

    fn keep_status(&self, account: &Account, status: &Status) {
        let key = (account.name.clone(), status.id.clone());
        self.kept.lock().unwrap().insert(key, status.clone());
    }

    fn status(&self, account: &Account, id: &str) -> Result<Option<Status>, HostError> {
        let key = (account.name.clone(), id.to_owned());
        Ok(self.kept.lock().unwrap().get(&key).cloned())
    }

    fn asked(&self, account: &Account, _: &Collection, after: i64) {
        self.told.lock().unwrap().push(format!("{} asked {}", account.name, after - BEGIN));
    }

    fn served(&self, account: &Account, _: &Collection, up_to: i64) {
        let _ = (account, up_to);
        self.told.lock().unwrap().push(format!("{} served", account.name));
    }
}

/// A server, and what it stands on.
pub(crate) struct Made {
    pub(crate) host: TestHost,
    pub(crate) router: axum::Router,
    _dir: tempfile::TempDir,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) fn made() -> Made {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        place: Place::of(state(0)),
        clock: Arc::new(Still),
        random: Arc::new(Same(AtomicU64::new(1))),
        lists: Vec::new(),
        readers: 2,
    };
    let host = TestHost {
        store: Store::open(dir.path(), options).unwrap(),
        verified: Arc::default(),
        told: Arc::default(),
        kept: Arc::default(),
        patience: Arc::new(AtomicU64::new(600_000)),
        door: Arc::default(),
        ids: Arc::default(),
    };
    Made { router: taxii::server::router(host.clone()), host, _dir: dir }
}

/// Runs a test's requests.
pub(crate) fn run(work: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().worker_threads(2).build().unwrap().block_on(work);
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {encoded}")
}

impl Made {
    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A request of `user` below the API root.
    pub(crate) async fn send(&self, user: &str, method: Method, path: &str, body: &str) -> Answer {
        let uri = if path.starts_with("/taxii2") {
            path.to_owned()
        } else {
            format!("/taxii2/api/{path}")
        };
        let mut request = Request::builder()
            .method(method.clone())
            .uri(uri)
            .header(header::ACCEPT, TAXII)
            .header(header::AUTHORIZATION, basic(user, "word"));
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, TAXII);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn get(&self, user: &str, path: &str) -> Answer {
        self.send(user, Method::GET, path, "").await
    }

    /// Objects of the released collection, with this query.
    pub(crate) async fn released(&self, user: &str, query: &str) -> Answer {
        self.get(user, &format!("collections/released/objects/{query}")).await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The names of the objects in an envelope.
    pub(crate) fn names(&self) -> Vec<String> {
        let value = self.json();
        let objects = value["objects"].as_array().cloned().unwrap_or_default();
        let name = |object: &Value| {
            let name = object.get("name").or(object.get("value")).and_then(Value::as_str);
            name.unwrap_or_default().to_owned()
        };
        objects.iter().map(name).collect()
    }

    pub(crate) fn next(&self) -> Option<String> {
        self.json()["next"].as_str().map(str::to_owned)
    }
}
