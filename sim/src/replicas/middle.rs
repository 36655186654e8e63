//! A dishonest node in the middle. It received what its state may see, and hands it on as it likes.

use std::sync::Arc;

use serde_json::{Value, json};
use stix::Object;
use stix::marking::Tlp;
use stix::sign::SecretKey;

use super::replica::Page;
use crate::chance::Chance;
use crate::ledger::state;

/// The node, and everything that ever passed through it: what was recalled from it, it has kept.
pub(crate) struct Middle {
    /// Its number.
    pub(crate) node: usize,
    key: SecretKey,
    archive: Vec<Arc<Object>>,
}

impl Middle {
    /// The node with this number and signing key turns.
    pub(crate) fn new(node: usize, key: SecretKey) -> Self {
        Self { node, key, archive: Vec::new() }
    }

    /// Keeps what it gets.
    pub(crate) fn hoard(&mut self, objects: &[Arc<Object>]) {
        self.archive.extend_from_slice(objects);
    }

    /// What it answers instead of an honest page. It passes on to anybody whatever it holds, and
    /// alters, withholds, replays and back-dates.
    pub(crate) fn answer(&self, honest: Page, after: i64, chance: &mut Chance) -> Page {
        let mut objects = Vec::new();
        for _ in 0..chance.below(6) {
            let Some(old) = chance.pick(&self.archive) else { break };
            objects.push(match chance.below(4) {
                0 => altered(old, chance).map_or_else(|| old.clone(), Arc::new),
                1 => self.claimed(old, chance).map_or_else(|| old.clone(), Arc::new),
                _ => old.clone(),
            });
        }
        objects.extend(honest.objects.into_iter().filter(|_| !chance.percent(30)));
        let last = match chance.below(4) {
            0 => Some(after.saturating_sub(chance.within(0, 1_000_000_000))),
            1 => Some(after.saturating_add(chance.within(0, 1_000_000_000))),
            _ => honest.last,
        };
        Page { objects, last }
    }

    /// Another's object, signed by its own key: as the other's, or as its own of the same name.
    fn claimed(&self, object: &Object, chance: &mut Chance) -> Option<Object> {
        let mut body = object.value();
        body.insert("object_marking_refs".to_owned(), json!([Tlp::Clear.definition_id()]));
        if chance.percent(50) {
            body.insert("created_by_ref".to_owned(), json!(state(self.node)));
        }
        body.remove("extensions");
        stix::sign::sign(body, &self.key).ok()
    }
}

/// Another's object with something else in it, under the signature of what stood there.
fn altered(object: &Object, chance: &mut Chance) -> Option<Object> {
    let mut body = object.value();
    match chance.below(4) {
        0 => {
            body.insert("name".to_owned(), json!("something else"));
        }
        1 => {
            body.insert("object_marking_refs".to_owned(), json!([Tlp::Clear.definition_id()]));
        }
        2 => {
            body.insert("modified".to_owned(), json!("2026-06-01T00:00:00.000Z"));
        }
        _ => {
            body.remove("extensions");
        }
    }
    Object::parse(Value::Object(body).to_string()).ok()
}
