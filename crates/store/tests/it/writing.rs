//! A process that writes and says so: this test program itself, started again by others.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use release::Holder;
use serde_json::Value;
use stix::marking::Tlp;
use stix::{Id, Object};
use store::{Admitted, Batch, CollectionKind, Options, Shelf, Store, SystemClock, SystemRandom};

use crate::made::*;

/// In which folder the child writes; unless it is set, the child's test does nothing.
const FOLDER: &str = "ENTENTE_TEST_WRITES_IN";
/// How many threads write at once.
const WRITERS: &str = "ENTENTE_TEST_WRITERS";
/// After how many batches each of them ends.
const BATCHES: &str = "ENTENTE_TEST_BATCHES";

pub(crate) fn open_to_write(dir: &Path) -> Store {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    Store::open(dir, Options { place: place(), clock, random, lists: lists(), readers: 2 }).unwrap()
}

/// The number of the last batch of each writer: written with the batch.
pub(crate) fn cursors(store: &Store) -> Shelf<usize> {
    store.shelf("cursor")
}

/// How many new campaigns a writer's batch brings.
pub(crate) fn fresh(writer: usize, number: usize) -> usize {
    1 + (number * 7 + writer) % 4
}

/// What a writer's batch adds, always the same.
pub(crate) fn batch(writer: usize, number: usize) -> Vec<Admitted> {
    let place = writer * 100_000 + number * 10;
    let fresh =
        (0..fresh(writer, number)).map(|at| owned(0, campaign(place + at, 1, &tlp(Tlp::Green))));
    let again = owned(0, campaign(shared(writer), number, &tlp(Tlp::Clear)));
    fresh.chain([again]).collect()
}

/// The campaign of which each batch of a writer brings a new version.
pub(crate) fn shared(writer: usize) -> usize {
    writer * 100_000 + 99_999
}

pub(crate) fn account_name(writer: usize) -> String {
    format!("tool-{writer}")
}

/// What a batch puts into the writer's workspace, to be withdrawn after the next one.
pub(crate) fn passing(writer: usize, number: usize) -> Id {
    id("tool", writer * 100_000 + number)
}

fn passing_object(writer: usize, number: usize) -> Admitted {
    let text = serde_json::json!({
        "type": "tool", "spec_version": "2.1", "id": passing(writer, number), "name": "passing",
        "created": moment(0), "modified": moment(0),
    });
    let object = Object::parse(Value::to_string(&text).into_bytes()).unwrap();
    Admitted::workspace(object, account_name(writer))
}

/// Starts a child that adds and recalls.
pub(crate) fn start_erasing(dir: &Path) -> Child {
    start(&[], dir, 0, 0)
}

/// Starts the child, perhaps by another program.
pub(crate) fn start(by: &[&str], dir: &Path, writers: usize, batches: usize) -> Child {
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let line: Vec<_> = by.iter().copied().chain([this]).collect();
    Command::new(line[0])
        .args(&line[1..])
        .args(["--exact", "writing::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir)
        .env(WRITERS, writers.to_string())
        .env(BATCHES, batches.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A word, the writer and the number of its batch.
type Line = (String, usize, usize);

/// A child, and what it said so far.
pub(crate) struct Told {
    child: Child,
    out: BufReader<ChildStdout>,
    lines: Vec<Line>,
}

impl Told {
    pub(crate) fn by(mut child: Child) -> Self {
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out, lines: Vec::new() }
    }

    /// Waits until the child has acknowledged so many things.
    pub(crate) fn wait(&mut self, acknowledged: usize) {
        while self.lines.len() < acknowledged && self.read() {}
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// All that the child acknowledged until it ended.
    pub(crate) fn all(mut self) -> Vec<Line> {
        while self.read() {}
        self.child.wait().unwrap();
        self.lines
    }

    /// Reads a line; one that was cut off says nothing.
    fn read(&mut self) -> bool {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        self.lines.extend(line.strip_suffix('\n').and_then(parse));
        !line.is_empty()
    }
}

fn parse(line: &str) -> Option<Line> {
    let mut words = line.split(' ');
    let word = words.next().filter(|word| ["stored", "withdrawn"].contains(word))?.to_owned();
    Some((word, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

#[test]
fn child() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<usize>().unwrap();
    let (writers, batches) = (number(WRITERS), number(BATCHES));
    let store = open_to_write(Path::new(&dir));
    if writers == 0 {
        return crate::recalled::erase(&store);
    }
    say("");
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let store = &store;
            scope.spawn(move || write(store, writer, batches));
        }
    });
}

fn write(store: &Store, writer: usize, batches: usize) {
    let cursors = cursors(store);
    let name = writer.to_string();
    let account = account_name(writer);
    let kind = CollectionKind::Workspace { account: account.clone() };
    let before = cursors.get(&name).unwrap().unwrap_or(0);
    for number in before + 1..=before + batches {
        let mut objects = batch(writer, number);
        // One writer only adds, so that nothing else is written between its acknowledgements.
        let withdraws = writer > 0;
        if withdraws {
            objects.push(passing_object(writer, number));
        }
        let records = vec![cursors.record(&name, &number).unwrap()];
        store.append(Batch { objects, records }).unwrap();
        say(&format!("stored {writer} {number}"));
        if withdraws {
            let workspace = store.collection(&kind).unwrap().key;
            let holder = Holder::Account(account.clone());
            store.withdraw(workspace, &holder, &passing(writer, number - 1)).unwrap();
            say(&format!("withdrawn {writer} {}", number - 1));
        }
    }
}

/// One write to standard output, past what the test harness keeps back.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}
