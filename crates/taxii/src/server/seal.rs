//! `next`: a place in a collection, sealed.
//!
//! Stateless and repeatable, so that a lost answer can be asked for again; bound to the reader,
//! the collection and the filters, so that nobody can use another's or make one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{aead, hmac};
use store::Position;

/// What a place is bound to.
pub(crate) struct Binding<'a> {
    pub(crate) account: &'a str,
    pub(crate) collection: &'a str,
    pub(crate) filters: &'a str,
}

impl Binding<'_> {
    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&(self.account, self.collection, self.filters)).unwrap_or_default()
    }
}

pub(crate) fn seal(key: &[u8; 32], binding: &Binding<'_>, position: Position) -> Option<String> {
    let mut body = position.0.to_be_bytes().to_vec();
    let bound = binding.bytes();
    // The nonce follows from what is sealed: the same place gives the same token, and two
    // different places never share a nonce.
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(&body);
    context.update(&bound);
    let tag = context.sign();
    let nonce: [u8; 12] = tag.as_ref().get(..12)?.try_into().ok()?;
    sealing(key)?
        .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::from(bound), &mut body)
        .ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &body].concat()))
}

pub(crate) fn open(key: &[u8; 32], binding: &Binding<'_>, token: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, body) = bytes.split_at_checked(12)?;
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = body.to_vec();
    let plain = sealing(key)?.open_in_place(nonce, aead::Aad::from(binding.bytes()), &mut body).ok()?;
    Some(Position(i64::from_be_bytes(plain.try_into().ok()?)))
}

fn sealing(key: &[u8; 32]) -> Option<aead::LessSafeKey> {
    aead::UnboundKey::new(&aead::CHACHA20_POLY1305, key).ok().map(aead::LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_opens_only_as_it_was_bound() {
        let key = [3; 32];
        let binding = |account, filters| Binding { account, collection: "c", filters };
        let token = seal(&key, &binding("a", ""), Position(42)).unwrap();
        assert_eq!(Some(token.clone()), seal(&key, &binding("a", ""), Position(42)), "repeatable");
        assert_eq!(open(&key, &binding("a", ""), &token), Some(Position(42)));
        assert_eq!(open(&key, &binding("b", ""), &token), None);
        assert_eq!(open(&key, &binding("a", "match[type]=x"), &token), None);
        assert_eq!(open(&[4; 32], &binding("a", ""), &token), None);
        for junk in ["", "x", "AAAA", &token[1..], &format!("{token}A")] {
            assert_eq!(open(&key, &binding("a", ""), junk), None);
        }
    }
}
