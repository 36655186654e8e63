//! Status resources (section 4.3): what became of what was handed in lately.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// How much is remembered, in bytes of all statuses together.
const MOST: usize = 64 << 20;

/// Everything handed in is settled when it is answered, so a status is a receipt that can be read
/// again for a while; it is not kept over a restart.
#[derive(Default)]
pub(super) struct Statuses {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    statuses: VecDeque<Kept>,
    bytes: usize,
}

struct Kept {
    account: String,
    id: String,
    status: Bytes,
}

impl Statuses {
    /// Remembers a status, written as the resource that it is. The oldest make room.
    pub(super) fn keep(&self, account: &str, id: &str, status: Bytes) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.bytes += status.len();
        held.statuses.push_back(Kept { account: account.to_owned(), id: id.to_owned(), status });
        while held.bytes > MOST
            && let Some(oldest) = held.statuses.pop_front()
        {
            held.bytes -= oldest.status.len();
        }
    }

    /// The status of that id, for the account that handed the objects in.
    pub(super) fn get(&self, account: &str, id: &str) -> Option<Bytes> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest_first = held.statuses.iter().rev();
        let found = newest_first.find(|kept| kept.account == account && kept.id == id);
        found.map(|kept| kept.status.clone())
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
}
