//! Other formats to STIX 2.1 and back, with a report of every loss.
//!
//! Each format is a module that reads bytes and gives STIX objects, or the other way round, and a
//! [`Report`] that names every place of the input whose content the result does not carry as a
//! foreign program would find it. Nothing here does I/O, is async, reads a clock or draws a random
//! number: identifiers and times follow from the input.

mod derived;
mod draft;
mod error;
mod format;
pub mod ioc;
pub mod lift;
pub mod misp;
pub mod openioc;
mod quote;
mod report;

pub use error::Error;
pub use format::Format;
pub use report::{Fate, Loss, Report};
