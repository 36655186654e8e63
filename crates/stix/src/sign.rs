//! Signatures: Ed25519 over the canonical form, carried in a property extension.
//!
//! What is signed is the RFC 8785 form of the object without the signature's own extension; if
//! that leaves `extensions` empty, the key goes too.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::error::{Error, Pointer};
use crate::extension::SIGNATURE;
use crate::object::Object;

/// A key that signs.
pub struct SecretKey(SigningKey);

/// A key that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Names a public key: the first 16 bytes of its SHA-256, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl SecretKey {
    /// The key of a seed, drawn by the caller.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The half that others may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().id())
    }
}

impl PublicKey {
    /// Reads a key: 32 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bytes =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = bytes
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
            .filter(|key| !key.is_weak());
        key.map(Self)
            .ok_or_else(|| Error::new(Pointer::root(), "no Ed25519 public key in base64url"))
    }

    /// The key's name.
    pub fn id(&self) -> KeyId {
        let hash = Sha256::digest(self.0.as_bytes());
        let first: [u8; 16] = std::array::from_fn(|at| hash[at]);
        KeyId(format!("{:032x}", u128::from_be_bytes(first)))
    }

    /// For comparison by voice: the key's name in groups of four.
    pub fn fingerprint(&self) -> String {
        let id = self.id().0;
        let groups: Vec<_> = (0..id.len()).step_by(4).filter_map(|at| id.get(at..at + 4)).collect();
        groups.join(" ")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.as_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How an object's signature stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// By this key, over just this content.
    Good(KeyId),
    /// By a key that the caller does not know.
    Unknown(KeyId),
    /// Not by the key it names, or over other content, or malformed.
    Bad,
    /// There is none.
    None,
}

/// An object whose signature was found good. There is no other way to make one.
#[derive(Clone, Debug)]
pub struct Verified {
    object: Object,
    key: KeyId,
}

impl Verified {
    /// The object.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// The object, for keeping.
    pub fn into_object(self) -> Object {
        self.object
    }

    /// The key that signed it.
    pub fn key(&self) -> &KeyId {
        &self.key
    }
}

/// Signs an object: gives it with the signature, serialised once and for all.
pub fn sign(mut object: Map<String, Value>, key: &SecretKey) -> Result<Object, Error> {
    let message = message(&mut object)?;
    let signature = key.0.sign(&message);
    let body = json!({
        "extension_type": "property-extension",
        "algorithm": "Ed25519",
        "key": key.public().id().to_string(),
        "value": URL_SAFE_NO_PAD.encode(signature.to_bytes()),
    });
    let extensions = object.entry("extensions").or_insert_with(|| json!({}));
    match extensions.as_object_mut() {
        Some(extensions) => extensions.insert(SIGNATURE.to_owned(), body),
        None => return Err(Error::new(Pointer::root().join("extensions"), "expected an object")),
    };
    Object::parse(in_order(&object)?)
}

/// How the signature of an object stands, given the keys one knows.
pub fn status(object: &Object, lookup: impl Fn(&KeyId) -> Option<PublicKey>) -> Status {
    let mut value = object.value();
    let Some(body) =
        value.get("extensions").and_then(|extensions| extensions.get(SIGNATURE)).cloned()
    else {
        return Status::None;
    };
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let (Some("property-extension"), Some("Ed25519"), Some(named), Some(signature)) =
        (text("extension_type"), text("algorithm"), text("key"), text("value"))
    else {
        return Status::Bad;
    };
    // The signature does not cover itself: with room for more in it, whoever passes an object on
    // could make a second one of it, and its owner seem to say two things.
    if body.as_object().is_none_or(|body| body.len() != 4) {
        return Status::Bad;
    }
    let named = KeyId(named.to_owned());
    let Some(key) = lookup(&named) else { return Status::Unknown(named) };
    let bytes =
        URL_SAFE_NO_PAD.decode(signature).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let (Some(bytes), Ok(message)) = (bytes, message(&mut value)) else { return Status::Bad };
    let good =
        key.id() == named && key.0.verify_strict(&message, &Signature::from_bytes(&bytes)).is_ok();
    if good { Status::Good(named) } else { Status::Bad }
}

/// Verifies an object against the keys one knows, once: the evidence, or how its signature stands
/// instead.
pub fn check(
    object: Object,
    lookup: impl Fn(&KeyId) -> Option<PublicKey>,
) -> Result<Verified, Status> {
    match status(&object, lookup) {
        Status::Good(key) => Ok(Verified { object, key }),
        other => Err(other),
    }
}

/// Verifies an object against one key.
pub fn verify(object: Object, key: &PublicKey) -> Result<Verified, Error> {
    let problem = match check(object, |id| (*id == key.id()).then(|| key.clone())) {
        Ok(verified) => return Ok(verified),
        Err(Status::None) => "it is not signed".to_owned(),
        Err(Status::Unknown(id)) => format!("it is signed with the unknown key {id}"),
        Err(Status::Good(_) | Status::Bad) => "the signature is not good".to_owned(),
    };
    Err(Error::new(Pointer::root(), problem))
}

/// Takes the signature out of `object` and gives what it is, or will be, over.
fn message(object: &mut Map<String, Value>) -> Result<Vec<u8>, Error> {
    if let Some(extensions) = object.get_mut("extensions").and_then(Value::as_object_mut) {
        extensions.remove(SIGNATURE);
        if extensions.is_empty() {
            object.remove("extensions");
        }
    }
    let value = Value::Object(std::mem::take(object));
    let canonical = crate::canonical::to_vec(&value);
    if let Value::Object(back) = value {
        *object = back;
    }
    canonical
}

/// Serialises with the common properties first, as people expect to read STIX.
fn in_order(object: &Map<String, Value>) -> Result<Vec<u8>, Error> {
    const FIRST: &[&str] =
        &["type", "spec_version", "id", "created_by_ref", "created", "modified", "name"];
    const LAST: &[&str] =
        &["external_references", "object_marking_refs", "granular_markings", "extensions"];
    let is_between = |key: &String| !FIRST.contains(&key.as_str()) && !LAST.contains(&key.as_str());
    let keys = FIRST
        .iter()
        .copied()
        .chain(object.keys().filter(|key| is_between(key)).map(String::as_str))
        .chain(LAST.iter().copied());
    let wrong = |error: serde_json::Error| Error::new(Pointer::root(), error.to_string());
    let mut out = vec![b'{'];
    for key in keys {
        let Some(value) = object.get(key) else { continue };
        if out.len() > 1 {
            out.push(b',');
        }
        serde_json::to_writer(&mut out, key).map_err(wrong)?;
        out.push(b':');
        serde_json::to_writer(&mut out, value).map_err(wrong)?;
    }
    out.push(b'}');
    Ok(out)
}
