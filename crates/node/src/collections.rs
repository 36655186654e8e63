//! Which collections an account has, and what it may do there.
//!
//! Everybody has `released` to read and `inbox` to write, and whoever is no peer a `workspace` of
//! his own. Beside these an administrator makes collections that several accounts share; each is a
//! workspace that belongs to nobody in particular, and what each account may do there is a grant.
//! A grant for one of the first three takes rights away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stix::Object;
use stix::marking::{Marking, Tlp};
use store::{CollectionKind, PageQuery, Versions};
use uuid::Uuid;

use crate::account::{Account, Role};
use crate::{Error, Node, Viewer};

const SHELF: &str = "collection";
/// What the node sees of its own accord: everything that it holds and an account may see.
pub(crate) const RELEASED: &str = "released";
/// What goes to admission.
pub(crate) const INBOX: &str = "inbox";
/// An account's own.
pub(crate) const WORKSPACE: &str = "workspace";

/// What an account may do in a collection. Who may do neither does not see that there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Read it.
    pub read: bool,
    /// Write it. Who may do both may delete, too.
    pub write: bool,
}

impl Rights {
    const READ: Self = Self { read: true, write: false };
    const WRITE: Self = Self { read: false, write: true };
    const BOTH: Self = Self { read: true, write: true };

    fn and(self, other: Self) -> Self {
        Self { read: self.read && other.read, write: self.write && other.write }
    }

    fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// A collection that accounts share.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shared {
    title: String,
    description: String,
    /// When it was made, in microseconds since 1970.
    created: i64,
}

/// A collection as an administrator sees it.
#[derive(Clone, Debug, Serialize)]
pub struct CollectionInfo {
    /// By what it is asked for: its alias in TAXII.
    pub name: String,
    /// Its identifier.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Who has been granted what.
    pub grants: BTreeMap<String, Rights>,
}

/// A collection as an account has it.
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) info: store::CollectionInfo,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) rights: Rights,
}

/// Who holds what lies in a collection that accounts share. No account has such a name.
pub(crate) fn holder(name: &str) -> String {
    format!("collection/{name}")
}

/// Why an object cannot lie where several read it: its marking confines it to some of them.
pub(crate) fn refuses(object: &Object) -> Option<&'static str> {
    let header = object.header();
    let travels = |id| matches!(Marking::builtin(id), Some(Marking::Tlp(tlp)) if tlp != Tlp::Red);
    let is_open = !header.has_unreadable_marking && header.marking_refs.iter().all(travels);
    (!is_open).then_some(
        "several accounts read this collection, and its marking is for some of them only: \
         put it into your own workspace",
    )
}

impl Node {
    /// Makes a collection. Nobody has it until he is granted something.
    pub fn add_collection(
        &self,
        name: &str,
        title: &str,
        description: &str,
    ) -> Result<Uuid, Error> {
        let fits = (2..=40).contains(&name.len())
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
        if !fits || [RELEASED, INBOX, WORKSPACE].contains(&name) || Uuid::try_parse(name).is_ok() {
            return Err(Error::BadCollectionName { name: name.to_owned() });
        }
        let made = Shared {
            title: title.to_owned(),
            description: description.to_owned(),
            created: self.now(),
        };
        let mut is_new = false;
        self.shared().update(name, |held| {
            is_new = held.is_none();
            Some(held.unwrap_or_else(|| made.clone()))
        })?;
        if !is_new {
            return Err(Error::CollectionExists { name: name.to_owned() });
        }
        Ok(self.store_collection(name)?.id)
    }

    /// The collections that accounts share, by name, and what was granted for the others.
    pub fn collection_list(&self) -> Result<Vec<CollectionInfo>, Error> {
        let mut grants: BTreeMap<String, BTreeMap<String, Rights>> = BTreeMap::new();
        for account in self.all_accounts()? {
            for (collection, rights) in account.grants {
                grants.entry(collection).or_default().insert(account.name.clone(), rights);
            }
        }
        let mut found = Vec::new();
        for (kind, name, title, description) in [
            (CollectionKind::Released, RELEASED, "Released", "For everybody to read"),
            (CollectionKind::Inbox, INBOX, "Inbox", "For everybody to write; goes to admission"),
        ] {
            found.push(CollectionInfo {
                name: name.to_owned(),
                id: self.inner.store.collection(&kind)?.id,
                title: title.to_owned(),
                description: description.to_owned(),
                grants: grants.remove(name).unwrap_or_default(),
            });
        }
        for (name, Shared { title, description, .. }) in self.shared().list()? {
            let grants = grants.remove(&name).unwrap_or_default();
            let id = self.store_collection(&name)?.id;
            found.push(CollectionInfo { name, id, title, description, grants });
        }
        Ok(found)
    }

