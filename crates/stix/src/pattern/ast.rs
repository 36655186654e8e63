//! What a pattern says, as a tree.

use std::collections::HashSet;

use crate::time::Timestamp;

/// A short text, mostly kept without an allocation of its own.
pub type Text = compact_str::CompactString;

/// An observation expression (STIX 2.1 section 9.4). Chains of one operator are one node.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// `[…]`: holds for one observation.
    Comparison(Comparison),
    /// Both hold, for different observations, in any order.
    And(Vec<Self>),
    /// At least one holds.
    Or(Vec<Self>),
    /// All hold, for different observations, each not before the one that it follows.
    FollowedBy(Vec<Self>),
    /// An expression with qualifiers, which apply in the order written.
    Qualified {
        /// What is qualified.
        inner: Box<Self>,
        /// At least one, and none of a kind twice.
        qualifiers: Vec<Qualifier>,
    },
}

/// A restriction of time or number (STIX 2.1 section 9.4.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// All observations lie within so many seconds.
    Within(Seconds),
    /// The expression holds so many times, for different observations each time.
    Repeats(u32),
    /// All observations lie at or after `start` and before `stop`.
    StartStop {
        /// The first moment.
        start: Timestamp,
        /// The first moment after.
        stop: Timestamp,
    },
}

/// A positive number of seconds, as written but for leading and trailing zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seconds(pub(super) Text);

impl Seconds {
    /// The decimal number, without exponent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A comparison expression (STIX 2.1 section 9.5): what is asked of one object of an observation.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// A single question.
    Test(Test),
    /// All hold for the same object.
    And(Vec<Self>),
    /// At least one holds.
    Or(Vec<Self>),
}

/// An object path, an operator, a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Where to look.
    pub path: Path,
    /// Whether `NOT` turns the answer.
    pub negated: bool,
    /// What to ask of each value found there.
    pub check: Check,
}

/// A comparison operator with its operand (STIX 2.1 section 9.6).
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// `=`
    Equal(Constant),
    /// `!=`
    NotEqual(Constant),
    /// `<`
    Less(Constant),
    /// `<=`
    LessOrEqual(Constant),
    /// `>`
    Greater(Constant),
    /// `>=`
    GreaterOrEqual(Constant),
    /// `IN`: equal to one of these.
    In(Vec<Constant>),
    /// `LIKE`: `%` stands for any characters, `_` for one.
    Like(Text),
    /// `MATCHES`: a regular expression, found anywhere in the value.
    Matches(Text),
    /// `ISSUBSET`: an address or network within this one.
    Subset(Text),
    /// `ISSUPERSET`: a network around this one.
    Superset(Text),
    /// `EXISTS`: there is a value.
    Exists,
}

/// A constant (STIX 2.1 section 9.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A whole number.
    Integer(i64),
    /// A number with a decimal point; always finite.
    Float(f64),
    /// A string.
    String(Text),
    /// `true` or `false`.
    Boolean(bool),
    /// `h'…'`: bytes, written in hexadecimal digits.
    Hex(Vec<u8>),
    /// `b'…'`: bytes, written in base64.
    Binary(Vec<u8>),
    /// `t'…'`: a moment.
    Timestamp(Timestamp),
}

/// An object path (STIX 2.1 section 9.7).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The type of the object that the path begins at.
    pub object_type: Text,
    /// The steps from there; the first is a key. A key that ends in `_ref` or `_refs` leads on to
    /// the objects referred to.
    pub steps: Vec<Step>,
}

/// One step of an object path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// To the member of this name.
    Key(Text),
    /// To the item of this number, counted from 0.
    Index(u32),
    /// To every item.
    Any,
}

impl Comparison {
    /// The types of object that can satisfy it: the union for `OR`, what is common for `AND`.
    pub(super) fn types<'a>(&'a self, into: &mut Types<'a>) {
        match self {
            Self::Test(test) => into.add(&test.path.object_type),
            Self::Or(parts) => parts.iter().for_each(|part| part.types(into)),
            Self::And(parts) => common_types(parts).into_iter().for_each(|name| into.add(name)),
        }
    }
}

/// Names of types, each once, in the order in which they stand in the pattern.
#[derive(Default)]
pub(super) struct Types<'a> {
    pub(super) names: Vec<&'a str>,
    /// The same, once there are many.
    held: HashSet<&'a str>,
}

impl<'a> Types<'a> {
    const FEW: usize = 16;

    fn add(&mut self, name: &'a str) {
        if !self.contains(name) {
            self.names.push(name);
            match self.names.len() {
                ..Self::FEW => {}
                Self::FEW => self.held.extend(self.names.iter().copied()),
                _ => drop(self.held.insert(name)),
            }
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        if self.held.is_empty() { self.names.contains(&name) } else { self.held.contains(name) }
    }
}

/// The types of object that can satisfy all of these.
pub(super) fn common_types(parts: &[Comparison]) -> Vec<&str> {
    let mut common: Option<Vec<&str>> = None;
    for part in parts {
        let mut types = Types::default();
        part.types(&mut types);
        match &mut common {
            None => common = Some(types.names),
            Some(common) => common.retain(|name| types.contains(name)),
        }
    }
    common.unwrap_or_default()
}
