//! What became of what was handed in, kept over a restart (TAXII 2.1 section 4.3: a day at least).
//!
//! A status is no reason for a commit of its own: it waits for the next one, and is written when
//! the node ends. What is lost when the machine fails is a receipt, never an object.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use store::{Record, Shelf, Store};
use taxii::resource::Status;

use crate::Error;

const SHELF: &str = "status";
/// Two days, in microseconds.
const KEPT: i64 = 2 * 24 * 3_600 * 1_000_000;
/// The most statuses that are kept.
const MOST: usize = 100_000;
/// The most that wait for a commit.
const WAITING: usize = 64;

/// A status as it is kept: without the list of successes, which its sender has.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    at: i64,
    account: String,
    status: Status,
}

/// The statuses of a node.
#[derive(Default)]
pub(crate) struct Statuses(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Vec<(String, Kept)>,
    /// What is in the store, the oldest first; read when something is first written.
    written: Option<VecDeque<(i64, String)>>,
}

impl Statuses {
    /// Keeps a status. Gives the records to be written at once, if too many wait.
    pub(crate) fn keep(
        &self,
        store: &Store,
        account: &str,
        status: &Status,
        now: i64,
    ) -> Result<Vec<Record>, Error> {
        let status = Status { successes: Vec::new(), ..status.clone() };
        let kept = Kept { at: now, account: account.to_owned(), status };
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.waiting.push((kept.status.id.clone(), kept));
        if inner.waiting.len() < WAITING { Ok(Vec::new()) } else { inner.take(store, now) }
    }

    /// What waits, to be written with something else.
    pub(crate) fn take(&self, store: &Store, now: i64) -> Result<Vec<Record>, Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(store, now)
    }

    /// The status of that id, for the account that handed the objects in.
    pub(crate) fn get(
        &self,
        store: &Store,
        account: &str,
        id: &str,
        now: i64,
    ) -> Result<Option<Status>, Error> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = inner.waiting.iter().find(|(key, _)| key == id).map(|(_, kept)| kept.clone());
        drop(inner);
        let found = match waits {
            Some(kept) => Some(kept),
            None => shelf(store).get(id)?,
        };
        let is_his = |kept: &Kept| kept.account == account && kept.at + KEPT > now;
        Ok(found.filter(is_his).map(|kept| kept.status))
    }
}

impl Inner {
    fn take(&mut self, store: &Store, now: i64) -> Result<Vec<Record>, Error> {
        if self.waiting.is_empty() {
            return Ok(Vec::new());
        }
        let statuses = shelf(store);
        let in_store = match &mut self.written {
            Some(in_store) => in_store,
            none => {
                let held = statuses.list()?.into_iter().map(|(id, kept)| (kept.at, id));
                let mut held: Vec<_> = held.collect();
                held.sort_unstable();
                none.insert(held.into())
            }
        };
        let mut records = Vec::new();
        for (id, kept) in self.waiting.drain(..) {
            records.push(statuses.record(&id, &kept)?);
            in_store.push_back((kept.at, id));
        }
        while let Some((at, _)) = in_store.front()
            && (*at + KEPT <= now || in_store.len() > MOST)
            && let Some((_, id)) = in_store.pop_front()
        {
            records.push(statuses.removal(&id));
        }
        Ok(records)
    }
}

fn shelf(store: &Store) -> Shelf<Kept> {
    store.shelf(SHELF)
}
