//! Reading files of STIX: bundles or single objects.

use std::fs;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use stix::Object;

use crate::error::{Context, Result};

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Bytes> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
    } else {
        bytes = fs::read(path).context(format!("cannot read {}", path.display()))?;
    }
    Ok(bytes.into())
}

/// The objects of a bundle, each by itself, or the one object that the bytes are.
pub(crate) fn objects(bytes: Bytes) -> Result<Vec<Result<Object, stix::Error>>, stix::Error> {
    #[derive(serde::Deserialize)]
    struct Kind {
        r#type: String,
    }
    let is_bundle =
        serde_json::from_slice::<Kind>(&bytes).is_ok_and(|kind| kind.r#type == "bundle");
    if is_bundle { stix::bundle::parse(bytes) } else { Ok(vec![Object::parse(bytes)]) }
}
