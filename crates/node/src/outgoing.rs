//! The release desk: what leaves the node, shown before it does.

use std::collections::{BTreeMap, BTreeSet};

use release::{Badge, Breadth, Decision, Holder, Place, Policy};
use serde::Serialize;
use serde_json::{Map, Value, json};
use stix::marking::Marking;
use stix::{Class, Header, Id, Object, Timestamp};
use store::{Admitted, Batch, Record, View};

use crate::draft;
use crate::error::Error;
use crate::key::Turn;
use crate::recall::Saying;
use crate::session::Session;
use crate::{Act, Actor, Event, Node, Profile, Viewer, states};

/// What a person wants the state to say: unsigned objects without `created_by_ref`, `created` and
/// `modified`, which the node sets.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// The objects, in the order in which they are to be added.
    pub objects: Vec<Map<String, Value>>,
    /// The marking definitions that they refer to and that are not built in.
    pub definitions: Vec<Object>,
    /// The first recipient, where it is said under a pseudonym that only that one knows.
    pub through: Option<Id>,
    /// The draft that they come from: it ends with the release, in the same transaction.
    pub draft: Option<String>,
}

impl Release {
    /// The ids of the objects, in order, as far as they have one.
    pub fn ids(&self) -> Vec<Id> {
        let ids = self.objects.iter().filter_map(|object| object.get("id")?.as_str());
        ids.filter_map(|id| Id::parse(id).ok()).collect()
    }

    /// Names the content: the same for the same objects and definitions.
    pub fn digest(&self) -> String {
        let definitions: Vec<_> = self.definitions.iter().map(Object::text).collect();
        digest(
            &json!({ "objects": self.objects, "definitions": definitions, "through": self.through }),
        )
    }
}

fn digest(value: &Value) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, value.to_string().as_bytes());
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash)
}

/// What goes into the log by a release: the ids of what is said, all objects, and the records that
/// go with them.
pub(crate) type Prepared = (Vec<Id>, Vec<Admitted>, Vec<Record>);

/// What was released.
#[derive(Clone, Debug)]
pub struct Released {
    /// The objects' ids, in order.
    pub ids: Vec<Id>,
}

/// An identifier inside a released object, which tells a partner that the thing exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// The object that would go out.
    pub within: Id,
    /// The property that names the other.
    pub path: String,
    /// The other, which this partner may not see.
    pub names: Id,
    /// Whether this stops the release: the id of an observable can be guessed back to its value.
    pub blocks: bool,
}

/// What one partner would see.
#[derive(Clone, Debug, Serialize)]
pub struct PartnerPreview {
    /// The partner; `None` for the public.
    pub partner: Option<Profile>,
    /// Whether and why the partner would see the first, the main object.
    pub decision: Decision,
    /// The objects that the partner would see.
    pub sees: Vec<Id>,
    /// What those would betray.
    pub discloses: Vec<Disclosure>,
}

/// What a release would do.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// The strictest marking among the objects.
    pub badge: Badge,
    /// The farthest that any of them goes.
    pub breadth: Breadth,
    /// Whether a second person must let it out.
    pub second: bool,
    /// Names what would leave and who would see what of it: what somebody was shown, and what
    /// would happen by now, are the same or not.
    pub digest: String,
    /// Each partner's view, by code, then the public's.
    pub views: Vec<PartnerPreview>,
}

impl Preview {
    /// Whether something stops the release.
    pub fn is_blocked(&self) -> bool {
        self.views.iter().any(|view| view.discloses.iter().any(|one| one.blocks))
    }

    pub(crate) fn unblocked(&self) -> Result<(), Error> {
        if self.is_blocked() {
            return Err(Error::Unreleasable {
                reason: "it names an observable that a recipient may not see: release that too, or drop the reference"
                    .to_owned(),
            });
        }
        Ok(())
    }
}

impl Node {
    /// What a release would do, for each partner and the public. Writes nothing.
    pub fn preview(&self, session: &Session, release: &Release) -> Result<Preview, Error> {
        self.preview_at(session, release, &self.inner.store.place())
    }

