//! `entente peer prove`

use std::fmt::Write as _;

use node::{Differs, Node, Proof};
use serde::Serialize;
use stix::Timestamp;

use crate::error::{Context, Error, Kind, Result};
use crate::output::{Output, line, spinner};

/// A proof as it is printed.
#[derive(Serialize)]
struct Shown {
    equal: bool,
    at: Timestamp,
    stated: Timestamp,
    released: u64,
    held: u64,
    hash: String,
    in_flight: u64,
    fetched: u64,
    questions: usize,
    /// Whether `differences` names all of them.
    whole: bool,
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    id: String,
    how: Differs,
    theirs: Option<Timestamp>,
    ours: Option<Timestamp>,
}

impl From<Proof> for Shown {
    fn from(proof: Proof) -> Self {
        let differences = proof.differences.iter().map(|found| Difference {
            id: found.id.to_string(),
            how: found.kind,
            theirs: found.theirs.clone(),
            ours: found.ours.clone(),
        });
        Self {
            equal: proof.is_equal(),
            at: Timestamp::from_micros(proof.at),
            released: proof.count,
            held: proof.held,
            hash: proof.sum.to_string(),
            in_flight: proof.in_flight,
            fetched: proof.repaired,
            questions: proof.questions,
            whole: proof.whole,
            differences: differences.collect(),
            stated: proof.stated,
        }
    }
}

/// Compares with a peer. What differs is no failure of the command, and has an exit code of its
/// own.
pub(super) fn run(node: &Node, name: &str, out: Output) -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let bar = spinner(&format!("comparing with {}", line(name)));
    let proof = runtime.block_on(node.prove(name));
    bar.finish_and_clear();
    let shown = Shown::from(proof?);
    out.one(&shown, || text(&shown))?;
    if shown.equal {
        return Ok(());
    }
    Err(Error::new(Kind::Refused, "what we hold differs from what is released to us")
        .hint("what is marked “not released” stays until you remove it; ask the partner about it"))
}

fn text(shown: &Shown) -> String {
    let Shown { released, held, hash, fetched, in_flight, .. } = shown;
    let mut text = String::new();
    let _ = writeln!(text, "released to us  {released} objects");
    let _ = writeln!(text, "held here       {held} objects");
    let _ = writeln!(text, "hash            {hash}");
    if *fetched > 0 {
        let _ = writeln!(text, "fetched         {fetched} that were missing or old");
    }
    if *in_flight > 0 {
        let _ = writeln!(text, "in flight       {in_flight} that changed meanwhile");
    }
    for Difference { id, how, .. } in &shown.differences {
        let _ = writeln!(text, "{:14}  {id}", how.word());
    }
    if !shown.whole {
        let _ = writeln!(text, "and more");
    }
    if shown.equal {
        let _ = writeln!(text, "both sides hold the same");
    }
    text.trim_end().to_owned()
}
