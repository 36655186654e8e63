//! Timestamps: the text is kept, the instant compares.

use std::collections::HashSet;

use proptest::prelude::*;
use stix::Timestamp;

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_text_is_kept_and_the_instant_compares() {
    let plain = time("2026-03-09T20:15:00Z");
    let fine = time("2026-03-09T20:15:00.000000000000Z");
    assert_eq!(plain, fine);
    assert_ne!(plain.as_str(), fine.as_str());
    assert_eq!(HashSet::from([plain.clone(), fine.clone()]).len(), 1);
    assert_eq!(plain.sort_key(), fine.sort_key());
    let rising = [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "2026-03-09T20:15:00Z",
        "2026-03-09T20:15:00.0000001Z",
        "2026-03-09T20:15:00.01Z",
        "2026-03-09T20:15:00.1Z",
        "2026-03-09T20:15:01.000Z",
        "9999-12-31T23:59:59.999Z",
    ];
    for pair in rising.windows(2) {
        assert!(time(pair[0]) < time(pair[1]), "{pair:?}");
        assert!(time(pair[0]).sort_key() < time(pair[1]).sort_key(), "{pair:?}");
    }
}

#[test]
fn microseconds_count_from_1970() {
    for (text, micros) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-01-01T00:00:00.5Z", 1_767_225_600_500_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
    ] {
        assert_eq!(time(text).micros(), micros, "{text}");
    }
    assert_eq!(Timestamp::from_micros(1).as_str(), "1970-01-01T00:00:00.000001Z");
    assert_eq!(Timestamp::from_micros(-1).as_str(), "1969-12-31T23:59:59.999999Z");
    assert_eq!(Timestamp::from_millis(1_767_225_600_123).as_str(), "2026-01-01T00:00:00.123Z");
}

#[test]
fn only_times_in_utc_are_timestamps() {
    for bad in [
        "",
        "Z",
        "2026-03-09",
        "2026-03-09T20:15Z",
        "2026-03-09T20:15:00",
        "2026-03-09T20:15:00z",
        "2026-03-09t20:15:00Z",
        "2026-03-09 20:15:00Z",
        "2026-03-09T20:15:00+00:00",
        "2026-03-09T20:15:00.Z",
        "2026-03-09T20:15:00,5Z",
        "2026-03-09T20:15:00.5 Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "+026-01-01T00:00:00Z",
        "12026-01-01T00:00:00Z",
        "2026-01-01T00:00:0٣Z",
    ] {
        assert!(Timestamp::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn order_is_that_of_the_instants(a in -62_135_596_800_000_000_i64..253_402_300_799_999_999, b in -62_135_596_800_000_000_i64..253_402_300_799_999_999) {
        let (first, second) = (Timestamp::from_micros(a), Timestamp::from_micros(b));
        prop_assert_eq!(first.micros(), a);
        prop_assert_eq!(first.cmp(&second), a.cmp(&b));
        prop_assert_eq!(first.sort_key().cmp(&second.sort_key()), a.cmp(&b));
        prop_assert_eq!(Timestamp::parse(first.as_str()).unwrap(), first);
    }
}
