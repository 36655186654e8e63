//! Asking an owner, and comparing.

use std::time::Duration;

use release::Holder;
use stix::keys::Judgement;
use stix::proof::{Comparison, Difference, Prefix, SignedStatement, Statement};
use stix::sign::Status;
use stix::{Id, Timestamp};
use store::Scope;
use taxii::client::{Client, Error as ClientError};

use super::tell::{Branch, Statements};
use super::{Differs, Found, MOST_NAMED, Proof};
use crate::Node;
use crate::error::Error;
use crate::judge::Judge;

/// How many questions are asked at most, whatever the other side answers.
const MOST_QUESTIONS: usize = 20_000;
/// How many objects that are missing or old are fetched one by one.
const MOST_FETCHED: usize = 500;
/// How often an owner is asked again that is still preparing its answer, and after how long.
const TRIES: (usize, Duration) = (30, Duration::from_secs(1));

/// A comparison that is done.
struct Compared {
    statement: Statement,
    held: u64,
    found: Vec<Found>,
    whole: bool,
    in_flight: u64,
    questions: usize,
}

impl Node {
    /// Compares what the peer of this name, code or identity releases to us with what we hold of
    /// it, fetches what is missing or old, and keeps the result.
    ///
    /// # Errors
    /// If the peer cannot be reached, gives no proof, or says what its key did not sign.
    pub async fn prove(&self, name: &str) -> Result<Proof, Error> {
        let wanted = name.to_owned();
        let peer = self.aside(move |node| node.find_peer(&wanted)).await?;
        let state = peer.profile.state;
        let source = peer.source.ok_or_else(|| Error::NoPeer { name: name.to_owned() })?;
        let client = self.client(&source)?;
        let mut compared = self.compare(&state, &client).await?;
        let repaired = self.repair(&state, &client, &compared).await?;
        if repaired > 0 {
            compared = self.compare(&state, &client).await?;
        }
        let Compared { statement, held, mut found, whole, in_flight, questions } = compared;
        found.truncate(MOST_NAMED);
        let proof = Proof {
            at: self.now(),
            stated: statement.at,
            count: statement.summary.count,
            sum: statement.summary.sum,
            held,
            differences: found,
            whole,
            in_flight,
            repaired,
            questions,
            lineage: self.inner.store.lineage().to_owned(),
        };
        let (whom, kept) = (state.clone(), proof.clone());
        self.aside(move |node| Ok(node.proof_shelf().put(whom.as_str(), &kept)?)).await?;
        if !proof.is_equal() {
            tracing::warn!(peer = %state, differences = proof.differences.len(), "what is held differs from what the owner releases");
        }
        self.fetch_statements(&state, &client).await?;
        Ok(proof)
    }

    /// Takes in the statements that a peer carries.
    async fn fetch_statements(&self, state: &Id, client: &Client) -> Result<(), Error> {
        let body = patiently(client, "statements/").await?;
        let Statements { statements } = read(&body)?;
        let from = state.clone();
        let anew = self.aside(move |node| {
            node.take_statements(&from, statements)?;
            node.is_to_pull_anew(&from)
        });
        if anew.await? {
            self.pull_from(state.as_str()).await?;
            self.aside(Self::compare_carried).await?;
        }
        Ok(())
    }

    async fn compare(&self, state: &Id, client: &Client) -> Result<Compared, Error> {
        let began = self.now();
        let root = ask(client, Prefix::ALL).await?;
        let signed = root.statement.ok_or_else(|| unproven("it signed nothing"))?;
        let owner = state.clone();
        let statement = self.aside(move |node| node.heed(&owner, signed)).await?;
        // All that was stated has been added before, and comes with this pull.
        self.pull_from(state.as_str()).await?;
        let mut comparison = Comparison::new(2 * MOST_NAMED, MOST_QUESTIONS);
        let mut told = Some(root.answer);
        let mut held = None;
        while let Some((prefix, asked)) = comparison.question() {
            let owner = state.clone();
            let ours = self.aside(move |node| node.proven_of(&owner, Scope::Held, prefix)).await?;
            held = held.or(Some(ours.summary));
            if held == Some(statement.summary) {
                return Ok(Compared::equal(statement));
            }
            let theirs = match (asked, told.take()) {
                (false, _) => None,
                (true, Some(told)) => Some(told),
                (true, None) => Some(ask(client, prefix).await?.answer),
            };
            comparison.answer(&ours.answer, theirs).map_err(|error| unproven(&error.problem))?;
        }
        let questions = comparison.questions();
        let (differing, whole) = comparison.finish();
        let stated = statement.at.clone();
        let (found, in_flight) =
            self.aside(move |node| node.judge_differences(differing, &stated, began)).await?;
        let held = held.map_or(0, |held| held.count);
        Ok(Compared { statement, held, found, whole, in_flight, questions })
    }

