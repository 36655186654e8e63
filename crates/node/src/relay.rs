//! Whether a node passes on what other states released to it.

use crate::Node;
use crate::audit::{Act, Event};
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
        let act = Act::Setting { name: "relay".to_owned(), value: relay.to_string() };
        let told = self.told(Event::of(self.actor(), act))?;
        let place = release::Place { relay, ..(*self.inner.store.place()).clone() };
        self.inner.store.place_changed(place)?;
        self.inner.store.append(store::Batch { objects: Vec::new(), records: vec![told] })?;
        Ok(())
    }
}
