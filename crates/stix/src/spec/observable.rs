//! Cyber-observable objects (section 6), and the structures within them.

use super::vocabulary::{ACCOUNT_TYPE, ENCRYPTION_ALGORITHM, WINDOWS_REGISTRY_DATATYPE};
use super::{
    COUNT, Class, Form, INTEGER, Kind, Property, Rule, SCALAR_BY_KEY, TEXT, TEXT_BY_KEY, TEXTS,
    TEXTS_BY_KEY, TIME, Table, Target, opt, refers, req,
};

const fn sco(
    name: &'static str,
    section: &'static str,
    contributing: &'static [&'static str],
    properties: &'static [Property],
    rules: &'static [Rule],
) -> Table {
    Table { name, section, class: Class::Observable, properties, rules, contributing }
}

const PORT: Kind = Kind::Integer(0, 65_535);
const ENDS: Kind = refers(&["domain-name", "ipv4-addr", "ipv6-addr", "mac-addr"]);
const MAILBOXES: Kind = Kind::List(&refers(&["email-addr"]));
const ARTIFACT: Kind = refers(&["artifact"]);
const SYSTEMS: Kind = Kind::List(&refers(&["autonomous-system"]));
const MACS: Kind = Kind::List(&refers(&["mac-addr"]));
const USER: Kind = refers(&["user-account"]);
const TRAFFIC: Kind = refers(&["network-traffic"]);
const ENCODING: Kind = Kind::Text(Form::Charset);

