//! What the protocol asks of the node behind it. All calls may block: the server makes them on
//! threads that may wait.

use std::time::Duration;

use bytes::Bytes;
use release::Viewer;
use stix::Id;
use store::{CollectionKey, View, Which};
use uuid::Uuid;

use crate::certificate::Fingerprint;
use crate::resource::Status;

/// Something failed at the host. What the outside is told is not this; the log is.
pub type HostError = Box<dyn std::error::Error + Send + Sync>;

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account's name.
    pub name: String,
    /// Who reads when it reads.
    pub viewer: Viewer,
}

/// Stands in the extensions of a request if it is known where its sender reached the server, over
/// TLS: `https://host:port`. Then API roots are given whole, for clients that read them so.
#[derive(Clone, Debug)]
pub struct Reached(pub String);

/// What a request brings to sign in with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proofs<'a> {
    /// Name and password, by HTTP Basic.
    pub password: Option<(&'a str, &'a str)>,
    /// The certificate that the client showed when the connection was made.
    pub certificate: Option<Fingerprint>,
}

impl<'a> Proofs<'a> {
    /// Name and password alone.
    pub fn password(user: &'a str, password: &'a str) -> Self {
        Self { password: Some((user, password)), certificate: None }
    }
}

/// A collection as one account has it (section 5.2).
#[derive(Clone, Debug)]
pub struct Collection {
    /// The store's key for it.
    pub key: CollectionKey,
    /// Its identifier.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Another name by which it can be asked for, unique among the collections of the account.
    pub alias: Option<String>,
    /// Whether the account may read it.
    pub can_read: bool,
    /// Whether the account may write it. Who may do both may delete, too.
    pub can_write: bool,
}

/// What the server says of itself (sections 4.1 and 4.2).
#[derive(Clone, Debug)]
pub struct About {
    /// The title.
    pub title: String,
    /// A description.
    pub description: String,
    /// Whom to turn to.
    pub contact: Option<String>,
    /// The largest body taken, in bytes; of one that comes compressed, also when it is unpacked.
    pub max_content_length: usize,
    /// How long a client waits until what it handed in is settled. Then it is told that it is
    /// pending, and asks for the status later.
    pub patience: Duration,
    /// The key under which places in a collection are sealed; kept over restarts.
    pub seal: [u8; 32],
    /// Now, in microseconds since 1970.
    pub now: i64,
}

/// An object that was handed in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its bytes as they came.
    pub bytes: Bytes,
    /// The object, or why it is none; pointers begin at the envelope (`/objects/3/name`).
    pub object: Result<stix::Object, stix::Error>,
}

/// What became of it: taken, or a sentence that says why not. Depends only on what the one who
/// handed it in may see.
pub type Receipt = Result<(), String>;

/// The node behind the protocol.
pub trait Host: Clone + Send + Sync + 'static {
    /// The account of these credentials; `None` if they are wrong. Called at every request: the
    /// host remembers what it verified lately.
    fn authenticate(&self, proofs: &Proofs<'_>) -> Result<Option<Account>, HostError>;
    /// What the server says of itself.
    fn about(&self) -> About;
    /// A random identifier (UUID version 4), for a status.
    fn fresh_id(&self) -> Uuid;
    /// The collections that exist for this account, always in the same order.
    fn collections(&self, account: &Account) -> Result<Vec<Collection>, HostError>;
    /// What the account sees in a collection that it may read.
    fn view(&self, account: &Account, collection: &Collection) -> View;
    /// Takes objects that the account hands in; durable when it returns. One receipt per object,
    /// in their order.
    fn receive(
        &self,
        account: &Account,
        collection: &Collection,
        objects: Vec<Incoming>,
    ) -> Result<Vec<Receipt>, HostError>;
    /// Takes versions of an object out of a collection that the account may read and write; false
    /// if there are none.
    fn withdraw(
        &self,
        account: &Account,
        collection: &Collection,
        id: &Id,
        which: Which,
    ) -> Result<bool, HostError>;
    /// Keeps what became of a request, for a day at least and over a restart (section 4.3). The
    /// server itself remembers the last ones whole: of this one the counts and failures matter.
    fn keep_status(&self, account: &Account, status: &Status);
    /// A status that was kept for this account.
    fn status(&self, account: &Account, id: &str) -> Result<Option<Status>, HostError>;
    /// The account asked, without filters, for everything after this moment: it says that it
    /// holds what came before. Its word: the moment may lie in the future.
    fn asked(&self, account: &Account, collection: &Collection, after: i64);
    /// The account is being sent, without filters, everything up to this moment.
    fn served(&self, account: &Account, collection: &Collection, up_to: i64);
}
