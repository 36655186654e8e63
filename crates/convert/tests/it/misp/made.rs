//! Events made for the tests: every type of attribute, every template, everything that hangs on
//! them, and fields that no MISP ever wrote.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The types of attributes that the generator uses beside unknown ones; the list of all is MISP's
/// and compared with it in the tests against the peer.
const TYPES: &[&str] = &[
    "AS",
    "md5",
    "sha1",
    "sha256",
    "ssdeep",
    "tlsh",
    "imphash",
    "filename",
    "filename|md5",
    "filename|sha256",
    "ip-src",
    "ip-dst",
    "ip-src|port",
    "ip-dst|port",
    "hostname",
    "domain",
    "domain|ip",
    "hostname|port",
    "email",
    "email-src",
    "email-dst",
    "email-subject",
    "email-body",
    "email-header",
    "email-reply-to",
    "email-x-mailer",
    "email-message-id",
    "email-attachment",
    "url",
    "uri",
    "link",
    "regkey",
    "regkey|value",
    "mutex",
    "mac-address",
    "github-username",
    "x509-fingerprint-md5",
    "x509-fingerprint-sha1",
    "attachment",
    "malware-sample",
    "vulnerability",
    "campaign-name",
    "sigma",
    "snort",
    "suricata",
    "yara",
    "port",
    "size-in-bytes",
    "http-method",
    "user-agent",
    "comment",
    "text",
    "btc",
    "target-org",
    "stix2-pattern",
    "no-such-type",
    "",
];

/// A value of the type, or any text.
fn value(kind: &str) -> BoxedStrategy<Value> {
    let md5 = "[0-9a-f]{32}";
    let fitting = match kind {
        "AS" => "(AS)?[1-9][0-9]{0,4}".to_owned(),
        "md5" | "x509-fingerprint-md5" => md5.to_owned(),
        "sha1" | "x509-fingerprint-sha1" => "[0-9a-f]{40}".to_owned(),
        "sha256" => "[0-9a-f]{64}".to_owned(),
        "ssdeep" => "[0-9]{1,4}:[A-Z]{4}:[a-z]{3}".to_owned(),
        "filename|md5" | "malware-sample" => format!("[a-z|' ]{{1,6}}\\|{md5}"),
        "filename|sha256" => "[a-z]{1,6}\\|[0-9a-f]{64}".to_owned(),
        "ip-src" | "ip-dst" => "198\\.51\\.100\\.[1-9](/2[0-9])?|2001:db8::[1-9a-f]".to_owned(),
        "ip-src|port" | "ip-dst|port" => "198\\.51\\.100\\.[1-9]\\|[1-9][0-9]{0,3}".to_owned(),
        "hostname" | "domain" => "[a-c]{1,2}\\.example\\.(com|org)".to_owned(),
        "domain|ip" => "[a-c]\\.example\\.com\\|198\\.51\\.100\\.[1-3]".to_owned(),
        "hostname|port" => "[a-c]\\.example\\.com\\|[0-9]{1,5}".to_owned(),
        "regkey|value" => "HK[A-Z\\\\%']{1,6}\\|[a-z|]{0,4}".to_owned(),
        "url" | "link" => "https://[a-c]\\.example\\.com/[a-z'?=]{0,4}".to_owned(),
        "email" | "email-src" | "email-dst" => "[a-c']{1,3}@example\\.(com|org)".to_owned(),
        "mac-address" => "([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}".to_owned(),
        "port" | "size-in-bytes" => "0?[0-9]{1,6}".to_owned(),
        _ => "[a-zA-Z0-9 '\\\\|\u{e7}\u{1f680}\\[\\]\n]{0,8}".to_owned(),
    };
    prop_oneof![
        12 => proptest::string::string_regex(&fitting).expect("a pattern").prop_map(Value::from),
        1 => "[a|' ]{0,4}".prop_map(Value::from),
        1 => prop_oneof![Just(json!(null)), any::<i32>().prop_map(Value::from), Just(json!(["x"]))],
    ]
    .boxed()
}

