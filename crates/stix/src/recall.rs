//! Recalls and their receipts, as signed objects of the types `entente-recall` and
//! `entente-receipt`.
//!
//! A recall says which versions of one of its owner's objects are to be erased by everybody to whom
//! it is addressed, and nothing of what stood in them. It is in force while its newest version is
//! not `revoked`. A receipt is a recipient's answer: here they are erased.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Pointer};
use crate::extension::{RECALL, RECEIPT};
use crate::id::Id;
use crate::object::{Class, Object, class_of};
use crate::time::Timestamp;

/// The type of recalls.
pub const TYPE: &str = "entente-recall";
/// The type of receipts.
pub const RECEIPT_TYPE: &str = "entente-receipt";

/// What cannot be recalled: what says how others are to be read, and recalls themselves, which are
/// lifted by revoking them.
const LASTING: [&str; 5] =
    [TYPE, RECEIPT_TYPE, crate::keys::TYPE, "marking-definition", "extension-definition"];

/// Which versions of an object are recalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// All up to and including this one.
    UpTo(Timestamp),
    /// What has no versions, a cyber-observable, with just this content: the SHA-256 of its
    /// canonical form.
    Content([u8; 32]),
}

impl Versions {
    /// Just this version of the object and all before it; of what has no versions, its content.
    pub fn of(object: &Object) -> Self {
        match object.version().filter(|_| object.class() != Class::Observable) {
            Some(version) => Self::UpTo(version.clone()),
            None => Self::Content(object.hash()),
        }
    }

    /// Whether this object is among them.
    pub fn include(&self, object: &Object) -> bool {
        match self {
            Self::UpTo(last) => object.version().is_some_and(|version| version <= last),
            Self::Content(hash) => object.hash() == *hash,
        }
    }
}

/// What a recall says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Whose object it is, as the recall says; that its key signed is for the reader to check.
    pub owner: Id,
    /// The object.
    pub object: Id,
    /// Which of its versions.
    pub versions: Versions,
    /// From when on.
    pub effective: Timestamp,
    /// Why, if the owner says.
    pub reason: Option<String>,
    /// Whether it is lifted: what it named may come again.
    pub lifted: bool,
}

#[derive(Deserialize)]
struct Written {
    created_by_ref: Id,
    object_ref: Id,
    up_to_version: Option<Timestamp>,
    object_hash: Option<String>,
    effective: Timestamp,
    reason: Option<String>,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    extensions: Map<String, Value>,
}

fn wrong(key: &str, problem: &str) -> Error {
    Error::new(Pointer::root().join(key), problem)
}

/// Whether the extension that defines the type is named.
fn is_defined(extensions: &Map<String, Value>, by: &str) -> Result<(), Error> {
    let kind = extensions.get(by).and_then(|body| body.get("extension_type"));
    match kind.and_then(Value::as_str) {
        Some("new-sdo") => Ok(()),
        _ => Err(wrong("extensions", "it does not name the extension that defines it")),
    }
}

impl Recall {
    /// Reads a recall.
    ///
    /// # Errors
    /// With the place: what is missing or malformed, or what cannot be recalled.
    pub fn read(object: &Object) -> Result<Self, Error> {
        if object.id().type_name() != TYPE {
            return Err(wrong("type", "this is no recall"));
        }
        let written: Written = object.view()?;
        is_defined(&written.extensions, RECALL)?;
        if LASTING.contains(&written.object_ref.type_name()) {
            return Err(wrong("object_ref", "an object of this type cannot be recalled"));
        }
        let is_fact = class_of(written.object_ref.type_name()) == Class::Observable;
        let versions = match (written.up_to_version, written.object_hash) {
            (Some(version), None) if !is_fact => Versions::UpTo(version),
            (None, Some(hash)) if is_fact => Versions::Content(
                hash_of(&hash)
                    .ok_or_else(|| wrong("object_hash", "no SHA-256 in hexadecimal digits"))?,
            ),
            _ if is_fact => {
                return Err(wrong("object_hash", "an observable is recalled by its content alone"));
            }
            _ => {
                return Err(wrong("up_to_version", "an object is recalled up to a version alone"));
            }
        };
        Ok(Self {
            owner: written.created_by_ref,
            object: written.object_ref,
            versions,
            effective: written.effective,
            reason: written.reason,
            lifted: written.revoked,
        })
    }

    /// The recall as an object with this identifier and these markings, which the owner has yet to
    /// sign. They say who is told: everybody who could see what is recalled, and nobody else.
    pub fn unsigned(&self, id: &Id, at: &Timestamp, markings: &[Id]) -> Map<String, Value> {
        let mut object = frame(RECALL, id, &self.owner, at, markings);
        object.insert("object_ref".to_owned(), json!(self.object));
        match &self.versions {
            Versions::UpTo(version) => object.insert("up_to_version".to_owned(), json!(version)),
            Versions::Content(hash) => {
                object.insert("object_hash".to_owned(), json!(crate::hex::of(hash)))
            }
        };
        object.insert("effective".to_owned(), json!(self.effective));
        if let Some(reason) = &self.reason {
            object.insert("reason".to_owned(), json!(reason));
        }
        object
    }
}

/// A recipient's answer to a recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whose node answers, as the receipt says.
    pub by: Id,
    /// The recall.
    pub recall: Id,
    /// Since when nothing of it is held.
    pub erased: Timestamp,
}

