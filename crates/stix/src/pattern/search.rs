//! The search for observations that satisfy a plan: exact, and quick on ordinary input.
//!
//! Every observation has a moment anywhere between its first and its last. For each part of a
//! plan the search asks one question: *from this moment on, how early can it be complete?* If
//! observations need not differ, the answer is a lower bound that binary searches give
//! ([`Bounds`]). `WITHIN` turns it into a leap: complete by `e` from `s` on but too far apart
//! means that nothing before `e` minus the duration can be the beginning.
//!
//! Only where two parts want the same observation is there anything to try. A part takes the
//! earliest free observations; if what comes after fails, it says whose observations stood in its
//! way, and only those parts try again without them. Taking the earliest is never worse than
//! taking a later one, except for being in the way.

use std::collections::HashMap;

use super::candidates::Candidates;
use super::moment::Moment;
use super::plan::{Node, Plan};

/// How many steps a search may take before it gives up: some seconds.
pub(super) const MAX_WORK: u64 = 20_000_000;

/// How deep parts may be tried within each other.
const MAX_DEPTH: usize = 1_000;

/// What came of a search.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Observations that satisfy it, in the order of the stream.
    Found(Vec<u32>),
    /// There are none.
    Nothing,
    /// It took too many steps.
    GivenUp,
}

/// Searches. The candidates are those of the plan's leaves, in their order.
pub(super) fn search(plan: &Plan, candidates: &[Candidates], max_work: u64) -> Verdict {
    if demand(&plan.root).is_some_and(|demand| demand > supply(candidates)) {
        return Verdict::Nothing;
    }
    let bounds = Bounds { candidates, memory: vec![None; plan.withins], work: 0, max_work };
    let mut search = Search { bounds, used: HashMap::new(), taken: Vec::new(), depth: 0 };
    match search.node(&plan.root, Moment::MIN, Moment::MAX, &mut |_, _| Outcome::Found) {
        Outcome::Found => {
            let mut found: Vec<_> =
                search.taken.iter().map(|(observation, _)| *observation).collect();
            found.sort_unstable();
            found.dedup();
            Verdict::Found(found)
        }
        Outcome::Failed(_) => Verdict::Nothing,
        Outcome::GivenUp => Verdict::GivenUp,
    }
}

/// How many observations a plan binds; none if that depends on a choice.
fn demand(node: &Node) -> Option<u64> {
    match node {
        Node::Leaf { count, .. } => Some(*count),
        Node::And(parts) | Node::Then(parts) => {
            parts.iter().try_fold(0_u64, |sum, part| Some(sum.saturating_add(demand(part)?)))
        }
        Node::Or(_) => None,
        Node::Within { inner, .. } => demand(inner),
        Node::Repeat { count, inner } => Some(demand(inner)?.saturating_mul(u64::from(*count))),
    }
}

/// How many observations there are for all leaves together.
fn supply(candidates: &[Candidates]) -> u64 {
    let mut all: Vec<_> = candidates
        .iter()
        .flat_map(Candidates::iter)
        .map(|one| (one.observation, one.number))
        .collect();
    if candidates.len() > 1 {
        all.sort_unstable();
        all.dedup();
    }
    all.iter().fold(0, |sum, (_, number)| sum.saturating_add(*number))
}

fn restore(limits: &mut HashMap<u32, u64>, observation: u32, limit: Option<u64>) {
    match limit {
        Some(limit) => limits.insert(observation, limit),
        None => limits.remove(&observation),
    };
}

/// The lower bounds: how early a part can be complete if observations need not differ between
/// its leaves.
struct Bounds<'a> {
    candidates: &'a [Candidates],
    /// For each `Within`, the last answer: any question from the first moment to the second has
    /// the third as its answer.
    memory: Vec<Option<(Moment, Moment, Moment)>>,
    work: u64,
    max_work: u64,
}

