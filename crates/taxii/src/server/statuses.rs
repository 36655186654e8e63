//! Status resources (section 4.3): what became of what was handed in lately.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// How much is remembered, in bytes of all statuses together.
const MOST: usize = 64 << 20;

/// The last statuses, whole, as the resources that they are. The host keeps them longer.
#[derive(Default)]
pub(super) struct Statuses {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    statuses: HashMap<String, Kept>,
    oldest_first: VecDeque<String>,
    bytes: usize,
}

struct Kept {
    account: String,
    status: Bytes,
}

impl Statuses {
    /// Remembers a status; it takes the place of one that said pending. The oldest make room.
    pub(super) fn keep(&self, account: &str, id: &str, status: Bytes) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.keep(account, id, status);
    }

    /// Remembers that a request is pending, unless it is settled meanwhile: gives what is known.
    pub(super) fn keep_pending(&self, account: &str, id: &str, status: Bytes) -> Bytes {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(settled) = held.statuses.get(id) {
            return settled.status.clone();
        }
        held.keep(account, id, status.clone());
        status
    }

    /// The status of that id, for the account that handed the objects in.
    pub(super) fn get(&self, account: &str, id: &str) -> Option<Bytes> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.statuses.get(id).filter(|kept| kept.account == account);
        found.map(|kept| kept.status.clone())
    }
}

impl Held {
    fn keep(&mut self, account: &str, id: &str, status: Bytes) {
        self.bytes += status.len();
        let kept = Kept { account: account.to_owned(), status };
        match self.statuses.insert(id.to_owned(), kept) {
            Some(before) => self.bytes -= before.status.len(),
            None => self.oldest_first.push_back(id.to_owned()),
        }
        while self.bytes > MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.bytes -= self.statuses.remove(&oldest).map_or(0, |gone| gone.status.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_its_accounts_alone_and_the_oldest_make_room() {
        let statuses = Statuses::default();
        statuses.keep("a", "1", Bytes::from_static(b"{}"));
        assert_eq!(statuses.get("a", "1"), Some(Bytes::from_static(b"{}")));
        assert_eq!(statuses.get("b", "1"), None);
        statuses.keep("b", "2", Bytes::from(vec![b' '; MOST - 1]));
        assert_eq!(statuses.get("a", "1"), None);
        assert!(statuses.get("b", "2").is_some());
        statuses.keep("b", "3", Bytes::from(vec![b' '; MOST + 1]));
        assert_eq!(statuses.get("b", "3"), None, "too large to be remembered at all");
    }

    #[test]
    fn what_is_settled_is_never_pending_again() {
        let statuses = Statuses::default();
        let (pending, settled) = (Bytes::from_static(b"pending"), Bytes::from_static(b"settled"));
        assert_eq!(statuses.keep_pending("a", "1", pending.clone()), pending);
        statuses.keep("a", "1", settled.clone());
        assert_eq!(statuses.keep_pending("a", "1", pending), settled);
        assert_eq!(statuses.get("a", "1"), Some(settled));
    }
}
