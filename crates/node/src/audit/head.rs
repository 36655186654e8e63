//! Signed heads: what the state says of its trail at one moment. Pure.
//!
//! Whoever keeps a head can later tell whether the rows that it commits to are still the same.

use serde::{Deserialize, Serialize};
use stix::hex;
use stix::sign::{KeyId, PublicKey, SecretKey};
use stix::{Id, Timestamp};
use store::trail::Hash;

/// How many rows a trail has, and the hash of their tree, signed by the state whose trail it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Says what it is: 1.
    pub entente_audit_head: u32,
    /// The state whose trail it is.
    pub state: Id,
    /// How many rows it commits to.
    pub size: u64,
    /// The hash of the tree over them (RFC 9162 section 2.1.1), in hexadecimal.
    pub root: String,
    /// When it was signed.
    pub at: Timestamp,
    /// The name of the key that signed it.
    pub key: String,
    /// The signature: Ed25519 over [`Head::message`], in base64url.
    pub signature: String,
}

impl Head {
    /// Signs a head.
    pub(crate) fn sign(state: Id, size: u64, root: &Hash, at: Timestamp, key: &SecretKey) -> Self {
        let mut head = Self {
            entente_audit_head: 1,
            state,
            size,
            root: hex::of(root),
            at,
            key: key.public().id().to_string(),
            signature: String::new(),
        };
        head.signature = key.sign_bytes(head.message().as_bytes());
        head
    }

    /// What is signed: five lines, each with a line feed at its end.
    pub fn message(&self) -> String {
        let Self { state, size, root, at, .. } = self;
        format!("entente audit head 1\n{state}\n{size}\n{root}\n{at}\n")
    }

    /// Whether this key signed it.
    pub fn is_by(&self, key: &PublicKey) -> bool {
        self.entente_audit_head == 1
            && KeyId::parse(&self.key) == Some(key.id())
            && key.has_signed(self.message().as_bytes(), &self.signature)
    }

    /// Whether it commits to a tree of this many rows with this hash.
    pub fn commits_to(&self, size: u64, root: &Hash) -> bool {
        self.size == size && self.root == hex::of(root)
    }
}
