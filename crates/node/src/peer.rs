//! Peers: the nodes of other states, whom we let in and from whom we pull.
//!
//! A peer has two halves, each made by one file that is handed over: by *our* invitation it may
//! sign in here; by *theirs* we pull from it, pinned to the key and the certificates it names.

use serde::{Deserialize, Serialize};
use stix::keys::{Keyring, State};
use stix::sign::PublicKey;
use stix::{Id, Timestamp};

use crate::account::{NewAccount, Role};
use crate::error::Error;
use crate::feed::{Origin, Terms};
use crate::{Act, Event, Node, Profile};

const SHELF: &str = "peer";
/// An invitation can be used for thirty days.
const VALID: i64 = 30 * 24 * 3_600 * 1_000_000;

/// Another state's node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Peer {
    /// Who it is.
    pub profile: Profile,
    /// The account by which it signs in here, if it was invited.
    #[serde(default)]
    pub account: Option<String>,
    /// From where and how we pull, if it invited us.
    #[serde(default)]
    pub source: Option<Source>,
}

/// From where and how we pull.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The address of its TAXII discovery, ending in `/taxii2/`.
    pub url: String,
    /// The key that signs what its state says.
    pub key: String,
    /// The certificates that its address is checked against, in PEM; empty for plain HTTP.
    pub roots: String,
    /// Our account there.
    pub user: String,
    /// Our password there.
    pub password: String,
    /// The host that may lie at an address that is not public, because an administrator allowed
    /// it by name.
    #[serde(default)]
    pub allow: Option<String>,
    /// How often we ask, and how much we take.
    #[serde(flatten)]
    pub terms: Terms,
}

/// Where another server may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the public Internet, with TLS.
    Public,
    /// Anywhere: on this machine or in this network too, and there without TLS. For this server
    /// alone, by the name of its host; to be chosen by an administrator, never by what arrives.
    Anywhere,
}

impl Reach {
    /// The host that this allows, of an address.
    ///
    /// # Errors
    /// If the address needs an allowance and there is none.
    pub(crate) fn allow(self, url: &str) -> Result<Option<String>, Error> {
        let needed = taxii::client::needs_allowance(url);
        let host = || url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        match (self, needed) {
            (Self::Anywhere, _) => Ok(host()),
            (Self::Public, None) => Ok(None),
            (Self::Public, Some(host)) => Err(Error::NotPublic { host }),
        }
    }
}

/// Where we are in a peer's stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cursor {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) at: Timestamp,
}

/// The file that one node hands to another. It holds a password: hand it over, do not publish it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Says what the file is.
    pub entente_invitation: u32,
    /// Who invites.
    pub from: Profile,
    /// For whose state it is.
    pub to: Id,
    /// The address of the inviting node's TAXII discovery.
    pub url: String,
    /// The key that signs what the inviting state says.
    pub key: String,
    /// The certificates to check the address against, in PEM; empty for plain HTTP.
    pub roots: String,
    /// The account to sign in with.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Until when it can be used.
    pub expires: Timestamp,
}

impl Invitation {
    /// The key's fingerprint, to be compared by voice before the file is used.
    pub fn fingerprint(&self) -> Result<String, Error> {
        Ok(self.public_key()?.fingerprint())
    }

    fn public_key(&self) -> Result<PublicKey, Error> {
        PublicKey::parse(&self.key).map_err(|error| Error::Invitation { reason: error.to_string() })
    }
}

/// How the link to a partner stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Link {
    /// Asked lately, with an answer.
    Live {
        /// When, in microseconds since 1970.
        at: i64,
    },
    /// Not reached for a while.
    Gone {
        /// Since when, in microseconds since 1970.
        since: i64,
        /// What the last try said.
        error: String,
    },
    /// Not asked yet since this node started.
    Waiting,
    /// It has not invited us: we cannot pull from it.
    NoSource,
}

/// How a partner's keys stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// The key signs that was compared.
    Pinned,
    /// A successor signs, named by the key that was compared.
    Followed,
    /// Two keys claim to succeed one: nothing is admitted until somebody compares fingerprints.
    Conflict,
    /// The last key was revoked: nothing new is admitted until there is another.
    Ended,
}

impl KeyState {
    /// How the keys of a ring stand.
    pub fn of(ring: &Keyring) -> Self {
        match ring.state() {
            State::Settled(key) if key == ring.pinned() => Self::Pinned,
            State::Settled(_) => Self::Followed,
            State::Conflict { .. } => Self::Conflict,
            State::Ended(_) => Self::Ended,
        }
    }
}

