//! Accounts: the people of the node, its peers, and outside tools.

use std::collections::{BTreeMap, BTreeSet};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Argon2, Params};
use serde::{Deserialize, Serialize};
use stix::Id;
use store::{Batch, Record};

use crate::collections::Rights;
use crate::error::Error;
use crate::{Act, Event, Node, Viewer};

const SHELF: &str = "account";
const LEAST_PASSWORD: usize = 10;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads, writes reports, releases below the threshold that the node sets.
    Analyst,
    /// Reads, writes, releases, and lets out what others propose.
    Releaser,
    /// Keeps users, peers and the node. Sees what is kept aside.
    Administrator,
    /// An outside tool: reads what the public may read and writes its own workspace.
    Tool,
    /// A peer's node.
    Peer,
}

impl Role {
    /// Whether the account belongs to a person who uses the pages.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Analyst | Self::Releaser | Self::Administrator)
    }

    /// Whether the person may write reports and notes.
    pub fn may_write(self) -> bool {
        matches!(self, Self::Analyst | Self::Releaser)
    }

    /// Whether the person may let objects out of the node, where no second person is needed.
    pub fn may_release(self) -> bool {
        self.may_write()
    }

    /// Whether the person may call back what was let out.
    pub fn may_recall(self) -> bool {
        self == Self::Releaser
    }

    /// Whether the person may let out what another proposes.
    pub fn may_approve(self) -> bool {
        self == Self::Releaser
    }
}

/// An account as others of the crate see it, after its password was verified.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// The name to sign in with, unique at the node.
    pub name: String,
    /// What people read: “Duty analyst”.
    pub display: String,
    /// What it may do.
    pub role: Role,
    /// For [`Role::Peer`], the peer's state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Id>,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// What it may do in collections, by their names, where that is not what everybody may.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) grants: BTreeMap<String, Rights>,
    /// The fingerprints of the certificates that it is bound to.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) certificates: BTreeSet<String>,
    hash: String,
}

/// An account without its secrets.
#[derive(Clone, Debug, Serialize)]
pub struct AccountInfo {
    /// The name to sign in with.
    pub name: String,
    /// What people read.
    pub display: String,
    /// What it may do.
    pub role: Role,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// The SHA-256 fingerprints of the certificates that it is bound to.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub certificates: BTreeSet<String>,
}

/// What is needed to make an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in with: 2 to 40 of a–z, 0–9, dot and hyphen.
    pub name: String,
    /// What people read.
    pub display: String,
    /// What it may do.
    pub role: Role,
    /// The password, at least ten characters.
    pub password: String,
}

impl Account {
    /// Who reads when this account reads.
    pub fn viewer(&self, home: &Id) -> Viewer {
        match (&self.role, &self.peer) {
            (Role::Peer, Some(state)) => Viewer::Node(state.clone()),
            (Role::Peer | Role::Tool, _) => Viewer::Account(self.name.clone()),
            (role, _) => Viewer::Person {
                state: home.clone(),
                account: self.name.clone(),
                admin: *role == Role::Administrator,
            },
        }
    }
}

impl Node {
    /// Makes an account. Hashing takes some tens of milliseconds.
    pub fn add_account(&self, new: NewAccount) -> Result<(), Error> {
        self.keep_account(new, None)
    }

    pub(crate) fn add_peer_account(&self, new: NewAccount, state: Id) -> Result<(), Error> {
        self.keep_account(new, Some(state))
    }

    fn keep_account(&self, new: NewAccount, peer: Option<Id>) -> Result<(), Error> {
        check_name(&new.name)?;
        let account = Account {
            hash: self.hash(&new.password)?,
            name: new.name,
            display: new.display,
            role: new.role,
            peer,
            created: self.now(),
            grants: BTreeMap::new(),
            certificates: BTreeSet::new(),
        };
        let mut is_new = false;
        let act = Act::AccountAdded { account: account.name.clone(), role: account.role };
        let told = self.told(Event::of(self.actor(), act))?;
        self.accounts().update_with(
            &account.name,
            |held| {
                is_new = held.is_none();
                Some(held.unwrap_or_else(|| account.clone()))
            },
            &[told],
        )?;
        if is_new { Ok(()) } else { Err(Error::AccountExists { name: account.name }) }
    }

