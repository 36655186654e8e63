//! Pseudonyms: a state speaks, and only its first recipient knows which (the Chatham House Rule).
//!
//! A pseudonym is an identity that follows from a key of its own, so nobody else can have it. The
//! state tells one other state, the first recipient, by a [`Kind::Told`] that no third reader ever
//! gets. That one vouches for the key ([`Kind::Vouch`]) to whoever may read what is said under it.
//! Later the state may own up ([`Kind::Avowal`]): signed with its own key, agreed to by the
//! pseudonym's.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Pointer};
use crate::extension::{AVOWAL, PSEUDONYM, VOUCH};
use crate::id::{ENTENTE_NAMESPACE, Id};
use crate::object::Object;
use crate::sign::{self, PublicKey, SecretKey};

/// What is said of a pseudonym.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the first recipient alone: it is mine.
    Told,
    /// By the first recipient: I know who it is, and it is this key.
    Vouch,
    /// To its readers: it was I.
    Avowal,
}

impl Kind {
    /// The type of the objects that say so.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Told => "entente-pseudonym",
            Self::Vouch => "entente-vouch",
            Self::Avowal => "entente-avowal",
        }
    }

    /// What objects of this type say.
    pub fn of(type_name: &str) -> Option<Self> {
        [Self::Told, Self::Vouch, Self::Avowal].into_iter().find(|one| one.type_name() == type_name)
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Told => PSEUDONYM,
            Self::Vouch => VOUCH,
            Self::Avowal => AVOWAL,
        }
    }
}

/// Something said of a pseudonym. What the pseudonym's key has to say to it was verified: of an
/// avowal that it agrees, of a [`Kind::Told`] that it signed. Whether the state said so is for its
/// own key to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What.
    pub kind: Kind,
    /// The state that says it, as the object names it.
    pub by: Id,
    proof: String,
    /// The pseudonym.
    pub pseudonym: Id,
    /// Its key.
    pub key: PublicKey,
    /// To whom alone it is said, of a [`Kind::Told`].
    pub to: Option<Id>,
}

#[derive(Deserialize)]
struct Written {
    created_by_ref: Id,
    pseudonym: Id,
    pseudonym_key: String,
    pseudonym_proof: Option<String>,
    told_to: Option<Id>,
    speaker: Option<Id>,
    speaker_proof: Option<String>,
    #[serde(default)]
    extensions: Map<String, Value>,
}

/// The identity that belongs to a pseudonym's key, and to no other.
pub fn identity(key: &PublicKey) -> Result<Id, Error> {
    Id::named("identity", ENTENTE_NAMESPACE, &format!("pseudonym:{key}"))
}

impl Word {
    /// Reads what is said of a pseudonym.
    ///
    /// # Errors
    /// With the place: what is missing, malformed, or not agreed to by the pseudonym's key.
    pub fn read(object: &Object) -> Result<Self, Error> {
        let wrong = |key: &str, problem: &str| Error::new(Pointer::root().join(key), problem);
        let kind = Kind::of(object.id().type_name())
            .ok_or_else(|| wrong("type", "this says nothing of a pseudonym"))?;
        let written: Written = object.view()?;
        let body = written.extensions.get(kind.extension());
        let of_type = body.and_then(|body| body.get("extension_type")).and_then(Value::as_str);
        if of_type != Some("new-sdo") {
            return Err(wrong("extensions", "it does not name the extension that defines it"));
        }
        let key = PublicKey::parse(&written.pseudonym_key)
            .map_err(|error| wrong("pseudonym_key", &error.problem))?;
        if written.pseudonym != identity(&key)? {
            return Err(wrong("pseudonym", "does not follow from its key"));
        }
        let is_told = kind == Kind::Told;
        let to = written.told_to.filter(|_| is_told);
        let by = if is_told {
            if to.is_none() || written.created_by_ref != written.pseudonym {
                return Err(wrong("told_to", "it does not say to whom, or is not the pseudonym’s"));
            }
            sign::verify(object.clone(), &key)?;
            written.speaker.ok_or_else(|| wrong("speaker", "is required"))?
        } else {
            written.created_by_ref
        };
        let proof = written.speaker_proof.unwrap_or_default();
        if kind == Kind::Avowal {
            let agreed = written.pseudonym_proof.unwrap_or_default();
            if !key.has_signed(&proof_message(kind, &by, None, &key)?, &agreed) {
                return Err(wrong("pseudonym_proof", "is not the pseudonym’s agreement"));
            }
        }
        if *object.id() != id_of(kind, &by, &key)? {
            return Err(wrong("id", "does not follow from what is said"));
        }
        Ok(Self { kind, by, proof, pseudonym: written.pseudonym, key, to })
    }

