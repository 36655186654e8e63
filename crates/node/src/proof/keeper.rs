//! Proofs in the background: soon after a link is live, then from time to time.

use std::collections::HashMap;
use std::time::Duration;

use stix::Id;

use crate::Node;
use crate::error::Error;
use crate::peer::Link;

/// How often to look whether a proof is due.
const LOOK: Duration = Duration::from_secs(5);
const MINUTE: i64 = 60 * 1_000_000;
/// How long to wait after a completed proof, and after one that failed, in microseconds.
const AFTER: (i64, i64) = (60 * MINUTE, 5 * MINUTE);

impl Node {
    /// Starts proving with every peer that is live. Ends with the returned task.
    pub fn start_proofs(&self) -> tokio::task::JoinHandle<()> {
        let node = self.clone();
        tokio::spawn(async move {
            // When each peer is due again.
            let mut due: HashMap<Id, i64> = HashMap::new();
            loop {
                for state in node.aside(Self::provable).await.unwrap_or_default() {
                    let now = node.now();
                    if due.get(&state).is_some_and(|due| now < *due) {
                        continue;
                    }
                    let pause = match node.prove(state.as_str()).await {
                        Ok(_) => AFTER.0,
                        Err(error) => {
                            tracing::info!(peer = %state, %error, "no proof");
                            AFTER.1
                        }
                    };
                    due.insert(state, node.now() + pause);
                }
                tokio::time::sleep(LOOK).await;
            }
        })
    }

    /// The peers with which a proof can be made now.
    fn provable(&self) -> Result<Vec<Id>, Error> {
        let is_live = |state: &Id| matches!(self.link(state), Link::Live { .. });
        let peers = self.peers()?.into_iter();
        let states = peers.filter(|peer| peer.source.is_some()).map(|peer| peer.profile.state);
        Ok(states.filter(is_live).collect())
    }
}
