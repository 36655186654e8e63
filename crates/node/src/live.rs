//! Live hints: somebody gained something. No size, no type.

use crate::session::Session;
use crate::{Node, Viewer};

/// A subscription for one viewer.
pub struct Live {
    feed: store::Feed,
    viewer: Viewer,
}

impl Live {
    pub(crate) fn of(node: &Node, viewer: Viewer) -> Self {
        Self { feed: node.inner.store.feed(), viewer }
    }

    /// Waits until this viewer gained something that can be fetched now; lists and search may show
    /// it later. False when the node closes.
    pub async fn gained(&mut self) -> bool {
        self.feed.gained(&self.viewer).await
    }

    /// Waits until lists and search show something that this viewer gained. False when the node
    /// closes.
    pub async fn changed(&mut self) -> bool {
        self.feed.shown(&self.viewer).await
    }
}

impl Node {
    /// Live hints for a signed-in person.
    pub fn live(&self, session: &Session) -> Live {
        Live::of(self, session.viewer())
    }
}
