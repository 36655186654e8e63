//! `entente validate`: files of any size, a few megabytes at a time, on all cores.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufWriter, Read, Write};
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use stix::Id;
use stix::stream::{Part, Piece, Splitter};
use stix::validate::{self, Finding, Level, Options, Schemas};

use crate::cli::{Depth, Validate};
use crate::error::{Context, Error, Kind, Result};
use crate::output::Output;

/// So much is read before the cores share it out.
const BATCH: usize = 8 << 20;
/// Small, so that a batch of the tiniest objects, each with its findings, stays small too.
const CHUNK: usize = 1 << 16;

pub(crate) fn run(args: &Validate, out: Output) -> Result<()> {
    let mut schemas = Schemas::own();
    if let Some(dir) = &args.schemas {
        install(&mut schemas, dir)?;
    }
    let options = Options { should: args.level == Depth::Should, schemas: Some(&schemas) };
    let mut report = Report {
        options,
        json: out.json,
        names_files: args.files.len() > 1,
        limit: args.limit.unwrap_or(u64::MAX),
        printed: 0,
        out: BufWriter::new(std::io::stdout().lock()),
        counts: Counts::default(),
    };
    #[expect(clippy::disallowed_methods, reason = "the summary says how fast it was")]
    let started = Instant::now();
    for path in &args.files {
        report.file(path)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let counts = report.finish(seconds)?;
    if counts.of(Level::Must) == 0 {
        Ok(())
    } else {
        Err(Error::new(Kind::Failed, "not all of it is valid STIX 2.1")
            .hint("each line above says the place, what is wrong there and how to mend it"))
    }
}

/// Adds the schemas of a folder, each file named for its extension.
fn install(schemas: &mut Schemas, dir: &Path) -> Result<()> {
    let own = schemas.len();
    let entries = dir.read_dir().context(format!("cannot read {}", dir.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.context(format!("cannot read {}", dir.display()))?.path());
    }
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let shown = path.display();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let id = Id::parse(stem).map_err(|error| {
            Error::new(Kind::Usage, format!("{shown}: {}", error.problem))
                .hint("name each schema extension-definition--….json")
        })?;
        let bytes = std::fs::read(path).context(format!("cannot read {shown}"))?;
        let schema = serde_json::from_slice(&bytes).context(format!("{shown} is no JSON"))?;
        schemas.add(&id, schema).context(format!("cannot use {shown}"))?;
    }
    if schemas.len() == own {
        return Err(Error::new(Kind::Usage, format!("no schema in {}", dir.display()))
            .hint("put files named extension-definition--….json there"));
    }
    Ok(())
}

#[derive(Clone, Default)]
struct Counts {
    objects: u64,
    valid: u64,
    bundles: u64,
    bytes: u64,
    /// Findings by level.
    levels: [u64; 3],
    /// Findings by rule, to say at the end what was wrong most.
    rules: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn of(&self, level: Level) -> u64 {
        self.levels.get(level as usize).copied().unwrap_or_default()
    }

    fn note(&mut self, findings: &[Finding]) {
        for finding in findings {
            if let Some(count) = self.levels.get_mut(finding.level as usize) {
                *count += 1;
            }
            *self.rules.entry(finding.rule).or_default() += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        self.objects += other.objects;
        self.valid += other.valid;
        self.bundles += other.bundles;
        for (sum, more) in self.levels.iter_mut().zip(other.levels) {
            *sum += more;
        }
        for (rule, more) in &other.rules {
            *self.rules.entry(rule).or_default() += more;
        }
    }
}

/// What was cut out of a file and waits to be checked.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    jobs: Vec<Job>,
}

struct Job {
    line: u64,
    what: What,
}

enum What {
    Object(Range<usize>),
    Bundle(Range<usize>, u64),
    Found(Finding),
}

impl Batch {
    fn take(&mut self, piece: &Piece<'_>) {
        let start = self.bytes.len();
        let mut keep = |bytes: &[u8]| {
            self.bytes.extend_from_slice(bytes);
            start..start + bytes.len()
        };
        let what = match &piece.part {
            Part::Object(bytes) => What::Object(keep(bytes)),
            Part::Bundle(bytes, objects) => What::Bundle(keep(bytes), *objects),
            Part::TooLong(bytes) => {
                let bytes = usize::try_from(*bytes).unwrap_or(usize::MAX);
                What::Found(validate::too_long(bytes))
            }
            Part::Broken(why) => What::Found(validate::broken(why)),
        };
        self.jobs.push(Job { line: piece.line, what });
    }
}

struct Report<'s> {
    options: Options<'s>,
    json: bool,
    names_files: bool,
    limit: u64,
    printed: u64,
    out: BufWriter<std::io::StdoutLock<'static>>,
    counts: Counts,
}

