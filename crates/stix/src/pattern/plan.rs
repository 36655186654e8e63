//! The observation expressions of a pattern as a plan for the search in time.
//!
//! Restrictions of time move down to the leaves; repeats and alternatives of a single comparison
//! become one leaf, so that the search has little left to try.

use std::collections::HashMap;

use super::ast::{Comparison, Observation, Qualifier};
use super::error::Problem;
use super::moment::{Moment, duration};

/// How many observations a pattern may bind apart from repeats of a single comparison.
pub(super) const MAX_SLOTS: usize = 250;

/// A part of a plan.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    /// So many different observations of a leaf.
    Leaf { leaf: usize, count: u64 },
    /// All, for different observations.
    And(Vec<Self>),
    /// One of them.
    Or(Vec<Self>),
    /// All, each not before the one that it follows.
    Then(Vec<Self>),
    /// The part, with all observations so close together. Numbered, to remember by.
    Within { number: usize, duration: i128, inner: Box<Self> },
    /// The part so many times, for different observations.
    Repeat { count: u32, inner: Box<Self> },
}

/// What a leaf is looking for: one of these comparisons, in this time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Leaf {
    /// The comparisons, by number, in order.
    pub(super) queries: Vec<usize>,
    /// The first moment allowed.
    pub(super) from: Moment,
    /// The last moment allowed.
    pub(super) to: Moment,
}

/// How a pattern is to be searched for.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) root: Node,
    pub(super) leaves: Vec<Leaf>,
    /// How many `Within` there are.
    pub(super) withins: usize,
}

impl Plan {
    /// Makes the plan; `number` gives each comparison its number.
    pub(super) fn new<'a>(
        root: &'a Observation,
        number: &mut dyn FnMut(&'a Comparison) -> Result<usize, Problem>,
    ) -> Result<Self, Problem> {
        let mut planner = Planner { leaves: Vec::new(), known: HashMap::new(), withins: 0, number };
        let root = planner.node(root, Moment::MIN, Moment::MAX)?;
        bounded([&root])?;
        Ok(Self { root, leaves: planner.leaves, withins: planner.withins })
    }

    /// The comparisons one of which is all that is asked, at any time; none if more is.
    pub(super) fn alternatives(&self) -> Option<&[usize]> {
        let Node::Leaf { leaf, count: 1 } = self.root else { return None };
        let leaf = self.leaves.get(leaf)?;
        let is_any_time = leaf.from == Moment::MIN && leaf.to == Moment::MAX;
        is_any_time.then_some(leaf.queries.as_slice())
    }
}

/// How many observations are bound one by one: a leaf counts as one however often it repeats.
fn slots(node: &Node) -> usize {
    match node {
        Node::Leaf { .. } => 1,
        Node::And(parts) | Node::Or(parts) | Node::Then(parts) => {
            parts.iter().fold(0, |sum, part| sum.saturating_add(slots(part)))
        }
        Node::Within { inner, .. } => slots(inner),
        Node::Repeat { count, inner } => {
            slots(inner).saturating_mul(usize::try_from(*count).unwrap_or(usize::MAX))
        }
    }
}

/// Refuses parts that together bind too many, before more is made of them.
fn bounded<'n>(parts: impl IntoIterator<Item = &'n Node>) -> Result<(), Problem> {
    let all = parts.into_iter().fold(0_usize, |sum, part| sum.saturating_add(slots(part)));
    if all <= MAX_SLOTS {
        return Ok(());
    }
    let what = format!(
        "it binds more than {MAX_SLOTS} observations one by one; only repeats of a single bracket \
         have no limit"
    );
    Err(Problem::Limit { what })
}

struct Planner<'f, 'a> {
    leaves: Vec<Leaf>,
    known: HashMap<Leaf, usize>,
    withins: usize,
    number: &'f mut dyn FnMut(&'a Comparison) -> Result<usize, Problem>,
}

