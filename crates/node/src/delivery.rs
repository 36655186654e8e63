//! What partners have received.
//!
//! A partner that asks for what was added after some moment holds everything up to it: that is
//! how its node keeps its place. So its questions are its receipts, and nothing more need be sent.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use stix::Id;

use crate::error::Error;
use crate::peer::Link;
use crate::session::Session;
use crate::{Node, Profile, Viewer};

const SHELF: &str = "delivery";

/// How far a partner has come, in microseconds since 1970.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// The newest moment it was sent.
    sent: i64,
    /// The newest moment from which it asked on.
    received: i64,
    /// When it asked so.
    at: i64,
}

impl Progress {
    /// Each as far as either says: another process may have written or read a pack.
    fn and(mut self, other: Self) -> Self {
        self.sent = self.sent.max(other.sent);
        if other.received > self.received {
            (self.received, self.at) = (other.received, other.at);
        }
        self
    }
}

#[derive(Default)]
pub(crate) struct Ledger {
    progress: Mutex<HashMap<Id, Progress>>,
    links: Mutex<HashMap<Id, Link>>,
}

impl Ledger {
    pub(crate) fn took(&self, state: &Id) -> Option<i64> {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.get(state).map(|progress| progress.at).filter(|at| *at > 0)
    }
}

/// Whether a partner has an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum DeliveryState {
    /// It is not released to this partner.
    NotFor,
    /// The partner's node has it.
    Received,
    /// It was sent; the partner has not asked on yet.
    Sent,
    /// The partner has not fetched it yet.
    NotReached,
}

/// How one object stands with one partner.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// The partner.
    pub partner: Profile,
    /// Whether it has the object.
    pub state: DeliveryState,
    /// Why the partner may see it, or may not.
    pub decision: release::Decision,
    /// Since when it may see it, in microseconds since 1970.
    pub since: Option<i64>,
}

impl Node {
    /// How an object of ours stands with each partner.
    pub fn deliveries(&self, session: &Session, id: &Id) -> Result<Vec<Delivery>, Error> {
        let Some(seen) = self.view(session).get(id)? else { return Ok(Vec::new()) };
        let place = self.inner.store.place();
        self.load_deliveries()?;
        let progress =
            self.inner.deliveries.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let peers = self.peers()?;
        Ok(peers
            .into_iter()
            .map(|peer| {
                let decision = release::decide(
                    &seen.policy,
                    &Viewer::Node(peer.profile.state.clone()),
                    &place,
                );
                let reached = progress.get(&peer.profile.state).copied().unwrap_or_default();
                let state = match () {
                    () if !decision.allowed => DeliveryState::NotFor,
                    () if reached.received >= seen.added => DeliveryState::Received,
                    () if reached.sent >= seen.added => DeliveryState::Sent,
                    () => DeliveryState::NotReached,
                };
                let since = decision.allowed.then_some(seen.added);
                Delivery { partner: peer.profile, state, decision, since }
            })
            .collect())
    }

    /// Whether a partner that may see something has it, by when it became visible.
    pub(crate) fn reached(&self, state: &Id, added: i64) -> DeliveryState {
        let progress = self.inner.deliveries.progress.lock();
        let progress = progress.unwrap_or_else(PoisonError::into_inner);
        let reached = progress.get(state).copied().unwrap_or_default();
        if reached.received >= added {
            DeliveryState::Received
        } else if reached.sent >= added {
            DeliveryState::Sent
        } else {
            DeliveryState::NotReached
        }
    }

    /// Up to which moment a partner holds everything, as far as it said; 0 if it never did.
    pub fn received_up_to(&self, state: &Id) -> Result<i64, Error> {
        Ok(self.progress_shelf().get(state.as_str())?.unwrap_or_default().received)
    }

    /// A partner asked for what was added after `moment`. It can only have received what it was
    /// sent, whatever moment it names.
    pub(crate) fn partner_asked(&self, state: &Id, moment: i64) {
        self.advance(state, |progress, now| {
            let moment = moment.min(progress.sent);
            if moment > progress.received {
                (progress.received, progress.at) = (moment, now);
            }
        });
    }

    /// A partner was sent everything up to `moment`.
    pub(crate) fn partner_served(&self, state: &Id, moment: i64) {
        self.advance(state, |progress, _| progress.sent = progress.sent.max(moment));
    }

    fn advance(&self, state: &Id, change: impl FnOnce(&mut Progress, i64)) {
        let changed = {
            let mut held =
                self.inner.deliveries.progress.lock().unwrap_or_else(PoisonError::into_inner);
            let progress = held.entry(state.clone()).or_default();
            let before = (progress.sent, progress.received);
            change(progress, self.now());
            (before != (progress.sent, progress.received)).then_some(*progress)
        };
        let Some(progress) = changed else { return };
        let merged = |held: Option<Progress>| Some(held.unwrap_or_default().and(progress));
        if let Err(error) = self.progress_shelf().update(state.as_str(), merged) {
            tracing::error!(%error, "cannot keep what a partner has received");
        }
    }

    pub(crate) fn load_deliveries(&self) -> Result<(), Error> {
        let held = self.progress_shelf().list()?;
        let mut progress =
            self.inner.deliveries.progress.lock().unwrap_or_else(PoisonError::into_inner);
        for (state, kept) in held {
            let Ok(state) = Id::parse(&state) else { continue };
            let known = progress.entry(state).or_default();
            *known = known.and(kept);
        }
        Ok(())
    }

    pub(crate) fn link(&self, state: &Id) -> Link {
        let links = self.inner.deliveries.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.get(state).cloned().unwrap_or(Link::Waiting)
    }

    /// Says how the link to a peer stands now; gives whether that is news.
    pub(crate) fn set_link(&self, state: &Id, answer: Result<(), String>) -> bool {
        let now = self.now();
        let mut links = self.inner.deliveries.links.lock().unwrap_or_else(PoisonError::into_inner);
        let before = links.get(state);
        let (link, news) = match (answer, before) {
            (Ok(()), before) => {
                (Link::Live { at: now }, !matches!(before, Some(Link::Live { .. })))
            }
            (Err(error), Some(Link::Gone { since, .. })) => {
                (Link::Gone { since: *since, error }, false)
            }
            (Err(error), Some(Link::Live { at })) => (Link::Gone { since: *at, error }, true),
            (Err(error), _) => (Link::Gone { since: now, error }, true),
        };
        links.insert(state.clone(), link);
        news
    }

    fn progress_shelf(&self) -> store::Shelf<Progress> {
        self.inner.store.shelf(SHELF)
    }
}
