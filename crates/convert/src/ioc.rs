//! Lists of indicators of compromise: one value a line, or tables; and tables of STIX.

mod columns;
mod fang;
pub(crate) mod kind;
mod known;
mod list;
mod make;
mod recognise;
mod rows;
mod table;
pub(crate) mod time;
mod typed;
mod write;

use stix::{Id, Object, Timestamp};

use crate::Report;

pub(crate) use make::valid;
pub use write::write;

/// What values become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Make {
    /// Indicators: what to look for. A row of a table that says of itself that it is none (MISP’s
    /// `to_ids`) becomes an observation all the same.
    #[default]
    Indicators,
    /// Observed data with observables: what was seen.
    Observables,
}

/// How to make objects of values.
#[derive(Clone, Debug)]
pub struct Options {
    /// When the objects are made: the caller’s clock. The same list made at the same time gives the
    /// same objects.
    pub at: Timestamp,
    /// From when indicators hold, or when things were seen; `at` unless a row says it.
    pub valid_from: Option<Timestamp>,
    /// What values become.
    pub make: Make,
    /// The markings of every object, beside those that a row names.
    pub markings: Vec<Id>,
    /// Who says it.
    pub created_by: Option<Id>,
    /// The list’s name: all objects are then held together by a grouping of that name.
    pub name: Option<String>,
}

impl Options {
    /// Indicators made at this time, without markings.
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            valid_from: None,
            make: Make::Indicators,
            markings: Vec::new(),
            created_by: None,
            name: None,
        }
    }
}

/// What came of a list.
#[derive(Debug)]
pub struct Read {
    /// The objects, in the order of the list.
    pub objects: Vec<Object>,
    /// Every line that was refused, by its number, and what else is not in the objects.
    pub report: Report,
}

/// Reads a list of one value a line. Text after `#` or `//` is a comment.
pub fn list(bytes: &[u8], options: &Options) -> Read {
    list::read(bytes, options)
}

/// Reads a table: fields with commas, semicolons, tabs or bars between, quoted where need be.
pub fn table(bytes: &[u8], options: &Options) -> Read {
    table::read(bytes, options)
}

/// Whether the bytes look like a table rather than like a list of one value a line.
pub fn is_table(bytes: &[u8]) -> bool {
    table::is_table(bytes)
}

/// Whether the bytes look like a list of one value a line: one of the first lines is such a value.
pub fn is_list(bytes: &[u8]) -> bool {
    list::is_list(bytes)
}

/// The TLP label of a word such as `TLP:AMBER`; also the names of TLP 1.0.
pub fn tlp(text: &str) -> Option<stix::marking::Tlp> {
    columns::tlp(text)
}

/// An address or a network, if a text is one.
pub(crate) fn address(text: &str) -> Option<kind::Ioc> {
    recognise::address(text)
}