/// A partner as pages show it.
#[derive(Clone, Debug, Serialize)]
pub struct Partner {
    /// Who it is.
    pub profile: Profile,
    /// How the link stands.
    pub link: Link,
    /// The fingerprint of the key that signs what its state says; while its keys are in conflict,
    /// or none was named after a revocation, of the pinned one.
    pub fingerprint: Option<String>,
    /// How its keys stand, if it invited us.
    pub keys: Option<KeyState>,
    /// The address we pull from.
    pub url: Option<String>,
    /// Whether it may sign in here.
    pub invited: bool,
    /// When it last took something from here, in microseconds since 1970.
    pub took: Option<i64>,
}

impl Node {
    /// Invites the node of another state: makes its account here and gives the file for it.
    /// `url` is where it reaches us, `roots` what it checks our certificate against.
    pub fn invite(&self, whom: Profile, url: &str, roots: &str) -> Result<Invitation, Error> {
        if whom.state == *self.me() {
            return Err(Error::Invitation {
                reason: "a node cannot invite its own state".to_owned(),
            });
        }
        let user = format!("peer-{}", whom.code.to_lowercase());
        let password = self.token();
        let account = NewAccount {
            name: user.clone(),
            display: whom.name.clone(),
            role: Role::Peer,
            password: password.clone(),
        };
        match self.add_peer_account(account, whom.state.clone()) {
            // Names follow from codes, and two states may claim one code.
            Err(Error::AccountExists { .. })
                if self.account(&user)?.and_then(|held| held.peer).as_ref()
                    != Some(&whom.state) =>
            {
                return Err(Error::Invitation {
                    reason: format!("the account “{user}” is somebody else’s"),
                });
            }
            Err(Error::AccountExists { .. }) => self.set_password(&user, &password)?,
            other => other?,
        }
        let new = Peer { profile: whom, account: None, source: None };
        let state = new.profile.state.clone();
        let act = Act::PeerInvited { peer: state.clone() };
        self.update_peer(&state, act, |held| {
            let held = held.unwrap_or_else(|| new.clone());
            Peer { account: Some(user.clone()), ..held }
        })?;
        Ok(Invitation {
            entente_invitation: 1,
            from: self.profile().clone(),
            to: state,
            url: url.to_owned(),
            key: self.public_key().to_string(),
            roots: roots.to_owned(),
            user,
            password,
            expires: Timestamp::from_micros(self.now() + VALID),
        })
    }

    /// Uses another node's invitation: from now on we pull from it. An invitation may not say by
    /// itself that this node shall ask an address beside it.
    pub fn accept(&self, invitation: Invitation, reach: Reach) -> Result<(), Error> {
        let refuse = |reason: &str| Err(Error::Invitation { reason: reason.to_owned() });
        if invitation.to != *self.me() {
            return refuse("it is for another state");
        }
        if invitation.from.state == *self.me() {
            return refuse("it says that it is from this node’s own state");
        }
        if invitation.expires < Timestamp::from_micros(self.now()) {
            return refuse("it has expired: ask for a new one");
        }
        let key = invitation.public_key()?;
        // A key is one owner's: with two, nobody could tell whose an object is.
        let rings = self.rings()?;
        if rings.holding(&key.id()).is_some_and(|ring| *ring.owner() != invitation.from.state) {
            return refuse("its key is another state’s");
        }
        let Invitation { from, url, key, roots, user, password, .. } = invitation;
        let allow = reach.allow(&url)?;
        let act = Act::PeerAdded {
            peer: from.state.to_string(),
            key: PublicKey::parse(&key).ok().map(|key| key.id().to_string()),
        };
        let terms = Terms::default();
        let source = Source { url, key, roots, user, password, allow, terms };
        self.update_peer(&from.state, act, |held| {
            let mut source = source.clone();
            let (account, before) = held.map_or((None, None), |held| (held.account, held.source));
            if let Some(before) = before {
                source.terms = before.terms;
            }
            Peer { profile: from.clone(), account, source: Some(source) }
        })?;
        // What came before the key was known is admitted now.
        self.admit_waiting()?;
        self.inner.nudge.notify_waiters();
        Ok(())
    }

    /// From now on this key is the one that was compared.
    pub(crate) fn pin(&self, state: &Id, key: &PublicKey) -> Result<(), Error> {
        let act = Act::KeyChosen { peer: state.clone(), key: key.id().to_string() };
        let told = self.told(Event::of(self.actor(), act))?;
        let change = |held: Option<Peer>| {
            let mut peer = held?;
            if let Some(source) = &mut peer.source {
                source.key = key.to_string();
            }
            Some(peer)
        };
        self.peer_shelf().update_with(state.as_str(), change, &[told])?;
        self.inner.nudge.notify_waiters();
        Ok(())
    }

