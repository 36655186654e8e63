//! What a conversion changed, kept in a form of its own, or lost: to standard error, or to a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use convert::{Fate, Loss, Report};
use serde::Serialize;
use web::foreign;

use crate::error::{Context, Error, Result};

/// Where losses are told: each on a line of its own in the report's file, or for programs; for
/// people what many places have in common, once.
pub(crate) struct Losses {
    file: Option<(PathBuf, BufWriter<File>)>,
    json: bool,
    alike: BTreeMap<(Fate, String, String), (u64, String)>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(flatten)]
    loss: &'a Loss,
}

impl Losses {
    /// To this file, else to standard error.
    pub(crate) fn open(path: Option<&Path>, json: bool) -> Result<Self> {
        let file = path.map(|path| {
            let file = File::create(path).context(format!("cannot write {}", path.display()))?;
            Ok::<_, Error>((path.to_owned(), BufWriter::new(file)))
        });
        Ok(Self { file: file.transpose()?, json, alike: BTreeMap::new() })
    }

    /// Tells of one report; `file` where there are several.
    pub(crate) fn add(&mut self, file: Option<&str>, report: &Report) -> Result<()> {
        for loss in report.losses() {
            let line = || -> Result<String> {
                if self.json {
                    return Ok(serde_json::to_string(&Line { file, loss })?);
                }
                Ok(foreign(
                    &file.map_or_else(|| loss.to_string(), |file| format!("{file}: {loss}")),
                ))
            };
            if let Some((_, out)) = &mut self.file {
                writeln!(out, "{}", line()?)?;
            } else if self.json {
                eprintln!("{}", line()?);
            }
            let place = file.map_or_else(
                || loss.pointer.to_string(),
                |file| format!("{file} {}", loss.pointer),
            );
            let key = (loss.fate, loss.what.to_string(), loss.why.to_string());
            self.alike.entry(key).or_insert_with(|| (0, place)).0 += 1;
        }
        Ok(())
    }

    /// Tells what was gathered.
    pub(crate) fn finish(mut self) -> Result<()> {
        if let Some((path, out)) = &mut self.file {
            out.flush().context(format!("cannot write {}", path.display()))?;
        } else if !self.json {
            for ((fate, what, why), (count, first)) in &self.alike {
                let word = word(*fate);
                let places = if *count == 1 {
                    first.clone()
                } else {
                    format!("{count} places, first {first}")
                };
                eprintln!("{}", foreign(&format!("{word} {what} ({places}): {why}")));
            }
        }
        if !self.json {
            let total = |fate: Fate| -> u64 {
                let held = self.alike.iter().filter(|((held, ..), _)| *held == fate);
                held.map(|(_, (count, _))| count).sum()
            };
            let (changed, kept, lost) =
                (total(Fate::Changed), total(Fate::Kept), total(Fate::Lost));
            eprintln!("{changed} changed, {kept} kept for the way back, {lost} lost");
        }
        Ok(())
    }
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Changed => "changed",
        Fate::Kept => "kept",
        Fate::Lost => "lost",
    }
}
