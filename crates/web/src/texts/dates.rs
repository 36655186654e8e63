//! Dates and times as each language writes them. Pages show UTC and say so.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{Lang, Texts};

/// Full names: nominative where a month stands alone, in Croatian genitive after a day.
const MONTHS: [[&str; 12]; 3] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "janar", "shkurt", "mars", "prill", "maj", "qershor", "korrik", "gusht", "shtator",
        "tetor", "nëntor", "dhjetor",
    ],
    [
        "siječanj",
        "veljača",
        "ožujak",
        "travanj",
        "svibanj",
        "lipanj",
        "srpanj",
        "kolovoz",
        "rujan",
        "listopad",
        "studeni",
        "prosinac",
    ],
];
const GENITIVE: [&str; 12] = [
    "siječnja",
    "veljače",
    "ožujka",
    "travnja",
    "svibnja",
    "lipnja",
    "srpnja",
    "kolovoza",
    "rujna",
    "listopada",
    "studenoga",
    "prosinca",
];
const SHORT: [[&str; 12]; 3] = [
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ["jan", "shk", "mar", "pri", "maj", "qer", "korr", "gush", "sht", "tet", "nën", "dhj"],
    ["sij", "velj", "ožu", "tra", "svi", "lip", "srp", "kol", "ruj", "lis", "stu", "pro"],
];
const WEEKDAYS: [[&str; 7]; 3] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["E hënë", "E martë", "E mërkurë", "E enjte", "E premte", "E shtunë", "E diel"],
    ["Ponedjeljak", "Utorak", "Srijeda", "Četvrtak", "Petak", "Subota", "Nedjelja"],
];

impl Texts {
    /// `9 March 2026`, `9 mars 2026`, `9. ožujka 2026.`
    pub fn date(&self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        match self.lang {
            Lang::Hr => format!("{day}. {} {year}.", nth(&GENITIVE, date.month())),
            lang => format!("{day} {} {year}", nth(&MONTHS[lang as usize], date.month())),
        }
    }

    /// For tables: `9 Mar 2026`, `9. ožu 2026.`
    pub fn short_date(&self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        let month = nth(&SHORT[self.lang as usize], date.month());
        match self.lang {
            Lang::Hr => format!("{day}. {month} {year}."),
            _ => format!("{day} {month} {year}"),
        }
    }

    /// A month alone: `March 2026`, `mars 2026`, `ožujak 2026.`
    pub fn month(&self, year: i16, month: i8) -> String {
        let name = nth(&MONTHS[self.lang as usize], month);
        match self.lang {
            Lang::Hr => format!("{name} {year}."),
            _ => format!("{name} {year}"),
        }
    }

    /// A heading: `Thursday, 28 May 2026`, `E enjte, 28 maj 2026`, `Četvrtak, 28. svibnja 2026.`
    pub fn weekday_date(&self, date: Date) -> String {
        let weekday = date.weekday().to_monday_zero_offset();
        format!("{}, {}", nth(&WEEKDAYS[self.lang as usize], weekday + 1), self.date(date))
    }

    /// A moment in tables, UTC: `28 May 2026 08:41`.
    pub fn moment(&self, micros: i64) -> String {
        let at = civil(micros);
        format!("{} {}", self.short_date(at.date()), time(at))
    }

    /// The time alone, UTC: `08:41`.
    pub fn time(&self, micros: i64) -> String {
        time(civil(micros))
    }

    /// The day of a moment, UTC, for tables.
    pub fn day(&self, micros: i64) -> String {
        self.short_date(civil(micros).date())
    }

    /// The time if the moment lies on the same day as `now`, else the day: the first column of a
    /// timeline.
    pub fn when(&self, micros: i64, now: i64) -> String {
        let (at, today) = (civil(micros), civil(now).date());
        if at.date() == today { time(at) } else { self.short_date(at.date()) }
    }

    /// How long ago: `3 s ago`, `12 min ago`, `5 h ago`; the moment when it is more than a day.
    pub fn ago(&self, micros: i64, now: i64) -> String {
        let seconds = (now - micros).max(0) / 1_000_000;
        match seconds {
            0..60 => self.say("ago-seconds").with("n", seconds).to_string(),
            60..3_600 => self.say("ago-minutes").with("n", seconds / 60).to_string(),
            3_600..86_400 => self.say("ago-hours").with("n", seconds / 3_600).to_string(),
            _ => self.moment(micros),
        }
    }
}

/// A moment for `datetime` attributes: RFC 3339, UTC, whole seconds.
pub fn machine(micros: i64) -> String {
    civil(micros).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The civil date and time in UTC. A moment beyond year 9999 is shown as the last one.
pub fn civil(micros: i64) -> DateTime {
    TimeZone::UTC.to_datetime(Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX))
}

fn time(at: DateTime) -> String {
    at.strftime("%H:%M").to_string()
}

/// The name of the `number`th, counted from 1.
fn nth<'a>(names: &[&'a str], number: i8) -> &'a str {
    usize::try_from(number - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::SHELL;
    use super::*;

    #[test]
    fn each_language_writes_dates_its_own_way() {
        let texts = Texts::new(&[SHELL]);
        let (sq, hr) = (texts.within(Lang::Sq), texts.within(Lang::Hr));
        let day = jiff::civil::date(2026, 3, 9);
        assert_eq!(texts.date(day), "9 March 2026");
        assert_eq!(sq.date(day), "9 mars 2026");
        assert_eq!(hr.date(day), "9. ožujka 2026.");
        assert_eq!(hr.month(2026, 3), "ožujak 2026.");
        assert_eq!(hr.short_date(day), "9. ožu 2026.");
        assert_eq!(sq.weekday_date(day), "E hënë, 9 mars 2026");
    }

    #[test]
    fn moments_are_told_from_now() {
        let texts = Texts::new(&[SHELL]);
        let now = 1_779_962_520_000_000;
        assert_eq!(texts.moment(now), "28 May 2026 10:02");
        assert_eq!(texts.when(now - 60_000_000, now), "10:01");
        assert_eq!(texts.when(now - 86_400_000_000, now), "27 May 2026");
        assert_eq!(texts.ago(now - 3_000_000, now), "3 s ago");
        assert_eq!(texts.ago(now - 7_200_000_000, now), "2 h ago");
        assert_eq!(machine(now), "2026-05-28T10:02:00Z");
    }
}
