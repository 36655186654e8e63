//! The canonical form (RFC 8785): derived, for hashing and signing only.

use serde_json::Value;

use crate::error::{Error, Pointer};

/// The canonical bytes of a value.
pub fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    serde_json_canonicalizer::to_vec(value)
        .map_err(|error| Error::new(Pointer::root(), format!("it has no canonical form: {error}")))
}
