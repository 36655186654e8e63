//! What this node tells others of what it releases.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stix::proof::{Answer, Prefix, SignedStatement, Statement};
use stix::{Id, Timestamp};
use store::{Proven, Scope};
use taxii::between::{Between, Hints, Told};
use taxii::{Account, HostError};

use crate::error::Error;
use crate::live::Live;
use crate::{Node, Viewer};

/// How long to wait until the projections show all that is committed.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often who asks waits so long for his own: after an import that may take minutes.
const OWN: usize = 150;
/// How often who is asked does; then he lets be asked again.
const TOLD: usize = 5;

/// An answer to a question for a prefix.
#[derive(Serialize, Deserialize)]
pub(super) struct Branch {
    /// Goes with the answer to the first question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<SignedStatement>,
    #[serde(flatten)]
    pub(super) answer: Answer,
}

/// The statements that travel.
#[derive(Serialize, Deserialize)]
pub(super) struct Statements {
    pub(super) statements: Vec<SignedStatement>,
}

impl Node {
    /// What this node's own state releases to another one, under a prefix.
    pub(super) fn released_to(&self, state: &Id, prefix: Prefix) -> Result<Proven, Error> {
        let view = self.view_of(Viewer::Node(state.clone()));
        self.settled(TOLD, || view.proof(self.me(), prefix))
    }

    /// What is held of an owner, under a prefix.
    pub(super) fn proven_of(
        &self,
        owner: &Id,
        scope: Scope,
        prefix: Prefix,
    ) -> Result<Proven, Error> {
        self.settled(OWN, || self.inner.store.proof(owner, scope, prefix))
    }

    /// Reads a proof when the projections show all that is committed.
    fn settled(
        &self,
        tries: usize,
        mut read: impl FnMut() -> Result<Proven, store::Error>,
    ) -> Result<Proven, Error> {
        for _ in 0..tries {
            match read() {
                Err(store::Error::Behind) => {
                    self.inner.store.wait_caught_up(PATIENCE);
                }
                other => return Ok(other?),
            }
        }
        Err(store::Error::Behind.into())
    }

    /// This state's signed word.
    pub(super) fn state_that(
        &self,
        to: Option<Id>,
        summary: stix::proof::Summary,
    ) -> Result<SignedStatement, Error> {
        let at = Timestamp::from_micros(self.now());
        let statement = Statement { owner: self.me().clone(), to, summary, at };
        Ok(SignedStatement::new(statement, &self.inner.key.current())?)
    }
}

/// An answer in JSON, or that it cannot be given yet.
fn told<T: Serialize>(answer: Result<T, Error>) -> Result<Told, HostError> {
    match answer {
        Ok(answer) => Ok(Told::Here(serde_json::to_string(&answer)?)),
        Err(Error::Store(store::Error::Behind)) => Ok(Told::Later),
        Err(error) => Err(error.into()),
    }
}

impl Between for Node {
    type Hints = PeerHints;

    fn proof(&self, account: &Account, prefix: Prefix) -> Result<Told, HostError> {
        let Viewer::Node(state) = &account.viewer else { return Ok(Told::Nothing) };
        told(self.released_to(state, prefix).and_then(|Proven { summary, answer }| {
            let statement = if prefix == Prefix::ALL {
                Some(self.state_that(Some(state.clone()), summary)?)
            } else {
                None
            };
            Ok(Branch { statement, answer })
        }))
    }

    fn statements(&self, account: &Account) -> Result<Told, HostError> {
        let Viewer::Node(_) = &account.viewer else { return Ok(Told::Nothing) };
        let store = &self.inner.store;
        let own = self.settled(TOLD, || store.proof(self.me(), Scope::Travelling, Prefix::ALL));
        told(own.and_then(|own| {
            let mut statements = vec![self.state_that(None, own.summary)?];
            if self.inner.store.place().relay {
                statements.extend(self.carried()?.into_iter().map(|carried| carried.signed));
            }
            Ok(Statements { statements })
        }))
    }

    fn hints(&self, account: &Account) -> Option<PeerHints> {
        let Viewer::Node(_) = &account.viewer else { return None };
        Some(PeerHints {
            live: Live::of(self, account.viewer.clone()),
            node: self.clone(),
            account: account.name.clone(),
        })
    }
}

/// A line of hints to a partner's node.
pub struct PeerHints {
    live: Live,
    node: Node,
    account: String,
}

impl Hints for PeerHints {
    async fn gained(&mut self) -> bool {
        self.live.gained().await
    }

    fn goes_on(&self) -> bool {
        self.node.account(&self.account).is_ok_and(|account| account.is_some())
    }
}
