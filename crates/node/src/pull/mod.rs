//! One round of pulling, from whatever is followed.
//!
//! Each page of objects and the place behind it are one transaction, so that a crash at any moment
//! loses nothing and repeats at most what is then known already. What cannot be admitted is kept
//! aside, what cannot be had is passed by with a remark, and neither holds up the rest.

mod misp;
pub(crate) mod pace;
pub(crate) mod status;
mod taxii_walk;
mod walk;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use stix::Id;
use store::Record;
use taxii::client::{Client, Config, Credentials, Files};
use tokio::sync::Notify;

use crate::Node;
use crate::admit::Tally;
use crate::error::Error;
use crate::feed::{Access, Feed, FeedKind, Origin, Terms};
use crate::judge::Judge;
use crate::peer::Source;
use status::{Counts, Status, Trouble, TroubleKind};

/// The longest pause between tries at a state's node that is gone.
const LONGEST: Duration = Duration::from_mins(1);
/// The same for a feed.
const LONGEST_FEED: Duration = Duration::from_hours(1);

/// How long a feed's server may think: some need long for a page of a large collection.
const SLOW: Duration = Duration::from_mins(1);

/// What this process knows of pulling that is written down seldom, and how followers are woken.
#[derive(Default)]
pub(crate) struct Pulls {
    known: Mutex<HashMap<String, Status>>,
    wakes: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Pulls {
    fn status(&self, key: &str) -> Option<Status> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn know(&self, key: &str, status: Status) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key.to_owned(), status);
    }

    fn forget(&self, key: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// What wakes the follower of this key.
    pub(crate) fn wake(&self, key: &str) -> Arc<Notify> {
        let mut wakes = self.wakes.lock().unwrap_or_else(PoisonError::into_inner);
        wakes.entry(key.to_owned()).or_default().clone()
    }
}

/// Told after every page how far a round is.
pub(crate) type Told<'t> = &'t (dyn Fn(&Counts) + Send + Sync);

/// An open connection to a state's node, with what it was made from. Kept between rounds.
pub(crate) struct Connection {
    client: Client,
    collection: String,
    source: Source,
}

impl Connection {
    /// Whether it is one to this source, as it is now.
    pub(crate) fn fits(&self, source: &Source) -> bool {
        let access = |source: &Source| {
            let Source { url, roots, user, password, allow, terms, .. } = source.clone();
            (url, roots, user, password, allow, terms.most_answer)
        };
        access(&self.source) == access(source)
    }
}

/// A round under way.
pub(crate) struct Round<'r> {
    node: &'r Node,
    origin: &'r Origin,
    terms: &'r Terms,
    told: Told<'r>,
    /// How many versions were taken before.
    before: u64,
    counts: Counts,
    remarks: Vec<String>,
    capped: bool,
}

impl Round<'_> {
    /// Takes in a page, and keeps with it what says that it was.
    async fn take(&mut self, mut slices: Vec<Bytes>, records: Vec<Record>) -> Result<Tally, Error> {
        self.sift(&mut slices);
        if slices.is_empty() && records.is_empty() {
            return Ok(Tally::default());
        }
        self.counts.bytes += slices.iter().map(|slice| slice.len() as u64).sum::<u64>();
        let origin = self.origin.clone();
        let taking = self.node.aside(move |node| node.take_in(&origin, slices, records));
        let tally = taking.await?;
        self.counts.admitted += tally.admitted as u64;
        self.counts.known += tally.known as u64;
        self.counts.refused += tally.refused as u64;
        (self.told)(&self.counts);
        tracing::debug!(from = %self.origin, ?tally, "pulled");
        Ok(tally)
    }

    /// Leaves out what is too large, and what was not asked for.
    fn sift(&mut self, slices: &mut Vec<Bytes>) {
        #[derive(Deserialize)]
        struct Named {
            #[serde(default)]
            id: String,
            #[serde(default, rename = "type")]
            type_name: String,
        }
        let named = |slice: &Bytes| serde_json::from_slice::<Named>(slice).ok();
        let Terms { most_object, types, .. } = self.terms;
        let mut large = Vec::new();
        slices.retain(|slice| {
            if slice.len() as u64 > *most_object {
                let id = named(slice).map_or_else(|| "an object".to_owned(), |named| named.id);
                large.push(format!("{} has {} bytes", brief(&id), slice.len()));
                return false;
            }
            types.is_empty() || named(slice).is_none_or(|named| types.contains(&named.type_name))
        });
        for what in large {
            self.pass_by(format!("{what}, and at most {most_object} are taken"));
        }
    }

    /// Something cannot be had.
    fn pass_by(&mut self, why: String) {
        self.counts.passed_by += 1;
        self.remarks.push(why);
    }

    /// Whether this round may go on.
    ///
    /// # Errors
    /// If as much is held as is allowed.
    fn may_go_on(&mut self) -> Result<bool, Error> {
        if let Some(most) = self.terms.most_held
            && self.before + self.counts.admitted >= most
        {
            return Err(Error::Full { most });
        }
        self.capped = self.counts.objects() >= self.terms.most_round;
        Ok(!self.capped)
    }
}

