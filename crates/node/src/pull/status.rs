//! What became of pulling, for people: kept over restarts.

use serde::{Deserialize, Serialize};

use crate::Node;
use crate::error::Error;
use crate::feed::Origin;

const SHELF: &str = "pull-status";
/// A status that says nothing new is written down once in so many microseconds.
const SELDOM: i64 = 60_000_000;
/// How many remarks about what was passed by are kept.
const REMARKS: usize = 20;

/// What pulling brought, in objects unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// New here.
    pub admitted: u64,
    /// Held already.
    pub known: u64,
    /// Kept aside, with the reason.
    pub refused: u64,
    /// Passed by, because the server could not give them or they were too large.
    pub passed_by: u64,
    /// Bytes of the objects.
    pub bytes: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.admitted += other.admitted;
        self.known += other.known;
        self.refused += other.refused;
        self.passed_by += other.passed_by;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// All that was looked at.
    pub fn objects(&self) -> u64 {
        self.admitted + self.known + self.refused + self.passed_by
    }
}

/// What kind of failure it was: pages know a sentence for each that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// The address cannot be asked.
    Address,
    /// It lies at an address that is not public, and nobody allowed that.
    NotPublic,
    /// The certificates or the pin do not fit.
    Certificate,
    /// Nobody answers.
    NoAnswer,
    /// Name or password is wrong.
    SignIn,
    /// The server refuses.
    Refused,
    /// The server asked for patience.
    Busy,
    /// The server sends us elsewhere.
    Elsewhere,
    /// An answer is larger than is taken.
    TooLarge,
    /// The answer cannot be read, or is no TAXII and no feed.
    Unreadable,
    /// The server gives the same again and again.
    Repeats,
    /// As much is held as an administrator allowed.
    Full,
    /// The node itself failed.
    Node,
}

/// Why the last round failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What kind of failure it was.
    pub kind: TroubleKind,
    /// What happened, in English; it may quote the other server.
    pub text: String,
    /// Since when every round has failed, in microseconds since 1970.
    pub since: i64,
}

/// How pulling from one server or feed goes. Moments are microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// When it was tried last.
    pub tried: Option<i64>,
    /// When a round came to its end last.
    pub succeeded: Option<i64>,
    /// When it is tried next.
    pub next: Option<i64>,
    /// How many rounds failed in a row.
    pub failures: u32,
    /// What the last round that was not empty brought.
    pub last: Counts,
    /// When that was.
    pub last_at: Option<i64>,
    /// What all rounds brought.
    pub total: Counts,
    /// Why the last round failed.
    pub trouble: Option<Trouble>,
    /// Whether the last round ended at the most objects that a round may bring: the next one goes
    /// on from there.
    pub capped: bool,
    /// What was passed by lately and why, in English; the newest last.
    pub remarks: Vec<String>,
    /// When it was written down.
    kept: i64,
}

impl Status {
    pub(crate) fn remark(&mut self, text: String) {
        if !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
        let surplus = self.remarks.len().saturating_sub(REMARKS);
        self.remarks.drain(..surplus);
    }
}

impl Node {
    /// How pulling goes: what this process knows, or else what was written down last.
    pub fn pull_status(&self, origin: &Origin) -> Result<Status, Error> {
        let key = origin.to_string();
        let kept = self.status_shelf().get(&key)?.unwrap_or_default();
        // A command may have pulled meanwhile.
        let known = self.inner.pulls.status(&key).filter(|known| known.kept >= kept.kept);
        Ok(known.unwrap_or(kept))
    }

    /// Changes a status; writes it down when it says something new, else seldom.
    pub(crate) fn note_status(
        &self,
        origin: &Origin,
        change: impl FnOnce(&mut Status),
    ) -> Result<Status, Error> {
        let key = origin.to_string();
        let before = self.pull_status(origin)?;
        let mut after = before.clone();
        change(&mut after);
        let says_more = before.total != after.total
            || before.trouble.as_ref().map(|one| one.kind)
                != after.trouble.as_ref().map(|one| one.kind)
            || before.failures != after.failures
            || before.capped != after.capped
            || (before.next.is_some() && after.next.is_none())
            || before.remarks != after.remarks;
        let now = self.now();
        if says_more || now.saturating_sub(before.kept) >= SELDOM {
            after.kept = now;
            self.status_shelf().put(&key, &after)?;
        }
        self.inner.pulls.know(&key, after.clone());
        Ok(after)
    }

    pub(crate) fn forget_status(&self, origin: &Origin) -> Result<(), Error> {
        let key = origin.to_string();
        self.inner.pulls.forget(&key);
        Ok(self.status_shelf().remove(&key)?)
    }

    fn status_shelf(&self) -> store::Shelf<Status> {
        self.inner.store.shelf(SHELF)
    }
}
