//! Bundles (STIX 2.1 section 8): a parcel of objects, nothing more.

use bytes::Bytes;

use crate::error::{Error, Pointer};
use crate::id::Id;
use crate::json::{Kind, Tree};
use crate::object::Object;

/// The objects' bytes as they stand in a bundle.
pub fn slices(bytes: &Bytes) -> Result<Vec<Bytes>, Error> {
    let tree = Tree::parse(bytes)?;
    let root = tree.root();
    if !root.get("type").is_some_and(|name| name.is("bundle")) {
        return Err(Error::new(Pointer::root().join("type"), "expected “bundle”"));
    }
    let Some(objects) = root.get("objects") else { return Ok(Vec::new()) };
    if objects.kind() != Kind::Array {
        return Err(Error::new(Pointer::root().join("objects"), "expected an array"));
    }
    Ok(objects.items().map(|item| bytes.slice(item.offset()..item.end())).collect())
}

/// Reads a bundle. An object that cannot be read is an error of its own, with its place in the
/// bundle, and holds up no other.
pub fn parse(bytes: impl Into<Bytes>) -> Result<Vec<Result<Object, Error>>, Error> {
    let bytes = bytes.into();
    let place = |index: usize, error: Error| error.within(&index.to_string()).within("objects");
    Ok(slices(&bytes)?
        .into_iter()
        .enumerate()
        .map(|(index, slice)| Object::parse(slice).map_err(|error| place(index, error)))
        .collect())
}

/// A bundle of these objects, their bytes as they are.
pub fn write(id: &Id, objects: &[Object]) -> Vec<u8> {
    let mut out = format!("{{\"type\":\"bundle\",\"id\":\"{id}\"").into_bytes();
    if !objects.is_empty() {
        out.extend_from_slice(b",\"objects\":[\n");
        for (index, object) in objects.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b",\n");
            }
            out.extend_from_slice(object.bytes());
        }
        out.extend_from_slice(b"\n]");
    }
    out.extend_from_slice(b"}\n");
    out
}
