//! Why an input cannot be converted at all.

use stix::Pointer;

/// What stops a conversion. What merely cannot be carried over is a [`Loss`](crate::Loss).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not what the format asks for.
    #[error("at {pointer}: {problem}")]
    Malformed {
        /// Where: a JSON pointer, or what the format has in its place.
        pointer: Pointer,
        /// What is wrong there.
        problem: String,
    },
    /// None of the formats fits.
    #[error("this is none of the formats that can be read: {tried}")]
    Unknown {
        /// The formats that were tried.
        tried: String,
    },
}

impl Error {
    /// A problem at a place.
    pub fn at(pointer: Pointer, problem: impl Into<String>) -> Self {
        Self::Malformed { pointer, problem: problem.into() }
    }
}

impl From<stix::Error> for Error {
    fn from(error: stix::Error) -> Self {
        Self::Malformed { pointer: error.pointer, problem: error.problem }
    }
}
