//! The hash of a set, kept element by element.

use std::fmt;
use std::ops::{AddAssign, SubAssign};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::traits::Identity;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};

use crate::error::{Error, Pointer};
use crate::object::Object;

/// What is hashed begins so, that it can be taken for nothing else.
const DOMAIN: &[u8] = b"entente proof leaf 1\n";

/// One version of an object, as it counts in a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leaf([u8; 32]);

/// The hash of a set: the sum of its leaves. That of the empty set is the neutral element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum(RistrettoPoint);

/// How many objects a set has, and its hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many.
    pub count: u64,
    /// The hash.
    pub sum: Sum,
}

impl Leaf {
    /// An object in just this version, with its signature.
    pub fn of(object: &Object) -> Self {
        Self::of_hash(&object.hash())
    }

    /// An object by the SHA-256 of its canonical form.
    pub fn of_hash(hash: &[u8; 32]) -> Self {
        let wide = Sha512::new().chain_update(DOMAIN).chain_update(hash).finalize();
        Self(RistrettoPoint::from_uniform_bytes(&wide.into()).compress().to_bytes())
    }

    /// Its bytes, for keeping.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A leaf that was kept, or that somebody names.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Sum {
    /// Its bytes: the one encoding of the point.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.compress().to_bytes()
    }

    /// The hash of these bytes; `None` for what encodes none.
    pub fn from_bytes(bytes: [u8; 32]) -> Option<Self> {
        CompressedRistretto(bytes).decompress().map(Self)
    }
}

impl Default for Sum {
    fn default() -> Self {
        Self(RistrettoPoint::identity())
    }
}

impl Summary {
    /// Puts an element in. One that is no point of the group counts, and changes no hash: sets with
    /// it are unlike all others.
    pub fn add(&mut self, leaf: &Leaf) {
        self.count = self.count.wrapping_add(1);
        if let Some(point) = Sum::from_bytes(leaf.0) {
            self.sum += point;
        }
    }

    /// Takes an element out.
    pub fn remove(&mut self, leaf: &Leaf) {
        self.count = self.count.wrapping_sub(1);
        if let Some(point) = Sum::from_bytes(leaf.0) {
            self.sum -= point;
        }
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Sum {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.count = self.count.wrapping_add(other.count);
        self.sum += other.sum;
    }
}

fn decode(text: &str) -> Result<[u8; 32], Error> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Error::new(Pointer::root(), "no 32 bytes in base64url"))
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.bytes()))
    }
}

impl Serialize for Leaf {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Leaf {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Sum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |_| serde::de::Error::custom("no hash of a set");
        decode(&text).map_err(wrong).and_then(|bytes| {
            Self::from_bytes(bytes).ok_or_else(|| serde::de::Error::custom("no hash of a set"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(n: u8) -> Leaf {
        Leaf::of_hash(&[n; 32])
    }

    #[test]
    fn a_set_is_summed_in_any_order_and_taken_apart_again() {
        let mut there = Summary::default();
        let mut back = Summary::default();
        (0..20).for_each(|n| there.add(&leaf(n)));
        (0..20).rev().for_each(|n| back.add(&leaf(n)));
        assert_eq!(there, back);
        assert_eq!(there.sum.bytes(), back.sum.bytes());
        (0..20).for_each(|n| there.remove(&leaf(n)));
        assert_eq!(there, Summary::default());
        assert_eq!(Sum::default().bytes(), [0; 32]);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let mut parts = [Summary::default(); 3];
        let mut whole = Summary::default();
        for n in 0..30 {
            parts[usize::from(n % 3)].add(&leaf(n));
            whole.add(&leaf(n));
        }
        let mut sum = Summary::default();
        for part in parts {
            sum += part;
        }
        assert_eq!(sum, whole);
    }

    #[test]
    fn a_summary_is_written_and_read() {
        let mut summary = Summary::default();
        summary.add(&leaf(7));
        let text = serde_json::to_string(&summary).expect("it can be written");
        assert_eq!(serde_json::from_str::<Summary>(&text).expect("it can be read"), summary);
        // For those who write it anew in another language.
        insta::assert_snapshot!(text, @r#"{"count":1,"sum":"ilUXUgzDA_fPeqIHsYJcsoJt4KYrNJc5mIYamY__ums"}"#);
        // 32 bytes that are no point.
        let wrong = format!(r#"{{"count":1,"sum":"{}"}}"#, "_".repeat(43));
        assert!(serde_json::from_str::<Summary>(&wrong).is_err());
    }
}
