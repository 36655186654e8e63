//! Audiences: interned policy expressions, and which of them say yes to a viewer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use release::{Holder, Level, Place, Policy, Viewer};

use crate::intern::{Interned, Interner, Number};

/// How many viewers' answers are remembered. More than that start anew: an answer costs
/// microseconds.
const REMEMBERED: usize = 1_024;

impl Interned for Arc<Policy> {
    const TABLE: &'static str = "audience";
    const COLUMN: &'static str = "policy";

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().map(Arc::new)
    }
}

impl Interned for Holder {
    const TABLE: &'static str = "holder";
    const COLUMN: &'static str = "name";

    fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// Which audiences say yes to one viewer at one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visible {
    generation: u64,
    yes: Vec<bool>,
    /// How strictly a state marked what has the audience; `None` where no state did.
    levels: Vec<Option<Level>>,
}

impl Visible {
    pub(crate) fn has(&self, audience: Number) -> bool {
        usize::try_from(audience - 1).ok().and_then(|at| self.yes.get(at)).copied().unwrap_or(false)
    }

    /// How strictly a state marked what has this audience; `None` where no state did, as for what an
    /// account put into its workspace.
    pub(crate) fn level(&self, audience: Number) -> Option<Level> {
        usize::try_from(audience - 1).ok().and_then(|at| self.levels.get(at)).copied().flatten()
    }
}

/// All audiences, the place where they are evaluated, and what was found for whom.
pub(crate) struct Audiences {
    pub(crate) policies: Interner<Arc<Policy>>,
    place: RwLock<(u64, Arc<Place>)>,
    found: Mutex<HashMap<Viewer, Arc<Visible>>>,
}

impl Audiences {
    pub(crate) fn new(place: Place) -> Self {
        Self {
            policies: Interner::new(),
            place: RwLock::new((0, Arc::new(place))),
            found: Mutex::default(),
        }
    }

    pub(crate) fn place(&self) -> Arc<Place> {
        self.place.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// From now on everything is decided for `place`.
    pub(crate) fn set_place(&self, place: Place) {
        let mut held = self.place.write().unwrap_or_else(PoisonError::into_inner);
        *held = (held.0 + 1, Arc::new(place));
    }

    /// The audiences interned so far that `concerns` says yes to. One that is interned later has
    /// only objects that were added after the call.
    pub(crate) fn of(&self, concerns: impl Fn(&Policy) -> bool) -> HashSet<Number> {
        let mut found = HashSet::new();
        self.policies.each_from(0, |number, policy| {
            if concerns(policy) {
                found.insert(number);
            }
        });
        found
    }

    /// Which of the audiences interned so far say yes to `viewer`.
    pub(crate) fn visible(&self, viewer: &Viewer) -> Arc<Visible> {
        let (generation, place) = {
            let held = self.place.read().unwrap_or_else(PoisonError::into_inner);
            (held.0, held.1.clone())
        };
        let before = {
            let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.get(viewer).filter(|held| held.generation == generation).cloned()
        };
        if let Some(before) = &before
            && before.yes.len() == self.policies.len()
        {
            return before.clone();
        }
        let mut visible = before.map_or_else(Visible::default, |before| (*before).clone());
        visible.generation = generation;
        self.policies.each_from(visible.yes.len(), |_, policy| {
            visible.yes.push(release::decide(policy, viewer, &place).allowed);
            let badge = policy.badge();
            visible.levels.push(badge.owner.map(|_| badge.level));
        });
        let visible = Arc::new(visible);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= REMEMBERED && !found.contains_key(viewer) {
            found.clear();
        }
        found.insert(viewer.clone(), visible.clone());
        visible
    }
}
