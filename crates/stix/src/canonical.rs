//! The canonical form (RFC 8785): derived, for hashing and signing only.
//!
//! How numbers and strings are written is the library's business; what is done here is to put
//! members in order and to leave alone what is in its place already.

use std::borrow::Cow;

use serde_json::Value;

use crate::error::{Error, Pointer};
use crate::json::{Kind, Node, Tree, precedes};

/// The canonical bytes of a value.
pub fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    serde_json_canonicalizer::to_vec(value)
        .map_err(|error| Error::new(Pointer::root(), format!("it has no canonical form: {error}")))
}

/// The canonical bytes of a document that was read: the document itself, if that is canonical.
pub fn of<'a>(tree: &Tree<'a>) -> Cow<'a, [u8]> {
    if tree.is_canonical() {
        return Cow::Borrowed(tree.text().as_bytes());
    }
    let mut out = Vec::with_capacity(tree.text().len());
    write(tree.root(), false, &mut out);
    Cow::Owned(out)
}

/// The canonical bytes of an object without one of its extensions; and without `extensions`, if
/// that was the only one.
pub(crate) fn without_extension(tree: &Tree<'_>, extension: &str) -> Vec<u8> {
    let is_canonical = tree.is_canonical();
    let mut out = Vec::with_capacity(tree.text().len());
    let others = |extensions: Node<'_>| extensions.members().any(|(key, _)| !key.is(extension));
    object(
        tree.root(),
        is_canonical,
        |key, value| !key.is("extensions") || others(value),
        |key, value, out| {
            if key.is("extensions") {
                let keep = |key: Node<'_>, _: Node<'_>| !key.is(extension);
                object(
                    value,
                    is_canonical,
                    keep,
                    |_, value, out| write(value, is_canonical, out),
                    out,
                );
            } else {
                write(value, is_canonical, out);
            }
        },
        &mut out,
    );
    out
}

/// Writes a value; `is_canonical` if all of its document is.
fn write(node: Node<'_>, is_canonical: bool, out: &mut Vec<u8>) {
    if is_canonical {
        out.extend_from_slice(node.raw().as_bytes());
        return;
    }
    match node.kind() {
        Kind::Null | Kind::Boolean => out.extend_from_slice(node.raw().as_bytes()),
        Kind::Number => number(node, out),
        Kind::String => string(node, out),
        Kind::Array => {
            out.push(b'[');
            for (index, item) in node.items().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, false, out);
            }
            out.push(b']');
        }
        Kind::Object => {
            object(node, false, |_, _| true, |_, value, out| write(value, false, out), out);
        }
    }
}

fn object<'t>(
    node: Node<'t>,
    is_canonical: bool,
    keep: impl Fn(Node<'t>, Node<'t>) -> bool,
    mut value_of: impl FnMut(Node<'t>, Node<'t>, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    let mut members: Vec<_> = node
        .members()
        .filter(|(key, value)| keep(*key, *value))
        .map(|(key, value)| (key.text().unwrap_or_default(), key, value))
        .collect();
    if !is_canonical {
        members.sort_unstable_by(|(one, ..), (other, ..)| precedes(one, other));
    }
    out.push(b'{');
    for (index, (_, key, value)) in members.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string(key, out);
        out.push(b':');
        value_of(key, value, out);
    }
    out.push(b'}');
}

/// A string without escapes is written as it was read (RFC 8785 section 3.2.2.2).
fn string(node: Node<'_>, out: &mut Vec<u8>) {
    if node.is_plain() {
        out.extend_from_slice(node.raw().as_bytes());
    } else {
        let text = node.text().unwrap_or_default();
        out.extend(serde_json_canonicalizer::to_vec(&text).unwrap_or_default());
    }
}

fn number(node: Node<'_>, out: &mut Vec<u8>) {
    if let Some(number) = node.integer() {
        out.extend_from_slice(number.to_string().as_bytes());
    } else {
        let number = node.number().unwrap_or_default();
        out.extend(serde_json_canonicalizer::to_vec(&number).unwrap_or_default());
    }
}
