//! A report as one row of a list.

use release::Badge;
use store::Seen;
use web::{Mark, Named, Reader};

use super::words;
use crate::lists;
use crate::objects::Report;

/// A report as one row. All of it is safe to show.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) title: String,
    pub(super) date: String,
    pub(super) machine: String,
    pub(super) place: String,
    /// The domain's slug, for the strip, and its name.
    pub(super) domain: (String, String),
    pub(super) struck: Vec<Named>,
    /// Who did it, as claimed; empty if nobody claims anything.
    pub(super) actor: String,
    pub(super) claimed_by: String,
    /// The band's slug, and its name.
    pub(super) confidence: (&'static str, String),
    pub(super) mark: Mark,
    /// What the proofs with its owner leave in doubt.
    pub(super) doubt: Option<String>,
    pub(super) badge: Badge,
    pub(super) fresh: bool,
    pub(super) point: Option<(f64, f64)>,
    pub(super) micros: i64,
}

impl Row {
    pub(super) fn of(reader: &Reader, report: &Report, seen: &Seen) -> Self {
        let (texts, facts) = (reader.texts(), &report.facts);
        let badge = seen.policy.badge();
        let moment = report.moment();
        let date = match (&facts.occurred, moment) {
            (Some(occurred), _) => words::short(texts, occurred),
            (None, Some(moment)) => texts.short_date(words::day(moment)),
            (None, None) => String::new(),
        };
        let struck = facts.affected.iter().map(|affected| Named {
            code: web::foreign(&affected.code),
            name: texts.state(&affected.code, &affected.code),
        });
        let claims = facts.claims.iter().filter(|claim| claim.actor.is_some());
        let mut actors: Vec<&str> =
            claims.clone().filter_map(|claim| claim.actor.as_deref()).collect();
        actors.dedup();
        let mut by: Vec<&str> = claims.map(|claim| claim.by.as_str()).collect();
        by.dedup();
        let band = lists::confidence(facts.confidence);
        let domain = facts.domain.as_ref();
        let mine = badge.owner.as_ref() == Some(&reader.node().profile().state);
        Self {
            id: report.id.to_string(),
            href: format!("/reports/{}", report.id),
            title: title(reader, report),
            date,
            machine: moment.map(|moment| words::day(moment).to_string()).unwrap_or_default(),
            place: web::foreign(facts.place.as_ref().map_or("", |place| &place.name)),
            domain: domain.map_or_else(Default::default, |domain| {
                (domain.slug().to_owned(), words::word(texts, "hybrid-domain-", domain))
            }),
            struck: struck.collect(),
            actor: web::foreign(&actors.join("; ")),
            claimed_by: web::foreign(&by.join("; ")),
            confidence: (band, texts.of("hybrid-confidence-", band).to_string()),
            mark: reader.mark(&badge),
            doubt: reader.doubt(seen),
            badge,
            fresh: !mine && seen.received > reader.session().last_visit,
            point: facts.place.as_ref().and_then(crate::objects::Place::point),
            micros: moment.map_or(0, stix::Timestamp::micros),
        }
    }
}

/// What a report is called.
pub(super) fn title(reader: &Reader, report: &Report) -> String {
    if report.facts.name.trim().is_empty() {
        reader.texts().say("hybrid-untitled").to_string()
    } else {
        web::foreign(&report.facts.name)
    }
}
