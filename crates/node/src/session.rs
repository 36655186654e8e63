//! Signing in, and sessions that can be listed and ended.

use ring::digest;
use serde::{Deserialize, Serialize};
use store::Batch;

use crate::account::{Account, Role, is_password_of};
use crate::error::{Error, SignInError};
use crate::{Act, Actor, Door, Event, Node, Viewer};

const SHELF: &str = "session";
/// A session ends after twelve hours: a long duty.
const LIFETIME: i64 = 12 * 3_600 * 1_000_000;
/// How exactly “last seen” is kept, so that reading a page does not write each time.
const SEEN_EVERY: i64 = 60 * 1_000_000;

/// A signed-in person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Names the session in lists; not the secret.
    pub id: String,
    /// The account's name.
    pub account: String,
    /// What people read: “Duty analyst”.
    pub display: String,
    /// What the person may do.
    pub role: Role,
    /// The token that every form of this session carries.
    pub csrf: String,
    /// When the person signed in, in microseconds since 1970.
    pub since: i64,
    /// When the person was last here before this session; `since` at the first time.
    pub last_visit: i64,
    /// When it was last used, kept to the minute.
    pub seen: i64,
    /// The browser, as it called itself.
    pub agent: String,
    viewer: Viewer,
}

impl Session {
    /// Who reads in this session.
    pub fn viewer(&self) -> Viewer {
        self.viewer.clone()
    }
}

/// A session as its owner sees it in a list.
#[derive(Clone, Debug, Serialize)]
pub struct SessionInfo {
    /// Names the session.
    pub id: String,
    /// When it began, in microseconds since 1970.
    pub since: i64,
    /// When it was last used, to the minute.
    pub seen: i64,
    /// The browser, as it called itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The outcome of signing in: the secret goes into a cookie and is kept nowhere else.
pub struct SignedIn {
    /// The secret.
    pub token: String,
    /// The session.
    pub session: Session,
}

impl Node {
    /// Signs a person in. Blocks for the time of a password hash.
    pub fn sign_in(
        &self,
        name: &str,
        password: &str,
        agent: &str,
    ) -> Result<SignedIn, SignInError> {
        let account = self.verify(name, password)?;
        if !account.role.is_person() {
            return Err(SignInError::Wrong);
        }
        let now = self.now();
        let token = self.token();
        let visits = self.inner.store.shelf::<i64>("visit");
        let last_visit = visits.get(&account.name).map_err(Error::from)?.unwrap_or(now);
        let session = Session {
            id: self.token(),
            viewer: account.viewer(self.me()),
            account: account.name,
            display: account.display,
            role: account.role,
            csrf: self.token(),
            since: now,
            last_visit,
            seen: now,
            agent: agent.chars().filter(|c| !c.is_control()).take(200).collect(),
        };
        self.sweep_sessions(now)?;
        let records = vec![
            self.sessions_shelf().record(&key_of(&token), &session).map_err(Error::from)?,
            visits.record(&session.account, &now).map_err(Error::from)?,
            self.told(Event::of(Actor::person(&session), Act::SignedIn { door: Door::Pages }))?,
        ];
        self.inner.store.append(Batch { objects: Vec::new(), records }).map_err(Error::from)?;
        Ok(SignedIn { token, session })
    }

    /// The account of these credentials. Verified ones are remembered for minutes.
    pub fn verify(&self, name: &str, password: &str) -> Result<Account, SignInError> {
        let now = self.now();
        let remembered = self.inner.credentials.recall(name, password, now).is_some();
        let account = self.account(name)?;
        if remembered && let Some(account) = account {
            return Ok(account);
        }
        let whoever = || if account.is_some() { Actor::account(name) } else { Actor::unknown() };
        let seconds = self.inner.throttle.wait(name, now);
        if seconds > 0 {
            self.inner.doors.failed(whoever(), now);
            return Err(SignInError::Wait { seconds });
        }
        let Some(_turn) = self.inner.gate.enter() else {
            return Err(SignInError::Wait { seconds: 1 });
        };
        match account {
            Some(account) if is_password_of(Some(&account), password) => {
                self.inner.throttle.succeeded(name);
                self.inner.credentials.remember(name, password, now);
                Ok(account)
            }
            ref other => {
                self.inner.doors.failed(whoever(), now);
                if other.is_none() {
                    is_password_of(None, password);
                }
                self.inner.throttle.failed(name, now);
                Err(SignInError::Wrong)
            }
        }
    }

