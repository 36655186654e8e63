//! `entente validate`

use serde::Serialize;

use super::files;
use crate::cli::Validate;
use crate::error::{Error, Kind, Result};
use crate::output::{Output, bar};

#[derive(Serialize)]
struct Finding {
    file: String,
    problem: String,
}

pub(crate) fn run(args: &Validate, out: Output) -> Result<()> {
    let mut findings = Vec::new();
    let mut looked_at = 0;
    for file in &args.files {
        let name = file.display().to_string();
        let mut finding = |error: &stix::Error| {
            findings.push(Finding { file: name.clone(), problem: error.to_string() });
        };
        match files::objects(files::read(file)?) {
            Ok(objects) => {
                looked_at += objects.len();
                let bar = bar(objects.len() as u64, &name);
                for object in bar.wrap_iter(objects.into_iter()) {
                    if let Err(error) = object {
                        finding(&error);
                    }
                }
                bar.finish_and_clear();
            }
            Err(error) => {
                looked_at += 1;
                finding(&error);
            }
        }
    }
    out.list(
        &findings,
        ["file", "problem"],
        |found| [found.file.clone(), found.problem.clone()],
        "",
    )?;
    eprintln!("{} in {}", count(findings.len(), "problem"), count(looked_at, "object"));
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::new(Kind::Invalid, "not all of it is valid STIX 2.1"))
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