impl Receipt {
    /// Reads a receipt.
    ///
    /// # Errors
    /// With the place: what is missing or malformed.
    pub fn read(object: &Object) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Written {
            created_by_ref: Id,
            recall_ref: Id,
            erased: Timestamp,
            #[serde(default)]
            extensions: Map<String, Value>,
        }
        if object.id().type_name() != RECEIPT_TYPE {
            return Err(wrong("type", "this is no receipt"));
        }
        let written: Written = object.view()?;
        is_defined(&written.extensions, RECEIPT)?;
        if written.recall_ref.type_name() != TYPE {
            return Err(wrong("recall_ref", "is not a recall’s identifier"));
        }
        let Written { created_by_ref: by, recall_ref: recall, erased, .. } = written;
        Ok(Self { by, recall, erased })
    }

    /// The receipt as an object with this identifier and these markings, which the recipient has
    /// yet to sign.
    pub fn unsigned(&self, id: &Id, at: &Timestamp, markings: &[Id]) -> Map<String, Value> {
        let mut object = frame(RECEIPT, id, &self.by, at, markings);
        object.insert("recall_ref".to_owned(), json!(self.recall));
        object.insert("erased".to_owned(), json!(self.erased));
        object
    }
}

fn frame(
    extension: &str,
    id: &Id,
    owner: &Id,
    at: &Timestamp,
    markings: &[Id],
) -> Map<String, Value> {
    let mut frame = json!({
        "type": id.type_name(), "spec_version": "2.1", "id": id, "created_by_ref": owner,
        "created": at, "modified": at,
        "extensions": { (extension): { "extension_type": "new-sdo" } },
    });
    if !markings.is_empty() {
        frame["object_marking_refs"] = json!(markings);
    }
    frame.as_object().cloned().unwrap_or_default()
}

/// Only small letters: one content, one text.
fn hash_of(text: &str) -> Option<[u8; 32]> {
    let is_small = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    crate::hex::digest(text).filter(|_| is_small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id::parse(text).unwrap()
    }

    fn recall(object: &str, versions: Versions) -> Recall {
        Recall {
            owner: id("identity--00000000-0000-4000-8000-000000000001"),
            object: id(object),
            versions,
            effective: Timestamp::from_millis(0),
            reason: None,
            lifted: false,
        }
    }

    fn written(recall: &Recall) -> Map<String, Value> {
        let at = Timestamp::from_millis(0);
        recall.unsigned(&id("entente-recall--00000000-0000-4000-8000-000000000002"), &at, &[])
    }

    fn object(value: Map<String, Value>) -> Object {
        Object::parse(Value::Object(value).to_string()).unwrap()
    }

    const CAMPAIGN: &str = "campaign--00000000-0000-4000-8000-000000000003";
    const DOMAIN: &str = "domain-name--00000000-0000-5000-8000-000000000004";

    #[test]
    fn what_is_written_is_read() {
        let up_to = Versions::UpTo(Timestamp::from_millis(1_000));
        for recall in [recall(CAMPAIGN, up_to), recall(DOMAIN, Versions::Content([7; 32]))] {
            let object = object(written(&recall));
            assert_eq!(Recall::read(&object), Ok(recall));
            crate::validate::require(&object).unwrap();
        }
    }

    #[test]
    fn it_names_versions_in_one_way_and_nothing_that_lasts() {
        let up_to = || Versions::UpTo(Timestamp::from_millis(1_000));
        let place = |value: Map<String, Value>| {
            Recall::read(&object(value)).unwrap_err().pointer.as_str().to_owned()
        };
        assert_eq!(place(written(&recall(DOMAIN, up_to()))), "/object_hash");
        assert_eq!(place(written(&recall(CAMPAIGN, Versions::Content([0; 32])))), "/up_to_version");
        let lasting = "entente-recall--00000000-0000-4000-8000-000000000005";
        assert_eq!(place(written(&recall(lasting, up_to()))), "/object_ref");
        let mut bare = written(&recall(CAMPAIGN, up_to()));
        bare.insert("extensions".to_owned(), json!({}));
        assert_eq!(place(bare), "/extensions");
        let mut short = written(&recall(DOMAIN, Versions::Content([0; 32])));
        short.insert("object_hash".to_owned(), json!("00FF"));
        assert_eq!(place(short), "/object_hash");
    }

    #[test]
    fn versions_up_to_one_are_that_one_and_those_before() {
        let version = |modified: &str| {
            Object::parse(format!(
                r#"{{"type":"campaign","spec_version":"2.1","id":"{CAMPAIGN}","name":"x","created":"2026-01-01T00:00:00.000Z","modified":"{modified}"}}"#
            ))
            .unwrap()
        };
        let last = version("2026-01-02T00:00:00.000Z");
        let versions = Versions::of(&last);
        assert!(versions.include(&last) && versions.include(&version("2026-01-01T00:00:00.000Z")));
        assert!(!versions.include(&version("2026-01-02T00:00:00.001Z")));
    }

    #[test]
    fn a_receipt_answers_a_recall() {
        let receipt = Receipt {
            by: id("identity--00000000-0000-4000-8000-000000000001"),
            recall: id("entente-recall--00000000-0000-4000-8000-000000000002"),
            erased: Timestamp::from_millis(5),
        };
        let at = Timestamp::from_millis(6);
        let name = id("entente-receipt--00000000-0000-4000-8000-000000000006");
        let written = object(receipt.unsigned(&name, &at, &[]));
        assert_eq!(Receipt::read(&written), Ok(receipt.clone()));
        crate::validate::require(&written).unwrap();
        let wrong = Receipt { recall: id(CAMPAIGN), ..receipt };
        assert!(Receipt::read(&object(wrong.unsigned(&name, &at, &[]))).is_err());
    }
}
