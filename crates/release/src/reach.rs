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
pub enum Reach {
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
    pub fn reach(&self) -> Reach {
        self.own().map_or(Reach::Home, Term::reach)
    }
}

impl Term {
    fn reach(&self) -> Reach {
        let Holder::State(owner) = &self.holder else { return Reach::Home };
        if self.closed || (self.is_personal() && self.persons.is_none()) {
            return Reach::Home;
        }
        if let Some(list) = &self.to {
            let is_other = |state: &Id| state != owner;
            return if list.iter().any(is_other) { Reach::Named } else { Reach::Home };
        }
        match self.tlp {
            _ if !self.groups.is_empty() => Reach::Named,
            Some(Tlp::Clear) => Reach::Public,
            Some(Tlp::Green) => Reach::Community,
            _ => Reach::Home,
        }
    }
}
