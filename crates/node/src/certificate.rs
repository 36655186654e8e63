//! Accounts bound to certificates of clients.
//!
//! A bound account signs in over TAXII with its certificate alone, and no longer without it: its
//! password is good only beside it. Pages are not concerned.

use taxii::Fingerprint;

use crate::account::Account;
use crate::{Error, Node};

/// Which account a certificate is bound to, by its fingerprint.
const SHELF: &str = "certificate";

impl Node {
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
