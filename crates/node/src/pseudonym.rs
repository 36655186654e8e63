//! Pseudonyms: what a state says and only its first recipient knows that it was this one (the
//! Chatham House Rule).
//!
//! Each release has a pseudonym of its own, with a key of its own. Its objects go to the first
//! recipient alone, together with a word by which that one learns whose they are; nothing of them is
//! served to anybody else from here. When the first recipient vouches for the key, it serves them as
//! its own. Third nodes take them for what a pseudonym says for whom a state vouches that they know.

mod mask;
mod words;

use std::collections::BTreeMap;

use release::{Holder, Pseudonym};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stix::marking::{Tlp, releasable_to};
use stix::sign::{PublicKey, SecretKey};
use stix::{Class, Id, Object, Timestamp, pseudonym};
use store::Admitted;

use crate::Node;
use crate::error::Error;
use crate::outgoing::Release;

pub use words::{Asked, Vouching};
pub(crate) use words::{asked_record, avowal_record, vouch_record};

const OURS: &str = "pseudonym";
/// What is said under a pseudonym says the hour, so that nobody tells by the moment who was at work.
const HOUR: i64 = 3_600_000;

/// A pseudonym under which this node's own state speaks. The key is as secret as the state's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ours {
    by: Id,
    seed: [u8; 32],
    markings: Vec<Id>,
    at: i64,
}

/// A pseudonym as this node's people may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownPseudonym {
    /// Its identity.
    pub id: Id,
    /// Of the own state: through whom it speaks.
    pub through: Option<Id>,
    /// Who vouches for it.
    pub vouched_by: Option<Id>,
    /// Who owned up to it.
    pub avowed_by: Option<Id>,
    /// When the own state first spoke under it, in microseconds since 1970.
    pub at: Option<i64>,
}

impl Node {
    /// What may be known here of an identity, if it is a pseudonym's.
    pub fn pseudonym(&self, id: &Id) -> Result<Option<KnownPseudonym>, Error> {
        let ours = self.our_shelf().get(id.as_str())?;
        let vouched_by = self.vouched(id)?;
        let avowed_by = self.avowed(id)?;
        let is_known = ours.is_some() || vouched_by.is_some() || avowed_by.is_some();
        let at = ours.as_ref().map(|ours| ours.at);
        Ok(is_known.then(|| KnownPseudonym {
            id: id.clone(),
            through: ours.map(|ours| ours.by),
            vouched_by,
            avowed_by,
            at,
        }))
    }

