//! A test, compiled: walks its path through an object and asks each value found there.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::ast::{Check, Comparison, Constant, Path, Step, Test};
use super::error::Problem;
use super::like::{Like, nfc};
use super::network::Network;
use super::observed::Sight;
use super::regex::{self, MAX_PROGRAM};
use super::value::{Datum, Encoding, Operand};

/// A comparison expression, compiled.
#[derive(Debug)]
pub(super) enum Query {
    Probe(Box<Probe>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// A test, compiled.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) path: Path,
    pub(super) encoding: Encoding,
    pub(super) negated: bool,
    pub(super) ask: Ask,
    /// Whether the path goes on from every item more than once, so that many ways can lead to one
    /// object.
    pub(super) forks: bool,
}

/// What a test asks of a value.
#[derive(Debug)]
pub(super) enum Ask {
    Equal(Operand),
    NotEqual(Operand),
    Order(Order, Operand),
    In { texts: HashSet<String>, others: Vec<Operand> },
    Like(Like),
    Matches(Expression),
    Subset(Network),
    Superset(Network),
    Exists,
}

/// The operators of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// A regular expression, for text and, where it can be, for bytes.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: ::regex::Regex,
    bytes: Option<::regex::bytes::Regex>,
    asks_end: bool,
}

impl Expression {
    fn new(expression: &str, encoding: Encoding) -> Result<Self, Problem> {
        let expression = nfc(expression);
        let large = |error: ::regex::Error| match error {
            ::regex::Error::CompiledTooBig(limit) => Problem::Limit {
                what: format!("a regular expression compiles to {limit} bytes at most"),
            },
            other => Problem::Expression { what: other.to_string() },
        };
        let translated = regex::translate(&expression, false).map_err(|(_, problem)| problem)?;
        let text = ::regex::RegexBuilder::new(&translated.text)
            .size_limit(MAX_PROGRAM)
            .dfa_size_limit(MAX_PROGRAM)
            .build()
            .map_err(large)?;
        let fits = encoding != Encoding::Text && expression.chars().all(|c| u32::from(c) < 256);
        let bytes = if fits {
            let translated = regex::translate(&expression, true).map_err(|(_, problem)| problem)?;
            let built = ::regex::bytes::RegexBuilder::new(&translated.text)
                .unicode(false)
                .size_limit(MAX_PROGRAM)
                .dfa_size_limit(MAX_PROGRAM)
                .build();
            Some(built.map_err(large)?)
        } else {
            None
        };
        Ok(Self { text, bytes, asks_end: translated.asks_end })
    }

    fn matches(&self, datum: &Datum<'_>) -> bool {
        match datum {
            Datum::Text(text) => {
                let text = nfc(text);
                // `$` also stands before a line break that ends the text.
                self.text.is_match(&text)
                    || self.asks_end
                        && text.strip_suffix('\n').is_some_and(|text| self.text.is_match(text))
            }
            Datum::Bytes(bytes) => self.bytes.as_ref().is_some_and(|regex| {
                regex.is_match(bytes)
                    || self.asks_end
                        && bytes.strip_suffix(b"\n").is_some_and(|bytes| regex.is_match(bytes))
            }),
            _ => false,
        }
    }
}

