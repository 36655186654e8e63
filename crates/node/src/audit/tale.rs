//! What is told of one batch from outside.

use std::collections::BTreeMap;

use ring::digest::{Context, SHA256};
use stix::Id;
use store::Record;

use super::{Act, Event};
use crate::Node;
use crate::admit::Refusal;
use crate::error::Error;

/// What is told of one batch from outside, as it is judged.
pub(crate) struct Tale {
    objects: u64,
    ids: Context,
    reasons: BTreeMap<String, u64>,
}

impl Default for Tale {
    fn default() -> Self {
        Self { objects: 0, ids: Context::new(&SHA256), reasons: BTreeMap::new() }
    }
}

impl Tale {
    pub(crate) fn admitted(&mut self, id: &Id) {
        self.objects += 1;
        self.ids.update(id.as_str().as_bytes());
        self.ids.update(b"\n");
    }

    pub(crate) fn refused(&mut self, refusal: &Refusal) {
        *self.reasons.entry(refusal.code().to_owned()).or_default() += 1;
    }

    /// The rows: none for a batch of which all was known.
    pub(crate) fn told(self, node: &Node, from: &str) -> Result<Vec<Record>, Error> {
        let mut told = Vec::new();
        let from = from.to_owned();
        if self.objects > 0 {
            let ids = stix::hex::of(self.ids.finish().as_ref());
            let act = Act::Admitted { from: from.clone(), objects: self.objects, ids };
            told.push(node.told(Event::of(node.actor(), act))?.if_new());
        }
        if !self.reasons.is_empty()
            && let Some(reasons) = node.inner.doors.refused(&from, self.reasons, node.now())
        {
            let act = Act::Refused { from, reasons };
            told.push(node.told(Event::of(node.actor(), act))?);
        }
        Ok(told)
    }
}
