//! A state's node: its identity and key, its people, its peers, and what may come in and go out.
//!
//! Everything above this crate (pages, TAXII, commands) reads through a [`store::View`] that the
//! node hands out for somebody ([`Node::view`], [`Node::view_of`]) and writes through the few acts
//! here: [`Node::release`], [`Node::admit`], [`Node::adopt`]. The node signs what its state says,
//! verifies what others say, and keeps the two apart.

mod account;
mod admit;
pub mod audit;
mod certificate;
mod collections;
mod credential;
mod delivery;
mod draft;
mod error;
mod feed;
mod four_eyes;
mod group;
mod hints;
mod host;
mod judge;
mod key;
mod keys;
mod live;
mod outgoing;
pub mod pack;
mod peer;
mod profile;
mod proof;
mod proposal;
mod pseudonym;
mod pull;
mod quarantine;
mod recall;
mod relay;
mod remedy;
mod rings;
mod session;
pub mod states;
mod statuses;
mod sync;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stix::Id;
use stix::sign::PublicKey;
use store::{Clock, ListSpec, Random, Store, View};

pub use account::{Account, AccountInfo, NewAccount, Role};
pub use admit::{Admission, Refusal, Tally};
pub use audit::{Act, Actor, Door, Event};
pub use collections::{CollectionInfo, Rights};
pub use delivery::{Delivery, DeliveryState};
pub use draft::Draft;
pub use error::{Error, SignInError};
pub use feed::{Access, Feed, FeedKind, Origin, Terms};
pub use four_eyes::FourEyes;
pub use group::{Group, Roster};
pub use judge::is_builtin;
pub use key::{generate as generate_key, load as load_key};
pub use keys::Resolved;
pub use live::Live;
pub use outgoing::{Disclosure, PartnerPreview, Preview, Release, Released};
pub use peer::{Invitation, KeyState, Link, Partner, Peer, Reach, Source};
pub use profile::Profile;
pub use proof::{Carried, Differs, Doubt, Found, MOST_NAMED, Proof, Standings};
pub use proposal::{Person, Proposal, Proposing, Step};
pub use pseudonym::{Asked, KnownPseudonym, Vouching};
pub use pull::status::{Counts, Status, Trouble, TroubleKind};
pub use quarantine::{QuarantineQuery, QuarantineSize, Quarantined};
pub use recall::{
    Answer, Answered, Consequence, Narrowing, Part, Plan, RECALLS, RecallAct, Recalled,
    RecalledByOther, Told, can_be_recalled,
};
pub use release::{Breadth, Viewer};
pub use remedy::{Cure, Remedy};
pub use session::{Session, SessionInfo, SignedIn};
pub use taxii::client::Network;

/// What a node needs from outside: the clock, randomness, the network, and the lists that its desks
/// keep.
pub struct Options {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness for tokens, salts and keys.
    pub random: Arc<dyn Random>,
    /// What carries its requests to peers.
    pub network: Network,
    /// The lists that the desks want projected.
    pub lists: Vec<ListSpec>,
}

/// One state's node. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
    /// Who acts where nobody is signed in.
    by: Actor,
}

struct Inner {
    dir: PathBuf,
    profile: Profile,
    key: key::Held,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    network: Network,
    credentials: credential::Verified,
    throttle: credential::Throttle,
    gate: credential::Gate,
    doors: audit::Doors,
    reading: Arc<audit::Reading>,
    deliveries: delivery::Ledger,
    pulls: pull::Pulls,
    statuses: statuses::Statuses,
    lines: hints::Lines,
    nudge: tokio::sync::Notify,
    seal: [u8; 32],
    /// The newest version that this node gave, in milliseconds since 1970.
    stamp: std::sync::atomic::AtomicI64,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let now = self.clock.now_micros();
        let records = self.statuses.take(&self.store, now).unwrap_or_default();
        if !records.is_empty() {
            let batch = store::Batch { objects: Vec::new(), records };
            if let Err(error) = self.store.append(batch) {
                tracing::warn!(%error, "the last statuses were not written");
            }
        }
        self.close_trail();
    }
}

