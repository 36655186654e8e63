//! Pulling from peers: what keeps replicas whole.
//!
//! One task per peer asks for what was added after its cursor. Objects and the cursor's move are
//! one transaction, so that a crash at any moment loses nothing and repeats at most what is then
//! known already. An object that cannot be admitted is kept aside and never holds up the rest.

use std::collections::HashMap;
use std::time::Duration;

use stix::{Id, Timestamp};
use taxii::client::{Client, Config, Credentials, Network};

use crate::Node;
use crate::error::Error;
use crate::judge::Judge;
use crate::peer::{Cursor, Peer, Source};

/// Objects asked for at once.
const PAGE: u32 = 1_000;
/// The longest pause between tries at a peer that is gone.
const LONGEST: Duration = Duration::from_mins(1);

impl Node {
    /// Starts pulling from every peer that invited us, and from those that will. Ends with the
    /// returned task.
    pub fn start_sync(&self) -> tokio::task::JoinHandle<()> {
        let node = self.clone();
        tokio::spawn(async move {
            let mut followed: HashMap<Id, tokio::task::JoinHandle<()>> = HashMap::new();
            // Aborts the followers when this task is aborted.
            let mut tasks = tokio::task::JoinSet::new();
            for round in 0_u64.. {
                // What waits, waits for hours: looking once in some minutes is enough.
                if round % 100 == 0
                    && let Err(error) = node.aside(Self::admit_waiting).await
                {
                    tracing::error!(%error, "cannot judge again what waited");
                }
                for peer in node.aside(Self::peers).await.unwrap_or_default() {
                    let state = peer.profile.state;
                    if peer.source.is_some() && !followed.contains_key(&state) {
                        let puller = node.clone();
                        let whom = state.clone();
                        let (done, ended) = tokio::sync::oneshot::channel::<()>();
                        tasks.spawn(async move {
                            puller.follow(&whom).await;
                            drop(done);
                        });
                        followed.insert(
                            state,
                            tokio::spawn(async move { ended.await.unwrap_or_default() }),
                        );
                    }
                }
                followed.retain(|_, task| !task.is_finished());
                tokio::select! {
                    () = node.inner.nudge.notified() => {}
                    () = tokio::time::sleep(Duration::from_secs(2)) => {}
                }
            }
        })
    }

    /// Pulls once from the peer of this name, code or identity: everything that it released to us
    /// since the last time.
    pub async fn pull_from(&self, name: &str) -> Result<(), Error> {
        let wanted = name.to_owned();
        let peer = self.aside(move |node| node.find_peer(&wanted)).await?;
        let source = peer.source.ok_or_else(|| Error::NoPeer { name: name.to_owned() })?;
        self.pull(&peer.profile.state, &source, &mut None).await
    }

    /// Pulls from one peer until it is removed.
    async fn follow(&self, state: &Id) {
        let mut pause = Duration::ZERO;
        let mut connection: Option<Connection> = None;
        loop {
            tokio::time::sleep(pause).await;
            let whom = state.clone();
            let source = match self.aside(move |node| node.peer(&whom)).await {
                Ok(Some(Peer { source: Some(source), .. })) => source,
                Ok(_) => return,
                Err(error) => {
                    tracing::error!(%error, "cannot read the peer’s record");
                    pause = LONGEST;
                    continue;
                }
            };
            let every = Duration::from_millis(source.every.max(100));
            if !connection.as_ref().is_some_and(|held| held.fits(&source)) {
                connection = None;
            }
            match self.pull(state, &source, &mut connection).await {
                Ok(()) => {
                    if self.set_link(state, Ok(())) {
                        tracing::info!(peer = %state, "live");
                    }
                    pause = every;
                }
                Err(error) => {
                    connection = None;
                    if self.set_link(state, Err(error.to_string())) {
                        tracing::warn!(peer = %state, %error, "not reached");
                    }
                    // A gone peer is tried ever more seldom, but soon enough after a short break.
                    pause = (pause.max(every) * 3 / 2).min(LONGEST);
                }
            }
        }
    }

    /// Fetches everything that was added after the cursor.
    async fn pull(
        &self,
        state: &Id,
        source: &Source,
        connection: &mut Option<Connection>,
    ) -> Result<(), Error> {
        let held = match connection.take() {
            Some(held) => held,
            None => Connection::open(source, self.inner.network.clone()).await?,
        };
        let connection = connection.insert(held);
        let (whom, from) = (state.clone(), source.clone());
        let mut cursor = self.aside(move |node| node.cursor(&whom, &from)).await?;
        loop {
            let page =
                connection.client.pull(&connection.collection, cursor.as_ref(), PAGE).await?;
            let last = page.last.clone();
            if !page.slices.is_empty() {
                let (whom, from, moved) = (state.clone(), source.clone(), last.clone());
                let tally =
                    self.aside(move |node| node.take_in(&whom, &from, page.slices, moved)).await?;
                tracing::debug!(peer = %state, ?tally, "pulled");
            }
            if !page.more || last.is_none() || last <= cursor {
                return Ok(());
            }
            cursor = last;
        }
    }

    /// Judges a page and keeps it together with the cursor behind it.
    fn take_in(
        &self,
        state: &Id,
        source: &Source,
        slices: Vec<bytes::Bytes>,
        moved: Option<Timestamp>,
    ) -> Result<crate::admit::Tally, Error> {
        let mut judge = Judge::begin(self)?;
        let judged = slices.into_iter().map(|bytes| judge.bytes(bytes, state)).collect();
        let cursor = moved.map(|at| {
            let cursor = Cursor { url: source.url.clone(), key: source.key.clone(), at };
            self.cursor_shelf().record(state.as_str(), &cursor)
        });
        self.keep(judge, judged, state.as_str(), cursor.into_iter().collect::<Result<_, _>>()?)
    }

    /// Runs what reads or writes the store on a thread that may wait.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let node = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&node)).await;
        done.unwrap_or_else(|_| {
            Err(Error::Invitation { reason: "the node is shutting down".to_owned() })
        })
    }
}

/// An open connection, with what it was made from.
struct Connection {
    client: Client,
    collection: String,
    url: String,
    user: String,
    password: String,
}

impl Connection {
    async fn open(source: &Source, network: Network) -> Result<Self, Error> {
        let client = Client::new(Config {
            url: source.url.clone(),
            credentials: Some(Credentials {
                user: source.user.clone(),
                password: source.password.clone(),
            }),
            roots: source.roots.clone(),
            network,
            allow: source.allow.clone(),
            ..Config::default()
        })?;
        let collections = client.collections().await?;
        // What another node releases lies in the first collection that can be read and not written.
        let released = collections
            .iter()
            .find(|one| one.can_read && !one.can_write)
            .or_else(|| collections.iter().find(|one| one.can_read));
        let released = released.ok_or_else(|| Error::Invitation {
            reason: "the peer offers no collection that can be read".to_owned(),
        })?;
        Ok(Self {
            collection: released.id.clone(),
            client,
            url: source.url.clone(),
            user: source.user.clone(),
            password: source.password.clone(),
        })
    }

    fn fits(&self, source: &Source) -> bool {
        self.url == source.url && self.user == source.user && self.password == source.password
    }
}
