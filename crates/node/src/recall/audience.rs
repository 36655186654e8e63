//! Who is told of a recall: just those who could see what it recalls.

use std::collections::BTreeSet;

use release::{Holder, Policy, Viewer};
use stix::id::ENTENTE_NAMESPACE;
use stix::marking::{Marking, Tlp, releasable_to};
use stix::{Id, Object};

use crate::Node;
use crate::error::Error;

/// Markings for a recall, and the definitions among them that may not be held yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Addressed {
    pub(crate) markings: Vec<Id>,
    pub(crate) definitions: Vec<Object>,
}

impl Node {
    /// The markings under which the same people see a recall who could see this version: the
    /// version's own where nothing else bound it; where its ends did, a list of the states that
    /// remain. `None` if nobody beyond the own state could.
    pub(crate) fn addressed(&self, version: &Object, policy: &Policy) -> Option<Addressed> {
        let mut terms: Vec<_> = policy.own().into_iter().chain(policy.bounds()).collect();
        let owner = Holder::State(self.me().clone());
        if terms.iter().any(|term| term.closed && term.holder == owner) || terms.is_empty() {
            return None;
        }
        let own = version.header().marking_refs.clone();
        if policy.bounds().next().is_none() {
            let term = terms.pop()?;
            let is_national = term.tlp.is_none() && term.to.is_none() && term.groups.is_empty();
            let unnamed = term.is_personal() && term.persons.is_none();
            let goes = !is_national && !unnamed;
            return goes.then(|| Addressed { markings: own, definitions: Vec::new() });
        }
        let open = terms.iter().all(|term| {
            term.tlp.is_some() && term.to.is_none() && term.groups.is_empty() && !term.closed
        });
        let strictest = terms.iter().filter_map(|term| term.tlp).max();
        if let (true, Some(tlp @ (Tlp::Clear | Tlp::Green))) = (open, strictest) {
            return Some(Addressed {
                markings: vec![tlp.definition_id()],
                definitions: Vec::new(),
            });
        }
        let mut states: BTreeSet<Id> =
            terms.iter().filter_map(|term| term.to.clone()).flatten().collect();
        states.extend(self.peers().unwrap_or_default().into_iter().map(|peer| peer.profile.state));
        let place = self.inner.store.place();
        states.retain(|state| {
            let node = Viewer::Node(state.clone());
            *state != *self.me() && release::decide(policy, &node, &place).allowed
        });
        if states.is_empty() {
            return None;
        }
        let list = releasable_to(&states, &BTreeSet::new());
        let markings = vec![Tlp::AmberStrict.definition_id(), list.id().clone()];
        Some(Addressed { markings, definitions: vec![list] })
    }

    /// Whether somebody sees `before` and not `after`: a partner, a state that a list names, the
    /// public.
    pub(crate) fn loses_somebody(&self, before: &Policy, after: &Policy) -> Result<bool, Error> {
        let mut viewers: BTreeSet<Viewer> =
            self.peers()?.into_iter().map(|peer| Viewer::Node(peer.profile.state)).collect();
        let terms = before.own().into_iter().chain(before.bounds());
        viewers.extend(terms.filter_map(|term| term.to.clone()).flatten().map(Viewer::Node));
        viewers.insert(Viewer::Public);
        // A state that nobody here knows stands for the community beyond the peers.
        viewers.insert(Viewer::Node(Id::named("identity", ENTENTE_NAMESPACE, "somebody")?));
        let place = self.inner.store.place();
        let sees =
            |policy: &Policy, viewer: &Viewer| release::decide(policy, viewer, &place).allowed;
        Ok(viewers.iter().any(|viewer| sees(before, viewer) && !sees(after, viewer)))
    }
}

/// Whether one of these markings is of a kind that says who sees.
pub(crate) fn says_who(id: &Id, held: Option<&Object>) -> bool {
    let marking = Marking::builtin(id).or_else(|| Marking::of(held?).ok());
    !matches!(marking, Some(Marking::Statement(_) | Marking::Exercise(_)))
}
