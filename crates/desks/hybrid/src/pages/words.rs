//! The desk's words in the reader's language.

use jiff::civil::Date;
use stix::Timestamp;
use web::texts::Texts;

use crate::objects::Occurred;
use crate::vocabulary::{Precision, Vocabulary, Word};

/// A word of a list, or a partner's own word, made safe to show.
pub(super) fn word<T: Vocabulary>(texts: &Texts, beginning: &str, word: &Word<T>) -> String {
    match word {
        Word::Known(word) => texts.of(beginning, word.slug()).to_string(),
        Word::Foreign(slug) => web::foreign(slug),
    }
}

/// The day on which something began, UTC.
pub(super) fn day(at: &Timestamp) -> Date {
    web::texts::civil(at.micros()).date()
}

/// When something happened, as exactly as it is known: `9 March 2026`, `March 2026`, `2026`.
pub(super) fn occurred(texts: &Texts, occurred: &Occurred) -> String {
    let date = day(&occurred.start);
    let start = match occurred.precision.known() {
        Some(Precision::Year) => date.year().to_string(),
        Some(Precision::Month) => texts.month(date.year(), date.month()),
        Some(Precision::Minute | Precision::Hour) => texts.moment(occurred.start.micros()),
        Some(Precision::Approximate) => {
            texts.say("hybrid-about").with("when", texts.date(date)).to_string()
        }
        Some(Precision::Day) | None => texts.date(date),
    };
    match &occurred.end {
        Some(end) if day(end) != date => format!("{start} – {}", texts.date(day(end))),
        _ => start,
    }
}

/// The same for a table's first column.
pub(super) fn short(texts: &Texts, occurred: &Occurred) -> String {
    let date = day(&occurred.start);
    match occurred.precision.known() {
        Some(Precision::Year) => date.year().to_string(),
        Some(Precision::Month) => texts.month(date.year(), date.month()),
        _ => texts.short_date(date),
    }
}
