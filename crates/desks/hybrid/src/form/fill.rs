//! From a held report back into the form, for a new version.

use std::collections::BTreeSet;

use stix::Id;

use super::check::{CONFIDENCES, NATIONAL};
use super::{Form, Handling};
use crate::lists;
use crate::objects::Facts;
use crate::vocabulary::{Precision, Word};

/// The states that the form offers as boxes; others are typed by their codes.
pub(crate) const REGION: [&str; 10] = ["AL", "HR", "XK", "BA", "BG", "ME", "MK", "RS", "SI", "HU"];

/// The parts of a report that an extract may leave out.
pub(crate) const PARTS: [&str; 7] =
    ["description", "day", "place", "struck", "claims", "sources", "parts"];

impl Facts {
    /// The facts without the parts that are not kept. Of the date the month stays.
    pub(crate) fn extract(&self, keeps: &[&str]) -> Self {
        let keeps = |part: &str| keeps.contains(&part);
        let mut facts = self.clone();
        facts.labels.clear();
        facts.confidence_note = None;
        if !keeps("description") {
            facts.description = None;
        }
        if !keeps("day")
            && let Some(occurred) = &mut facts.occurred
        {
            occurred.note = None;
            occurred.end = None;
            if !matches!(occurred.precision.known(), Some(Precision::Year | Precision::Month)) {
                occurred.precision = Word::Known(Precision::Month);
            }
        }
        if !keeps("place") {
            facts.place = None;
        }
        if !keeps("struck") {
            facts.affected.clear();
        }
        if !keeps("claims") {
            facts.claims.clear();
        }
        if !keeps("sources") {
            facts.sources.clear();
        }
        facts
    }
}

impl Form {
    /// The form that says what a report says, as far as the form can say it.
    pub(crate) fn from(facts: &Facts, handling: &Handling) -> Self {
        let mut form = Self::default();
        form.set("title", &facts.name);
        form.set("description", facts.description.as_deref().unwrap_or_default());
        form.set("lang", facts.lang.as_deref().unwrap_or("en"));
        form.set("domain", facts.domain.as_ref().map_or("", Word::slug));
        form.set("determination", facts.determination.as_ref().map_or("", Word::slug));
        form.set("basis", facts.basis.as_ref().map_or("", Word::slug));
        let band = lists::confidence(facts.confidence);
        let held = CONFIDENCES.iter().find(|(held, _)| *held == band);
        form.set("confidence", held.map_or("", |(held, _)| held));
        form.date(facts);
        if let Some(place) = &facts.place {
            form.set("place", &place.name);
            for (name, degrees) in [("latitude", place.latitude), ("longitude", place.longitude)] {
                form.set(name, degrees.map_or_else(String::new, |degrees| degrees.to_string()));
            }
        }
        let codes: BTreeSet<&str> =
            facts.affected.iter().map(|affected| affected.code.as_str()).collect();
        let (boxes, others): (Vec<&str>, Vec<&str>) =
            codes.into_iter().partition(|code| REGION.contains(code));
        for code in boxes {
            form.set("struck", code);
        }
        form.set("struck-others", others.join(", "));
        for claim in &facts.claims {
            form.set("claim", &claim.text);
            form.set("actor", claim.actor.as_deref().unwrap_or_default());
            form.set("by", &claim.by);
            form.set("standing", claim.standing.slug());
        }
        for source in &facts.sources {
            form.set("source", &source.name);
            form.set("url", source.url.as_deref().unwrap_or_default());
        }
        form.set("handling", handling.tlp.map_or(NATIONAL, stix::marking::Tlp::slug));
        handling.to.iter().flatten().map(Id::to_string).for_each(|state| form.set("to", state));
        handling.groups.iter().for_each(|group| form.set("group", group.as_str()));
        handling.readers.iter().for_each(|reader| form.set("reader", reader));
        form
    }

    /// What is held already and belongs to the report, one a line.
    pub(crate) fn parts(&mut self, parts: &[Id]) {
        let lines: Vec<_> = parts.iter().map(Id::as_str).collect();
        self.set("parts", lines.join("\n"));
    }

    fn date(&mut self, facts: &Facts) {
        let Some(occurred) = &facts.occurred else { return };
        let text = occurred.start.as_str();
        let part = |from: usize, to: usize| {
            text.get(from..to).unwrap_or_default().trim_start_matches('0').to_owned()
        };
        let precision = occurred.precision.known();
        self.set("year", part(0, 4));
        if precision != Some(Precision::Year) {
            self.set("month", part(5, 7));
        }
        if !matches!(precision, Some(Precision::Year | Precision::Month)) {
            self.set("day", part(8, 10));
        }
        self.set("date-note", occurred.note.as_deref().unwrap_or_default());
    }
}