fn uuid() -> BoxedStrategy<Value> {
    // Few enough that some come twice.
    prop_oneof![
        16 => (0_u32..60).prop_map(|n| format!("5e15ed1a-2f48-4a30-a7a2-0000000000{n:02x}").into()),
        40 => any::<[u8; 16]>().prop_map(|n| uuid::Builder::from_random_bytes(n).into_uuid().to_string().into()),
        1 => any::<u128>().prop_map(|n| uuid::Uuid::from_u128(n).to_string().into()),
        1 => Just(json!("5E15ED1A-2F48-4A30-A7A2-00000000ABCD")),
        1 => Just(json!("no uuid")),
        1 => Just(json!(null)),
    ]
    .boxed()
}

fn seconds() -> BoxedStrategy<Value> {
    prop_oneof![
        8 => (0_u32..2_000_000_000).prop_map(|n| n.to_string().into()),
        1 => (0_u32..2_000_000_000).prop_map(Value::from),
        1 => Just(json!("0")),
        1 => Just(json!("007")),
        1 => Just(json!("later")),
        1 => Just(json!(-5)),
    ]
    .boxed()
}

fn iso() -> BoxedStrategy<Value> {
    prop_oneof![
        4 => (0_u32..50, 0_u32..1_000_000).prop_map(|(d, f)| {
            format!("2021-01-{:02}T10:00:00.{f:06}+00:00", d % 28 + 1).into()
        }),
        1 => Just(json!("2021-02-03 04:05:06")),
        1 => Just(json!(null)),
        1 => Just(json!("yesterday")),
    ]
    .boxed()
}

fn flag() -> BoxedStrategy<Value> {
    prop_oneof![
        8 => any::<bool>().prop_map(Value::from),
        1 => Just(json!("1")),
        1 => Just(json!(0)),
        1 => Just(json!(null)),
    ]
    .boxed()
}

fn text() -> BoxedStrategy<Value> {
    prop_oneof![6 => "[a-zA-Z '\"\\\\/~\u{e7}]{0,8}".prop_map(Value::from), 1 => Just(json!(null))]
        .boxed()
}

/// Members, each there or not.
fn map(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let members: Vec<_> = members
        .into_iter()
        .map(|(key, value)| {
            prop::option::weighted(0.8, value)
                .prop_map(move |value| value.map(|value| (key, value)))
        })
        .collect();
    (members, prop::option::weighted(0.1, ("[a-z_/~]{0,5}", text())))
        .prop_map(|(members, unknown)| {
            let mut map = Map::new();
            for (key, value) in members.into_iter().flatten() {
                map.insert(key.to_owned(), value);
            }
            if let Some((key, value)) = unknown {
                map.entry(key).or_insert(value);
            }
            Value::Object(map)
        })
        .boxed()
}

fn list(of: BoxedStrategy<Value>, most: usize) -> BoxedStrategy<Value> {
    prop_oneof![
        20 => prop::collection::vec(of, 0..=most).prop_map(Value::from),
        1 => Just(json!(null)),
        1 => Just(json!([7])),
        1 => Just(json!({"not": "a list"})),
    ]
    .boxed()
}

fn one_of(of: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(of).prop_map(Value::from).boxed()
}

fn tag() -> BoxedStrategy<Value> {
    const NAMES: &[&str] = &[
        "tlp:white",
        "tlp:clear",
        "tlp:amber",
        "tlp:amber+strict",
        "tlp:ex:chr",
        "PAP:RED",
        "misp:confidence-level=\"fairly-confident\"",
        "misp:type=\"domain\"",
        "misp-galaxy:tool=\"X\"",
        "osint:lifetime=\"perpetual\"",
        "",
        "Threat-Report",
    ];
    prop_oneof![
        3 => one_of(NAMES).prop_map(|name| json!({"name": name})),
        3 => map(vec![("id", seconds()), ("name", one_of(NAMES)), ("colour", text()), ("local", flag())]),
    ]
    .boxed()
}

fn organisation() -> BoxedStrategy<Value> {
    map(vec![("id", seconds()), ("uuid", uuid()), ("name", text()), ("local", flag())])
}

