//! Packs: what one state released to another, as a file on a stick, for where no line leads.
//!
//! A pack holds what its reader would get by TAXII since the pack before, and the reader's node
//! takes it in as if it had pulled it. Each pack also says which pack of the other side was read
//! last: so both learn what arrived, without a line.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use stix::Timestamp;

use crate::Node;
use crate::audit::Head;
use crate::error::Error;
pub use read::{PackRead, RefusedObject};
pub use write::{PackFrom, PackWritten};

/// The last pack in one direction. Of the objects in it nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastPack {
    /// Its name.
    pack: String,
    /// Its number in the direction from one state to the other, from 1.
    number: u64,
    /// Up to which moment of its writer's it goes.
    up_to: Option<Timestamp>,
    /// When it was written or read here, microseconds since 1970.
    at: i64,
}

impl Node {
    /// The number of the next pack for a partner.
    pub fn next_pack(&self, peer: &str) -> Result<u64, Error> {
        let peer = self.find_peer(peer)?;
        let last = self.packs_written().get(peer.profile.state.as_str())?;
        Ok(last.map_or(1, |last| last.number + 1))
    }

    /// The last pack written for each peer, by its state.
    pub(crate) fn packs_written(&self) -> store::Shelf<LastPack> {
        self.inner.store.shelf("pack-written")
    }

    /// The last pack read of each peer, by its state.
    pub(crate) fn packs_read(&self) -> store::Shelf<LastPack> {
        self.inner.store.shelf("pack-read")
    }

    /// The latest head of each peer's audit trail that came here, by its state.
    pub(crate) fn witnessed(&self) -> store::Shelf<Head> {
        self.inner.store.shelf("audit-witness")
    }
}
