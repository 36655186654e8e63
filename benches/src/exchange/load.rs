//! Two hundred clients at once, and somebody who writes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::filled::Filled;
use super::posts::Writer;
use super::{Served, Size, collection};
use crate::measure::{median, now, quantile};
use crate::report::{Bar, Report};

const CLIENTS: usize = 200;

/// Every client asks for page after page of 100 and begins anew at the end; none waits in between.
pub(super) fn run(node: &Filled, size: Size, report: &mut Report) -> Result<()> {
    let (served, _) = Served::start(node, None, None)?;
    let target = served.of(&node.all);
    let objects = format!("{}objects/", collection(&mut target.connect()?, true, false)?);
    let writer = Writer::start(node, &served, "load", Duration::from_millis(50), 20)?;
    let over = AtomicBool::new(false);
    let start = now();
    let (times, failed) = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| scope.spawn(|| client(&target, &objects, &over))).collect();
        std::thread::sleep(size.seconds(120));
        over.store(true, Ordering::Relaxed);
        let (mut times, mut failed) = (Vec::new(), 0);
        for client in clients {
            match client.join().map_err(|_| anyhow!("a client failed"))? {
                Ok(more) => times.extend(more),
                Err(error) => {
                    println!("a client of the load failed: {error:#}");
                    failed += 1;
                }
            }
        }
        anyhow::Ok((times, failed))
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let written = writer.stop()?;
    let name = size.name();
    let what = |what: &str| format!("{name} objects: {CLIENTS} clients for two minutes, {what}");
    report.row(&what("errors"), f64::from(failed), "", Bar::Most(0.0));
    let requests = times.len() as f64 / seconds;
    report.row(&what("pages of 100"), requests, "requests/s", Bar::None);
    report.row(&what("envelopes of 20 handed in"), written as f64, "", Bar::None);
    report.row(&what("p50"), median(times.clone()), "ms", Bar::None);
    report.row(&what("p99"), quantile(times, 0.99), "ms", Bar::Most(50.0));
    report.row(&what("memory of the node then"), served.server.memory()?, "MiB", Bar::None);
    Ok(())
}

/// Milliseconds of each request of one client.
fn client(target: &super::Target, objects: &str, over: &AtomicBool) -> Result<Vec<f64>> {
    let mut connection = target.connect()?;
    let (mut times, mut at) = (Vec::new(), String::new());
    while !over.load(Ordering::Relaxed) {
        let path = format!("{objects}?limit=100{at}");
        let start = now();
        let page = connection.get(&path)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        at = page.next().map(|next| format!("&next={next}")).unwrap_or_default();
    }
    Ok(times)
}