impl Query {
    pub(super) fn new(comparison: &Comparison) -> Result<Self, Problem> {
        Ok(match comparison {
            Comparison::Test(test) => Self::Probe(Box::new(Probe::new(test)?)),
            Comparison::And(parts) => {
                Self::And(parts.iter().map(Self::new).collect::<Result<_, _>>()?)
            }
            Comparison::Or(parts) => {
                Self::Or(parts.iter().map(Self::new).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Whether it holds for an object of this type.
    pub(super) fn holds(&self, name: &str, object: &Map<String, Value>, sight: Sight<'_>) -> bool {
        match self {
            Self::Probe(probe) => probe.path.object_type == name && probe.holds(object, sight),
            Self::And(parts) => parts.iter().all(|part| part.holds(name, object, sight)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(name, object, sight)),
        }
    }
}

impl Probe {
    fn new(from: &Test) -> Result<Self, Problem> {
        let key = from.path.steps.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            _ => None,
        });
        let encoding = Encoding::of(key.unwrap_or_default());
        let order = |order, constant: &Constant| Ask::Order(order, Operand::new(constant));
        let network = |text: &str| {
            Network::parse(text).ok_or_else(|| Problem::Forbidden {
                what: format!("“{text}” is no address or network"),
                section: "9.6",
            })
        };
        let ask = match &from.check {
            Check::Equal(constant) => Ask::Equal(Operand::new(constant)),
            Check::NotEqual(constant) => Ask::NotEqual(Operand::new(constant)),
            Check::Less(constant) => order(Order::Less, constant),
            Check::LessOrEqual(constant) => order(Order::LessOrEqual, constant),
            Check::Greater(constant) => order(Order::Greater, constant),
            Check::GreaterOrEqual(constant) => order(Order::GreaterOrEqual, constant),
            Check::In(constants) => {
                let mut texts = HashSet::new();
                let mut others = Vec::new();
                for constant in constants {
                    match Operand::new(constant) {
                        Operand::Text(text) if encoding == Encoding::Text => {
                            texts.insert(text);
                        }
                        other => others.push(other),
                    }
                }
                Ask::In { texts, others }
            }
            Check::Like(text) => Ask::Like(Like::new(text).ok_or_else(|| Problem::Limit {
                what: format!("the operand of LIKE compiles to {MAX_PROGRAM} bytes at most"),
            })?),
            Check::Matches(text) => Ask::Matches(Expression::new(text, encoding)?),
            Check::Subset(text) => Ask::Subset(network(text)?),
            Check::Superset(text) => Ask::Superset(network(text)?),
            Check::Exists => Ask::Exists,
        };
        let any = from.path.steps.iter().filter(|step| **step == Step::Any);
        let forks = any.count() > 1;
        Ok(Self { path: from.path.clone(), encoding, negated: from.negated, ask, forks })
    }

    /// Whether it holds for an object of the path's type.
    pub(super) fn holds(&self, object: &Map<String, Value>, sight: Sight<'_>) -> bool {
        let Some((Step::Key(key), rest)) = self.path.steps.split_first() else { return false };
        let is_exists = matches!(self.ask, Ask::Exists);
        let mut walk = Walk { probe: self, sight, is_exists, been: HashSet::new() };
        let found = object
            .get(key.as_str())
            .is_some_and(|value| walk.value(value, is_reference(key), rest));
        if is_exists { found != self.negated } else { found }
    }
}

/// The walk along a path, from one object to others where references lead.
struct Walk<'w> {
    probe: &'w Probe,
    sight: Sight<'w>,
    is_exists: bool,
    /// With so many steps to go, this object said no: objects that refer to each other in turn
    /// are not gone through again and again. Kept where the path forks.
    been: HashSet<(usize, usize)>,
}

impl Walk<'_> {
    /// Whether some value at the end of the path answers with yes.
    fn value(&mut self, value: &Value, refers: bool, steps: &[Step]) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            let Probe { ask, encoding, negated, .. } = self.probe;
            return self.is_exists || ask.of(value, *encoding) != *negated;
        };
        match step {
            Step::Key(key) => {
                let object = match value {
                    Value::Object(object) => Some(object),
                    Value::String(id) if refers => self.sight.position(id).and_then(|index| {
                        let is_new = !self.probe.forks || self.been.insert((steps.len(), index));
                        is_new.then(|| self.sight.get(index))?
                    }),
                    _ => None,
                };
                let next = object.and_then(|object| object.get(key.as_str()));
                next.is_some_and(|value| self.value(value, is_reference(key), rest))
            }
            Step::Index(index) => value
                .as_array()
                .and_then(|items| items.get(usize::try_from(*index).ok()?))
                .is_some_and(|item| self.value(item, refers, rest)),
            Step::Any => value
                .as_array()
                .is_some_and(|items| items.iter().any(|item| self.value(item, refers, rest))),
        }
    }
}

/// Whether a property holds references, by its name.
pub(super) fn is_reference(key: &str) -> bool {
    key.ends_with("_ref") || key.ends_with("_refs")
}

impl Ask {
    fn of(&self, value: &Value, encoding: Encoding) -> bool {
        let datum = Datum::new(value, encoding);
        match self {
            Self::Equal(operand) => datum.equals(operand),
            Self::NotEqual(operand) => !datum.equals(operand),
            Self::Order(order, operand) => {
                datum.compare(operand).is_some_and(|ordering| order.holds(ordering))
            }
            Self::In { texts, others } => {
                matches!(datum, Datum::Text(text) if texts.contains(text))
                    || others.iter().any(|operand| datum.equals(operand))
            }
            Self::Like(like) => match &datum {
                Datum::Text(text) => like.matches(&nfc(text)),
                Datum::Bytes(bytes) => {
                    like.matches(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
                }
                _ => false,
            },
            Self::Matches(expression) => expression.matches(&datum),
            Self::Subset(network) => network_of(&datum).is_some_and(|own| own.is_within(*network)),
            Self::Superset(network) => network_of(&datum).is_some_and(|own| network.is_within(own)),
            Self::Exists => true,
        }
    }
}

/// A value read as an address or network.
pub(super) fn network_of(datum: &Datum<'_>) -> Option<Network> {
    match datum {
        Datum::Text(text) => Network::parse(text),
        _ => None,
    }
}
