//! Statements that travel: what an owner says of what every partner may see, carried by nodes that
//! relay. By them who reaches an owner only through others finds out what these withhold.

use serde::{Deserialize, Serialize};
use stix::Id;
use stix::keys::Judgement;
use stix::proof::{Prefix, SignedStatement};
use stix::sign::Status;
use store::Scope;

use crate::Node;
use crate::error::Error;
use crate::judge::AHEAD;

/// What differs for so long is not on its way any more, in microseconds.
const GRACE: i64 = 10 * 60 * 1_000_000;
/// How often everything is pulled anew at most, in microseconds: what was withheld for a while may
/// be given out by now.
const ANEW: i64 = 24 * 3_600 * 1_000_000;

/// The newest statement of an owner that reached this node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The owner's word.
    pub signed: SignedStatement,
    /// The state whose node brought it.
    pub from: Id,
    /// When it came, in microseconds since 1970.
    pub at: i64,
    /// How many of the objects that it is about this node holds.
    pub held: u64,
    /// Since when what is held differs from what the owner last stated, in microseconds since 1970.
    pub differs_since: Option<i64>,
    /// When everything was last pulled anew from who brought it, because something was wrong.
    pub(crate) anew: Option<i64>,
    /// The store that was compared with it.
    pub(crate) lineage: String,
}

impl Carried {
    /// Whether something is withheld, or shown that its owner replaced: what differs would have
    /// come by now.
    pub fn is_wrong(&self, now: i64) -> bool {
        self.differs_since.is_some_and(|since| now - since >= GRACE)
    }
}

impl Node {
    /// What is known of owners by their statements, one for each.
    pub fn carried(&self) -> Result<Vec<Carried>, Error> {
        Ok(self.carried_shelf().list()?.into_iter().map(|(_, carried)| carried).collect())
    }

    /// Takes in the statements that a partner's node carries, then compares all that are held.
    pub(super) fn take_statements(
        &self,
        from: &Id,
        statements: Vec<SignedStatement>,
    ) -> Result<(), Error> {
        let rings = self.rings()?;
        for signed in statements {
            let statement = &signed.statement;
            let owner = statement.owner.clone();
            if owner == *self.me() || statement.to.is_some() {
                continue;
            }
            let is_owners = match signed.status(|id| rings.key(id)) {
                Status::Good(key) => rings.holding(&key).is_some_and(|ring| {
                    *ring.owner() == owner && ring.judge(&key, self.now()) == Judgement::Good
                }),
                _ => false,
            };
            if !is_owners || statement.at.micros() > self.now() + AHEAD {
                tracing::warn!(%from, %owner, "a statement that is not its owner’s");
                continue;
            }
            let fresh = Carried {
                from: from.clone(),
                at: self.now(),
                held: 0,
                differs_since: None,
                anew: None,
                lineage: String::new(),
                signed,
            };
            // An older one says nothing new; nor does one that is brought again.
            self.carried_shelf().update(owner.as_str(), |held: Option<Carried>| match held {
                Some(held) if held.signed.statement.at >= fresh.signed.statement.at => Some(held),
                Some(held) => Some(Carried {
                    differs_since: held.differs_since,
                    held: held.held,
                    anew: held.anew,
                    lineage: held.lineage,
                    ..fresh.clone()
                }),
                None => Some(fresh.clone()),
            })?;
        }
        self.compare_carried()
    }

    /// Whether everything is to be pulled anew from a partner, because something was wrong with
    /// what it carried. Notes that it is.
    pub(super) fn is_to_pull_anew(&self, from: &Id) -> Result<bool, Error> {
        let now = self.now();
        let mut due = false;
        for carried in self.carried()? {
            let lately = carried.anew.is_some_and(|anew| now - anew < ANEW);
            if carried.from != *from || !carried.is_wrong(now) || lately {
                continue;
            }
            due = true;
            let owner = carried.signed.statement.owner;
            self.carried_shelf().update(owner.as_str(), |held: Option<Carried>| {
                Some(Carried { anew: Some(now), ..held? })
            })?;
        }
        if due {
            self.cursor_shelf().remove(from.as_str())?;
        }
        Ok(due)
    }

    pub(super) fn compare_carried(&self) -> Result<(), Error> {
        for carried in self.carried()? {
            let owner = carried.signed.statement.owner.clone();
            let proven = self.proven_of(&owner, Scope::Travelling, Prefix::ALL)?;
            let now = self.now();
            let lineage = self.inner.store.lineage().to_owned();
            self.carried_shelf().update(owner.as_str(), |held: Option<Carried>| {
                let held = held?;
                let is_equal = held.signed.statement.summary == proven.summary;
                let since = held.differs_since.filter(|_| held.lineage == lineage);
                Some(Carried {
                    held: proven.summary.count,
                    differs_since: (!is_equal).then(|| since.unwrap_or(now)),
                    lineage: lineage.clone(),
                    ..held
                })
            })?;
        }
        Ok(())
    }

    fn carried_shelf(&self) -> store::Shelf<Carried> {
        self.inner.store.shelf("statement")
    }
}
