//! The strip: reports by domain and date, as points in a table of years.

use std::collections::BTreeMap;

use super::row::Row;

/// A row of the strip: one domain.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) count: usize,
    /// One cell for each year.
    pub(super) cells: Vec<Vec<Dot>>,
}

/// A report in a cell.
pub(super) struct Dot {
    /// How far into the year it lies, in per cent.
    pub(super) at: String,
    /// Whether its owner is less than very sure.
    pub(super) hollow: bool,
}

/// The strip: its years, and a line for each domain, the most frequent first.
pub(super) struct Strip {
    pub(super) years: Vec<i16>,
    pub(super) lines: Vec<Line>,
}

/// How many years fit beside each other.
const YEARS: i16 = 8;

impl Strip {
    pub(super) fn of(rows: &[Row]) -> Self {
        let year = |row: &Row| web::texts::civil(row.micros).year();
        let last = rows.iter().map(year).max().unwrap_or(0);
        let first = rows.iter().map(year).min().unwrap_or(0).max(last - YEARS + 1);
        let years: Vec<i16> = if rows.is_empty() { Vec::new() } else { (first..=last).collect() };
        let mut by_domain: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows.iter().filter(|row| !row.domain.0.is_empty() && year(row) >= first) {
            by_domain.entry(&row.domain.0).or_default().push(row);
        }
        let mut lines: Vec<Line> = by_domain
            .into_values()
            .map(|rows| Line {
                name: rows.first().map(|row| row.domain.1.clone()).unwrap_or_default(),
                count: rows.len(),
                cells: years
                    .iter()
                    .map(|in_year| {
                        rows.iter()
                            .filter(|row| year(row) == *in_year)
                            .map(|row| dot(row))
                            .collect()
                    })
                    .collect(),
            })
            .collect();
        lines.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        Self { years, lines }
    }
}

fn dot(row: &Row) -> Dot {
    let date = web::texts::civil(row.micros).date();
    let into = f64::from(date.day_of_year()) / f64::from(date.days_in_year());
    // Half a point's width stays free at either end of the cell.
    Dot { at: format!("{:.0}%", 5.0 + 90.0 * into), hollow: row.confidence.0 != "high" }
}
