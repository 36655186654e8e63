//! Reports as typed views of STIX objects.
//!
//! A report is one STIX `incident` with two property extensions: the OASIS Incident Core extension
//! and our own `entente-hybrid`. A `location` says where, and a STIX `report` gathers the parts and
//! says whose report it is. Lists show incidents.
//!
//! Owner, affected and reporter are three things: the owner is known from the signature and never
//! from these fields, the affected states are mere references, and the wording of the gathering
//! `report` never lets it read as a statement of an affected state.

mod build;
mod read;

use serde::{Deserialize, Serialize};
use stix::{Id, Timestamp};

pub use build::{NewReport, Parts, build};

use crate::vocabulary::{
    Basis, Determination, Domain, InvestigationStatus, LandscapeDomain, Phase, Precision, Standing,
    Word,
};

/// What an incident object says: ours, or any tool's.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Identifier of the incident.
    pub id: Id,
    /// `created_by_ref` as it stands in the object. Who owns the object is known from its signature
    /// alone.
    pub claimed_owner: Option<Id>,
    /// When the first version was made.
    pub created: Option<Timestamp>,
    /// When this version was made.
    pub modified: Option<Timestamp>,
    /// Whether the owner withdrew the object.
    pub revoked: bool,
    /// The `location` object of the place.
    pub location: Option<Id>,
    /// Whether the object carries our extension. Without it most facts are absent.
    pub ours: bool,
    /// The facts.
    pub facts: Facts,
}

/// The facts of a report: what an analyst reads, and enters. Everything is foreign text when it
/// comes from a partner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// One line.
    pub name: String,
    /// What happened, as prose.
    pub description: Option<String>,
    /// Language of the text (RFC 5646), such as `en` or `sq`.
    pub lang: Option<String>,
    /// Free labels.
    pub labels: Vec<String>,
    /// Confidence that it happened as described, 0 to 100 (STIX 2.1 appendix A). It says nothing
    /// about who did it.
    pub confidence: Option<u8>,
    /// The same in words, with its reasons.
    pub confidence_note: Option<String>,
    /// Where it is known from.
    pub sources: Vec<Source>,
    /// Whether it is established that harm was done.
    pub determination: Option<Word<Determination>>,
    /// How far the work of those who were hit has come, as far as known.
    pub investigation: Option<Word<InvestigationStatus>>,
    /// Values of the open vocabulary `event-type-ov`.
    pub incident_types: Vec<String>,
    /// What it is about.
    pub domain: Option<Word<Domain>>,
    /// Domains of the Landscape of Hybrid Threats.
    pub landscape_domains: Vec<LandscapeMark>,
    /// Assessed phase.
    pub phase: Option<Word<Phase>>,
    /// When it happened.
    pub occurred: Option<Occurred>,
    /// Where it happened.
    pub place: Option<Place>,
    /// States that were affected. They need no node and say nothing here.
    pub affected: Vec<Affected>,
    /// Who says what about it. Claims that contradict each other stand side by side.
    pub claims: Vec<Claim>,
    /// What the report rests on.
    pub basis: Option<Word<Basis>>,
}

/// A source: a STIX external reference (STIX 2.1 section 2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the source.
    #[serde(rename = "source_name")]
    pub name: String,
    /// What it is, or why there is no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its address. Foreign: only http(s) may become a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its identifier in the source's own numbering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

impl Source {
    /// As a reference must stand: beside its name it says something more (STIX 2.1 section 2.5).
    /// What has only a name says that again as its description.
    pub(crate) fn written(mut self) -> Self {
        if self.description.is_none() && self.url.is_none() && self.external_id.is_none() {
            self.description = Some(self.name.clone());
        }
        self
    }

    /// As it was before [`Source::written`].
    pub(crate) fn read(mut self) -> Self {
        let is_bare = self.url.is_none() && self.external_id.is_none();
        if is_bare && self.description.as_ref() == Some(&self.name) {
            self.description = None;
        }
        self
    }
}

/// When an incident happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurred {
    /// Start of the period in which it happened or began.
    pub start: Timestamp,
    /// Last known moment, for what lasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// How exactly the start is known.
    #[serde(default = "day")]
    pub precision: Word<Precision>,
    /// What a reader must know about the date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn day() -> Word<Precision> {
    Word::Known(Precision::Day)
}

/// Where an incident happened. Coordinates are those of the named place, not of a building.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Name of the place.
    pub name: String,
    /// Degrees north, WGS 84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

impl Place {
    /// Latitude and longitude, if both are there and on this planet.
    pub fn point(&self) -> Option<(f64, f64)> {
        let (latitude, longitude) = (self.latitude?, self.longitude?);
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some((latitude, longitude))
    }
}

/// An affected state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Reference identity of the state (see `node::states`).
    #[serde(rename = "state_ref")]
    pub state: Id,
    /// Its code: ISO 3166-1 alpha-2, and `XK` for Kosovo.
    pub code: String,
}

/// Somebody's claim about an incident. Attribution is always one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What is said.
    pub text: String,
    /// The actor that the claim names, if it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Who says it.
    // A property name of two letters is too short for STIX tools that enforce three.
    #[serde(rename = "stated_by")]
    pub by: String,
    /// What kind of statement it is.
    pub standing: Word<Standing>,
    /// Name of the source that carries it; without one, the report's sources as a whole do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A domain of the Landscape of Hybrid Threats, with whether somebody compared the assignment with
/// the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandscapeMark {
    /// The domain.
    pub domain: Word<LandscapeDomain>,
    /// Whether the assignment was compared with the published table.
    #[serde(default)]
    pub verified: bool,
}