    /// The same, at a node with these rosters.
    pub(crate) fn preview_at(
        &self,
        session: &Session,
        release: &Release,
        place: &Place,
    ) -> Result<Preview, Error> {
        if !session.role.is_person() {
            return Err(Error::NotAllowed);
        }
        let signed = self.sign_all(&release.objects)?;
        let view = self.view(session);
        let masked = match &release.through {
            Some(relay) => Some(self.masked(relay, place)?),
            None => None,
        };
        let holder = Holder::State(masked.as_ref().map_or(self.me(), |mask| &mask.speaker).clone());
        let outgoing = Self::policies_of(&view, &signed, &release.definitions, &holder)?;
        if let Some(mask) = &masked {
            mask.fits(outgoing.iter().map(|(_, policy)| policy))?;
        }
        let badge = outgoing.iter().map(|(_, policy)| policy.badge()).max();
        let badge = badge
            .ok_or_else(|| Error::Unreleasable { reason: "there is nothing in it".to_owned() })?;
        let viewers = self
            .peers()?
            .into_iter()
            .map(|peer| (Viewer::Node(peer.profile.state.clone()), Some(peer.profile)))
            .chain([(Viewer::Public, None)]);
        let mut views = Vec::new();
        for (viewer, partner) in viewers {
            let may_see = |policy: &Policy| match &masked {
                Some(mask) => mask.decide(policy, &viewer, place),
                None => release::decide(policy, &viewer, place),
            };
            let decision = outgoing.first().map(|(_, policy)| may_see(policy));
            let decision = decision.unwrap_or_else(|| may_see(&Policy::open()));
            let mut sees = Vec::new();
            let mut discloses = Vec::new();
            for (object, policy) in &outgoing {
                if !may_see(policy).allowed {
                    continue;
                }
                sees.push(object.id().clone());
                for (path, names) in stix::refs::of(object) {
                    let hidden = match outgoing.iter().find(|(other, _)| *other.id() == names) {
                        Some((_, policy)) => !may_see(policy).allowed,
                        None => {
                            view.get(&names)?.is_some_and(|seen| !may_see(&seen.policy).allowed)
                        }
                    };
                    if hidden {
                        let blocks = stix::object::class_of(names.type_name()) == Class::Observable;
                        discloses.push(Disclosure {
                            within: object.id().clone(),
                            path,
                            names,
                            blocks,
                        });
                    }
                }
            }
            views.push(PartnerPreview { partner, decision, sees, discloses });
        }
        let breadth = outgoing.iter().map(|(_, policy)| policy.breadth()).max().unwrap_or_default();
        let second = self.four_eyes()?.asks(breadth);
        let digest = digest(&json!({ "content": release.digest(), "views": views }));
        Ok(Preview { badge, breadth, second, digest, views })
    }

    /// Signs the objects as the state's and lets them go to whom their markings name. Durable
    /// when it returns; partners have them at their next pull.
    ///
    /// # Errors
    /// [`Error::NeedsSecond`] where the node's policy asks for a second person: then it must be
    /// proposed ([`Node::propose`]). There is no other way out for one person alone.
    #[expect(clippy::needless_pass_by_value, reason = "what was let out is not let out again")]
    pub fn release(&self, session: &Session, release: Release) -> Result<Released, Error> {
        if !session.role.may_release() {
            return Err(Error::NotAllowed);
        }
        self.let_out(session, &release)
    }

    /// The same, whatever the person's role.
    pub(crate) fn let_out(&self, session: &Session, release: &Release) -> Result<Released, Error> {
        let preview = self.preview(session, release)?;
        preview.unblocked()?;
        if preview.second {
            return Err(Error::NeedsSecond);
        }
        let _turn = Turn::to_sign(self.dir())?;
        let (ids, objects, mut records) = self.prepared(session, release)?;
        if let Some(id) = &release.draft {
            records.push(Record::remove(draft::SHELF, id));
            records.extend(self.no_longer_proposed(id)?);
        }
        let by = Actor::person(session);
        let act = Act::Released {
            objects: ids.len() as u64,
            marking: preview.badge.level,
            proposed_by: None,
        };
        records.push(self.told(Event::of(by, act).about(ids.clone()))?);
        self.step(objects, records)?;
        self.settle_words(&ids)?;
        Ok(Released { ids })
    }

