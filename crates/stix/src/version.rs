//! Versions of one object (STIX 2.1 section 3.6): what an owner may say after what it said.
//!
//! Whoever receives versions out of order cannot hold others to this without diverging from those
//! who received them in order; an owner holds itself to it.

use crate::error::{Error, Pointer};
use crate::object::Object;

/// Whether `next` may follow `last`.
///
/// # Errors
/// With the property: `last` was revoked, which is for good; another identifier, creator or time of
/// creation; a version that is not later.
pub fn follows(last: &Object, next: &Object) -> Result<(), Error> {
    let wrong = |key: &str, problem: &str| Err(Error::new(Pointer::root().join(key), problem));
    let (old, new) = (last.header(), next.header());
    if old.id != new.id {
        return wrong("id", "is another object’s: a version keeps its identifier");
    }
    if old.revoked {
        return wrong("revoked", "was true, and stays so: make a new object instead");
    }
    if old.created_by_ref != new.created_by_ref {
        return wrong("created_by_ref", "is another creator: only the creator makes new versions");
    }
    if old.created != new.created {
        return wrong("created", "has changed: a version keeps when its object was made");
    }
    if next.version() <= last.version() {
        return wrong("modified", "is not later than the version before");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(modified: &str, more: &str) -> Object {
        let id = "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
        Object::parse(format!(
            r#"{{"type":"campaign","spec_version":"2.1","id":"{id}","name":"x","created":"2026-01-01T00:00:00.000Z","modified":"{modified}"{more}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn versions_go_forward_until_one_is_revoked() {
        let first = version("2026-01-01T00:00:00.000Z", "");
        let second = version("2026-01-02T00:00:00.000Z", r#","revoked":true"#);
        let third = version("2026-01-03T00:00:00.000Z", "");
        assert_eq!(follows(&first, &second), Ok(()));
        let place = |last: &Object, next: &Object| follows(last, next).unwrap_err().pointer;
        assert_eq!(place(&second, &third).as_str(), "/revoked");
        assert_eq!(place(&third, &first).as_str(), "/modified");
        assert_eq!(place(&first, &first).as_str(), "/modified");
        let owner = r#","created_by_ref":"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f""#;
        let other = version("2026-01-04T00:00:00.000Z", owner);
        assert_eq!(place(&first, &other).as_str(), "/created_by_ref");
        let text = third.text().replace("\"2026-01-01T", "\"2025-01-01T");
        assert_eq!(place(&first, &Object::parse(text).unwrap()).as_str(), "/created");
    }
}
