//! Reading: field by field, so that one strange value costs that value and nothing else.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use stix::{Object, Timestamp, extension};

use super::{Facts, Report, Source};

impl Report {
    /// The report that an object holds: any STIX incident, of whatever tool. `None` for other
    /// types.
    ///
    /// Values of the wrong shape read as absent; the raw object still has them.
    pub fn of(object: &Object) -> Option<Self> {
        if object.id().type_name() != "incident" {
            return None;
        }
        let header = object.header();
        let incident = object.value();
        let core = extension_of(&incident, extension::INCIDENT_CORE);
        let hybrid = extension_of(&incident, extension::HYBRID);
        let facts = Facts {
            name: field(&incident, "name").unwrap_or_default(),
            description: field(&incident, "description"),
            lang: field(&incident, "lang"),
            labels: list(&incident, "labels"),
            confidence: field(&incident, "confidence").filter(|confidence| *confidence <= 100),
            confidence_note: field(hybrid, "confidence_note"),
            sources: list(&incident, "external_references").into_iter().map(Source::read).collect(),
            determination: field(core, "determination"),
            investigation: field(core, "investigation_status"),
            incident_types: list(core, "incident_types"),
            domain: field(hybrid, "domain"),
            landscape_domains: list(hybrid, "landscape_domains"),
            phase: field(hybrid, "phase"),
            occurred: field(hybrid, "occurred"),
            place: field(hybrid, "place"),
            affected: list(hybrid, "affected"),
            claims: list(hybrid, "claims"),
            basis: field(hybrid, "basis"),
        };
        Some(Self {
            id: object.id().clone(),
            claimed_owner: header.created_by_ref.clone(),
            created: header.created.clone(),
            modified: header.modified.clone(),
            revoked: header.revoked,
            location: field(hybrid, "location_ref"),
            ours: hybrid.is_some(),
            facts,
        })
    }

    /// The moment by which lists order reports: when it happened, else when the object was made.
    pub fn moment(&self) -> Option<&Timestamp> {
        self.facts.occurred.as_ref().map(|occurred| &occurred.start).or(self.created.as_ref())
    }
}

fn extension_of<'a>(object: &'a Map<String, Value>, id: &str) -> Option<&'a Map<String, Value>> {
    object.get("extensions")?.get(id)?.as_object()
}

/// One value, if it is there and has the right shape.
fn field<'a, T: DeserializeOwned>(
    map: impl Into<Option<&'a Map<String, Value>>>,
    key: &str,
) -> Option<T> {
    T::deserialize(map.into()?.get(key)?).ok()
}

/// The items of a list that have the right shape.
fn list<'a, T: DeserializeOwned>(
    map: impl Into<Option<&'a Map<String, Value>>>,
    key: &str,
) -> Vec<T> {
    let items = map.into().and_then(|map| map.get(key)).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|item| T::deserialize(item).ok()).collect()
}
