//! What is wrong with bytes that should be STIX, and where.

use std::fmt;

/// A JSON pointer (RFC 6901) to the place of a problem; empty for the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The pointer to a property or an item of what this one points to.
    #[must_use]
    pub fn join(&self, token: &str) -> Self {
        Self(format!("{}/{}", self.0, token.replace('~', "~0").replace('/', "~1")))
    }

    /// The pointer's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "the whole document" } else { &self.0 })
    }
}

/// Why bytes are no STIX object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at {pointer}: {problem}")]
pub struct Error {
    /// Where.
    pub pointer: Pointer,
    /// What.
    pub problem: String,
}

impl Error {
    pub(crate) fn new(pointer: Pointer, problem: impl Into<String>) -> Self {
        Self { pointer, problem: problem.into() }
    }
}

impl Error {
    /// The same problem, seen from the value that holds this one as `token`.
    pub(crate) fn within(mut self, token: &str) -> Self {
        let outer = Pointer::root().join(token);
        self.pointer.0.insert_str(0, &outer.0);
        self
    }
}
