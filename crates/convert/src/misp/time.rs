//! Times: seconds and ISO texts in MISP, timestamps in STIX.

use serde_json::Value;

/// The last second that four digits of a year can say.
const LAST: i64 = 253_402_300_799;

/// The seconds since 1970 that a field holds, as a number or as digits.
pub(crate) fn seconds(value: Option<&Value>) -> Option<i64> {
    let seconds = match value? {
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().ok()?
        }
        Value::Number(number) => number.as_i64()?,
        _ => return None,
    };
    (0..=LAST).contains(&seconds).then_some(seconds)
}

/// The timestamp of this second, as `created` and `modified` are written.
pub(crate) fn stamp(seconds: i64) -> String {
    stix::Timestamp::from_millis(seconds.saturating_mul(1_000)).as_str().to_owned()
}

/// The whole seconds of a timestamp; `None` if it is finer or no timestamp.
pub(crate) fn whole_seconds(text: &str) -> Option<i64> {
    let micros = stix::Timestamp::parse(text).ok()?.micros();
    (micros.rem_euclid(1_000_000) == 0).then_some(micros / 1_000_000)
}

/// The seconds of a timestamp, what is finer cut off.
pub(crate) fn floor_seconds(text: &str) -> Option<i64> {
    Some(stix::Timestamp::parse(text).ok()?.micros().div_euclid(1_000_000))
}

/// Reads what MISP writes for a time: ISO 8601 with or without `T`, fraction and offset.
pub(crate) fn from_iso(text: &str) -> Option<String> {
    if !text.is_ascii() || text.len() < 10 || text.len() > 40 {
        return None;
    }
    let micros = if let Ok(time) = text.parse::<jiff::Timestamp>() {
        time.as_microsecond()
    } else {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()?.as_microsecond()
    };
    if !(0..=LAST).contains(&(micros / 1_000_000)) {
        return None;
    }
    Some(stix::Timestamp::from_micros(micros).as_str().to_owned())
}

/// A timestamp as MISP writes times of observation.
pub(crate) fn to_iso(text: &str) -> Option<String> {
    let micros = stix::Timestamp::parse(text).ok()?.micros();
    let whole = stix::Timestamp::from_micros(micros);
    Some(format!("{}+00:00", whole.as_str().trim_end_matches('Z')))
}

/// A timestamp as MISP writes the times of analysts' notes, if it is whole seconds.
pub(crate) fn to_plain(text: &str) -> Option<String> {
    let seconds = floor_seconds(text)?;
    let stamp = stamp(seconds);
    Some(stamp.get(..19)?.replace('T', " "))
}

/// The day of a timestamp.
pub(crate) fn day(text: &str) -> Option<String> {
    stix::Timestamp::parse(text).ok()?.as_str().get(..10).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_go_both_ways() {
        assert_eq!(seconds(Some(&json!("1700000000"))), Some(1_700_000_000));
        assert_eq!(seconds(Some(&json!(0))), Some(0));
        assert_eq!(seconds(Some(&json!("soon"))), None);
        assert_eq!(stamp(1_700_000_000), "2023-11-14T22:13:20.000Z");
        assert_eq!(whole_seconds("2023-11-14T22:13:20.000Z"), Some(1_700_000_000));
        assert_eq!(whole_seconds("2023-11-14T22:13:20.001Z"), None);
        let iso = "2020-10-25T16:22:00.000000+00:00";
        let stix = from_iso(iso).unwrap();
        assert_eq!(stix, "2020-10-25T16:22:00.000000Z");
        assert_eq!(to_iso(&stix).unwrap(), iso);
        assert_eq!(from_iso("2020-10-25 16:22:00").unwrap(), "2020-10-25T16:22:00.000000Z");
        assert_eq!(from_iso("2020-10-25T18:22:00+02:00").unwrap(), "2020-10-25T16:22:00.000000Z");
        assert_eq!(from_iso("2020-10-25").unwrap(), "2020-10-25T00:00:00.000000Z");
        assert_eq!(to_plain(&stix).unwrap(), "2020-10-25 16:22:00");
        assert_eq!(from_iso("yesterday, I think"), None);
    }
}
