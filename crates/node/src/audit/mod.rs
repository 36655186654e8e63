//! The audit trail: who did what when, in the order in which it happened.
//!
//! Each row is written in the transaction of the act that it tells of; the store chains the rows
//! and keeps a tree of hashes over them, and this node's key signs that tree's hash. So no row can
//! be changed, left out or put in between unnoticed, and some rows can be shown and checked without
//! the others.

mod doors;
mod event;
mod extract;
mod head;
mod keep;
mod reads;
mod tale;
mod verify;

use store::{Batch, Record};

use crate::Node;
use crate::error::Error;
pub(crate) use doors::Doors;
pub use event::{Act, Actor, Door, Event, KINDS, Tells};
pub use extract::{Checked, Unbelievable, check};
pub use head::Head;
pub(crate) use reads::Reading;
pub use reads::Reads;
pub(crate) use tale::Tale;
pub use verify::{Fault, Verdict};

/// How many rows are read at once.
const CHUNK: usize = 1_000;

impl Node {
    /// Tells of something by itself. What changes records or objects is told in the same
    /// transaction instead, by [`Node::told`].
    pub fn audit(&self, event: Event) -> Result<(), Error> {
        let records = vec![self.told(event)?];
        self.inner.store.append(Batch { objects: Vec::new(), records })?;
        Ok(())
    }

    /// The row that tells of something, to be written in the transaction of the act itself.
    pub fn told(&self, event: Event) -> Result<Record, Error> {
        let Event { by, act, about } = event;
        Ok(Record::tell(&Tells { by, act }, about)?)
    }

    /// Writes an extract of the trail: the rows that a query asks for (its order and its limit do not
    /// count), and what it takes to check them. It proves the heads that others kept, too. Gives the
    /// head that it adds up to, and how many rows it shows; `None` while nothing was told.
    pub fn extract_audit(
        &self,
        query: &store::trail::TrailQuery,
        witnesses: &[Head],
        out: impl std::io::Write,
    ) -> Result<Option<(Head, u64)>, Error> {
        let Some(head) = self.audit_head()? else { return Ok(None) };
        let trail = self.inner.store.trail();
        let seams: Vec<_> = witnesses.iter().map(|head| head.size).collect();
        let mut query = store::trail::TrailQuery {
            ascending: true,
            limit: CHUNK,
            below: Some(query.below.map_or(head.size, |below| below.min(head.size))),
            ..query.clone()
        };
        let mut chunk = Vec::new().into_iter();
        let shown = std::iter::from_fn(|| {
            if chunk.len() == 0 {
                match trail.find(&query) {
                    Ok(found) => chunk = found.into_iter(),
                    Err(error) => return Some(Err(Error::from(error))),
                }
            }
            let told: store::trail::Told = chunk.next()?;
            query.above = Some(told.row.n);
            Some(Ok((told.row.n, told.text)))
        });
        let rows = extract::write(&trail, &head, &seams, shown, out)?;
        self.audit(Event::of(self.actor(), Act::Extracted { rows }))?;
        Ok(Some((head, rows)))
    }

    /// Who acts where nobody is signed in: the node itself, or whoever opened it by a command.
    pub(crate) fn actor(&self) -> Actor {
        self.by.clone()
    }

    /// The same node, for what this one does with it.
    #[must_use]
    pub fn acting(&self, by: Actor) -> Self {
        Self { inner: self.inner.clone(), by }
    }
}