/// Observables.
pub static OBSERVABLE: &[Table] = &[
    sco(
        "artifact",
        "6.1",
        &["hashes", "payload_bin"],
        &[
            opt("mime_type", Kind::Text(Form::MediaType)),
            opt("payload_bin", Kind::Binary),
            opt("url", Kind::Text(Form::Url)),
            opt("hashes", Kind::Hashes),
            opt("encryption_algorithm", Kind::Enum(&ENCRYPTION_ALGORITHM)),
            opt("decryption_key", TEXT),
        ],
        &[
            Rule::OneOf(&["payload_bin", "url"]),
            Rule::Needs("url", &["hashes"]),
            Rule::Needs("decryption_key", &["encryption_algorithm"]),
        ],
    ),
    sco(
        "autonomous-system",
        "6.2",
        &["number"],
        &[req("number", INTEGER), opt("name", TEXT), opt("rir", TEXT)],
        &[],
    ),
    sco(
        "directory",
        "6.3",
        &["path"],
        &[
            req("path", TEXT),
            opt("path_enc", ENCODING),
            opt("ctime", TIME),
            opt("mtime", TIME),
            opt("atime", TIME),
            opt("contains_refs", Kind::List(&refers(&["directory", "file"]))),
        ],
        &[],
    ),
    sco(
        "domain-name",
        "6.4",
        &["value"],
        &[
            req("value", Kind::Text(Form::Domain)),
            opt(
                "resolves_to_refs",
                Kind::List(&refers(&["domain-name", "ipv4-addr", "ipv6-addr"])),
            ),
        ],
        &[],
    ),
    sco(
        "email-addr",
        "6.5",
        &["value"],
        &[
            req("value", Kind::Text(Form::Email)),
            opt("display_name", TEXT),
            opt("belongs_to_ref", USER),
        ],
        &[],
    ),
    sco(
        "email-message",
        "6.6",
        &["from_ref", "subject", "body"],
        &[
            req("is_multipart", Kind::Boolean),
            opt("date", TIME),
            opt("content_type", TEXT),
            opt("from_ref", refers(&["email-addr"])),
            opt("sender_ref", refers(&["email-addr"])),
            opt("to_refs", MAILBOXES),
            opt("cc_refs", MAILBOXES),
            opt("bcc_refs", MAILBOXES),
            opt("message_id", TEXT),
            opt("subject", TEXT),
            opt("received_lines", TEXTS),
            opt("additional_header_fields", TEXTS_BY_KEY),
            opt("body", TEXT),
            opt("body_multipart", Kind::List(&Kind::Structure(&MIME_PART))),
            opt("raw_email_ref", ARTIFACT),
        ],
        &[
            Rule::WhenNot("is_multipart", true, "body"),
            Rule::WhenNot("is_multipart", false, "body_multipart"),
        ],
    ),
    sco(
        "file",
        "6.7",
        &["hashes", "name", "parent_directory_ref", "extensions"],
        &[
            opt("hashes", Kind::Hashes),
            opt("size", COUNT),
            opt("name", TEXT),
            opt("name_enc", ENCODING),
            opt("magic_number_hex", Kind::Hex),
            opt("mime_type", Kind::Text(Form::MediaType)),
            opt("ctime", TIME),
            opt("mtime", TIME),
            opt("atime", TIME),
            opt("parent_directory_ref", refers(&["directory"])),
            opt(
                "contains_refs",
                Kind::List(&Kind::Identifier(Target::Classes(&[Class::Observable]))),
            ),
            opt("content_ref", ARTIFACT),
        ],
        &[Rule::AnyOf(&["hashes", "name"])],
    ),
    sco(
        "ipv4-addr",
        "6.8",
        &["value"],
        &[
            req("value", Kind::Text(Form::Ipv4)),
            opt("resolves_to_refs", MACS),
            opt("belongs_to_refs", SYSTEMS),
        ],
        &[],
    ),
    sco(
        "ipv6-addr",
        "6.9",
        &["value"],
        &[
            req("value", Kind::Text(Form::Ipv6)),
            opt("resolves_to_refs", MACS),
            opt("belongs_to_refs", SYSTEMS),
        ],
        &[],
    ),
    sco("mac-addr", "6.10", &["value"], &[req("value", Kind::Text(Form::Mac))], &[]),
    sco("mutex", "6.11", &["name"], &[req("name", TEXT)], &[]),
    sco(
        "network-traffic",
        "6.12",
        &["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"],
        &[
            opt("start", TIME),
            opt("end", TIME),
            opt("is_active", Kind::Boolean),
            opt("src_ref", ENDS),
            opt("dst_ref", ENDS),
            opt("src_port", PORT),
            opt("dst_port", PORT),
            req("protocols", Kind::List(&Kind::Text(Form::Protocol))),
            opt("src_byte_count", COUNT),
            opt("dst_byte_count", COUNT),
            opt("src_packets", COUNT),
            opt("dst_packets", COUNT),
            opt("ipfix", SCALAR_BY_KEY),
            opt("src_payload_ref", ARTIFACT),
            opt("dst_payload_ref", ARTIFACT),
            opt("encapsulates_refs", Kind::List(&TRAFFIC)),
            opt("encapsulated_by_ref", TRAFFIC),
        ],
        &[
            Rule::AnyOf(&["src_ref", "dst_ref"]),
            Rule::NotBefore("end", "start"),
            Rule::WhenNot("is_active", true, "end"),
            Rule::Should("src_port"),
            Rule::Should("dst_port"),
        ],
    ),
    sco(
        "process",
        "6.13",
        &[],
        &[
            opt("is_hidden", Kind::Boolean),
            opt("pid", INTEGER),
            opt("created_time", TIME),
            opt("cwd", TEXT),
            opt("command_line", TEXT),
            opt("environment_variables", TEXT_BY_KEY),
            opt("opened_connection_refs", Kind::List(&TRAFFIC)),
            opt("creator_user_ref", USER),
            opt("image_ref", refers(&["file"])),
            opt("parent_ref", refers(&["process"])),
            opt("child_refs", Kind::List(&refers(&["process"]))),
        ],
        &[Rule::NotEmpty],
    ),
    sco(
        "software",
        "6.14",
        &["name", "cpe", "swid", "vendor", "version"],
        &[
            req("name", TEXT),
            opt("cpe", Kind::Text(Form::Cpe)),
            opt("swid", TEXT),
            opt("languages", Kind::List(&Kind::Text(Form::Language))),
            opt("vendor", TEXT),
            opt("version", TEXT),
        ],
        &[],
    ),
    sco("url", "6.15", &["value"], &[req("value", Kind::Text(Form::Url))], &[]),
    sco(
        "user-account",
        "6.16",
        &["account_type", "user_id", "account_login"],
        &[
            opt("user_id", TEXT),
            opt("credential", TEXT),
            opt("account_login", TEXT),
            opt("account_type", Kind::Open(&ACCOUNT_TYPE)),
            opt("display_name", TEXT),
            opt("is_service_account", Kind::Boolean),
            opt("is_privileged", Kind::Boolean),
            opt("can_escalate_privs", Kind::Boolean),
            opt("is_disabled", Kind::Boolean),
            opt("account_created", TIME),
            opt("account_expires", TIME),
            opt("credential_last_changed", TIME),
            opt("account_first_login", TIME),
            opt("account_last_login", TIME),
        ],
        &[Rule::NotEmpty],
    ),
    sco(
        "windows-registry-key",
        "6.17",
        &["key", "values"],
        &[
            opt("key", Kind::Text(Form::RegistryKey)),
            opt("values", Kind::List(&Kind::Structure(&REGISTRY_VALUE))),
            opt("modified_time", TIME),
            opt("creator_user_ref", USER),
            opt("number_of_subkeys", INTEGER),
        ],
        &[Rule::NotEmpty],
    ),
    sco(
        "x509-certificate",
        "6.18",
        &["hashes", "serial_number"],
        &[
            opt("is_self_signed", Kind::Boolean),
            opt("hashes", Kind::Hashes),
            opt("version", TEXT),
            opt("serial_number", TEXT),
            opt("signature_algorithm", TEXT),
            opt("issuer", TEXT),
            opt("validity_not_before", TIME),
            opt("validity_not_after", TIME),
            opt("subject", TEXT),
            opt("subject_public_key_algorithm", TEXT),
            opt("subject_public_key_modulus", TEXT),
            opt("subject_public_key_exponent", INTEGER),
            opt("x509_v3_extensions", Kind::Structure(&CERTIFICATE_EXTENSIONS)),
        ],
        &[Rule::NotEmpty],
    ),
];