    /// Sets a new password and ends all sessions of the account.
    pub fn set_password(&self, name: &str, password: &str) -> Result<(), Error> {
        let hash = self.hash(password)?;
        let told = self.told_of_account(name, |account| Act::AccountPassword { account })?;
        let change =
            |held: Option<Account>| held.map(|held| Account { hash: hash.clone(), ..held });
        let changed = self.accounts().update_with(name, change, &[told])?;
        if changed.is_none() {
            return Err(Error::NoAccount { name: name.to_owned() });
        }
        self.inner.credentials.forget();
        self.end_sessions_of(name)
    }

    /// Removes an account and ends its sessions.
    pub fn remove_account(&self, name: &str) -> Result<(), Error> {
        self.unbind_certificates(name)?;
        let told = self.told_of_account(name, |account| Act::AccountRemoved { account })?;
        let records = vec![self.accounts().removal(name), told];
        self.inner.store.append(Batch { objects: Vec::new(), records })?;
        self.inner.credentials.forget();
        self.end_sessions_of(name)
    }

    fn told_of_account(
        &self,
        name: &str,
        act: impl FnOnce(String) -> Act,
    ) -> Result<Record, Error> {
        self.told(Event::of(self.actor(), act(name.to_owned())))
    }

    /// The accounts, by name.
    pub fn account_list(&self) -> Result<Vec<AccountInfo>, Error> {
        let held = self.accounts().list()?;
        Ok(held
            .into_iter()
            .map(|(_, account)| AccountInfo {
                name: account.name,
                display: account.display,
                role: account.role,
                created: account.created,
                certificates: account.certificates,
            })
            .collect())
    }

    pub(crate) fn account(&self, name: &str) -> Result<Option<Account>, Error> {
        Ok(self.accounts().get(name)?)
    }

    pub(crate) fn all_accounts(&self) -> Result<Vec<Account>, Error> {
        Ok(self.accounts().list()?.into_iter().map(|(_, account)| account).collect())
    }

    pub(crate) fn change_account(
        &self,
        name: &str,
        change: impl Fn(&mut Account),
    ) -> Result<(), Error> {
        let told = self.told_of_account(name, |account| Act::AccountRights { account })?;
        let change = |held: Option<Account>| {
            held.map(|mut account| {
                change(&mut account);
                account
            })
        };
        let changed = self.accounts().update_with(name, change, &[told])?;
        changed.map(|_| ()).ok_or_else(|| Error::NoAccount { name: name.to_owned() })
    }

    fn accounts(&self) -> store::Shelf<Account> {
        self.inner.store.shelf(SHELF)
    }

    fn hash(&self, password: &str) -> Result<String, Error> {
        if password.chars().count() < LEAST_PASSWORD {
            return Err(Error::ShortPassword { least: LEAST_PASSWORD });
        }
        let mut salt = [0_u8; 16];
        self.inner.random.fill(&mut salt);
        hasher()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| Error::Hash { reason: error.to_string() })
    }
}

/// Whether `password` is the account's. An absent account costs the same time as a wrong password.
pub(crate) fn is_password_of(account: Option<&Account>, password: &str) -> bool {
    // The hash of nothing anybody can type, with the same parameters as every other.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$MDAwMDAwMDAwMDAwMDAwMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let text = account.map_or(NOBODY, |account| account.hash.as_str());
    let Ok(hash) = PasswordHash::new(text) else { return false };
    hasher().verify_password(password.as_bytes(), &hash).is_ok() && account.is_some()
}

/// OWASP's first recommendation for Argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::default())
}

pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let fits = (2..=40).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    if fits { Ok(()) } else { Err(Error::BadAccountName { name: name.to_owned() }) }
}
