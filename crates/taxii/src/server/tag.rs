//! Entity tags, so that a client can ask whether anything has changed (RFC 9110 section 13).
//!
//! A tag is keyed and bound to the reader: it says nothing to anybody else.
//! That of a page follows from the moments at which its objects became visible, which are unique
//! in a collection, not from their bytes: it costs next to nothing.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::answer::{Refusal, with_status};
use super::{Asked, seal::Seal};

/// A tag in the making.
pub(super) struct Tag(ring::hmac::Context);

impl Tag {
    /// Begins with who asks. What he asks is no part of it: a tag is one address's, and where
    /// nothing is found, it must not tell what was looked for.
    pub(super) fn begin(seal: &Seal, asked: &Asked) -> Self {
        let mut tag = Self(seal.tags());
        tag.add(asked.account.name.as_bytes());
        tag
    }

    /// The length keeps the parts apart.
    pub(super) fn add(&mut self, part: &[u8]) {
        self.0.update(&part.len().to_be_bytes());
        self.0.update(part);
    }

    /// An object of a page: when it became visible, and its length.
    pub(super) fn add_item(&mut self, added: i64, length: usize) {
        self.0.update(&added.to_be_bytes());
        self.0.update(&length.to_be_bytes());
    }

    /// Weak: the same answer may come packed or plain.
    pub(super) fn finish(self) -> Result<HeaderValue, Refusal> {
        use base64::Engine;
        let code = self.0.sign();
        let short = code.as_ref().get(..18).unwrap_or_default();
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(short);
        HeaderValue::try_from(format!("W/\"{text}\"")).map_err(Refusal::failed)
    }
}

/// Whether the client says that it holds this already.
pub(super) fn is_held(asked: &Asked, tag: &HeaderValue) -> bool {
    let is_read = matches!(asked.parts.method, Method::GET | Method::HEAD);
    is_read && names(&asked.parts.headers, tag)
}

pub(super) fn names(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default().trim_start_matches("W/");
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut named = values.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(','));
    named.any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag)
}

/// Nothing has changed.
pub(super) fn unchanged(tag: HeaderValue) -> Response {
    let mut response = with_status(StatusCode::NOT_MODIFIED, Body::empty());
    response.headers_mut().remove(header::CONTENT_TYPE);
    response.headers_mut().insert(header::ETAG, tag);
    response
}

/// A resource, unless the client holds it.
pub(super) fn answer(seal: &Seal, asked: &Asked, body: String) -> Result<Response, Refusal> {
    let mut tag = Tag::begin(seal, asked);
    tag.add(body.as_bytes());
    let tag = tag.finish()?;
    if is_held(asked, &tag) {
        return Ok(unchanged(tag));
    }
    let mut response = with_status(StatusCode::OK, body);
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let tag = HeaderValue::from_static("W/\"abc\"");
        for held in ["W/\"abc\"", "\"abc\"", "\"x\", W/\"abc\"", "*"] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, held.parse().unwrap())]);
            assert!(names(&headers, &tag), "{held}");
        }
        for other in ["", "\"\"", "abc", "\"ab\", \"c\""] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, other.parse().unwrap())]);
            assert!(!names(&headers, &tag), "{other}");
        }
        assert!(!names(&HeaderMap::new(), &tag));
    }
}
