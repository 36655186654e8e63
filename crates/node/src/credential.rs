//! Verified credentials, remembered for minutes; and the brake on guessing.
//!
//! Hashing a password anew at every request costs 75–90 ms; TAXII clients send it with each one.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, PoisonError};

use ring::hmac;
use store::Random;

/// How long a verified credential is remembered, in microseconds.
const REMEMBERED: i64 = 5 * 60 * 1_000_000;
/// The most credentials remembered at once: more than any node's accounts.
const MOST: usize = 10_000;

/// Credentials that were found right, under a hash keyed for this process only.
pub(crate) struct Verified {
    key: hmac::Key,
    held: Mutex<HashMap<[u8; 32], (String, i64)>>,
}

impl Verified {
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut seed = [0_u8; 32];
        random.fill(&mut seed);
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &seed), held: Mutex::default() }
    }

    /// The account for which these credentials were verified lately.
    pub(crate) fn recall(&self, name: &str, password: &str, now: i64) -> Option<String> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&self.tag(name, password))
            .filter(|(_, until)| *until > now)
            .map(|(account, _)| account.clone())
    }

    pub(crate) fn remember(&self, name: &str, password: &str, now: i64) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST {
            held.retain(|_, (_, until)| *until > now);
            if held.len() >= MOST {
                held.clear();
            }
        }
        held.insert(self.tag(name, password), (name.to_owned(), now + REMEMBERED));
    }

    /// Forgets all: a password was changed.
    pub(crate) fn forget(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn tag(&self, name: &str, password: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        // The length keeps name and password apart.
        context.update(&(name.len() as u64).to_be_bytes());
        context.update(name.as_bytes());
        context.update(password.as_bytes());
        let mut tag = [0_u8; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

/// After a few wrong tries at a name, each further one waits: 1 s, 2 s, 4 s … up to a minute.
#[derive(Default)]
pub(crate) struct Throttle {
    tries: Mutex<HashMap<String, (u32, i64)>>,
}

/// How many passwords are hashed at once, and how many wait for that. Each hash takes 19 MiB and
/// some tens of milliseconds, and strangers can ask for it: what is beyond is turned away.
const AT_ONCE: usize = 4;
const WAITING: usize = 28;

/// Lets a few in at a time.
#[derive(Default)]
pub(crate) struct Gate {
    /// Those inside, and those who wait or are inside.
    held: Mutex<(usize, usize)>,
    left: Condvar,
}

/// The right to hash a password now.
pub(crate) struct Entry<'a>(&'a Gate);

impl Gate {
    /// Waits for a turn; `None` if too many wait already.
    pub(crate) fn enter(&self) -> Option<Entry<'_>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.1 >= AT_ONCE + WAITING {
            return None;
        }
        held.1 += 1;
        while held.0 >= AT_ONCE {
            held = self.left.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        held.0 += 1;
        Some(Entry(self))
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (held.0 - 1, held.1 - 1);
        self.0.left.notify_one();
    }
}

const FREE_TRIES: u32 = 5;

impl Throttle {
    /// Seconds to wait before the next try at `name`; 0 if it may be made now.
    pub(crate) fn wait(&self, name: &str, now: i64) -> u64 {
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, until)) = tries.get(name) else { return 0 };
        u64::try_from((until - now).max(0)).unwrap_or(0).div_ceil(1_000_000)
    }

    pub(crate) fn failed(&self, name: &str, now: i64) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MOST {
            tries.retain(|_, (_, until)| *until > now);
        }
        let (count, until) = tries.entry(name.to_owned()).or_default();
        *count += 1;
        if *count > FREE_TRIES {
            let seconds = 1_i64 << (*count - FREE_TRIES - 1).min(6);
            *until = now + seconds.min(60) * 1_000_000;
        }
    }

    pub(crate) fn succeeded(&self, name: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slow_and_success_resets() {
        let throttle = Throttle::default();
        for _ in 0..FREE_TRIES {
            throttle.failed("duty", 0);
            assert_eq!(throttle.wait("duty", 0), 0);
        }
        throttle.failed("duty", 0);
        assert_eq!(throttle.wait("duty", 0), 1);
        throttle.failed("duty", 0);
        assert_eq!(throttle.wait("duty", 0), 2);
        assert_eq!(throttle.wait("other", 0), 0);
        throttle.succeeded("duty");
        assert_eq!(throttle.wait("duty", 0), 0);
    }

    #[test]
    fn a_few_hash_at_once_and_a_crowd_is_turned_away() {
        let gate = Gate::default();
        let inside: Vec<_> = (0..AT_ONCE).map(|_| gate.enter()).collect();
        assert!(inside.iter().all(Option::is_some));
        std::thread::scope(|scope| {
            let waiting: Vec<_> =
                (0..WAITING).map(|_| scope.spawn(|| gate.enter().is_some())).collect();
            while gate.held.lock().unwrap().1 < AT_ONCE + WAITING {
                std::thread::yield_now();
            }
            assert!(gate.enter().is_none());
            drop(inside);
            assert!(waiting.into_iter().all(|one| one.join().unwrap()));
        });
        assert_eq!(*gate.held.lock().unwrap(), (0, 0));
    }

    #[test]
    fn a_credential_is_remembered_for_minutes_only() {
        struct Fixed;
        impl Random for Fixed {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(7);
            }
        }
        let verified = Verified::new(&Fixed);
        verified.remember("ab", "c", 0);
        assert_eq!(verified.recall("ab", "c", 1), Some("ab".to_owned()));
        assert_eq!(verified.recall("a", "bc", 1), None, "name and password are kept apart");
        assert_eq!(verified.recall("ab", "c", REMEMBERED), None);
    }
}
