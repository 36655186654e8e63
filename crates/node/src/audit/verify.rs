//! Verifying the whole trail: everything is computed anew from the rows.

use std::collections::BTreeMap;

use serde::Serialize;
use stix::Id;
use stix::keys::Keyring;
use stix::sign::KeyId;
use store::trail::{Growth, Hash, Row, Subtree, Trail, leaf};

use super::extract::follows;
use super::{Act, Head, Tells};
use crate::Node;
use crate::error::Error;

/// How many rows are read at once.
const CHUNK: usize = 1_000;
/// How many faults are told.
const MOST: usize = 100;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The number of the first row concerned.
    pub row: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// What the trail was found to be.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    /// How many rows were ever written.
    pub rows: u64,
    /// How many of them were retired.
    pub retired: u64,
    /// How many signed heads it agrees with.
    pub heads: u64,
    /// How many rows no head commits to yet.
    pub unsigned: u64,
    /// What is wrong, the first row first; at most a hundred faults.
    pub faults: Vec<Fault>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Node {
    /// Verifies the whole trail: the hash and the place of every row, every hash that is kept, the
    /// signature of every head, and that the heads that others kept are of this trail. `progress`
    /// hears how many rows are done.
    pub fn verify_audit(
        &self,
        witnesses: &[Head],
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Verdict, Error> {
        let trail = self.inner.store.trail();
        let size = trail.size()?;
        let mut heads: BTreeMap<u64, Vec<Head>> = BTreeMap::new();
        let kept = self.audit_heads(usize::MAX)?.into_iter();
        for head in kept.chain(witnesses.iter().cloned()) {
            heads.entry(head.size).or_default().push(head);
        }
        let mut verifying = Verifying {
            ring: self.keys_of(self.me())?,
            state: self.me(),
            heads,
            trail,
            growth: Growth::default(),
            before: None,
            at: String::new(),
            retired: 0,
            gone: 0,
            signed: 0,
            verdict: Verdict::default(),
        };
        while verifying.growth.size() < size {
            verifying.chunk()?;
            progress(verifying.growth.size(), size);
        }
        verifying.end(size)
    }
}

struct Verifying<'n> {
    ring: Option<Keyring>,
    state: &'n Id,
    /// Heads that are not compared yet, by how many rows they commit to.
    heads: BTreeMap<u64, Vec<Head>>,
    trail: Trail,
    growth: Growth,
    before: Option<Hash>,
    at: String,
    /// Below which row the trail says that rows were retired.
    retired: u64,
    /// The number behind the last row that is gone.
    gone: u64,
    /// How many rows the last good head commits to.
    signed: u64,
    verdict: Verdict,
}

impl Verifying<'_> {
    fn fault(&mut self, row: u64, problem: impl Into<String>) {
        self.verdict.faults.push(Fault { row, problem: problem.into() });
    }

    fn chunk(&mut self) -> Result<(), Error> {
        let from = self.growth.size();
        let leaves = self.trail.leaves(from, CHUNK)?;
        let texts = self.trail.texts(from, CHUNK)?;
        let mut texts = texts.into_iter().peekable();
        for (n, kept) in leaves {
            if n != self.growth.size() {
                // Nothing behind it can be placed any more.
                return Err(Error::Trail { row: self.growth.size() });
            }
            if let Some((_, text)) = texts.next_if(|(at, _)| *at == n) {
                self.row(n, &text, &kept)?;
            } else {
                self.verdict.retired += 1;
                self.gone = n + 1;
                self.before = Some(kept);
                self.grow(kept);
            }
            self.compare();
        }
        Ok(())
    }

    fn row(&mut self, n: u64, text: &str, kept: &Hash) -> Result<(), Error> {
        let hash = leaf(text.as_bytes());
        if hash != *kept {
            self.fault(n, "the row was changed: its hash is another than when it was written");
        }
        match serde_json::from_str::<Row>(text) {
            Err(error) => self.fault(n, format!("the row cannot be read: {error}")),
            Ok(row) => {
                if let Err(problem) = follows(&row, n, self.before.as_ref(), &self.at) {
                    self.fault(n, problem);
                }
                let mut about = row.about.clone();
                about.sort_unstable();
                about.dedup();
                if about != self.trail.abouts(n)? {
                    self.fault(n, "what the row is about was changed in the index");
                }
                match serde_json::from_str::<Tells>(row.tells.get()) {
                    Ok(Tells { act: Act::Retired { below }, .. }) => {
                        self.retired = self.retired.max(below);
                    }
                    Ok(_) => {}
                    Err(error) => self.fault(n, format!("the row tells nothing known: {error}")),
                }
                self.at = row.at;
            }
        }
        self.before = Some(hash);
        self.grow(hash);
        Ok(())
    }

    /// Adds a row to the tree, and compares what is complete by it with what is kept.
    fn grow(&mut self, hash: Hash) {
        let n = self.growth.size();
        let mut completed = Vec::new();
        self.growth.push(hash, |part, hash| completed.push((part, *hash)));
        for (part, hash) in completed.into_iter().skip(1) {
            if self.trail.hash(part).ok() != Some(hash) && self.verdict.is_good() {
                let Subtree { level, .. } = part;
                self.fault(n, format!("the kept hash of level {level} is not that of its rows"));
            }
        }
    }

    /// Compares the heads that commit to just as many rows.
    fn compare(&mut self) {
        let size = self.growth.size();
        let Some(heads) = self.heads.remove(&size) else { return };
        let root = self.growth.root();
        for head in heads {
            let key = KeyId::parse(&head.key);
            let key = key.and_then(|id| self.ring.as_ref()?.key(&id).cloned());
            if head.state != *self.state {
                self.fault(size, format!("a head of {size} rows is of another trail"));
            } else if !key.is_some_and(|key| head.is_by(&key)) {
                self.fault(size, format!("the signature of the head of {size} rows is not good"));
            } else if !head.commits_to(size, &root) {
                let problem =
                    format!("the rows up to here are not what the head of {size} rows signed");
                self.fault(size.saturating_sub(1), problem);
            } else {
                self.verdict.heads += 1;
                self.signed = size;
            }
        }
    }

    fn end(mut self, size: u64) -> Result<Verdict, Error> {
        if self.gone > self.retired {
            let missing = self.trail.texts(self.retired, 1)?;
            let first = match missing.first() {
                Some((n, _)) if *n == self.retired => self.first_gone()?,
                _ => self.retired,
            };
            self.fault(first, "the row is missing, and nothing tells that it was retired");
        }
        for (n, _) in self.trail.texts(size, 1)? {
            self.fault(n, "the row has no hash: it was put there by somebody else");
        }
        if let Some((more, _)) = self.heads.first_key_value() {
            let problem =
                format!("a signed head commits to {more} rows: the trail was cut off here");
            self.fault(size, problem);
        }
        let Self { mut verdict, signed, .. } = self;
        verdict.rows = size;
        verdict.unsigned = size - signed;
        verdict.faults.sort_by_key(|fault| fault.row);
        verdict.faults.truncate(MOST);
        Ok(verdict)
    }

    /// The first row that is gone and was not retired.
    fn first_gone(&self) -> Result<u64, Error> {
        let mut at = self.retired;
        loop {
            let texts = self.trail.texts(at, CHUNK)?;
            if texts.is_empty() {
                return Ok(at);
            }
            for (n, _) in texts {
                if n != at {
                    return Ok(at);
                }
                at += 1;
            }
        }
    }
}