impl Bounds<'_> {
    /// Counts a step; whether there were too many.
    fn is_over(&mut self) -> bool {
        self.work += 1;
        self.work > self.max_work
    }

    /// The earliest that `node` can be complete `times` times, with nothing before `start`.
    fn bound(&mut self, node: &Node, start: Moment, times: u64) -> Option<Moment> {
        self.work += 1;
        match node {
            Node::Leaf { leaf, count } => {
                self.candidates.get(*leaf)?.reach(start, count.saturating_mul(times))
            }
            Node::And(parts) => {
                let mut end = start;
                for part in parts {
                    end = end.max(self.bound(part, start, times)?);
                }
                Some(end)
            }
            Node::Or(parts) => parts.iter().filter_map(|part| self.bound(part, start, 1)).min(),
            Node::Then(parts) => {
                let (mut end, mut once) = (start, start);
                for part in parts {
                    if times > 1 {
                        end = end.max(self.bound(part, once, times)?);
                    }
                    once = self.bound(part, once, 1)?;
                }
                Some(end.max(once))
            }
            Node::Repeat { count, inner } => {
                self.bound(inner, start, times.saturating_mul(u64::from(*count)))
            }
            Node::Within { number, duration, inner } => {
                let end = if times > 1 { self.bound(inner, start, times)? } else { start };
                Some(end.max(self.within(*number, *duration, inner, start)?))
            }
        }
    }

    fn within(
        &mut self,
        number: usize,
        duration: i128,
        inner: &Node,
        start: Moment,
    ) -> Option<Moment> {
        if let Some(Some((from, to, end))) = self.memory.get(number)
            && (*from..=*to).contains(&start)
        {
            return Some(*end);
        }
        let mut begin = start;
        loop {
            let end = self.bound(inner, begin, 1)?;
            if end <= begin.plus(duration) {
                if let Some(memory) = self.memory.get_mut(number) {
                    *memory = Some((start, begin, end));
                }
                return Some(end);
            }
            // Too many steps: any bound is a bound, and the search itself will notice.
            if self.is_over() {
                return Some(end);
            }
            begin = end.minus(duration);
        }
    }
}

/// What came of trying a part and all that follows it.
enum Outcome {
    Found,
    /// Nothing, and these observations, taken before, stood in the way; in order.
    Failed(Vec<u32>),
    GivenUp,
}

/// Everything that follows a part, given when the part is complete.
type Rest<'r, 'a> = &'r mut dyn FnMut(&mut Search<'a>, Moment) -> Outcome;

struct Search<'a> {
    bounds: Bounds<'a>,
    /// How often each observation is taken.
    used: HashMap<u32, u64>,
    /// What is taken, in order, with how often.
    taken: Vec<(u32, u64)>,
    /// How many parts are being tried within each other.
    depth: usize,
}

impl<'a> Search<'a> {
    /// Tries a part with all observations from `start` to `end`, and then the rest.
    fn node(&mut self, node: &Node, start: Moment, end: Moment, rest: Rest<'_, 'a>) -> Outcome {
        self.deeper(|search| search.part(node, start, end, rest))
    }

    fn part(&mut self, node: &Node, start: Moment, end: Moment, rest: Rest<'_, 'a>) -> Outcome {
        if self.bounds.is_over() {
            return Outcome::GivenUp;
        }
        match node {
            Node::Leaf { leaf, count } => {
                let mut limits = HashMap::new();
                self.leaf(*leaf, *count, start, end, &mut limits, rest)
            }
            Node::And(parts) => {
                if self.bounds.bound(node, start, 1).is_none_or(|bound| bound > end) {
                    return Outcome::Failed(Vec::new());
                }
                self.and(parts, start, end, start, rest)
            }
            Node::Then(parts) => {
                if self.bounds.bound(node, start, 1).is_none_or(|bound| bound > end) {
                    return Outcome::Failed(Vec::new());
                }
                self.then(parts, start, end, rest)
            }
            Node::Or(parts) => self.or(parts, start, end, rest),
            Node::Repeat { count, inner } => {
                if self.bounds.bound(node, start, 1).is_none_or(|bound| bound > end) {
                    return Outcome::Failed(Vec::new());
                }
                self.repeat(*count, inner, start, end, start, rest)
            }
            Node::Within { number, duration, inner } => {
                self.within(*number, *duration, inner, start, end, rest)
            }
        }
    }

    fn and(
        &mut self,
        parts: &[Node],
        start: Moment,
        end: Moment,
        complete: Moment,
        rest: Rest<'_, 'a>,
    ) -> Outcome {
        match parts.split_first() {
            None => rest(self, complete),
            Some((first, others)) => self.node(first, start, end, &mut |search, moment| {
                search.and(others, start, end, complete.max(moment), rest)
            }),
        }
    }

    fn then(&mut self, parts: &[Node], start: Moment, end: Moment, rest: Rest<'_, 'a>) -> Outcome {
        match parts.split_first() {
            None => rest(self, start),
            Some((first, others)) => self.node(first, start, end, &mut |search, moment| {
                search.then(others, moment, end, rest)
            }),
        }
    }

