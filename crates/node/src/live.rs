//! Live hints: somebody gained something. No size, no type.

use crate::session::Session;
use crate::{Node, Viewer};

/// A subscription for one viewer.
pub struct Live {
    feed: store::Feed,
    viewer: Viewer,
}

impl Live {
    /// Waits until lists and search show something that this viewer gained. False when the node
    /// closes.
    pub async fn changed(&mut self) -> bool {
        self.feed.shown(&self.viewer).await
    }
}

impl Node {
    /// Live hints for a signed-in person.
    pub fn live(&self, session: &Session) -> Live {
        Live { feed: self.inner.store.feed(), viewer: session.viewer() }
    }
}
