//! One pattern, matched.

use std::collections::HashMap;

use super::candidates::{Candidate, Candidates};
use super::error::{Error, Problem};
use super::observed::{Observations, Sight, Span};
use super::plan::{Leaf, Plan};
use super::probe::Query;
use super::search::{MAX_WORK, Verdict, search};
use super::{Observation, Pattern};

/// A pattern, ready to be matched.
#[derive(Debug)]
pub struct Compiled {
    queries: Vec<Query>,
    plan: Plan,
}

/// The search for a pattern's observations took too many steps: whether it matches is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("given up after {MAX_WORK} steps of the search in time; whether it matches is not known")]
pub struct GivenUp;

/// The identifiers of the observed data that satisfy a pattern together, in the order of the
/// stream: one combination, perhaps of many. None if nothing does.
pub type Match<'a> = Option<Vec<&'a str>>;

/// The error of a pattern that was read but is too large to be matched.
pub(super) fn too_large(problem: Problem) -> Error {
    Error { offset: 0, line: 1, column: 1, problem }
}

impl Compiled {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// If a regular expression or the number of repeats is beyond a limit.
    pub fn new(pattern: &Pattern) -> Result<Self, Error> {
        Self::of(pattern.root()).map_err(too_large)
    }

    fn of(root: &Observation) -> Result<Self, Problem> {
        let mut known = HashMap::new();
        let mut queries = Vec::new();
        let plan = Plan::new(root, &mut |comparison| {
            let text = comparison.to_string();
            if let Some(number) = known.get(&text) {
                return Ok(*number);
            }
            queries.push(Query::new(comparison)?);
            known.insert(text, queries.len() - 1);
            Ok(queries.len() - 1)
        })?;
        Ok(Self { queries, plan })
    }

    /// Whether these observations alone satisfy the pattern, and which of them.
    ///
    /// # Examples
    /// ```
    /// use serde_json::json;
    /// use stix::pattern::{Compiled, Observations, Pattern};
    ///
    /// let pattern = Pattern::parse("[domain-name:value LIKE '%.example.org']").unwrap();
    /// let compiled = Compiled::new(&pattern).unwrap();
    /// let seen = json!({
    ///     "type": "observed-data",
    ///     "id": "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf",
    ///     "first_observed": "2026-01-01T00:00:00Z",
    ///     "last_observed": "2026-01-01T00:00:00Z",
    ///     "number_observed": 1,
    ///     "object_refs": ["domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5"]
    /// });
    /// let name = json!({
    ///     "type": "domain-name",
    ///     "id": "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5",
    ///     "value": "host.example.org"
    /// });
    /// let (observations, problems) = Observations::read(vec![seen, name]);
    /// assert!(problems.is_empty());
    /// let found = compiled.matches(&observations).unwrap();
    /// assert_eq!(found.unwrap(), ["observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf"]);
    /// ```
    pub fn matches<'a>(&self, observations: &'a Observations) -> Result<Match<'a>, GivenUp> {
        if let Some(queries) = self.plan.alternatives() {
            let found = observations
                .iter()
                .find(|sight| queries.iter().any(|query| self.holds(*query, *sight)));
            return Ok(found.map(|sight| vec![sight.observed.id.as_str()]));
        }
        let mut hits = vec![Vec::new(); self.queries.len()];
        let mut seen = Vec::with_capacity(observations.len());
        for (sight, number) in observations.iter().zip(0_u32..) {
            seen.push(sight.observed);
            for (query, hits) in hits.iter_mut().enumerate() {
                if self.holds(query, sight) {
                    hits.push(number);
                }
            }
        }
        let spans = |number: u32| seen.get(number as usize).map(|observed| observed.span);
        let found = resolve(&self.plan, &hits, spans)?;
        let ids = |found: Vec<u32>| {
            let seen = found.into_iter().filter_map(|number| seen.get(number as usize));
            seen.map(|observed| observed.id.as_str()).collect()
        };
        Ok(found.map(ids))
    }

    fn holds(&self, query: usize, sight: Sight<'_>) -> bool {
        self.queries.get(query).is_some_and(|query| {
            sight.objects().any(|held| query.holds(&held.name, &held.members, sight))
        })
    }
}

/// Searches for a plan's observations among those that satisfy its comparisons.
pub(super) fn resolve(
    plan: &Plan,
    hits: &[Vec<u32>],
    spans: impl Fn(u32) -> Option<Span>,
) -> Result<Option<Vec<u32>>, GivenUp> {
    let candidates: Vec<_> =
        plan.leaves.iter().map(|leaf| candidates(leaf, hits, &spans)).collect();
    match search(plan, &candidates, MAX_WORK) {
        Verdict::Found(found) => Ok(Some(found)),
        Verdict::Nothing => Ok(None),
        Verdict::GivenUp => Err(GivenUp),
    }
}

fn candidates(leaf: &Leaf, hits: &[Vec<u32>], spans: impl Fn(u32) -> Option<Span>) -> Candidates {
    let lists: Vec<_> = leaf.queries.iter().filter_map(|query| hits.get(*query)).collect();
    let merged;
    let all = match lists.as_slice() {
        [only] => only.as_slice(),
        more => {
            let mut all: Vec<u32> = more.iter().flat_map(|list| list.iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            merged = all;
            merged.as_slice()
        }
    };
    let fits = all.iter().filter_map(|&observation| {
        let span = spans(observation)?;
        let (first, last) = (span.first.max(leaf.from), span.last.min(leaf.to));
        (first <= last).then_some(Candidate { first, last, observation, number: span.number })
    });
    Candidates::new(fits.collect())
}
