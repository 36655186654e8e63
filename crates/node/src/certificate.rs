//! Accounts bound to certificates of clients, and the certificate that this node shows as a client.
//!
//! A bound account signs in over TAXII with its certificate alone, and no longer without it: its
//! password is good only beside it. Pages are not concerned.

use taxii::Fingerprint;
use taxii::client::Identity;

use crate::account::Account;
use crate::{Error, Node};

/// Which account a certificate is bound to, by its fingerprint.
const SHELF: &str = "certificate";

/// The files in the node's folder with the certificate that it shows to a server that asks for
/// one, and with its key.
const CHAIN: &str = "client.pem";
const KEY: &str = "client.key";

impl Node {
    /// The certificate that this node shows when it pulls, if it has one.
    pub(crate) fn identity(&self) -> Result<Option<Identity>, Error> {
        let read = |name: &str| {
            let path = self.dir().join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(source) => Err(Error::Io { path, source }),
            }
        };
        let lacks = |name: &str| Error::Malformed {
            path: self.dir().join(name),
            reason: "a certificate and its key belong together".to_owned(),
        };
        match (read(CHAIN)?, read(KEY)?) {
            (Some(chain), Some(key)) => Ok(Some(Identity { chain, key })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(lacks(KEY)),
            (None, Some(_)) => Err(lacks(CHAIN)),
        }
    }

    /// Binds an account to a certificate, beside those to which it is bound already. A certificate
    /// is one account's.
    pub fn bind_certificate(&self, name: &str, certificate: Fingerprint) -> Result<(), Error> {
        if self.account(name)?.is_none() {
            return Err(Error::NoAccount { name: name.to_owned() });
        }
        let text = certificate.to_string();
        let holder = self
            .certificates()
            .update(&text, |held| Some(held.unwrap_or_else(|| name.to_owned())))?;
        if holder.as_deref() != Some(name) {
            return Err(Error::CertificateTaken { account: holder.unwrap_or_default() });
        }
        self.change_account(name, |account| {
            account.certificates.insert(text.clone());
        })
    }

    /// Loosens an account from all its certificates: its password is enough again.
    pub fn unbind_certificates(&self, name: &str) -> Result<(), Error> {
        let account = self.account(name)?;
        let account = account.ok_or_else(|| Error::NoAccount { name: name.to_owned() })?;
        if account.certificates.is_empty() {
            return Ok(());
        }
        self.change_account(name, |account| account.certificates.clear())?;
        for certificate in &account.certificates {
            self.certificates().remove(certificate)?;
        }
        Ok(())
    }

    /// The account that is bound to this certificate.
    pub(crate) fn account_of(&self, certificate: Fingerprint) -> Result<Option<Account>, Error> {
        let Some(name) = self.certificates().get(&certificate.to_string())? else {
            return Ok(None);
        };
        Ok(self.account(&name)?.filter(|account| account.is_bound_to(certificate)))
    }

    fn certificates(&self) -> store::Shelf<String> {
        self.inner.store.shelf(SHELF)
    }
}

impl Account {
    pub(crate) fn is_bound_to(&self, certificate: Fingerprint) -> bool {
        self.certificates.contains(&certificate.to_string())
    }
}
