//! The object: received bytes and the little that is read of them at once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::{Error, Pointer};
use crate::id::Id;
use crate::json::{Kind as Json, Node, Tree};
pub use crate::spec::{Class, class_of};
use crate::spec::{Kind, Need};
use crate::time::Timestamp;
use crate::{id, spec, time};

/// The largest object, in bytes. Larger things are groupings of references.
pub const MAX_BYTES: usize = 1 << 20;

/// Up to so many, one by one is quicker than by hash.
const FEW: usize = 16;

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
    header: Arc<Header>,
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
    /// With the place: what [`Tree::parse`] refuses, more than [`MAX_BYTES`], a missing or
    /// malformed common or required property.
    pub fn parse(bytes: impl Into<Bytes>) -> Result<Self, Error> {
        let bytes = bytes.into();
        if bytes.len() > MAX_BYTES {
            let problem = format!("{} bytes; an object has at most {MAX_BYTES}", bytes.len());
            return Err(Error::new(Pointer::root(), problem));
        }
        let header = Arc::new(header(Tree::parse(&bytes)?.root())?);
        Ok(Self { bytes, header })
    }

    /// The object of bytes that were read already.
    pub(crate) fn of_tree(bytes: Bytes, tree: &Tree<'_>) -> Result<Self, Error> {
        Ok(Self { bytes, header: Arc::new(header(tree.root())?) })
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
    ///
    /// Whoever passes an object on can write `1` as `1.0` without touching its signature, and a
    /// typed integer does not read that: it is the canonical form that decides.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes)
            .or_else(|_| serde_json::from_slice(&self.canonical()))
            .map_err(|error| Error::new(Pointer::root(), error.to_string()))
    }

    /// The canonical form (RFC 8785).
    pub fn canonical(&self) -> Vec<u8> {
        Tree::parse(&self.bytes)
            .map(|tree| crate::canonical::of(&tree).into_owned())
            .unwrap_or_default()
    }

    /// SHA-256 of the canonical form.
    pub fn hash(&self) -> [u8; 32] {
        let canonical = Tree::parse(&self.bytes).map(|tree| crate::canonical::of(&tree));
        Sha256::digest(canonical.unwrap_or_default()).into()
    }
}

/// What is read at once. Less than validity is asked for: what would make an object unreadable or
/// its rules ambiguous is refused, all else is for [`crate::validate`] to tell.
fn header(root: Node<'_>) -> Result<Header, Error> {
    let at = |key: &str, problem: &str| Error::new(Pointer::root().join(key), problem);
    if root.kind() != Json::Object {
        return Err(Error::new(Pointer::root(), "expected an object"));
    }
    let name = root.text_of("type").ok_or_else(|| at("type", "is required, a string"))?;
    let table = spec::of(&name);
    let class = table.map_or(Class::Custom, |table| table.class);
    let mut common = CommonValues::default();
    for (key, value) in root.members() {
        let key = key.text().unwrap_or_default();
        let Some(property) = spec::COMMON.iter().find(|common| common.name == key) else {
            continue;
        };
        shape(value, &property.kind).map_err(|problem| at(property.name, problem))?;
        common.note(property.name, value);
    }
    let id = common.id.as_deref().ok_or_else(|| at("id", "is required"))?;
    let id = Id::parse(id).map_err(|error| error.within("id"))?;
    if id.type_name() != name {
        return Err(at("id", &format!("is not of the object’s type, {name}")));
    }
    let spec_version = match common.spec_version.as_deref() {
        Some("2.1") => SpecVersion::V21,
        // Observables need not say it: they exist as objects of their own since 2.1.
        None if class == Class::Observable => SpecVersion::V21,
        Some("2.0") | None => SpecVersion::V20,
        Some(other) => {
            return Err(at("spec_version", &format!("“{other}” is no version of STIX known here")));
        }
    };
    let (created, modified) = (common.created, common.modified);
    let is_observable = class == Class::Observable
        || (class == Class::Custom && crate::validate::class_of(root) == Class::Observable);
    if !is_observable {
        created.as_ref().ok_or_else(|| at("created", "is required"))?;
    }
    if !is_observable && class != Class::Marking {
        let modified = modified.as_ref().ok_or_else(|| at("modified", "is required"))?;
        if created.as_ref().is_some_and(|created| created > modified) {
            return Err(at("modified", "lies before created"));
        }
    }
    // STIX 2.0 has other required properties; it is read as it is.
    if spec_version == SpecVersion::V21
        && let Some(table) = table
    {
        for property in table.properties.iter().filter(|it| it.need == Need::Required) {
            let key = property.name;
            let value = root.get(key).ok_or_else(|| {
                at(key, &format!("is required (STIX 2.1 section {})", table.section))
            })?;
            shape(value, &property.kind).map_err(|problem| at(key, problem))?;
        }
    }
    let (marking_refs, has_unreadable_marking) = markings(common.whole, common.granular);
    Ok(Header {
        ends: ends(&name, root)?,
        id,
        spec_version,
        created,
        modified,
        created_by_ref: common.created_by_ref.and_then(|text| Id::parse(&text).ok()),
        revoked: common.revoked,
        marking_refs,
        has_unreadable_marking,
    })
}

