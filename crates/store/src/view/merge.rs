//! Merging sorted streams by key: as much of each is read as the page needs.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use crate::error::Error;

/// How many rows of a stream are read at once at most.
const MOST_AT_ONCE: usize = 1_024;

/// What to read next of a stream.
pub(super) struct Fetch<'a, K> {
    /// Which stream.
    pub(super) stream: usize,
    /// Only what lies behind this key; `None` at the stream's beginning.
    pub(super) after: Option<&'a K>,
    /// How many rows at most. Fewer mean that the stream ends there.
    pub(super) limit: usize,
}

/// The streams as one, in the order of their keys.
pub(super) struct Merge<K, R, F> {
    fetch: F,
    ascending: bool,
    streams: Vec<Buffered<K, R>>,
    heads: BinaryHeap<Head<K>>,
}

struct Buffered<K, R> {
    rows: VecDeque<(K, R)>,
    /// How many rows to read the next time; 0 when the stream has ended.
    next: usize,
}

impl<K, R, F> Merge<K, R, F>
where
    K: Ord + Clone,
    F: FnMut(Fetch<'_, K>) -> Result<Vec<(K, R)>, Error>,
{
    /// Merges one stream for each of `bounds`: a key that none of its rows comes before, so that
    /// it is read only when its turn may have come; `None` where nothing is known. Some `expected`
    /// rows will be taken.
    pub(super) fn new(
        bounds: Vec<Option<K>>,
        ascending: bool,
        expected: usize,
        fetch: F,
    ) -> Result<Self, Error> {
        let share = (2 * expected / bounds.len().max(1)).max(2).min(expected.max(1));
        let next = share.min(MOST_AT_ONCE);
        let streams = bounds.iter().map(|_| Buffered { rows: VecDeque::new(), next }).collect();
        let mut merge = Self { fetch, ascending, streams, heads: BinaryHeap::new() };
        for (stream, bound) in bounds.into_iter().enumerate() {
            match bound {
                Some(key) => merge.heads.push(Head { key, stream, read: false, ascending }),
                None => merge.read(stream, None)?,
            }
        }
        Ok(merge)
    }

    /// The next row of all.
    pub(super) fn next(&mut self) -> Result<Option<(K, R)>, Error> {
        while let Some(head) = self.heads.pop() {
            if !head.read {
                self.read(head.stream, None)?;
                continue;
            }
            let Some(buffered) = self.streams.get_mut(head.stream) else { continue };
            let Some(row) = buffered.rows.pop_front() else { continue };
            match buffered.rows.front() {
                Some((key, _)) => {
                    let key = key.clone();
                    self.heads.push(Head { key, read: true, ..head });
                }
                None => self.read(head.stream, Some(&row.0))?,
            }
            return Ok(Some(row));
        }
        Ok(None)
    }

    fn read(&mut self, stream: usize, after: Option<&K>) -> Result<(), Error> {
        let Some(buffered) = self.streams.get_mut(stream) else { return Ok(()) };
        let limit = buffered.next;
        if limit == 0 {
            return Ok(());
        }
        let rows = (self.fetch)(Fetch { stream, after, limit })?;
        buffered.next = if rows.len() < limit { 0 } else { (2 * limit).min(MOST_AT_ONCE) };
        buffered.rows.extend(rows);
        if let Some((key, _)) = buffered.rows.front() {
            let (key, ascending) = (key.clone(), self.ascending);
            self.heads.push(Head { key, stream, read: true, ascending });
        }
        Ok(())
    }
}

/// Where a stream stands.
struct Head<K> {
    key: K,
    stream: usize,
    /// Whether `key` is that of a row; else a bound of rows not read yet.
    read: bool,
    ascending: bool,
}

impl<K: Ord> Ord for Head<K> {
    /// The greatest is taken first. Of equal keys a bound comes before a row: behind it a row with
    /// that very key may stand.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_key = self.key.cmp(&other.key);
        let by_key = if self.ascending { by_key.reverse() } else { by_key };
        let rest = |head: &Self| (!head.read, Reverse(head.stream));
        by_key.then_with(|| rest(self).cmp(&rest(other)))
    }
}

impl<K: Ord> PartialOrd for Head<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord> PartialEq for Head<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<K: Ord> Eq for Head<K> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_merge_is_what_sorting_gives(
            streams in prop::collection::vec(prop::collection::btree_set(0_i64..500, 0..40), 0..12),
            ascending: bool,
            bounded: bool,
            expected in 0_usize..50,
        ) {
            let ordered: Vec<Vec<i64>> = streams
                .iter()
                .map(|rows| {
                    let mut rows: Vec<_> = rows.iter().copied().collect();
                    if !ascending { rows.reverse(); }
                    rows
                })
                .collect();
            let mut wanted: Vec<_> = ordered.iter().flatten().copied().collect();
            wanted.sort_unstable();
            if !ascending { wanted.reverse(); }
            let bounds = ordered.iter().map(|rows| rows.first().copied().filter(|_| bounded));
            let fetch = |Fetch { stream, after, limit }: Fetch<'_, i64>| {
                let rows = &ordered[stream];
                let from = after.map_or(0, |after| {
                    rows.iter().position(|row| row == after).map_or(rows.len(), |at| at + 1)
                });
                Ok(rows[from..].iter().take(limit).map(|row| (*row, ())).collect())
            };
            let mut merge = Merge::new(bounds.collect(), ascending, expected, fetch).unwrap();
            let mut found = Vec::new();
            while let Some((key, ())) = merge.next().unwrap() {
                found.push(key);
            }
            prop_assert_eq!(found, wanted);
        }
    }
}
