//! The signing key's file, and the key that seals places in collections.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stix::sign::{PublicKey, SecretKey};
use store::Random;

use crate::error::Error;

const FILE: &str = "signing.key";
/// A successor that is drawn, and not yet announced or not yet in its place.
const NEXT: &str = "signing.key.next";

/// Its lock is who signs, or rotates, now.
const LOCK: &str = "signing.key.lock";

/// The key that signs. Another process may rotate it (`entente key rotate` while the node runs), so
/// its file is looked at each time.
pub(crate) struct Held {
    path: PathBuf,
    held: RwLock<(Option<Stamp>, Arc<SecretKey>)>,
}

/// By what a replaced file is told from the one before: its number, and when it was written.
type Stamp = (u64, i64, i64);

impl Held {
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let key = load(&path)?;
        Ok(Self { held: RwLock::new((stamp(&path), Arc::new(key))), path })
    }

    /// The key as it is now. While its file cannot be read, the one read last.
    pub(crate) fn current(&self) -> Arc<SecretKey> {
        let now = stamp(&self.path);
        {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if now.is_none() || held.0 == now {
                return held.1.clone();
            }
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        match load(&self.path) {
            Ok(key) => *held = (now, Arc::new(key)),
            Err(error) => tracing::error!(%error, "the signing key cannot be read anew"),
        }
        held.1.clone()
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.ino(), file.mtime(), file.mtime_nsec()))
}

/// Draws a key and writes it, readable by the owner of the file only. Never overwrites one.
pub(crate) fn create(dir: &Path, random: &dyn Random) -> Result<(), Error> {
    generate(&dir.join(FILE), random).map(|_| ())
}

/// Draws a key and writes it to a file, readable by the owner of the file only. Never overwrites
/// one.
pub fn generate(path: &Path, random: &dyn Random) -> Result<PublicKey, Error> {
    let mut seed = [0_u8; 32];
    random.fill(&mut seed);
    let io = |source| Error::Io { path: path.to_owned(), source };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    file.write_all(URL_SAFE_NO_PAD.encode(seed).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(io)?;
    Ok(SecretKey::from_seed(seed).public())
}

/// Reads a key from its file.
pub fn load(path: &Path) -> Result<SecretKey, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::Io { path: path.to_owned(), source })?;
    SecretKey::parse(text.trim())
        .map_err(|error| Error::Malformed { path: path.to_owned(), reason: error.problem })
}

/// Who signs and who rotates take turns: what was signed with a key is in the log before the key is
/// rotated, and two rotations never name two successors. Across processes, by a lock on a file;
/// ends when it is dropped, or with the process.
pub(crate) struct Turn(#[expect(dead_code, reason = "the lock ends with the file")] std::fs::File);

impl Turn {
    /// To sign: others may sign meanwhile. Waits.
    pub(crate) fn to_sign(dir: &Path) -> Result<Self, Error> {
        Self::take(dir, std::fs::File::lock_shared)
    }

    /// To rotate: nobody signs or rotates meanwhile. Waits.
    pub(crate) fn to_rotate(dir: &Path) -> Result<Self, Error> {
        Self::take(dir, std::fs::File::lock)
    }

    /// The same, but `None` where somebody is at it.
    pub(crate) fn to_rotate_now(dir: &Path) -> Result<Option<Self>, Error> {
        let file = Self::file(dir)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(source)) => {
                Err(Error::Io { path: dir.join(LOCK), source })
            }
        }
    }

    fn take(
        dir: &Path,
        lock: impl Fn(&std::fs::File) -> std::io::Result<()>,
    ) -> Result<Self, Error> {
        let file = Self::file(dir)?;
        lock(&file).map_err(|source| Error::Io { path: dir.join(LOCK), source })?;
        Ok(Self(file))
    }

    fn file(dir: &Path) -> Result<std::fs::File, Error> {
        let path = dir.join(LOCK);
        std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| Error::Io { path, source })
    }
}

/// Draws the successor of the signing key. It is nothing yet.
pub(crate) fn draw_next(dir: &Path, random: &dyn Random) -> Result<SecretKey, Error> {
    let path = dir.join(NEXT);
    discard_next(dir)?;
    generate(&path, random)?;
    load(&path)
}

/// The successor that was drawn, if there is one: the program ended before it was in its place.
pub(crate) fn next(dir: &Path) -> Result<Option<SecretKey>, Error> {
    let path = dir.join(NEXT);
    if path.exists() { load(&path).map(Some) } else { Ok(None) }
}

/// Puts the successor in the place of the signing key, which is gone afterwards.
pub(crate) fn promote_next(dir: &Path) -> Result<(), Error> {
    let io = |source| Error::Io { path: dir.join(FILE), source };
    std::fs::rename(dir.join(NEXT), dir.join(FILE)).map_err(io)?;
    std::fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)
}

/// Forgets a successor that was never announced.
pub(crate) fn discard_next(dir: &Path) -> Result<(), Error> {
    let path = dir.join(NEXT);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Io { path, source })
        }
        _ => Ok(()),
    }
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
