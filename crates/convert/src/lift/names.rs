//! Names that STIX 2.1 changed, dropped or took.

use serde_json::Value;
use stix::{Id, Timestamp};

/// Properties of observables that STIX 2.1 calls otherwise: type, old, new (STIX 2.1 section 6).
const RENAMED: &[(&str, &str, &str)] = &[
    ("directory", "created", "ctime"),
    ("directory", "modified", "mtime"),
    ("directory", "accessed", "atime"),
    ("file", "created", "ctime"),
    ("file", "modified", "mtime"),
    ("file", "accessed", "atime"),
    ("network-traffic", "encapsulates_by_ref", "encapsulated_by_ref"),
    ("process", "created", "created_time"),
    ("process", "binary_ref", "image_ref"),
    ("user-account", "password_last_changed", "credential_last_changed"),
    ("windows-registry-key", "modified", "modified_time"),
];

/// Properties of observables that STIX 2.1 dropped.
const GONE: &[(&str, &str)] = &[
    ("file", "is_encrypted"),
    ("file", "encryption_algorithm"),
    ("file", "decryption_key"),
    ("process", "name"),
    ("process", "arguments"),
];

/// The same of the predefined extensions.
const GONE_IN_EXTENSION: &[(&str, &str)] = &[
    ("archive-ext", "version"),
    ("raster-image-ext", "image_compression_algorithm"),
    ("socket-ext", "protocol_family"),
];

/// What a property of an observable is called since STIX 2.1.
pub(super) fn renamed(type_name: &str, old: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(name, held, _)| *name == type_name && *held == old).map(|(.., new)| *new)
}

/// Whether STIX 2.1 dropped a property of an observable.
pub(super) fn is_gone(type_name: &str, key: &str) -> bool {
    GONE.contains(&(type_name, key))
}

/// Whether STIX 2.1 dropped a property of a predefined extension.
pub(super) fn is_gone_in_extension(extension: &str, key: &str) -> bool {
    GONE_IN_EXTENSION.contains(&(extension, key))
}

/// The properties that STIX 2.1 puts on every observable and that 2.0 had not.
pub(super) const ON_OBSERVABLES: &[&str] =
    &["id", "spec_version", "object_marking_refs", "granular_markings", "defanged"];

/// A free name for what has no place of its own.
pub(super) fn aside(key: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let base = key.strip_prefix("x_").unwrap_or(key);
    let first = format!("x_stix20_{base}");
    let numbered = (2_u32..).map(|number| format!("{first}_{number}"));
    std::iter::once(first.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(first)
}

/// Whether the text of a value is what a property of STIX 2.1 must be.
type Fits = fn(&str) -> bool;

/// The properties of a type that are new in STIX 2.1. A 2.0 object may carry them as properties of
/// its author's own.
pub(super) fn new_in_21(type_name: &str) -> impl Iterator<Item = (&'static str, Fits)> {
    const COMMON: &[(&str, Fits)] =
        &[("confidence", is_confidence), ("lang", is_text), ("extensions", is_extensions)];
    const TYPES: Fits = is_texts;
    let own: &[(&str, Fits)] = match type_name {
        "attack-pattern" => &[("aliases", is_texts)],
        "identity" => &[("roles", is_texts)],
        "indicator" => {
            &[("indicator_types", TYPES), ("pattern_type", is_text), ("pattern_version", is_text)]
        }
        "malware" => &[
            ("malware_types", TYPES),
            ("is_family", is_flag),
            ("aliases", is_texts),
            ("first_seen", is_time),
            ("last_seen", is_time),
            ("operating_system_refs", is_ids),
            ("architecture_execution_envs", is_texts),
            ("implementation_languages", is_texts),
            ("capabilities", is_texts),
            ("sample_refs", is_ids),
        ],
        "marking-definition" => &[("name", is_text)],
        "observed-data" => &[("object_refs", is_ids)],
        "relationship" => &[("start_time", is_time), ("stop_time", is_time)],
        "report" => &[("report_types", TYPES)],
        "sighting" => &[("description", is_text)],
        "threat-actor" => {
            &[("threat_actor_types", TYPES), ("first_seen", is_time), ("last_seen", is_time)]
        }
        "tool" => &[("tool_types", TYPES), ("aliases", is_texts)],
        _ => &[],
    };
    COMMON.iter().chain(own).copied()
}

fn read<T: serde::de::DeserializeOwned>(raw: &str) -> Option<T> {
    serde_json::from_str(raw).ok()
}

fn is_text(raw: &str) -> bool {
    raw.starts_with('"')
}

fn is_flag(raw: &str) -> bool {
    matches!(raw, "true" | "false")
}

fn is_confidence(raw: &str) -> bool {
    raw.parse::<u8>().is_ok_and(|number| number <= 100)
}

fn is_texts(raw: &str) -> bool {
    read::<Vec<String>>(raw).is_some_and(|list| !list.is_empty())
}

fn is_time(raw: &str) -> bool {
    read::<String>(raw).is_some_and(|text| Timestamp::parse(&text).is_ok())
}

fn is_ids(raw: &str) -> bool {
    let ids = read::<Vec<String>>(raw).unwrap_or_default();
    !ids.is_empty() && ids.iter().all(|id| Id::parse(id).is_ok())
}

fn is_extensions(raw: &str) -> bool {
    let Some(Value::Object(extensions)) = read(raw) else { return false };
    !extensions.is_empty()
        && extensions.iter().all(|(key, value)| {
            Id::parse(key).is_ok_and(|id| id.type_name() == "extension-definition")
                && value.is_object()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_set_aside_is_free() {
        assert_eq!(aside("name", |_| false), "x_stix20_name");
        assert_eq!(aside("x_acme", |name| name == "x_stix20_acme"), "x_stix20_acme_2");
    }

    #[test]
    fn new_properties_must_be_what_the_standard_says() {
        let fits = |type_name, key, raw| {
            new_in_21(type_name).find(|(name, _)| *name == key).is_some_and(|(_, fits)| fits(raw))
        };
        assert!(fits("malware", "confidence", "85"));
        assert!(!fits("malware", "confidence", "\"High\""));
        assert!(!fits("malware", "aliases", "\"one\""));
        assert!(fits("sighting", "description", "\"seen\""));
    }
}
