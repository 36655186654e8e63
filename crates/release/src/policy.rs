//! The policy expression that an object carries.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use stix::marking::{Marking, Tlp};
use stix::{Header, Id};

use crate::badge::{Badge, Level};

/// Who answers for a copy of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The state whose key signed it: its owner.
    State(Id),
    /// The account that brought it, unsigned, into its workspace.
    Account(String),
    /// The feed that brought it, unsigned: another server that this node follows, by the name that
    /// the administrator gave it.
    Feed(String),
    /// The program itself: objects that are the same at every node.
    Builtin,
}

/// What one object's markings say, resolved as far as the definitions are known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    /// Who answers for the object.
    pub holder: Holder,
    /// The strictest TLP label among the markings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// The states that every `releasable-to` list names; `None` without such a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<BTreeSet<Id>>,
    /// The persons (`account@identity--…`) that every such list with persons names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<BTreeSet<String>>,
    /// The groups to whose members the object is confined.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<Id>,
    /// The exercises that the object belongs to.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub exercises: BTreeSet<Id>,
    /// Whether a marking is unknown, or its definition is not held: then nobody reads but the
    /// owner and the administrator of the holding node.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Term {
    fn of(holder: &Holder, header: &Header, resolve: impl Fn(&Id) -> Option<Marking>) -> Self {
        let mut term = Self {
            holder: holder.clone(),
            tlp: None,
            to: None,
            persons: None,
            groups: BTreeSet::new(),
            exercises: BTreeSet::new(),
            closed: header.has_unreadable_marking,
        };
        for id in &header.marking_refs {
            match Marking::builtin(id).or_else(|| resolve(id)) {
                Some(Marking::Tlp(tlp)) => term.tlp = term.tlp.max(Some(tlp)),
                Some(Marking::ReleasableTo { states, persons }) => {
                    narrow(&mut term.to, states);
                    if !persons.is_empty() {
                        narrow(&mut term.persons, persons);
                    }
                }
                Some(Marking::Group(group)) => {
                    term.groups.insert(group);
                }
                Some(Marking::Exercise(exercise)) => {
                    term.exercises.insert(exercise);
                }
                Some(Marking::Statement(_)) => {}
                Some(Marking::Unknown) | None => term.closed = true,
            }
        }
        term
    }

    /// Whether named persons alone may read it: TLP:RED.
    pub fn is_personal(&self) -> bool {
        self.tlp == Some(Tlp::Red)
    }

    /// What a page shows for this term.
    pub fn badge(&self) -> Badge {
        let level = match self.tlp {
            _ if self.closed => Level::Closed,
            Some(tlp) => Level::of(tlp),
            None => Level::National,
        };
        let owner = match &self.holder {
            Holder::State(state) => Some(state.clone()),
            Holder::Account(_) | Holder::Feed(_) | Holder::Builtin => None,
        };
        Badge {
            level,
            owner,
            to: self.to.clone(),
            groups: self.groups.clone(),
            exercise: !self.exercises.is_empty(),
        }
    }
}

fn narrow<T: Ord>(list: &mut Option<BTreeSet<T>>, by: BTreeSet<T>) {
    match list {
        None => *list = Some(by),
        Some(held) => held.retain(|item| by.contains(item)),
    }
}

/// A policy expression: what the object's own markings say, bound by what the objects say on
/// which its visibility depends (the ends of a relationship, the object of a note).
///
/// Its text ([`fmt::Display`], [`FromStr`]) is canonical: equal policies have equal texts, so a
/// store interns the text as the object's *audience*.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Policy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    own: Option<Term>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    bounds: BTreeSet<Term>,
}

impl Policy {
    /// The policy of structural objects, which go wherever an object goes that refers to them.
    pub fn open() -> Self {
        Self::default()
    }

    /// The policy of what nobody reads but its owner and the administrator of the holding node.
    pub fn closed(holder: Holder) -> Self {
        let own = Term {
            holder,
            tlp: None,
            to: None,
            persons: None,
            groups: BTreeSet::new(),
            exercises: BTreeSet::new(),
            closed: true,
        };
        Self { own: Some(own), bounds: BTreeSet::new() }
    }

    /// The policy of an object held by `holder`. `resolve` gives the meaning of a marking
    /// definition that the node holds; the built-in ones are known without it.
    pub fn of(holder: &Holder, header: &Header, resolve: impl Fn(&Id) -> Option<Marking>) -> Self {
        if *holder == Holder::Builtin {
            return Self::open();
        }
        Self { own: Some(Term::of(holder, header, resolve)), bounds: BTreeSet::new() }
    }

    /// This policy, visible at most to whom `end` is visible.
    #[must_use]
    pub fn and(&self, end: &Self) -> Self {
        let mut both = self.clone();
        both.bounds.extend(end.own.iter().chain(&end.bounds).cloned());
        if let Some(own) = &both.own {
            both.bounds.remove(own);
        }
        both
    }

    /// What the object's own markings say; `None` for structural objects.
    pub fn own(&self) -> Option<&Term> {
        self.own.as_ref()
    }

    /// The terms that bind it beyond its own markings.
    pub fn bounds(&self) -> impl Iterator<Item = &Term> {
        self.bounds.iter()
    }

    /// What a page shows wherever the object is named.
    pub fn badge(&self) -> Badge {
        self.own.as_ref().map_or_else(Badge::structural, Term::badge)
    }

    /// Whether the object belongs to an exercise and must not mix with real ones.
    pub fn is_exercise(&self) -> bool {
        self.own.iter().chain(&self.bounds).any(|term| !term.exercises.is_empty())
    }

    /// Whether nobody's markings bind it: it goes wherever a reference to it goes.
    pub fn is_open(&self) -> bool {
        self.own.is_none() && self.bounds.is_empty()
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

/// The text is no policy expression.
#[derive(Debug, thiserror::Error)]
#[error("not a policy expression: {reason}")]
pub struct ParseError {
    reason: String,
}

impl FromStr for Policy {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        serde_json::from_str(text).map_err(|error| ParseError { reason: error.to_string() })
    }
}