/// The common properties that a header keeps, as they come by.
#[derive(Default)]
struct CommonValues<'t> {
    id: Option<Cow<'t, str>>,
    spec_version: Option<Cow<'t, str>>,
    created_by_ref: Option<Cow<'t, str>>,
    created: Option<Timestamp>,
    modified: Option<Timestamp>,
    revoked: bool,
    whole: Option<Node<'t>>,
    granular: Option<Node<'t>>,
}

impl<'t> CommonValues<'t> {
    fn note(&mut self, name: &str, value: Node<'t>) {
        let time = || value.text().and_then(|text| Timestamp::parse(&text).ok());
        match name {
            "id" => self.id = value.text(),
            "spec_version" => self.spec_version = value.text(),
            "created_by_ref" => self.created_by_ref = value.text(),
            "created" => self.created = time(),
            "modified" => self.modified = time(),
            "revoked" => self.revoked = value.boolean() == Some(true),
            "object_marking_refs" => self.whole = Some(value),
            "granular_markings" => self.granular = Some(value),
            _ => {}
        }
    }
}

/// Why a value is not even of the shape that its kind has.
fn shape(value: Node<'_>, kind: &Kind) -> Result<(), &'static str> {
    let is = |kind: Json, problem: &'static str| {
        if value.kind() == kind { Ok(()) } else { Err(problem) }
    };
    match kind {
        Kind::Any => Ok(()),
        Kind::Boolean => is(Json::Boolean, "expected true or false"),
        Kind::Integer(..) => {
            let whole = value.number().is_some_and(|number| number.fract() == 0.0);
            if whole { Ok(()) } else { Err("expected an integer") }
        }
        Kind::Float(..) => is(Json::Number, "expected a number"),
        Kind::Scalar if value.kind() == Json::Number => Ok(()),
        Kind::Scalar => is(Json::String, "expected an integer or a string"),
        Kind::Text(_) | Kind::Enum(_) | Kind::Open(_) | Kind::Binary | Kind::Hex => {
            is(Json::String, "expected a string")
        }
        Kind::Timestamp(_) => time::check(&value.text().ok_or("expected a timestamp")?),
        Kind::Identifier(_) => id::check(&value.text().ok_or("expected an identifier")?),
        Kind::List(of) => {
            is(Json::Array, "expected a list of at least one item")?;
            if value.is_empty() {
                return Err("expected a list of at least one item");
            }
            match of {
                Kind::Identifier(_) => value.items().try_for_each(|item| shape(item, of)),
                _ => Ok(()),
            }
        }
        Kind::Hashes
        | Kind::Dictionary(_)
        | Kind::Structure(_)
        | Kind::Container
        | Kind::Extensions => is(Json::Object, "expected an object"),
    }
}

fn markings(whole: Option<Node<'_>>, granular: Option<Node<'_>>) -> (Vec<Id>, bool) {
    let mut refs = Vec::new();
    let mut unreadable = false;
    let mut held = HashSet::new();
    let mut add = |value: Node<'_>| match value.text().map(|text| Id::parse(&text)) {
        Some(Ok(id)) if id.type_name() == "marking-definition" => {
            // An honest object has two or three; one with thousands must not cost their square.
            if refs.len() < FEW {
                if !refs.contains(&id) {
                    refs.push(id);
                }
            } else {
                if held.is_empty() {
                    held.extend(refs.iter().cloned());
                }
                if held.insert(id.clone()) {
                    refs.push(id);
                }
            }
        }
        _ => unreadable = true,
    };
    whole.into_iter().flat_map(Node::items).for_each(&mut add);
    for part in granular.into_iter().flat_map(Node::items) {
        match part.get("marking_ref") {
            Some(reference) => add(reference),
            // A part may say its language instead (STIX 2.1 section 7.2.3).
            None if part.get("lang").is_some() => {}
            None => add(part),
        }
    }
    (refs, unreadable)
}

fn ends(name: &str, root: Node<'_>) -> Result<Vec<Id>, Error> {
    let keys: &[&str] = match name {
        "relationship" => &["source_ref", "target_ref"],
        "sighting" => &["sighting_of_ref"],
        "note" | "opinion" => &["object_refs"],
        "language-content" => &["object_ref"],
        _ => &[],
    };
    let mut ends = Vec::new();
    for key in keys {
        let Some(value) = root.get(key) else { continue };
        let mut add = |value: Node<'_>| {
            let text = value
                .text()
                .ok_or_else(|| Error::new(Pointer::root().join(key), "expected an identifier"))?;
            ends.push(Id::parse(&text).map_err(|error| error.within(key))?);
            Ok(())
        };
        if value.kind() == Json::Array {
            value.items().try_for_each(add)?;
        } else {
            add(value)?;
        }
    }
    ends.sort();
    ends.dedup();
    Ok(ends)
}
