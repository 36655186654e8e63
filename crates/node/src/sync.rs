//! Following peers and feeds: what keeps replicas whole.
//!
//! One task for each that is followed asks for what is new, waits, and asks again. How a round goes
//! is in [`crate::pull`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use crate::Node;
use crate::error::Error;
use crate::feed::Origin;

/// After a restart a state's node is tried again this soon, however long it was gone.
const SOON: Duration = Duration::from_secs(5);

/// A follower, and the settings it follows by.
struct Followed {
    settings: String,
    task: tokio::task::AbortHandle,
}

impl Node {
    /// Starts pulling from every peer that invited us and from every feed, and from those that will
    /// be. Ends with the returned task.
    pub fn start_sync(&self) -> tokio::task::JoinHandle<()> {
        let node = self.clone();
        tokio::spawn(async move {
            let mut followed: HashMap<Origin, Followed> = HashMap::new();
            // Aborts the followers when this task is aborted.
            let mut tasks = tokio::task::JoinSet::new();
            for round in 0_u64.. {
                // What waits, waits for hours: looking once in some minutes is enough.
                if round % 100 == 0
                    && let Err(error) = node.aside(Self::admit_waiting).await
                {
                    tracing::error!(%error, "cannot judge again what waited");
                }
                let answered = node.aside(Self::answer_recalls).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "cannot answer recalls");
                    0
                });
                // Whoever was not reached with a receipt is tried again within a minute.
                if answered > 0 || round % 30 == 0 {
                    let answering = node.clone();
                    tasks.spawn(async move { answering.hand_in_receipts().await });
                }
                if let Err(error) = node.aside(Self::tend_trail).await {
                    tracing::error!(%error, "cannot tend the audit trail");
                }
                match node.aside(Self::origins).await {
                    Ok(wanted) => {
                        // One with other settings than it had is followed anew.
                        followed.retain(|origin, held| {
                            let stays = wanted.get(origin) == Some(&held.settings);
                            if !stays {
                                held.task.abort();
                            }
                            stays
                        });
                        for (origin, settings) in wanted {
                            if let Entry::Vacant(free) = followed.entry(origin) {
                                let (puller, whom) = (node.clone(), free.key().clone());
                                let task = tasks.spawn(async move { puller.follow(&whom).await });
                                free.insert(Followed { settings, task });
                            }
                        }
                    }
                    Err(error) => tracing::error!(%error, "cannot read whom to follow"),
                }
                while tasks.try_join_next().is_some() {}
                followed.retain(|_, held| !held.task.is_finished());
                tokio::select! {
                    () = node.inner.nudge.notified() => {}
                    () = tokio::time::sleep(Duration::from_secs(2)) => {}
                }
            }
        })
    }

    /// All that is followed now, with what it is followed by.
    fn origins(&self) -> Result<HashMap<Origin, String>, Error> {
        let mut found = HashMap::new();
        for peer in self.peers()? {
            if let Some(source) = peer.source.filter(|source| !source.terms.paused) {
                found.insert(Origin::Node(peer.profile.state), text(&source)?);
            }
        }
        for feed in self.feeds()?.into_iter().filter(|feed| !feed.terms.paused) {
            found.insert(Origin::Feed(feed.name.clone()), text(&feed)?);
        }
        Ok(found)
    }

    /// Pulls from one until the task is ended.
    async fn follow(&self, origin: &Origin) {
        let wake = self.inner.pulls.wake(&origin.to_string());
        let mut pause = self.patience(origin).await;
        let mut connection = None;
        // Ends with this task.
        let mut ears = tokio::task::JoinSet::new();
        if let Origin::Node(state) = origin {
            ears.spawn(self.clone().listen(state.clone()));
        }
        loop {
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            let (next, outcome) = self.round(origin, &mut connection, &|_| {}).await;
            pause = next;
            if let Origin::Node(state) = origin {
                if let Ok(counts) = &outcome {
                    pause = self.paced(state, next, counts.objects() > 0);
                }
                let answer = outcome.as_ref().map(|_| ()).map_err(ToString::to_string);
                let is_news = self.set_link(state, answer);
                match &outcome {
                    Ok(_) if is_news => tracing::info!(peer = %state, "live"),
                    Err(error) if is_news => tracing::warn!(peer = %state, %error, "not reached"),
                    _ => {}
                }
            } else if let Err(error) = &outcome {
                tracing::warn!(feed = %origin, %error, "not pulled");
            }
        }
    }

    /// What is left of the pause that was begun before this process, or before the settings
    /// changed.
    async fn patience(&self, origin: &Origin) -> Duration {
        let whom = origin.clone();
        let status = self.aside(move |node| node.pull_status(&whom)).await.unwrap_or_default();
        let left = status.next.map_or(0, |next| next.saturating_sub(self.now()));
        let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
        match origin {
            Origin::Node(_) => left.min(SOON),
            Origin::Feed(_) => left,
        }
    }
}

/// The same for the same settings.
fn text(settings: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(settings).map_err(|error| Error::Setting { reason: error.to_string() })
}
