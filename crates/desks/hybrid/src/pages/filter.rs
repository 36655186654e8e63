//! The filters of the list, as they stand in its address.

use serde::Deserialize;
use stix::{Id, Timestamp};
use store::{Cursor, ListQuery, Order};
use url::form_urlencoded::Serializer;
use web::{Fault, Reader};

use crate::lists::facet;

/// The filters of the list, as they stand in its address.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filter {
    /// `ours`, `partners` or empty.
    #[serde(default)]
    pub(super) set: String,
    #[serde(default)]
    pub(super) domain: String,
    #[serde(default)]
    pub(super) struck: String,
    /// A state's code.
    #[serde(default)]
    pub(super) owner: String,
    #[serde(default)]
    pub(super) level: String,
    #[serde(default)]
    pub(super) confidence: String,
    /// `2026`, `2026-03` or `2026-03-09`.
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) to: String,
    /// Words.
    #[serde(default)]
    pub(super) q: String,
    /// `oldest`, or empty for the newest first.
    #[serde(default)]
    pub(super) sort: String,
    pub(super) after: Option<String>,
}

impl Filter {
    /// The fields that filter, with their values.
    pub(super) fn fields(&self) -> [(&'static str, &str); 8] {
        [
            (facet::DOMAIN, &self.domain),
            (facet::STRUCK, &self.struck),
            (facet::OWNER, &self.owner),
            (facet::LEVEL, &self.level),
            (facet::CONFIDENCE, &self.confidence),
            ("from", &self.from),
            ("to", &self.to),
            ("q", &self.q),
        ]
    }

    /// Whether anything is left out by choice.
    pub(super) fn is_on(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    /// The address of the list with this filter, beginning at `path`.
    pub(super) fn address(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        let all = [("set", self.set.as_str())]
            .into_iter()
            .chain(self.fields())
            .chain([("sort", self.sort.as_str())]);
        for (name, value) in all.filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(after) = &self.after {
            query.append_pair("after", after);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The same from the beginning, with one field changed.
    pub(super) fn with(&self, field: &str, value: &str) -> Self {
        let mut other = Self { after: None, ..self.clone() };
        let held = match field {
            facet::DOMAIN => &mut other.domain,
            facet::STRUCK => &mut other.struck,
            facet::OWNER => &mut other.owner,
            facet::LEVEL => &mut other.level,
            facet::CONFIDENCE => &mut other.confidence,
            "from" => &mut other.from,
            "to" => &mut other.to,
            "q" => &mut other.q,
            "set" => &mut other.set,
            _ => &mut other.sort,
        };
        value.clone_into(held);
        other
    }

    /// What to read of the list.
    pub(super) fn query(&self, reader: &Reader, limit: usize) -> Result<ListQuery, Fault> {
        let mut filters: Vec<(String, String)> = self
            .fields()
            .iter()
            .take(5)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let value =
                    if *name == facet::OWNER { owner(reader, value) } else { (*value).to_owned() };
                ((*name).to_owned(), value)
            })
            .collect();
        let me = reader.node().profile().state.to_string();
        match self.set.as_str() {
            "ours" => filters.push((facet::OWNER.to_owned(), me)),
            "partners" => {
                for peer in reader.node().peers()? {
                    filters.push((facet::OWNER.to_owned(), peer.profile.state.to_string()));
                }
            }
            _ => {}
        }
        let malformed = || Fault::Malformed { reason: "no date".to_owned() };
        let bound = |text: &str, after: bool| -> Result<Option<String>, Fault> {
            match text {
                "" => Ok(None),
                text => sort_key(text, after).map(Some).ok_or_else(malformed),
            }
        };
        Ok(ListQuery {
            filters,
            from: bound(&self.from, false)?,
            to: bound(&self.to, true)?,
            order: if self.sort == "oldest" { Order::Ascending } else { Order::Descending },
            after: self.after.as_ref().map(|after| after.parse::<Cursor>()).transpose()?,
            limit,
        })
    }
}

/// The identity behind a state's code: a partner's or this node's own, as pinned.
fn owner(reader: &Reader, code: &str) -> String {
    let own = reader.node().profile();
    if own.code.eq_ignore_ascii_case(code) {
        return own.state.to_string();
    }
    let peer = reader.node().find_peer(code).ok().map(|peer| peer.profile.state);
    peer.as_ref().map_or_else(|| code.to_owned(), Id::to_string)
}

/// Where a day, month or year begins in the list, or the next one.
fn sort_key(text: &str, after: bool) -> Option<String> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i16>().ok());
    let year = parts.next().flatten()?;
    let (month, day) = (parts.next(), parts.next());
    let small = |number: Option<Option<i16>>| match number {
        None => Some(1),
        Some(number) => number.and_then(|number| i8::try_from(number).ok()),
    };
    let date = jiff::civil::Date::new(year, small(month)?, small(day)?).ok()?;
    let span = match (month, day) {
        (None, _) => jiff::Span::new().years(1),
        (_, None) => jiff::Span::new().months(1),
        _ => jiff::Span::new().days(1),
    };
    let date = if after { date.checked_add(span).ok()? } else { date };
    Some(Timestamp::parse(&format!("{date}T00:00:00Z")).ok()?.sort_key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stand_in_the_address() {
        let filter =
            Filter { domain: "cyber".to_owned(), q: "a b".to_owned(), ..Filter::default() };
        assert_eq!(filter.address("/reports"), "/reports?domain=cyber&q=a+b");
        assert_eq!(filter.with("domain", "").address("/reports"), "/reports?q=a+b");
        assert_eq!(Filter::default().address("/reports"), "/reports");
    }

    #[test]
    fn bounds_hold_the_whole_of_what_they_name() {
        let key = |text: &str| Timestamp::parse(text).expect("a time").sort_key();
        assert_eq!(sort_key("2025", false), Some(key("2025-01-01T00:00:00Z")));
        assert_eq!(sort_key("2025", true), Some(key("2026-01-01T00:00:00Z")));
        assert_eq!(sort_key("2025-12", true), Some(key("2026-01-01T00:00:00Z")));
        assert_eq!(sort_key("2025-12-31", true), Some(key("2026-01-01T00:00:00Z")));
        assert_eq!(sort_key("x", true), None);
        assert_eq!(sort_key("2025-13", true), None);
    }
}
