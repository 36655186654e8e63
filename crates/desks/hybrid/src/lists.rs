//! The list of reports: how they sort and what they can be filtered by.

use stix::marking::Marking;
use stix::{Object, Timestamp};
use store::{ListRow, ListSpec};

use crate::objects::Report;

/// The list's name.
pub const REPORTS: &str = "reports";

/// Facets of the list.
pub(crate) mod facet {
    /// What it is about: a slug.
    pub(crate) const DOMAIN: &str = "domain";
    /// Whom it hit: a state's code.
    pub(crate) const STRUCK: &str = "struck";
    /// Who entered it: an identity.
    pub(crate) const OWNER: &str = "owner";
    /// How it is marked: a TLP slug, or `national`.
    pub(crate) const LEVEL: &str = "level";
    /// How sure its owner is: `high`, `medium`, `low`, `unsaid`.
    pub(crate) const CONFIDENCE: &str = "confidence";
}

/// The lists that this desk keeps.
pub fn lists() -> Vec<ListSpec> {
    vec![ListSpec { name: REPORTS, version: 1, row }]
}

fn row(object: &Object) -> Option<ListRow> {
    let report = Report::of(object).filter(|report| !report.revoked)?;
    let sort = report.moment().map(Timestamp::sort_key)?;
    let mut facets = vec![
        (facet::LEVEL, level(object)),
        (facet::CONFIDENCE, confidence(report.facts.confidence).to_owned()),
    ];
    facets
        .extend(report.facts.domain.iter().map(|domain| (facet::DOMAIN, domain.slug().to_owned())));
    facets.extend(
        report.facts.affected.iter().map(|affected| (facet::STRUCK, affected.code.clone())),
    );
    facets.extend(report.claimed_owner.iter().map(|owner| (facet::OWNER, owner.to_string())));
    Some(ListRow { sort, facets })
}

/// The strictest TLP label that the object names; `national` without any.
fn level(object: &Object) -> String {
    let refs = object.header().marking_refs.iter();
    let labels = refs.filter_map(|id| match Marking::builtin(id) {
        Some(Marking::Tlp(tlp)) => Some(tlp),
        _ => None,
    });
    labels.max().map_or("national", |tlp| tlp.slug()).to_owned()
}

/// The band of a confidence (STIX 2.1 appendix A: None/Low/Med/High).
pub(crate) fn confidence(confidence: Option<u8>) -> &'static str {
    match confidence {
        None | Some(0) => "unsaid",
        Some(1..=29) => "low",
        Some(30..=69) => "medium",
        Some(_) => "high",
    }
}
