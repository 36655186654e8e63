//! What a conversion changed or could not carry over: to standard error, or to a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use convert::{Loss, Report};
use serde::Serialize;
use web::foreign;

use crate::error::{Context, Result};

/// Where the lines go.
pub(crate) struct Losses {
    file: Option<BufWriter<File>>,
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    loss: &'a Loss,
}

impl Losses {
    /// To this file as JSON Lines, else to standard error.
    pub(crate) fn to(path: Option<&Path>, json: bool) -> Result<Self> {
        let create = |path: &Path| {
            File::create(path)
                .map(BufWriter::new)
                .context(format!("cannot write {}", path.display()))
        };
        Ok(Self { file: path.map(create).transpose()?, json })
    }

    /// Tells what became of one file.
    pub(crate) fn tell(&mut self, file: &str, report: &Report) -> Result<()> {
        for loss in report.losses() {
            let line = Line { file, loss };
            match &mut self.file {
                Some(out) => {
                    serde_json::to_writer(&mut *out, &line)?;
                    writeln!(out)?;
                }
                None if self.json => eprintln!("{}", serde_json::to_string(&line)?),
                None => eprintln!("{}", foreign(&format!("{file}: {loss}"))),
            }
        }
        match &mut self.file {
            Some(out) => Ok(out.flush()?),
            None => Ok(()),
        }
    }
}
