//! Recalling and narrowing.

use std::collections::{BTreeMap, BTreeSet};

use release::{Holder, Policy, Viewer};
use stix::recall::{Recall, TYPE, Versions};
use stix::{Class, Id, Object, Timestamp};
use store::{Admitted, Seen};

use super::audience::Addressed;
use super::{Answer, Answered, Known, RecallAct, Recalled};
use crate::Node;
use crate::audit::{Act, Actor, Event};
use crate::error::Error;
use crate::key::Turn;
use crate::outgoing::Release;
use crate::session::Session;

/// What all recalls of one act say: since when, and why.
pub(crate) struct Saying<'r> {
    effective: Timestamp,
    reason: Option<&'r str>,
}

impl Answer {
    /// Both, of two recalls of one act: erased when both are.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Erased { at }, Self::Erased { at: other }) => Self::Erased { at: at.max(other) },
            (Self::Erased { .. }, waiting) | (waiting, _) => waiting,
        }
    }
}

impl Node {
    pub(crate) fn saying<'r>(&self, reason: Option<&'r str>) -> Saying<'r> {
        Saying { effective: Timestamp::from_millis(self.stamp()), reason }
    }

    /// Recalls or narrows an object with these of its parts. Durable when it returns; partners hear
    /// of it at their next pull. For releasers.
    pub fn recall(
        &self,
        session: &Session,
        id: &Id,
        act: &RecallAct,
        parts: &[Id],
        reason: Option<&str>,
    ) -> Result<Recalled, Error> {
        // What would not be shown is not done either.
        self.plan_recall(session, id, act)?;
        let mut objects = vec![id.clone()];
        objects.extend(parts.iter().filter(|part| *part != id).cloned());
        let seen: Vec<Seen> =
            objects.iter().map(|id| self.recallable(session, id)).collect::<Result<_, _>>()?;
        let _turn = Turn::to_sign(self.dir())?;
        let saying = self.saying(reason);
        let (mut batch, mut recalls) = (Vec::new(), Vec::new());
        match act {
            RecallAct::Recall => {
                for id in &objects {
                    let versions = self.own_versions(id)?;
                    self.recall_versions(&versions, &saying, &mut batch, &mut recalls)?;
                    // At this node too: that one is addressed to nobody else.
                    if let Some(newest) = versions.first() {
                        let national = Addressed::default();
                        let recall = self.recall_of(newest, &national, &saying, &mut batch)?;
                        recalls.push(recall);
                    }
                }
            }
            RecallAct::Narrow(narrowing) => {
                let mut release = Release::default();
                for one in &seen {
                    let (object, definitions) = self.narrowed(&one.object, narrowing)?;
                    release.objects.push(object);
                    release.definitions.extend(definitions);
                }
                let (_, signed) = self.signed_as(session, &release, &saying)?;
                let new = signed.iter().map(|one| one.object().id());
                recalls.extend(new.filter(|id| id.type_name() == TYPE).cloned());
                batch = signed;
            }
        }
        let count = objects.len() as u64;
        let told = match act {
            RecallAct::Recall => Act::Recalled { objects: count },
            RecallAct::Narrow(_) => Act::Narrowed { objects: count },
        };
        let event = Event::of(Actor::person(session), told).about(objects.iter().cloned());
        self.append(batch, vec![self.told(event)?])?;
        self.inner.nudge.notify_waiters();
        Ok(Recalled { objects, recalls })
    }

    /// Recalls for everybody who could see one of these versions, the newest first: one for each
    /// marking, up to the last version that bore it.
    pub(crate) fn recall_versions(
        &self,
        versions: &[Object],
        saying: &Saying<'_>,
        batch: &mut Vec<Admitted>,
        recalls: &mut Vec<Id>,
    ) -> Result<(), Error> {
        let mut told: Vec<Addressed> = Vec::new();
        for version in versions {
            let policy = self.policy_of(version, &[])?;
            let Some(addressed) = self.addressed(version, &policy) else { continue };
            if told.contains(&addressed) {
                continue;
            }
            recalls.push(self.recall_of(version, &addressed, saying, batch)?);
            told.push(addressed);
        }
        Ok(())
    }

    fn recall_of(
        &self,
        version: &Object,
        addressed: &Addressed,
        saying: &Saying<'_>,
        batch: &mut Vec<Admitted>,
    ) -> Result<Id, Error> {
        let id = self.new_id(TYPE)?;
        let now = Timestamp::from_millis(self.stamp());
        let recall = Recall {
            owner: self.me().clone(),
            object: version.id().clone(),
            versions: Versions::of(version),
            effective: saying.effective.clone(),
            reason: saying.reason.map(str::to_owned),
            lifted: false,
        };
        let signed = self.sign_as(recall.unsigned(&id, &now, &addressed.markings), &now, None)?;
        for definition in &addressed.definitions {
            batch.push(Admitted::definition(definition.clone(), self.me().clone()));
        }
        batch.push(self.verified(signed)?);
        Ok(id)
    }

    fn verified(&self, signed: Object) -> Result<Admitted, Error> {
        let verified = stix::sign::verify(signed, &self.public_key())?;
        Ok(Admitted::owned(verified, self.me().clone()))
    }

    /// What follows from releasing these objects, which are about to be added: who saw an earlier
    /// version and does not see this one is told to erase it, and what was recalled by its content
    /// and is released again is recalled no longer. Gives what goes before them and what after.
    pub(crate) fn consequences(
        &self,
        objects: &[(&Object, Policy)],
        saying: &Saying<'_>,
    ) -> Result<(Vec<Admitted>, Vec<Admitted>), Error> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (object, policy) in objects {
            if object.class() == Class::Observable {
                before.extend(self.lifted(object)?);
            }
            let versions = self.own_versions(object.id())?;
            let mut narrowed = false;
            for (version, old) in versions.iter().zip(self.policies_before(&versions)?) {
                narrowed |= version.canonical() != object.canonical()
                    && self.loses_somebody(&old, policy)?;
            }
            // What was narrowed before was recalled then.
            if narrowed && !self.is_recalled(&versions)? {
                self.recall_versions(&versions, saying, &mut after, &mut Vec::new())?;
            }
        }
        Ok((before, after))
    }

    /// Whether all of these versions are recalled already from whoever does not see them.
    fn is_recalled(&self, versions: &[Object]) -> Result<bool, Error> {
        let Some(newest) = versions.first() else { return Ok(true) };
        let recalls = self.own_recalls_of(newest.id())?;
        let named = |version: &Object| {
            recalls.iter().any(|(_, recall)| !recall.lifted && recall.versions.include(version))
        };
        Ok(versions.iter().all(named))
    }

    fn own_recalls_of(&self, id: &Id) -> Result<Vec<(Seen, Recall)>, Error> {
        let mut found = Vec::new();
        for (name, _) in
            self.recall_shelf().list()?.into_iter().filter(|(_, one)| one.object == *id)
        {
            let Some(seen) = self.everything().get(&Id::parse(&name)?)? else { continue };
            if seen.holder == Holder::State(self.me().clone())
                && let Ok(recall) = Recall::read(&seen.object)
            {
                found.push((seen, recall));
            }
        }
        Ok(found)
    }

    /// Recalls of just this content, lifted.
    fn lifted(&self, fact: &Object) -> Result<Vec<Admitted>, Error> {
        let mut lifted = Vec::new();
        for (seen, recall) in self.own_recalls_of(fact.id())? {
            if recall.lifted || !recall.versions.include(fact) {
                continue;
            }
            let mut value = seen.object.value();
            if let Some(serde_json::Value::Object(extensions)) = value.get_mut("extensions") {
                extensions.remove(stix::extension::SIGNATURE);
            }
            value.insert("revoked".to_owned(), serde_json::json!(true));
            let header = seen.object.header();
            let last = header.modified.as_ref().map_or(0, |last| last.micros().div_euclid(1_000));
            let now = Timestamp::from_millis(self.stamp().max(last + 1));
            let signed = self.sign_as(value, &now, header.created.as_ref())?;
            lifted.push(self.verified(signed)?);
        }
        Ok(lifted)
    }

    /// What this state called back and who answered, the last first. For whoever may release.
    pub fn recalls(&self, session: &Session) -> Result<Vec<Answered>, Error> {
        if !session.role.may_release() {
            return Err(Error::NotAllowed);
        }
        let (view, place) = (self.everything(), self.inner.store.place());
        let peers = self.peers()?;
        let mut acts: BTreeMap<i64, Answered> = BTreeMap::new();
        for (name, _) in self.recall_shelf().list()? {
            let id = Id::parse(&name)?;
            let Some(seen) = view.get(&id)? else { continue };
            if seen.holder != Holder::State(self.me().clone()) {
                continue;
            }
            let Ok(recall) = Recall::read(&seen.object) else { continue };
            let effective = recall.effective.micros();
            let act = acts.entry(effective).or_insert_with(|| Answered {
                effective,
                reason: recall.reason,
                objects: BTreeSet::new(),
                held: BTreeSet::new(),
                recalls: Vec::new(),
                lifted: true,
                partners: Vec::new(),
            });
            let receipts = self.receipts(&id)?;
            for peer in &peers {
                let state = &peer.profile.state;
                let node = Viewer::Node(state.clone());
                if !release::decide(&seen.policy, &node, &place).allowed {
                    continue;
                }
                let erased = receipts.iter().find(|(by, _)| by == state).map(|(_, at)| *at);
                let answer = match erased {
                    Some(at) => Answer::Erased { at },
                    None => Answer::Waiting { has: self.reached(state, seen.added) },
                };
                match act.partners.iter_mut().find(|(held, _)| held.state == *state) {
                    Some((_, held)) => *held = held.clone().and(answer),
                    None => act.partners.push((peer.profile.clone(), answer)),
                }
            }
            if view.get(&recall.object)?.is_some_and(|held| held.holder == seen.holder) {
                act.held.insert(recall.object.clone());
            }
            act.objects.insert(recall.object);
            act.lifted &= recall.lifted;
            act.recalls.push(id);
        }
        for act in acts.values_mut() {
            act.partners.sort_by(|(one, _), (other, _)| one.code.cmp(&other.code));
        }
        Ok(acts.into_values().rev().collect())
    }

    /// The receipts for a recall: whose, and when it had been erased.
    fn receipts(&self, recall: &Id) -> Result<Vec<(Id, i64)>, Error> {
        let mut found = Vec::new();
        for seen in self.everything().referring_to(recall)? {
            let Holder::State(state) = &seen.holder else { continue };
            if let Ok(receipt) = stix::recall::Receipt::read(&seen.object)
                && receipt.recall == *recall
                && receipt.by == *state
            {
                found.push((state.clone(), receipt.erased.micros()));
            }
        }
        Ok(found)
    }

    pub(crate) fn known_of(object: &Object, at: i64) -> Option<Known> {
        let recall = Recall::read(object).ok()?;
        Some(Known {
            owner: recall.owner,
            object: recall.object,
            at,
            lifted: recall.lifted,
            erased: None,
            handed: false,
        })
    }
}
