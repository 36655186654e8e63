//! Feeds: servers that are nobody's node, from which we pull all the same.
//!
//! A TAXII server or a MISP feed belongs to no state here. What a known state signed is that
//! state's, from wherever it comes; everything else that a feed brings is held as the feed's, read
//! by this node's own people, and passed on to nobody.

use std::fmt;
use std::path::PathBuf;

use release::Holder;
use serde::{Deserialize, Serialize};
use stix::{Id, Timestamp};
use store::CollectionKind;

use crate::account;
use crate::error::Error;
use crate::peer::{Peer, Reach};
use crate::{Act, Event, Node};

const SHELF: &str = "feed";
/// What the name of a feed is written after, where something else could stand.
const PREFIX: &str = "feed:";

/// From whom this node pulls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The node of a state.
    Node(Id),
    /// A feed, by its name.
    Feed(String),
}

impl Origin {
    /// Who answers for what it brings and nobody signed.
    pub(crate) fn holder(&self) -> Holder {
        match self {
            Self::Node(state) => Holder::State(state.clone()),
            Self::Feed(name) => Holder::Feed(name.clone()),
        }
    }

    /// The feed of this text, if it names one.
    pub(crate) fn feed(text: &str) -> Option<Self> {
        text.strip_prefix(PREFIX).map(|name| Self::Feed(name.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(state) => write!(f, "{state}"),
            Self::Feed(name) => write!(f, "{PREFIX}{name}"),
        }
    }
}

/// How often a server is asked, and how much is taken of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// How often it is asked, in milliseconds.
    pub every: u64,
    /// Not asked for now.
    pub paused: bool,
    /// Only objects of these types; empty: of all.
    pub types: Vec<String>,
    /// The largest answer taken, in bytes.
    pub most_answer: u64,
    /// The largest object taken, in bytes.
    pub most_object: u64,
    /// The most objects looked at in one round; the next one goes on from there.
    pub most_round: u64,
    /// The most versions of objects taken in all; then nothing more is asked for.
    pub most_held: Option<u64>,
}

impl Default for Terms {
    /// Those of another state's node.
    fn default() -> Self {
        Self {
            every: 1_000,
            paused: false,
            types: Vec::new(),
            most_answer: 256 << 20,
            most_object: 1 << 20,
            most_round: 1_000_000,
            most_held: None,
        }
    }
}

impl Terms {
    /// Those of a feed: seldom, and less.
    pub fn of_feed() -> Self {
        Self {
            every: 15 * 60 * 1_000,
            most_answer: 64 << 20,
            most_round: 100_000,
            most_held: Some(1_000_000),
            ..Self::default()
        }
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |reason: &str| Err(Error::Setting { reason: reason.to_owned() });
        if self.every < 100 {
            return wrong("it cannot be asked more often than ten times a second");
        }
        if self.most_answer == 0 || self.most_object == 0 || self.most_round == 0 {
            return wrong("a limit of nothing would bring nothing: pause it instead");
        }
        let is_type = |name: &String| {
            !name.is_empty()
                && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        if !self.types.iter().all(is_type) {
            return wrong("a type is written in a–z, 0–9 and hyphen");
        }
        Ok(())
    }
}

/// How a server is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Its address.
    pub url: String,
    /// The host that may lie at an address that is not public, because an administrator allowed it
    /// by name.
    pub allow: Option<String>,
    /// The certificates that its address is checked against, in PEM.
    pub roots: String,
    /// SHA-256 of its certificate or of the key in it, which then needs no authority.
    pub pin: Option<String>,
    /// Our account there, if it asks for one.
    pub user: Option<String>,
    /// Our password there.
    pub password: Option<String>,
}

/// What a feed is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum FeedKind {
    /// A TAXII 2.1 server.
    Taxii {
        /// How it is reached: at the address of its discovery.
        access: Access,
        /// The API root, if it is not the one that discovery names first.
        #[serde(default)]
        api_root: Option<String>,
        /// The collections by id, alias or title; empty: all that may be read.
        #[serde(default)]
        collections: Vec<String>,
        /// Only what was added after this moment.
        #[serde(default)]
        from: Option<Timestamp>,
    },
    /// A MISP feed on a server.
    Misp {
        /// How it is reached: at the address of its folder.
        access: Access,
    },
    /// A MISP feed in a folder of this machine.
    Folder {
        /// The folder.
        path: PathBuf,
    },
}

