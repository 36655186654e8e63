//! `cargo xtask tidy`: the promises of the architecture, checked.
//!
//! Each rule is a line of data in one of the modules below; each finding names the place, the rule
//! and what to do about it.

mod registered;
mod rooms;
mod routes;
mod size;
mod tree;
mod words;

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use tree::Tree;

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// 1-based; 0 for the file as a whole.
    line: usize,
    what: String,
    remedy: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}\n  hint: {}", self.what, self.remedy)
    }
}

type Check = fn(&Tree) -> Vec<Finding>;

const CHECKS: &[(&str, Check)] = &[
    ("rooms depend downwards only", rooms::check),
    ("names stay in their rooms", words::check),
    ("every file is registered", registered::check),
    ("modules are small", size::check),
    ("every route has a leak case", routes::check),
];

/// Reads the files of the repository and applies every check.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let mut broken = 0;
    for (name, check) in CHECKS {
        let mut findings = check(&tree);
        findings.sort();
        println!("   {} {name}", if findings.is_empty() { "ok  " } else { "FAIL" });
        for finding in &findings {
            println!("{finding}");
        }
        broken += findings.len();
    }
    if broken > 0 {
        bail!("{broken} places break the architecture's promises");
    }
    Ok(())
}