    /// The session of this secret, if it is one and has not ended.
    pub fn session(&self, token: &str) -> Result<Option<Session>, Error> {
        let now = self.now();
        let key = key_of(token);
        let Some(mut session) = self.sessions_shelf().get(&key)? else { return Ok(None) };
        if session.since + LIFETIME <= now {
            self.sessions_shelf().remove(&key)?;
            return Ok(None);
        }
        if session.seen + SEEN_EVERY <= now {
            session.seen = now;
            self.sessions_shelf().put(&key, &session)?;
            self.inner.store.shelf::<i64>("visit").put(&session.account, &now)?;
        }
        Ok(Some(session))
    }

    /// Whether the session of this secret goes on. Unlike [`Node::session`] it does not count as a
    /// use: a page that lies open is nobody's visit.
    pub fn is_signed_in(&self, token: &str) -> Result<bool, Error> {
        let held = self.sessions_shelf().get(&key_of(token))?;
        Ok(held.is_some_and(|held| held.since + LIFETIME > self.now()))
    }

    /// Ends the session of this secret.
    pub fn sign_out(&self, token: &str) -> Result<(), Error> {
        let key = key_of(token);
        let Some(held) = self.sessions_shelf().get(&key)? else { return Ok(()) };
        self.end(&key, &held)
    }

    /// The person's sessions, newest first.
    pub fn sessions(&self, session: &Session) -> Result<Vec<SessionInfo>, Error> {
        let now = self.now();
        let mut found: Vec<_> = self
            .sessions_shelf()
            .list()?
            .into_iter()
            .map(|(_, held)| held)
            .filter(|held| held.account == session.account && held.since + LIFETIME > now)
            .map(|held| SessionInfo {
                current: held.id == session.id,
                id: held.id,
                since: held.since,
                seen: held.seen,
                agent: held.agent,
            })
            .collect();
        found.sort_by_key(|held| std::cmp::Reverse(held.since));
        Ok(found)
    }

    /// Ends one of the person's sessions. An unknown one is no error: it has ended.
    pub fn end_session(&self, session: &Session, id: &str) -> Result<(), Error> {
        self.drop_sessions(|held| held.account == session.account && held.id == id)
    }

    pub(crate) fn end_sessions_of(&self, account: &str) -> Result<(), Error> {
        self.drop_sessions(|held| held.account == account)
    }

    fn sweep_sessions(&self, now: i64) -> Result<(), Error> {
        self.drop_sessions(|held| held.since + LIFETIME <= now)
    }

    fn drop_sessions(&self, ended: impl Fn(&Session) -> bool) -> Result<(), Error> {
        for (key, held) in self.sessions_shelf().list()? {
            if ended(&held) {
                self.end(&key, &held)?;
            }
        }
        Ok(())
    }

    fn end(&self, key: &str, held: &Session) -> Result<(), Error> {
        let told = self.told(Event::of(Actor::person(held), Act::SignedOut))?;
        let records = vec![self.sessions_shelf().removal(key), told];
        self.inner.store.append(Batch { objects: Vec::new(), records })?;
        Ok(())
    }

    fn sessions_shelf(&self) -> store::Shelf<Session> {
        self.inner.store.shelf(SHELF)
    }
}

/// A session is kept under the hash of its secret, so that nobody who reads the store can use it.
fn key_of(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash)
}
