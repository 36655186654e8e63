//! Times as tables write them.

use stix::Timestamp;

/// A STIX timestamp of a date or time; without an offset it is taken as UTC. Whole seconds since
/// 1970 are known by their ten digits, milliseconds by their thirteen.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = Timestamp::parse(text) {
        return Some(time);
    }
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            8 => date(text.get(..4)?, text.get(4..6)?, text.get(6..)?),
            10 => Some(Timestamp::from_millis(number * 1_000)),
            13 => Some(Timestamp::from_millis(number)),
            _ => None,
        };
    }
    if text.len() == 10 {
        let mut parts = text.splitn(3, ['-', '/', '.']);
        return date(parts.next()?, parts.next()?, parts.next()?);
    }
    let (day, clock) = text.split_once([' ', 'T', 't'])?;
    let (clock, offset) = offset(clock.trim().trim_end_matches("UTC").trim_end())?;
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let time = Timestamp::parse(&format!("{day}T{clock}Z")).ok()?;
    if offset == 0 {
        return Some(time);
    }
    Some(Timestamp::from_millis(time.micros() / 1_000 - offset * 60_000))
}

fn date(year: &str, month: &str, day: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{year}-{month}-{day}T00:00:00Z")).ok()
}

/// The time of day and the minutes that its clock is ahead of UTC.
fn offset(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, offset) = clock.split_at_checked(at)?;
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 4 {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..)?.parse().ok()?;
    let all = hours * 60 + minutes;
    Some((clock, if offset.starts_with('-') { -all } else { all }))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn times_of_tables() {
        for (text, meant) in [
            ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.5Z"),
            ("2026-03-01", "2026-03-01T00:00:00Z"),
            ("20260301", "2026-03-01T00:00:00Z"),
            ("2026-03-01 10:00:00", "2026-03-01T10:00:00Z"),
            ("2026-03-01 10:00:00 UTC", "2026-03-01T10:00:00Z"),
            ("2026-03-01T10:00", "2026-03-01T10:00:00Z"),
            ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00.000Z"),
            ("2026-03-01T00:30:00.250-0100", "2026-03-01T01:30:00.250Z"),
            ("1772359200", "2026-03-01T10:00:00.000Z"),
            ("1772359200000", "2026-03-01T10:00:00.000Z"),
        ] {
            assert_eq!(read(text).map(|time| time.to_string()).as_deref(), Some(meant), "{text}");
        }
        for text in
            ["", "yesterday", "2026-13-01", "2026-03-01T10:00:00+2", "12", "0000000000000000"]
        {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
