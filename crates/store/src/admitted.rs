//! What may enter the log, and what became of it.

use release::Holder;
use stix::sign::Verified;
use stix::{Id, Object};

use crate::shelf::Record;

/// An object with the evidence that it may enter the log. There is no constructor from bytes.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub(crate) object: Object,
    pub(crate) holder: Holder,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Owned,
    Fact,
    Definition,
    Structural,
    Workspace,
}

impl Admitted {
    /// What `owner`'s key signed: the owner's version of the object.
    pub fn owned(verified: Verified, owner: Id) -> Self {
        Self { object: verified.into_object(), holder: Holder::State(owner), kind: Kind::Owned }
    }

    /// A cyber-observable: a fact without owner, version or signature (STIX 2.1 section 3.6).
    /// `holder` brought it, and each holder's copy has its own audience. Anything but a
    /// cyber-observable is refused by [`crate::Store::append`].
    pub fn fact(object: Object, holder: Holder) -> Self {
        Self { object, holder, kind: Kind::Fact }
    }

    /// A marking definition that `holder` brought. It is seen by whoever sees an object that
    /// refers to it. One whose id follows from its content serves every holder's objects; any
    /// other serves `holder`'s alone, so that nobody widens another's marking by defining it.
    pub fn definition(object: Object, holder: Id) -> Self {
        Self { object, holder: Holder::State(holder), kind: Kind::Definition }
    }

    /// An object that is compiled in, the same at every node: everybody sees it.
    pub fn structural(object: Object) -> Self {
        Self { object, holder: Holder::Builtin, kind: Kind::Structural }
    }

    /// What `account` put into its workspace, unsigned.
    pub fn workspace(object: Object, account: String) -> Self {
        Self { object, holder: Holder::Account(account), kind: Kind::Workspace }
    }

    /// What `feed` brought, unsigned.
    pub fn fed(object: Object, feed: String) -> Self {
        Self { object, holder: Holder::Feed(feed), kind: Kind::Workspace }
    }

    /// The object.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Who answers for it.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }
}

/// What one transaction writes: all of it or nothing.
#[derive(Debug, Default)]
pub struct Batch {
    /// The objects, in the order in which they are to be added.
    pub objects: Vec<Admitted>,
    /// Node-local records that change with them: a cursor that moves, a draft that ends.
    pub records: Vec<Record>,
}

impl Batch {
    /// A batch of objects alone.
    pub fn of(objects: Vec<Admitted>) -> Self {
        Self { objects, records: Vec::new() }
    }
}

impl From<Vec<Admitted>> for Batch {
    fn from(objects: Vec<Admitted>) -> Self {
        Self::of(objects)
    }
}

/// A place in the log: strictly increasing, with gaps that mean nothing. Never leaves the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub(crate) i64);

/// What became of an admitted object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the newest version now.
    Stored(Seq),
    /// It was held already, equal in canonical form; the first bytes were kept.
    Same,
    /// It is stored, but a newer version is held.
    Older(Seq),
    /// Its owner recalled just this version: it was not stored.
    Recalled,
    /// The owner signed two different objects as one version. Every node keeps the one with the
    /// greater canonical hash; an alarm was raised.
    Equivocation {
        /// Whether this one was kept.
        kept: bool,
    },
}
