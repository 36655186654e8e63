//! Status resources (section 4.3): what became of what was handed in lately.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many are remembered.
const MOST: usize = 1_000;

/// Everything handed in is settled when it is answered, so a status is a receipt that can be read
/// again for a while; it is not kept over a restart.
#[derive(Default)]
pub(crate) struct Statuses {
    held: Mutex<VecDeque<(String, String, serde_json::Value)>>,
}

impl Statuses {
    pub(crate) fn keep(&self, account: &str, id: String, status: serde_json::Value) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST {
            held.pop_front();
        }
        held.push_back((account.to_owned(), id, status));
    }

    /// The status of that id, for the account that handed the objects in.
    pub(crate) fn get(&self, account: &str, id: &str) -> Option<serde_json::Value> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find(|(by, held, _)| by == account && held == id).map(|(.., status)| status.clone())
    }
}