    /// What goes into the log when a release does, under the state's own name or a pseudonym's; and
    /// the records that go with it.
    pub(crate) fn prepared(&self, session: &Session, release: &Release) -> Result<Prepared, Error> {
        if let Some(relay) = &release.through {
            let (ids, objects) = self.under_pseudonym(release, relay)?;
            return Ok((ids, objects, Vec::new()));
        }
        let (ids, objects) = self.signed(session, release)?;
        let records = Self::own_words(&objects)?;
        Ok((ids, objects, records))
    }

    /// The objects of a release, signed and ready for the log, with their ids.
    pub(crate) fn signed(
        &self,
        session: &Session,
        release: &Release,
    ) -> Result<(Vec<Id>, Vec<Admitted>), Error> {
        self.signed_as(session, release, &self.saying(None))
    }

    /// The same; who sees an object no longer by that is told `saying`.
    pub(crate) fn signed_as(
        &self,
        session: &Session,
        release: &Release,
        saying: &Saying<'_>,
    ) -> Result<(Vec<Id>, Vec<Admitted>), Error> {
        let signed = self.sign_all(&release.objects)?;
        let policies = self.policies(&self.view(session), &signed, &release.definitions)?;
        let (before, after) = self.consequences(&policies, saying)?;
        let ids = signed.iter().map(|object| object.id().clone()).collect();
        let mut objects: Vec<_> = release
            .definitions
            .iter()
            .map(|definition| Admitted::definition(definition.clone(), self.me().clone()))
            .chain(before)
            .collect();
        for object in signed {
            objects.push(if object.class() == Class::Observable {
                Admitted::fact(object, Holder::State(self.me().clone()))
            } else {
                let verified = stix::sign::verify(object, &self.public_key())?;
                Admitted::owned(verified, self.me().clone())
            });
        }
        objects.extend(after);
        Ok((ids, objects))
    }

    /// The strictest marking among the objects of a release; `None` for one with nothing in it.
    pub fn badge_of(&self, session: &Session, release: &Release) -> Result<Option<Badge>, Error> {
        Ok(self.own_policies(session, release)?.iter().map(Policy::badge).max())
    }

    /// What the markings of the objects say, bound by what is held.
    pub(crate) fn own_policies(
        &self,
        session: &Session,
        release: &Release,
    ) -> Result<Vec<Policy>, Error> {
        let signed = self.sign_all(&release.objects)?;
        let view = self.view(session);
        let policies = self.policies(&view, &signed, &release.definitions)?;
        Ok(policies.into_iter().map(|(_, policy)| policy).collect())
    }

    /// The state's own identity object, signed: the first thing a node says.
    pub(crate) fn introduce(&self) -> Result<(), Error> {
        let profile = self.profile();
        let mut object = Map::new();
        object.insert("type".to_owned(), json!("identity"));
        object.insert("spec_version".to_owned(), json!("2.1"));
        object.insert("id".to_owned(), json!(profile.state));
        object.insert("name".to_owned(), json!(profile.state_name));
        object.insert("identity_class".to_owned(), json!("organization"));
        object.insert(
            "object_marking_refs".to_owned(),
            json!([stix::marking::Tlp::Clear.definition_id()]),
        );
        let now = Timestamp::from_millis(self.now().div_euclid(1_000));
        let signed = self.sign_as(object, &now, None)?;
        let verified = stix::sign::verify(signed, &self.public_key())?;
        self.inner.store.append(Batch {
            objects: vec![Admitted::owned(verified, self.me().clone())],
            records: Vec::new(),
        })?;
        Ok(())
    }

    /// Keeps what is the same at every node, once per version of the program.
    pub(crate) fn keep_builtins(&self) -> Result<(), Error> {
        const VERSION: &str = env!("CARGO_PKG_VERSION");
        let kept = self.inner.store.shelf::<String>("builtin");
        if kept.get("version")?.as_deref() == Some(VERSION) {
            return Ok(());
        }
        let objects = stix::marking::definitions()
            .into_iter()
            .chain(stix::extension::definitions())
            .chain(states::definitions())
            .map(Admitted::structural)
            .collect();
        let records = vec![kept.record("version", &VERSION.to_owned())?];
        self.inner.store.append(Batch { objects, records })?;
        Ok(())
    }

