//! Identifiers: `type--UUID` (STIX 2.1 section 2.9).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{Error, Pointer};

/// The namespace in which the standard derives the identifiers of cyber-observable objects.
pub const OASIS_NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
/// The namespace of Entente's own derived identifiers: UUIDv5 of `urn:entente` as a URL.
pub const ENTENTE_NAMESPACE: Uuid = Uuid::from_u128(0x0b9f_f6d6_8700_5fce_b9de_c09e_a604_fc0e);

/// An identifier. Cheap to clone; ordered and compared by its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

impl Id {
    /// Reads an identifier.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |what: &str| {
            let shown: String = text.chars().take(100).collect();
            Error::new(Pointer::root(), format!("“{shown}” is no identifier: {what}"))
        };
        check(text).map_err(wrong)?;
        Ok(Self(Arc::from(text)))
    }

    /// Puts an identifier together.
    pub fn from_parts(type_name: &str, uuid: Uuid) -> Result<Self, Error> {
        Self::parse(&format!("{type_name}--{uuid}"))
    }

    /// The identifier that follows from a name (UUIDv5).
    pub fn named(type_name: &str, namespace: Uuid, name: &str) -> Result<Self, Error> {
        Self::from_parts(type_name, Uuid::new_v5(&namespace, name.as_bytes()))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type, before the two hyphens.
    pub fn type_name(&self) -> &str {
        self.0.get(..self.0.len().saturating_sub(38)).unwrap_or_default()
    }

    /// The UUID.
    pub fn uuid(&self) -> Uuid {
        let uuid = self.0.get(self.0.len().saturating_sub(36)..);
        uuid.and_then(|uuid| Uuid::try_parse(uuid).ok()).unwrap_or_default()
    }
}

/// Why a text is no identifier (STIX 2.1 section 2.9), if it is none.
///
/// Type names have 3 to 250 of a–z, 0–9 and hyphens (section 3.1); older objects also carry
/// underscores in custom types.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    // The UUID has 36 characters, so the type is what stands 38 before the end.
    let bytes = text.as_bytes();
    let (name, rest) = bytes
        .split_at_checked(bytes.len().wrapping_sub(38))
        .ok_or("expected type--UUID, the UUID in lower case")?;
    let is_uuid = rest.iter().enumerate().all(|(at, byte)| match at {
        0 | 1 | 10 | 15 | 20 | 25 => *byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    });
    if !is_uuid {
        return Err("expected type--UUID, the UUID in lower case");
    }
    let fits = name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    let doubled = name.windows(2).any(|pair| pair == b"--") || name.ends_with(b"-");
    if fits && !doubled && (3..=250).contains(&name.len()) {
        Ok(())
    } else {
        Err("a type has 3 to 250 of a–z, 0–9 and single hyphens")
    }
}

/// Whether the UUID of an identifier has a version and a variant of RFC 4122.
pub(crate) fn is_rfc_4122(text: &str) -> bool {
    let at = |back: usize| text.len().checked_sub(back).and_then(|at| text.as_bytes().get(at));
    matches!(at(22), Some(b'1'..=b'5')) && matches!(at(17), Some(b'8' | b'9' | b'a' | b'b'))
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The deterministic identifier of a cyber-observable object (STIX 2.1 section 2.9): UUIDv5 over
/// the canonical form of its contributing properties. `None` where the standard asks for a random
/// one: the type is `process`, unknown, or has none of its contributing properties.
pub fn of_sco(object: &Map<String, Value>) -> Option<Id> {
    let name = object.get("type")?.as_str()?;
    let mut chosen = Map::new();
    for key in crate::spec::of(name)?.contributing {
        match (*key, object.get(*key)) {
            (_, None) => {}
            ("hashes", Some(Value::Object(hashes))) => {
                chosen.extend(one_hash(hashes).map(|hash| ("hashes".to_owned(), hash)));
            }
            (key, Some(value)) => {
                chosen.insert(key.to_owned(), value.clone());
            }
        }
    }
    if chosen.is_empty() {
        return None;
    }
    let canonical = crate::canonical::to_vec(&Value::Object(chosen)).ok()?;
    Id::from_parts(name, Uuid::new_v5(&OASIS_NAMESPACE, &canonical)).ok()
}

/// Of several hashes one counts: the first there is of MD5, SHA-1, SHA-256, SHA-512, else the
/// first by name.
fn one_hash(hashes: &Map<String, Value>) -> Option<Value> {
    let preferred = ["MD5", "SHA-1", "SHA-256", "SHA-512"];
    let name = preferred.iter().copied().find(|name| hashes.contains_key(*name));
    let name = name.or_else(|| hashes.keys().map(String::as_str).min())?;
    let mut one = Map::new();
    one.insert(name.to_owned(), hashes.get(name)?.clone());
    Some(Value::Object(one))
}