/// A server that is nobody's node, from which we pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// What it is called here: 2 to 40 of a–z, 0–9, dot and hyphen.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: FeedKind,
    /// How often it is asked, and how much is taken of it.
    pub terms: Terms,
}

impl Feed {
    /// Where it lies: an address or a folder.
    pub fn address(&self) -> String {
        match &self.kind {
            FeedKind::Taxii { access, .. } | FeedKind::Misp { access } => access.url.clone(),
            FeedKind::Folder { path } => path.display().to_string(),
        }
    }

    /// How it is reached, if over the network.
    pub fn access(&self) -> Option<&Access> {
        match &self.kind {
            FeedKind::Taxii { access, .. } | FeedKind::Misp { access } => Some(access),
            FeedKind::Folder { .. } => None,
        }
    }

    fn access_mut(&mut self) -> Option<&mut Access> {
        match &mut self.kind {
            FeedKind::Taxii { access, .. } | FeedKind::Misp { access } => Some(access),
            FeedKind::Folder { .. } => None,
        }
    }
}

impl Node {
    /// Follows a feed from now on.
    pub fn add_feed(&self, mut feed: Feed, reach: Reach) -> Result<(), Error> {
        account::check_name(&feed.name)?;
        feed.terms.check()?;
        if self.find_origin(&feed.name).is_ok() {
            let reason = format!("there is a peer “{}” already", feed.name);
            return Err(Error::Setting { reason });
        }
        if let Some(access) = feed.access_mut() {
            access.allow = reach.allow(&access.url)?;
        }
        // What cannot be asked at all is said now.
        if let Some(access) = feed.access() {
            taxii::client::Client::new(self.config(access, &feed.terms)?)?;
        }
        let act = Act::PeerAdded { peer: feed.name.clone(), key: None };
        let told = self.told(Event::of(self.actor(), act))?;
        let change = |held: Option<Feed>| held.or_else(|| Some(feed.clone()));
        self.feed_shelf().update_with(&feed.name, change, &[told])?;
        self.inner.nudge.notify_waiters();
        Ok(())
    }

    /// The feeds, by name.
    pub fn feeds(&self) -> Result<Vec<Feed>, Error> {
        Ok(self.feed_shelf().list()?.into_iter().map(|(_, feed)| feed).collect())
    }

    /// The feed of that name.
    pub fn feed(&self, name: &str) -> Result<Option<Feed>, Error> {
        Ok(self.feed_shelf().get(name)?)
    }