    /// Ends the relation with a peer: it cannot sign in any more, and we stop pulling. What it
    /// released to us stays.
    pub fn remove_peer(&self, name: &str) -> Result<Peer, Error> {
        let peer = self.find_peer(name)?;
        if let Some(account) = &peer.account {
            self.remove_account(account)?;
        }
        let state = peer.profile.state.clone();
        let records = vec![
            self.peer_shelf().removal(state.as_str()),
            self.cursor_shelf().removal(state.as_str()),
            self.told(Event::of(self.actor(), Act::PeerRemoved { peer: state.to_string() }))?,
        ];
        self.inner.store.append(store::Batch { objects: Vec::new(), records })?;
        self.forget_status(&Origin::Node(peer.profile.state.clone()))?;
        self.inner.nudge.notify_waiters();
        Ok(peer)
    }

    /// The peers, by code.
    pub fn peers(&self) -> Result<Vec<Peer>, Error> {
        let mut peers: Vec<_> =
            self.peer_shelf().list()?.into_iter().map(|(_, peer)| peer).collect();
        peers.sort_by(|a, b| a.profile.code.cmp(&b.profile.code));
        Ok(peers)
    }

    /// The peer of that name, code or identity.
    pub fn find_peer(&self, name: &str) -> Result<Peer, Error> {
        let fits = |peer: &Peer| {
            peer.profile.state.as_str() == name
                || peer.profile.name.eq_ignore_ascii_case(name)
                || peer.profile.code.eq_ignore_ascii_case(name)
        };
        self.peers()?.into_iter().find(fits).ok_or_else(|| Error::NoPeer { name: name.to_owned() })
    }

    /// The partners as pages show them, by code.
    pub fn partners(&self) -> Result<Vec<Partner>, Error> {
        let rings = self.rings()?;
        let partner = |peer: Peer| {
            let ring = rings.of_owner(&peer.profile.state);
            let key = ring.and_then(|ring| ring.current().or_else(|| ring.key(ring.pinned())));
            Partner {
                link: if peer.source.is_some() {
                    self.link(&peer.profile.state)
                } else {
                    Link::NoSource
                },
                fingerprint: key.map(PublicKey::fingerprint),
                keys: ring.map(KeyState::of),
                url: peer.source.map(|source| source.url),
                invited: peer.account.is_some(),
                took: self.inner.deliveries.took(&peer.profile.state),
                profile: peer.profile,
            }
        };
        Ok(self.peers()?.into_iter().map(partner).collect())
    }

    /// Who owns an object, by its verified owner: this node's state or a peer's.
    pub fn owner_profile(&self, state: &Id) -> Result<Option<Profile>, Error> {
        if state == self.me() {
            return Ok(Some(self.profile().clone()));
        }
        Ok(self.peer_shelf().get(state.as_str())?.map(|peer| peer.profile))
    }

    pub(crate) fn peer(&self, state: &Id) -> Result<Option<Peer>, Error> {
        Ok(self.peer_shelf().get(state.as_str())?)
    }

    /// Changes a peer's record, and tells of it in the same transaction.
    fn update_peer(
        &self,
        state: &Id,
        act: Act,
        change: impl Fn(Option<Peer>) -> Peer,
    ) -> Result<(), Error> {
        let told = self.told(Event::of(self.actor(), act))?;
        self.peer_shelf().update_with(state.as_str(), |held| Some(change(held)), &[told])?;
        Ok(())
    }

    /// Up to which moment of its own clock we hold everything that a peer released to us.
    pub fn held_up_to(&self, peer: &Peer) -> Result<Option<Timestamp>, Error> {
        let Some(source) = &peer.source else { return Ok(None) };
        self.cursor(&peer.profile.state, source)
    }

    /// The same, if that peer is still the one that it was: at the same address, with the same key.
    pub(crate) fn cursor(&self, state: &Id, source: &Source) -> Result<Option<Timestamp>, Error> {
        let held = self.cursor_shelf().get(state.as_str())?;
        let same = held.filter(|held| held.url == source.url && held.key == source.key);
        Ok(same.map(|held| held.at))
    }

    /// A record of its own, so that it moves with a page of objects and overwrites nothing else.
    pub(crate) fn cursor_shelf(&self) -> store::Shelf<Cursor> {
        self.inner.store.shelf("cursor")
    }

    pub(crate) fn peer_shelf(&self) -> store::Shelf<Peer> {
        self.inner.store.shelf(SHELF)
    }
}
