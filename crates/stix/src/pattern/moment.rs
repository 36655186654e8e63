//! Time as a number: exact, cheap to compare and to add to.

use super::ast::Seconds;
use crate::time::Timestamp;

/// Attoseconds (10^-18 s) since 1970: as fine as the 18th digit of a timestamp's fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Moment(i128);

/// Digits of a fraction that count.
const DIGITS: usize = 18;

impl Moment {
    /// Before all others.
    pub(super) const MIN: Self = Self(i128::MIN);
    /// After all others.
    pub(super) const MAX: Self = Self(i128::MAX);

    pub(super) fn of(time: &Timestamp) -> Self {
        let finer = time.as_str().get(20..).unwrap_or_default().trim_end_matches('Z');
        let finer = finer.get(6..).unwrap_or_default();
        Self(i128::from(time.micros()) * 1_000_000_000_000 + fraction(finer, DIGITS - 6))
    }

    pub(super) fn plus(self, duration: i128) -> Self {
        Self(self.0.saturating_add(duration))
    }

    pub(super) fn minus(self, duration: i128) -> Self {
        Self(self.0.saturating_sub(duration))
    }

    /// The last moment before.
    pub(super) fn before(self) -> Self {
        self.minus(1)
    }

    /// The first moment after.
    pub(super) fn after(self) -> Self {
        self.plus(1)
    }
}

/// A fraction's digits as a number of so many digits.
fn fraction(digits: &str, count: usize) -> i128 {
    digits
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(count)
        .fold(0, |number, digit| number * 10 + i128::from(digit.wrapping_sub(b'0') % 10))
}

/// A duration in attoseconds; longer than all of time if it has more digits than that takes.
pub(super) fn duration(seconds: &Seconds) -> i128 {
    let (whole, part) = seconds.as_str().split_once('.').unwrap_or((seconds.as_str(), ""));
    match whole.parse::<i128>() {
        Ok(whole) => {
            whole.saturating_mul(1_000_000_000_000_000_000).saturating_add(fraction(part, DIGITS))
        }
        Err(_) => i128::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Moment {
        Moment::of(&Timestamp::parse(text).unwrap())
    }

    #[test]
    fn moments_differ_in_every_digit() {
        assert_eq!(of("2026-01-01T00:00:00Z"), of("2026-01-01T00:00:00.000Z"));
        let second = of("2026-01-01T00:00:00Z");
        assert_eq!(of("2026-01-01T00:00:00.000000000000000001Z"), second.after());
        assert_eq!(of("2026-01-01T00:00:00.5Z"), second.plus(duration(&Seconds("0.5".into()))));
        assert_eq!(of("2026-01-01T00:00:01Z"), second.plus(duration(&Seconds("1".into()))));
        assert_eq!(of("2026-01-01T00:00:00.0000001Z"), second.plus(100_000_000_000));
        assert!(of("1969-12-31T23:59:59.9Z") < of("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn endless_durations_end() {
        assert_eq!(duration(&Seconds("9".repeat(80).into())), i128::MAX);
        assert_eq!(Moment::MAX.plus(i128::MAX), Moment::MAX);
    }
}
