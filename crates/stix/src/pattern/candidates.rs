//! The observations that a leaf can bind, ordered so that the questions of the search are quick.

use super::moment::Moment;

/// An observation that a leaf can bind, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// Which observation, by its place in the stream.
    pub(super) observation: u32,
    /// How often it was observed.
    pub(super) number: u64,
}

/// Candidates by their first moment, with sums and maxima over them.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    by_first: Vec<Candidate>,
    /// How often all up to and with this one were observed.
    sums: Vec<u64>,
    /// The last moments in order, and the sums over them.
    lasts: Vec<(Moment, u64)>,
    /// A tree of the greatest last moment of each half, quarter, …; leaves from `leaves` on.
    latest: Vec<Moment>,
    leaves: usize,
}

impl Candidates {
    pub(super) fn new(mut by_first: Vec<Candidate>) -> Self {
        by_first.sort_unstable_by_key(|one| (one.first, one.last, one.observation));
        let mut sum = 0_u64;
        let mut add = |number: u64| {
            sum = sum.saturating_add(number);
            sum
        };
        let sums = by_first.iter().map(|one| add(one.number)).collect();
        let mut lasts: Vec<_> = by_first.iter().map(|one| (one.last, one.number)).collect();
        lasts.sort_unstable();
        let mut sum = 0_u64;
        for (_, number) in &mut lasts {
            sum = sum.saturating_add(*number);
            *number = sum;
        }
        let leaves = by_first.len().next_power_of_two();
        let mut latest = vec![Moment::MIN; 2 * leaves];
        for (one, place) in by_first.iter().zip(latest.iter_mut().skip(leaves)) {
            *place = one.last;
        }
        for node in (1..leaves).rev() {
            let greater = latest.get(2 * node).max(latest.get(2 * node + 1)).copied();
            if let (Some(place), Some(greater)) = (latest.get_mut(node), greater) {
                *place = greater;
            }
        }
        Self { by_first, sums, lasts, latest, leaves }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.by_first.iter()
    }

    /// The first moment by which so many observations can have been made, none before `start`.
    pub(super) fn reach(&self, start: Moment, count: u64) -> Option<Moment> {
        let begun = self.by_first.partition_point(|one| one.first <= start);
        let sum = |before: usize| {
            before.checked_sub(1).and_then(|at| self.sums.get(at)).copied().unwrap_or(0)
        };
        let ended = self.lasts.partition_point(|(last, _)| *last < start);
        let ended = ended.checked_sub(1).and_then(|at| self.lasts.get(at)).map_or(0, |(_, n)| *n);
        let going_on = sum(begun).saturating_sub(ended);
        if going_on >= count {
            return Some(start);
        }
        // All that begin later are free in full.
        let needed = sum(begun).saturating_add(count - going_on);
        let at = self.sums.partition_point(|sum| *sum < needed);
        self.by_first.get(at).map(|one| one.first)
    }

    /// The next candidate from this place on that does not end before `start`, with its place.
    pub(super) fn next(&self, from: usize, start: Moment) -> Option<(usize, Candidate)> {
        if from >= self.by_first.len() {
            return None;
        }
        let latest = |node: usize| self.latest.get(node).copied().unwrap_or(Moment::MIN);
        let mut node = self.leaves + from;
        // Up, until a subtree to the right holds one; then down to its leftmost.
        while latest(node) < start {
            while node & 1 == 1 {
                node >>= 1;
            }
            if node == 0 {
                return None;
            }
            node += 1;
        }
        while node < self.leaves {
            node *= 2;
            if latest(node) < start {
                node += 1;
            }
        }
        let at = node - self.leaves;
        self.by_first.get(at).map(|one| (at, *one))
    }

    /// The first moment after `start` at which a span of this duration from there on holds other
    /// candidates than it did before.
    pub(super) fn next_change(&self, start: Moment, duration: i128) -> Option<Moment> {
        let lost = self.lasts.get(self.lasts.partition_point(|(last, _)| *last < start));
        let lost = lost.map(|(last, _)| last.after());
        let end = start.plus(duration);
        let won = self.by_first.get(self.by_first.partition_point(|one| one.first <= end));
        let won = won.map(|one| one.first.minus(duration));
        match (lost, won) {
            (Some(lost), Some(won)) => Some(lost.min(won)),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(n: i128) -> Moment {
        Moment::MIN.plus(i128::MAX).plus(n)
    }

    proptest! {
        #[test]
        fn questions_are_answered_as_by_looking_at_all(
            spans in proptest::collection::vec((0_i128..20, 0_i128..6, 1_u64..3), 0..12),
            start in -1_i128..24,
            count in 1_u64..8,
            from in 0_usize..12,
        ) {
            let all: Vec<_> = spans.iter().zip(0..).map(|(&(first, length, number), observation)| {
                Candidate { first: at(first), last: at(first + length), observation, number }
            }).collect();
            let candidates = Candidates::new(all.clone());
            let mut moments: Vec<Moment> = all
                .iter()
                .filter(|one| one.last >= at(start))
                .flat_map(|one| (0..one.number).map(move |_| one.first.max(at(start))))
                .collect();
            moments.sort();
            let expected = moments.get(usize::try_from(count).unwrap() - 1).copied();
            prop_assert_eq!(candidates.reach(at(start), count), expected);

            let mut sorted = all;
            sorted.sort_unstable_by_key(|one| (one.first, one.last, one.observation));
            let expected = sorted.iter().enumerate().skip(from).find(|(_, one)| one.last >= at(start));
            prop_assert_eq!(candidates.next(from, at(start)), expected.map(|(at, one)| (at, *one)));
        }
    }
}