fn cluster() -> BoxedStrategy<Value> {
    let meta = map(vec![
        ("refs", list(one_of(&["https://example.com/a", "https://example.com/b"]), 2)),
        ("synonyms", list(one_of(&["A", "B"]), 2)),
        (
            "external_id",
            prop_oneof![one_of(&["T1059", "CVE-2021-1"]), Just(json!(["T1", 7]))].boxed(),
        ),
        ("kill_chain", list(one_of(&["mitre-attack:execution", "a:b:c", "x"]), 2)),
        ("ISO", one_of(&["AL", "ALB"])),
        ("created", text()),
        ("a key", text()),
    ]);
    map(vec![
        ("uuid", uuid()),
        ("type", one_of(&["threat-actor", "mitre-malware", "country", "disarm-techniques"])),
        ("value", one_of(&["APT - G1", "X", "002 - Africa", ""])),
        ("tag_name", one_of(&["misp-galaxy:tool=\"X\"", "other"])),
        ("description", text()),
        ("meta", meta),
        ("GalaxyClusterRelation", list(text(), 1)),
    ])
}

fn galaxy() -> BoxedStrategy<Value> {
    map(vec![
        ("uuid", uuid()),
        ("name", one_of(&["Threat Actor", "Tool"])),
        ("type", one_of(&["threat-actor", "tool", "sector", "country"])),
        ("description", text()),
        ("GalaxyCluster", list(cluster(), 2)),
    ])
}

fn sighting() -> BoxedStrategy<Value> {
    map(vec![
        ("id", seconds()),
        ("uuid", uuid()),
        ("type", prop_oneof![one_of(&["0", "1", "2"]), Just(json!(0))].boxed()),
        ("date_sighting", seconds()),
        ("source", text()),
        ("Organisation", organisation()),
    ])
}

fn analyst(depth: u32) -> Vec<(&'static str, BoxedStrategy<Value>)> {
    let mut members = vec![
        ("uuid", uuid()),
        ("object_uuid", uuid()),
        ("object_type", one_of(&["Event", "Attribute"])),
        ("authors", text()),
        ("created", iso()),
        ("modified", iso()),
        ("distribution", seconds()),
    ];
    if depth > 0 {
        members.push(("Note", list(note(depth - 1), 1)));
        members.push(("Opinion", list(opinion(depth - 1), 1)));
    }
    members
}

fn note(depth: u32) -> BoxedStrategy<Value> {
    let mut members = analyst(depth);
    members.push(("note", text()));
    members.push(("language", one_of(&["en", "sq", "not a language"])));
    map(members)
}

fn opinion(depth: u32) -> BoxedStrategy<Value> {
    let mut members = analyst(depth);
    let number = prop_oneof![
        (0_u8..=110).prop_map(|n| n.to_string().into()),
        (0_u8..=110).prop_map(Value::from)
    ];
    members.push(("opinion", number.boxed()));
    members.push(("comment", text()));
    map(members)
}

fn relationship() -> BoxedStrategy<Value> {
    let mut members = analyst(0);
    members.push(("related_object_uuid", uuid()));
    members.push(("relationship_type", one_of(&["related-to", "Uses it", ""])));
    map(members)
}

fn hanging() -> Vec<(&'static str, BoxedStrategy<Value>)> {
    vec![
        ("Tag", list(tag(), 3)),
        ("Galaxy", list(galaxy(), 1)),
        ("Sighting", list(sighting(), 2)),
        ("Note", list(note(1), 1)),
        ("Opinion", list(opinion(1), 1)),
        ("Relationship", list(relationship(), 1)),
    ]
}

