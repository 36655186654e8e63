//! Three real nodes in three networks, with lines that go down, are slow, late and cut; and
//! SIGKILL at random.
//!
//! People release reports all the while, by the command line, and note which were acknowledged.
//! Servers are killed and started again, commands are killed in the midst of a release. In the end,
//! when the lines are up and all have caught up, each acknowledged report is at each node, once, in
//! its objects and in what search finds; and what was not acknowledged is everywhere or nowhere.

mod net;
pub mod proxy;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::chance::Chance;
use net::{NODES, Net, lines};

const CODES: [&str; NODES] = ["XA", "XB", "XC"];
/// How long all may take to catch up when the weather has passed.
const PATIENCE: Duration = Duration::from_mins(5);

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Whether the nodes were in network namespaces, and whether the kernel limited the rate.
    pub apart: (bool, bool),
    /// Releases that were acknowledged.
    pub acknowledged: usize,
    /// Releases whose command was killed, or failed.
    pub open: usize,
    /// Of those, the ones that are there all the same.
    pub kept: usize,
    /// Servers killed.
    pub killed: usize,
    /// Times that a line went down.
    pub cuts: usize,
}

struct Node {
    dir: PathBuf,
    identity: String,
    serving: Option<Child>,
}

struct Chaos {
    program: PathBuf,
    net: Net,
    nodes: Vec<Node>,
    chance: Chance,
    work: tempfile::TempDir,
    /// Each report's number and owner, and whether its release was acknowledged.
    reports: BTreeMap<usize, (usize, bool)>,
    releasing: Vec<(usize, Child)>,
    down: BTreeSet<(usize, usize)>,
    told: Told,
}

/// Lets three nodes of `program` live through `lasts` of it.
///
/// # Errors
/// With what was lost or came twice; or why it could not be tried.
#[expect(clippy::disallowed_methods, reason = "how long the weather lasts is real time")]
pub fn run(program: &Path, lasts: Duration, seed: u64) -> Result<Told> {
    let program = program.canonicalize().context("the program is not there")?;
    let mut chaos = Chaos {
        program,
        net: Net::make()?,
        nodes: Vec::new(),
        chance: Chance::of(seed),
        work: tempfile::tempdir()?,
        reports: BTreeMap::new(),
        releasing: Vec::new(),
        down: BTreeSet::new(),
        told: Told::default(),
    };
    chaos.told.apart = (chaos.net.is_apart(), chaos.net.is_limited);
    chaos.net.string(seed)?;
    chaos.begin()?;
    let begun = Instant::now();
    while begun.elapsed() < lasts {
        chaos.happen()?;
        let pause = chaos.chance.within(20, 600).unsigned_abs();
        std::thread::sleep(Duration::from_millis(pause));
    }
    chaos.settle()?;
    let begun = Instant::now();
    loop {
        match chaos.missing()? {
            None => return Ok(chaos.told.clone()),
            Some(missing) if begun.elapsed() > PATIENCE => bail!("seed {seed}: {missing}"),
            Some(_) => std::thread::sleep(Duration::from_secs(1)),
        }
    }
}

impl Chaos {
    fn command(&self, n: usize) -> Result<Command> {
        let node = self.nodes.get(n).context("there is such a node")?;
        let mut command = self.net.command(n, &self.program);
        command.arg("--dir").arg(&node.dir).stdin(Stdio::null());
        Ok(command)
    }

    fn output(&self, n: usize, args: &[&str]) -> Result<Output> {
        Ok(self.command(n)?.args(args).output()?)
    }

