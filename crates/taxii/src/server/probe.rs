//! What reads the bytes of strangers, without a server around it: for fuzzing.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use store::Position;

use super::body::{self, Coding};
use super::query::Query;
use super::receive;
use super::seal::{Binding, Seal};

/// Reads a query, the headers that are negotiated by, and a `next`. Whatever is accepted holds to
/// what the rest of the server relies on.
///
/// # Panics
/// If it does not.
pub fn query(text: &str, header: &str, next: &str) {
    if let Ok(query) = Query::parse(text) {
        assert!((1..=super::query::MOST).contains(&query.limit), "a page has a bound");
        assert_eq!(Query::parse(text).ok(), Some(query), "read twice, it is the same");
    }
    let _ = crate::media::accepts(header, Some("application/stix+json"));
    let _ = crate::media::is_taxii(Some(header));
    let _ = super::sign_in::credentials(header);
    if let Ok(value) = HeaderValue::from_str(header) {
        let headers =
            HeaderMap::from_iter([(HeaderName::from_static("content-encoding"), value.clone())]);
        let _ = Coding::of(&headers);
        let _ = super::tag::names(&headers, &value);
    }
    let seal = Seal::new(&[7; 32]);
    let binding = Binding { account: "fuzz", collection: "fuzz", filters: text };
    if let Some(place) = seal.open(&binding, next) {
        assert_eq!(seal.seal(&binding, place).as_deref(), Some(next), "nobody makes a place");
    }
    let place = Position(i64::try_from(text.len()).unwrap_or_default());
    let token = seal.seal(&binding, place).unwrap_or_default();
    assert_eq!(seal.open(&binding, &token), Some(place), "what is given is taken back");
}

/// Unpacks a body of at most `most` bytes and reads the objects in it. Each is a slice of what
/// came, and is named in a status.
///
/// # Panics
/// If it is not.
pub fn envelope(coding: &str, packed: &[u8], most: usize) -> usize {
    let Some(coding) = Coding::named(coding) else { return 0 };
    let packed = Bytes::copy_from_slice(packed.get(..most).unwrap_or(packed));
    let Ok(body) = body::unpack(packed, coding, most) else { return 0 };
    assert!(body.len() <= most, "a bomb goes no further");
    let Ok(objects) = receive::objects(&body) else { return 0 };
    let added = stix::Timestamp::from_micros(0);
    let (mut count, mut written) = (0, String::new());
    for one in &objects {
        let detail = receive::describe(one, &added);
        assert!(!detail.id.is_empty() && !detail.version.is_empty(), "a status names it");
        if let Ok(object) = &one.object {
            assert_eq!(object.bytes(), &one.bytes, "byte for byte");
            written.push_str(if count == 0 { "" } else { "," });
            written.push_str(object.text());
            count += 1;
        }
    }
    let written = Bytes::from(format!("{{\"objects\":[{written}]}}"));
    // What was taken in is given out as an envelope that could be handed in again.
    let again = receive::objects(&written).map_or(0, |objects| objects.len());
    assert_eq!(again, count, "it can be handed in again");
    count
}
