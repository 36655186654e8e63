//! `entente validate`

use serde::Serialize;

use super::files;
use crate::cli::Validate;
use crate::error::{Error, Kind, Result};
use crate::output::Output;

#[derive(Serialize)]
struct Finding {
    file: String,
    problem: String,
}

pub(crate) fn run(args: &Validate, out: Output) -> Result<()> {
    let mut findings = Vec::new();
    let mut sound = 0;
    for file in &args.files {
        let name = file.display().to_string();
        let mut finding = |error: &stix::Error| {
            findings.push(Finding { file: name.clone(), problem: error.to_string() });
        };
        match files::objects(files::read(file)?) {
            Ok(objects) => {
                for object in objects {
                    match object {
                        Ok(_) => sound += 1,
                        Err(error) => finding(&error),
                    }
                }
            }
            Err(error) => finding(&error),
        }
    }
    out.list(
        &findings,
        ["file", "problem"],
        |found| [found.file.clone(), found.problem.clone()],
        "",
    )?;
    eprintln!("{sound} objects are valid, {} problems", findings.len());
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::new(Kind::Invalid, "not all of it is valid STIX 2.1"))
    }
}
