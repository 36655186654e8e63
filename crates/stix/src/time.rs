//! Timestamps (STIX 2.1 section 2.16): the text is kept, comparison is by instant.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Pointer};

/// An RFC 3339 time in UTC, with `Z`. Equality, order and hash are those of the instant, at any
/// precision; the text is what was read.
#[derive(Clone)]
pub struct Timestamp(Arc<str>);

impl Timestamp {
    /// Reads a timestamp. Its precision is part of the value and stays in the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |what: &str| {
            let shown: String = text.chars().take(60).collect();
            Error::new(Pointer::root(), format!("“{shown}” is no timestamp: {what}"))
        };
        check(text).map_err(wrong)?;
        Ok(Self(Arc::from(text)))
    }

    /// The time so many microseconds after 1970, written with six digits.
    pub fn from_micros(micros: i64) -> Self {
        Self::written(micros, 6)
    }

    /// The time so many milliseconds after 1970, written with three digits, as `created` and
    /// `modified` are (STIX 2.1 section 3.2).
    pub fn from_millis(millis: i64) -> Self {
        Self::written(millis.saturating_mul(1_000), 3)
    }

    fn written(micros: i64, digits: usize) -> Self {
        let time = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
        let civil = jiff::tz::Offset::UTC.to_datetime(time);
        let fraction = format!("{:06}", micros.rem_euclid(1_000_000));
        let fraction = fraction.get(..digits).unwrap_or("0");
        Self(Arc::from(format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{fraction}Z",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second(),
        )))
    }

    /// The text as read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text whose order is that of the instants: no `Z`, no trailing zeros of the fraction.
    pub fn sort_key(&self) -> String {
        self.key().to_owned()
    }

    /// Microseconds since 1970, what is finer cut off. A leap second counts as the next one.
    pub fn micros(&self) -> i64 {
        let number =
            |from, to| self.0.get(from..to).and_then(|text| text.parse::<i16>().ok()).unwrap_or(0);
        let small = |from, to| i8::try_from(number(from, to)).unwrap_or(0);
        let date = jiff::civil::Date::new(number(0, 4), small(5, 7), small(8, 10));
        let date = date.unwrap_or(jiff::civil::Date::ZERO);
        let day = date.to_datetime(jiff::civil::Time::midnight());
        let midnight =
            jiff::tz::Offset::UTC.to_timestamp(day).map_or(0, jiff::Timestamp::as_second);
        let seconds = i64::from(number(11, 13)) * 3_600
            + i64::from(number(14, 16)) * 60
            + i64::from(number(17, 19));
        let fraction = self.0.get(20..self.0.len() - 1).unwrap_or("");
        let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
        (midnight + seconds) * 1_000_000 + fraction.parse::<i64>().unwrap_or(0)
    }

    /// The order of two texts of timestamps, by instant.
    pub(crate) fn compare(one: &str, other: &str) -> Ordering {
        key(one).cmp(key(other))
    }

    fn key(&self) -> &str {
        key(&self.0)
    }
}

/// Why a text is no timestamp, if it is none.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let shape = "expected for example 2026-03-09T20:15:00.000Z";
    let bytes = text.as_bytes();
    let digit = |at: usize| match bytes.get(at) {
        Some(byte @ b'0'..=b'9') => Some(i16::from(byte - b'0')),
        _ => None,
    };
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
        return Err(shape);
    }
    let fraction = bytes.get(19..).and_then(|rest| rest.strip_suffix(b"Z")).ok_or(shape)?;
    let digits = fraction.strip_prefix(b".");
    let is_fraction = fraction.is_empty()
        || digits.is_some_and(|all| !all.is_empty() && all.iter().all(u8::is_ascii_digit));
    if !is_fraction {
        return Err(shape);
    }
    let year = two(0).zip(two(2)).map(|(high, low)| high * 100 + low).ok_or(shape)?;
    let part = |at: usize| two(at).ok_or(shape);
    let (month, day, hour, minute, second) = (part(5)?, part(8)?, part(11)?, part(14)?, part(17)?);
    let small = |n: i16| i8::try_from(n).unwrap_or(-1);
    if jiff::civil::Date::new(year, small(month), small(day)).is_err() {
        return Err("there is no such day");
    }
    // 60 is a leap second (RFC 3339 section 5.6).
    if hour > 23 || minute > 59 || second > 60 {
        return Err("there is no such time of day");
    }
    Ok(())
}

/// A text whose order is that of the instants.
fn key(text: &str) -> &str {
    let text = text.trim_end_matches('Z');
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