fn seldom(
    members: Vec<(&'static str, BoxedStrategy<Value>)>,
    more: Vec<(&'static str, BoxedStrategy<Value>)>,
) -> BoxedStrategy<Value> {
    (map(members), prop::option::weighted(0.25, map(more)))
        .prop_map(|(mut base, more)| {
            if let (Value::Object(base), Some(Value::Object(more))) = (&mut base, more) {
                base.extend(more);
            }
            base
        })
        .boxed()
}

fn data() -> BoxedStrategy<Value> {
    one_of(&["aGVsbG8=", "QUJD", "not base64", ""])
}

fn attribute_of(kind: &'static str) -> BoxedStrategy<Value> {
    let mut members = vec![
        ("id", seconds()),
        ("uuid", uuid()),
        ("type", Just(json!(kind)).boxed()),
        ("category", one_of(&["Network activity", "Payload delivery", "Other", ""])),
        ("to_ids", flag()),
        ("value", value(kind)),
        ("timestamp", seconds()),
        ("comment", text()),
        ("distribution", seconds()),
        ("deleted", flag()),
        ("disable_correlation", flag()),
        ("first_seen", iso()),
        ("last_seen", iso()),
        ("SharingGroup", map(vec![("name", text())])),
        ("ShadowAttribute", list(map(vec![("value", text())]), 1)),
    ];
    if matches!(kind, "attachment" | "malware-sample" | "text") {
        members.push(("data", data()));
    }
    seldom(members, hanging())
}

fn attribute() -> BoxedStrategy<Value> {
    prop::sample::select(TYPES).prop_flat_map(attribute_of).boxed()
}

/// Relations of many templates, with types whose values fit them.
const RELATIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "file",
        &[
            ("filename", "filename"),
            ("md5", "md5"),
            ("sha256", "sha256"),
            ("ssdeep", "ssdeep"),
            ("size-in-bytes", "size-in-bytes"),
            ("path", "text"),
            ("mimetype", "text"),
            ("malware-sample", "malware-sample"),
            ("attachment", "attachment"),
            ("state", "text"),
        ],
    ),
    ("pe", &[("type", "text"), ("original-filename", "filename"), ("imphash", "md5")]),
    ("pe-section", &[("name", "text"), ("md5", "md5"), ("entropy", "port")]),
    (
        "domain-ip",
        &[("domain", "domain"), ("hostname", "hostname"), ("ip", "ip-dst"), ("port", "port")],
    ),
    (
        "ip-port",
        &[
            ("ip-dst", "ip-dst"),
            ("ip", "ip-src"),
            ("ip-src", "ip-src"),
            ("dst-port", "port"),
            ("first-seen", "datetime"),
            ("last-seen", "datetime"),
            ("protocol", "text"),
        ],
    ),
    (
        "http-request",
        &[
            ("host", "hostname"),
            ("method", "http-method"),
            ("uri", "uri"),
            ("user-agent", "user-agent"),
        ],
    ),
    ("network-socket", &[("ip-dst", "ip-dst"), ("address-family", "text"), ("dst-port", "port")]),
    (
        "email",
        &[
            ("from", "email-src"),
            ("to", "email-dst"),
            ("subject", "email-subject"),
            ("email-body", "email-body"),
            ("attachment", "attachment"),
            ("reply-to", "email-reply-to"),
            ("send-date", "datetime"),
        ],
    ),
    (
        "process",
        &[
            ("pid", "port"),
            ("parent-pid", "port"),
            ("parent-image", "filename"),
            ("child-pid", "port"),
            ("image", "filename"),
            ("hidden", "boolean"),
        ],
    ),
    ("registry-key", &[("key", "regkey"), ("data", "text"), ("last-modified", "datetime")]),
    ("registry-key-value", &[("name", "text"), ("data", "text")]),
    ("x509", &[("x509-fingerprint-md5", "md5"), ("issuer", "text"), ("self_signed", "boolean")]),
    ("asn", &[("asn", "AS"), ("description", "text")]),
    ("twitter-account", &[("id", "text"), ("name", "text"), ("profile-image", "attachment")]),
    ("vulnerability", &[("id", "vulnerability"), ("references", "link"), ("summary", "text")]),
    (
        "person",
        &[("full-name", "text"), ("first-name", "text"), ("e-mail", "email"), ("role", "text")],
    ),
    ("geolocation", &[("latitude", "port"), ("longitude", "port"), ("countrycode", "text")]),
    ("script", &[("filename", "filename"), ("state", "text"), ("comment", "comment")]),
    ("yara", &[("yara", "yara"), ("comment", "comment")]),
    ("sigma", &[("sigma", "sigma"), ("reference", "link")]),
    ("malware-analysis", &[("product", "text"), ("result", "text"), ("module", "text")]),
    ("annotation", &[("text", "text"), ("type", "text")]),
    ("physical-impact", &[("description", "text"), ("md5", "md5")]),
    ("", &[("x", "text")]),
];

