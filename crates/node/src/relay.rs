//! Whether a node passes on what other states released to it.

use crate::Node;
use crate::error::Error;

impl Node {
    /// Whether this node relays: whether it serves other nodes, beside its own state's objects,
    /// those of other states that are marked TLP:CLEAR or TLP:GREEN.
    pub fn relays(&self) -> bool {
        self.inner.store.place().relay
    }

    /// Sets whether this node relays. For whoever administers the machine. What becomes visible by
    /// it is offered to partners anew; what they have already, they keep.
    pub fn set_relay(&self, relay: bool) -> Result<(), Error> {
        let place = release::Place { relay, ..(*self.inner.store.place()).clone() };
        Ok(self.inner.store.place_changed(place)?)
    }
}
