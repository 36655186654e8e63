//! The audit trail: who did what when, in the order in which it happened.
//!
//! Each row is written in the transaction of the act that it tells of; the store chains the rows
//! and keeps a tree of hashes over them, and this node's key signs that tree's hash. So no row can
//! be changed, left out or put in between unnoticed, and some rows can be shown and checked without
//! the others.

mod event;

use store::{Batch, Record};

use crate::Node;
use crate::error::Error;
pub use event::{Act, Actor, Door, Event, Tells};

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
