//! A node in a folder of its own, with a clock that tests move and randomness that repeats itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use node::{NewAccount, Node, Profile, Role};
use serde_json::json;
use stix::marking::{Tlp, releasable_to};
use stix::sign::SecretKey;
use stix::{Id, Object};
use store::{Admitted, Clock, Random};
use web::{Options, Shell};

use crate::browser::Browser;

pub(crate) const PASSWORD: &str = "seven quiet harbours";
pub(crate) const HOUR: i64 = 3_600 * 1_000_000;
/// 9 March 2026, 09:00 UTC.
const START: i64 = 1_773_046_800_000_000;

struct Hands(AtomicI64);

impl Clock for Hands {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Bytes that never repeat within a test and are the same in each run.
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            // The finaliser of SplitMix64.
            let mut x = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(x ^ (x >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The state whose node it is.
pub(crate) fn home() -> Id {
    Id::parse("identity--00000000-0000-4000-8000-000000000001").expect("an id")
}

/// A partner.
pub(crate) fn partner() -> Id {
    Id::parse("identity--00000000-0000-4000-8000-000000000002").expect("an id")
}

pub(crate) struct World {
    pub(crate) node: Node,
    router: Router,
    options: Options,
    clock: Arc<Hands>,
    _dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Options { dev: true, secure: false })
    }

    /// A node that people reach over https.
    pub(crate) fn secure() -> Self {
        Self::with(Options { dev: false, secure: true })
    }

    /// With the accounts `duty` and `night`, analysts; `admin`, the administrator; and `tool`.
    pub(crate) fn with(options: Options) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Hands(AtomicI64::new(START)));
        let profile = Profile {
            name: "Tirana".to_owned(),
            code: "AL".to_owned(),
            state_name: "Albania".to_owned(),
            state: home(),
        };
        let needs = node::Options {
            clock: clock.clone(),
            random: Arc::new(Counted(AtomicU64::new(1))),
            network: node::Network::Machine,
            lists: Vec::new(),
        };
        let node = Node::init(&dir.path().join("node"), profile, needs).expect("a node");
        let accounts = [
            ("duty", "Duty analyst", Role::Analyst),
            ("night", "Night analyst", Role::Analyst),
            ("admin", "Administrator", Role::Administrator),
            ("tool", "Outside tool", Role::Tool),
        ];
        for (name, display, role) in accounts {
            let (name, display) = (name.to_owned(), display.to_owned());
            let account = NewAccount { name, display, role, password: PASSWORD.to_owned() };
            node.add_account(account).expect("an account");
        }
        let router = Shell::new(node.clone(), vec![], options).router();
        Self { node, router, options, clock, _dir: dir }
    }

    pub(crate) fn pass(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// A browser that has not been here yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), self.options.secure)
    }

    /// A browser in which this person has signed in.
    pub(crate) async fn signed_in(&self, user: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.sign_in(user, PASSWORD, "/").await;
        assert_eq!(page.status, 303, "{user} signs in: {}", page.body);
        browser
    }

    /// What browsers call the cookie of a session here.
    pub(crate) fn session_cookie(&self) -> String {
        web::session_cookie(&self.node, self.options.secure)
    }

    /// Keeps a report of this state that says `words`, for everybody.
    pub(crate) fn open_report(&self, n: u32, owner: &Id, words: &str) -> Object {
        self.keep(n, owner, words, &Tlp::Clear.definition_id(), None)
    }

    /// Keeps a partner's report that nobody here may see.
    pub(crate) fn hidden_report(&self, n: u32, words: &str) -> Object {
        let only = releasable_to(&BTreeSet::from([partner()]), &BTreeSet::new());
        let marking = only.id().clone();
        self.keep(n, &partner(), words, &marking, Some(Admitted::definition(only, partner())))
    }

    fn keep(
        &self,
        n: u32,
        owner: &Id,
        words: &str,
        marking: &Id,
        definition: Option<Admitted>,
    ) -> Object {
        let object = json!({
            "type": "incident", "spec_version": "2.1", "id": report(n), "name": words,
            "created_by_ref": owner, "created": "2026-01-02T03:04:05.000Z",
            "modified": "2026-01-02T03:04:05.000Z", "object_marking_refs": [marking],
        });
        let serde_json::Value::Object(object) = object else { unreachable!("written above") };
        let key = SecretKey::from_seed([7; 32]);
        let signed = stix::sign::sign(object, &key).expect("it can be signed");
        let verified = stix::sign::verify(signed.clone(), &key.public()).expect("a signature");
        let admitted = definition.into_iter().chain([Admitted::owned(verified, owner.clone())]);
        self.node.store().append(admitted.collect::<Vec<_>>()).expect("it is kept");
        assert!(self.node.store().wait_caught_up(Duration::from_secs(30)), "lists follow");
        signed
    }
}

/// The identifier of the `n`th report, whether it is there or not.
pub(crate) fn report(n: u32) -> String {
    format!("incident--00000000-0000-4000-8000-{n:012x}")
}
