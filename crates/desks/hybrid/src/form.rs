//! The form of a report: what an analyst typed, and what becomes of it.
//!
//! A form keeps every field as it was typed, valid or not, so that nothing is lost on an error and
//! a draft can stop in the middle of a word. [`Form::check`] reads it all and names everything
//! that must be mended, not only the first.

mod check;
mod fill;

pub(crate) use check::{CONFIDENCES, NATIONAL};
pub(crate) use fill::{PARTS, REGION};

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};
use stix::Id;

use crate::objects::Facts;

/// The fields of a form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Form {
    /// A field's values, in the order of the page: claims and sources have several.
    values: BTreeMap<String, Vec<String>>,
}

/// Something to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The field's id on the page.
    pub(crate) field: String,
    /// The key of the sentence that says how to mend it.
    pub(crate) key: &'static str,
    /// Whether the field is merely empty yet: no error while one still writes.
    pub(crate) missing: bool,
}

/// How a report is to be handled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handling {
    /// The TLP label; `None` is national only.
    pub(crate) tlp: Option<stix::marking::Tlp>,
    /// The states to which it is releasable; `None` without a list.
    pub(crate) to: Option<BTreeSet<Id>>,
    /// The groups of this node's state to whose members it is confined.
    pub(crate) groups: BTreeSet<Id>,
    /// The first recipient, where it is said under a pseudonym.
    pub(crate) through: Option<Id>,
    /// With TLP:RED, the accounts of this node that may read it.
    pub(crate) readers: BTreeSet<String>,
}

/// A form in which nothing is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checked {
    pub(crate) facts: Facts,
    pub(crate) handling: Handling,
    /// What is held already and belongs to the report.
    pub(crate) parts: Vec<Id>,
}

/// The field that says which report the analyst was shown before releasing it.
pub(crate) const SEEN: &str = "seen";

/// The button by which a reference that would betray something is mended.
pub(crate) const REMEDY: &str = "remedy";

/// The fields of one claim, by their place on the page.
pub(crate) const CLAIM: [&str; 4] = ["claim", "actor", "by", "standing"];
/// The fields of one source.
pub(crate) const SOURCE: [&str; 2] = ["source", "url"];

impl Checked {
    /// Names what would be released, for comparison with what was shown.
    pub(crate) fn digest(&self) -> String {
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

impl Form {
    /// The fields of a submitted form. What belongs to the page and not to the report is left out.
    pub(crate) fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            if !["csrf", SEEN, REMEDY].contains(&name.as_str()) {
                form.values.entry(name).or_default().push(value);
            }
        }
        form
    }

    /// The first value of a field, trimmed.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.nth(name, 0)
    }

    /// The value of a repeated field at a place.
    pub(crate) fn nth(&self, name: &str, at: usize) -> &str {
        self.values.get(name).and_then(|values| values.get(at)).map_or("", |value| value.trim())
    }

    /// A field as typed, for the page.
    pub(crate) fn typed(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// Whether a box with this value is ticked.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values.get(name).is_some_and(|values| values.iter().any(|held| held == value))
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.get(name).into_iter().flatten().map(String::as_str)
    }

    /// How many rows of a repeated group are in use.
    pub(crate) fn rows(&self, fields: &[&str]) -> usize {
        let used = |name: &&str| {
            let values = self.values.get(*name).map_or(&[][..], Vec::as_slice);
            values.iter().rposition(|value| !value.trim().is_empty()).map_or(0, |at| at + 1)
        };
        // A select always has a value: it alone does not make a row.
        fields.iter().filter(|name| **name != "standing").map(used).max().unwrap_or(0)
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.entry(name.to_owned()).or_default().push(value.into());
    }
}

#[cfg(test)]
mod tests;
