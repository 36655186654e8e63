//! Many patterns against a stream of observations: each observation is looked up, not each
//! pattern tried.

use std::collections::HashMap;

use super::Pattern;
use super::error::Error;
use super::index::{Entry, Index};
use super::matcher::{GivenUp, Match, resolve, too_large};
use super::moment::Moment;
use super::observed::{Observations, Span};
use super::plan::Plan;
use super::probe::Query;

/// Many patterns, compiled together: what they have in common is asked once, and an observation
/// is led to the few patterns that it can satisfy.
#[derive(Debug)]
pub struct Set {
    queries: Vec<Query>,
    /// For each expression, which observations count.
    asked: Vec<Asked>,
    /// For each expression, the patterns that ask it.
    users: Vec<Vec<u32>>,
    index: Index,
    /// The plan of each pattern; none for one that is too large.
    plans: Vec<Option<Plan>>,
}

impl Set {
    /// Compiles patterns, which are numbered in their order. Those that are too large are listed
    /// with their number, and match nothing.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p Pattern>) -> (Self, Vec<(usize, Error)>) {
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut queries = Vec::new();
        let mut plans = Vec::new();
        let mut refused = Vec::new();
        for (number, pattern) in patterns.into_iter().enumerate() {
            let plan = Plan::new(pattern.root(), &mut |comparison| {
                let text = comparison.to_string();
                if let Some(number) = known.get(&text) {
                    return Ok(*number);
                }
                queries.push(Query::new(comparison)?);
                known.insert(text, queries.len() - 1);
                Ok(queries.len() - 1)
            });
            match plan {
                Ok(plan) => plans.push(Some(plan)),
                Err(problem) => {
                    refused.push((number, too_large(problem)));
                    plans.push(None);
                }
            }
        }
        let nobody = Asked { once: true, from: Moment::MAX, to: Moment::MIN };
        let mut asked = vec![nobody; queries.len()];
        let mut users = vec![Vec::new(); queries.len()];
        for (plan, number) in plans.iter().zip(0_u32..) {
            let Some(plan) = plan else { continue };
            let is_temporal = plan.alternatives().is_none();
            for leaf in &plan.leaves {
                for query in &leaf.queries {
                    let (Some(asked), Some(users)) = (asked.get_mut(*query), users.get_mut(*query))
                    else {
                        continue;
                    };
                    asked.once &= !is_temporal;
                    asked.from = asked.from.min(leaf.from);
                    asked.to = asked.to.max(leaf.to);
                    if users.last() != Some(&number) {
                        users.push(number);
                    }
                }
            }
        }
        let index = Index::new(&queries);
        (Self { queries, asked, users, index, plans }, refused)
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.plans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// A stream of which nothing has been seen.
    pub fn stream(&self) -> Stream<'_> {
        Stream {
            set: self,
            hits: vec![Vec::new(); self.queries.len()],
            touched: Vec::new(),
            tried: vec![0; self.queries.len()],
            held: vec![0; self.queries.len()],
            serial: 0,
            count: 0,
            spans: Vec::new(),
            ids: HashMap::new(),
            named: Vec::new(),
        }
    }
}

/// Which observations count for an expression: some pattern asks for them.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// The first will do.
    once: bool,
    /// None before.
    from: Moment,
    /// None after.
    to: Moment,
}

/// What a set of patterns has seen so far.
#[derive(Debug)]
pub struct Stream<'s> {
    set: &'s Set,
    /// For each expression, the observations that satisfy it.
    hits: Vec<Vec<u32>>,
    /// The expressions with hits.
    touched: Vec<usize>,
    /// For each expression, the serial number of the object that it was last tried with.
    tried: Vec<u64>,
    /// For each expression, one more than the number of the observation that it last held for.
    held: Vec<u32>,
    serial: u64,
    count: u32,
    spans: Vec<Span>,
    /// The identifiers of the observations that satisfy something.
    ids: HashMap<u32, String>,
    named: Vec<Entry>,
}

impl Stream<'_> {
    /// Sees the observed data of one more bundle.
    pub fn see(&mut self, observations: &Observations) {
        let set = self.set;
        for sight in observations.iter() {
            let number = self.count;
            let Some(next) = number.checked_add(1) else { return };
            self.count = next;
            let span = sight.observed.span;
            self.spans.push(span);
            let mut is_hit = false;
            for held in sight.objects() {
                let (name, object) = (&held.name, &held.members);
                self.serial += 1;
                let (serial, tried, named) = (self.serial, &mut self.tried, &mut self.named);
                named.clear();
                set.index.find(name, object, sight, &mut |query| {
                    if let Some(tried) = tried.get_mut(query.number())
                        && (*tried != serial || query.is_sure())
                    {
                        *tried = serial;
                        named.push(query);
                    }
                });
                for query in &self.named {
                    let at = query.number();
                    let (Some(hits), Some(held)) = (self.hits.get_mut(at), self.held.get_mut(at))
                    else {
                        continue;
                    };
                    let Some(asked) = set.asked.get(at) else { continue };
                    if *held == next
                        || asked.once && !hits.is_empty()
                        || span.last < asked.from
                        || span.first > asked.to
                    {
                        continue;
                    }
                    let holds = query.is_sure()
                        || set
                            .queries
                            .get(at)
                            .is_some_and(|query| query.holds(name, object, sight));
                    if holds {
                        *held = next;
                        if hits.is_empty() {
                            self.touched.push(at);
                        }
                        hits.push(number);
                        is_hit = true;
                    }
                }
            }
            if is_hit {
                self.ids.insert(number, sight.observed.id.clone());
            }
        }
    }

    /// How many observations were seen.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether none was seen.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Forgets all that was seen.
    pub fn clear(&mut self) {
        for query in self.touched.drain(..) {
            if let Some(hits) = self.hits.get_mut(query) {
                hits.clear();
            }
        }
        self.held.fill(0);
        self.count = 0;
        self.spans.clear();
        self.ids.clear();
    }

    /// The numbers of the patterns that can match, in order: all others have seen nothing of what
    /// they ask for.
    pub fn possible(&self) -> Vec<usize> {
        let users = self.touched.iter().filter_map(|query| self.set.users.get(*query));
        let mut numbers: Vec<_> = users.flatten().map(|number| *number as usize).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Whether what was seen satisfies the pattern of this number, and which observed data does.
    pub fn verdict(&self, pattern: usize) -> Result<Match<'_>, GivenUp> {
        let Some(Some(plan)) = self.set.plans.get(pattern) else { return Ok(None) };
        let found = if let Some(queries) = plan.alternatives() {
            let firsts = queries.iter().filter_map(|query| self.hits.get(*query)?.first());
            firsts.min().map(|first| vec![*first])
        } else {
            resolve(plan, &self.hits, |number| self.spans.get(number as usize).copied())?
        };
        Ok(found.map(|found| {
            found.iter().filter_map(|number| self.ids.get(number)).map(String::as_str).collect()
        }))
    }
}
