//! What an owner says about its own keys, and what follows from it.
//!
//! An owner begins with one key, pinned by whoever compared its fingerprint. From there on it
//! speaks for itself: a [`Statement`] is a signed object that travels like any other, and a
//! [`Keyring`] is what the pinned key and the statements received add up to.

mod ring;
mod statement;

pub use ring::{Judgement, Keyring, Received, Standing, State};
pub use statement::{Claim, Statement, TYPE, revocation, rotation};