    /// Says what an account may do in a collection; `None` leaves it to what everybody has there.
    pub fn grant(
        &self,
        collection: &str,
        account: &str,
        rights: Option<Rights>,
    ) -> Result<(), Error> {
        let own = [RELEASED, INBOX, WORKSPACE].contains(&collection);
        if !own && self.shared().get(collection)?.is_none() {
            return Err(Error::NoCollection { name: collection.to_owned() });
        }
        self.change_account(account, |account| {
            match rights {
                Some(rights) => account.grants.insert(collection.to_owned(), rights),
                None => account.grants.remove(collection),
            };
        })
    }

    /// Removes a collection that accounts share, and erases what lies in it.
    pub fn remove_collection(&self, name: &str) -> Result<(), Error> {
        if self.shared().get(name)?.is_none() {
            return Err(Error::NoCollection { name: name.to_owned() });
        }
        // First nobody has it any more, then it is emptied.
        for account in self.all_accounts()? {
            if account.grants.contains_key(name) {
                self.grant(name, &account.name, None)?;
            }
        }
        let key = self.store_collection(name)?.key;
        let view = self.view_of(Viewer::Account(holder(name)));
        let by = release::Holder::Account(holder(name));
        loop {
            let query = PageQuery { versions: Versions::All, ..PageQuery::of(key, 1_000) };
            let page = view.manifest(&query)?;
            let mut gone = false;
            for held in &page.items {
                gone |= self.inner.store.withdraw(key, &by, &held.id.parse()?)?;
            }
            if !gone {
                break;
            }
        }
        Ok(self.shared().remove(name)?)
    }

    /// The collections that exist for an account, always in the same order.
    pub(crate) fn collections_of(&self, account: &Account) -> Result<Vec<Held>, Error> {
        let store = &self.inner.store;
        let mut found = Vec::new();
        let own = CollectionKind::Workspace { account: account.name.clone() };
        let standing = [
            (
                CollectionKind::Released,
                RELEASED,
                "Released".to_owned(),
                "Everything that this node holds and you may see",
                Rights::READ,
            ),
            (
                CollectionKind::Inbox,
                INBOX,
                "Inbox".to_owned(),
                "Hand objects to this node; signed ones are admitted",
                Rights::WRITE,
            ),
            (
                own,
                WORKSPACE,
                format!("Workspace of {}", account.name),
                "Yours to write and read; this node's own people see it too",
                Rights::BOTH,
            ),
        ];
        for (kind, name, title, description, rights) in standing {
            if name == WORKSPACE && account.role == Role::Peer {
                continue;
            }
            let granted = account.grants.get(name).copied().unwrap_or(Rights::BOTH);
            let rights = rights.and(granted);
            if rights.is_none() {
                continue;
            }
            let info = store.collection(&kind)?;
            let (name, description) = (name.to_owned(), description.to_owned());
            found.push(Held { name, info, title, description, rights });
        }
        for (name, rights) in &account.grants {
            if rights.is_none() || [RELEASED, INBOX, WORKSPACE].contains(&name.as_str()) {
                continue;
            }
            let Some(Shared { title, description, .. }) = self.shared().get(name)? else {
                continue;
            };
            let info = self.store_collection(name)?;
            found.push(Held { name: name.clone(), info, title, description, rights: *rights });
        }
        Ok(found)
    }

    fn store_collection(&self, name: &str) -> Result<store::CollectionInfo, Error> {
        Ok(self.inner.store.collection(&CollectionKind::Workspace { account: holder(name) })?)
    }

    fn shared(&self) -> store::Shelf<Shared> {
        self.inner.store.shelf(SHELF)
    }
}