fn member(relation: &'static str, kind: &'static str) -> BoxedStrategy<Value> {
    let value = match kind {
        "datetime" => iso(),
        "boolean" => one_of(&["1", "0", "true", "perhaps"]),
        kind => value(kind),
    };
    let mut members = vec![
        ("object_relation", Just(json!(relation)).boxed()),
        ("type", Just(json!(kind)).boxed()),
        ("value", value),
        ("uuid", uuid()),
        ("category", one_of(&["Other", "Payload delivery"])),
        ("to_ids", flag()),
        ("timestamp", seconds()),
        ("comment", text()),
        ("deleted", flag()),
    ];
    if matches!(kind, "attachment" | "malware-sample") {
        members.push(("data", data()));
    }
    seldom(members, hanging())
}

fn reference() -> BoxedStrategy<Value> {
    map(vec![
        ("id", seconds()),
        ("uuid", uuid()),
        ("referenced_uuid", uuid()),
        ("relationship_type", one_of(&["includes", "contains", "annotates", "analysed With"])),
        ("timestamp", seconds()),
        ("comment", text()),
        ("deleted", flag()),
    ])
}

fn object() -> BoxedStrategy<Value> {
    prop::sample::select(RELATIONS)
        .prop_flat_map(|(name, relations)| {
            let member = prop::sample::select(relations)
                .prop_flat_map(|(relation, kind)| member(relation, kind))
                .boxed();
            let members = vec![
                ("name", Just(json!(name)).boxed()),
                ("meta-category", one_of(&["file", "network", "misc"])),
                ("description", text()),
                ("uuid", uuid()),
                ("timestamp", seconds()),
                ("template_uuid", uuid()),
                ("comment", text()),
                ("deleted", flag()),
                ("first_seen", iso()),
                ("Attribute", list(member, 5)),
                ("ObjectReference", list(reference(), 2)),
            ];
            seldom(members, hanging())
        })
        .boxed()
}

fn report() -> BoxedStrategy<Value> {
    let content = (text(), uuid()).prop_map(|(text, uuid)| {
        let (text, uuid) = (text.as_str().unwrap_or(""), uuid.as_str().unwrap_or("").to_owned());
        format!("{text} @[attribute]({uuid}) and @[object]({uuid})").into()
    });
    seldom(
        vec![
            ("id", seconds()),
            ("uuid", uuid()),
            ("name", text()),
            ("content", prop_oneof![4 => content.boxed(), 1 => Just(json!(7)).boxed()].boxed()),
            ("timestamp", seconds()),
            ("distribution", seconds()),
            ("deleted", flag()),
        ],
        hanging(),
    )
}

/// An event.
pub(crate) fn event() -> BoxedStrategy<Value> {
    let facts = vec![
        ("id", seconds()),
        ("uuid", uuid()),
        ("info", text()),
        ("date", one_of(&["2021-03-04", "never"])),
        ("timestamp", seconds()),
        ("publish_timestamp", seconds()),
        ("published", flag()),
        ("threat_level_id", one_of(&["1", "4"])),
        ("analysis", one_of(&["0", "2"])),
        ("distribution", one_of(&["0", "4"])),
        ("sharing_group_id", seconds()),
        ("Org", organisation()),
        ("Orgc", organisation()),
        ("SharingGroup", map(vec![("uuid", uuid()), ("SharingGroupOrg", list(organisation(), 2))])),
        ("RelatedEvent", list(map(vec![("Event", map(vec![("uuid", uuid())]))]), 1)),
        ("ShadowAttribute", list(attribute(), 1)),
    ];
    let mut parts = hanging();
    parts.push(("Attribute", list(attribute(), 6)));
    parts.push(("Object", list(object(), 4)));
    parts.push(("EventReport", list(report(), 2)));
    (map(facts), map(parts))
        .prop_map(|(mut event, parts)| {
            if let (Value::Object(event), Value::Object(parts)) = (&mut event, parts) {
                event.extend(parts);
                event.entry("info").or_insert(json!("an event"));
            }
            event
        })
        .boxed()
}
