//! Query parameters (TAXII 2.1 sections 3.4 and 3.5). One that stands twice is malformed.

use std::collections::BTreeMap;

use stix::{Id, SpecVersion, Timestamp};
use store::Versions;

use super::answer::Refusal;

/// Objects in a page unless the client asks for fewer.
const DEFAULT_LIMIT: usize = 1_000;
/// Objects in a page at most.
const MOST: usize = 10_000;

/// What to read of a collection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) added_after: Option<i64>,
    pub(crate) limit: usize,
    pub(crate) next: Option<String>,
    pub(crate) ids: Vec<Id>,
    pub(crate) types: Vec<String>,
    pub(crate) versions: Versions,
    pub(crate) spec_versions: Vec<SpecVersion>,
    /// The filters as text: what a sealed place is bound to.
    pub(crate) fingerprint: String,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut given = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if given.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(Refusal::malformed(format!("The parameter {name} stands twice")));
            }
        }
        let mut query = Self { limit: DEFAULT_LIMIT, ..Self::default() };
        for (name, value) in &given {
            match name.as_str() {
                "added_after" => query.added_after = Some(moment(value)?),
                "limit" => query.limit = limit(value)?,
                "next" => query.next = Some(value.clone()),
                "match[id]" => {
                    // An id that is none matches nothing; it stays in the list so that the list
                    // does not become "all".
                    query.ids = list(name, value)?.filter_map(|id| Id::parse(id).ok()).collect();
                    if query.ids.is_empty() {
                        query.types = vec![String::new()];
                    }
                }
                "match[type]" => query.types = list(name, value)?.map(str::to_owned).collect(),
                "match[version]" => query.versions = versions(name, value)?,
                "match[spec_version]" => {
                    query.spec_versions = list(name, value)?
                        .map(|version| match version {
                            "2.0" => Ok(SpecVersion::V20),
                            "2.1" => Ok(SpecVersion::V21),
                            other => Err(Refusal::malformed(format!("“{other}” is no version of STIX"))),
                        })
                        .collect::<Result<_, _>>()?;
                }
                // Unknown parameters are ignored, as HTTP does.
                _ => {}
            }
        }
        let binding = given.iter().filter(|(name, _)| name.starts_with("match[")).map(|(name, value)| format!("{name}={value}"));
        query.fingerprint = binding.collect::<Vec<_>>().join("&");
        Ok(query)
    }
}

fn moment(value: &str) -> Result<i64, Refusal> {
    let moment = Timestamp::parse(value).map_err(|error| Refusal::malformed(format!("added_after: {}", error.problem)))?;
    Ok(moment.micros())
}

fn limit(value: &str) -> Result<usize, Refusal> {
    match value.parse::<usize>() {
        Ok(limit @ 1..) => Ok(limit.min(MOST)),
        _ => Err(Refusal::malformed("limit: expected a whole number from 1 up")),
    }
}

fn list<'a>(name: &str, value: &'a str) -> Result<impl Iterator<Item = &'a str>, Refusal> {
    if value.split(',').any(str::is_empty) {
        return Err(Refusal::malformed(format!("{name}: an empty item in the list")));
    }
    Ok(value.split(','))
}

/// `first`, `last`, `all` or versions (section 3.4.1). `all` stands alone, nothing stands twice.
fn versions(name: &str, value: &str) -> Result<Versions, Refusal> {
    let (mut first, mut newest, mut exact) = (false, false, Vec::<Timestamp>::new());
    let items: Vec<_> = list(name, value)?.collect();
    if items == ["all"] {
        return Ok(Versions::All);
    }
    for item in items {
        let again = match item {
            "all" => return Err(Refusal::malformed("match[version]: “all” stands alone")),
            "first" => std::mem::replace(&mut first, true),
            "last" => std::mem::replace(&mut newest, true),
            text => {
                let version = Timestamp::parse(text).map_err(|error| Refusal::malformed(format!("match[version]: {}", error.problem)))?;
                let again = exact.contains(&version);
                exact.push(version);
                again
            }
        };
        if again {
            return Err(Refusal::malformed(format!("match[version]: “{item}” stands twice")));
        }
    }
    if newest && !first && exact.is_empty() { Ok(Versions::Newest) } else { Ok(Versions::Some { first, newest, exact }) }
}
