//! Extension types: the registry of the constant identifiers that Entente uses (STIX 2.1 section
//! 7.3).

use std::sync::LazyLock;

use serde_json::json;

use crate::id::{ENTENTE_NAMESPACE, Id};
use crate::object::Object;

/// The owner's signature over an object.
pub const SIGNATURE: &str = "extension-definition--ed39c744-114c-5e29-b18d-9a15837c6c29";
/// An owner's statement about its keys: a type of its own.
pub const KEY: &str = "extension-definition--4b09cc59-4258-504e-ac13-3bb1593b5f37";
/// A recall of an owner's object: a type of its own.
pub const RECALL: &str = "extension-definition--4ba20b43-f587-55da-aed7-f67b6ce9ecdb";
/// A recipient's answer to a recall: a type of its own.
pub const RECEIPT: &str = "extension-definition--d1e6317e-b0bc-5e33-8b72-78afdb7d6432";
/// A state's word to one other, that it speaks under a pseudonym: a type of its own.
pub const PSEUDONYM: &str = "extension-definition--6377adca-872c-5dca-a138-c89e00e7eb64";
/// A state vouches for the key of a pseudonym: a type of its own.
pub const VOUCH: &str = "extension-definition--8961ae3e-a91b-54d7-9e13-741bd98c9e09";
/// A state owns up to a pseudonym, by both keys: a type of its own.
pub const AVOWAL: &str = "extension-definition--a2e432a2-95ca-5bb6-9507-7f5e4eff89e3";
/// A marking that names the states, and for TLP:RED the persons, to whom an object is releasable.
pub const RELEASABLE_TO: &str = "extension-definition--f140f633-dd66-5329-99a5-a91642735c19";
/// A marking that names a group whose roster its owner keeps.
pub const GROUP: &str = "extension-definition--ee009e72-35db-52eb-b0fc-b83900422217";
/// A marking that says to which exercise an object belongs.
pub const EXERCISE: &str = "extension-definition--41787013-38ec-5846-a21a-7af2699f482a";
/// The hybrid desk's facts on an incident.
pub const HYBRID: &str = "extension-definition--fae00dae-4dd3-575b-a871-2f167ba6cdce";
/// The policy desk's facts on a declaration.
pub const DECLARATION: &str = "extension-definition--f6abb941-50ec-5500-943d-7f8ad94a5d58";
/// What a MISP event says and STIX cannot, so that it can go back unchanged.
pub const MISP: &str = "extension-definition--35772e21-ab3d-56d1-9c1c-d1e5ac8f4757";
/// Incident Core, by OASIS.
pub const INCIDENT_CORE: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
/// TLP 2.0, by FIRST and OASIS.
pub const TLP_2_0: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The fixed identity that created the definitions that are the same at every node.
pub static AUTHORITY: LazyLock<Id> = LazyLock::new(|| {
    Id::named("identity", ENTENTE_NAMESPACE, "entente").unwrap_or_else(|_| unreachable!())
});

/// When the definitions were made: part of their content, so a constant.
pub const CREATED: &str = "2026-01-01T00:00:00.000Z";

const OURS: &[(&str, &str, &str)] = &[
    (
        SIGNATURE,
        "entente-signature",
        "An Ed25519 signature of the object's owner over its canonical form.",
    ),
    (KEY, "entente-key", "An owner's statement about its signing keys: rotation or revocation."),
    (RECALL, "entente-recall", "Which versions of its owner's object recipients are to erase."),
    (RECEIPT, "entente-receipt", "A recipient's answer to a recall: erased, and when."),
    (
        PSEUDONYM,
        "entente-pseudonym",
        "Tells the first recipient alone which state speaks under a pseudonym, and with which key.",
    ),
    (VOUCH, "entente-vouch", "A state vouches for the key of a pseudonym, and for nothing else."),
    (AVOWAL, "entente-avowal", "A state owns up to a pseudonym, signed by both keys."),
    (
        RELEASABLE_TO,
        "entente-releasable-to",
        "Names the states, and persons, to whom an object is releasable.",
    ),
    (
        GROUP,
        "entente-group",
        "Confines an object to the members of a group whose roster its owner keeps.",
    ),
    (EXERCISE, "entente-exercise", "Says that an object belongs to an exercise and is not real."),
    (
        HYBRID,
        "entente-hybrid",
        "Domain, time, place, affected states, claims and confidence of a hybrid incident.",
    ),
    (
        DECLARATION,
        "entente-declaration",
        "Parties, parts and follow-up of a political declaration.",
    ),
    (
        MISP,
        "entente-misp",
        "What a MISP event says and STIX cannot, so that it can go back to MISP unchanged.",
    ),
];

/// Whether a definition is one of Entente's own, compiled in and never imported over.
pub fn is_ours(id: &Id) -> bool {
    *id == *AUTHORITY || OURS.iter().any(|(held, ..)| *held == id.as_str())
}

/// The definitions of Entente's extension types and the identity that created them: structural
/// objects, the same at every node, unsigned.
pub fn definitions() -> Vec<Object> {
    let authority = json!({
        "type": "identity", "spec_version": "2.1", "id": *AUTHORITY, "created": CREATED, "modified": CREATED,
        "name": "Entente", "description": "The program's own definitions. No state, no authority over one.",
        "identity_class": "system",
    });
    let extensions = OURS.iter().map(|(id, name, description)| {
        json!({
            "type": "extension-definition", "spec_version": "2.1", "id": id, "created_by_ref": *AUTHORITY,
            "created": CREATED, "modified": CREATED, "name": name, "description": description,
            "schema": format!("urn:entente:schema:{name}"), "version": "1.0.0", "extension_types": [kind(id)],
        })
    });
    std::iter::once(authority)
        .chain(extensions)
        .filter_map(|value| Object::parse(value.to_string().into_bytes()).ok())
        .collect()
}

/// What a definition defines: a type of its own, or properties of others (STIX 2.1 section 7.3.4).
fn kind(id: &str) -> &'static str {
    if [KEY, RECALL, RECEIPT, PSEUDONYM, VOUCH, AVOWAL].contains(&id) {
        "new-sdo"
    } else {
        "property-extension"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_follow_from_names() {
        for (id, name, _) in OURS {
            let named = Id::named("extension-definition", ENTENTE_NAMESPACE, name).unwrap();
            assert_eq!(named.as_str(), *id, "{name}");
        }
        assert_eq!(definitions().len(), OURS.len() + 1, "every definition is a valid object");
    }
}
