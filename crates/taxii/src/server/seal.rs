//! `next`: a place in a collection, sealed.
//!
//! Stateless and repeatable, so that a lost answer can be asked for again; bound to the reader,
//! the collection and the filters, so that nobody can use another's or make one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{aead, hmac};
use store::Position;

/// What a place is bound to. Not to `added_after` and `limit`: a client may change them between
/// pages, and still neither loses nor repeats anything, for the place bounds what follows too.
pub(super) struct Binding<'a> {
    pub(super) account: &'a str,
    pub(super) collection: &'a str,
    pub(super) filters: &'a str,
}

impl Binding<'_> {
    /// Unambiguous: JSON keeps the parts apart.
    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&(self.account, self.collection, self.filters)).unwrap_or_default()
    }
}

/// Seals and opens places.
pub(super) struct Seal {
    nonces: hmac::Key,
    tags: hmac::Key,
    body: Option<aead::LessSafeKey>,
}

impl Seal {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let master = hmac::Key::new(hmac::HMAC_SHA256, key);
        // One key for each purpose.
        let derived = |purpose: &[u8]| hmac::sign(&master, purpose);
        let body = aead::UnboundKey::new(&aead::CHACHA20_POLY1305, derived(b"taxii next").as_ref());
        Self {
            nonces: hmac::Key::new(hmac::HMAC_SHA256, derived(b"taxii nonce").as_ref()),
            tags: hmac::Key::new(hmac::HMAC_SHA256, derived(b"taxii etag").as_ref()),
            body: body.ok().map(aead::LessSafeKey::new),
        }
    }

    /// An entity tag in the making.
    pub(super) fn tags(&self) -> hmac::Context {
        hmac::Context::with_key(&self.tags)
    }

    pub(super) fn seal(&self, binding: &Binding<'_>, position: Position) -> Option<String> {
        let mut body = position.0.to_be_bytes().to_vec();
        let bound = binding.bytes();
        // The nonce follows from what is sealed: the same place gives the same token, and two
        // different places never share a nonce.
        let mut context = hmac::Context::with_key(&self.nonces);
        context.update(&body);
        context.update(&bound);
        let nonce: [u8; 12] = context.sign().as_ref().get(..12)?.try_into().ok()?;
        let unique = aead::Nonce::assume_unique_for_key(nonce);
        self.body
            .as_ref()?
            .seal_in_place_append_tag(unique, aead::Aad::from(bound), &mut body)
            .ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &body].concat()))
    }

    pub(super) fn open(&self, binding: &Binding<'_>, token: &str) -> Option<Position> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, body) = bytes.split_at_checked(12)?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let bound = aead::Aad::from(binding.bytes());
        let plain = self.body.as_ref()?.open_in_place(nonce, bound, &mut body).ok()?;
        Some(Position(i64::from_be_bytes(plain.try_into().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_opens_only_as_it_was_bound() {
        let seal = Seal::new(&[3; 32]);
        let binding = |account, filters| Binding { account, collection: "c", filters };
        let token = seal.seal(&binding("a", ""), Position(42)).unwrap();
        assert_eq!(seal.seal(&binding("a", ""), Position(42)).unwrap(), token, "repeatable");
        assert_ne!(seal.seal(&binding("a", ""), Position(43)).unwrap(), token);
        assert_eq!(seal.open(&binding("a", ""), &token), Some(Position(42)));
        assert_eq!(seal.open(&binding("b", ""), &token), None);
        assert_eq!(seal.open(&binding("a", "match[type]=x"), &token), None);
        let elsewhere = Binding { account: "a", collection: "d", filters: "" };
        assert_eq!(seal.open(&elsewhere, &token), None);
        assert_eq!(Seal::new(&[4; 32]).open(&binding("a", ""), &token), None);
        for junk in ["", "x", "AAAA", &token[1..], &format!("{token}A"), "ä"] {
            assert_eq!(seal.open(&binding("a", ""), junk), None);
        }
    }
}
