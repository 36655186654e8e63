//! The owners: what they say, signed, and what they take back.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use stix::recall::{Recall, Versions};
use stix::sign::SecretKey;
use stix::{Id, Object, Timestamp};

use crate::ledger::{self, Ledger, Said, state, thing};
use crate::oracle::Mark;

/// The owners, with what they said.
#[derive(Debug)]
pub(crate) struct Owners {
    keys: Vec<SecretKey>,
    pub(crate) ledger: Ledger,
    recalls: usize,
}

impl Owners {
    /// So many, who have said nothing yet.
    pub(crate) fn new(owners: usize) -> Self {
        let keys = (0..owners).map(ledger::key).collect();
        Self { keys, ledger: Ledger::default(), recalls: 0 }
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
    ) -> Vec<Arc<Object>> {
        let id = thing(owner, n);
        let earlier: Vec<Said> = self.ledger.of(&id).cloned().collect();
        let last = earlier.last().and_then(|said| said.object.version().cloned());
        let modified = next_version(last.as_ref(), now);
        let created = earlier.first().and_then(|said| said.object.version()).unwrap_or(&modified);
        let body = json!({
            "type": "campaign", "spec_version": "2.1", "id": id, "name": self.name(),
            "created_by_ref": state(owner), "created": created, "modified": modified,
        });
        let before: Vec<_> = earlier.iter().map(|said| &*said.marks).collect();
        let told = ledger::to_be_told(owner, &before, &marks, self.keys.len());
        let body = body.as_object().cloned().unwrap_or_default();
        let mut kept = self.keep(owner, body, marks, None);
        if let (Some(last), false) = (last, told.is_empty()) {
            kept.extend(self.recall(owner, &id, last, told, now));
        }
        kept
    }

    fn name(&self) -> String {
        format!("said {}", self.ledger.said.len())
    }

    /// A second object signed as the last version, as a machine does that was set back.
    pub(crate) fn say_twice(&mut self, owner: usize, n: usize) -> Vec<Arc<Object>> {
        let last = self.ledger.of(&thing(owner, n)).last().cloned();
        let Some(last) = last else { return Vec::new() };
        let mut body = last.object.value();
        body.insert("name".to_owned(), json!(self.name()));
        body.remove("extensions");
        body.remove("object_marking_refs");
        self.keep(owner, body, last.marks, None)
    }

    fn recall(
        &mut self,
        owner: usize,
        of: &Id,
        up_to: Timestamp,
        told: BTreeSet<usize>,
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
        let id = ledger::id("entente-recall", owner, self.recalls);
        let body = recall.unsigned(&id, &at, &[]);
        // Everybody who could see it is told, and nobody else.
        let marks = vec![Mark::To(told, BTreeSet::new())];
        self.keep(owner, body, marks, Some((of.clone(), up_to)))
    }

    fn keep(
        &mut self,
        owner: usize,
        mut body: Map<String, Value>,
        marks: Vec<Mark>,
        recall: Option<(Id, Timestamp)>,
    ) -> Vec<Arc<Object>> {
        let mut kept: Vec<_> = marks.iter().filter_map(ledger::definition).map(Arc::new).collect();
        let refs = ledger::refs(&marks);
        if !refs.is_empty() {
            body.insert("object_marking_refs".to_owned(), json!(refs));
        }
        let Some(Ok(object)) = self.keys.get(owner).map(|key| stix::sign::sign(body, key)) else {
            return Vec::new();
        };
        debug_assert!(stix::validate::require(&object).is_ok(), "{}", object.text());
        let object = Arc::new(object);
        self.ledger.note(Said { object: object.clone(), owner, marks, recall });
        kept.push(object);
        kept
    }
}

/// An owner's versions only go forward, whatever its clock does.
fn next_version(last: Option<&Timestamp>, now: i64) -> Timestamp {
    let now = now.div_euclid(1_000);
    let last = last.map(|last| last.micros().div_euclid(1_000));
    Timestamp::from_millis(last.map_or(now, |last| now.max(last + 1)))
}