    pub(crate) fn sign_all(&self, objects: &[Map<String, Value>]) -> Result<Vec<Object>, Error> {
        // The state's versions go forward whether or not this person may see the last one.
        let view = self.everything();
        let now = self.stamp();
        let mut ids = BTreeSet::new();
        objects
            .iter()
            .map(|object| {
                let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
                let id = Id::parse(id)?;
                if !ids.insert(id.clone()) {
                    return Err(Error::Unreleasable { reason: format!("{id} stands in it twice") });
                }
                if stix::object::class_of(id.type_name()) == Class::Observable {
                    // A fact has no owner, no version and no signature (STIX 2.1 section 3.6).
                    let fact = Object::parse(Value::Object(object.clone()).to_string())?;
                    stix::validate::require(&fact)?;
                    return Ok(fact);
                }
                let held =
                    view.get(&id)?.filter(|seen| seen.holder == Holder::State(self.me().clone()));
                let header: Option<&Header> = held.as_ref().map(|seen| seen.object.header());
                // An owner's versions only go forward, whatever the clock does (DESIGN section 3).
                let last = header
                    .and_then(|header| header.modified.as_ref())
                    .map(|last| last.micros().div_euclid(1_000));
                let modified = Timestamp::from_millis(last.map_or(now, |last| now.max(last + 1)));
                let created = header.and_then(|header| header.created.as_ref());
                let signed = self.sign_as(object.clone(), &modified, created)?;
                if let Some(held) = &held {
                    stix::version::follows(&held.object, &signed)?;
                }
                Ok(signed)
            })
            .collect()
    }

    /// Now in milliseconds since 1970, but never the same twice: two releases at once may not give
    /// one version two contents.
    pub(crate) fn stamp(&self) -> i64 {
        let now = self.now().div_euclid(1_000);
        let next = |last: i64| Some(now.max(last + 1));
        let order = std::sync::atomic::Ordering::SeqCst;
        let last = self.inner.stamp.fetch_update(order, order, next).unwrap_or_default();
        now.max(last + 1)
    }

    pub(crate) fn sign_as(
        &self,
        mut object: Map<String, Value>,
        modified: &Timestamp,
        created: Option<&Timestamp>,
    ) -> Result<Object, Error> {
        object.insert("created_by_ref".to_owned(), json!(self.me()));
        object.insert("created".to_owned(), json!(created.unwrap_or(modified)));
        object.insert("modified".to_owned(), json!(modified));
        let signed = stix::sign::sign(object, &self.inner.key.current())?;
        // What this state says is valid: partners would keep anything else aside.
        stix::validate::require(&signed)?;
        Ok(signed)
    }

    /// The policy of each object as it would stand in the log.
    pub(crate) fn policies<'a>(
        &self,
        view: &View,
        objects: &'a [Object],
        definitions: &[Object],
    ) -> Result<Vec<(&'a Object, Policy)>, Error> {
        Self::policies_of(view, objects, definitions, &Holder::State(self.me().clone()))
    }

    /// The same, of objects that `holder` answers for.
    fn policies_of<'a>(
        view: &View,
        objects: &'a [Object],
        definitions: &[Object],
        holder: &Holder,
    ) -> Result<Vec<(&'a Object, Policy)>, Error> {
        let mut known = BTreeMap::new();
        for definition in definitions {
            known.insert(definition.id().clone(), Marking::of(definition)?);
        }
        for object in objects {
            for id in &object.header().marking_refs {
                if Marking::builtin(id).is_none() && !known.contains_key(id) {
                    let Some(held) = view.get(id)? else { continue };
                    known.insert(id.clone(), Marking::of(&held.object)?);
                }
            }
        }
        let own: Vec<_> = objects
            .iter()
            .map(|object| {
                (object, Policy::of(holder, object.header(), |id| known.get(id).cloned()))
            })
            .collect();
        own.iter()
            .map(|(object, policy)| {
                let mut bound = policy.clone();
                for end in &object.header().ends {
                    match own.iter().find(|(other, _)| other.id() == end) {
                        Some((_, end)) => bound = bound.and(end),
                        None => {
                            if let Some(seen) = view.get(end)? {
                                bound = bound.and(&seen.policy);
                            }
                        }
                    }
                }
                Ok((*object, bound))
            })
            .collect()
    }
}
