//! Query parameters (sections 3.4 and 3.5). One that stands twice is malformed.

use std::collections::BTreeMap;

use stix::{Id, SpecVersion, Timestamp};
use store::Versions;

use super::answer::Refusal;

/// Objects in a page unless the client asks for fewer.
const DEFAULT_LIMIT: usize = 1_000;
/// Objects in a page at most.
pub(super) const MOST: usize = 10_000;

/// What to read of a collection.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query {
    pub(super) added_after: Option<i64>,
    pub(super) limit: usize,
    pub(super) next: Option<String>,
    pub(super) filter: Filter,
}

/// The `match` parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    pub(super) ids: Vec<Id>,
    pub(super) types: Vec<String>,
    pub(super) versions: Option<Versions>,
    pub(super) spec_versions: Vec<SpecVersion>,
    /// No object can fit.
    pub(super) is_void: bool,
    /// All of them as text: what a sealed place is bound to. Empty if there are none.
    pub(super) text: String,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut given = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let name = name.into_owned();
            if given.insert(name.clone(), value.into_owned()).is_some() {
                return Err(wrong(&name, "stands twice"));
            }
        }
        let next = given.remove("next");
        let added_after = given.remove("added_after").map(|value| moment(&value)).transpose()?;
        let limit = given.remove("limit").map(|value| limit(&value)).transpose()?;
        let filter = Filter::of(&given)?;
        Ok(Self { added_after, limit: limit.unwrap_or(DEFAULT_LIMIT), next, filter })
    }
}

impl Filter {
    /// Fields and parameters that the standard does not know are passed over, as it allows.
    fn of(given: &BTreeMap<String, String>) -> Result<Self, Refusal> {
        let is_match = |(name, _): &(&String, &String)| name.starts_with("match[");
        let given: Vec<(&String, &String)> = given.iter().filter(is_match).collect();
        let mut filter = Self::default();
        for (name, value) in &given {
            match name.as_str() {
                "match[id]" => filter.ids = list(name, value, |text| Id::parse(text).ok())?,
                "match[type]" => filter.types = list(name, value, type_name)?,
                "match[version]" => filter.versions = Some(versions(value)?),
                "match[spec_version]" => {
                    let known = list(name, value, spec_version)?;
                    filter.spec_versions = known.into_iter().flatten().collect();
                    filter.is_void |= filter.spec_versions.is_empty();
                }
                _ => {}
            }
        }
        if !given.is_empty() {
            filter.text = serde_json::to_string(&given).unwrap_or_default();
        }
        Ok(filter)
    }
}

fn wrong(name: &str, what: &str) -> Refusal {
    let name: String = name.chars().take(40).collect();
    Refusal::malformed(format!("{name}: {what}"))
}

/// The grammar of STIX timestamps, at any precision; what is finer than a microsecond is cut off.
fn moment(value: &str) -> Result<i64, Refusal> {
    let moment = Timestamp::parse(value);
    Ok(moment.map_err(|error| wrong("added_after", &error.problem))?.micros())
}

fn limit(value: &str) -> Result<usize, Refusal> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // A number too large for the machine is still larger than what we give.
    match value.parse().unwrap_or(usize::MAX) {
        0 => Err(wrong("limit", "expected a whole number from 1 up")),
        limit if is_number => Ok(limit.min(MOST)),
        _ => Err(wrong("limit", "expected a whole number from 1 up")),
    }
}

