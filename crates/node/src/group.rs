//! Groups: lists of states that only their owner knows.
//!
//! A marking names the group and nothing else. Its owner keeps the roster and serves the members;
//! none of them learns who the others are.

use std::collections::{BTreeMap, BTreeSet};

use release::{Breadth, Place};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stix::Id;
use store::Record;

use crate::Node;
use crate::audit::{Act, Actor, Event};
use crate::draft::may_write;
use crate::error::Error;
use crate::key::Turn;
use crate::session::Session;

const SHELF: &str = "group";

/// A group of states, as its owner's own people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its identity, which the marking names.
    pub id: Id,
    /// What the owner calls it. Members see it too.
    pub name: String,
    /// The states in it. Nobody beyond the owner's node sees them.
    pub members: BTreeSet<Id>,
}

/// A change of a roster, to be decided on by a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The group.
    pub group: Id,
    /// Its members from then on.
    pub members: BTreeSet<Id>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    members: BTreeSet<Id>,
}

impl Node {
    /// The groups of this node's state, by name. For its own people alone.
    pub fn groups(&self) -> Result<Vec<Group>, Error> {
        let kept = self.group_shelf().list()?;
        let read = |(id, Kept { name, members })| Ok(Group { id: Id::parse(id)?, name, members });
        let mut groups = kept
            .iter()
            .map(|(id, kept)| read((id.as_str(), kept.clone())))
            .collect::<Result<Vec<_>, Error>>()?;
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }

    /// A group of this node's state.
    pub fn group(&self, id: &Id) -> Result<Option<Group>, Error> {
        let kept = self.group_shelf().get(id.as_str())?;
        Ok(kept.map(|Kept { name, members }| Group { id: id.clone(), name, members }))
    }

    /// Makes a group without members: nobody learns of it yet.
    pub fn add_group(&self, session: &Session, name: &str) -> Result<Group, Error> {
        may_write(session)?;
        let name = name.trim().to_owned();
        if name.is_empty() || self.groups()?.iter().any(|group| group.name == name) {
            return Err(Error::BadGroupName { name });
        }
        let id = self.new_id("identity")?;
        let kept = Kept { name: name.clone(), members: BTreeSet::new() };
        let record = self.group_shelf().record(id.as_str(), &kept)?;
        let group = Group { id, name, members: BTreeSet::new() };
        let _turn = Turn::to_sign(self.dir())?;
        let release = crate::Release {
            objects: vec![identity_of(&group)],
            definitions: vec![stix::marking::group(&group.id)],
            through: None,
            draft: None,
        };
        let (_, objects) = self.signed(session, &release)?;
        self.step(objects, vec![record, self.tell_change(session, &group.id, &kept)?])?;
        self.settle_place()?;
        Ok(group)
    }

    /// Sets who is in a group. Whoever is new sees everything that is marked for it, what was
    /// released before too; whoever is out sees nothing more of it here, and keeps what he has.
    ///
    /// # Errors
    /// [`Error::NeedsSecond`] if it lets somebody in and the node's policy asks for a second person
    /// ([`Node::propose_roster`]).
    pub fn set_members(&self, session: &Session, roster: &Roster) -> Result<(), Error> {
        may_write(session)?;
        if self.lets_in(roster)? && self.four_eyes()?.asks(Breadth::Named) {
            return Err(Error::NeedsSecond);
        }
        let record = self.roster_records(session, roster)?;
        self.step(Vec::new(), record)?;
        self.settle_place()
    }

    /// Whether a roster has somebody whom the present one has not.
    pub fn lets_in(&self, roster: &Roster) -> Result<bool, Error> {
        let held = self.group(&roster.group)?.ok_or(Error::NoGroup)?;
        Ok(!roster.members.is_subset(&held.members))
    }

    /// What is written when a roster changes.
    pub(crate) fn roster_records(
        &self,
        session: &Session,
        roster: &Roster,
    ) -> Result<Vec<Record>, Error> {
        let held = self.group_shelf().held(roster.group.as_str())?.ok_or(Error::NoGroup)?;
        let peers: BTreeSet<Id> =
            self.peers()?.into_iter().map(|peer| peer.profile.state).collect();
        if !roster.members.iter().all(|one| peers.contains(one) || held.value.members.contains(one))
        {
            return Err(Error::NoPeer { name: "a member of the group".to_owned() });
        }
        let kept = Kept { members: roster.members.clone(), ..held.value.clone() };
        let told = self.tell_change(session, &roster.group, &kept)?;
        let key = roster.group.as_str();
        Ok(vec![self.group_shelf().replacing(key, Some(&held), Some(&kept))?, told])
    }

    fn tell_change(&self, session: &Session, group: &Id, after: &Kept) -> Result<Record, Error> {
        let act = Act::GroupChanged { members: after.members.len() as u64 };
        self.told(Event::of(Actor::person(session), act).about([group.clone()]))
    }

    /// The identity object of a group, whose only recipients are its members.
    pub(crate) fn group_object(&self, id: &Id) -> Result<Map<String, Value>, Error> {
        Ok(identity_of(&self.group(id)?.ok_or(Error::NoGroup)?))
    }

    /// This node's place with another roster.
    pub(crate) fn place_with(&self, roster: &Roster) -> Place {
        let mut place = (*self.inner.store.place()).clone();
        place.rosters.insert(roster.group.clone(), roster.members.clone());
        place
    }

    /// Decides from now on by the rosters and pseudonyms that are kept.
    pub(crate) fn settle_place(&self) -> Result<(), Error> {
        let held = self.inner.store.place();
        let rosters: BTreeMap<Id, BTreeSet<Id>> =
            self.groups()?.into_iter().map(|group| (group.id, group.members)).collect();
        let pseudonyms = self.pseudonym_places()?;
        let place = Place { rosters, pseudonyms, ..(*held).clone() };
        if place != *held {
            self.inner.store.place_changed(place)?;
        }
        Ok(())
    }

    fn group_shelf(&self) -> store::Shelf<Kept> {
        self.inner.store.shelf(SHELF)
    }
}

fn identity_of(group: &Group) -> Map<String, Value> {
    let object = json!({
        "type": "identity", "spec_version": "2.1", "id": group.id, "name": group.name,
        "identity_class": "group",
        "object_marking_refs": [stix::marking::group(&group.id).id()],
    });
    object.as_object().cloned().unwrap_or_default()
}
