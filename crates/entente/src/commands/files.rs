//! Reading files of STIX: bundles or single objects.

use std::fs;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use indicatif::ProgressBar;
use stix::Object;
use stix::stream::{Part, Piece, Splitter};

use crate::error::{Context, Result};
use crate::output::bar;

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

/// A file, or standard input for `-`, and the bar of how far it is read.
pub(crate) fn open(path: &Path) -> Result<(Box<dyn Read>, ProgressBar)> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(std::io::stdin().lock()), ProgressBar::hidden()));
    }
    let file = fs::File::open(path).context(format!("cannot read {}", path.display()))?;
    let size = file.metadata().map_or(0, |data| data.len());
    let bar = if size > 0 { bar(size, &path.display().to_string()) } else { ProgressBar::hidden() };
    Ok((Box::new(file), bar))
}

/// Hands on each object of a file of any size (bundles, arrays, JSON Lines), with the line on which
/// it starts; what is none, with the reason.
pub(crate) fn each(
    path: &Path,
    mut see: impl FnMut(u64, Result<Object, String>) -> Result<()>,
) -> Result<()> {
    const CHUNK: usize = 1 << 20;
    let (mut source, bar) = open(path)?;
    let mut seen = Ok(());
    let mut take = |piece: Piece<'_>| {
        let object = match piece.part {
            Part::Object(bytes) => Object::parse(bytes.to_vec()).map_err(|error| error.to_string()),
            Part::TooLong(bytes) => Err(format!("{bytes} bytes are more than an object has")),
            Part::Broken(problem) => Err(problem.to_owned()),
            Part::Bundle(..) => return,
        };
        if seen.is_ok() {
            seen = see(piece.line, object);
        }
    };
    let mut splitter = Splitter::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = source.read(&mut chunk).context(format!("cannot read {}", path.display()))?;
        if count == 0 {
            splitter.end(&mut take);
            break;
        }
        splitter.push(chunk.get(..count).unwrap_or_default(), &mut take);
        bar.inc(count as u64);
    }
    bar.finish_and_clear();
    seen
}
