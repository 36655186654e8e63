//! Side-by-side benchmarks: `cargo xtask bench`.
//!
//! Every figure stands beside a peer's from the same run on the same machine: a bare SQLite bulk
//! insert, nginx serving the same bytes. Results are kept by date in benches/results.

mod catchup;
mod convert;
mod exchange;
mod import;
mod made;
mod measure;
mod patterns;
mod reading;
mod report;
mod served;
mod serving;
mod validation;

use std::path::Path;

use anyhow::{Context, Result};

use report::Report;

fn main() -> Result<()> {
    let only = std::env::args().nth(1).unwrap_or_default();
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has a folder")?;
    // Beside the build, so that the disk is the project's and not one in memory.
    let place = tempfile::Builder::new().prefix("bench-").tempdir_in(root.join("target"))?;
    let mut report = Report::start()?;
    if "import".contains(&only) {
        import::run(place.path(), &mut report)?;
    }
    if "reading".contains(&only) {
        reading::run(place.path(), &mut report)?;
    }
    if "paging".contains(&only) {
        reading::paging(place.path(), &mut report)?;
    }
    if "serving".contains(&only) {
        serving::run(root, place.path(), &mut report)?;
    }
    if "validation".contains(&only) {
        validation::run(root, place.path(), &mut report)?;
    }
    if "patterns".contains(&only) {
        patterns::run(root, &mut report)?;
    }
    if "catchup".contains(&only) {
        catchup::run(root, place.path(), &mut report)?;
    }
    if "convert".contains(&only) {
        convert::run(root, place.path(), &mut report)?;
    }
    if "exchange".contains(&only) {
        exchange::run(root, place.path(), &mut report)?;
    }
    let results = root.join("benches/results");
    match only.as_str() {
        _ if exchange::is_quick() => report.finish(&results, None),
        "" => report.finish(&results, Some("")),
        "exchange" => report.finish(&results, Some("-exchange")),
        _ => report.finish(&results, None),
    }
}
