//! Extracts: some rows of a trail, with what it takes to check them without the others.
//!
//! An extract is the whole tree from left to right, folded where nothing is shown: after the signed
//! head each line is a row, or the hash of a complete subtree whose rows are left out. Whoever adds
//! the lines up comes to the hash in the head, or the extract is false. An extract that is not
//! folded across the size of an older head proves by the same sum that nothing that the older head
//! commits to was changed since.

use std::io::{BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use stix::sign::{KeyId, PublicKey};
use stix::{Id, hex};
use store::trail::{self, Growth, Hash, Row};

use super::Head;
use crate::error::Error;

/// The longest line taken, in bytes.
const LONGEST: u64 = 4 << 20;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    entente_audit_extract: u32,
    head: Head,
}

/// A line that stands for rows that are not shown.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folded {
    /// The number of the first of them.
    from: u64,
    /// The number of the row behind the last of them.
    to: u64,
    /// The hash of their subtree, in hexadecimal.
    hash: String,
}

/// Writes an extract: the rows that `shown` gives, ascending, out of the first `head.size` ones.
/// Nothing is folded across the sizes in `seams`.
pub(crate) fn write(
    trail: &store::trail::Trail,
    head: &Head,
    seams: &[u64],
    shown: impl Iterator<Item = Result<(u64, String), Error>>,
    mut out: impl Write,
) -> Result<u64, Error> {
    let mut line = |value: &str| {
        let written = out.write_all(value.as_bytes()).and_then(|()| out.write_all(b"\n"));
        written.map_err(|source| Error::Io { path: "the extract".into(), source })
    };
    line(&text(&Opening { entente_audit_extract: 1, head: head.clone() }))?;
    let mut seams: Vec<u64> = seams.iter().copied().filter(|seam| *seam < head.size).collect();
    seams.sort_unstable();
    let fold = |from: u64, to: u64, line: &mut dyn FnMut(&str) -> Result<(), Error>| {
        let mut at = from;
        for end in seams.iter().copied().filter(|seam| (from..to).contains(seam)).chain([to]) {
            for part in trail::cover(at, end) {
                let hash = hex::of(&trail.hash(part)?);
                let (from, to) = (part.from(), part.to());
                line(&text(&Folded { from, to, hash }))?;
            }
            at = end;
        }
        Ok::<_, Error>(())
    };
    let (mut at, mut rows) = (0, 0);
    for row in shown {
        let (n, row) = row?;
        if n < at || n >= head.size {
            continue;
        }
        fold(at, n, &mut line)?;
        line(&row)?;
        (at, rows) = (n + 1, rows + 1);
    }
    fold(at, head.size, &mut line)?;
    Ok(rows)
}

fn text(line: &impl Serialize) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

/// What an extract was found to be.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The head that it adds up to.
    pub head: Head,
    /// How many rows it shows.
    pub rows: u64,
    /// How many rows it leaves out.
    pub folded: u64,
    /// The sizes of the older heads with which it agrees.
    pub witnessed: Vec<u64>,
}

/// Why an extract cannot be believed, and from which line on.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Unbelievable {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub problem: String,
}