    /// The owner's word, if it is: signed by its key, for us, and not an older one once more.
    fn heed(&self, owner: &Id, signed: SignedStatement) -> Result<Statement, Error> {
        let rings = self.rings()?;
        let ring = rings.of_owner(owner).ok_or_else(|| unproven("its key is not known"))?;
        match signed.status(|id| ring.key(id).cloned()) {
            Status::Good(key) if ring.judge(&key, self.now()) == Judgement::Good => {}
            _ => return Err(unproven("it is not signed by a key of the owner")),
        }
        let statement = signed.statement;
        if statement.owner != *owner || statement.to.as_ref() != Some(self.me()) {
            return Err(unproven("it is about somebody else"));
        }
        let last = self.last_proof(owner)?.map(|proof| proof.stated);
        if last.is_some_and(|last| statement.at < last) {
            return Err(unproven("it is older than one that was made before"));
        }
        Ok(statement)
    }

    /// Tells what differs from what is just changing hands.
    fn judge_differences(
        &self,
        differences: Vec<Difference>,
        stated: &Timestamp,
        began: i64,
    ) -> Result<(Vec<Found>, u64), Error> {
        let (mut found, mut in_flight) = (Vec::new(), 0);
        for Difference { ours, theirs } in differences {
            let is_new = theirs.as_ref().is_some_and(|entry| entry.added > *stated)
                || ours.as_ref().is_some_and(|entry| entry.added.micros() >= began);
            if is_new {
                in_flight += 1;
                continue;
            }
            let (id, kind) = match (&ours, &theirs) {
                (None, Some(theirs)) => (theirs.id.clone(), Differs::Missing),
                (Some(ours), None) => (ours.id.clone(), Differs::NotReleased),
                (Some(ours), Some(theirs)) if ours.version < theirs.version => {
                    (ours.id.clone(), Differs::Older)
                }
                (Some(ours), Some(_)) => (ours.id.clone(), Differs::Unlike),
                (None, None) => continue,
            };
            let version = |entry: Option<stix::proof::Entry>| entry.and_then(|entry| entry.version);
            found.push(Found { id, theirs: version(theirs), ours: version(ours), kind });
        }
        for one in &mut found {
            if matches!(one.kind, Differs::Missing | Differs::Older)
                && !self.inner.store.aside_naming(one.id.as_str())?.is_empty()
            {
                one.kind = Differs::KeptAside;
            }
        }
        Ok((found, in_flight))
    }

    /// Fetches what is missing or old, by id; when that is much, pulls everything anew. Gives how
    /// many objects came.
    async fn repair(&self, state: &Id, client: &Client, compared: &Compared) -> Result<u64, Error> {
        let wanted: Vec<_> = compared
            .found
            .iter()
            .filter(|found| matches!(found.kind, Differs::Missing | Differs::Older))
            .map(|found| found.id.clone())
            .collect();
        if wanted.is_empty() {
            return Ok(0);
        }
        if wanted.len() > MOST_FETCHED || !compared.whole {
            let whom = state.clone();
            self.aside(move |node| Ok(node.cursor_shelf().remove(whom.as_str())?)).await?;
            self.pull_from(state.as_str()).await?;
            return Ok(wanted.len() as u64);
        }
        let mut slices = Vec::new();
        for id in wanted {
            match client.object("released", id.as_str()).await {
                Ok(object) => slices.extend(object),
                // It has been withdrawn since, or is not given out: it stays missing.
                Err(ClientError::Refused { status: 404, .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let whom = state.clone();
        let tally = self.aside(move |node| {
            let mut judge = Judge::begin(node)?;
            let holder = Holder::State(whom.clone());
            let judged = slices.into_iter().map(|bytes| judge.bytes(bytes, &holder)).collect();
            node.keep(judge, judged, whom.as_str(), Vec::new())
        });
        let tally = tally.await?;
        Ok((tally.admitted + tally.refused) as u64)
    }
}

impl Compared {
    fn equal(statement: Statement) -> Self {
        let held = statement.summary.count;
        Self { statement, held, found: Vec::new(), whole: true, in_flight: 0, questions: 1 }
    }
}

async fn ask(client: &Client, prefix: Prefix) -> Result<Branch, Error> {
    let path = if prefix == Prefix::ALL { "proof/".to_owned() } else { format!("proof/{prefix}/") };
    let branch: Branch = read(&patiently(client, &path).await?)?;
    branch.answer.check(prefix).map_err(|error| unproven(&error.problem))?;
    Ok(branch)
}

/// Asks until the answer is prepared.
async fn patiently(client: &Client, path: &str) -> Result<bytes::Bytes, Error> {
    for _ in 0..TRIES.0 {
        match client.beside(path).await {
            Err(ClientError::Busy { .. }) => tokio::time::sleep(TRIES.1).await,
            Err(ClientError::Refused { status: 404, .. }) => {
                return Err(unproven("it gives none"));
            }
            other => return Ok(other?),
        }
    }
    Err(unproven("it is still preparing one"))
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| unproven(&error.to_string()))
}

fn unproven(reason: &str) -> Error {
    let reason = reason.chars().filter(|c| !c.is_control()).take(300).collect();
    Error::NoProof { reason }
}