    fn repeat(
        &mut self,
        count: u32,
        inner: &Node,
        start: Moment,
        end: Moment,
        complete: Moment,
        rest: Rest<'_, 'a>,
    ) -> Outcome {
        if count == 0 {
            return rest(self, complete);
        }
        self.node(inner, start, end, &mut |search, moment| {
            search.repeat(count - 1, inner, start, end, complete.max(moment), rest)
        })
    }

    fn or(&mut self, parts: &[Node], start: Moment, end: Moment, rest: Rest<'_, 'a>) -> Outcome {
        let mut order: Vec<_> = parts
            .iter()
            .filter_map(|part| Some((self.bounds.bound(part, start, 1)?, part)))
            .filter(|(bound, _)| *bound <= end)
            .collect();
        order.sort_by_key(|(bound, _)| *bound);
        let mut in_the_way = Vec::new();
        // The earliest moment from which on the rest fails whatever is taken here.
        let mut hopeless = Moment::MAX;
        for (bound, part) in order {
            if bound >= hopeless {
                break;
            }
            let base = self.taken.len();
            let outcome = self.node(part, start, end, &mut |search, moment| {
                let outcome = rest(search, moment);
                if let Outcome::Failed(culprits) = &outcome
                    && !search.has_taken(base, culprits)
                {
                    hopeless = hopeless.min(moment);
                }
                outcome
            });
            match outcome {
                Outcome::Failed(culprits) => in_the_way.extend(culprits),
                other => return other,
            }
        }
        in_the_way.sort_unstable();
        in_the_way.dedup();
        Outcome::Failed(in_the_way)
    }

    fn within(
        &mut self,
        number: usize,
        duration: i128,
        inner: &Node,
        start: Moment,
        end: Moment,
        rest: Rest<'_, 'a>,
    ) -> Outcome {
        let mut in_the_way = Vec::new();
        let mut begin = start;
        loop {
            if self.bounds.is_over() {
                return Outcome::GivenUp;
            }
            let Some(bound) = self.bounds.within(number, duration, inner, begin) else { break };
            if bound > end {
                break;
            }
            begin = begin.max(bound.minus(duration));
            let base = self.taken.len();
            let mut is_hopeless = false;
            let outcome =
                self.node(inner, begin, end.min(begin.plus(duration)), &mut |search, moment| {
                    let outcome = rest(search, moment);
                    if let Outcome::Failed(culprits) = &outcome {
                        is_hopeless = !search.has_taken(base, culprits);
                    }
                    outcome
                });
            match outcome {
                Outcome::Failed(culprits) => in_the_way.extend(culprits),
                other => return other,
            }
            if is_hopeless {
                break;
            }
            match self.next_change(inner, begin, duration) {
                Some(next) if next > begin => begin = next,
                _ => break,
            }
        }
        in_the_way.sort_unstable();
        in_the_way.dedup();
        Outcome::Failed(in_the_way)
    }

    /// The next moment from which on a span of this duration holds other candidates.
    fn next_change(&mut self, node: &Node, start: Moment, duration: i128) -> Option<Moment> {
        match node {
            Node::Leaf { leaf, .. } => {
                self.bounds.candidates.get(*leaf)?.next_change(start, duration)
            }
            Node::And(parts) | Node::Or(parts) | Node::Then(parts) => {
                parts.iter().filter_map(|part| self.next_change(part, start, duration)).min()
            }
            Node::Within { inner, .. } | Node::Repeat { inner, .. } => {
                self.next_change(inner, start, duration)
            }
        }
    }

    /// Whether something taken since is among these.
    fn has_taken(&mut self, base: usize, culprits: &[u32]) -> bool {
        if culprits.is_empty() {
            return false;
        }
        let since = self.taken.get(base..).unwrap_or_default();
        self.bounds.work += since.len() as u64;
        since.iter().any(|(observation, _)| culprits.binary_search(observation).is_ok())
    }

