//! Markings as pages show them.

use release::{Badge, Level};
use stix::Id;

use crate::reader::Reader;

/// A marking as pages show it: whose, how strict, for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The owner, if a state answers for it.
    pub owner: Option<Named>,
    /// How strict it is.
    pub label: Label,
    /// The codes of the states to which it is releasable, if it says.
    pub to: Option<Vec<String>>,
    /// The groups to whose members it is confined, as this node calls them.
    pub groups: Vec<String>,
    /// Whether it belongs to an exercise.
    pub exercise: bool,
}

/// A state by code and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// `AL`
    pub code: String,
    /// `Albania`, in the reader's language.
    pub name: String,
}

/// How strict a marking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A TLP label, never translated.
    Tlp {
        /// `TLP:GREEN`
        label: &'static str,
        /// `green`
        slug: &'static str,
    },
    /// No label: national only, unless it is releasable to somebody.
    National,
    /// A marking that this node does not understand.
    Closed,
}

impl Mark {
    /// The TLP label, never translated, and its slug.
    pub fn tlp(&self) -> Option<(&'static str, &'static str)> {
        match self.label {
            Label::Tlp { label, slug } => Some((label, slug)),
            Label::National | Label::Closed => None,
        }
    }

    /// Whether it is for nobody beyond its owner.
    pub fn is_national(&self) -> bool {
        self.label == Label::National && self.to.is_none() && self.groups.is_empty()
    }

    /// Whether this node does not understand it.
    pub fn is_closed(&self) -> bool {
        self.label == Label::Closed
    }
}

impl Reader {
    /// A marking as this reader is shown it.
    pub fn mark(&self, badge: &Badge) -> Mark {
        let label = match badge.level {
            Level::National => Label::National,
            Level::Closed => Label::Closed,
            level => level
                .tlp()
                .map_or(Label::Closed, |tlp| Label::Tlp { label: tlp.label(), slug: tlp.slug() }),
        };
        let to = badge.to.as_ref().map(|states| {
            let mut codes: Vec<_> = states.iter().map(|state| self.named(state).code).collect();
            codes.sort();
            codes
        });
        Mark {
            owner: badge.owner.as_ref().map(|owner| self.named(owner)),
            label,
            to,
            groups: badge.groups.iter().map(|group| self.group_name(group)).collect(),
            exercise: badge.exercise,
        }
    }

    /// A pseudonym, by who vouches for it; the state itself, once it owned up.
    fn pseudonym(&self, id: &Id) -> Option<Named> {
        let known = self.node().pseudonym(id).ok().flatten()?;
        let texts = self.texts();
        if let Some(state) = known.avowed_by {
            let Named { code, name } = self.named(&state);
            let name = texts.say("pseudonym-avowed").with("name", name).to_string();
            return Some(Named { code, name });
        }
        let letters = id.uuid().simple().to_string().get(..4).unwrap_or_default().to_uppercase();
        let name = match (known.through, known.vouched_by) {
            (Some(relay), _) => {
                texts.say("pseudonym-ours").with("name", self.named(&relay).name).to_string()
            }
            (None, Some(state)) => {
                texts.say("pseudonym-vouched").with("name", self.named(&state).name).to_string()
            }
            (None, None) => texts.say("pseudonym-unknown").to_string(),
        };
        Some(Named { code: format!("?{letters}"), name })
    }

    /// A group as this node calls it: by the name that its own people gave it, else by a few
    /// letters; never by the text of an object.
    pub fn group_name(&self, group: &Id) -> String {
        if let Ok(Some(held)) = self.node().group(group) {
            return crate::foreign(&held.name);
        }
        group.uuid().simple().to_string().get(..4).unwrap_or_default().to_uppercase()
    }

    /// A state by its identity, as the pinned records and the reviewed table name it; never by the
    /// text of an object.
    pub fn named(&self, state: &Id) -> Named {
        if let Ok(Some(profile)) = self.node().owner_profile(state) {
            let name = self.texts().state(&profile.code, &profile.state_name);
            return Named { code: profile.code, name };
        }
        if let Some(named) = self.pseudonym(state) {
            return named;
        }
        if let Some(known) = node::states::by_identity(state) {
            return Named {
                code: known.code.to_owned(),
                name: known.name(self.texts().lang().code()).to_owned(),
            };
        }
        let code = state.uuid().simple().to_string().get(..4).unwrap_or_default().to_uppercase();
        Named { name: state.to_string(), code }
    }
}

impl Reader {
    /// Why this reader sees an object, as a sentence.
    pub fn because(&self, seen: &store::Seen) -> String {
        let word = match serde_json::to_value(seen.reason) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        };
        let owner = match &seen.holder {
            release::Holder::State(state) => self.named(state).name,
            release::Holder::Account(name) | release::Holder::Feed(name) => name.clone(),
            release::Holder::Builtin => String::new(),
        };
        let home = self.named(&self.node().profile().state).name;
        self.texts().of("because-", &word).with("owner", owner).with("home", home).to_string()
    }

    /// Why somebody sees an object or not, in a few words for a table.
    pub fn reason(&self, reason: release::Reason) -> String {
        match serde_json::to_value(reason) {
            Ok(serde_json::Value::String(word)) => self.texts().of("reason-", &word).to_string(),
            _ => String::new(),
        }
    }
}
