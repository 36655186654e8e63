//! May this viewer see this object, and why.
//!
//! The whole of release control is one pure function, [`decide`], over three small values: the
//! [`Policy`] an object carries (who answers for it and what its markings allow), the [`Viewer`]
//! who asks, and the [`Place`] where he asks. Nothing here does I/O, reads a clock or draws a
//! random number; a policy is never resolved into a list of viewers, so it stays right when
//! partners join, leave or change.

mod badge;
mod breadth;
mod decide;
mod policy;
mod viewer;

pub use badge::{Badge, Level};
pub use breadth::Breadth;
pub use decide::{Decision, Reason, decide, travels};
pub use policy::{Holder, ParseError, Policy, Term};
pub use viewer::{Place, Pseudonym, Viewer};