impl Node {
    /// Makes a new node in `dir`: its profile, its signing key, its empty store, and the signed
    /// identity object of its state.
    #[expect(clippy::needless_pass_by_value, reason = "the node is its profile from now on")]
    pub fn init(dir: &Path, profile: Profile, options: Options) -> Result<Self, Error> {
        if dir.join(profile::FILE).exists() {
            return Err(Error::AlreadyANode { dir: dir.to_owned() });
        }
        // What the node holds is for its own account on the machine: the store keeps the passwords
        // with which it signs in at partners, and what is marked TLP:RED.
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|source| Error::Io { path: dir.to_owned(), source })?;
        key::create(dir, &*options.random)?;
        profile.save(dir)?;
        let node = Self::open(dir, options)?;
        node.introduce()?;
        Ok(node)
    }

    /// Opens the node in `dir`.
    pub fn open(dir: &Path, options: Options) -> Result<Self, Error> {
        let profile = Profile::load(dir)?;
        let Options { clock, random, network, lists } = options;
        let kept = Store::kept_place(dir)?.filter(|kept| kept.state == profile.state);
        let place = kept.unwrap_or_else(|| release::Place::of(profile.state.clone()));
        let store = Store::open(
            dir,
            store::Options {
                place,
                clock: clock.clone(),
                random: random.clone(),
                lists,
                readers: 4,
            },
        )?;
        keys::settle_next(dir, &profile.state, &store)?;
        let key = key::Held::open(dir)?;
        let seal = key::seal(&store, &*random)?;
        let credentials = credential::Verified::new(&*random);
        let inner = Arc::new_cyclic(|inner: &std::sync::Weak<Inner>| Inner {
            dir: dir.to_owned(),
            profile,
            key,
            store,
            clock,
            random,
            network,
            credentials,
            throttle: credential::Throttle::default(),
            gate: credential::Gate::default(),
            doors: audit::Doors::default(),
            reading: audit::Reading::new(inner.clone()),
            deliveries: delivery::Ledger::default(),
            pulls: pull::Pulls::default(),
            statuses: statuses::Statuses::default(),
            lines: hints::Lines::default(),
            nudge: tokio::sync::Notify::new(),
            seal,
            stamp: std::sync::atomic::AtomicI64::new(0),
        });
        let node = Self { inner, by: Actor::node() };
        node.inner.reading.set(node.audit_reads()?);
        node.settle_place()?;
        node.load_deliveries()?;
        node.keep_builtins()?;
        node.replay_recalls()?;
        Ok(node)
    }

    /// Who this node is.
    pub fn profile(&self) -> &Profile {
        &self.inner.profile
    }

    /// The public half of the key that signs what this state says.
    pub fn public_key(&self) -> PublicKey {
        self.inner.key.current().public()
    }

    /// The folder that holds everything of this node.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// What a signed-in person sees.
    pub fn view(&self, session: &Session) -> View {
        self.view_of(session.viewer())
    }

    /// What some viewer sees: for the edges that know who reads (TAXII, the command line).
    pub fn view_of(&self, viewer: Viewer) -> View {
        self.inner.store.view(viewer).watched(self.inner.reading.clone())
    }

    /// The store's own affairs: lag, backup, checks. Objects are read through views only.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    fn me(&self) -> &Id {
        &self.inner.profile.state
    }

    /// Now, in microseconds since 1970.
    pub fn now(&self) -> i64 {
        self.inner.clock.now_micros()
    }

    /// A random identifier for a new object of this type.
    pub fn new_id(&self, type_name: &str) -> Result<Id, Error> {
        Ok(Id::from_parts(type_name, self.uuid())?)
    }

    /// A fresh secret for a form that is shown before anybody has signed in.
    pub fn form_token(&self) -> String {
        self.token()
    }

    fn token(&self) -> String {
        let mut bytes = [0_u8; 24];
        self.inner.random.fill(&mut bytes);
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
    }

    pub(crate) fn new_uuid(&self) -> uuid::Uuid {
        self.uuid()
    }

    fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0_u8; 16];
        self.inner.random.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
