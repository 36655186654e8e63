//! Identifiers that follow from content.

use stix::Id;
use stix::id::ENTENTE_NAMESPACE;
use uuid::{Builder, Uuid};

/// The standard asks for a random UUID here (STIX 2.1 section 2.9). Chance is no friend of
/// repetition: this one has the form of a random one, and the same content always has the same.
pub(crate) fn uuid(content: &[u8]) -> Uuid {
    let hash = Uuid::new_v5(&ENTENTE_NAMESPACE, content);
    Builder::from_random_bytes(hash.into_bytes()).into_uuid()
}

/// An identifier of this type. `None` if there can be no such type.
pub(crate) fn id(type_name: &str, content: &str) -> Option<Id> {
    Id::from_parts(type_name, uuid(content.as_bytes())).ok()
}
