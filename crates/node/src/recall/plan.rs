//! What an act would do, shown before it is done.

use std::collections::{BTreeMap, BTreeSet};

use release::{Holder, Policy, Viewer};
use serde_json::{Map, Value, json};
use stix::marking::releasable_to;
use stix::recall::{RECEIPT_TYPE, TYPE};
use stix::{Id, Object};
use store::Seen;

use super::audience::says_who;
use super::{Consequence, Narrowing, Part, Plan, RecallAct, Told};
use crate::delivery::DeliveryState;
use crate::error::Error;
use crate::session::Session;
use crate::{Node, draft};

/// How many objects at most are looked at as parts.
const MOST_PARTS: usize = 500;
/// Types that gather others: what refers to an object by one of these may belong to it.
const GATHERING: &str = "report";

impl Node {
    /// What an act would do. For releasers.
    pub fn plan_recall(&self, session: &Session, id: &Id, act: &RecallAct) -> Result<Plan, Error> {
        let seen = self.recallable(session, id)?;
        let holder = Holder::State(self.me().clone());
        let versions = self.own_versions(id)?;
        let before = self.policies_before(&versions)?;
        let after = match act {
            RecallAct::Recall => None,
            RecallAct::Narrow(narrowing) => {
                let (object, definitions) = self.narrowed(&seen.object, narrowing)?;
                let object = Object::parse(Value::Object(object).to_string())?;
                let policy = self.policy_of(&object, &definitions)?;
                self.is_narrower(&before, &policy)?;
                Some(policy)
            }
        };
        let place = self.inner.store.place();
        let may_see =
            |policy: &Policy, viewer: &Viewer| release::decide(policy, viewer, &place).allowed;
        let partners = self.deliveries(session, id)?.into_iter().map(|delivery| {
            let node = Viewer::Node(delivery.partner.state.clone());
            let consequence = match &after {
                _ if !before.iter().any(|policy| may_see(policy, &node)) => Consequence::Nothing,
                Some(after) if may_see(after, &node) => Consequence::Keeps,
                _ => Consequence::Erases,
            };
            let has = match consequence {
                Consequence::Nothing => DeliveryState::NotFor,
                _ => delivery.state,
            };
            Told { partner: delivery.partner, consequence, has }
        });
        let partners = partners.collect();
        let notes = self.everything().referring_to(id)?.into_iter();
        let notes = notes.filter(|other| other.holder != holder && is_about(&other.object));
        Ok(Plan {
            id: id.clone(),
            versions: versions.len().max(1),
            partners,
            public: before.iter().any(|policy| may_see(policy, &Viewer::Public)),
            parts: self.parts(&seen)?,
            notes: notes.count(),
            drafts: self.drafts_revising(id)?,
        })
    }

    /// The object, if this person may call it back.
    pub(crate) fn recallable(&self, session: &Session, id: &Id) -> Result<Seen, Error> {
        if !session.role.may_recall() {
            return Err(Error::NotAllowed);
        }
        let no = |reason: &str| Error::NotRecallable { reason: reason.to_owned() };
        let seen = self.view(session).get(id)?;
        let seen = seen.ok_or_else(|| no("it is not here"))?;
        if seen.holder != Holder::State(self.me().clone()) {
            return Err(no("it is not this state’s"));
        }
        if *id == *self.me() || !can_be_recalled(id) {
            return Err(no("others are read by it"));
        }
        Ok(seen)
    }

    /// This state's versions of an object, the newest first.
    pub(crate) fn own_versions(&self, id: &Id) -> Result<Vec<Object>, Error> {
        let holder = Holder::State(self.me().clone());
        let all = self.everything().versions(id)?.into_iter();
        Ok(all.filter(|seen| seen.holder == holder).map(|seen| seen.object).collect())
    }

    /// Who could see each version while it was the newest.
    pub(crate) fn policies_before(&self, versions: &[Object]) -> Result<Vec<Policy>, Error> {
        versions.iter().map(|version| self.policy_of(version, &[])).collect()
    }

    pub(crate) fn policy_of(
        &self,
        object: &Object,
        definitions: &[Object],
    ) -> Result<Policy, Error> {
        let objects = [object.clone()];
        let found = self.policies(&self.everything(), &objects, definitions)?;
        Ok(found.into_iter().next().map(|(_, policy)| policy).unwrap_or_default())
    }

