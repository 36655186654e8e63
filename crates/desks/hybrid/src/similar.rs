//! Reports that resemble one that is being written.

use std::collections::HashMap;

use stix::Id;
use store::{Error, Seen, View};

use crate::objects::Report;

/// How many words are looked for, and how many objects for each.
const WORDS: usize = 12;
const OBJECTS: usize = 40;

/// Reports that share words with `text`, the most alike first. A word counts the more the fewer
/// of the objects that this viewer may see have it.
pub(crate) fn similar(view: &View, text: &str, most: usize) -> Result<Vec<(Report, Seen)>, Error> {
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(str::to_lowercase)
        .collect();
    words.sort();
    words.dedup();
    words.truncate(WORDS);
    let mut found: HashMap<Id, (f64, Report, Seen)> = HashMap::new();
    for word in words {
        let page = view.search(&word, None, OBJECTS)?;
        let weight = 1.0 / (1.0 + page.total.number as f64).log2().max(1.0);
        for row in page.rows {
            let Some(report) = Report::of(&row.seen.object) else { continue };
            let id = report.id.clone();
            found.entry(id).or_insert((0.0, report, row.seen)).0 += weight;
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|(a, one, _), (b, other, _)| b.total_cmp(a).then_with(|| one.id.cmp(&other.id)));
    Ok(found.into_iter().take(most).map(|(_, report, seen)| (report, seen)).collect())
}
