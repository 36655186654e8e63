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
use crate::json::{Node, Tree};
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

    /// Reads a seed: 32 bytes in base64url, as [`PublicKey`] reads a key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let seed =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        seed.map(Self::from_seed)
            .ok_or_else(|| Error::new(Pointer::root(), "no seed of 32 bytes in base64url"))
    }

    /// The half that others may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// A signature over bytes that are no object, in base64url. They must say what they are for, so
    /// that nobody can pass them off as something else.
    pub fn sign_bytes(&self, message: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().id())
    }
}

impl PublicKey {
    /// Reads a key: 32 bytes in base64url, the one encoding of a point that is not of small order.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bytes =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = bytes
            .filter(is_reduced)
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

    /// Whether a signature in base64url is this key's over these bytes.
    pub fn has_signed(&self, message: &[u8], signature: &str) -> bool {
        signature_of(signature)
            .is_some_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// Whether the y-coordinate is below the field's prime, 2^255 − 19: a point has one encoding only
/// (RFC 8032 section 5.1.3), so that a key has one name.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = bytes;
    *first < 0xed || last & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

fn signature_of(text: &str) -> Option<Signature> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    <[u8; 64]>::try_from(bytes).ok().map(|bytes| Signature::from_bytes(&bytes))
}

impl KeyId {
    /// Reads a key's name: 32 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
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

impl Status {
    /// The status as one word, as test vectors and programs write it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Good(_) => "good",
            Self::Unknown(_) => "unknown-key",
            Self::Bad => "bad",
            Self::None => "none",
        }
    }
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
    let body = json!({
        "extension_type": "property-extension",
        "algorithm": "Ed25519",
        "key": key.public().id().to_string(),
        "value": key.sign_bytes(&message),
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
    // The object's bytes were read before.
    Tree::parse(object.bytes()).map_or(Status::Bad, |tree| status_of(&tree, lookup))
}

fn status_of(tree: &Tree<'_>, lookup: impl Fn(&KeyId) -> Option<PublicKey>) -> Status {
    let Some(body) = body(tree) else { return Status::None };
    let is = |key: &str, text: &str| body.get(key).is_some_and(|held| held.is(text));
    if !is("extension_type", "property-extension") || !is("algorithm", "Ed25519") {
        return Status::Bad;
    }
    // The signature does not cover itself: with room for more in it, whoever passes an object on
    // could make a second one of it, and its owner seem to say two things.
    if body.members().count() != 4 {
        return Status::Bad;
    }
    let named = body.text_of("key").and_then(|text| KeyId::parse(&text));
    let signature = body.text_of("value").and_then(|text| signature_of(&text));
    let (Some(named), Some(signature)) = (named, signature) else { return Status::Bad };
    let Some(key) = lookup(&named) else { return Status::Unknown(named) };
    let message = crate::canonical::without_extension(tree, SIGNATURE);
    let good = key.id() == named && key.0.verify_strict(&message, &signature).is_ok();
    if good { Status::Good(named) } else { Status::Bad }
}

/// The signature's extension.
fn body<'t>(tree: &'t Tree<'_>) -> Option<Node<'t>> {
    tree.root().get("extensions")?.get(SIGNATURE)
}

/// The key that an object's signature names, good or not; `None` where it names none.
pub fn signer(object: &Object) -> Option<KeyId> {
    let tree = Tree::parse(object.bytes()).ok()?;
    KeyId::parse(&body(&tree)?.text_of("key")?)
}

/// What the signature of an object is over: its canonical form without the signature's own
/// extension.
pub fn signed_bytes(object: &Object) -> Result<Vec<u8>, Error> {
    Ok(crate::canonical::without_extension(&Tree::parse(object.bytes())?, SIGNATURE))
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
