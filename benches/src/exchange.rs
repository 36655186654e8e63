//! The exchange: TAXII 2.1 of a node that holds 100,000 and 1,000,000 objects, read and written by
//! who sees all of it and by who sees one object in a hundred; beside nginx and other servers.
//!
//! The node is the program as it is served, over TLS unless said otherwise. For reads it has one
//! core and the client the other; for writes and for the load both share both. No answer is kept
//! whole anywhere: every page is put together from the database anew.
//!
//! `EXCHANGE_QUICK=1` measures a tenth, for development; its results are written nowhere.

mod filled;
mod hostile;
mod http;
mod load;
mod peers;
mod posts;
mod reads;
mod standing;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::report::{Bar, Report};
use crate::served::{Certificate, Server, free_port};
use filled::{Filled, Login};
use http::{Connection, Target};

/// The cores that the server and the client have to themselves.
const SERVER: usize = 0;
const CLIENT: usize = 1;

/// How much is measured.
#[derive(Clone, Copy)]
struct Size {
    objects: usize,
    /// Quick looks for development take less of everything.
    quick: bool,
}

impl Size {
    /// As it stands in the table.
    fn name(self) -> String {
        let digits = self.objects.to_string();
        let mut name = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                name.push(',');
            }
            name.push(digit);
        }
        name
    }

    fn of(self, rounds: usize) -> usize {
        if self.quick { rounds.div_ceil(5) } else { rounds }
    }

    fn seconds(self, seconds: u64) -> Duration {
        Duration::from_secs(if self.quick { seconds.div_ceil(10) } else { seconds })
    }
}

/// Whether this run is a quick look.
pub(crate) fn is_quick() -> bool {
    std::env::var_os("EXCHANGE_QUICK").is_some()
}

/// What was measured of one node, for comparing.
type Figures = BTreeMap<&'static str, f64>;

pub(crate) fn run(root: &Path, place: &Path, report: &mut Report) -> Result<()> {
    ensure!(std::thread::available_parallelism()?.get() > CLIENT, "two cores are needed");
    let quick = is_quick();
    let certificate = Certificate::make(place)?;
    let sizes = if quick { [10_000, 100_000] } else { [100_000, 1_000_000] };
    let mut before: Option<Figures> = None;
    for objects in sizes {
        let size = Size { objects, quick };
        let node = filled::node(root, place, size)?;
        standing::database(&node, size, report);
        standing::start(&node, size, report)?;
        let figures = reads::run(&node, place, &certificate, size, report)?;
        if let Some(before) = &before {
            compare(before, &figures, report);
        }
        attempt("writes", report, |report| posts::run(&node, size, report));
        if before.is_none() {
            attempt("load", report, |report| load::run(&node, size, report));
            attempt("hostile", report, |report| hostile::run(&node, size, report));
        }
        before = Some(figures);
        std::fs::remove_dir_all(&node.dir)?;
    }
    attempt("peers", report, |report| peers::run(root, place, quick, report));
    Ok(())
}

/// Measures a part; that it failed is a result, too, and spoils no other.
fn attempt(what: &str, report: &mut Report, part: impl FnOnce(&mut Report) -> Result<()>) {
    if let Err(error) = part(report) {
        println!("{what}: {error:?}");
        report.row(&format!("{what}: failed ({error})"), 1.0, "", Bar::Most(0.0));
    }
}

/// What ten times as many objects make of the same read.
fn compare(before: &Figures, after: &Figures, report: &mut Report) {
    for (what, after) in after {
        if let Some(before) = before.get(what) {
            let what = format!("{what}: ten times the objects against before");
            report.row(&what, after / before, "times", Bar::Most(1.3));
        }
    }
}

/// A node that is being served.
struct Served {
    server: Server,
    target: Target,
}

impl Served {
    /// Over TLS if there is a certificate; on one core if one is named.
    fn start(
        node: &Filled,
        certificate: Option<&Certificate>,
        core: Option<usize>,
    ) -> Result<(Self, Duration)> {
        let port = free_port()?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let listen = format!("{scheme}://127.0.0.1:{port}");
        let (server, took) = node.entente.serve_on(core, &listen, certificate)?;
        let target = match certificate {
            Some(certificate) => Target::secured(port, &certificate.pem)?,
            None => Target::plain(port),
        };
        Ok((Self { server, target }, took))
    }

    fn of(&self, login: &Login) -> Target {
        self.target.of(&login.user, &login.password)
    }
}

/// The path of the first collection that fits, with a slash at the end.
fn collection(connection: &mut Connection, can_read: bool, can_write: bool) -> Result<String> {
    let discovery = connection.json("/taxii2/")?;
    let root = discovery["api_roots"][0].as_str().context("there is an API root")?.to_owned();
    let root = root.find("/taxii2").map_or(root.as_str(), |at| &root[at..]).to_owned();
    let list = connection.json(&format!("{root}collections/"))?;
    let collections = list["collections"].as_array().context("there are collections")?;
    let fits =
        |one: &&serde_json::Value| one["can_read"] == can_read && one["can_write"] == can_write;
    let id = collections.iter().find(fits).and_then(|one| one["id"].as_str());
    Ok(format!("{root}collections/{}/", id.context("no collection can be used so")?))
}

/// Does the work on a thread that has this core; what it starts has it, too.
fn pinned<T: Send>(core: usize, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let pinned = scope.spawn(|| {
            let mut cores = rustix::thread::CpuSet::new();
            cores.set(core);
            rustix::thread::sched_setaffinity(None, &cores)?;
            work()
        });
        pinned.join().map_err(|_| anyhow::anyhow!("a measuring thread failed"))?
    })
}
