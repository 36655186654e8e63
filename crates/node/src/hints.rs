//! Listening to peers' hints: what is released reaches an online partner at once.
//!
//! A hint says that there is something new and nothing else; the next round of pulling fetches it.
//! While a line is open, asking without a hint is rare; without one, all goes on as before.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stix::Id;
use taxii::client::{Error as ClientError, Heard};

use crate::Node;
use crate::error::Error;
use crate::feed::Origin;
use crate::pull::pace;

/// How often a peer is asked without a hint while its line is open.
const QUIET: Duration = Duration::from_mins(1);
/// The shortest and the longest pause between tries to open a line.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(2));
/// How long to leave a server alone that gives no hints.
const WITHOUT: Duration = Duration::from_mins(30);

/// The peers whose lines are open.
#[derive(Default)]
pub(crate) struct Lines(Mutex<HashSet<Id>>);

impl Lines {
    fn set(&self, state: &Id, open: bool) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open {
            lines.insert(state.clone());
        } else {
            lines.remove(state);
        }
    }

    pub(crate) fn is_open(&self, state: &Id) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(state)
    }
}

/// Says that a line is not open any more, however listening ends.
struct Open<'n> {
    node: &'n Node,
    state: &'n Id,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.node.inner.lines.set(self.state, false);
        // Without a line, its follower is to ask as often as it did.
        self.node.wake(self.state);
    }
}

impl Node {
    /// Whether hints come from a peer now.
    pub fn is_hinted(&self, state: &Id) -> bool {
        self.inner.lines.is_open(state)
    }

    /// How long to wait before a peer is asked again. After a round that brought something it is
    /// asked on soon: that is its receipt.
    pub(crate) fn paced(&self, state: &Id, pause: Duration, is_receipt_due: bool) -> Duration {
        match (self.is_hinted(state), is_receipt_due) {
            (false, _) => pause,
            (true, true) => pause.min(PAUSES.0),
            (true, false) => pause.max(QUIET),
        }
    }

    fn wake(&self, state: &Id) {
        self.inner.pulls.wake(&Origin::Node(state.clone()).to_string()).notify_one();
    }

    /// Listens to a peer's hints until the task is ended.
    pub(crate) async fn listen(self, state: Id) {
        let mut failures: u32 = 0;
        loop {
            let mut dice = [0];
            self.inner.random.fill(&mut dice);
            let pause = match self.hear(&state, &mut failures).await {
                Error::Client(ClientError::Refused { .. }) | Error::NoPeer { .. } => WITHOUT,
                error => {
                    tracing::debug!(peer = %state, %error, "no hints");
                    failures = failures.saturating_add(1);
                    pace::pause(PAUSES.0, failures, PAUSES.1, None, dice[0])
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Opens a line and hears what comes; gives why it ended.
    async fn hear(&self, state: &Id, failures: &mut u32) -> Error {
        let heard: Result<std::convert::Infallible, Error> = async {
            let whom = state.clone();
            let peer = self.aside(move |node| node.peer(&whom)).await?;
            let source = peer.and_then(|peer| peer.source);
            let source = source.ok_or_else(|| Error::NoPeer { name: state.to_string() })?;
            let mut line = self.client(&source)?.listen().await?;
            self.inner.lines.set(state, true);
            let _open = Open { node: self, state };
            loop {
                if line.next().await? == Heard::Something {
                    self.wake(state);
                }
                *failures = 0;
            }
        }
        .await;
        match heard {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }
}
