//! Walking a collection of a TAXII server, whatever the server is like: pure, so that every turn
//! can be tried.
//!
//! Servers page as they please. Some give many objects one moment of being added, some take
//! `added_after` to mean “at or after”, some name no moment at all, some send a page twice, and a
//! page may be broken for good. So a walk goes by `next` to its end before its place moves, asks
//! again for the moment at which it ended, notices when it does not get on, and halves a page that
//! cannot be read until it knows the object at fault.

use std::collections::HashSet;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use taxii::client::{Ask, Pulled};

/// Objects asked for at once.
pub(crate) const PAGE: u32 = 1_000;
/// The most asked for at once where more objects than that share a moment.
const LARGEST: u32 = 16 * PAGE;
/// How often a larger page is asked for before such a moment is left behind.
const STALLS: u8 = 8;
/// A server that twice did not know its own word is not taken at it any more.
const LOST: u8 = 2;
/// After so many rounds without anything new the moment at which a walk ended is not asked for
/// again: whoever adds objects at a moment of the past has finished.
const SETTLED: u8 = 3;

/// Where we are in a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Everything that was added up to here is held.
    pub(crate) at: Option<Timestamp>,
    /// How many rounds since brought nothing new.
    #[serde(default)]
    pub(crate) quiet: u8,
    /// A walk that has not come to its end.
    #[serde(default)]
    pub(crate) open: Option<Open>,
}

/// An unfinished walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// After which moment it asks.
    after: Option<Timestamp>,
    /// The server's word for where it goes on.
    next: Option<String>,
    /// The newest moment that it met.
    high: Option<Timestamp>,
    /// How often the server did not know its own word any more.
    lost: u8,
    /// Whether it brought anything that was not held.
    #[serde(default)]
    fresh: bool,
    /// The moment of the last object that was passed by.
    #[serde(default)]
    passed: Option<Timestamp>,
}

/// What comes after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is more.
    More,
    /// Everything is held.
    Done,
    /// The server repeats itself: this round ends here.
    Stuck,
}

/// What to do about a page that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cure {
    /// Ask for a smaller one.
    Smaller,
    /// One object is at fault: pass it by.
    PassBy,
}

/// A walk through a collection.
#[derive(Debug)]
pub(crate) struct Walk {
    place: Place,
    /// Every object has a moment of its own, and `added_after` means what it says: so it is with
    /// nodes like this one. Then each page moves the place.
    exact: bool,
    open: Open,
    limit: u32,
    seen: HashSet<u64>,
    empty: u8,
    stalls: u8,
}

impl Walk {
    /// Goes on where the last walk ended. `from` is where the first one begins.
    pub(crate) fn begin(place: Place, from: Option<&Timestamp>, exact: bool) -> Self {
        let open = place.open.clone().unwrap_or_else(|| Open {
            after: match &place.at {
                Some(at) if !exact && place.quiet < SETTLED => Some(before(at)),
                Some(at) => Some(at.clone()),
                None => from.cloned(),
            },
            next: None,
            high: place.at.clone(),
            lost: 0,
            fresh: false,
            passed: None,
        });
        Self { place, exact, open, limit: PAGE, seen: HashSet::new(), empty: 0, stalls: 0 }
    }

    /// Where the walk stands: to be kept together with the page before.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// What to ask next.
    pub(crate) fn ask(&self, types: &[String]) -> Ask {
        Ask {
            after: self.open.after.clone(),
            next: self.open.next.clone(),
            types: types.to_vec(),
            limit: self.limit,
            ..Ask::default()
        }
    }

    /// A page came.
    pub(crate) fn got(&mut self, page: &Pulled) -> Step {
        let is_new = self.seen.insert(print(&page.slices, page.next.as_deref()));
        let before_it = self.open.high.clone();
        if page.last > self.open.high {
            self.open.high.clone_from(&page.last);
        }
        if !page.more {
            self.finish();
            return Step::Done;
        }
        self.empty = if page.slices.is_empty() { self.empty + 1 } else { 0 };
        let step = if self.exact {
            let gets_on = page.last.is_some() && page.last > self.open.after;
            self.open.after.clone_from(&self.open.high);
            self.place.at.clone_from(&self.open.high);
            if gets_on { Step::More } else { Step::Done }
        } else if self.empty > 3 {
            Step::Stuck
        } else if page.next.is_some() && is_new && self.open.lost < LOST {
            self.open.next.clone_from(&page.next);
            Step::More
        } else {
            self.go_by_date(before_it.as_ref(), page.last.as_ref())
        };
        match step {
            Step::More => {
                self.place.open = (!self.exact).then(|| self.open.clone());
                // A page that was too much for the server or for us was perhaps the only one.
                self.limit = if self.limit < PAGE { self.limit * 2 } else { self.limit };
            }
            // Whatever made it stuck, the next round begins where this one began.
            Step::Done | Step::Stuck => self.place.open = None,
        }
        step
    }

