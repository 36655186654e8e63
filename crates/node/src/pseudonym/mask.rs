//! What would be seen of something said under a pseudonym, before there is one.

use release::{Decision, Holder, Place, Policy, Pseudonym, Viewer};
use stix::Id;
use stix::id::ENTENTE_NAMESPACE;

use crate::Node;
use crate::error::Error;

/// A pseudonym that is yet to be drawn, here and at the first recipient.
pub(crate) struct Mask {
    pub(crate) speaker: Id,
    relay: Id,
    here: Place,
    there: Place,
}

impl Node {
    /// A pseudonym through `relay`.
    pub(crate) fn masked(&self, relay: &Id, place: &Place) -> Result<Mask, Error> {
        if self.peer(relay)?.is_none() {
            return Err(Error::NoPeer { name: relay.to_string() });
        }
        let speaker = Id::named("identity", ENTENTE_NAMESPACE, "a pseudonym that is to be drawn")?;
        let mut here = place.clone();
        here.pseudonyms.insert(speaker.clone(), Pseudonym::Ours { by: relay.clone() });
        let mut there = Place::of(relay.clone());
        there.pseudonyms.insert(speaker.clone(), Pseudonym::Vouched);
        Ok(Mask { speaker, relay: relay.clone(), here, there })
    }
}

impl Mask {
    /// Whether and why somebody would see it: the first recipient from here, others from there.
    pub(crate) fn decide(&self, policy: &Policy, viewer: &Viewer, place: &Place) -> Decision {
        let is_said =
            policy.own().is_some_and(|own| own.holder == Holder::State(self.speaker.clone()));
        let at = match viewer {
            _ if !is_said => place,
            Viewer::Node(state) if *state == self.relay => &self.here,
            _ => &self.there,
        };
        release::decide(policy, viewer, at)
    }

    /// Whether it can be said so: the first recipient sees it, and its marking asks nothing that
    /// only the state itself could answer.
    pub(crate) fn fits<'p>(&self, policies: impl Iterator<Item = &'p Policy>) -> Result<(), Error> {
        let refuse = |reason: &str| Err(Error::Unreleasable { reason: reason.to_owned() });
        let first = Viewer::Node(self.relay.clone());
        for policy in policies {
            let Some(own) = policy.own() else { continue };
            if !own.groups.is_empty() || own.is_personal() {
                return refuse("under a pseudonym nothing goes to a group or to named persons");
            }
            if !release::decide(policy, &first, &self.here).allowed {
                return refuse("the first recipient must be among those who may see it");
            }
        }
        Ok(())
    }
}
