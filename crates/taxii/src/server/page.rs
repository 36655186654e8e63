//! Bodies of pages: what is held is spliced, never written anew.

use stix::Timestamp;
use store::{Item, Page};

use super::answer::text;
use crate::resource::ManifestRecord;

/// An envelope (section 3.7): the objects' bytes as they are.
pub(super) fn envelope(page: &Page, next: Option<&str>) -> Vec<u8> {
    let size: usize = page.items.iter().map(|item| item.bytes.len() + 1).sum();
    write(page, next, "objects", size, |out, item| out.extend_from_slice(&item.bytes))
}

/// A manifest (section 5.3.1).
pub(super) fn manifest(page: &Page, next: Option<&str>) -> Vec<u8> {
    write(page, next, "objects", page.items.len() * 220, |out, item| {
        let brief = item.brief();
        let date_added = Timestamp::from_micros(item.added);
        let record = ManifestRecord {
            id: brief.id,
            version: brief.version.unwrap_or_else(|| date_added.to_string()),
            date_added,
            media_type: Some(format!(
                "application/stix+json;version={}",
                brief.spec_version.as_str()
            )),
        };
        out.extend_from_slice(text(&record).as_bytes());
    })
}

/// A list of versions (section 5.8.1).
pub(super) fn versions(page: &Page, next: Option<&str>) -> Vec<u8> {
    write(page, next, "versions", page.items.len() * 32, |out, item| {
        out.extend_from_slice(text(&version(item)).as_bytes());
    })
}

/// An object's version; one that has none has the moment it was added.
pub(super) fn version(item: &Item) -> String {
    item.brief().version.unwrap_or_else(|| Timestamp::from_micros(item.added).to_string())
}

/// A page without items is an empty object.
fn write(
    page: &Page,
    next: Option<&str>,
    key: &str,
    size: usize,
    each: impl Fn(&mut Vec<u8>, &Item),
) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + 200);
    out.push(b'{');
    if !page.items.is_empty() {
        if let Some(next) = next {
            out.extend_from_slice(b"\"more\":true,\"next\":\"");
            out.extend_from_slice(next.as_bytes());
            out.extend_from_slice(b"\",");
        } else {
            out.extend_from_slice(b"\"more\":false,");
        }
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":[");
        for (index, item) in page.items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            each(&mut out, item);
        }
        out.push(b']');
    }
    out.push(b'}');
    out
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use store::Position;

    use super::*;

    #[test]
    fn pages_are_spliced() {
        let item =
            |text: &'static str| Item { bytes: Bytes::from_static(text.as_bytes()), added: 1 };
        let page = |items: Vec<Item>, more| Page { items, more, position: Some(Position(1)) };
        let written = |page: &Page, next| String::from_utf8(envelope(page, next)).unwrap();
        assert_eq!(written(&page(vec![], false), None), "{}");
        let one = page(vec![item("{ \"b\" : 1.0 }")], false);
        assert_eq!(written(&one, None), "{\"more\":false,\"objects\":[{ \"b\" : 1.0 }]}");
        let two = page(vec![item("{}"), item("{}")], true);
        assert_eq!(written(&two, Some("x")), "{\"more\":true,\"next\":\"x\",\"objects\":[{},{}]}");
    }
}
