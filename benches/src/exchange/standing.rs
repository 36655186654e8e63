//! What a node takes without being asked anything: its files, its start, its memory.

use std::time::Duration;

use anyhow::Result;

use super::filled::Filled;
use super::{Served, Size};
use crate::measure::median;
use crate::report::{Bar, Report};

pub(super) fn database(node: &Filled, size: Size, report: &mut Report) {
    let name = size.name();
    let json = node.json as f64;
    let what = format!("{name} objects: their JSON");
    report.row(&what, json / 1e6, "MB", Bar::None);
    let what = format!("{name} objects: database against the JSON");
    report.row(&what, node.database as f64 / json, "times", Bar::Most(1.5));
    let what = format!("{name} objects: database with lists and search against the JSON");
    let all = (node.database + node.projections) as f64;
    report.row(&what, all / json, "times", Bar::Most(1.8));
}

pub(super) fn start(node: &Filled, size: Size, report: &mut Report) -> Result<()> {
    let (mut times, mut memory) = (vec![], vec![]);
    for _ in 0..size.of(7) {
        let (served, took) = Served::start(node, None, None)?;
        times.push(took.as_secs_f64());
        std::thread::sleep(Duration::from_millis(500));
        memory.push(served.server.memory()?);
    }
    let what = format!("{} objects: start of the node until it answers", size.name());
    report.row(&what, median(times), "s", Bar::Most(0.2));
    let what = format!("{} objects: its memory then", size.name());
    report.row(&what, median(memory), "MiB", Bar::Most(80.0));
    Ok(())
}
