//! Proof that two nodes hold the same objects: a hash of a set that can be summed, and a search for
//! the first difference that asks O(log n) questions.
//!
//! What an owner releases to somebody is a set of objects in their newest versions. Each object is a
//! [`Leaf`]: a point of the group ristretto255 (RFC 9496) to which the SHA-256 of its canonical form
//! is hashed. The hash of a set is the sum of its points. So it can be kept object by object and
//! audience by audience, in whatever order they come and go, and summed over the audiences that a
//! viewer may see: what he may not see costs no time and leaves no trace.
//!
//! Two different sets with one hash would be a linear relation between points whose logarithms
//! nobody knows. Finding one is as hard as the discrete logarithm in the group, about 2^126 steps
//! (Clarke, Devadas, van Dijk, Gassend and Suh, "Incremental multiset hash functions and their
//! application to memory integrity checking", ASIACRYPT 2003, section 5). A sum of plain hashes
//! would not do: with thousands of objects to choose from, Wagner's generalised birthday finds
//! another set with the same sum.
//!
//! The set is a tree of sixteen branches each: an object's [`Place`] is the first fifteen
//! hexadecimal digits of the SHA-256 of its id, so that two versions of one object meet in one
//! place. Who compares asks for the summaries of the branches of a [`Prefix`] and descends where
//! they differ ([`Comparison`]), to where few objects are left and are named.

mod compare;
mod place;
mod statement;
mod sum;

pub use compare::{Answer, Comparison, Difference, Entry, MOST_LEAVES};
pub use place::{DEPTH, Place, Prefix};
pub use statement::{SignedStatement, Statement};
pub use sum::{Leaf, Sum, Summary};
