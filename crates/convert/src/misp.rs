//! MISP core format to STIX 2.1 and back.
//!
//! The mapping is the one that the MISP project publishes: an attribute becomes an observation,
//! with an indicator if it is for detection; a galaxy's cluster the domain object that it is; an
//! event the report or grouping of its parts. What STIX cannot say stands in a property extension
//! of the object concerned, as the difference to what reading that object back would give. So an
//! event comes back equal, and what somebody changes in STIX meanwhile comes back changed.

mod account;
mod attribute;
mod event;
mod export;
pub mod feed;
mod foreign;
mod galaxy;
mod guess;
mod import;
mod links;
mod object;
mod only;
mod pattern;
mod pe;
mod place;
mod read;
mod residue;
mod scos;
mod shape;
mod tags;
mod templates;
mod time;
mod types;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::report::Report;

pub use export::Exporter;
pub use read::{Placed, events, objects};

/// The STIX objects of the events in these bytes, and what STIX cannot say of them.
///
/// # Errors
/// If the bytes hold no MISP event.
pub fn to_stix(bytes: &[u8]) -> Result<(Vec<Map<String, Value>>, Report), Error> {
    let (events, mut report) = events(bytes)?;
    let mut exporter = Exporter::new();
    let mut objects = Vec::new();
    for (place, event) in &events {
        let (written, losses) = exporter.event(event, place);
        objects.extend(written);
        report.absorb(losses);
    }
    Ok((objects, report))
}

/// The MISP events that these STIX objects are, and what MISP cannot say of them.
pub fn from_stix(objects: Vec<Placed>) -> (Vec<Map<String, Value>>, Report) {
    let (places, objects): (Vec<_>, Vec<_>) = objects.into_iter().unzip();
    let mut opened = objects.clone();
    opened.iter_mut().for_each(residue::unseal);
    let (events, told) = import::events(&opened);
    let input: Vec<Placed> = places.into_iter().zip(objects).collect();
    let report = account::differences(&input, &events, &told);
    (events, report)
}