/// A list with commas, without spaces or empty items (section 3.4).
fn list<T>(name: &str, value: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Refusal> {
    let item = |text: &str| {
        let shown: String = text.chars().take(60).collect();
        read(text).ok_or_else(|| wrong(name, &format!("“{shown}” is not understood")))
    };
    value.split(',').map(item).collect()
}

fn type_name(text: &str) -> Option<String> {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (!text.is_empty() && text.len() <= 250 && text.bytes().all(fits)).then(|| text.to_owned())
}

/// A version `n.m` of STIX; the inner `None` is one that nothing is held in.
#[expect(clippy::option_option, reason = "unknown is not the same as not understood")]
fn spec_version(text: &str) -> Option<Option<SpecVersion>> {
    match text {
        "2.0" => Some(Some(SpecVersion::V20)),
        "2.1" => Some(Some(SpecVersion::V21)),
        _ => {
            let (major, minor) = text.split_once('.')?;
            let is_number =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (is_number(major) && is_number(minor)).then_some(None)
        }
    }
}

/// `first`, `last`, `all` or versions (section 3.4.1). `all` stands alone, nothing stands twice.
fn versions(value: &str) -> Result<Versions, Refusal> {
    let name = "match[version]";
    let (mut first, mut newest, mut exact) = (false, false, Vec::<Timestamp>::new());
    if value == "all" {
        return Ok(Versions::All);
    }
    for item in value.split(',') {
        let again = match item {
            "all" => return Err(wrong(name, "“all” stands alone")),
            "first" => std::mem::replace(&mut first, true),
            "last" => std::mem::replace(&mut newest, true),
            text => {
                let version = Timestamp::parse(text);
                let version = version.map_err(|error| wrong(name, &error.problem))?;
                let again = exact.contains(&version);
                exact.push(version);
                again
            }
        };
        if again {
            return Err(wrong(name, &format!("“{item}” stands twice")));
        }
    }
    if newest && !first && exact.is_empty() {
        return Ok(Versions::Newest);
    }
    Ok(Versions::Some { first, newest, exact })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"))
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let plain = query("");
        assert_eq!((plain.added_after, plain.limit, plain.next), (None, 1_000, None));
        assert_eq!(plain.filter, Filter::default());
        assert_eq!(query("anything=else&x"), query(""));
        assert_eq!(query("limit=010").limit, 10);
        assert_eq!(query("limit=10001").limit, 10_000);
        assert_eq!(query("limit=99999999999999999999999999").limit, 10_000);
        assert_eq!(query("added_after=1970-01-01T00:00:01Z").added_after, Some(1_000_000));
        let finer = query("added_after=1970-01-01T00:00:00.0000019Z");
        assert_eq!(finer.added_after, Some(1));
    }

    #[test]
    fn filters_are_lists() {
        let id = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
        let filter = query(&format!("match%5Bid%5D={id},{id}&match[type]=a,x-b")).filter;
        assert_eq!(filter.ids.len(), 2);
        assert_eq!(filter.types, ["a", "x-b"]);
        let filter = query("match[spec_version]=2.1,3.0").filter;
        assert_eq!((filter.spec_versions.len(), filter.is_void), (1, false));
        assert!(query("match[spec_version]=3.0").filter.is_void);
        assert!(query("match[colour]=red").filter.text.contains("red"));
        let versions = |text: &str| query(&format!("match[version]={text}")).filter.versions;
        assert_eq!(versions("last"), Some(Versions::Newest));
        assert_eq!(versions("all"), Some(Versions::All));
        let moment = Timestamp::parse("2018-03-02T01:01:01.123Z").unwrap();
        let both = Versions::Some { first: true, newest: true, exact: vec![moment] };
        assert_eq!(versions("first,2018-03-02T01:01:01.123Z,last"), Some(both));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "limit=0",
            "limit=-1",
            "limit=",
            "limit=ten",
            "limit=1.0",
            "limit=%2B5",
            "limit=+5",
            "limit=٣",
            "limit=5&limit=5",
            "added_after=",
            "added_after=yesterday",
            "added_after=2026-01-01",
            "added_after=2026-01-01T00:00:00",
            "added_after=2026-01-01T00:00:00%2B00:00",
            "added_after=2026-02-30T00:00:00Z",
            "added_after=2026-01-01T00:00:00Z,2026-01-02T00:00:00Z",
            "added_after=2026-01-01T00:00:00Z&added_after=2026-01-01T00:00:00Z",
            "next=a&next=a",
            "match[id]=",
            "match[id]=nothing",
            "match[id]=indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f,",
            "match[type]=",
            "match[type]=a,,b",
            "match[type]=a,%20b",
            "match[type]=a&match[type]=b",
            "match[type]=%FF",
            "match[version]=",
            "match[version]=newest",
            "match[version]=all,last",
            "match[version]=last,all",
            "match[version]=last,last",
            "match[version]=first,last,first",
            "match[version]=2018-03-02T01:01:01.123Z,2018-03-02T01:01:01.123Z",
            "match[version]=2018-03-02",
            "match[spec_version]=",
            "match[spec_version]=two",
            "match[spec_version]=2",
            "match[spec_version]=2.",
            "anything=1&anything=2",
        ] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
    }
}
