//! Where an object stands in the tree.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Pointer};
use crate::id::Id;

/// How many hexadecimal digits a place has.
pub const DEPTH: u8 = 15;
const BITS: u32 = 4;

/// Where an object stands in the tree: the first 60 bits of the SHA-256 of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(i64);

impl Place {
    /// The place of an object.
    pub fn of(id: &Id) -> Self {
        let hash = Sha256::digest(id.as_str().as_bytes());
        let first: [u8; 8] = std::array::from_fn(|at| hash.get(at).copied().unwrap_or(0));
        Self(i64::from_be_bytes(first) >> BITS & MOST)
    }

    /// The place as a number, for keeping.
    pub fn number(self) -> i64 {
        self.0
    }

    /// A place that was kept.
    pub fn from_number(number: i64) -> Self {
        Self(number & MOST)
    }
}

const MOST: i64 = (1 << (BITS * DEPTH as u32)) - 1;

/// All places that begin with the same digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// The first place.
    first: i64,
    depth: u8,
}

impl Prefix {
    /// All places.
    pub const ALL: Self = Self { first: 0, depth: 0 };

    /// The prefix of so many digits in which a place stands.
    pub fn of(place: Place, depth: u8) -> Self {
        let depth = depth.min(DEPTH);
        let rest = BITS * u32::from(DEPTH - depth);
        Self { first: place.0 >> rest << rest, depth }
    }

    /// How many digits it has.
    pub fn depth(self) -> u8 {
        self.depth
    }

    /// Its digits as a number.
    pub fn number(self) -> i64 {
        self.first >> (BITS * u32::from(DEPTH - self.depth))
    }

    /// Whether a place begins with it.
    pub fn has(self, place: Place) -> bool {
        Self::of(place, self.depth) == self
    }

    /// Its sixteen branches; none below the deepest.
    pub fn branches(self) -> impl Iterator<Item = Self> {
        let deeper = self.depth < DEPTH;
        let depth = if deeper { self.depth + 1 } else { self.depth };
        let step = 1_i64 << (BITS * u32::from(DEPTH - depth));
        (0..if deeper { 16 } else { 0 })
            .map(move |digit| Self { first: self.first + digit * step, depth })
    }

    /// In which of its branches a place stands.
    pub fn branch_of(self, place: Place) -> usize {
        let below = BITS * u32::from(DEPTH - self.depth.min(DEPTH - 1) - 1);
        usize::try_from(place.0 >> below & 0xf).unwrap_or(0)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.depth {
            0 => Ok(()),
            depth => write!(f, "{:0width$x}", self.number(), width = usize::from(depth)),
        }
    }
}

impl FromStr for Prefix {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let depth = u8::try_from(text.len()).ok().filter(|depth| *depth <= DEPTH);
        let number =
            i64::from_str_radix(text, 16).or(if text.is_empty() { Ok(0) } else { Err(()) });
        match (depth, number) {
            (Some(depth), Ok(number)) if text.bytes().all(is_digit) => {
                Ok(Self { first: number << (BITS * u32::from(DEPTH - depth)), depth })
            }
            _ => Err(Error::new(
                Pointer::root(),
                "a prefix is at most fifteen hexadecimal digits in lower case",
            )),
        }
    }
}

impl Serialize for Prefix {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_written_as_their_digits() {
        for text in ["", "0", "f", "0a", "000000000000000", "fedcba987654321"] {
            let prefix: Prefix = text.parse().expect("a prefix");
            assert_eq!(prefix.to_string(), text);
            assert_eq!(usize::from(prefix.depth()), text.len());
        }
        for text in ["g", "A", " ", "-1", "+1", "0000000000000000"] {
            assert!(text.parse::<Prefix>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_stands_in_one_branch_at_every_depth() {
        let id = Id::parse("campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").expect("an id");
        let place = Place::of(&id);
        assert_eq!(Place::from_number(place.number()), place);
        let mut prefix = Prefix::ALL;
        for depth in 1..=DEPTH {
            let within: Vec<_> = prefix.branches().filter(|branch| branch.has(place)).collect();
            assert_eq!(within.len(), 1);
            assert_eq!(prefix.branches().nth(prefix.branch_of(place)), within.first().copied());
            prefix = within[0];
            assert_eq!(prefix, Prefix::of(place, depth));
        }
        assert_eq!(prefix.branches().count(), 0);
        let digest = Sha256::digest(id.as_str());
        assert!(prefix.to_string().starts_with(&format!("{:02x}{:02x}", digest[0], digest[1])));
    }
}
