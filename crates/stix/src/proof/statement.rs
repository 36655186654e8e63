//! An owner's signed word of what it releases.

use serde::{Deserialize, Serialize};

use super::sum::Summary;
use crate::error::Error;
use crate::id::Id;
use crate::sign::{KeyId, PublicKey, SecretKey, Status};
use crate::time::Timestamp;

/// What is signed begins so, that it can be passed off as nothing else.
const DOMAIN: &[u8] = b"entente proof statement 1\n";

/// What an owner releases at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose objects.
    pub owner: Id,
    /// To which state; to none in particular: what every partner may see, and nodes that relay pass
    /// on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Id>,
    /// How many objects, and the hash of their set.
    #[serde(flatten)]
    pub summary: Summary,
    /// When, by the owner's clock.
    pub at: Timestamp,
}

/// A statement as it travels. Who made it is for its reader to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedStatement {
    /// What is stated.
    pub statement: Statement,
    /// The name of the key that signed it.
    pub key: String,
    /// Ed25519 over a line that says what it is for and the canonical form (RFC 8785) of the
    /// statement, in base64url.
    pub signature: String,
}

impl SignedStatement {
    /// Signs a statement.
    pub fn new(statement: Statement, key: &SecretKey) -> Result<Self, Error> {
        let signature = key.sign_bytes(&message(&statement)?);
        Ok(Self { statement, key: key.public().id().to_string(), signature })
    }

    /// How the signature stands, given the keys one knows.
    pub fn status(&self, lookup: impl Fn(&KeyId) -> Option<PublicKey>) -> Status {
        let Some(id) = KeyId::parse(&self.key) else { return Status::Bad };
        let Some(key) = lookup(&id) else { return Status::Unknown(id) };
        let good = message(&self.statement)
            .is_ok_and(|message| key.id() == id && key.has_signed(&message, &self.signature));
        if good { Status::Good(id) } else { Status::Bad }
    }
}

fn message(statement: &Statement) -> Result<Vec<u8>, Error> {
    let wrong =
        |error: serde_json::Error| Error::new(crate::error::Pointer::root(), error.to_string());
    let value = serde_json::to_value(statement).map_err(wrong)?;
    Ok([DOMAIN, &crate::canonical::to_vec(&value)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_its_owners_word_for_word() {
        let owner = Id::parse("identity--00000000-0000-4000-8000-000000000001").expect("an id");
        let to = Id::parse("identity--00000000-0000-4000-8000-000000000002").expect("an id");
        let key = SecretKey::from_seed([1; 32]);
        let at = Timestamp::from_micros(0);
        let summary = Summary { count: 3, ..Summary::default() };
        let statement = Statement { owner, to: Some(to), summary, at };
        let signed = SignedStatement::new(statement, &key).expect("it can be signed");
        let text = serde_json::to_string_pretty(&signed).expect("it can be written");
        insta::assert_snapshot!(text);
        let read: SignedStatement = serde_json::from_str(&text).expect("it can be read");
        let known = |id: &KeyId| (*id == key.public().id()).then(|| key.public());
        assert_eq!(read.status(known), Status::Good(key.public().id()));
        assert_eq!(read.status(|_| None), Status::Unknown(key.public().id()));
        let mut other = read.clone();
        other.statement.summary.count += 1;
        assert_eq!(other.status(known), Status::Bad);
        // What is for one partner is for no other, and not for all.
        let mut other = read;
        other.statement.to = None;
        assert_eq!(other.status(known), Status::Bad);
    }
}