    /// The server does not say where it goes on, or says the same again: its dates do.
    fn go_by_date(&mut self, before_it: Option<&Timestamp>, last: Option<&Timestamp>) -> Step {
        let by_word = self.open.next.take().is_some();
        let Some(high) = self.open.high.clone() else { return Step::Stuck };
        let again = before(&high);
        let gets_on = last > before_it || by_word;
        if gets_on && Some(&again) > self.open.after.as_ref() {
            self.open.after = Some(again);
            self.stalls = 0;
        } else if self.limit < LARGEST && self.stalls < STALLS {
            // A whole page shares one moment: behind it is what a larger page shows.
            self.limit *= 4;
            self.stalls += 1;
        } else if Some(&high) > self.open.after.as_ref() {
            self.open.after = Some(high);
            self.stalls = 0;
        } else {
            return Step::Stuck;
        }
        Step::More
    }

    fn finish(&mut self) {
        let Open { high, passed, .. } = &self.open;
        let quiet = match () {
            // What cannot be had at that moment is not to be met again.
            () if high.is_some() && high == passed => SETTLED,
            () if *high > self.place.at => 0,
            () => self.place.quiet,
        };
        self.place = Place { at: high.clone(), quiet, open: None };
    }

    /// The page brought something that was not held.
    pub(crate) fn brought(&mut self) {
        self.open.fresh = true;
        if let Some(open) = &mut self.place.open {
            open.fresh = true;
        }
    }

    /// The walk is at its end. Gives whether the place changed because all of it brought nothing.
    pub(crate) fn was_quiet(&mut self) -> bool {
        let counts = !self.exact
            && !self.open.fresh
            && self.place.at.is_some()
            && self.place.quiet < SETTLED;
        self.place.quiet += u8::from(counts);
        counts
    }

    /// The page that was asked for cannot be read, and never will be.
    pub(crate) fn poisoned(&mut self) -> Cure {
        if self.limit > 1 {
            self.limit = (self.limit / 2).min(PAGE);
            return Cure::Smaller;
        }
        Cure::PassBy
    }

    /// After which moment the object at fault stands, with those that may be held already.
    pub(crate) fn suspect(&self) -> Option<Timestamp> {
        let reached = self.open.high.as_ref().filter(|_| self.open.next.is_some()).map(before);
        reached.max(self.open.after.clone())
    }

    /// Everything that was added up to this moment was looked at one by one.
    pub(crate) fn pass_by(&mut self, up_to: Timestamp) {
        self.open.next = None;
        self.open.high = self.open.high.take().max(Some(up_to.clone()));
        self.open.passed = Some(up_to.clone());
        self.open.after = Some(up_to);
        self.limit = 2;
        if self.exact {
            self.place.at.clone_from(&self.open.after);
        } else {
            self.place.open = Some(self.open.clone());
        }
    }

    /// The server does not know its own word any more. Gives whether there was one: then the walk
    /// begins anew, the second time where it had come to by date.
    pub(crate) fn lost(&mut self) -> bool {
        if self.open.next.take().is_none() {
            return false;
        }
        if self.open.lost > 0
            && let Some(high) = &self.open.high
        {
            self.open.after = self.open.after.take().max(Some(before(high)));
        }
        self.open.lost = self.open.lost.saturating_add(1);
        self.seen.clear();
        self.place.open = Some(self.open.clone());
        true
    }
}

/// The moment before, as finely as TAXII counts.
fn before(at: &Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_sub(1))
}

/// The same for the same page.
fn print(slices: &[Bytes], next: Option<&str>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (slices, next).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