    /// Nobody may see by an act of narrowing what he did not see before.
    fn is_narrower(&self, before: &[Policy], after: &Policy) -> Result<(), Error> {
        let Some(newest) = before.first() else { return Ok(()) };
        if self.loses_somebody(after, newest)? {
            return Err(Error::NotRecallable {
                reason: "somebody would see it who does not see it now: that is a release"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// The object as it would be released to fewer, and the definitions that it needs.
    pub(crate) fn narrowed(
        &self,
        object: &Object,
        narrowing: &Narrowing,
    ) -> Result<(Map<String, Value>, Vec<Object>), Error> {
        let mut value = object.value();
        for key in ["granular_markings", "object_marking_refs"] {
            value.remove(key);
        }
        if let Some(Value::Object(extensions)) = value.get_mut("extensions") {
            extensions.remove(stix::extension::SIGNATURE);
            if extensions.is_empty() {
                value.remove("extensions");
            }
        }
        let view = self.everything();
        let mut markings = Vec::new();
        for id in &object.header().marking_refs {
            let held = view.get(id)?.map(|seen| seen.object);
            if !says_who(id, held.as_ref()) {
                markings.push(id.clone());
            }
        }
        let mut definitions = Vec::new();
        markings.extend(narrowing.tlp.map(stix::marking::Tlp::definition_id));
        let others: BTreeSet<Id> =
            narrowing.to.iter().filter(|state| *state != self.me()).cloned().collect();
        if !others.is_empty() {
            let list = releasable_to(&others, &BTreeSet::new());
            markings.push(list.id().clone());
            definitions.push(list);
        }
        if !markings.is_empty() {
            value.insert("object_marking_refs".to_owned(), json!(markings));
        }
        Ok((value, definitions))
    }

    /// What belongs to an object and is this state's: what it refers to, what gathers it and speaks
    /// of it, and what those refer to.
    fn parts(&self, seen: &Seen) -> Result<Vec<Part>, Error> {
        let view = self.everything();
        let own = |one: &Seen| {
            one.holder == seen.holder
                && *one.object.id() != *self.me()
                && can_be_recalled(one.object.id())
        };
        let main = seen.object.id();
        let mut found: BTreeMap<Id, Object> = BTreeMap::new();
        let mut waiting = vec![seen.object.clone()];
        while let Some(object) = waiting.pop() {
            if found.len() >= MOST_PARTS {
                break;
            }
            let mut near: Vec<_> =
                view.refers_from(object.id())?.into_iter().filter(|one| own(one)).collect();
            for other in view.referring_to(object.id())?.into_iter().filter(|one| own(one)) {
                let gathers = other.object.id().type_name() == GATHERING
                    && object.id() == main
                    && gathers_nothing_else(&other.object, main);
                if gathers || is_about(&other.object) {
                    near.push(other);
                }
            }
            for one in near {
                let id = one.object.id().clone();
                // Another thing of the same kind is no part of this one.
                let is_peer = id.type_name() == main.type_name();
                if id != *main && !is_peer && !found.contains_key(&id) {
                    found.insert(id, one.object.clone());
                    waiting.push(one.object);
                }
            }
        }
        let alone = self.alone(main, &found)?;
        let parts = found.into_iter().map(|(id, object)| Part {
            kind: id.type_name().to_owned(),
            title: title_of(&object),
            alone: alone.contains(&id),
            id,
        });
        Ok(parts.collect())
    }

    /// Those to which nothing refers that stays.
    fn alone(&self, main: &Id, found: &BTreeMap<Id, Object>) -> Result<BTreeSet<Id>, Error> {
        let view = self.everything();
        let mut alone: BTreeSet<Id> = found.keys().cloned().collect();
        let mut referring = BTreeMap::new();
        for id in found.keys() {
            let others = view.referring_to(id)?.into_iter();
            let others: Vec<Id> = others.map(|one| one.object.id().clone()).collect();
            referring.insert(id.clone(), others);
        }
        loop {
            let stays = |other: &Id| other != main && !alone.contains(other);
            let kept: Vec<Id> = alone
                .iter()
                .filter(|id| referring.get(*id).is_some_and(|all| all.iter().any(stays)))
                .cloned()
                .collect();
            if kept.is_empty() {
                return Ok(alone);
            }
            for id in kept {
                alone.remove(&id);
            }
        }
    }

    /// How many drafts of a new version are being written here.
    fn drafts_revising(&self, id: &Id) -> Result<usize, Error> {
        let drafts = self.inner.store.shelf::<draft::Draft>(draft::SHELF).list()?;
        Ok(drafts.iter().filter(|(_, draft)| draft.revises.as_ref() == Some(id)).count())
    }
}

/// Whether an object may be called back at all: what others are read by never is.
pub fn can_be_recalled(id: &Id) -> bool {
    let lasting = ["marking-definition", "extension-definition", stix::keys::TYPE];
    let own = [TYPE, RECEIPT_TYPE];
    !lasting.contains(&id.type_name()) && !own.contains(&id.type_name()) && !crate::is_builtin(id)
}

/// Whether it speaks of what it refers to: a note, an opinion, a relationship, a sighting.
fn is_about(object: &Object) -> bool {
    !object.header().ends.is_empty()
}

/// Whether a report gathers no other thing of the kind that it gathers here.
fn gathers_nothing_else(report: &Object, main: &Id) -> bool {
    stix::refs::of(report)
        .iter()
        .filter(|(path, _)| path.starts_with("/object_refs"))
        .all(|(_, id)| id == main || id.type_name() != main.type_name())
}

/// What an object is called. Foreign text.
fn title_of(object: &Object) -> String {
    let value = object.value();
    let text = ["name", "abstract", "value", "content", "opinion", "relationship_type"]
        .into_iter()
        .find_map(|key| value.get(key).and_then(Value::as_str))
        .unwrap_or_else(|| object.id().type_name());
    text.chars().take(140).collect()
}
