//! Handing objects in, durably: each answer says that they are on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde_json::Value;
use stix::marking::Tlp;

use super::filled::{Filled, object};
use super::http::Target;
use super::{Served, Size, collection};
use crate::measure::{median, now};
use crate::report::{Bar, Report};

/// Connections that hand in at the same time.
const AT_ONCE: usize = 8;

/// An envelope of objects that the node has not met. With the owner's key they are signed.
fn envelope(
    node: &Filled,
    series: &str,
    first: usize,
    count: usize,
    signed: bool,
) -> Result<Vec<u8>> {
    let mut body = b"{\"objects\":[".to_vec();
    for number in first..first + count {
        if number > first {
            body.push(b',');
        }
        if signed {
            let object = object(number, series, &node.owner, &[Tlp::Green.definition_id()])?;
            body.extend_from_slice(stix::sign::sign(object, &node.key)?.bytes());
        } else {
            let object = object(number, series, &node.owner, &[])?;
            body.extend_from_slice(Value::Object(object).to_string().as_bytes());
        }
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}

pub(super) fn run(node: &Filled, size: Size, report: &mut Report) -> Result<()> {
    let name = size.name();
    let (served, _) = Served::start(node, None, None)?;
    let target = served.of(&node.all);
    let mut connection = target.connect()?;
    let workspace = format!("{}objects/", collection(&mut connection, true, true)?);
    let inbox = format!("{}objects/", collection(&mut connection, false, true)?);
    for (what, path, signed, count, envelopes, bar) in [
        ("unsigned, envelopes of 100", &workspace, false, 100, 320, 15_000.0),
        ("unsigned, envelopes of 1,000", &workspace, false, 1_000, 48, 20_000.0),
        ("signed, envelopes of 1,000", &inbox, true, 1_000, 32, 12_000.0),
    ] {
        let mut rates = Vec::new();
        for round in 0..size.of(5) {
            let series = format!("{what} {round}");
            let bodies = (0..envelopes)
                .map(|at| envelope(node, &series, at * count, count, signed))
                .collect::<Result<Vec<_>>>()?;
            let seconds = hand_in(&target, path, &bodies)?;
            rates.push((envelopes * count) as f64 / seconds);
        }
        let what = format!("{name} objects held: POST {what}, both cores");
        report.row(&what, median(rates), "objects/s", Bar::Least(bar));
    }
    let what = format!("{name} objects held: memory of the node after these writes");
    report.row(&what, served.server.memory()?, "MiB", Bar::None);
    Ok(())
}

/// Seconds until all is acknowledged.
fn hand_in(target: &Target, path: &str, bodies: &[Vec<u8>]) -> Result<f64> {
    let next = AtomicUsize::new(0);
    let start = now();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let mut connection = target.connect()?;
                    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                        connection.post(path, body)?;
                    }
                    Ok(())
                })
            })
            .collect();
        clients
            .into_iter()
            .try_for_each(|client| client.join().map_err(|_| anyhow!("a client failed"))?)
    })?;
    Ok(start.elapsed().as_secs_f64())
}

/// Hands in small signed envelopes, one after the other, until it is stopped.
pub(super) struct Writer {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Result<usize>>,
}

impl Writer {
    pub(super) fn start(
        node: &Filled,
        served: &Served,
        series: &str,
        pause: Duration,
        count: usize,
    ) -> Result<Self> {
        const BODIES: usize = 200;
        let target = served.of(&node.all);
        let path = format!("{}objects/", collection(&mut target.connect()?, false, true)?);
        let bodies = (0..BODIES)
            .map(|at| envelope(node, series, at * count, count, true))
            .collect::<Result<Vec<_>>>()?;
        let over = Arc::new(AtomicBool::new(false));
        let told = over.clone();
        let thread = std::thread::spawn(move || {
            let mut connection = target.connect()?;
            let mut written = 0;
            // After the last one begins anew: the node looks up that it has them.
            for body in bodies.iter().cycle() {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                connection.post(&path, body)?;
                written += 1;
                std::thread::sleep(pause);
            }
            Ok(written)
        });
        Ok(Self { over, thread })
    }

    /// How many envelopes it handed in.
    pub(super) fn stop(self) -> Result<usize> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the writer failed"))?
    }
}
