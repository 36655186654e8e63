//! Who refers to whom.

use std::collections::BTreeSet;

use rusqlite::Connection;
use stix::Object;

use crate::error::{Doing, Error};
use crate::intern::Number;

/// Raise it when `of` may answer differently for an object already held.
pub(crate) const VERSION: u32 = 1;

/// References that say who made an object and how it is marked. Nearly every object has them, to
/// the same few; they are found otherwise, and as references they tell nothing.
const LEFT_OUT: [&str; 4] =
    ["/created_by_ref", "/object_marking_refs", "/marking_ref", "/granular_markings"];

pub(crate) fn add(
    db: &Connection,
    audience: Number,
    seq: i64,
    object: &Object,
) -> Result<(), Error> {
    const SQL: &str = "INSERT OR IGNORE INTO reference (target, audience, source, path)
         VALUES (?1, ?2, ?3, ?4)";
    each(db, SQL, audience, seq, object)
}

pub(crate) fn remove(
    db: &Connection,
    audience: Number,
    seq: i64,
    object: &Object,
) -> Result<(), Error> {
    const SQL: &str = "DELETE FROM reference
         WHERE target = ?1 AND audience = ?2 AND source = ?3 AND path = ?4";
    each(db, SQL, audience, seq, object)
}

fn each(
    db: &Connection,
    sql: &str,
    audience: Number,
    seq: i64,
    object: &Object,
) -> Result<(), Error> {
    let mut statement = db.prepare_cached(sql).doing("projecting references")?;
    for (path, target) in of(object) {
        statement.execute((target, audience, seq, path)).doing("projecting references")?;
    }
    Ok(())
}

/// The references of an object: property path without places in lists, and target.
fn of(object: &Object) -> BTreeSet<(String, String)> {
    let all = stix::refs::of(object).into_iter();
    let kept = all.filter(|(path, _)| is_kept(path));
    kept.map(|(path, id)| (without_places(&path), id.as_str().to_owned())).collect()
}

/// Whether a reference tells more than who made an object and how it is marked.
pub(crate) fn is_kept(path: &str) -> bool {
    !LEFT_OUT.iter().any(|left_out| path.starts_with(left_out))
}

fn without_places(path: &str) -> String {
    let is_place = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    path.split('/').filter(|part| !part.is_empty() && !is_place(part)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_lists_and_markings_are_left_out() {
        let text = r#"{"type":"relationship","spec_version":"2.1",
            "id":"relationship--8a1e4cb2-30b0-4b1d-a2e4-8f3bc1f2f9b1",
            "created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff",
            "created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z",
            "relationship_type":"targets",
            "object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
            "source_ref":"malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc",
            "target_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff"}"#;
        let object = Object::parse(text.as_bytes().to_vec()).expect("a relationship");
        let paths: Vec<_> = of(&object).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["source_ref", "target_ref"]);
        assert_eq!(without_places("/object_refs/12"), "object_refs");
        assert_eq!(without_places("/extensions/a/0/b_refs/3"), "extensions/a/b_refs");
    }
}
