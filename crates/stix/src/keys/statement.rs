//! Rotation and revocation of keys, as signed objects of the type `entente-key`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Pointer};
use crate::extension::KEY;
use crate::id::{ENTENTE_NAMESPACE, Id};
use crate::marking::Tlp;
use crate::object::Object;
use crate::sign::{self, PublicKey, SecretKey};
use crate::time::Timestamp;

/// The type of the objects that speak of keys.
pub const TYPE: &str = "entente-key";

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The signing key is succeeded by this one, whose holder agreed.
    Rotation {
        /// The key that signs from now on.
        successor: PublicKey,
    },
    /// From now on nothing counts that this key signs.
    Revocation {
        /// The key that is not to be trusted any more: the signing key or one before it.
        revoked: PublicKey,
    },
}

/// A statement of an owner about its keys. It was signed by the key that it names, and a successor
/// proved that it is held; whether that key is the owner's is for a [`super::Keyring`] to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    owner: Id,
    signer: PublicKey,
    claim: Claim,
}

#[derive(Deserialize)]
struct Written {
    created_by_ref: Id,
    statement: String,
    signer_key: String,
    successor_key: Option<String>,
    successor_proof: Option<String>,
    revoked_key: Option<String>,
    #[serde(default)]
    extensions: Map<String, Value>,
}

impl Statement {
    /// Reads a statement and verifies what can be verified without knowing anybody's keys: the
    /// signature by the key that it names, and the successor's proof.
    ///
    /// # Errors
    /// With the place: what is missing, malformed or not signed so.
    pub fn read(object: &Object) -> Result<Self, Error> {
        let wrong = |key: &str, problem: &str| Error::new(Pointer::root().join(key), problem);
        if object.id().type_name() != TYPE {
            return Err(wrong("type", "this is no statement about a key"));
        }
        let written: Written = object.view()?;
        let kind = written.extensions.get(KEY).and_then(|body| body.get("extension_type"));
        if kind.and_then(Value::as_str) != Some("new-sdo") {
            return Err(wrong("extensions", "it does not name the extension that defines it"));
        }
        let key = |name: &str, text: Option<&String>| {
            let text = text.ok_or_else(|| wrong(name, "is required"))?;
            PublicKey::parse(text).map_err(|error| wrong(name, &error.problem))
        };
        let signer = key("signer_key", Some(&written.signer_key))?;
        let owner = written.created_by_ref;
        let (claim, id) = match written.statement.as_str() {
            "rotation" => {
                let successor = key("successor_key", written.successor_key.as_ref())?;
                let proof = written.successor_proof.unwrap_or_default();
                let message = proof_message(&owner, &signer, &successor)?;
                if successor == signer || !successor.has_signed(&message, &proof) {
                    let problem = "does not prove that the successor is held";
                    return Err(wrong("successor_proof", problem));
                }
                let id = id_of("rotation", &owner, &signer, &successor)?;
                (Claim::Rotation { successor }, id)
            }
            "revocation" => {
                let revoked = key("revoked_key", written.revoked_key.as_ref())?;
                let id = id_of("revocation", &owner, &signer, &revoked)?;
                (Claim::Revocation { revoked }, id)
            }
            other => {
                let problem = format!("“{other}” is neither a rotation nor a revocation");
                return Err(wrong("statement", &problem));
            }
        };
        // So that nobody's other object can stand in a statement's place.
        if *object.id() != id {
            return Err(wrong("id", "does not follow from what is stated"));
        }
        sign::verify(object.clone(), &signer)?;
        Ok(Self { owner, signer, claim })
    }

    /// Whose keys it is about.
    pub fn owner(&self) -> &Id {
        &self.owner
    }

    /// The key that signed it.
    pub fn signer(&self) -> &PublicKey {
        &self.signer
    }

    /// What it says.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }
}

/// Says that `new` succeeds `old`; signed by the old key, agreed to by the new one.
pub fn rotation(
    owner: &Id,
    old: &SecretKey,
    new: &SecretKey,
    at: &Timestamp,
) -> Result<Object, Error> {
    let (signer, successor) = (old.public(), new.public());
    let mut object = frame(&id_of("rotation", owner, &signer, &successor)?, owner, at);
    let proof = new.sign_bytes(&proof_message(owner, &signer, &successor)?);
    object.insert("statement".to_owned(), json!("rotation"));
    object.insert("signer_key".to_owned(), json!(signer.to_string()));
    object.insert("successor_key".to_owned(), json!(successor.to_string()));
    object.insert("successor_proof".to_owned(), json!(proof));
    sign::sign(object, old)
}

/// Says that `revoked` is not to be trusted any more; signed by itself or by one that came after.
pub fn revocation(
    owner: &Id,
    by: &SecretKey,
    revoked: &PublicKey,
    at: &Timestamp,
) -> Result<Object, Error> {
    let signer = by.public();
    let mut object = frame(&id_of("revocation", owner, &signer, revoked)?, owner, at);
    object.insert("statement".to_owned(), json!("revocation"));
    object.insert("signer_key".to_owned(), json!(signer.to_string()));
    object.insert("revoked_key".to_owned(), json!(revoked.to_string()));
    sign::sign(object, by)
}

/// What both have in common. Everybody may know which key a state signs with.
fn frame(id: &Id, owner: &Id, at: &Timestamp) -> Map<String, Value> {
    let frame = json!({
        "type": TYPE, "spec_version": "2.1", "id": id, "created_by_ref": owner,
        "created": at, "modified": at,
        "object_marking_refs": [Tlp::Clear.definition_id()],
        "extensions": { KEY: { "extension_type": "new-sdo" } },
    });
    frame.as_object().cloned().unwrap_or_default()
}

/// The identifier follows from what is said: said again, it is the same object; two successors are
/// two objects, and both reach everybody.
fn id_of(kind: &str, owner: &Id, signer: &PublicKey, other: &PublicKey) -> Result<Id, Error> {
    Id::named(TYPE, ENTENTE_NAMESPACE, &format!("{kind}:{owner}:{signer}:{other}"))
}

/// What a successor signs to show that it is held and agrees. It has no `type` and no `id`, so no
/// STIX object can ever be taken for it, nor it for one.
fn proof_message(owner: &Id, signer: &PublicKey, successor: &PublicKey) -> Result<Vec<u8>, Error> {
    crate::canonical::to_vec(&json!({
        "entente_key_proof": 1,
        "owner": owner,
        "signer_key": signer.to_string(),
        "successor_key": successor.to_string(),
    }))
}