    /// Takes the earliest free observations of a leaf, but of some no more than a limit, and
    /// tries the rest; then without what stood in the rest's way.
    fn leaf(
        &mut self,
        leaf: usize,
        count: u64,
        start: Moment,
        end: Moment,
        limits: &mut HashMap<u32, u64>,
        rest: Rest<'_, 'a>,
    ) -> Outcome {
        let mut in_the_way = Vec::new();
        let base = self.taken.len();
        let mut before = Vec::new();
        let outcome = loop {
            let Some(complete) = self.take(leaf, count, start, end, limits, &mut in_the_way) else {
                self.give_back(base);
                let over = self.bounds.is_over();
                break if over { Outcome::GivenUp } else { Outcome::Failed(Vec::new()) };
            };
            let culprits = match rest(self, complete) {
                Outcome::Failed(culprits) => culprits,
                other => break other,
            };
            let since = self.taken.get(base..).unwrap_or_default();
            self.bounds.work += since.len() as u64;
            let is_culprit = |one: &u32| culprits.binary_search(one).is_ok();
            let mut mine: Vec<_> =
                since.iter().filter(|(one, _)| is_culprit(one)).copied().collect();
            self.give_back(base);
            // What others still hold can be in the way of these, too.
            in_the_way.extend(culprits.into_iter().filter(|one| self.used.contains_key(one)));
            // Some of these must be left to the rest. The last is tried in this loop, which is
            // all there is for a single observation.
            let Some((last, times)) = mine.pop() else { break Outcome::Failed(Vec::new()) };
            let mut found = None;
            for (observation, times) in mine {
                let limit = limits.insert(observation, times - 1);
                let outcome =
                    self.deeper(|search| search.leaf(leaf, count, start, end, limits, rest));
                restore(limits, observation, limit);
                match outcome {
                    Outcome::Failed(culprits) => in_the_way.extend(culprits),
                    other => {
                        found = Some(other);
                        break;
                    }
                }
            }
            if let Some(outcome) = found {
                break outcome;
            }
            before.push((last, limits.insert(last, times - 1)));
        };
        for (observation, limit) in before.into_iter().rev() {
            restore(limits, observation, limit);
        }
        if let Outcome::Failed(_) = outcome {
            in_the_way.sort_unstable();
            in_the_way.dedup();
            return Outcome::Failed(in_the_way);
        }
        outcome
    }

    /// One level down, unless that is too deep.
    fn deeper(&mut self, step: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if self.depth >= MAX_DEPTH {
            return Outcome::GivenUp;
        }
        self.depth += 1;
        let outcome = step(self);
        self.depth -= 1;
        outcome
    }

    /// Takes so many observations; when the last of them is made, or none if there are not
    /// enough.
    fn take(
        &mut self,
        leaf: usize,
        count: u64,
        start: Moment,
        end: Moment,
        limits: &HashMap<u32, u64>,
        in_the_way: &mut Vec<u32>,
    ) -> Option<Moment> {
        let candidates = self.bounds.candidates.get(leaf)?;
        let mut missing = count;
        let mut place = 0;
        while let Some((at, candidate)) = candidates.next(place, start) {
            let moment = candidate.first.max(start);
            if moment > end || self.bounds.is_over() {
                return None;
            }
            place = at + 1;
            let used = self.used.get(&candidate.observation).copied().unwrap_or(0);
            let limit = limits.get(&candidate.observation).copied().unwrap_or(u64::MAX);
            let free = candidate.number.saturating_sub(used).min(limit).min(missing);
            if used > 0 && free < missing {
                in_the_way.push(candidate.observation);
            }
            if free > 0 {
                self.taken.push((candidate.observation, free));
                *self.used.entry(candidate.observation).or_insert(0) += free;
                missing -= free;
            }
            if missing == 0 {
                return Some(moment);
            }
        }
        None
    }

    fn give_back(&mut self, base: usize) {
        for (observation, times) in self.taken.drain(base.min(self.taken.len())..) {
            if let Some(used) = self.used.get_mut(&observation) {
                *used -= times;
                if *used == 0 {
                    self.used.remove(&observation);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::candidates::Candidate;
    use super::super::plan::Leaf;
    use super::*;

    #[test]
    fn a_search_without_end_is_given_up() {
        // Nine groups of three, two of which have ten observations between them.
        let leaf = |leaf| Node::Leaf { leaf, count: 1 };
        let inner = Box::new(Node::And(vec![leaf(0), leaf(1), leaf(2)]));
        let any = Leaf { queries: vec![0], from: Moment::MIN, to: Moment::MAX };
        let plan = Plan {
            root: Node::Repeat { count: 9, inner },
            leaves: vec![any.clone(), any.clone(), any],
            withins: 0,
        };
        let all = |count| {
            let list = (0..count).map(|observation| Candidate {
                first: Moment::MIN.plus(i128::from(observation)),
                last: Moment::MIN.plus(i128::from(observation)),
                observation,
                number: 1,
            });
            Candidates::new(list.collect())
        };
        let few = [all(10), all(10), all(40)];
        assert_eq!(search(&plan, &few, 50_000), Verdict::GivenUp);
        let just = [all(27), all(27), all(27)];
        assert_eq!(search(&plan, &just, 50_000), Verdict::Found((0..27).collect()));
        let less = [all(26), all(26), all(26)];
        assert_eq!(search(&plan, &less, 50_000), Verdict::Nothing);
    }
}
