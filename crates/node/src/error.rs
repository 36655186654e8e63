//! What can go wrong at a node.

use std::path::PathBuf;

/// Why an act at the node failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is a node in the folder already.
    #[error("there is a node in {} already", dir.display())]
    AlreadyANode {
        /// The folder.
        dir: PathBuf,
    },
    /// There is no node in the folder.
    #[error("there is no node in {}", dir.display())]
    NoNode {
        /// The folder.
        dir: PathBuf,
    },
    /// A file could not be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the node does not say what it should.
    #[error("{} is not as it should be: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// An object is not valid STIX.
    #[error(transparent)]
    Stix(#[from] stix::Error),
    /// There is no account of that name.
    #[error("there is no account “{name}”")]
    NoAccount {
        /// The name.
        name: String,
    },
    /// There is an account of that name already.
    #[error("there is an account “{name}” already")]
    AccountExists {
        /// The name.
        name: String,
    },
    /// The name cannot be an account's.
    #[error("“{name}” cannot be an account’s name: use 2 to 40 of a–z, 0–9, dot and hyphen")]
    BadAccountName {
        /// The name.
        name: String,
    },
    /// The password is too short.
    #[error("the password needs at least {least} characters")]
    ShortPassword {
        /// The least length.
        least: usize,
    },
    /// The password could not be hashed.
    #[error("the password could not be hashed: {reason}")]
    Hash {
        /// What the hashing said.
        reason: String,
    },
    /// There is no collection of that name.
    #[error("there is no collection “{name}”")]
    NoCollection {
        /// The name.
        name: String,
    },
    /// There is a collection of that name already.
    #[error("there is a collection “{name}” already")]
    CollectionExists {
        /// The name.
        name: String,
    },
    /// The name cannot be a collection's.
    #[error(
        "“{name}” cannot be a collection’s name: use 2 to 40 of a–z, 0–9, dot and hyphen, and none that every account has"
    )]
    BadCollectionName {
        /// The name.
        name: String,
    },
    /// The certificate is another account's.
    #[error("the certificate is bound to the account “{account}” already")]
    CertificateTaken {
        /// That account.
        account: String,
    },
    /// There is no such peer.
    #[error("there is no peer “{name}”")]
    NoPeer {
        /// Name, code or identity that was asked for.
        name: String,
    },
    /// An invitation cannot be used.
    #[error("the invitation cannot be used: {reason}")]
    Invitation {
        /// Why.
        reason: String,
    },
    /// An address of this machine or network, or one without TLS, that nobody allowed.
    #[error("{host} is not a public host with TLS: it has to be allowed by name")]
    NotPublic {
        /// The host.
        host: String,
    },
    /// A setting of a peer or feed cannot be so.
    #[error("that cannot be: {reason}")]
    Setting {
        /// Why not.
        reason: String,
    },
    /// As much is held of a feed as an administrator allowed.
    #[error("{most} versions of objects were taken, as many as are allowed")]
    Full {
        /// How many are allowed.
        most: u64,
    },
    /// A server gives the same again and again.
    #[error("the server says that there is more, and gives the same again")]
    Repeats,
    /// A MISP feed cannot be read.
    #[error("the feed cannot be read: {reason}")]
    Feed {
        /// Why not.
        reason: String,
    },
    /// The node is shutting down.
    #[error("the node is shutting down")]
    Closing,
    /// A key cannot be used so.
    #[error("that cannot be done with this key: {reason}")]
    Key {
        /// Why.
        reason: String,
    },
    /// A pack is not for this node, or not of a state that it knows.
    #[error("the pack cannot be read: {reason}")]
    Pack {
        /// Why.
        reason: String,
    },
    /// The file is no pack, or a damaged one.
    #[error("the pack is damaged: {0}")]
    BadPack(#[from] ::pack::BadPack),
    /// Hashes of the audit trail are missing, so that it cannot be verified from there on.
    #[error("the audit trail is damaged: the hash of row {row} is missing")]
    Trail {
        /// The row's number.
        row: u64,
    },
    /// The draft is not there, or is another person's.
    #[error("there is no such draft of yours")]
    NoDraft,
    /// The person's role does not allow the act.
    #[error("your role does not allow that")]
    NotAllowed,
    /// Nothing is kept aside under that number any more.
    #[error("nothing is kept aside under that number any more")]
    NotKept,
    /// It cannot be recalled or narrowed so.
    #[error("it cannot be recalled so: {reason}")]
    NotRecallable {
        /// Why.
        reason: String,
    },
    /// Something of the node's own could not be written down.
    #[error("could not be written down: {reason}")]
    Written {
        /// Why.
        reason: String,
    },
    /// What was to be released cannot be.
    #[error("it cannot be released: {reason}")]
    Unreleasable {
        /// Why.
        reason: String,
    },
    /// The node's policy asks for a second person.
    #[error("a second person must let this out: propose it")]
    NeedsSecond,
    /// Nobody lets out what he proposed himself.
    #[error("somebody else than who proposed it must let it out")]
    OwnProposal,
    /// There is no such proposal, or it is not for this person to see.
    #[error("there is no such proposal")]
    NoProposal,
    /// There is no such pseudonym.
    #[error("there is no such pseudonym")]
    NoPseudonym,
    /// There is no such group.
    #[error("there is no such group")]
    NoGroup,
    /// The name cannot be a group's, or is another's.
    #[error("“{name}” cannot be a group’s name, or is one already")]
    BadGroupName {
        /// The name.
        name: String,
    },
    /// Somebody changed it since it was shown.
    #[error("it has changed since you saw it: look at it again")]
    Stale,
    /// A partner gives no proof, or not one that can be believed.
    #[error("no proof of what was released: {reason}")]
    NoProof {
        /// Why.
        reason: String,
    },
    /// A partner could not be reached, or answered wrongly.
    #[error(transparent)]
    Client(#[from] taxii::client::Error),
}

/// Why somebody could not sign in. The two look the same to him unless he waits.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Name or password is wrong.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many tries: wait.
    #[error("too many tries; wait {seconds} s")]
    Wait {
        /// How long, in seconds.
        seconds: u64,
    },
    /// The node failed.
    #[error(transparent)]
    Node(#[from] Error),
}
