//! Keyed hashes: they find again what is gone, and tell nobody what it was.

use ring::hmac;
use rusqlite::Connection;

use crate::clock::Random;
use crate::error::{Doing, Error};

/// A keyed hash.
pub(crate) type Tag = [u8; 32];

/// The store's secret, drawn when it was made.
pub(crate) struct Secret(hmac::Key);

impl Secret {
    pub(crate) fn open(db: &Connection, random: &dyn Random) -> Result<Self, Error> {
        const FRESH: &str = "INSERT OR IGNORE INTO meta (name, value) VALUES ('secret', ?1)";
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        let drawn = stix::hex::of(&bytes);
        db.execute(FRESH, [drawn]).doing("reading the secret")?;
        let text: String = db
            .query_row("SELECT value FROM meta WHERE name = 'secret'", [], |row| row.get(0))
            .doing("reading the secret")?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }

    /// The keyed hash of these parts, whose first says what they are.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            // With its length, so that no two lists of parts are one text.
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part);
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// The keyed hash of an object's identifier.
    pub(crate) fn of_id(&self, id: &str) -> Tag {
        self.tag(&[b"id", id.as_bytes()])
    }

    /// The keyed hash of a content, by its own hash.
    pub(crate) fn of_content(&self, id: &str, hash: &[u8; 32]) -> Tag {
        self.tag(&[b"content", id.as_bytes(), hash])
    }
}
