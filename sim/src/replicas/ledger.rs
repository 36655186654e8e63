//! What the owners said, beside every replica: the truth that the simulation holds them to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::recall::{Recall, Versions};
use stix::sign::SecretKey;
use stix::{Id, Object, Timestamp};

use super::oracle::{self, Asker, Mark};

/// Something that an owner said.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// Its bytes, signed.
    pub(crate) object: Arc<Object>,
    /// The owner's number.
    pub(crate) owner: usize,
    /// How it is marked.
    pub(crate) marks: Vec<Mark>,
    /// What it recalls, if it is a recall.
    pub(crate) recall: Option<(Id, Timestamp)>,
}

/// Everything that was said.
#[derive(Debug)]
pub(crate) struct Ledger {
    keys: Vec<SecretKey>,
    /// In the order in which it was said.
    pub(crate) said: Vec<Said>,
    by_bytes: HashMap<Bytes, usize>,
    by_hash: HashMap<[u8; 32], usize>,
    by_id: BTreeMap<Id, Vec<usize>>,
    recalls: usize,
}

/// The state with this number.
pub(crate) fn state(n: usize) -> Id {
    id("identity", n, 0)
}

/// The nth object of an owner.
pub(crate) fn thing(owner: usize, n: usize) -> Id {
    id("campaign", owner, n)
}

fn id(kind: &str, owner: usize, n: usize) -> Id {
    let text = format!("{kind}--00000000-0000-4000-8000-{owner:06}{n:06}");
    Id::parse(&text).unwrap_or_else(|_| unreachable!("made of valid parts"))
}

/// The signing key of a state.
pub(crate) fn key(n: usize) -> SecretKey {
    let mut seed = [7; 32];
    if let Some(first) = seed.first_chunk_mut() {
        *first = (n as u64).to_le_bytes();
    }
    SecretKey::from_seed(seed)
}

impl Ledger {
    /// Of so many owners, who have said nothing yet.
    pub(crate) fn new(owners: usize) -> Self {
        Self {
            keys: (0..owners).map(key).collect(),
            said: Vec::new(),
            by_bytes: HashMap::new(),
            by_hash: HashMap::new(),
            by_id: BTreeMap::new(),
            recalls: 0,
        }
    }

    /// What was said in just this content: a middle may write it anew in other bytes.
    pub(crate) fn find(&self, object: &Object) -> Option<&Said> {
        let by_hash = || self.by_hash.get(&object.hash());
        self.by_bytes.get(object.bytes()).or_else(by_hash).and_then(|at| self.said.get(*at))
    }

