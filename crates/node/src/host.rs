//! The node behind the TAXII protocol.

use std::time::Duration;

use release::Holder;
use stix::{Id, Object, SpecVersion};
use store::{Admitted, Batch, View, Which};
use taxii::resource::Status;
use taxii::{About, Account, Collection, Host, HostError, Incoming, Proofs, Receipt};

use crate::admit::Admission;
use crate::collections::{self, INBOX, RELEASED, WORKSPACE};
use crate::error::SignInError;
use crate::judge::Judge;
use crate::{Error, Node, Viewer};

/// The largest body taken, in bytes.
const MOST: usize = 32 << 20;
/// How long a client waits for what it handed in; common clients give up after half a minute.
const PATIENCE: Duration = Duration::from_secs(10);

impl Host for Node {
    fn authenticate(&self, proofs: &Proofs<'_>) -> Result<Option<Account>, HostError> {
        let found = match (proofs.password, proofs.certificate) {
            (Some((user, password)), shown) => match self.verify(user, password) {
                Ok(account) => {
                    let shows_its_own = shown.is_some_and(|shown| account.is_bound_to(shown));
                    Some(account).filter(|one| one.certificates.is_empty() || shows_its_own)
                }
                Err(SignInError::Node(error)) => return Err(error.into()),
                Err(SignInError::Wrong | SignInError::Wait { .. }) => None,
            },
            (None, Some(certificate)) => self.account_of(certificate)?,
            (None, None) => None,
        };
        if let Some(account) = &found {
            self.came_in(&account.name)?;
        }
        Ok(found.map(|one| Account { viewer: one.viewer(self.me()), name: one.name }))
    }

    fn about(&self) -> About {
        let profile = self.profile();
        About {
            title: format!("Entente {}", profile.name),
            description: format!(
                "The node of {}. You find here what you may see.",
                profile.state_name
            ),
            contact: None,
            max_content_length: MOST,
            patience: PATIENCE,
            seal: self.inner.seal,
            now: self.now(),
        }
    }

    fn fresh_id(&self) -> uuid::Uuid {
        self.uuid()
    }

    fn collections(&self, account: &Account) -> Result<Vec<Collection>, HostError> {
        let Some(account) = self.account(&account.name)? else { return Ok(Vec::new()) };
        let held = self.collections_of(&account)?.into_iter().map(|held| Collection {
            key: held.info.key,
            id: held.info.id,
            title: held.title,
            description: held.description,
            alias: Some(held.name),
            can_read: held.rights.read,
            can_write: held.rights.write,
        });
        Ok(held.collect())
    }

    fn view(&self, account: &Account, collection: &Collection) -> View {
        match shared(collection) {
            // Who may read it may read all of it: only what all its readers may see lies in it.
            Some(name) => self.view_of(Viewer::Account(collections::holder(name))),
            None => self.view_of(account.viewer.clone()),
        }
    }

    fn receive(
        &self,
        account: &Account,
        collection: &Collection,
        objects: Vec<Incoming>,
    ) -> Result<Vec<Receipt>, HostError> {
        if collection.alias.as_deref() == Some(INBOX) {
            return self.receive_in_inbox(account, objects);
        }
        let name = holder(account, collection);
        let is_shared = shared(collection).is_some();
        let mut receipts = Vec::with_capacity(objects.len());
        let mut kept = Vec::with_capacity(objects.len());
        for Incoming { object, .. } in objects {
            receipts.push(fit_for_a_workspace(object, is_shared).map(|object| {
                kept.push(Admitted::workspace(object, name.clone()));
            }));
        }
        if !kept.is_empty() {
            let records = self.inner.statuses.take(&self.inner.store, self.now())?;
            let outcomes = self.inner.store.append(Batch { objects: kept, records })?;
            let taken = receipts.iter_mut().filter(|receipt| receipt.is_ok());
            for (receipt, outcome) in taken.zip(outcomes) {
                if outcome == store::Outcome::Recalled {
                    *receipt = Err("its owner recalled this version".to_owned());
                }
            }
        }
        Ok(receipts)
    }

    fn withdraw(
        &self,
        account: &Account,
        collection: &Collection,
        id: &Id,
        which: Which,
    ) -> Result<bool, HostError> {
        let holder = Holder::Account(holder(account, collection));
        let done = self.inner.store.withdraw_some(collection.key, &holder, id, which);
        Ok(done.map_err(Error::from)?)
    }

    fn keep_status(&self, account: &Account, status: &Status) {
        let store = &self.inner.store;
        let kept = self.inner.statuses.keep(store, &account.name, status, self.now());
        let written = kept.and_then(|records| {
            if !records.is_empty() {
                store.append(Batch { objects: Vec::new(), records })?;
            }
            Ok(())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "statuses were not written");
        }
    }

    fn status(&self, account: &Account, id: &str) -> Result<Option<Status>, HostError> {
        Ok(self.inner.statuses.get(&self.inner.store, &account.name, id, self.now())?)
    }

    fn asked(&self, account: &Account, collection: &Collection, after: i64) {
        if let (Viewer::Node(state), None) = (&account.viewer, shared(collection)) {
            self.partner_asked(state, after);
        }
    }

    fn served(&self, account: &Account, collection: &Collection, up_to: i64) {
        if let (Viewer::Node(state), None) = (&account.viewer, shared(collection)) {
            self.partner_served(state, up_to);
        }
    }
}

impl Node {
    /// What comes in at the door: admitted, or kept aside with the reason.
    fn receive_in_inbox(
        &self,
        account: &Account,
        objects: Vec<Incoming>,
    ) -> Result<Vec<Receipt>, HostError> {
        // A partner's facts are its state's; anybody else's stay in the account's workspace.
        let holder = match &account.viewer {
            Viewer::Node(state) => Holder::State(state.clone()),
            _ => Holder::Account(account.name.clone()),
        };
        let mut judge = Judge::begin(self)?;
        let mut receipts = Vec::with_capacity(objects.len());
        let mut judged = Vec::new();
        for Incoming { object, .. } in objects {
            match object {
                Err(error) => receipts.push(Err(error.to_string())),
                Ok(object) => {
                    let one = judge.object(&object, &holder, false);
                    receipts.push(match &one.admission {
                        // Who hands it in learns the same whether the node held it or not.
                        Admission::Admitted(_) | Admission::Known => Ok(()),
                        Admission::Refused(refusal) | Admission::Held(refusal) => {
                            Err(format!("kept aside: {refusal}"))
                        }
                    });
                    judged.push(one);
                }
            }
        }
        if !judged.is_empty() {
            self.keep(judge, judged, &account.name, Vec::new())?;
        }
        Ok(receipts)
    }
}

/// The name of a collection that accounts share; none of those that every account has.
fn shared(collection: &Collection) -> Option<&str> {
    let own = |name: &&str| ![RELEASED, INBOX, WORKSPACE].contains(name);
    collection.alias.as_deref().filter(own)
}

/// Who holds what lies in a collection.
fn holder(account: &Account, collection: &Collection) -> String {
    shared(collection).map_or_else(|| account.name.clone(), collections::holder)
}

/// What lies in a workspace is read by tools that trust in STIX: it must hold. STIX 2.0 is kept as
/// it is.
fn fit_for_a_workspace(
    object: Result<Object, stix::Error>,
    is_shared: bool,
) -> Result<Object, String> {
    let object = object.map_err(|error| error.to_string())?;
    if object.header().spec_version == SpecVersion::V21 {
        stix::validate::require(&object).map_err(|error| error.to_string())?;
    }
    match collections::refuses(&object).filter(|_| is_shared) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(object),
    }
}
