//! `entente audit`

use std::fmt::Write as _;

mod check;
mod which;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use node::Node;
use node::audit::{Head, Reads, Verdict};
use serde::Serialize;
use serde_json::{Value, json};
use store::trail::{Told, TrailQuery};

use super::ask::confirm;
use super::files;
use crate::cli::{self, Audit};
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::{self, Output, bar, line};

const HEADING: [&str; 4] = ["row", "at", "who", "what"];

pub(crate) fn run(dir: &Path, act: Audit, out: Output) -> Result<()> {
    if let Audit::Check(args) = act {
        return check::run(dir, &args, out);
    }
    let node = home::open(dir)?;
    match act {
        Audit::List { which, limit } => {
            node.tell_waiting()?;
            let query = TrailQuery { limit: limit as usize, ..which::query(&node, &which)? };
            let rows = node.store().trail().find(&query)?;
            list(&rows, out)
        }
        Audit::Show { row } => show(&node, row, out),
        Audit::Verify { witness } => verify(&node, &witness, out),
        Audit::Head { output } => {
            let head = node.audit_head()?.ok_or_else(nothing)?;
            let text = serde_json::to_string(&head)? + "\n";
            match output {
                Some(path) => {
                    std::fs::write(&path, text).context(format!("cannot write {}", path.display()))
                }
                None => output::raw(text.as_bytes()),
            }
        }
        Audit::Extract { which, witness, output } => {
            let query = which::query(&node, &which)?;
            let heads = heads(&witness)?;
            let (head, rows) = match &output {
                Some(path) => {
                    let writing = || format!("cannot write {}", path.display());
                    let mut file = BufWriter::new(File::create_new(path).context(writing())?);
                    let extracted = node.extract_audit(&query, &heads, &mut file)?;
                    file.flush().context(writing())?;
                    extracted
                }
                None => node.extract_audit(&query, &heads, std::io::stdout().lock())?,
            }
            .ok_or_else(nothing)?;
            eprintln!("{rows} of {} rows, signed with {}", head.size, head.key);
            Ok(())
        }
        Audit::Retire { older_than, yes } => retire(&node, &older_than, yes, out),
        Audit::Reads { from } => reads(&node, from, out),
        // Taken above: it needs no node.
        Audit::Check(_) => Ok(()),
    }
}

fn nothing() -> Error {
    Error::new(Kind::NotFound, "the audit trail has no rows yet")
}

/// Heads that somebody kept.
fn heads(files: &[PathBuf]) -> Result<Vec<Head>> {
    let read = |path: &PathBuf| {
        serde_json::from_slice(&files::read(path)?).map_err(|error| {
            Error::of(Kind::Invalid, &error)
                .hint("this is no head of an audit trail: `entente audit head` prints one")
        })
    };
    files.iter().map(read).collect()
}

/// One row as JSON: byte for byte what is hashed.
struct Raw<'r>(&'r Told);

impl Serialize for Raw<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = serde_json::value::RawValue::from_string(self.0.text.clone());
        raw.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

fn list(rows: &[Told], out: Output) -> Result<()> {
    let raw: Vec<_> = rows.iter().map(Raw).collect();
    out.list(&raw, HEADING, |Raw(told)| cells(told), "no such rows")
}

fn cells(told: &Told) -> [String; 4] {
    let tells: Value = serde_json::from_str(told.row.tells.get()).unwrap_or_default();
    let by = tells.get("by").and_then(Value::as_str).unwrap_or_default();
    [told.row.n.to_string(), told.row.at.clone(), by.to_owned(), what(told)]
}

/// What a row tells, on one line: its kind, and what it says beside.
fn what(told: &Told) -> String {
    let tells: Value = serde_json::from_str(told.row.tells.get()).unwrap_or_default();
    let mut text = tells.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let members = tells.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| *name != "kind" && *name != "by") {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = write!(text, " {name}={value}");
    }
    if let Some(new) = told.row.new {
        let _ = write!(text, " new={new}");
    }
    line(&text)
}

fn show(node: &Node, row: u64, out: Output) -> Result<()> {
    let trail = node.store().trail();
    let query = TrailQuery {
        above: row.checked_sub(1),
        below: row.checked_add(1),
        limit: 1,
        ..TrailQuery::default()
    };
    let found = trail.find(&query)?.pop();
    let told = found.ok_or_else(|| {
        let text = format!("there is no row {row}");
        Error::new(Kind::NotFound, text)
            .hint("it may have been retired; `entente audit list` tells")
    })?;
    let objects: Vec<_> = trail.objects(row)?.into_iter().map(|(_, id)| id).collect();
    let row: Value = serde_json::from_str(&told.text)?;
    out.one(&json!({ "row": row, "objects": objects }), || {
        let [n, at, by, what] = cells(&told);
        let mut text = format!("row    {n}\nat     {at}\nby     {by}\ntells  {what}\n");
        for id in &objects {
            let _ = writeln!(text, "about  {id}");
        }
        let gone = told.row.about.len().saturating_sub(objects.len());
        if gone > 0 {
            let _ = writeln!(text, "about  {gone} objects that are not held");
        }
        text
    })
}

fn verify(node: &Node, witness: &[PathBuf], out: Output) -> Result<()> {
    let heads = heads(witness)?;
    let bar = bar(0, "rows");
    let verdict = node.verify_audit(&heads, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    out.one(&verdict, || text(&verdict))?;
    match verdict.faults.first() {
        None => Ok(()),
        Some(fault) => {
            let text = format!("the audit trail was changed: row {}: {}", fault.row, fault.problem);
            Err(Error::new(Kind::Invalid, text)
                .hint("compare with extracts and heads that others keep; what stood there before is not here any more"))
        }
    }
}

fn text(verdict: &Verdict) -> String {
    let Verdict { rows, retired, heads, unsigned, faults } = verdict;
    let mut text = format!("{rows} rows, {retired} of them retired; {heads} signed heads agree");
    if *unsigned > 0 {
        let _ = write!(text, "; the last {unsigned} rows are not signed yet");
    }
    text.push('\n');
    for fault in faults {
        let _ = writeln!(text, "row {}: {}", fault.row, fault.problem);
    }
    text
}

fn retire(node: &Node, older_than: &str, yes: bool, out: Output) -> Result<()> {
    const DAY: i64 = 24 * 3_600 * 1_000_000;
    let days = older_than.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let days = days.filter(|days| (1..=100_000).contains(days)).ok_or_else(|| {
        let text = format!("“{older_than}” is no age");
        Error::new(Kind::Usage, text).hint("give it in days, for example 400d")
    })?;
    if !yes {
        eprintln!("This erases what rows older than {days} days say. It cannot be undone.");
        eprintln!("- Their hashes stay, and a row tells of it: the rest can still be verified.");
        eprintln!("- Whoever holds an extract of them can still show it.");
        confirm("Erase them?", "look at what it does, then give --yes")?;
    }
    let rows = node.retire_trail(node.now() - days * DAY)?;
    out.one(&json!({ "retired": rows }), || format!("{rows} rows were retired"))
}

fn reads(node: &Node, from: Option<cli::Reads>, out: Output) -> Result<()> {
    if let Some(from) = from {
        node.set_audit_reads(match from {
            cli::Reads::Never => Reads::Never,
            cli::Reads::Red => Reads::Red,
            cli::Reads::National => Reads::National,
            cli::Reads::AmberStrict => Reads::AmberStrict,
            cli::Reads::Amber => Reads::Amber,
        })?;
    }
    let reads = node.audit_reads()?.slug();
    out.one(&json!({ "reads": reads }), || reads.to_owned())
}
