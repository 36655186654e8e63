//! Pulling from MISP feeds: a manifest says which events there are and when each changed last.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use convert::misp::feed::{self, Listed};
use taxii::client::{Error as ClientError, Files};

use super::{Event, Round, brief};
use crate::Node;
use crate::error::Error;

/// Where the files of a feed lie.
pub(super) enum Shop {
    /// On a server.
    Remote(Files),
    /// In a folder of this machine.
    Folder(PathBuf),
}

impl Shop {
    async fn file(&self, name: &str, most: u64) -> Result<Bytes, Error> {
        match self {
            Self::Remote(files) => Ok(files.get(name).await?),
            Self::Folder(dir) => {
                let path = dir.join(name);
                let read = tokio::task::spawn_blocking(move || read(&path, most)).await;
                read.unwrap_or(Err(Error::Closing))
            }
        }
    }
}

/// A file of a folder, if it is no larger than is taken.
fn read(path: &Path, most: u64) -> Result<Bytes, Error> {
    use std::io::Read;
    let wrong = |source| Error::Io { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > most {
        let reason = format!("{} has more than {most} bytes", path.display());
        return Err(Error::Feed { reason });
    }
    Ok(bytes.into())
}

impl Node {
    /// The events of a feed that are new or changed, the oldest change first.
    pub(super) async fn pull_misp(
        &self,
        feed: &str,
        shop: &Shop,
        round: &mut Round<'_>,
    ) -> Result<(), Error> {
        let most = round.terms.most_answer;
        let manifest = shop.file(feed::MANIFEST, most).await?;
        let listed = feed::manifest(&manifest);
        let mut listed = listed.map_err(|error| Error::Feed { reason: error.to_string() })?;
        listed.sort_by_key(|one| one.timestamp);
        let prefix = format!("{feed}/");
        let held = self.aside(|node| Ok(node.event_shelf().list()?)).await?;
        let held: std::collections::HashMap<_, _> = held.into_iter().collect();
        for Listed { uuid, timestamp } in listed {
            let key = format!("{prefix}{uuid}");
            if held.get(&key).is_some_and(|held| held.timestamp == timestamp) {
                continue;
            }
            if !round.may_go_on()? {
                return Ok(());
            }
            let taken = match shop.file(&format!("{uuid}.json"), most).await {
                Ok(bytes) => objects(bytes).await?,
                // What the manifest names and the folder lacks may come yet.
                Err(error) if is_missing(&error) => {
                    round.pass_by(format!("event {uuid}: {}", brief(&error.to_string())));
                    continue;
                }
                Err(error) if is_too_large(&error) => Err(error.to_string()),
                Err(error) => return Err(error),
            };
            let objects = taken.unwrap_or_else(|why| {
                round.pass_by(format!("event {uuid}: {}", brief(&why)));
                Vec::new()
            });
            let record = self.event_shelf().record(&key, &Event { timestamp })?;
            round.take(objects, vec![record]).await?;
        }
        Ok(())
    }
}

fn is_missing(error: &Error) -> bool {
    match error {
        Error::Client(ClientError::Refused { status, .. }) => matches!(status, 403 | 404 | 410),
        Error::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn is_too_large(error: &Error) -> bool {
    matches!(error, Error::Client(ClientError::TooLarge { .. }) | Error::Feed { .. })
}

/// The STIX objects of an event, or why there are none. On a thread that may take its time.
async fn objects(bytes: Bytes) -> Result<Result<Vec<Bytes>, String>, Error> {
    let converted = tokio::task::spawn_blocking(move || {
        let (events, _) = convert::misp::events(&bytes).map_err(|error| error.to_string())?;
        let mut exporter = convert::misp::Exporter::new();
        let mut objects = Vec::new();
        for (place, event) in &events {
            let (written, _) = exporter.event(event, place);
            for object in written {
                let text = serde_json::to_vec(&object).map_err(|error| error.to_string())?;
                objects.push(Bytes::from(text));
            }
        }
        Ok(objects)
    });
    match converted.await {
        Ok(converted) => Ok(converted),
        Err(ended) if ended.is_panic() => Ok(Err("it cannot be converted".to_owned())),
        Err(_) => Err(Error::Closing),
    }
}
