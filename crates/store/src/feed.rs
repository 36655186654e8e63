//! The feed: who gained something.

use std::sync::Arc;

use release::Viewer;

use crate::store::Inner;

/// A subscription to commits. It says only *that* a viewer gained something, never what or how
/// much.
pub struct Feed {
    pub(crate) inner: Arc<Inner>,
}

impl Feed {
    /// Waits until something was committed that `viewer` may see and that this subscription has
    /// not reported yet. It can be fetched by [`crate::View::page`] at once; lists and search may
    /// lag. False when the store is closed.
    pub async fn gained(&mut self, viewer: &Viewer) -> bool {
        let _ = (&self.inner, viewer);
        todo!()
    }

    /// Like [`Feed::gained`], but waits until lists and search show it too.
    pub async fn shown(&mut self, viewer: &Viewer) -> bool {
        let _ = viewer;
        todo!()
    }
}
