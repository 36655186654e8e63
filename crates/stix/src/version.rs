//! Versions of one object (STIX 2.1 section 3.6): what an owner may say after what it said, and what
//! a version is to those that are held.
//!
//! Whoever receives versions out of order cannot hold others to the first without diverging from
//! those who received them in order; an owner holds itself to it. The second is the rule by which
//! replicas converge: whatever comes in whatever order, once or twice, the same is held in the end.

use std::cmp::Ordering;

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

/// What a version that arrives is to those of its object that are held of the same owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is the newest now.
    Newest,
    /// It is older than the newest, and not held yet.
    Older,
    /// Just this one is held: the first bytes stay.
    Same,
    /// Its owner signed two different objects as one version. Everybody keeps the one with the
    /// greater canonical hash, so that all keep the same.
    Twin {
        /// Whether that is the one that arrived.
        takes_over: bool,
    },
}

impl Arrival {
    /// What `next` is. `to_newest` is how its version compares with the newest held;
    /// `held` is the one that is held as just this version, if there is one.
    pub fn of(next: &Object, to_newest: Ordering, held: Option<&Object>) -> Self {
        match held {
            Some(held) if is_same(held, next) => Self::Same,
            Some(held) => Self::Twin { takes_over: next.hash() > held.hash() },
            None if to_newest == Ordering::Greater => Self::Newest,
            None => Self::Older,
        }
    }
}

/// Whether two objects say the same: they are equal in canonical form.
pub fn is_same(held: &Object, next: &Object) -> bool {
    held.bytes() == next.bytes() || held.canonical() == next.canonical()
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

    #[test]
    fn in_whatever_order_they_come_all_keep_the_same() {
        let first = version("2026-01-01T00:00:00.000Z", "");
        let second = version("2026-01-02T00:00:00.000Z", "");
        let twin = version("2026-01-02T00:00:00.000Z", r#","description":"other""#);
        assert_eq!(Arrival::of(&second, Ordering::Greater, None), Arrival::Newest);
        assert_eq!(Arrival::of(&first, Ordering::Less, None), Arrival::Older);
        let spaced = Object::parse(second.text().replace(',', ", ")).unwrap();
        assert_eq!(Arrival::of(&spaced, Ordering::Equal, Some(&second)), Arrival::Same);
        let takes_over = |held: &Object, next: &Object| {
            Arrival::of(next, Ordering::Equal, Some(held)) == Arrival::Twin { takes_over: true }
        };
        assert_ne!(takes_over(&second, &twin), takes_over(&twin, &second));
    }
}
