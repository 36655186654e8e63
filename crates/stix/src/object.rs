//! The object: received bytes and the little that is read of them at once.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::{Error, Pointer};
use crate::id::Id;
use crate::json::{self, Member};
use crate::property::{self, Kind};
use crate::time::Timestamp;

/// The largest object, in bytes. Larger things are groupings of references.
pub const MAX_BYTES: usize = 1 << 20;

/// What an object is, as far as rules differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A domain object (STIX 2.1 section 4).
    Domain,
    /// A relationship or a sighting (section 5).
    Relationship,
    /// A cyber-observable object: a fact without owner, version or signature (section 6).
    Observable,
    /// A marking definition (section 7.2).
    Marking,
    /// An extension definition (section 7.3).
    Extension,
    /// Language content (section 7.1).
    Language,
    /// A type that the specification does not define.
    Custom,
}

/// The class of a type.
pub fn class_of(type_name: &str) -> Class {
    let among = |tables: &[property::Table]| tables.iter().any(|table| table.name == type_name);
    match type_name {
        "marking-definition" => Class::Marking,
        "extension-definition" => Class::Extension,
        "language-content" => Class::Language,
        _ if among(property::DOMAIN) => Class::Domain,
        _ if among(property::OBSERVABLE) => Class::Observable,
        _ if among(property::RELATIONSHIP) => Class::Relationship,
        _ => Class::Custom,
    }
}

/// Which version of STIX an object is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecVersion {
    /// STIX 2.0: it has no `spec_version`.
    V20,
    /// STIX 2.1.
    V21,
}

impl SpecVersion {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V21 => "2.1",
        }
    }
}

/// The common properties by which objects are told apart, ordered and released.
#[derive(Clone, Debug)]
pub struct Header {
    /// The identifier.
    pub id: Id,
    /// The version of STIX.
    pub spec_version: SpecVersion,
    /// When the object was made.
    pub created: Option<Timestamp>,
    /// When this version was made.
    pub modified: Option<Timestamp>,
    /// Who *says* he made it. Ownership follows from the signature, never from this.
    pub created_by_ref: Option<Id>,
    /// Whether its owner withdrew it.
    pub revoked: bool,
    /// Every marking definition named, for the whole object or for parts of it.
    pub marking_refs: Vec<Id>,
    /// Whether a marking could not be read: then the object is closed.
    pub has_unreadable_marking: bool,
    /// Objects whose visibility bounds this one's: the ends of a relationship, what a sighting, a
    /// note, an opinion or a translation speaks of.
    pub ends: Vec<Id>,
}

/// A STIX object: the exact bytes received, and their header. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Object {
    bytes: Bytes,
    header: std::sync::Arc<Header>,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Object {}

impl Object {
    /// Reads an object strictly; the bytes are kept as they are.
    ///
    /// # Errors
    /// With the place: what [`json::members`] refuses, more than [`MAX_BYTES`], a missing or
    /// malformed common or required property.
    pub fn parse(bytes: impl Into<Bytes>) -> Result<Self, Error> {
        let bytes = bytes.into();
        if bytes.len() > MAX_BYTES {
            let problem = format!("{} bytes; an object has at most {MAX_BYTES}", bytes.len());
            return Err(Error::new(Pointer::root(), problem));
        }
        let members = json::members(&bytes)?;
        let header = std::sync::Arc::new(header(&members)?);
        Ok(Self { bytes, header })
    }

    /// The bytes as received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The common properties.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The identifier.
    pub fn id(&self) -> &Id {
        &self.header.id
    }

    /// What it is.
    pub fn class(&self) -> Class {
        class_of(self.id().type_name())
    }

    /// Its version: `modified`, else `created`, else none (STIX 2.1 section 3.6).
    pub fn version(&self) -> Option<&Timestamp> {
        self.header.modified.as_ref().or(self.header.created.as_ref())
    }

    /// All properties.
    pub fn value(&self) -> Map<String, Value> {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The object as a typed view.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes)
            .map_err(|error| Error::new(Pointer::root(), error.to_string()))
    }

    /// The canonical form (RFC 8785).
    pub fn canonical(&self) -> Vec<u8> {
        crate::canonical::to_vec(&Value::Object(self.value())).unwrap_or_default()
    }

    /// SHA-256 of the canonical form.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.canonical()).into()
    }
}

