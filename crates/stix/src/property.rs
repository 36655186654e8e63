//! Required properties, as the specification's property tables name them.
//!
//! What every object needs (STIX 2.1 section 3.2) and what each type needs (sections 4 to 7).
//! Unknown types and properties are accepted: they are kept, not understood.

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// An identifier.
    Id,
    /// A list of identifiers, at least one.
    Ids,
    /// A timestamp.
    Time,
    /// A list, at least one item.
    List,
    /// An object.
    Map,
    /// An integer.
    Integer,
    /// `true` or `false`.
    Flag,
    /// Anything.
    Any,
}

/// A type's name, the section that defines it, and its required properties beyond the common ones.
pub struct Table {
    /// The type's name.
    pub name: &'static str,
    /// The section of STIX 2.1.
    pub section: &'static str,
    /// The required properties.
    pub required: &'static [(&'static str, Kind)],
}

const fn table(
    name: &'static str,
    section: &'static str,
    required: &'static [(&'static str, Kind)],
) -> Table {
    Table { name, section, required }
}

use Kind::{Any, Flag, Id, Ids, Integer, List, Map, Text, Time};

const NAME: &[(&str, Kind)] = &[("name", Text)];
const VALUE: &[(&str, Kind)] = &[("value", Text)];
const NOTHING: &[(&str, Kind)] = &[];

/// Domain objects (section 4).
pub const DOMAIN: &[Table] = &[
    table("attack-pattern", "4.1", NAME),
    table("campaign", "4.2", NAME),
    table("course-of-action", "4.3", NAME),
    table("grouping", "4.4", &[("context", Text), ("object_refs", Ids)]),
    table("identity", "4.5", NAME),
    table("incident", "4.6", NAME),
    table("indicator", "4.7", &[("pattern", Text), ("pattern_type", Text), ("valid_from", Time)]),
    table("infrastructure", "4.8", NAME),
    table("intrusion-set", "4.9", NAME),
    table("location", "4.10", NOTHING),
    table("malware", "4.11", &[("is_family", Flag)]),
    table("malware-analysis", "4.12", &[("product", Text)]),
    table("note", "4.13", &[("content", Text), ("object_refs", Ids)]),
    table(
        "observed-data",
        "4.14",
        &[("first_observed", Time), ("last_observed", Time), ("number_observed", Integer)],
    ),
    table("opinion", "4.15", &[("opinion", Text), ("object_refs", Ids)]),
    table("report", "4.16", &[("name", Text), ("published", Time), ("object_refs", Ids)]),
    table("threat-actor", "4.17", NAME),
    table("tool", "4.18", NAME),
    table("vulnerability", "4.19", NAME),
];

/// Relationship objects (section 5).
pub const RELATIONSHIP: &[Table] = &[
    table(
        "relationship",
        "5.1",
        &[("relationship_type", Text), ("source_ref", Id), ("target_ref", Id)],
    ),
    table("sighting", "5.2", &[("sighting_of_ref", Id)]),
];

/// Cyber-observable objects (section 6).
pub const OBSERVABLE: &[Table] = &[
    table("artifact", "6.1", NOTHING),
    table("autonomous-system", "6.2", &[("number", Integer)]),
    table("directory", "6.3", &[("path", Text)]),
    table("domain-name", "6.4", VALUE),
    table("email-addr", "6.5", VALUE),
    table("email-message", "6.6", &[("is_multipart", Flag)]),
    table("file", "6.7", NOTHING),
    table("ipv4-addr", "6.8", VALUE),
    table("ipv6-addr", "6.9", VALUE),
    table("mac-addr", "6.10", VALUE),
    table("mutex", "6.11", NAME),
    table("network-traffic", "6.12", &[("protocols", List)]),
    table("process", "6.13", NOTHING),
    table("software", "6.14", NAME),
    table("url", "6.15", VALUE),
    table("user-account", "6.16", NOTHING),
    table("windows-registry-key", "6.17", NOTHING),
    table("x509-certificate", "6.18", NOTHING),
];

/// Meta objects (section 7).
pub const META: &[Table] = &[
    table("language-content", "7.1", &[("object_ref", Id), ("contents", Map)]),
    table("marking-definition", "7.2", NOTHING),
    table(
        "extension-definition",
        "7.3",
        &[
            ("name", Text),
            ("schema", Text),
            ("version", Text),
            ("extension_types", List),
            ("created_by_ref", Id),
        ],
    ),
];

/// The properties that may stand on any object, and what they must be (section 3.2).
pub const COMMON: &[(&str, Kind)] = &[
    ("type", Text),
    ("spec_version", Text),
    ("id", Id),
    ("created_by_ref", Id),
    ("created", Time),
    ("modified", Time),
    ("revoked", Flag),
    ("labels", List),
    ("confidence", Integer),
    ("lang", Text),
    ("external_references", List),
    ("object_marking_refs", Ids),
    ("granular_markings", List),
    ("defanged", Flag),
    ("extensions", Map),
];

/// The table of a type; `None` for one that the specification does not define.
pub fn of(name: &str) -> Option<&'static Table> {
    [DOMAIN, RELATIONSHIP, OBSERVABLE, META].into_iter().flatten().find(|table| table.name == name)
}

impl Kind {
    /// Why a value, as it stands in the text, is not of this kind; `None` if it is.
    pub(crate) fn refuses(self, value: &str) -> Option<String> {
        let first = value.as_bytes().first().copied();
        let is_number = |value: &str| !value.contains(['.', 'e', 'E']);
        let fits = match self {
            Text => first == Some(b'"'),
            Map => first == Some(b'{'),
            Flag => matches!(first, Some(b't' | b'f')),
            Integer => matches!(first, Some(b'-' | b'0'..=b'9')) && is_number(value),
            Any => true,
            List => first == Some(b'[') && !is_empty(value),
            Id => {
                return string(value)
                    .map_or_else(|| Some(not_a_string()), |text| refusal(crate::Id::parse(&text)));
            }
            Time => {
                return string(value).map_or_else(
                    || Some(not_a_string()),
                    |text| refusal(crate::Timestamp::parse(&text)),
                );
            }
            Ids => {
                let Ok(ids) = serde_json::from_str::<Vec<String>>(value) else {
                    return Some(self.expected().to_owned());
                };
                if ids.is_empty() {
                    return Some(self.expected().to_owned());
                }
                return ids.iter().find_map(|id| refusal(crate::Id::parse(id)));
            }
        };
        (!fits).then(|| self.expected().to_owned())
    }

    fn expected(self) -> &'static str {
        match self {
            Text => "expected a string",
            Id => "expected an identifier",
            Ids => "expected a list of identifiers, at least one",
            Time => "expected a timestamp",
            List => "expected a list of at least one item",
            Map => "expected an object",
            Integer => "expected an integer",
            Flag => "expected true or false",
            Any => "expected a value",
        }
    }
}

fn string(value: &str) -> Option<String> {
    serde_json::from_str(value).ok()
}

fn not_a_string() -> String {
    "expected a string".to_owned()
}

fn refusal<T>(read: Result<T, crate::Error>) -> Option<String> {
    read.err().map(|error| error.problem)
}

fn is_empty(list: &str) -> bool {
    list.get(1..list.len().saturating_sub(1)).is_none_or(|inner| inner.trim().is_empty())
}