impl Report<'_> {
    fn file(&mut self, path: &Path) -> Result<()> {
        let shown = path.display().to_string();
        let (mut source, progress) = super::files::open(path)?;
        let mut splitter = Splitter::new();
        let mut batch = Batch::default();
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = source.read(&mut chunk).context(format!("cannot read {shown}"))?;
            let read = chunk.get(..count).unwrap_or_default();
            self.counts.bytes += count as u64;
            splitter.push(read, &mut |piece| batch.take(&piece));
            if count == 0 {
                splitter.end(&mut |piece| batch.take(&piece));
            }
            if count == 0 || batch.bytes.len() > BATCH || batch.jobs.len() > BATCH >> 8 {
                self.check(&batch, &shown)?;
                batch.bytes.clear();
                batch.jobs.clear();
            }
            progress.inc(count as u64);
            if count == 0 {
                break;
            }
        }
        progress.finish_and_clear();
        Ok(())
    }

    /// Checks a batch on all cores, and prints what was found in the file's order.
    fn check(&mut self, batch: &Batch, file: &str) -> Result<()> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = batch.jobs.len().div_ceil(cores).max(64);
        let printer = Printer {
            options: self.options,
            json: self.json,
            file: self.names_files.then_some(file),
        };
        let done: Vec<std::thread::Result<(Vec<String>, Counts)>> = std::thread::scope(|scope| {
            let shares: Vec<_> = batch
                .jobs
                .chunks(share)
                .map(|jobs| scope.spawn(move || printer.check(&batch.bytes, jobs)))
                .collect();
            shares.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
        });
        for share in done {
            // What was not checked must not pass for valid.
            let (lines, counts) = share.map_err(|_| {
                Error::new(Kind::Failed, format!("a part of {file} could not be checked"))
            })?;
            for line in lines {
                if self.printed < self.limit {
                    self.printed += 1;
                    self.out.write_all(line.as_bytes())?;
                }
            }
            self.counts.add(&counts);
        }
        Ok(())
    }

    fn finish(mut self, seconds: f64) -> Result<Counts> {
        let counts = self.counts;
        let rate = if seconds > 0.0 { counts.objects as f64 / seconds } else { 0.0 };
        let [must, should, extension] = counts.levels;
        if self.json {
            let summary = Summary {
                objects: counts.objects,
                valid: counts.valid,
                bundles: counts.bundles,
                must,
                should,
                extension,
                bytes: counts.bytes,
                seconds: (seconds * 1e3).round() / 1e3,
                objects_per_second: rate.round(),
            };
            let summary = serde_json::to_string(&summary)?;
            writeln!(self.out, "{{\"summary\":{summary}}}")?;
        }
        self.out.flush()?;
        if !self.json {
            let left_out = must + should + extension - self.printed;
            if left_out > 0 {
                eprintln!("… and {left_out} more: raise --limit to see them");
            }
            let objects = count(counts.objects, "object");
            let speed = if rate.is_finite() { rate } else { 0.0 };
            eprintln!(
                "{objects}, {} valid; {must} must, {should} should, {extension} extension ({speed:.0} objects/s)",
                counts.valid
            );
            let mut rules: Vec<_> = counts.rules.iter().collect();
            rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), **rule));
            let first: Vec<_> =
                rules.iter().take(5).map(|(rule, count)| format!("{rule} {count}")).collect();
            if rules.len() > 1 {
                eprintln!("most: {}", first.join(", "));
            }
        }
        Ok(counts)
    }
}

/// A finding as other programs read it: a contract, see docs/stix/README.md.
#[derive(Serialize)]
struct Told<'a> {
    id: Option<&'a str>,
    line: u64,
    pointer: &'a str,
    level: Level,
    rule: &'a str,
    section: &'a str,
    message: &'a str,
    /// When more than one file was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    objects: u64,
    valid: u64,
    bundles: u64,
    must: u64,
    should: u64,
    extension: u64,
    bytes: u64,
    seconds: f64,
    objects_per_second: f64,
}

#[derive(Clone, Copy)]
struct Printer<'a> {
    options: Options<'a>,
    json: bool,
    file: Option<&'a str>,
}

impl Printer<'_> {
    fn check(self, all: &[u8], jobs: &[Job]) -> (Vec<String>, Counts) {
        let mut lines = Vec::new();
        let mut counts = Counts::default();
        for job in jobs {
            let (bytes, findings) = match &job.what {
                What::Object(range) => {
                    let bytes = all.get(range.clone()).unwrap_or_default();
                    let findings = validate::bytes(bytes, &self.options);
                    counts.objects += 1;
                    counts.valid += u64::from(!findings.iter().any(|it| it.level == Level::Must));
                    (bytes, findings)
                }
                What::Bundle(range, objects) => {
                    let bytes = all.get(range.clone()).unwrap_or_default();
                    counts.bundles += 1;
                    (bytes, validate::bundle(bytes, *objects, &self.options))
                }
                What::Found(finding) => {
                    counts.objects += u64::from(finding.rule == "size");
                    (&[][..], vec![finding.clone()])
                }
            };
            counts.note(&findings);
            if !findings.is_empty() {
                let id = validate::id_of(bytes);
                for finding in &findings {
                    lines.push(self.line(finding, id.as_deref(), job.line, bytes));
                }
            }
        }
        (lines, counts)
    }

    fn line(self, finding: &Finding, id: Option<&str>, start: u64, bytes: &[u8]) -> String {
        let before = bytes.get(..finding.offset).unwrap_or_default();
        let line = start + stix::stream::line_breaks(before);
        let Finding { level, rule, section, pointer, message, .. } = finding;
        if self.json {
            let json = Told {
                id,
                line,
                pointer: pointer.as_str(),
                level: *level,
                rule,
                section,
                message,
                file: self.file,
            };
            let value = serde_json::to_string(&json).unwrap_or_default();
            return format!("{value}\n");
        }
        let mut text = String::new();
        if let Some(file) = self.file {
            let _ = write!(text, "{file}:");
        }
        // Names and identifiers are the file's; a message quotes them.
        let shown = crate::output::line;
        let place = if pointer.as_str().is_empty() { "(object)" } else { pointer.as_str() };
        let (id, place) = (shown(id.unwrap_or("(no id)")), shown(place));
        let _ = write!(text, "{line}: {level} {id} {place}\n    {} ", shown(message));
        let source = if *level == Level::Extension { "schema of" } else { "STIX 2.1 §" };
        let gap = if *level == Level::Extension { " " } else { "" };
        let _ = writeln!(text, "[{rule}, {source}{gap}{}]", shown(section));
        text
    }
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