/// An identifier as others wrote it, short enough for a remark.
fn brief(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

impl Node {
    /// Pulls once from the peer or feed of this name, code or identity: everything that there is
    /// since the last time. `told` hears after every page how far it is.
    pub async fn pull_now(
        &self,
        name: &str,
        told: impl Fn(&Counts) + Send + Sync,
    ) -> Result<Counts, Error> {
        let wanted = name.to_owned();
        let origin = self.aside(move |node| node.find_origin(&wanted)).await?;
        self.round(&origin, &mut None, &told).await.1
    }

    /// [`Node::pull_now`], for whom the outcome is enough.
    pub async fn pull_from(&self, name: &str) -> Result<(), Error> {
        self.pull_now(name, |_| {}).await.map(|_| ())
    }

    /// One round. Gives how long to wait until the next one, too.
    pub(crate) async fn round(
        &self,
        origin: &Origin,
        connection: &mut Option<Connection>,
        told: Told<'_>,
    ) -> (Duration, Result<Counts, Error>) {
        let whom = origin.clone();
        let found = self
            .aside(move |node| {
                let terms = node.terms(&whom)?;
                let terms = terms.ok_or_else(|| Error::NoPeer { name: whom.to_string() })?;
                Ok((terms, node.pull_status(&whom)?.total.admitted))
            })
            .await;
        let (terms, before) = match found {
            Ok(found) => found,
            Err(error) => return (LONGEST, Err(error)),
        };
        let mut round = Round {
            node: self,
            origin,
            terms: &terms,
            told,
            before,
            counts: Counts::default(),
            remarks: Vec::new(),
            capped: false,
        };
        let done = self.fetch(origin, connection, &mut round).await;
        let Round { counts, remarks, capped, .. } = round;
        if done.is_err() {
            *connection = None;
        }
        let ended = Ended { counts, remarks, capped, trouble: done.as_ref().err().map(trouble) };
        let (whom, held) = (origin.clone(), terms.clone());
        let noted = self.aside(move |node| node.note_round(&whom, &held, ended)).await;
        let pause = noted.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot write down how pulling went");
            LONGEST
        });
        (pause, done.map(|()| counts))
    }

    async fn fetch(
        &self,
        origin: &Origin,
        connection: &mut Option<Connection>,
        round: &mut Round<'_>,
    ) -> Result<(), Error> {
        round.may_go_on()?;
        match origin {
            Origin::Node(state) => {
                let whom = state.clone();
                let peer = self.aside(move |node| node.peer(&whom)).await?;
                let source = peer.and_then(|peer| peer.source);
                let source = source.ok_or_else(|| Error::NoPeer { name: origin.to_string() })?;
                let held = match connection.take().filter(|held| held.fits(&source)) {
                    Some(held) => held,
                    None => self.connect(source.clone()).await?,
                };
                let held = connection.insert(held);
                self.pull_node(state, &source, &held.client, &held.collection, round).await
            }
            Origin::Feed(name) => {
                let wanted = name.clone();
                let feed = self.aside(move |node| node.feed(&wanted)).await?;
                let feed = feed.ok_or_else(|| Error::NoPeer { name: name.clone() })?;
                let Feed { kind, terms, .. } = feed;
                match kind {
                    FeedKind::Taxii { access, api_root, collections, from } => {
                        let config = self.config(&access, &terms)?;
                        let config = Config { api_root, patience: SLOW, ..config };
                        let client = Client::new(config)?;
                        self.pull_taxii(name, &client, &collections, from.as_ref(), round).await
                    }
                    FeedKind::Misp { access } => {
                        let config = self.config(&access, &terms)?;
                        let files = Files::new(Config { patience: SLOW, ..config })?;
                        self.pull_misp(name, &misp::Shop::Remote(files), round).await
                    }
                    FeedKind::Folder { path } => {
                        self.pull_misp(name, &misp::Shop::Folder(path), round).await
                    }
                }
            }
        }
    }

    /// Connects to a state's node and finds what it releases: it lies in the first collection that
    /// can be read and not written.
    async fn connect(&self, source: Source) -> Result<Connection, Error> {
        let client = self.client(&source)?;
        let collections = client.collections().await?;
        let released = collections
            .iter()
            .find(|one| one.can_read && !one.can_write)
            .or_else(|| collections.iter().find(|one| one.can_read));
        let released = released.ok_or_else(|| Error::Invitation {
            reason: "the peer offers no collection that can be read".to_owned(),
        })?;
        Ok(Connection { collection: released.id.clone(), client, source })
    }

    /// What asks a state's node; nothing is sent yet.
    pub(crate) fn client(&self, source: &Source) -> Result<Client, Error> {
        let access = Access {
            url: source.url.clone(),
            allow: source.allow.clone(),
            roots: source.roots.clone(),
            pin: None,
            user: Some(source.user.clone()),
            password: Some(source.password.clone()),
        };
        Ok(Client::new(self.config(&access, &source.terms)?)?)
    }

    /// How a server is reached, and how much of an answer is taken.
    pub(crate) fn config(&self, access: &Access, terms: &Terms) -> Result<Config, Error> {
        let pin = access.pin.as_deref().map(str::parse).transpose();
        let credentials = access.user.as_ref().map(|user| Credentials {
            user: user.clone(),
            password: access.password.clone().unwrap_or_default(),
        });
        Ok(Config {
            url: access.url.clone(),
            credentials,
            identity: self.identity()?,
            roots: access.roots.clone(),
            pin: pin.map_err(|reason| Error::Setting { reason })?,
            allow: access.allow.clone(),
            most: usize::try_from(terms.most_answer).unwrap_or(usize::MAX),
            network: self.inner.network.clone(),
            ..Config::default()
        })
    }

    /// Judges a page and keeps it together with what says that it was taken.
    fn take_in(
        &self,
        origin: &Origin,
        slices: Vec<Bytes>,
        records: Vec<Record>,
    ) -> Result<Tally, Error> {
        let mut judge = Judge::begin(self)?;
        let holder = origin.holder();
        let judged = slices.into_iter().map(|bytes| judge.bytes(bytes, &holder)).collect();
        self.keep(judge, judged, &origin.to_string(), records)
    }

    /// Writes down how a round went. Gives how long to wait until the next one.
    fn note_round(&self, origin: &Origin, terms: &Terms, ended: Ended) -> Result<Duration, Error> {
        let now = self.now();
        let mut dice = [0];
        self.inner.random.fill(&mut dice);
        let longest = match origin {
            Origin::Node(_) => LONGEST,
            Origin::Feed(_) => LONGEST_FEED,
        };
        let mut pause = Duration::ZERO;
        let Ended { counts, remarks, capped, trouble } = ended;
        self.note_status(origin, |status| {
            status.tried = Some(now);
            status.capped = capped;
            if counts != Counts::default() {
                (status.last, status.last_at) = (counts, Some(now));
                status.total.add(&counts);
            }
            for remark in remarks {
                status.remark(remark);
            }
            let mut asked = None;
            match trouble {
                None => {
                    (status.succeeded, status.failures) = (Some(now), 0);
                    status.trouble = None;
                }
                Some((kind, text, patience)) => {
                    status.failures = status.failures.saturating_add(1);
                    let since = status.trouble.as_ref().map_or(now, |before| before.since);
                    status.trouble = Some(Trouble { kind, text, since });
                    asked = patience;
                }
            }
            let every = Duration::from_millis(terms.every);
            pause = pace::pause(every, status.failures, longest, asked, dice[0]);
            let micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
            status.next = Some(now.saturating_add(micros));
        })?;
        Ok(pause)
    }

    pub(crate) fn forget_places(&self, feed: &str) -> Result<(), Error> {
        let prefix = format!("{feed}/");
        let places = self.place_shelf();
        let events = self.event_shelf();
        for (key, _) in places.list()?.into_iter().filter(|(key, _)| key.starts_with(&prefix)) {
            places.remove(&key)?;
        }
        for (key, _) in events.list()?.into_iter().filter(|(key, _)| key.starts_with(&prefix)) {
            events.remove(&key)?;
        }
        Ok(())
    }

    /// Runs what reads or writes the store on a thread that may wait.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let node = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&node)).await;
        done.unwrap_or(Err(Error::Closing))
    }
}

