//! Other TAXII 2.1 servers, from the Python Package Index, in the same run: OpenTAXII with as many
//! objects, medallion with as many as it can be asked for in a minute.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::filled::{self, PASSWORD};
use super::http::{Connection, Target};
use crate::made;
use crate::measure::{median, now};
use crate::report::{Bar, Report};
use crate::served::free_port;

/// Their server, ended when this is dropped.
struct Peer {
    child: Child,
    port: u16,
    collection: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Peer {
    fn start(root: &Path, place: &Path, name: &str, objects: usize) -> Result<Self> {
        let dir = place.join(name);
        std::fs::create_dir_all(&dir)?;
        let file = dir.join("objects");
        let mut lines = BufWriter::new(File::create(&file)?);
        let owner = made::state("Owner")?;
        for number in 0..objects {
            let object = filled::object(number, "peers", &owner, &[])?;
            writeln!(lines, "{}", Value::Object(object))?;
        }
        lines.flush()?;
        let port = free_port()?;
        let mut child = Command::new(root.join("e2e/.venv/bin/python"))
            .arg(root.join("benches/peers/taxii_servers.py"))
            .args([name, &port.to_string()])
            .args([&file, &dir])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run e2e/.venv/bin/python: `cargo xtask setup` installs it")?;
        let output = child.stdout.take().context("a pipe was asked for")?;
        let mut peer = Self { child, port, collection: String::new() };
        for line in BufReader::new(output).lines() {
            if let Some(collection) = line?.strip_prefix("listening ") {
                collection.clone_into(&mut peer.collection);
                return Ok(peer);
            }
        }
        bail!("{name} ended before it answered");
    }

    fn ask(&self, user: Option<&str>) -> Result<Connection> {
        let target = Target::plain(self.port);
        user.map_or_else(|| target.connect(), |user| target.of(user, PASSWORD).connect())
    }

    /// The middle of some requests, in milliseconds.
    fn p50(&self, user: Option<&str>, path: &str, rounds: usize) -> Result<f64> {
        let mut times = Vec::new();
        for _ in 0..rounds {
            // One connection each: not all of them keep it.
            let mut connection = self.ask(user)?;
            let start = now();
            let answer = connection.get(&format!("{}{path}", self.collection))?;
            ensure!(answer.body.len() > 100, "an empty page");
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok(median(times))
    }
}

pub(super) fn run(root: &Path, place: &Path, quick: bool, report: &mut Report) -> Result<()> {
    let (few, many, held) =
        if quick { (300, 10_000, "10,000") } else { (1_000, 100_000, "100,000") };
    println!("starting medallion …");
    let peer = Peer::start(root, place, "medallion", few)?;
    let row = |report: &mut Report, what: &str, p50| report.row(what, p50, "ms", Bar::None);
    let what = format!("medallion with {few} objects in memory");
    row(
        report,
        &format!("{what}: pages of 100, p50"),
        peer.p50(Some("analyst"), "objects/?limit=100", 3)?,
    );
    drop(peer);

    println!("filling OpenTAXII with {held} objects …");
    let peer = Peer::start(root, place, "opentaxii", many)?;
    let what = format!("OpenTAXII with {held} objects in SQLite");
    for (page, path) in [
        ("pages of 100", "objects/?limit=100"),
        ("pages of 1,000", "objects/?limit=1000"),
        ("manifest, pages of 100", "manifest/?limit=100"),
        ("match[type], pages of 100", "objects/?limit=100&match[type]=malware"),
    ] {
        row(report, &format!("{what}: {page}, p50"), peer.p50(Some("analyst"), path, 20)?);
        let what = format!("{what}: {page} without a login, p50");
        row(report, &what, peer.p50(None, path, 20)?);
    }
    for count in [100, 1_000] {
        let (rate, status) = peer.post(count, many)?;
        // OpenTAXII 0.9.3 stores them and then fails to write its answer.
        let what = format!("{what}: POST of {count}, answered with {status}");
        report.row(&what, rate, "objects/s", Bar::None);
    }
    Ok(())
}

impl Peer {
    /// Objects a second of three envelopes, and the status of the last answer.
    fn post(&self, count: usize, held: usize) -> Result<(f64, u16)> {
        let owner = made::state("Owner")?;
        let (mut seconds, mut status) = (Vec::new(), 0);
        for round in 0..3 {
            let first = held + (round + 3) * count;
            let objects = (first..first + count)
                .map(|number| filled::object(number, &format!("posted {count}"), &owner, &[]))
                .collect::<Result<Vec<_>>>()?;
            let body = serde_json::to_vec(&serde_json::json!({ "objects": objects }))?;
            let mut connection = self.ask(Some("analyst"))?;
            let start = now();
            let path = format!("{}objects/", self.collection);
            status = connection.hand_in(&path, &body)?.status;
            seconds.push(start.elapsed().as_secs_f64());
        }
        Ok((count as f64 / median(seconds), status))
    }
}
