//! The strict reader: JSON as RFC 8259 says, and stricter where two programs could read two things.
//!
//! One pass checks the grammar, refuses what would make a signature ambiguous (duplicate keys,
//! numbers beyond ±(2^53−1), lone surrogates, depth beyond [`MAX_DEPTH`]), lays the document out as
//! a [`Tree`] of slices of the input, and notes whether it already is in canonical form (RFC 8785).
//! Nothing is copied.

mod scan;

pub(crate) use scan::{plain, precedes};

use std::borrow::Cow;

use crate::error::Error;

/// The deepest nesting accepted, the object itself included.
pub const MAX_DEPTH: usize = 64;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One value or key: where it stands, and where the next one beside it does.
#[derive(Clone, Copy, Debug)]
struct Cell {
    start: u32,
    end: u32,
    /// The cell after this one and all below it.
    after: u32,
    kind: Kind,
    /// Whether a string holds escapes.
    escaped: bool,
}

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Tree<'a> {
    text: &'a str,
    cells: Vec<Cell>,
    canonical: bool,
}

impl<'a> Tree<'a> {
    /// Reads a document, checking all of it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        scan::whole(bytes)
    }

    /// The outermost value.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, at: 0 }
    }

    /// The document as it stands.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Whether the bytes are the canonical form (RFC 8785) of what they say.
    pub fn is_canonical(&self) -> bool {
        self.canonical
    }
}

/// A value within a [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    at: u32,
}

impl<'t> Node<'t> {
    fn cell(self) -> Cell {
        const NOTHING: Cell = Cell { start: 0, end: 0, after: 0, kind: Kind::Null, escaped: false };
        self.tree.cells.get(self.at as usize).copied().unwrap_or(NOTHING)
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.cell().kind
    }

    /// The value as it stands in the input.
    pub fn raw(self) -> &'t str {
        let cell = self.cell();
        self.tree.text.get(cell.start as usize..cell.end as usize).unwrap_or_default()
    }

    /// Where it starts, in bytes from the document's start.
    pub fn offset(self) -> usize {
        self.cell().start as usize
    }

    /// Where it ends.
    pub fn end(self) -> usize {
        self.cell().end as usize
    }

    /// The string, if it is one.
    pub fn text(self) -> Option<Cow<'t, str>> {
        let cell = self.cell();
        if cell.kind != Kind::String {
            return None;
        }
        let raw = self.raw();
        if cell.escaped {
            return serde_json::from_str(raw).ok().map(Cow::Owned);
        }
        raw.get(1..raw.len().saturating_sub(1)).map(Cow::Borrowed)
    }

    /// Whether it is a string without escapes.
    pub(crate) fn is_plain(self) -> bool {
        let cell = self.cell();
        cell.kind == Kind::String && !cell.escaped
    }

    /// Whether it is this string.
    pub fn is(self, text: &str) -> bool {
        let cell = self.cell();
        if cell.kind != Kind::String {
            return false;
        }
        if cell.escaped {
            return self.text().is_some_and(|held| held == text);
        }
        // Nearly all comparisons end at the length.
        let start = cell.start as usize + 1;
        cell.end as usize == start + text.len() + 1
            && self.tree.text.as_bytes().get(start..start + text.len()) == Some(text.as_bytes())
    }

    /// The number, if it is one.
    pub fn number(self) -> Option<f64> {
        (self.kind() == Kind::Number).then(|| self.raw().parse().ok())?
    }

    /// The integer, if it is a number written as one.
    pub fn integer(self) -> Option<i64> {
        (self.kind() == Kind::Number).then(|| self.raw().parse().ok())?
    }

    /// Whether it is `true` or `false`, if it is either.
    pub fn boolean(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.raw() == "true")
    }

    /// The members of an object, keys as nodes; none of anything else.
    pub fn members(self) -> impl Iterator<Item = (Node<'t>, Node<'t>)> {
        let mut below = self.below(Kind::Object);
        std::iter::from_fn(move || Some((below.next()?, below.next()?)))
    }

    /// The items of an array; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Node<'t>> {
        self.below(Kind::Array)
    }

    fn below(self, kind: Kind) -> impl Iterator<Item = Node<'t>> {
        let cell = self.cell();
        let end = if cell.kind == kind { cell.after } else { 0 };
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let node = Node { tree: self.tree, at };
            (at < end).then(|| {
                at = node.cell().after;
                node
            })
        })
    }

    /// The value of an object's member.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.members().find(|(held, _)| held.is(key)).map(|(_, value)| value)
    }

    /// The string of an object's member.
    pub fn text_of(self, key: &str) -> Option<Cow<'t, str>> {
        self.get(key)?.text()
    }

    /// Whether an object has no members, or an array no items.
    pub fn is_empty(self) -> bool {
        self.cell().after <= self.at + 1
    }

    /// As a value of serde_json.
    pub fn value(self) -> serde_json::Value {
        serde_json::from_str(self.raw()).unwrap_or_default()
    }
}
