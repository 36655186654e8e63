//! What the node does for its trail by itself: it signs heads, and tells what it gathered.

use stix::Timestamp;

use super::{Act, Event, Head};
use crate::error::Error;
use crate::key::Turn;
use crate::{Inner, Node};

const SHELF: &str = "audit-head";
/// How long new rows may be without a signed head while the node runs, in microseconds.
const UNSIGNED: i64 = 15 * 60 * 1_000_000;

impl Inner {
    fn heads(&self) -> store::Shelf<Head> {
        self.store.shelf(SHELF)
    }

    /// The node closes: what it gathered is told, and the trail is signed as it is now.
    pub(crate) fn close_trail(&self) {
        if let Err(error) = self.tell_gathered(true).and_then(|()| self.sign_head()) {
            tracing::warn!(%error, "the end of the audit trail is not signed");
        }
    }

    /// Signs the trail as it is now, unless that has been done.
    fn sign_head(&self) -> Result<Option<Head>, Error> {
        let trail = self.store.trail();
        let size = trail.size()?;
        let name = format!("{size:020}");
        if size == 0 {
            return Ok(None);
        }
        if let Some(held) = self.heads().get(&name)? {
            return Ok(Some(held));
        }
        let _turn = Turn::to_sign(&self.dir)?;
        let root = trail.growth(size)?.root();
        let at = Timestamp::from_micros(self.clock.now_micros());
        let state = self.profile.state.clone();
        let head = Head::sign(state, size, &root, at, &self.key.current());
        self.heads().put(&name, &head)?;
        Ok(Some(head))
    }
}

impl Node {
    /// Signs the trail as it is now: the head to give away, or `None` while nothing was told.
    pub fn audit_head(&self) -> Result<Option<Head>, Error> {
        self.inner.tell_gathered(true)?;
        self.inner.sign_head()
    }

    /// Tells what was gathered and not told yet: failed tries to sign in.
    pub fn tell_waiting(&self) -> Result<(), Error> {
        self.inner.tell_gathered(true)
    }

    /// The heads that are kept, the latest first, at most `limit`.
    pub fn audit_heads(&self, limit: usize) -> Result<Vec<Head>, Error> {
        let mut heads: Vec<_> =
            self.inner.heads().list()?.into_iter().map(|(_, head)| head).collect();
        heads.reverse();
        heads.truncate(limit);
        Ok(heads)
    }

    /// What is due now and then while the node runs.
    pub(crate) fn tend_trail(&self) -> Result<(), Error> {
        self.inner.tell_gathered(false)?;
        self.inner.reading.set(self.audit_reads()?);
        let size = self.inner.store.trail().size()?;
        let last = self.audit_heads(1)?.pop();
        let is_due = last.is_none_or(|last| {
            last.size < size && !(0..UNSIGNED).contains(&(self.now() - last.at.micros()))
        });
        if is_due {
            self.inner.sign_head()?;
        }
        Ok(())
    }

    /// Retires the rows that are older than a moment, microseconds since 1970: their texts are
    /// erased, their hashes stay, so that the rest can be verified. The row that tells so is in the
    /// trail. Gives how many rows went.
    pub fn retire_trail(&self, before: i64) -> Result<u64, Error> {
        let trail = self.inner.store.trail();
        let below = trail.first_from(before)?;
        if below <= trail.retired()? {
            return Ok(0);
        }
        let told = self.told(Event::of(self.actor(), Act::Retired { below }))?;
        let rows = trail.retire(below, vec![told])?;
        self.inner.sign_head()?;
        Ok(rows)
    }
}
