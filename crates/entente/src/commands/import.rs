//! `entente import`

use std::path::Path;

use convert::lift;
use serde::Serialize;

use super::files;
use super::losses::Losses;
use crate::cli::Import;
use crate::error::{Error, Kind, Result};
use crate::home;
use crate::output::{Output, bar};

/// Objects that share a commit.
const BATCH: usize = 1_000;

#[derive(Default, Serialize)]
struct Report {
    file: String,
    admitted: usize,
    known: usize,
    refused: usize,
    /// How many of them were STIX 2.0.
    lifted: usize,
}

pub(crate) fn run(dir: &Path, args: &Import, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    let by = args.user.as_deref().unwrap_or("command line");
    let mut losses = Losses::open(args.report.as_deref(), out.json)?;
    let mut is_lifted = false;
    let mut reports = Vec::new();
    for file in &args.files {
        let name = file.display().to_string();
        // A node holds STIX 2.1; what comes over TAXII is kept as it comes.
        let lifted = lift::read(&files::read(file)?).map_err(|error| {
            Error::of(Kind::Invalid, &error).hint(format!("nothing of {name} was imported"))
        })?;
        losses.add((args.files.len() > 1).then_some(&name), &lifted.report)?;
        is_lifted |= !lifted.report.is_empty();
        let mut report = Report {
            file: name.clone(),
            lifted: lifted.lifted,
            refused: lifted.refused,
            ..Report::default()
        };
        let sound = lifted.objects;
        let bar = bar(sound.len() as u64, &name);
        let mut sound = sound.into_iter().peekable();
        while sound.peek().is_some() {
            let batch: Vec<_> = sound.by_ref().take(BATCH).collect();
            let size = batch.len();
            let tally = node.import(batch, args.adopt, by)?;
            report.admitted += tally.admitted;
            report.known += tally.known;
            report.refused += tally.refused;
            bar.inc(size as u64);
        }
        bar.finish_and_clear();
        reports.push(report);
    }
    if is_lifted {
        losses.finish()?;
    }
    let refused: usize = reports.iter().map(|report| report.refused).sum();
    let row = |report: &Report| {
        [
            report.admitted.to_string(),
            report.known.to_string(),
            report.refused.to_string(),
            report.file.clone(),
        ]
    };
    out.list(&reports, ["admitted", "known", "kept aside", "file"], row, "")?;
    if refused > 0 {
        let hint = "unsigned objects of this node’s own state come in with --adopt; the others wait for the administrator";
        return Err(
            Error::new(Kind::Invalid, format!("{refused} objects were not admitted")).hint(hint)
        );
    }
    Ok(())
}