    /// Whether the state whose key this is said so itself, of a [`Kind::Told`].
    pub fn is_by(&self, state: &PublicKey) -> bool {
        proof_message(self.kind, &self.by, self.to.as_ref(), &self.key)
            .is_ok_and(|message| state.has_signed(&message, &self.proof))
    }
}

/// The first recipient vouches for a pseudonym's key, before those for whom these markings are.
pub fn vouch(by: &Id, key: &PublicKey, markings: &[Id]) -> Result<Map<String, Value>, Error> {
    frame(Kind::Vouch, by, key, markings)
}

/// A state tells its first recipient which pseudonym is its own. The pseudonym says it, the state's
/// own key agrees: so it goes where the pseudonym's objects go, and is none of the state's.
pub fn tell(
    by: &Id,
    to: &Id,
    state: &SecretKey,
    key: &PublicKey,
    markings: &[Id],
) -> Result<Map<String, Value>, Error> {
    let mut object = frame(Kind::Told, by, key, markings)?;
    object.insert("told_to".to_owned(), json!(to));
    object.insert("speaker".to_owned(), json!(by));
    let proof = state.sign_bytes(&proof_message(Kind::Told, by, Some(to), key)?);
    object.insert("speaker_proof".to_owned(), json!(proof));
    Ok(object)
}

/// A state owns up to a pseudonym.
pub fn avow(by: &Id, key: &SecretKey, markings: &[Id]) -> Result<Map<String, Value>, Error> {
    let mut object = frame(Kind::Avowal, by, &key.public(), markings)?;
    let proof = key.sign_bytes(&proof_message(Kind::Avowal, by, None, &key.public())?);
    object.insert("pseudonym_proof".to_owned(), json!(proof));
    Ok(object)
}

fn frame(
    kind: Kind,
    by: &Id,
    key: &PublicKey,
    markings: &[Id],
) -> Result<Map<String, Value>, Error> {
    let mut frame = json!({
        "type": kind.type_name(), "spec_version": "2.1", "id": id_of(kind, by, key)?,
        "pseudonym": identity(key)?, "pseudonym_key": key.to_string(),
        "extensions": { (kind.extension()): { "extension_type": "new-sdo" } },
    });
    if !markings.is_empty() {
        frame["object_marking_refs"] = json!(markings);
    }
    Ok(frame.as_object().cloned().unwrap_or_default())
}

/// Said again, it is the same object.
fn id_of(kind: Kind, by: &Id, key: &PublicKey) -> Result<Id, Error> {
    let name = kind.type_name();
    Id::named(name, ENTENTE_NAMESPACE, &format!("{name}:{by}:{key}"))
}

/// What the other key signs to agree. It has no `type` and no `id`, so no STIX object can
/// ever be taken for it, nor it for one.
fn proof_message(kind: Kind, by: &Id, to: Option<&Id>, key: &PublicKey) -> Result<Vec<u8>, Error> {
    crate::canonical::to_vec(&json!({
        "entente_pseudonym_proof": 1,
        "says": kind.type_name(),
        "owner": by,
        "told_to": to,
        "pseudonym_key": key.to_string(),
    }))
}
