//! How far an object goes by its own marking, before anybody asks for it.

use serde::{Deserialize, Serialize};
use stix::Id;
use stix::marking::Tlp;

use crate::policy::{Holder, Policy, Term};

/// How far an object goes beyond its owner, from the least to the most. What it is bound by narrows
/// that for some; a release is weighed by the most that it may ever reach.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Breadth {
    /// To nobody beyond the owner's own node.
    #[default]
    Home,
    /// To states that are named, or to the members of a group.
    Named,
    /// To the community of partners.
    Community,
    /// To everybody.
    Public,
}

impl Policy {
    /// How far the object goes by its own marking.
    pub fn breadth(&self) -> Breadth {
        self.own().map_or(Breadth::Home, Term::breadth)
    }
}

impl Term {
    fn breadth(&self) -> Breadth {
        let Holder::State(owner) = &self.holder else { return Breadth::Home };
        if self.closed || (self.is_personal() && self.persons.is_none()) {
            return Breadth::Home;
        }
        if let Some(list) = &self.to {
            let is_other = |state: &Id| state != owner;
            return if list.iter().any(is_other) { Breadth::Named } else { Breadth::Home };
        }
        match self.tlp {
            _ if !self.groups.is_empty() => Breadth::Named,
            Some(Tlp::Clear) => Breadth::Public,
            Some(Tlp::Green) => Breadth::Community,
            _ => Breadth::Home,
        }
    }
}
