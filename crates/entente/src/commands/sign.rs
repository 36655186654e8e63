//! `entente sign`

use std::fs;
use std::path::Path;

use stix::sign::{self, SecretKey};
use stix::{Class, Id, Object};

use super::files;
use crate::cli::Sign;
use crate::error::{Context, Error, Kind, Result};
use crate::output;

pub(crate) fn run(dir: &Path, args: &Sign) -> Result<()> {
    let key = match &args.key {
        Some(path) => node::load_key(path)?,
        None => node::load_key(&dir.join("signing.key")).map_err(|error| {
            Error::from(error).hint("give --key FILE, or the folder of a node with --dir")
        })?,
    };
    let bytes = files::read(&args.file)?;
    let bundle = bundle_id(&bytes);
    let invalid = |error: &stix::Error| Error::of(Kind::Invalid, error);
    let objects = files::objects(bytes).map_err(|error| invalid(&error))?;
    let mut signed = Vec::with_capacity(objects.len());
    let mut left = 0;
    for object in objects {
        let object = object.map_err(|error| invalid(&error))?;
        if is_exempt(&object) {
            left += 1;
            signed.push(object);
        } else {
            signed.push(sign_one(&object, &key, args.replace)?);
        }
    }
    let text = match (&bundle, signed.as_slice()) {
        (None, [one]) => [&one.bytes()[..], b"\n"].concat(),
        (None, _) => return Err(Error::new(Kind::Invalid, "the bundle has no id")),
        (Some(id), objects) => stix::bundle::write(id, objects),
    };
    match &args.output {
        Some(path) => fs::write(path, text).context(format!("cannot write {}", path.display()))?,
        None => output::raw(&text)?,
    }
    eprintln!("{} signed with {}", signed.len() - left, key.public().fingerprint());
    if left > 0 {
        eprintln!("{left} left as they are: facts and definitions are never signed");
    }
    Ok(())
}

fn sign_one(object: &Object, key: &SecretKey, replace: bool) -> Result<Object> {
    let is_signed = sign::status(object, |_| None) != sign::Status::None;
    if is_signed && !replace {
        let text = format!("{} is signed already", object.id());
        return Err(Error::new(Kind::Refused, text).hint("--replace signs it anew"));
    }
    sign::sign(object.value(), key).map_err(|error| Error::of(Kind::Invalid, &error))
}

/// What is never signed: facts, which are the same whoever says them, definitions, whose ids follow
/// from their content or are constant, and what is compiled in.
pub(super) fn is_exempt(object: &Object) -> bool {
    node::is_builtin(object.id())
        || matches!(object.class(), Class::Observable | Class::Marking | Class::Extension)
}

/// The id of a bundle; `None` for what is none.
fn bundle_id(bytes: &[u8]) -> Option<Id> {
    #[derive(serde::Deserialize)]
    struct Bundle {
        r#type: String,
        id: Id,
    }
    serde_json::from_slice(bytes)
        .ok()
        .filter(|bundle: &Bundle| bundle.r#type == "bundle")
        .map(|bundle| bundle.id)
}
