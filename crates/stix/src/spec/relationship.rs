//! Relationship objects (section 5), and the relationships that the specification suggests.

use super::{Class, Form, Kind, Property, Rule, TEXT, TIME, Table, Target, opt, refers, req};

const fn sro(
    name: &'static str,
    section: &'static str,
    properties: &'static [Property],
    rules: &'static [Rule],
) -> Table {
    Table { name, section, class: Class::Relationship, properties, rules, contributing: &[] }
}

const END: Kind = Kind::Identifier(Target::Classes(&[Class::Domain, Class::Observable]));

/// Relationship objects.
pub static RELATIONSHIP: &[Table] = &[
    sro(
        "relationship",
        "5.1",
        &[
            req("relationship_type", Kind::Text(Form::Verb)),
            opt("description", TEXT),
            req("source_ref", END),
            req("target_ref", END),
            opt("start_time", TIME),
            opt("stop_time", TIME),
        ],
        &[Rule::After("stop_time", "start_time")],
    ),
    sro(
        "sighting",
        "5.2",
        &[
            opt("description", TEXT),
            opt("first_seen", TIME),
            opt("last_seen", TIME),
            opt("count", Kind::Integer(0, 999_999_999)),
            req("sighting_of_ref", Kind::Identifier(Target::Classes(&[Class::Domain]))),
            opt("observed_data_refs", Kind::List(&refers(&["observed-data"]))),
            opt("where_sighted_refs", Kind::List(&refers(&["identity", "location"]))),
            opt("summary", Kind::Boolean),
        ],
        &[Rule::NotBefore("last_seen", "first_seen")],
    ),
];

/// A relationship that a type's section suggests: from, verb, to.
pub type Verb = (&'static str, &'static str, &'static [&'static str]);

/// Relationships that any two objects may have (section 3.7).
pub const COMMON_VERBS: &[&str] = &["derived-from", "duplicate-of", "related-to"];

const TARGETS: &[&str] = &["identity", "location", "vulnerability"];
const MEANS: &[&str] = &["attack-pattern", "infrastructure", "malware", "tool"];
const CONTENT: &[&str] = &["file", "malware", "tool"];
const ADDRESSES: &[&str] = &["domain-name", "ipv4-addr", "ipv6-addr", "url"];
/// Everything of section 6 and, for infrastructure, what it consists of besides.
const PARTS: &[&str] = &[
    "infrastructure",
    "observed-data",
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

/// The relationships that sections 4 and 6 suggest.
pub const VERBS: &[Verb] = &[
    ("attack-pattern", "delivers", &["malware"]),
    ("attack-pattern", "targets", TARGETS),
    ("attack-pattern", "uses", &["malware", "tool"]),
    ("campaign", "attributed-to", &["intrusion-set", "threat-actor"]),
    ("campaign", "compromises", &["infrastructure"]),
    ("campaign", "originates-from", &["location"]),
    ("campaign", "targets", TARGETS),
    ("campaign", "uses", MEANS),
    ("course-of-action", "investigates", &["indicator"]),
    (
        "course-of-action",
        "mitigates",
        &["attack-pattern", "indicator", "malware", "tool", "vulnerability"],
    ),
    ("course-of-action", "remediates", &["malware", "vulnerability"]),
    ("identity", "located-at", &["location"]),
    (
        "indicator",
        "indicates",
        &[
            "attack-pattern",
            "campaign",
            "infrastructure",
            "intrusion-set",
            "malware",
            "threat-actor",
            "tool",
        ],
    ),
    ("indicator", "based-on", &["observed-data"]),
    (
        "infrastructure",
        "communicates-with",
        &["infrastructure", "ipv4-addr", "ipv6-addr", "domain-name", "url"],
    ),
    ("infrastructure", "consists-of", PARTS),
    ("infrastructure", "controls", &["infrastructure", "malware"]),
    ("infrastructure", "delivers", &["malware"]),
    ("infrastructure", "has", &["vulnerability"]),
    ("infrastructure", "hosts", &["tool", "malware"]),
    ("infrastructure", "located-at", &["location"]),
    ("infrastructure", "uses", &["infrastructure"]),
    ("intrusion-set", "attributed-to", &["threat-actor"]),
    ("intrusion-set", "compromises", &["infrastructure"]),
    ("intrusion-set", "hosts", &["infrastructure"]),
    ("intrusion-set", "owns", &["infrastructure"]),
    ("intrusion-set", "originates-from", &["location"]),
    ("intrusion-set", "targets", TARGETS),
    ("intrusion-set", "uses", MEANS),
    ("malware", "authored-by", &["threat-actor", "intrusion-set"]),
    ("malware", "beacons-to", &["infrastructure"]),
    ("malware", "exfiltrates-to", &["infrastructure"]),
    ("malware", "communicates-with", ADDRESSES),
    ("malware", "controls", &["malware"]),
    ("malware", "downloads", CONTENT),
    ("malware", "drops", CONTENT),
    ("malware", "exploits", &["vulnerability"]),
    ("malware", "originates-from", &["location"]),
    ("malware", "targets", &["identity", "infrastructure", "location", "vulnerability"]),
    ("malware", "uses", MEANS),
    ("malware", "variant-of", &["malware"]),
    ("malware-analysis", "characterizes", &["malware"]),
    ("malware-analysis", "analysis-of", &["malware"]),
    ("malware-analysis", "static-analysis-of", &["malware"]),
    ("malware-analysis", "dynamic-analysis-of", &["malware"]),
    ("threat-actor", "attributed-to", &["identity"]),
    ("threat-actor", "compromises", &["infrastructure"]),
    ("threat-actor", "hosts", &["infrastructure"]),
    ("threat-actor", "owns", &["infrastructure"]),
    ("threat-actor", "impersonates", &["identity"]),
    ("threat-actor", "located-at", &["location"]),
    ("threat-actor", "targets", TARGETS),
    ("threat-actor", "uses", MEANS),
    ("tool", "delivers", &["malware"]),
    ("tool", "drops", &["malware"]),
    ("tool", "has", &["vulnerability"]),
    ("tool", "targets", &["identity", "infrastructure", "location", "vulnerability"]),
    ("tool", "uses", &["infrastructure"]),
    ("domain-name", "resolves-to", &["domain-name", "ipv4-addr", "ipv6-addr"]),
    ("ipv4-addr", "resolves-to", &["mac-addr"]),
    ("ipv4-addr", "belongs-to", &["autonomous-system"]),
    ("ipv6-addr", "resolves-to", &["mac-addr"]),
    ("ipv6-addr", "belongs-to", &["autonomous-system"]),
];
