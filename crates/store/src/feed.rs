//! The feed: who gained something.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use release::Viewer;
use tokio::sync::watch;

use crate::intern::Number;
use crate::shared::Shared;

/// Commits are numbered within this process; the first is what the store held when it was opened. For each audience the last commit in which
/// it gained something is known; so a slow subscriber misses nothing, and nothing piles up.
pub(crate) struct Pulse {
    gained: RwLock<Vec<u64>>,
    committed: watch::Sender<u64>,
    settled: watch::Sender<u64>,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            gained: RwLock::default(),
            committed: watch::Sender::new(1),
            settled: watch::Sender::new(0),
        }
    }

    /// The last commit.
    pub(crate) fn now(&self) -> u64 {
        *self.committed.borrow()
    }

    /// Something was committed, and these audiences gained by it.
    pub(crate) fn commit(&self, audiences: &HashSet<Number>) -> u64 {
        let commit = self.now() + 1;
        {
            let mut gained = self.gained.write().unwrap_or_else(PoisonError::into_inner);
            for at in audiences.iter().filter_map(|audience| usize::try_from(*audience).ok()) {
                if gained.len() <= at {
                    gained.resize(at + 1, 0);
                }
                if let Some(last) = gained.get_mut(at) {
                    *last = commit;
                }
            }
        }
        self.committed.send_replace(commit);
        commit
    }

    /// The projections show everything up to this commit.
    pub(crate) fn settle(&self, commit: u64) {
        self.settled.send_replace(commit);
    }

    fn gained_after(&self, commit: u64, wants: impl Fn(Number) -> bool) -> bool {
        let gained = self.gained.read().unwrap_or_else(PoisonError::into_inner);
        let mut recent = gained.iter().enumerate().filter(|(_, last)| **last > commit);
        recent.any(|(at, _)| Number::try_from(at).is_ok_and(&wants))
    }
}

/// A subscription to commits. It says only *that* a viewer gained something, never what or how
/// much. It does not keep the store open.
pub struct Feed {
    shared: std::sync::Weak<Shared>,
    committed: watch::Receiver<u64>,
    settled: watch::Receiver<u64>,
    /// The last commit reported by `gained`, by `shown`.
    reported: (u64, u64),
}

impl Feed {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        let now = shared.pulse.now();
        Self {
            shared: Arc::downgrade(shared),
            committed: shared.pulse.committed.subscribe(),
            settled: shared.pulse.settled.subscribe(),
            reported: (now, now),
        }
    }

    /// Waits until something was committed that `viewer` may see and that this subscription has
    /// not reported yet. It can be fetched by [`crate::View::page`] at once; lists and search may
    /// lag. False when the store is closed.
    pub async fn gained(&mut self, viewer: &Viewer) -> bool {
        wait(&self.shared, &mut self.committed, &mut self.reported.0, viewer).await
    }

    /// Like [`Feed::gained`], but waits until lists and search show it too.
    pub async fn shown(&mut self, viewer: &Viewer) -> bool {
        wait(&self.shared, &mut self.settled, &mut self.reported.1, viewer).await
    }
}

async fn wait(
    shared: &std::sync::Weak<Shared>,
    commits: &mut watch::Receiver<u64>,
    reported: &mut u64,
    viewer: &Viewer,
) -> bool {
    loop {
        {
            let Some(shared) = shared.upgrade() else { return false };
            let now = *commits.borrow_and_update();
            if now > *reported {
                let visible = shared.audiences.visible(viewer);
                let gained = shared.pulse.gained_after(*reported, |audience| visible.has(audience));
                *reported = now;
                if gained {
                    return true;
                }
            }
        }
        if commits.changed().await.is_err() {
            return false;
        }
    }
}
