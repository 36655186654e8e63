//! Telling of who came in, and who tried to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use store::{Batch, Record};

use super::{Act, Actor, Door, Tells};
use crate::error::Error;
use crate::{Inner, Node};

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;

/// What is kept in mind so that neither a guesser nor a program that signs in with each request
/// fills the disk. There is at most one entry for each account, and one for all unknown names.
#[derive(Default)]
pub(crate) struct Doors {
    failed: Mutex<HashMap<Actor, Failed>>,
    programs: Mutex<HashMap<String, i64>>,
    refused: Mutex<HashMap<String, Refused>>,
}

/// What was refused of one source and is not told yet.
struct Refused {
    /// When a row told of it last.
    told: i64,
    reasons: BTreeMap<String, u64>,
}

/// Tries at one account, not told yet.
struct Failed {
    /// When the first of them was made.
    since: i64,
    tries: u64,
}

impl Doors {
    /// A failed try. Nothing is written here, so that nobody learns from the time it takes whether
    /// the name is an account's.
    pub(crate) fn failed(&self, who: Actor, now: i64) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.entry(who).or_insert(Failed { since: now, tries: 0 }).tries += 1;
    }

    /// The tries that were gathered for a minute, or all.
    fn due(&self, now: i64, all: bool) -> Vec<(Actor, u64)> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |held: &Failed| all || !(held.since..held.since + MINUTE).contains(&now);
        failed.extract_if(|_, held| is_due(held)).map(|(who, held)| (who, held.tries)).collect()
    }

    /// What was refused of a source. Gives all that is to be told now: the first at once, what
    /// follows within a minute when that is over. Whoever sends rubbish fills a row a minute.
    pub(crate) fn refused(
        &self,
        from: &str,
        reasons: BTreeMap<String, u64>,
        now: i64,
    ) -> Option<BTreeMap<String, u64>> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = refused.get_mut(from) else {
            refused.insert(from.to_owned(), Refused { told: now, reasons: BTreeMap::new() });
            return Some(reasons);
        };
        for (reason, count) in reasons {
            *held.reasons.entry(reason).or_default() += count;
        }
        if (held.told..held.told + MINUTE).contains(&now) {
            return None;
        }
        held.told = now;
        Some(std::mem::take(&mut held.reasons))
    }

    /// What was refused and gathered for a minute, or all.
    fn refused_due(&self, now: i64, all: bool) -> Vec<(String, BTreeMap<String, u64>)> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |held: &Refused| all || !(held.told..held.told + MINUTE).contains(&now);
        let due =
            refused.extract_if(|_, held| is_due(held)).map(|(from, held)| (from, held.reasons));
        due.filter(|(_, reasons)| !reasons.is_empty()).collect()
    }

    /// Whether a program that just signed in is to be told of.
    pub(crate) fn is_news(&self, name: &str, now: i64) -> bool {
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        match programs.get(name) {
            Some(last) if (*last..*last + HOUR).contains(&now) => false,
            _ => {
                programs.insert(name.to_owned(), now);
                true
            }
        }
    }
}

impl Inner {
    /// Tells of the failed tries to sign in, and of what was refused, that were gathered for a
    /// minute; or of all.
    pub(crate) fn tell_gathered(&self, all: bool) -> Result<(), Error> {
        let now = self.clock.now_micros();
        let failed = self.doors.due(now, all).into_iter();
        let failed = failed.map(|(by, tries)| Tells { by, act: Act::SignInFailed { tries } });
        let refused = self.doors.refused_due(now, all).into_iter();
        let refused = refused.map(|(from, reasons)| {
            let act = Act::Refused { from, reasons };
            Tells { by: Actor::node(), act }
        });
        let told = failed.chain(refused).map(|tells| Record::tell(&tells, Vec::new()));
        let records = told.collect::<Result<Vec<_>, _>>()?;
        if !records.is_empty() {
            self.store.append(Batch { objects: Vec::new(), records })?;
        }
        Ok(())
    }
}

impl Node {
    /// Tells that a program or a peer came in by TAXII, once an hour: they sign in with every
    /// request.
    pub(crate) fn came_in(&self, account: &str) -> Result<(), Error> {
        if !self.inner.doors.is_news(account, self.now()) {
            return Ok(());
        }
        self.audit(super::Event::of(Actor::account(account), Act::SignedIn { door: Door::Taxii }))
    }
}
