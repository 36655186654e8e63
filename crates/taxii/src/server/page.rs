//! Bodies of pages: what is held is sent as it is, never written anew or copied.

use std::fmt::Write;

use axum::body::Body;
use bytes::Bytes;
use stix::Timestamp;
use store::{Brief, Manifest, Page};

use super::pieces;

/// An envelope (section 3.7): the objects' bytes as they are.
pub(super) fn envelope(page: Page, next: Option<&str>) -> Body {
    if page.items.is_empty() {
        return nothing();
    }
    pieces::body([head("objects", next).into(), page.text, Bytes::from_static(END)])
}

/// A manifest (section 5.3.1).
pub(super) fn manifest(page: &Manifest, next: Option<&str>) -> Body {
    let mut moments = Moments::default();
    list("objects", next, &page.items, 220, |out, brief| {
        let added = moments.text(brief.added);
        let version = brief.version.as_deref().unwrap_or(added);
        // Neither an identifier nor a timestamp nor a number has anything to escape.
        for part in [
            "{\"id\":\"",
            &brief.id,
            "\",\"date_added\":\"",
            added,
            "\",\"version\":\"",
            version,
            "\",\"media_type\":\"application/stix+json;version=",
            brief.spec_version.as_str(),
            "\"}",
        ] {
            out.extend_from_slice(part.as_bytes());
        }
    })
}

/// A list of versions (section 5.8.1).
pub(super) fn versions(page: &Manifest, next: Option<&str>) -> Body {
    list("versions", next, &page.items, 32, |out, brief| {
        out.push(b'"');
        out.extend_from_slice(version(brief).as_bytes());
        out.push(b'"');
    })
}

/// An object's version; one that has none has the moment it was added.
pub(super) fn version(brief: &Brief) -> String {
    let added = || Timestamp::from_micros(brief.added).to_string();
    brief.version.clone().unwrap_or_else(added)
}

/// Moments as text. Those of one second differ in their fraction alone.
#[derive(Default)]
struct Moments {
    second: i64,
    text: String,
}

impl Moments {
    fn text(&mut self, micros: i64) -> &str {
        let second = micros.div_euclid(1_000_000);
        match self.text.len().checked_sub("000000Z".len()) {
            Some(fraction) if second == self.second => {
                self.text.truncate(fraction);
                // Writing to a string cannot fail.
                let _ = write!(self.text, "{:06}Z", micros.rem_euclid(1_000_000));
            }
            _ => {
                self.second = second;
                self.text = Timestamp::from_micros(micros).to_string();
            }
        }
        &self.text
    }
}

const END: &[u8] = b"]}";

/// A page without items is an empty object.
fn nothing() -> Body {
    Body::from("{}")
}

/// What stands before the first item.
fn head(key: &str, next: Option<&str>) -> Vec<u8> {
    let more = match next {
        Some(next) => format!("\"more\":true,\"next\":\"{next}\""),
        None => "\"more\":false".to_owned(),
    };
    format!("{{{more},\"{key}\":[").into_bytes()
}

/// A list of what is written for each, some `size` bytes.
fn list(
    key: &str,
    next: Option<&str>,
    briefs: &[Brief],
    size: usize,
    mut each: impl FnMut(&mut Vec<u8>, &Brief),
) -> Body {
    if briefs.is_empty() {
        return nothing();
    }
    let mut out = head(key, next);
    out.reserve(briefs.len() * size + END.len());
    for (index, brief) in briefs.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(&mut out, brief);
    }
    out.extend_from_slice(END);
    out.into()
}

#[cfg(test)]
mod tests {
    use store::{Item, Position};

    use super::*;

    async fn text(body: Body) -> String {
        let bytes = axum::body::to_bytes(body, 1_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn pages_are_spliced() {
        let page = |text: &'static str, ends: &[usize], more| {
            let text = Bytes::from_static(text.as_bytes());
            let item = |end: &usize| Item { bytes: text.slice(..*end), added: 1 };
            Page { items: ends.iter().map(item).collect(), more, position: Some(Position(1)), text }
        };
        assert_eq!(text(envelope(Page::empty(), None)).await, "{}");
        let one = envelope(page("{ \"b\" : 1.0 }", &[13], false), None);
        assert_eq!(text(one).await, "{\"more\":false,\"objects\":[{ \"b\" : 1.0 }]}");
        let two = envelope(page("{},{}", &[2, 5], true), Some("x"));
        let size = axum::body::HttpBody::size_hint(&two).exact();
        let two = text(two).await;
        assert_eq!(two, "{\"more\":true,\"next\":\"x\",\"objects\":[{},{}]}");
        assert_eq!(size, Some(two.len() as u64));
    }

    #[test]
    fn moments_are_those_of_timestamps() {
        let mut moments = Moments::default();
        for micros in [0, 1, 999_999, 1_000_000, 1_000_001, -1, -1_000_000, 1_767_225_600_123_456] {
            assert_eq!(moments.text(micros), Timestamp::from_micros(micros).as_str());
        }
    }

    #[tokio::test]
    async fn a_manifest_tells_of_each() {
        let brief = |version: Option<&str>, spec_version| Brief {
            id: "tool--1".to_owned(),
            version: version.map(str::to_owned),
            added: 1,
            spec_version,
        };
        let items = vec![
            brief(Some("2020-01-01T00:00:00Z"), stix::SpecVersion::V20),
            brief(None, stix::SpecVersion::V21),
        ];
        let page = Manifest { items, more: false, position: None };
        let written: serde_json::Value =
            serde_json::from_str(&text(manifest(&page, None)).await).unwrap();
        let added = "1970-01-01T00:00:00.000001Z";
        let record = |version: &str, spec: &str| {
            serde_json::json!({
                "id": "tool--1", "date_added": added, "version": version,
                "media_type": format!("application/stix+json;version={spec}"),
            })
        };
        let both = [record("2020-01-01T00:00:00Z", "2.0"), record(added, "2.1")];
        assert_eq!(written, serde_json::json!({ "more": false, "objects": both }));
    }
}