fn header(members: &[Member<'_>]) -> Result<Header, Error> {
    let find =
        |key: &str| members.iter().find(|member| member.key == key).map(|member| member.value);
    let at = |key: &str, problem: String| Error::new(Pointer::root().join(key), problem);
    let text = |key: &str| -> Option<String> {
        find(key).and_then(|value| serde_json::from_str(value).ok())
    };

    for (key, kind) in property::COMMON {
        if let Some(problem) = find(key).and_then(|value| kind.refuses(value)) {
            return Err(at(key, problem));
        }
    }
    let missing = |key: &str| at(key, "is required".to_owned());
    let name = text("type").ok_or_else(|| missing("type"))?;
    let id = Id::parse(&text("id").ok_or_else(|| missing("id"))?)?;
    if id.type_name() != name {
        return Err(at("id", format!("is not of the object’s type, {name}")));
    }
    let class = class_of(&name);
    let spec_version = match text("spec_version").as_deref() {
        Some("2.1") => SpecVersion::V21,
        // Observables need not say it: they exist as objects of their own since 2.1.
        None if class == Class::Observable => SpecVersion::V21,
        Some("2.0") | None => SpecVersion::V20,
        Some(other) => {
            return Err(at("spec_version", format!("“{other}” is no version of STIX known here")));
        }
    };
    let time = |key: &str| text(key).and_then(|text| Timestamp::parse(&text).ok());
    let (created, modified) = (time("created"), time("modified"));
    if class != Class::Observable {
        created.as_ref().ok_or_else(|| missing("created"))?;
    }
    if !matches!(class, Class::Observable | Class::Marking) {
        let modified = modified.as_ref().ok_or_else(|| missing("modified"))?;
        if created.as_ref().is_some_and(|created| created > modified) {
            return Err(at("modified", "lies before created".to_owned()));
        }
    }
    // STIX 2.0 has other required properties; it is read as it is.
    if spec_version == SpecVersion::V21
        && let Some(table) = property::of(&name)
    {
        for (key, kind) in table.required {
            let section = table.section;
            let value = find(key)
                .ok_or_else(|| at(key, format!("is required (STIX 2.1 section {section})")))?;
            if let Some(problem) = kind.refuses(value) {
                return Err(at(key, problem));
            }
        }
    }
    let (marking_refs, has_unreadable_marking) =
        markings(find("object_marking_refs"), find("granular_markings"));
    let ends = ends(&name, &find)?;
    Ok(Header {
        id,
        spec_version,
        created,
        modified,
        created_by_ref: text("created_by_ref").and_then(|text| Id::parse(&text).ok()),
        revoked: find("revoked") == Some("true"),
        marking_refs,
        has_unreadable_marking,
        ends,
    })
}

fn markings(whole: Option<&str>, granular: Option<&str>) -> (Vec<Id>, bool) {
    let mut refs = Vec::new();
    let mut unreadable = false;
    let mut add = |text: &str| match Id::parse(text) {
        Ok(id) if id.type_name() == "marking-definition" => {
            if !refs.contains(&id) {
                refs.push(id);
            }
        }
        _ => unreadable = true,
    };
    let whole: Vec<String> =
        whole.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    for text in &whole {
        add(text);
    }
    if let Some(granular) = granular {
        match serde_json::from_str::<Vec<Map<String, Value>>>(granular) {
            Ok(parts) => {
                for part in parts {
                    match part.get("marking_ref") {
                        Some(reference) => add(reference.as_str().unwrap_or_default()),
                        // A part may say its language instead (STIX 2.1 section 7.2.3).
                        None if part.contains_key("lang") => {}
                        None => add(""),
                    }
                }
            }
            Err(_) => add(""),
        }
    }
    (refs, unreadable)
}

fn ends<'a>(name: &str, find: &impl Fn(&str) -> Option<&'a str>) -> Result<Vec<Id>, Error> {
    let keys: &[&str] = match name {
        "relationship" => &["source_ref", "target_ref"],
        "sighting" => &["sighting_of_ref"],
        "note" | "opinion" => &["object_refs"],
        "language-content" => &["object_ref"],
        _ => &[],
    };
    let mut ends = BTreeSet::new();
    for key in keys {
        let Some(value) = find(key) else { continue };
        let kind = if key.ends_with('s') { Kind::Ids } else { Kind::Id };
        if let Some(problem) = kind.refuses(value) {
            return Err(Error::new(Pointer::root().join(key), problem));
        }
        let texts: Vec<String> = match kind {
            Kind::Ids => serde_json::from_str(value).unwrap_or_default(),
            _ => serde_json::from_str(value).map(|one| vec![one]).unwrap_or_default(),
        };
        ends.extend(texts.iter().filter_map(|text| Id::parse(text).ok()));
    }
    Ok(ends.into_iter().collect())
}
