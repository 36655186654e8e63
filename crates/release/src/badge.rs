//! What a page shows of a policy.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stix::Id;
use stix::marking::Tlp;

/// How strict a marking is, in DESIGN's order. A page, a print or an export carries the strictest
/// that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// TLP:CLEAR.
    Clear,
    /// TLP:GREEN.
    Green,
    /// TLP:AMBER.
    Amber,
    /// TLP:AMBER+STRICT.
    AmberStrict,
    /// No TLP label: national only, unless released to named states.
    National,
    /// TLP:RED.
    Red,
    /// A marking that this node does not understand.
    Closed,
}

impl Level {
    /// The level of a TLP label.
    pub fn of(tlp: Tlp) -> Self {
        match tlp {
            Tlp::Clear => Self::Clear,
            Tlp::Green => Self::Green,
            Tlp::Amber => Self::Amber,
            Tlp::AmberStrict => Self::AmberStrict,
            Tlp::Red => Self::Red,
        }
    }

    /// The TLP label of this level, if it is one.
    pub fn tlp(self) -> Option<Tlp> {
        match self {
            Self::Clear => Some(Tlp::Clear),
            Self::Green => Some(Tlp::Green),
            Self::Amber => Some(Tlp::Amber),
            Self::AmberStrict => Some(Tlp::AmberStrict),
            Self::Red => Some(Tlp::Red),
            Self::National | Self::Closed => None,
        }
    }
}

/// The marking of an object as a reader is shown it. Orders by strictness first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Badge {
    /// How strict it is.
    pub level: Level,
    /// The state that owns the object; `None` for what an account or a feed brought unsigned, and for
    /// structural objects.
    pub owner: Option<Id>,
    /// The states to which it is releasable, if it says.
    pub to: Option<BTreeSet<Id>>,
    /// The groups to whose members it is confined.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<Id>,
    /// Whether it belongs to an exercise.
    pub exercise: bool,
}

impl Badge {
    pub(crate) fn structural() -> Self {
        Self {
            level: Level::Clear,
            owner: None,
            to: None,
            groups: BTreeSet::new(),
            exercise: false,
        }
    }
}
