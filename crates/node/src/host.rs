//! The node behind the TAXII protocol.

use release::Holder;
use stix::Id;
use store::{Admitted, Batch, CollectionKind, View};
use taxii::{About, Account, Collection, Host, HostError, Incoming, Receipt};

use crate::account::Role;
use crate::admit::Admission;
use crate::error::SignInError;
use crate::judge::Judge;
use crate::{Error, Node, Viewer};

/// The largest body taken, in bytes.
const MOST: usize = 32 << 20;

impl Host for Node {
    fn authenticate(&self, user: &str, password: &str) -> Result<Option<Account>, HostError> {
        match self.verify(user, password) {
            Ok(account) => {
                Ok(Some(Account { viewer: account.viewer(self.me()), name: account.name }))
            }
            Err(SignInError::Node(error)) => Err(error.into()),
            Err(SignInError::Wrong | SignInError::Wait { .. }) => Ok(None),
        }
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
            seal: self.inner.seal,
            now: self.now(),
        }
    }

    fn fresh_id(&self) -> uuid::Uuid {
        self.uuid()
    }

    fn collections(&self, account: &Account) -> Result<Vec<Collection>, HostError> {
        let role = self.account(&account.name)?.map(|account| account.role);
        let released = self.inner.store.collection(&CollectionKind::Released)?;
        let inbox = self.inner.store.collection(&CollectionKind::Inbox)?;
        let mut collections = vec![
            Collection {
                key: released.key,
                id: released.id,
                title: "Released".to_owned(),
                description: "Everything that this node holds and you may see".to_owned(),
                alias: Some("released".to_owned()),
                can_read: true,
                can_write: false,
            },
            Collection {
                key: inbox.key,
                id: inbox.id,
                title: "Inbox".to_owned(),
                description: "Hand objects to this node; signed ones are admitted".to_owned(),
                alias: Some("inbox".to_owned()),
                can_read: false,
                can_write: true,
            },
        ];
        if role.is_some_and(|role| role != Role::Peer) {
            let kind = CollectionKind::Workspace { account: account.name.clone() };
            let workspace = self.inner.store.collection(&kind)?;
            collections.push(Collection {
                key: workspace.key,
                id: workspace.id,
                title: format!("Workspace of {}", account.name),
                description: "Yours to write and read; this node's own people see it too"
                    .to_owned(),
                alias: Some("workspace".to_owned()),
                can_read: true,
                can_write: true,
            });
        }
        Ok(collections)
    }

    fn view(&self, account: &Account) -> View {
        self.view_of(account.viewer.clone())
    }

    fn receive(
        &self,
        account: &Account,
        collection: &Collection,
        objects: Vec<Incoming>,
    ) -> Result<Vec<Receipt>, HostError> {
        let is_workspace = collection.can_read;
        // A partner's facts are its state's; anybody else's stay in the account's workspace.
        let holder = match &account.viewer {
            Viewer::Node(state) => Holder::State(state.clone()),
            _ => Holder::Account(account.name.clone()),
        };
        let mut judge = Judge::begin(self)?;
        let mut receipts = Vec::with_capacity(objects.len());
        let mut kept = Vec::new();
        let mut judged = Vec::new();
        for Incoming { object, .. } in objects {
            match object {
                Err(error) => receipts.push(Err(error.to_string())),
                Ok(object) if is_workspace => {
                    receipts.push(Ok(()));
                    kept.push(Admitted::workspace(object, account.name.clone()));
                }
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
        if !kept.is_empty() {
            self.inner.store.append(Batch::of(kept))?;
        }
        if !judged.is_empty() {
            self.keep(judge, judged, &account.name, Vec::new())?;
        }
        Ok(receipts)
    }

    fn withdraw(
        &self,
        account: &Account,
        collection: &Collection,
        id: &Id,
    ) -> Result<bool, HostError> {
        let holder = Holder::Account(account.name.clone());
        Ok(self.inner.store.withdraw(collection.key, &holder, id).map_err(Error::from)?)
    }

    fn asked(&self, account: &Account, _collection: &Collection, after: i64) {
        if let Viewer::Node(state) = &account.viewer {
            self.partner_asked(state, after);
        }
    }

    fn served(&self, account: &Account, _collection: &Collection, up_to: i64) {
        if let Viewer::Node(state) = &account.viewer {
            self.partner_served(state, up_to);
        }
    }
}