impl<'a> Planner<'_, 'a> {
    fn node(&mut self, from: &'a Observation, start: Moment, end: Moment) -> Result<Node, Problem> {
        match from {
            Observation::Comparison(comparison) => {
                let query = (self.number)(comparison)?;
                let leaf = self.leaf(Leaf { queries: vec![query], from: start, to: end });
                Ok(Node::Leaf { leaf, count: 1 })
            }
            Observation::And(parts) => {
                let mut nodes: Vec<Node> = Vec::new();
                let mut places: HashMap<usize, usize> = HashMap::new();
                for part in parts {
                    let node = self.node(part, start, end)?;
                    bounded(&nodes)?;
                    if let Node::Leaf { leaf, count } = &node {
                        // The same asked twice is asked for two observations.
                        let place = *places.entry(*leaf).or_insert(nodes.len());
                        if let Some(Node::Leaf { count: before, .. }) = nodes.get_mut(place) {
                            *before = before.saturating_add(*count);
                            continue;
                        }
                    }
                    nodes.push(node);
                }
                Ok(single(nodes, Node::And))
            }
            Observation::Or(parts) => self.or(parts, start, end),
            Observation::FollowedBy(parts) => {
                // Each of them binds one at least.
                let most = parts.iter().take(MAX_SLOTS + 1);
                let nodes: Result<Vec<_>, _> =
                    most.map(|part| self.node(part, start, end)).collect();
                let nodes = nodes?;
                bounded(&nodes)?;
                Ok(single(nodes, Node::Then))
            }
            Observation::Qualified { inner, qualifiers } => {
                let (mut start, mut end) = (start, end);
                for qualifier in qualifiers {
                    if let Qualifier::StartStop { start: from, stop } = qualifier {
                        start = start.max(Moment::of(from));
                        end = end.min(Moment::of(stop).before());
                    }
                }
                let mut node = self.node(inner, start, end)?;
                for qualifier in qualifiers {
                    node = match (qualifier, node) {
                        // A single observation is within any time.
                        (Qualifier::StartStop { .. } | Qualifier::Repeats(1), node)
                        | (Qualifier::Within(_), node @ Node::Leaf { count: 1, .. }) => node,
                        (Qualifier::Within(seconds), node) => {
                            self.withins += 1;
                            Node::Within {
                                number: self.withins - 1,
                                duration: duration(seconds),
                                inner: Box::new(node),
                            }
                        }
                        (Qualifier::Repeats(more), Node::Leaf { leaf, count }) => {
                            Node::Leaf { leaf, count: count.saturating_mul(u64::from(*more)) }
                        }
                        (Qualifier::Repeats(count), node) => {
                            Node::Repeat { count: *count, inner: Box::new(node) }
                        }
                    };
                }
                Ok(node)
            }
        }
    }

    /// Alternatives that are single observations are one leaf.
    fn or(
        &mut self,
        parts: &'a [Observation],
        start: Moment,
        end: Moment,
    ) -> Result<Node, Problem> {
        let mut nodes: Vec<Node> = Vec::new();
        // Those in a row that are one leaf: made when the row ends, for a row can be long.
        let mut row: Option<Leaf> = None;
        for part in parts {
            let leaf = match part {
                Observation::Comparison(comparison) => {
                    let queries = vec![(self.number)(comparison)?];
                    Ok(Leaf { queries, from: start, to: end })
                }
                other => match self.node(other, start, end)? {
                    Node::Leaf { leaf, count: 1 } => {
                        self.leaves.get(leaf).cloned().ok_or(Node::Leaf { leaf, count: 1 })
                    }
                    node => Err(node),
                },
            };
            match (leaf, &mut row) {
                (Ok(leaf), Some(row)) if (leaf.from, leaf.to) == (row.from, row.to) => {
                    row.queries.extend(leaf.queries);
                }
                (Ok(leaf), row) => {
                    let ended = row.replace(leaf);
                    self.end_row(ended, &mut nodes);
                }
                (Err(node), row) => {
                    let ended = row.take();
                    self.end_row(ended, &mut nodes);
                    if !nodes.contains(&node) {
                        nodes.push(node);
                    }
                }
            }
            bounded(&nodes)?;
        }
        self.end_row(row, &mut nodes);
        Ok(single(nodes, Node::Or))
    }

    fn end_row(&mut self, row: Option<Leaf>, nodes: &mut Vec<Node>) {
        let Some(mut leaf) = row else { return };
        leaf.queries.sort_unstable();
        leaf.queries.dedup();
        let node = Node::Leaf { leaf: self.leaf(leaf), count: 1 };
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }

    fn leaf(&mut self, leaf: Leaf) -> usize {
        let next = self.leaves.len();
        *self.known.entry(leaf).or_insert_with_key(|leaf| {
            self.leaves.push(leaf.clone());
            next
        })
    }
}

fn single(mut nodes: Vec<Node>, node: fn(Vec<Node>) -> Node) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            nodes.extend(last);
            node(nodes)
        }
    }
}
