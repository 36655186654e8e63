//! STIX patterns (STIX 2.1 section 9): read, written canonically, matched against observed data.
//!
//! A [`Pattern`] is the parsed text. Everything that a pattern asks can be answered in linear time
//! on foreign input; what cannot (regular expressions that need backtracking) is refused by name
//! when the pattern is read, at its place.

mod ast;
mod candidates;
mod error;
mod index;
mod lex;
mod like;
mod literal;
mod matcher;
mod moment;
mod network;
mod observed;
mod parse;
mod plan;
mod print;
mod probe;
mod regex;
mod search;
mod set;
mod value;

use std::fmt;
use std::str::FromStr;

pub use ast::{
    Check, Comparison, Constant, Observation, Path, Qualifier, Seconds, Step, Test, Text,
};
pub use error::{Error, Problem};
pub use matcher::{Compiled, GivenUp, Match};
pub use observed::Observations;
pub use set::{Set, Stream};

/// The largest pattern, in bytes: that of an object.
pub const MAX_BYTES: usize = crate::object::MAX_BYTES;

/// The deepest nesting of parentheses, around and within observation expressions together.
pub const MAX_DEPTH: usize = 64;

/// The most steps of an object path. Each can lead on to another object, and back.
pub const MAX_STEPS: usize = 250;

/// A STIX pattern. Two patterns are equal if they read the same: superfluous parentheses, white
/// space, comments and other spellings of a constant make no difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    root: Observation,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// With the place: what the grammar refuses, what the specification forbids beyond it, and
    /// what only a backtracking regular expression could do.
    ///
    /// # Examples
    /// ```
    /// use stix::pattern::Pattern;
    ///
    /// let pattern = Pattern::parse("[ file:size>1024 and file:name = 'a' ]").unwrap_err();
    /// assert_eq!((pattern.line, pattern.column), (1, 18));
    ///
    /// let pattern = Pattern::parse("[ file:size>1024 AND file:name = 'a' ]").unwrap();
    /// assert_eq!(pattern.to_string(), "[file:size > 1024 AND file:name = 'a']");
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::pattern(text).map(|root| Self { root })
    }

    /// The outermost observation expression.
    pub fn root(&self) -> &Observation {
        &self.root
    }
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}