/// How a round ended.
struct Ended {
    counts: Counts,
    remarks: Vec<String>,
    capped: bool,
    trouble: Option<(TroubleKind, String, Option<Duration>)>,
}

/// What kind of failure it was, in words, and how long the server wants to be left alone.
fn trouble(error: &Error) -> (TroubleKind, String, Option<Duration>) {
    use taxii::client::Error as Client;
    let mut patience = None;
    let kind = match error {
        Error::Client(error) => match error {
            Client::Address { .. } => TroubleKind::Address,
            Client::NotPublic { .. } => TroubleKind::NotPublic,
            Client::Roots { .. } | Client::Tls { .. } => TroubleKind::Certificate,
            Client::Connection { .. } | Client::Timeout { .. } => TroubleKind::NoAnswer,
            Client::SignIn { .. } => TroubleKind::SignIn,
            Client::Busy { after, .. } => {
                patience = after.map(Duration::from_secs);
                TroubleKind::Busy
            }
            Client::Elsewhere { .. } => TroubleKind::Elsewhere,
            Client::TooLarge { .. } | Client::TooMany { .. } => TroubleKind::TooLarge,
            Client::Unreadable { .. } | Client::NotTaxii { .. } => TroubleKind::Unreadable,
            _ => TroubleKind::Refused,
        },
        Error::NotPublic { .. } => TroubleKind::NotPublic,
        Error::Full { .. } => TroubleKind::Full,
        Error::Repeats => TroubleKind::Repeats,
        Error::Feed { .. } => TroubleKind::Unreadable,
        Error::Invitation { .. } => TroubleKind::Refused,
        _ => TroubleKind::Node,
    };
    (kind, error.to_string(), patience)
}

/// What is kept of an event of a MISP feed: its manifest's moment when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    timestamp: i64,
}

impl Node {
    /// Where we are in the collections of feeds, by feed and collection.
    fn place_shelf(&self) -> store::Shelf<walk::Place> {
        self.inner.store.shelf("feed-place")
    }

    /// Which events of MISP feeds were taken, by feed and UUID.
    fn event_shelf(&self) -> store::Shelf<Event> {
        self.inner.store.shelf("feed-event")
    }

    /// A place that is to be kept of a state's node.
    fn cursor_record(
        &self,
        state: &Id,
        source: &Source,
        place: &walk::Place,
    ) -> Result<Option<Record>, Error> {
        let cursor = place.at.clone().map(|at| {
            let (url, key) = (source.url.clone(), source.key.clone());
            self.cursor_shelf().record(state.as_str(), &crate::peer::Cursor { url, key, at })
        });
        Ok(cursor.transpose()?)
    }
}