    /// The peer or feed of that name, code or identity.
    pub fn find_origin(&self, name: &str) -> Result<Origin, Error> {
        match self.find_peer(name) {
            Ok(peer) => Ok(Origin::Node(peer.profile.state)),
            Err(error @ Error::NoPeer { .. }) => match self.feed(name)? {
                Some(feed) => Ok(Origin::Feed(feed.name)),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// How often it is asked and how much is taken of it; `None` for a peer that has not invited
    /// us.
    pub fn terms(&self, origin: &Origin) -> Result<Option<Terms>, Error> {
        Ok(match origin {
            Origin::Node(state) => {
                self.peer(state)?.and_then(|peer| peer.source).map(|source| source.terms)
            }
            Origin::Feed(name) => self.feed(name)?.map(|feed| feed.terms),
        })
    }

    /// Changes how often it is asked and how much is taken of it; it is asked again at once.
    pub fn set_terms(&self, origin: &Origin, change: impl Fn(&mut Terms)) -> Result<Terms, Error> {
        let no_peer = || Error::NoPeer { name: origin.to_string() };
        let mut terms = self.terms(origin)?.ok_or_else(no_peer)?;
        change(&mut terms);
        terms.check()?;
        // Before the settings, so that whoever meets them asks at once.
        self.note_status(origin, |status| {
            status.next = None;
            status.capped = false;
        })?;
        let act = Act::PeerChanged { peer: origin.to_string() };
        let told = [self.told(Event::of(self.actor(), act))?];
        match origin {
            Origin::Node(state) => {
                let change = |held: Option<Peer>| {
                    let mut peer = held?;
                    if let Some(source) = &mut peer.source {
                        change(&mut source.terms);
                    }
                    Some(peer)
                };
                self.peer_shelf().update_with(state.as_str(), change, &told)?;
            }
            Origin::Feed(name) => {
                let change = |held: Option<Feed>| {
                    let mut feed = held?;
                    change(&mut feed.terms);
                    Some(feed)
                };
                self.feed_shelf().update_with(name, change, &told)?;
            }
        }
        self.inner.nudge.notify_waiters();
        Ok(terms)
    }

    /// Asks it now, if it is followed.
    pub fn pull_soon(&self, origin: &Origin) {
        self.inner.pulls.wake(&origin.to_string()).notify_one();
    }

    /// Follows a feed no more. With `forget`, what it brought and nobody signed is erased too, and
    /// the number of those objects given.
    pub fn remove_feed(&self, name: &str, forget: bool) -> Result<u64, Error> {
        let feed = self.feed(name)?.ok_or_else(|| Error::NoPeer { name: name.to_owned() })?;
        let act = Act::PeerRemoved { peer: feed.name.clone() };
        let told = self.told(Event::of(self.actor(), act))?;
        let records = vec![self.feed_shelf().removal(&feed.name), told];
        self.inner.store.append(store::Batch { objects: Vec::new(), records })?;
        self.inner.nudge.notify_waiters();
        let origin = Origin::Feed(feed.name.clone());
        self.forget_places(&feed.name)?;
        self.forget_status(&origin)?;
        self.forget_aside(&origin.to_string())?;
        if forget { self.erase_fed(&feed.name) } else { Ok(0) }
    }

    /// How many objects a feed brought that nobody signed.
    pub fn held_of_feed(&self, name: &str) -> Result<u64, Error> {
        let mut held = 0;
        self.each_fed(name, |ids| {
            held += ids.len() as u64;
            Ok(())
        })?;
        Ok(held)
    }

    fn erase_fed(&self, name: &str) -> Result<u64, Error> {
        let kind = CollectionKind::Feed { name: name.to_owned() };
        let collection = self.inner.store.collection(&kind)?.key;
        let holder = Holder::Feed(name.to_owned());
        let mut erased = 0;
        self.each_fed(name, |ids| {
            for id in ids {
                erased += u64::from(self.inner.store.withdraw(collection, &holder, &id)?);
            }
            Ok(())
        })?;
        Ok(erased)
    }

    fn each_fed(
        &self,
        name: &str,
        mut see: impl FnMut(Vec<Id>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let kind = CollectionKind::Feed { name: name.to_owned() };
        if !self.inner.store.collections()?.iter().any(|held| held.kind == kind) {
            return Ok(());
        }
        let collection = self.inner.store.collection(&kind)?.key;
        let view = self.everything();
        let mut query = store::PageQuery::of(collection, 1_000);
        loop {
            let page = view.manifest(&query)?;
            let ids = page.items.iter().filter_map(|brief| Id::parse(&brief.id).ok());
            see(ids.collect())?;
            if !page.more {
                return Ok(());
            }
            query.position = page.position;
        }
    }

    fn feed_shelf(&self) -> store::Shelf<Feed> {
        self.inner.store.shelf(SHELF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_state_or_a_feed() {
        let feed = Origin::Feed("osint".to_owned());
        assert_eq!(Origin::feed(&feed.to_string()), Some(feed));
        assert_eq!(Origin::feed("identity--00000000-0000-4000-8000-000000000001"), None);
    }

    #[test]
    fn terms_that_were_kept_before_there_were_some_are_those_of_a_node() {
        let terms: Terms = serde_json::from_str(r#"{"every":1000}"#).unwrap();
        assert_eq!(terms, Terms::default());
    }

    #[test]
    fn terms_that_would_bring_nothing_are_refused() {
        for wrong in [
            Terms { every: 1, ..Terms::default() },
            Terms { most_answer: 0, ..Terms::default() },
            Terms { types: vec!["a,b".to_owned()], ..Terms::default() },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        assert!(Terms::of_feed().check().is_ok());
    }
}
