//! The signing key's file, and the key that seals places in collections.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stix::sign::SecretKey;
use store::Random;

use crate::error::Error;

const FILE: &str = "signing.key";

/// Draws a key and writes it, readable by the owner of the file only. Never overwrites one.
pub(crate) fn create(dir: &Path, random: &dyn Random) -> Result<(), Error> {
    let path = dir.join(FILE);
    let mut seed = [0_u8; 32];
    random.fill(&mut seed);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|source| Error::Io { path: path.clone(), source })?;
    file.write_all(URL_SAFE_NO_PAD.encode(seed).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|source| Error::Io { path, source })
}

pub(crate) fn load(dir: &Path) -> Result<SecretKey, Error> {
    let path = dir.join(FILE);
    let text = std::fs::read_to_string(&path)
        .map_err(|source| Error::Io { path: path.clone(), source })?;
    let seed =
        URL_SAFE_NO_PAD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let seed = seed.ok_or_else(|| Error::Malformed {
        path,
        reason: "expected 32 bytes in base64url".to_owned(),
    })?;
    Ok(SecretKey::from_seed(seed))
}

/// The key under which places in collections are sealed: drawn once, kept over restarts so that a
/// client goes on where it was.
pub(crate) fn seal(store: &store::Store, random: &dyn Random) -> Result<[u8; 32], Error> {
    let shelf = store.shelf::<[u8; 32]>("seal");
    if let Some(held) = shelf.get("taxii")? {
        return Ok(held);
    }
    let mut drawn = [0_u8; 32];
    random.fill(&mut drawn);
    shelf.put("taxii", &drawn)?;
    Ok(drawn)
}
