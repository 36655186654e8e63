//! Remedies: what a person does about a reference that would betray something.
//!
//! They act on what is about to leave, never on what is held: each gives another release, that is
//! shown again before anything happens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stix::{Class, Id};
use store::View;

use crate::Node;
use crate::draft::Draft;
use crate::error::Error;
use crate::outgoing::{Disclosure, Preview, Release};
use crate::session::Session;

/// What a person does about a reference that would betray something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cure {
    /// Release the named object too, marked as the one that names it.
    Release,
    /// Take the reference out.
    Drop,
    /// Mark the naming object so that only who may see the other sees it.
    Narrow,
}

/// A cure, applied to one reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remedy {
    /// What is done.
    pub cure: Cure,
    /// The object that names the other.
    pub within: Id,
    /// The other.
    pub names: Id,
}

impl Node {
    /// The cures for a reference that would betray something. Not offered: to release what is
    /// another's, or what would be taken from readers who have it; to drop what the object cannot
    /// be without.
    pub fn cures(
        &self,
        session: &Session,
        release: &Release,
        one: &Disclosure,
    ) -> Result<Vec<Cure>, Error> {
        let before = self.seen_by(session, &one.names)?;
        let mut cures = Vec::new();
        for cure in [Cure::Release, Cure::Drop, Cure::Narrow] {
            let remedy = Remedy { cure, within: one.within.clone(), names: one.names.clone() };
            let after = self.remedied(session, release.clone(), std::slice::from_ref(&remedy))?;
            if after.digest() == release.digest() {
                continue;
            }
            let Ok(preview) = self.preview(session, &after) else { continue };
            if cure != Cure::Release || before.is_subset(&seeing(&preview, &one.names)) {
                cures.push(cure);
            }
        }
        Ok(cures)
    }

    /// The release after these remedies, in order. One whose objects are not there any more does
    /// nothing.
    pub fn remedied(
        &self,
        session: &Session,
        mut release: Release,
        remedies: &[Remedy],
    ) -> Result<Release, Error> {
        let view = self.view(session);
        for Remedy { cure, within, names } in remedies {
            let at = release.objects.iter().position(|object| is(object, within));
            let Some(at) = at else { continue };
            let already = release.objects.iter().position(|object| is(object, names));
            let Some(object) = release.objects.get_mut(at) else { continue };
            match cure {
                Cure::Drop => drop_references(object, names.as_str()),
                Cure::Narrow => {
                    let others = match already {
                        Some(already) => release.objects.get(already).map(markings),
                        None => held_markings(&view, names)?,
                    };
                    if let (Some(others), Some(object)) = (others, release.objects.get_mut(at)) {
                        narrow(object, &others);
                    }
                }
                Cure::Release => {
                    let marks = object.get("object_marking_refs").cloned();
                    let named = match already {
                        Some(already) => release.objects.get(already).cloned(),
                        None => self.own_content(&view, names)?,
                    };
                    let Some(mut named) = named else { continue };
                    match marks {
                        Some(marks) => named.insert("object_marking_refs".to_owned(), marks),
                        None => named.remove("object_marking_refs"),
                    };
                    match already.and_then(|already| release.objects.get_mut(already)) {
                        Some(held) => *held = named,
                        None => release.objects.push(named),
                    }
                }
            }
        }
        Ok(release)
    }

    /// Notes a remedy in a draft, or takes it out again. A draft that was proposed is a draft again.
    pub fn set_remedy(
        &self,
        session: &Session,
        id: &str,
        remedy: &Remedy,
        on: bool,
    ) -> Result<Draft, Error> {
        let (held, mut draft) = self.held_draft(session, id)?;
        draft.remedies.retain(|one| one != remedy);
        if on {
            draft.remedies.push(remedy.clone());
        }
        let proposal = if draft.proposed { self.no_longer_proposed(id)? } else { None };
        draft.proposed = false;
        draft.changed = self.now();
        let kept = self.draft_shelf().replacing(id, Some(&held), Some(&draft))?;
        self.step(Vec::new(), proposal.into_iter().chain([kept]).collect())?;
        Ok(draft)
    }

    /// What the state itself says of an object that is held, or a fact that it brought, without who
    /// said it and when.
    fn own_content(&self, view: &View, id: &Id) -> Result<Option<Map<String, Value>>, Error> {
        let mine = release::Holder::State(self.me().clone());
        let held = view.versions(id)?.into_iter().find(|seen| seen.newest && seen.holder == mine);
        Ok(held.map(|seen| {
            let mut content = seen.object.value();
            if seen.object.class() != Class::Observable {
                for key in ["created_by_ref", "created", "modified"] {
                    content.remove(key);
                }
            }
            content
        }))
    }

    /// The partners, and the public as `None`, who see a held object now.
    fn seen_by(&self, session: &Session, id: &Id) -> Result<BTreeSet<Option<Id>>, Error> {
        let Some(seen) = self.view(session).get(id)? else { return Ok(BTreeSet::new()) };
        let place = self.inner.store.place();
        let states = self.peers()?.into_iter().map(|peer| Some(peer.profile.state));
        let may_see = |who: &Option<Id>| {
            let viewer = who.clone().map_or(crate::Viewer::Public, crate::Viewer::Node);
            release::decide(&seen.policy, &viewer, &place).allowed
        };
        Ok(states.chain([None]).filter(may_see).collect())
    }
}

fn seeing(preview: &Preview, id: &Id) -> BTreeSet<Option<Id>> {
    let views = preview.views.iter().filter(|view| view.sees.contains(id));
    views.map(|view| view.partner.as_ref().map(|partner| partner.state.clone())).collect()
}

fn is(object: &Map<String, Value>, id: &Id) -> bool {
    object.get("id").and_then(Value::as_str) == Some(id.as_str())
}

fn markings(object: &Map<String, Value>) -> Vec<String> {
    let refs = object.get("object_marking_refs").and_then(Value::as_array);
    refs.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn held_markings(view: &View, id: &Id) -> Result<Option<Vec<String>>, Error> {
    let seen = view.get(id)?;
    Ok(seen.map(|seen| seen.object.header().marking_refs.iter().map(Id::to_string).collect()))
}

/// Several markings: what all of them allow. Only the absence of any, which keeps an object at its
/// owner's, cannot stand beside another.
fn narrow(object: &mut Map<String, Value>, others: &[String]) {
    if others.is_empty() {
        object.remove("object_marking_refs");
        return;
    }
    let mut all = markings(object);
    if all.is_empty() {
        return;
    }
    for other in others {
        if !all.contains(other) {
            all.push(other.clone());
        }
    }
    object.insert("object_marking_refs".to_owned(), json!(all));
}

/// Takes every reference to `names` out of a value. A list without an item goes as a whole.
fn drop_references(members: &mut Map<String, Value>, names: &str) {
    let is_it = |value: &Value| value.as_str() == Some(names);
    members.retain(|key, value| {
        if key.ends_with("_ref") && is_it(value) {
            return false;
        }
        match value {
            Value::Array(items) if key.ends_with("_refs") => {
                let before = items.len();
                items.retain(|item| !is_it(item));
                before == items.len() || !items.is_empty()
            }
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| {
                    drop_references(item, names);
                });
                true
            }
            Value::Object(below) => {
                drop_references(below, names);
                true
            }
            _ => true,
        }
    });
}
