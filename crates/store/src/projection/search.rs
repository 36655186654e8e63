//! Full text.

use rusqlite::Connection;
use serde_json::{Map, Value};
use stix::Object;

use crate::error::{Doing, Error};
use crate::intern::Number;

/// Raise it when `text_of` may answer differently for an object already held.
pub(crate) const VERSION: u32 = 1;

/// How much text of one object is searched, in bytes.
const MOST_TEXT: usize = 64 << 10;

/// How many bits of a document's number are its sequence.
const SEQ_BITS: u32 = 40;

/// Properties whose text nobody searches: the object's own bookkeeping, and encoded content.
const LEFT_OUT: [&str; 9] = [
    "type",
    "spec_version",
    "created",
    "modified",
    "object_marking_refs",
    "granular_markings",
    "created_by_ref",
    "payload_bin",
    "extension_type",
];

/// The number of a document: its audience before its sequence.
pub(crate) fn document(audience: Number, seq: i64) -> i64 {
    (audience << SEQ_BITS) | seq
}

/// The sequence of a document.
pub(crate) fn seq_of(document: i64) -> i64 {
    document & ((1 << SEQ_BITS) - 1)
}

pub(crate) fn add(
    db: &Connection,
    audience: Number,
    seq: i64,
    object: &Object,
) -> Result<(), Error> {
    const SQL: &str = "INSERT INTO search (rowid, text) VALUES (?1, ?2)";
    let mut statement = db.prepare_cached(SQL).doing("projecting text")?;
    statement.execute((document(audience, seq), text_of(object))).doing("projecting text")?;
    Ok(())
}

pub(crate) fn remove(
    db: &Connection,
    audience: Number,
    seq: i64,
    object: &Object,
) -> Result<(), Error> {
    const SQL: &str = "INSERT INTO search (search, rowid, text) VALUES ('delete', ?1, ?2)";
    let mut statement = db.prepare_cached(SQL).doing("forgetting text")?;
    statement.execute((document(audience, seq), text_of(object))).doing("forgetting text")?;
    Ok(())
}

/// Everything in an object that a person may look for.
fn text_of(object: &Object) -> String {
    let mut text = String::new();
    object_text(&object.value(), &mut text);
    text
}

fn object_text(members: &Map<String, Value>, text: &mut String) {
    for (key, value) in members {
        if !LEFT_OUT.contains(&key.as_str()) && key != stix::extension::SIGNATURE {
            value_text(value, text);
        }
    }
}

fn value_text(value: &Value, text: &mut String) {
    match value {
        Value::String(found) if text.len() + found.len() < MOST_TEXT => {
            text.push_str(found);
            text.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| value_text(item, text)),
        Value::Object(members) => object_text(members, text),
        _ => {}
    }
}

/// What a person typed, as FTS5 reads it: each word a phrase, all of them needed, the last one
/// perhaps unfinished. `None` when there is nothing to look for.
pub(crate) fn query(typed: &str) -> Option<String> {
    let has_token = |word: &&str| word.chars().any(char::is_alphanumeric);
    let quoted = |word: &str| format!("\"{}\"", word.replace(['"', '\0'], " "));
    let words: Vec<_> = typed.split_whitespace().filter(has_token).take(16).map(quoted).collect();
    if words.is_empty() {
        return None;
    }
    let unfinished = typed.ends_with(char::is_alphanumeric);
    Some(format!("{}{}", words.join(" "), if unfinished { " *" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_never_becomes_syntax() {
        assert_eq!(query("  "), None);
        assert_eq!(query("\" * ("), None);
        assert_eq!(query("Durrës port"), Some("\"Durrës\" \"port\" *".to_owned()));
        assert_eq!(query("a OR b "), Some("\"a\" \"OR\" \"b\"".to_owned()));
        assert_eq!(query("x\"y NEAR("), Some("\"x y\" \"NEAR(\"".to_owned()));
    }

    #[test]
    fn a_document_lies_with_its_audience() {
        assert_eq!(seq_of(document(7, 123)), 123);
        assert!(document(7, (1 << SEQ_BITS) - 1) < document(8, 0));
    }
}