    /// The pseudonyms of the own state, the latest first. For its own people.
    pub fn own_pseudonyms(&self) -> Result<Vec<KnownPseudonym>, Error> {
        let mut found = Vec::new();
        for (id, _) in self.our_shelf().list()? {
            found.extend(self.pseudonym(&Id::parse(&id)?)?);
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.at));
        Ok(found)
    }

    /// The objects of a release under a fresh pseudonym, its identity, and the word to the first
    /// recipient, ready for the log. When it returns, the node serves what the pseudonym says to
    /// that one alone.
    pub(crate) fn under_pseudonym(
        &self,
        release: &Release,
        relay: &Id,
    ) -> Result<(Vec<Id>, Vec<Admitted>), Error> {
        let mut seed = [0_u8; 32];
        self.inner.random.fill(&mut seed);
        let key = SecretKey::from_seed(seed);
        let speaker = pseudonym::identity(&key.public())?;
        let first = self.sign_all(&release.objects)?.into_iter().next();
        let markings = first.map(|object| object.header().marking_refs.clone()).unwrap_or_default();
        let ours = Ours { by: relay.clone(), seed, markings: markings.clone(), at: self.now() };
        // First whom it may go to, then what goes.
        self.our_shelf().put(speaker.as_str(), &ours)?;
        self.settle_place()?;

        let hour = Timestamp::from_millis(self.now().div_euclid(1_000).div_euclid(HOUR) * HOUR);
        let mut objects: Vec<_> = release
            .definitions
            .iter()
            .map(|definition| Admitted::definition(definition.clone(), self.me().clone()))
            .collect();
        let told = releasable_to(&[relay.clone()].into(), &std::collections::BTreeSet::new());
        let marks = [Tlp::Amber.definition_id(), told.id().clone()];
        objects.push(Admitted::definition(told.clone(), self.me().clone()));
        let state = self.inner.key.current();
        let word = pseudonym::tell(self.me(), relay, &state, &key.public(), &marks)?;
        let word = sign_under(word, &speaker, &key, &hour)?;
        let word = stix::sign::verify(word, &key.public())?;
        objects.push(Admitted::owned(word, speaker.clone()));
        let mut said = vec![identity_of(&speaker, &markings)];
        said.extend(release.objects.iter().cloned());
        let mut ids = Vec::new();
        for object in said {
            let signed = sign_under(object, &speaker, &key, &hour)?;
            ids.push(signed.id().clone());
            objects.push(if signed.class() == Class::Observable {
                Admitted::fact(signed, Holder::State(speaker.clone()))
            } else {
                let verified = stix::sign::verify(signed, &key.public())?;
                Admitted::owned(verified, speaker.clone())
            });
        }
        // The main object first, the identity last.
        ids.rotate_left(1);
        Ok((ids, objects))
    }

    /// The names of this node's state that stand in what is to be said under a pseudonym. What the
    /// text itself says, no key hides.
    pub fn own_names_in(&self, release: &Release) -> Vec<String> {
        let profile = self.profile();
        let names = [&profile.state_name, &profile.name];
        // Who made it is written anew when it is signed.
        let text_of = |object: &Map<String, Value>| {
            let mut object = object.clone();
            object.remove("created_by_ref");
            Value::Object(object).to_string().to_lowercase()
        };
        let texts: Vec<String> = release.objects.iter().map(text_of).collect();
        let stands = |name: &str| texts.iter().any(|text| text.contains(&name.to_lowercase()));
        let mut found: Vec<_> = names.into_iter().filter(|name| stands(name)).cloned().collect();
        if stands(profile.state.as_str()) {
            found.push(profile.code.clone());
        }
        found
    }

    /// What this node does with the objects of pseudonyms.
    pub(crate) fn pseudonym_places(&self) -> Result<BTreeMap<Id, Pseudonym>, Error> {
        let mut places = BTreeMap::new();
        for id in self.vouched_by_us()? {
            places.insert(id, Pseudonym::Vouched);
        }
        for (id, ours) in self.our_shelf().list()? {
            places.insert(Id::parse(&id)?, Pseudonym::Ours { by: ours.by });
        }
        Ok(places)
    }

    /// The keys of the pseudonyms that somebody vouches for whom this node knows, and of the own.
    pub(crate) fn pseudonym_pins(&self) -> Result<Vec<(Id, PublicKey)>, Error> {
        let mut pins = self.vouched_pins()?;
        for (id, ours) in self.our_shelf().list()? {
            let id = Id::parse(&id)?;
            pins.retain(|(held, _)| *held != id);
            pins.push((id, SecretKey::from_seed(ours.seed).public()));
        }
        Ok(pins)
    }

    fn our_shelf(&self) -> store::Shelf<Ours> {
        self.inner.store.shelf(OURS)
    }
}

/// A few letters by which people tell pseudonyms apart.
pub(crate) fn letters(id: &Id) -> String {
    id.uuid().simple().to_string().get(..4).unwrap_or_default().to_uppercase()
}

fn identity_of(speaker: &Id, markings: &[Id]) -> Map<String, Value> {
    let mut object = json!({
        "type": "identity", "spec_version": "2.1", "id": speaker,
        "name": format!("Pseudonym {}", letters(speaker)), "identity_class": "unspecified",
    });
    if !markings.is_empty() {
        object["object_marking_refs"] = json!(markings);
    }
    object.as_object().cloned().unwrap_or_default()
}

fn sign_under(
    mut object: Map<String, Value>,
    speaker: &Id,
    key: &SecretKey,
    at: &Timestamp,
) -> Result<Object, Error> {
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    if stix::object::class_of(kind) == Class::Observable {
        let fact = Object::parse(Value::Object(object).to_string())?;
        stix::validate::require(&fact)?;
        return Ok(fact);
    }
    object.insert("created_by_ref".to_owned(), json!(speaker));
    object.insert("created".to_owned(), json!(at));
    object.insert("modified".to_owned(), json!(at));
    let signed = stix::sign::sign(object, key)?;
    stix::validate::require(&signed)?;
    Ok(signed)
}