/// Checks an extract against the keys of the state whose trail it is from (`keys` gives them by
/// state and name), and against older heads
/// that somebody kept. `shown` is given each row, byte for byte, when it was reached; nothing of
/// them is to be believed before this returns.
pub fn check(
    mut from: impl BufRead,
    keys: impl Fn(&Id, &KeyId) -> Option<PublicKey>,
    witnesses: &[Head],
    mut shown: impl FnMut(Row, &str),
) -> Result<Checked, Unbelievable> {
    let mut line = Vec::new();
    let mut number = 0;
    let mut next = |line: &mut Vec<u8>, number: &mut u64| {
        line.clear();
        *number += 1;
        let fail = |problem: String, line| Unbelievable { line, problem };
        let read = from.by_ref().take(LONGEST).read_until(b'\n', line);
        read.map_err(|error| fail(error.to_string(), *number))?;
        if line.is_empty() {
            return Ok(false);
        }
        if line.pop_if(|last| *last == b'\n').is_none() {
            return Err(fail("it ends in the middle, or is too long".to_owned(), *number));
        }
        Ok(true)
    };
    let mut read = Reading::default();
    let opened = next(&mut line, &mut number)?;
    let at = |number| move |problem: String| Unbelievable { line: number, problem };
    let opening = match serde_json::from_slice::<Opening>(&line) {
        Ok(opening) if opened && opening.entente_audit_extract == 1 => opening,
        _ => return Err(at(1)("this is no extract of an audit trail".to_owned())),
    };
    let head = opening.head;
    signed(&head, &keys).map_err(at(1))?;
    let mut agreed = Vec::new();
    let mut due: Vec<&Head> = witnesses.iter().collect();
    due.sort_by_key(|head| head.size);
    for witness in &due {
        if witness.state != head.state {
            return Err(at(1)(format!("the head kept is of another trail: {}", witness.state)));
        }
        signed(witness, &keys).map_err(|why| at(1)(format!("the head kept: {why}")))?;
        if witness.size > head.size {
            let (kept, now) = (witness.size, head.size);
            return Err(at(1)(format!(
                "a head kept commits to {kept} rows, and this one to {now}"
            )));
        }
    }
    let mut due = due.into_iter().peekable();
    loop {
        while let Some(witness) = due.next_if(|witness| witness.size <= read.growth.size()) {
            if !witness.commits_to(read.growth.size(), &read.growth.root()) {
                let problem = if witness.size == read.growth.size() {
                    format!("the first {} rows are not what the head kept commits to", witness.size)
                } else {
                    format!(
                        "it is folded across row {}: ask for an extract that proves the head kept",
                        witness.size
                    )
                };
                return Err(at(number)(problem));
            }
            agreed.push(witness.size);
        }
        if !next(&mut line, &mut number)? {
            break;
        }
        if let Some((row, text)) = read.line(&line, head.size).map_err(at(number))? {
            shown(row, text);
        }
    }
    if !head.commits_to(read.growth.size(), &read.growth.root()) {
        return Err(at(number)("its lines do not add up to the signed head".to_owned()));
    }
    Ok(Checked { head, rows: read.rows, folded: read.folded, witnessed: agreed })
}

fn signed(head: &Head, keys: impl Fn(&Id, &KeyId) -> Option<PublicKey>) -> Result<(), String> {
    let key = KeyId::parse(&head.key).and_then(|id| keys(&head.state, &id));
    match key {
        None => Err(format!("the head is signed with the unknown key {}", head.key)),
        Some(key) if head.is_by(&key) => Ok(()),
        Some(_) => Err("the signature of the head is not good".to_owned()),
    }
}

/// An extract as it adds up.
#[derive(Default)]
struct Reading {
    growth: Growth,
    /// The hash of the row before, where it is known.
    before: Option<Hash>,
    /// When the last row shown was written.
    at: String,
    rows: u64,
    folded: u64,
}

impl Reading {
    fn line<'l>(&mut self, line: &'l [u8], size: u64) -> Result<Option<(Row, &'l str)>, String> {
        let text = std::str::from_utf8(line).map_err(|_| "this is no text".to_owned())?;
        if let Ok(folded) = serde_json::from_str::<Folded>(text) {
            self.fold(&folded, size)?;
            return Ok(None);
        }
        let row: Row = serde_json::from_str(text).map_err(|error| format!("no row: {error}"))?;
        if self.growth.size() >= size {
            return Err("there are more rows than the head commits to".to_owned());
        }
        follows(&row, self.growth.size(), self.before.as_ref(), &self.at)?;
        let leaf = trail::leaf(line);
        self.growth.push(leaf, |_, _| {});
        self.before = Some(leaf);
        self.at.clone_from(&row.at);
        self.rows += 1;
        Ok(Some((row, text)))
    }

    fn fold(&mut self, folded: &Folded, size: u64) -> Result<(), String> {
        let wrong = || format!("no subtree from {} to {} can stand here", folded.from, folded.to);
        let rows = folded.to.checked_sub(folded.from).filter(|rows| rows.is_power_of_two());
        let rows = rows.filter(|_| folded.from == self.growth.size() && folded.to <= size);
        let rows = rows.ok_or_else(wrong)?;
        let hash = hex::digest(&folded.hash).ok_or_else(|| "that is no hash".to_owned())?;
        if !self.growth.push_subtree(rows.ilog2(), hash) {
            return Err(wrong());
        }
        self.before = (rows == 1).then_some(hash);
        self.folded += rows;
        Ok(())
    }
}

/// Whether a row can stand here, behind the row of this hash.
pub(crate) fn follows(row: &Row, n: u64, before: Option<&Hash>, at: &str) -> Result<(), String> {
    if row.n != n {
        return Err(format!("the row says that it is number {}, and it stands at {n}", row.n));
    }
    let is_chained = match (before, &row.before) {
        (Some(hash), Some(named)) => hex::of(hash) == *named,
        (None, named) => named.is_some() == (n > 0),
        (Some(_), None) => false,
    };
    if !is_chained {
        return Err(format!("row {n} does not follow on the row before it"));
    }
    if row.at.as_str() < at {
        return Err(format!("row {n} says that it is older than the row before it"));
    }
    Ok(())
}
