//! STIX 2.1: objects, validation, patterns, markings, canonical form and signatures.
//!
//! An [`Object`] is the exact bytes that were received and a small [`Header`] that is read of them
//! at once. Nothing here does I/O, is async, reads a clock or draws a random number; nothing
//! received is ever written anew.

pub mod bundle;
pub mod canonical;
mod error;
pub mod extension;
pub mod hex;
pub mod id;
pub mod json;
pub mod keys;
pub mod marking;
pub mod object;
pub mod pattern;
pub mod proof;
pub mod pseudonym;
pub mod recall;
pub mod refs;
pub mod schema;
pub mod sign;
pub mod spec;
pub mod stream;
mod time;
pub mod validate;
pub mod version;

pub use error::{Error, Pointer};
pub use id::Id;
pub use object::{Class, Header, Object, SpecVersion};
pub use time::Timestamp;