const fn part(
    name: &'static str,
    section: &'static str,
    properties: &'static [Property],
    rules: &'static [Rule],
) -> Table {
    Table { name, section, class: Class::Custom, properties, rules, contributing: &[] }
}

/// A part of an e-mail's body.
pub(super) static MIME_PART: Table = part(
    "mime-part-type",
    "6.6",
    &[
        opt("body", TEXT),
        opt("body_raw_ref", refers(&["artifact", "file"])),
        opt("content_type", TEXT),
        opt("content_disposition", TEXT),
    ],
    &[Rule::AnyOf(&["body", "body_raw_ref"])],
);

/// A value of a registry key.
pub(super) static REGISTRY_VALUE: Table = part(
    "windows-registry-value-type",
    "6.17",
    &[
        opt("name", TEXT),
        opt("data", TEXT),
        opt("data_type", Kind::Enum(&WINDOWS_REGISTRY_DATATYPE)),
    ],
    &[Rule::NotEmpty],
);

/// The extensions of a certificate's third version.
pub(super) static CERTIFICATE_EXTENSIONS: Table = part(
    "x509-v3-extensions-type",
    "6.18",
    &[
        opt("basic_constraints", TEXT),
        opt("name_constraints", TEXT),
        opt("policy_constraints", TEXT),
        opt("key_usage", TEXT),
        opt("extended_key_usage", TEXT),
        opt("subject_key_identifier", TEXT),
        opt("authority_key_identifier", TEXT),
        opt("subject_alternative_name", TEXT),
        opt("issuer_alternative_name", TEXT),
        opt("subject_directory_attributes", TEXT),
        opt("crl_distribution_points", TEXT),
        opt("inhibit_any_policy", TEXT),
        opt("private_key_usage_period_not_before", TIME),
        opt("private_key_usage_period_not_after", TIME),
        opt("certificate_policies", TEXT),
        opt("policy_mappings", TEXT),
    ],
    &[Rule::NotEmpty],
);
