//! The tree over the trail's rows: its hash (RFC 9162 section 2.1.1) commits to every row and to
//! their order. Pure.

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of one row.
pub fn leaf(row: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(row);
    hash.finalize().into()
}

/// The hash of two subtrees side by side.
fn pair(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// A complete subtree: 2^`level` rows, from `at` times as many on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subtree {
    /// How high it is; a row has level 0.
    pub level: u32,
    /// Which of its level it is.
    pub at: u64,
}

impl Subtree {
    /// The row of this number.
    pub fn row(n: u64) -> Self {
        Self { level: 0, at: n }
    }

    /// The number of its first row.
    pub fn from(self) -> u64 {
        self.at << self.level
    }

    /// The number of the row behind its last.
    pub fn to(self) -> u64 {
        (self.at + 1) << self.level
    }
}

/// The fewest complete subtrees that make up the rows from `from` up to, but not including, `to`.
pub fn cover(from: u64, to: u64) -> Vec<Subtree> {
    let mut parts = Vec::new();
    let mut at = from;
    while at < to {
        let level = at.trailing_zeros().min((to - at).ilog2());
        parts.push(Subtree { level, at: at >> level });
        at += 1 << level;
    }
    parts
}

/// The tree as it grows from left to right, by rows or by whole subtrees. It holds no more hashes
/// than the number of its rows has binary digits.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    size: u64,
    /// Complete subtrees, the greatest first: one for each bit of `size`.
    parts: Vec<(u32, Hash)>,
}

impl Growth {
    /// A tree of `size` rows, whose parts `hash` gives.
    pub fn resume<E>(
        size: u64,
        mut hash: impl FnMut(Subtree) -> Result<Hash, E>,
    ) -> Result<Self, E> {
        let parts = cover(0, size).into_iter().map(|part| Ok((part.level, hash(part)?)));
        Ok(Self { size, parts: parts.collect::<Result<_, E>>()? })
    }

    /// How many rows it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a row. `completed` hears of every subtree that is complete by it, the row itself first.
    pub fn push(&mut self, leaf: Hash, mut completed: impl FnMut(Subtree, &Hash)) {
        // A row fits everywhere.
        self.push_part(0, leaf, &mut completed);
    }

    /// Adds a complete subtree. False if none of this level can stand here.
    pub fn push_subtree(&mut self, level: u32, hash: Hash) -> bool {
        let fits = level < 63
            && self.size.trailing_zeros() >= level
            && self.size.checked_add(1 << level).is_some();
        if fits {
            self.push_part(level, hash, &mut |_, _| {});
        }
        fits
    }

    fn push_part(
        &mut self,
        mut level: u32,
        mut hash: Hash,
        completed: &mut impl FnMut(Subtree, &Hash),
    ) {
        let from = self.size;
        self.size += 1 << level;
        completed(Subtree { level, at: from >> level }, &hash);
        while let Some((_, left)) = self.parts.pop_if(|(held, _)| *held == level) {
            hash = pair(&left, &hash);
            level += 1;
            completed(Subtree { level, at: from >> level }, &hash);
        }
        self.parts.push((level, hash));
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        let mut parts = self.parts.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = parts.next() else { return Sha256::digest([]).into() };
        parts.fold(last, |right, left| pair(&left, &right))
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "the trees of the tests are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 9162 section 2.1.1, word for word.
    fn naive(rows: &[Vec<u8>]) -> Hash {
        match rows {
            [] => Sha256::digest([]).into(),
            [row] => leaf(row),
            _ => {
                let half = rows.len().next_power_of_two() / 2;
                pair(&naive(&rows[..half]), &naive(&rows[half..]))
            }
        }
    }

    fn rows(size: usize) -> Vec<Vec<u8>> {
        (0..size).map(|n| n.to_string().into_bytes()).collect()
    }

    fn grown(rows: &[Vec<u8>]) -> Growth {
        let mut growth = Growth::default();
        for row in rows {
            growth.push(leaf(row), |_, _| {});
        }
        growth
    }

    #[test]
    fn a_tree_of_none_one_and_three_rows_as_computed_by_hand() {
        let hex = |hash: Hash| stix::hex::of(&hash);
        assert_eq!(
            hex(Growth::default().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        // printf '\0' | sha256sum
        assert_eq!(
            hex(grown(&[Vec::new()]).root()),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let three = [b"a".to_vec(), b"b".to_vec(), b"c".to_vec()];
        let expected = pair(&pair(&leaf(b"a"), &leaf(b"b")), &leaf(b"c"));
        assert_eq!(grown(&three).root(), expected);
        // By another program.
        assert_eq!(
            hex(expected),
            "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"
        );
    }

    proptest! {
        #[test]
        fn growing_gives_what_the_standard_says(size in 0_usize..300) {
            let rows = rows(size);
            prop_assert_eq!(grown(&rows).root(), naive(&rows));
        }

        #[test]
        fn every_subtree_that_is_told_of_stands_for_its_rows(size in 1_usize..200) {
            let rows = rows(size);
            let mut growth = Growth::default();
            let mut held = std::collections::BTreeMap::new();
            for row in &rows {
                growth.push(leaf(row), |part, hash| {
                    held.insert(part, *hash);
                });
            }
            for (part, hash) in &held {
                let (from, to) = (part.from() as usize, part.to() as usize);
                prop_assert_eq!(naive(&rows[from..to]), *hash);
            }
            let resumed = Growth::resume(size as u64, |part| held.get(&part).copied().ok_or(()));
            prop_assert_eq!(resumed.unwrap().root(), growth.root());
        }

        #[test]
        fn what_is_folded_gives_the_same_root(size in 1_u64..200, a in 0_u64..200, b in 0_u64..200) {
            let rows = rows(size as usize);
            let (from, to) = (a.min(b).min(size), a.max(b).min(size));
            let mut folded = Growth::default();
            for part in cover(0, from) {
                let (from, to) = (part.from() as usize, part.to() as usize);
                prop_assert!(folded.push_subtree(part.level, naive(&rows[from..to])));
            }
            for row in &rows[from as usize..to as usize] {
                folded.push(leaf(row), |_, _| {});
            }
            for part in cover(to, size) {
                let (from, to) = (part.from() as usize, part.to() as usize);
                prop_assert!(folded.push_subtree(part.level, naive(&rows[from..to])));
            }
            prop_assert_eq!(folded.size(), size);
            prop_assert_eq!(folded.root(), naive(&rows));
        }

        #[test]
        fn another_row_or_another_order_gives_another_root(size in 2_usize..100, at in 0_usize..99) {
            let rows = rows(size);
            let at = at % (size - 1);
            let mut changed = rows.clone();
            changed[at].push(b'x');
            prop_assert_ne!(grown(&changed).root(), grown(&rows).root());
            let mut swapped = rows.clone();
            swapped.swap(at, at + 1);
            prop_assert_ne!(grown(&swapped).root(), grown(&rows).root());
        }
    }
}
