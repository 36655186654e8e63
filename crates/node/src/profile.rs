//! Who a node is.

use std::path::Path;

use serde::{Deserialize, Serialize};
use stix::Id;

use crate::error::Error;

pub(crate) const FILE: &str = "node.json";

/// Who a node is. Kept in `node.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What people call the node, for example its city.
    pub name: String,
    /// The code of its state or agency, for example `AL`: what badges show.
    pub code: String,
    /// The name of its state or agency in English.
    pub state_name: String,
    /// The identity object of its state or agency: the owner of everything it enters.
    pub state: Id,
}

impl Profile {
    pub(crate) fn load(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoNode { dir: dir.to_owned() });
            }
            Err(source) => return Err(Error::Io { path, source }),
        };
        serde_json::from_str(&text)
            .map_err(|error| Error::Malformed { path, reason: error.to_string() })
    }

    pub(crate) fn save(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(FILE);
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        std::fs::write(&path, text).map_err(|source| Error::Io { path, source })
    }
}