    fn said(&self, n: usize, args: &[&str]) -> Result<String> {
        let output = self.output(n, args)?;
        let err = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{} {args:?}: {err}", code(n));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Makes the nodes and introduces them to each other.
    fn begin(&mut self) -> Result<()> {
        for n in 0..NODES {
            let dir = self.work.path().join(code(n));
            let identity = format!("identity--00000000-0000-4000-8000-{n:012}");
            self.nodes.push(Node { dir, identity: identity.clone(), serving: None });
            let name = ["init", "--name", code(n), "--code", code(n), "--state-name", code(n)];
            let who = ["--state-id", &identity, "--four-eyes", "never"];
            self.said(n, &[&name[..], &who].concat())?;
        }
        for host in 0..NODES {
            for guest in (0..NODES).filter(|guest| *guest != host) {
                let file = self.work.path().join("invitation.json");
                let file = file.to_str().context("a plain path")?;
                let url = format!("http://{}", self.net.reach(guest, host));
                let identity = self.nodes.get(guest).map(|node| node.identity.clone());
                let whom = ["--name", code(guest), "--code", code(guest), "--url", &url];
                let identity = identity.unwrap_or_default();
                let id = ["--state-name", code(guest), "--state-id", &identity, "-o", file];
                self.said(host, &[&["peer", "invite"], &whom[..], &id].concat())?;
                let status: Value = serde_json::from_str(&self.said(host, &["--json", "status"])?)?;
                let fingerprint = status["fingerprint"].as_str().context("it has a key")?;
                let add = ["peer", "add", file, "--allow-private", "--fingerprint", fingerprint];
                self.said(guest, &add)?;
                std::fs::remove_file(file)?;
            }
        }
        (0..NODES).try_for_each(|n| self.serve(n))
    }

    fn serve(&mut self, n: usize) -> Result<()> {
        let listen = format!("http://{}", self.net.listen(n));
        let mut command = self.command(n)?;
        command.args(["serve", "--listen", &listen]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        if let Some(node) = self.nodes.get_mut(n) {
            node.serving = Some(child);
        }
        Ok(())
    }

    /// One thing that may happen.
    fn happen(&mut self) -> Result<()> {
        self.reap()?;
        let n = self.chance.below(NODES);
        match self.chance.below(20) {
            0..=9 if self.releasing.len() < 4 => self.release(n)?,
            10 => {
                if let Some((_, child)) = self.releasing.first_mut() {
                    child.kill()?;
                }
            }
            11..=14 => self.kill_or_start(n)?,
            15..=18 => {
                let all: Vec<_> = lines().collect();
                let line = self.chance.pick(&all).copied().unwrap_or_default();
                let is_up = self.down.remove(&line);
                if !is_up {
                    self.down.insert(line);
                    self.told.cuts += 1;
                }
                self.net.set_line(line.0, line.1, is_up)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn kill_or_start(&mut self, n: usize) -> Result<()> {
        let serving = self.nodes.get_mut(n).and_then(|node| node.serving.take());
        match serving {
            Some(mut child) => {
                child.kill()?;
                child.wait()?;
                self.told.killed += 1;
                Ok(())
            }
            None => self.serve(n),
        }
    }

    /// Somebody releases a report, for everybody.
    fn release(&mut self, n: usize) -> Result<()> {
        let number = self.reports.len();
        let owner = self.nodes.get(n).map(|node| node.identity.clone()).unwrap_or_default();
        let at = "2026-07-01T00:00:00.000Z";
        let object = json!({
            "type": "incident", "spec_version": "2.1", "id": report(number),
            "created": at, "modified": at, "created_by_ref": owner, "name": name(number),
            "object_marking_refs": [stix::marking::Tlp::Clear.definition_id()],
        });
        let file = self.work.path().join(format!("{number}.json"));
        std::fs::write(&file, object.to_string())?;
        let mut command = self.command(n)?;
        command.args(["import", "--adopt"]).arg(file);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        self.reports.insert(number, (n, false));
        self.releasing.push((number, child));
        Ok(())
    }

    /// Notes which releases have been acknowledged.
    fn reap(&mut self) -> Result<()> {
        for (number, child) in &mut self.releasing {
            if child.try_wait()?.is_some_and(|status| status.success())
                && let Some((_, acknowledged)) = self.reports.get_mut(number)
            {
                *acknowledged = true;
            }
        }
        let mut going = Vec::new();
        for (number, mut child) in self.releasing.drain(..) {
            if child.try_wait()?.is_none() {
                going.push((number, child));
            }
        }
        self.releasing = going;
        Ok(())
    }

    /// The weather passes.
    fn settle(&mut self) -> Result<()> {
        while !self.releasing.is_empty() {
            self.reap()?;
            std::thread::sleep(Duration::from_millis(50));
        }
        for (a, b) in std::mem::take(&mut self.down) {
            self.net.set_line(a, b, true)?;
        }
        for n in 0..NODES {
            let is_up = match self.nodes.get_mut(n).and_then(|node| node.serving.as_mut()) {
                Some(child) => child.try_wait()?.is_none(),
                None => false,
            };
            if !is_up {
                self.serve(n)?;
            }
        }
        self.told.acknowledged = self.reports.values().filter(|(_, done)| *done).count();
        self.told.open = self.reports.len() - self.told.acknowledged;
        Ok(())
    }

    /// What is not yet as it must be. What is there twice never will be.
    fn missing(&mut self) -> Result<Option<String>> {
        let mut at_home = BTreeSet::new();
        let mut held = Vec::new();
        for n in 0..NODES {
            held.push(self.exported(n)?);
        }
        for (number, (owner, acknowledged)) in &self.reports {
            let is_there = held.get(*owner).is_some_and(|there| there.contains(&report(*number)));
            if *acknowledged && !is_there {
                bail!("report {number} was acknowledged by {} and is lost", code(*owner));
            }
            if is_there {
                at_home.insert(*number);
            }
        }
        let wanted: BTreeSet<_> = at_home.iter().map(|number| report(*number)).collect();
        for (n, there) in held.iter().enumerate() {
            if let Some(id) = wanted.difference(there).next() {
                return Ok(Some(format!("{} does not have {id}", code(n))));
            }
            if let Some(id) = there.difference(&wanted).next() {
                bail!("{} has {id}, which its owner does not have", code(n));
            }
        }
        for n in 0..NODES {
            for number in &at_home {
                let found =
                    self.said(n, &["--json", "search", &format!("\"{}\"", name(*number))])?;
                match found.lines().count() {
                    1 => {}
                    0 => return Ok(Some(format!("{} does not find {}", code(n), name(*number)))),
                    many => bail!("{} finds {} {many} times", code(n), name(*number)),
                }
            }
        }
        self.told.kept = at_home.len() - self.told.acknowledged;
        Ok(None)
    }

    /// The reports that a node holds. Fails if one is there twice, as an object or as a version.
    fn exported(&self, n: usize) -> Result<BTreeSet<String>> {
        let bundle: Value = serde_json::from_str(&self.said(n, &["export"])?)?;
        let objects = bundle["objects"].as_array().cloned().unwrap_or_default();
        let mut found = BTreeSet::new();
        for object in objects.iter().filter(|object| object["type"] == "incident") {
            let id = object["id"].as_str().unwrap_or_default().to_owned();
            ensure!(found.insert(id.clone()), "{} has {id} twice", code(n));
        }
        Ok(found)
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        let serving = self.nodes.iter_mut().filter_map(|node| node.serving.take());
        for mut child in serving.chain(self.releasing.drain(..).map(|(_, child)| child)) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn code(n: usize) -> &'static str {
    CODES.get(n).copied().unwrap_or_default()
}

fn report(number: usize) -> String {
    format!("incident--00000000-0000-4000-8000-{number:012}")
}

/// One word, so that search tells one from another.
fn name(number: usize) -> String {
    format!("report{number:05}")
}