    /// All that was said of an object, the first first.
    pub(crate) fn of(&self, id: &Id) -> impl Iterator<Item = &Said> {
        let all = self.by_id.get(id).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|at| self.said.get(*at))
    }

    /// Every object, with what counts of it: its newest version, and of two signed as one the one
    /// with the greater hash.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (&Id, &Said)> {
        self.by_id.iter().filter_map(|(id, _)| {
            let rank = |said: &&Said| {
                let version = said.object.version().map(Timestamp::sort_key);
                (version, said.object.hash())
            };
            Some((id, self.of(id).max_by_key(rank)?))
        })
    }

    /// An owner says something of an object, at `now` by its clock. Where somebody could see an
    /// earlier version who may not see this one, it recalls the earlier ones. Gives what there is
    /// to keep at its node, in order.
    pub(crate) fn say(
        &mut self,
        owner: usize,
        n: usize,
        marks: Vec<Mark>,
        now: i64,
        states: usize,
    ) -> Vec<Arc<Object>> {
        let id = thing(owner, n);
        let earlier: Vec<Said> = self.of(&id).cloned().collect();
        let last = earlier.last().and_then(|said| said.object.version().cloned());
        let modified = next_version(last.as_ref(), now);
        let created = earlier.first().and_then(|said| said.object.version()).unwrap_or(&modified);
        let name = format!("said {}", self.said.len());
        let body = json!({
            "type": "campaign", "spec_version": "2.1", "id": id, "name": name,
            "created_by_ref": state(owner), "created": created, "modified": modified,
        });
        let mut kept = self.keep(owner, body, marks.clone(), None);
        let sees = |marks: &[Mark], n| oracle::sees(owner, marks, Asker::Node(n), owner, false);
        let saw: BTreeSet<_> = (0..states)
            .filter(|n| *n != owner && earlier.iter().any(|said| sees(&said.marks, *n)))
            .collect();
        let is_narrower = earlier.iter().any(|said| {
            let wider = |asker| {
                oracle::sees(owner, &said.marks, asker, owner, false)
                    && !oracle::sees(owner, &marks, asker, owner, false)
            };
            let persons = |state| {
                let person = move |account| Asker::Person { account, state, admin: false };
                (0..oracle::ACCOUNTS).map(person)
            };
            wider(Asker::Public)
                || (0..states).any(|n| wider(Asker::Node(n)) || persons(n).any(wider))
        });
        if let (Some(last), true) = (last, is_narrower && !saw.is_empty()) {
            kept.extend(self.recall(owner, &id, last, saw, now));
        }
        kept
    }

    /// A second object signed as the last version, as a machine does that was set back.
    pub(crate) fn say_twice(&mut self, owner: usize, n: usize) -> Vec<Arc<Object>> {
        let Some(last) = self.of(&thing(owner, n)).last().cloned() else { return Vec::new() };
        let mut body = last.object.value();
        body.insert("name".to_owned(), json!(format!("said {}", self.said.len())));
        body.remove("extensions");
        body.remove("object_marking_refs");
        self.keep(owner, Value::Object(body), last.marks, None)
    }

    fn recall(
        &mut self,
        owner: usize,
        of: &Id,
        up_to: Timestamp,
        saw: BTreeSet<usize>,
        now: i64,
    ) -> Vec<Arc<Object>> {
        self.recalls += 1;
        let at = Timestamp::from_millis(now.div_euclid(1_000));
        let recall = Recall {
            owner: state(owner),
            object: of.clone(),
            versions: Versions::UpTo(up_to.clone()),
            effective: at.clone(),
            reason: None,
            lifted: false,
        };
        let id = id("entente-recall", owner, self.recalls);
        let body = Value::Object(recall.unsigned(&id, &at, &[]));
        // Everybody who could see it is told, and nobody else.
        let marks = vec![Mark::To(saw, BTreeSet::new())];
        self.keep(owner, body, marks, Some((of.clone(), up_to)))
    }

    fn keep(
        &mut self,
        owner: usize,
        body: Value,
        marks: Vec<Mark>,
        recall: Option<(Id, Timestamp)>,
    ) -> Vec<Arc<Object>> {
        let definitions: Vec<_> = marks.iter().filter_map(definition).map(Arc::new).collect();
        let refs: Vec<_> = marks
            .iter()
            .filter_map(|mark| definition(mark).map(|held| held.id().clone()).or(builtin(mark)))
            .collect();
        let mut body: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
        if !refs.is_empty() {
            body.insert("object_marking_refs".to_owned(), json!(refs));
        }
        let Some(Ok(object)) = self.keys.get(owner).map(|key| stix::sign::sign(body, key)) else {
            return Vec::new();
        };
        debug_assert!(stix::validate::require(&object).is_ok(), "{}", object.text());
        let object = Arc::new(object);
        let at = self.said.len();
        self.by_bytes.insert(object.bytes().clone(), at);
        self.by_hash.insert(object.hash(), at);
        self.by_id.entry(object.id().clone()).or_default().push(at);
        let mut kept = definitions;
        kept.push(object.clone());
        self.said.push(Said { object, owner, marks, recall });
        kept
    }
}

/// An owner's versions only go forward, whatever its clock does.
fn next_version(last: Option<&Timestamp>, now: i64) -> Timestamp {
    let now = now.div_euclid(1_000);
    let last = last.map(|last| last.micros().div_euclid(1_000));
    Timestamp::from_millis(last.map_or(now, |last| now.max(last + 1)))
}

fn builtin(mark: &Mark) -> Option<Id> {
    let tlp = match mark {
        Mark::Clear => Tlp::Clear,
        Mark::Green => Tlp::Green,
        Mark::Amber => Tlp::Amber,
        Mark::AmberStrict => Tlp::AmberStrict,
        Mark::Red => Tlp::Red,
        Mark::To(..) | Mark::Statement | Mark::Unknown => return None,
    };
    Some(tlp.definition_id())
}

/// The definition that a mark needs.
pub(crate) fn definition(mark: &Mark) -> Option<Object> {
    let Mark::To(states, persons) = mark else { return None };
    let states = states.iter().map(|n| state(*n)).collect();
    let persons = persons
        .iter()
        .map(|(account, n)| release::Viewer::person_name(&account_name(*account), &state(*n)));
    Some(stix::marking::releasable_to(&states, &persons.collect()))
}

/// The name of an account.
pub(crate) fn account_name(account: usize) -> String {
    format!("a{account}")
}
