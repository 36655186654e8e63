//! One peer or feed: how pulling from it goes, its settings, and the administrator's acts.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Counts, Feed, FeedKind, KeyState, Origin, Partner, Role, Status, Terms, Trouble};
use serde::{Deserialize, Serialize};

use super::Said;
use super::partners;
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Named;
use crate::reader::Reader;

/// How often a peer can be asked, in seconds, as the form offers it.
const INTERVALS: [u64; 9] = [1, 10, 60, 300, 900, 3_600, 21_600, 86_400, 604_800];

struct Row {
    name: String,
    counts: [String; 5],
}

struct Bad {
    text: String,
    hint: String,
    since: String,
}

/// What only the administrator is shown: what pulling brought says how much there is.
struct Inside {
    rows: Vec<Row>,
    ours: String,
    theirs: Option<String>,
    tried: String,
    next: String,
    failures: u32,
    trouble: Option<Bad>,
    remarks: Vec<String>,
    capped: bool,
    intervals: Vec<(u64, String, bool)>,
    /// How many objects of a feed would be erased with it.
    held: Option<u64>,
    /// How the proofs with a state stand.
    proof: Option<ProofPanel>,
}

/// The last proof with a partner.
struct ProofPanel {
    last: Option<LastProof>,
    /// Whether what others passed on fits the partner's word, and of when.
    word: Option<String>,
}

struct LastProof {
    facts: Vec<(String, String)>,
    is_equal: bool,
    /// The objects that differ, with their pages where there are any, and how.
    differing: Vec<(String, String)>,
}

/// How many of the objects that differ the page names.
const MOST_NAMED: usize = 100;

#[derive(Template)]
#[template(path = "peer.html")]
struct Page {
    frame: Frame,
    href: String,
    named: Option<Named>,
    purpose: String,
    class: &'static str,
    tone: &'static str,
    word: String,
    detail: String,
    facts: Vec<(String, String)>,
    /// Whether this node pulls from it at all.
    pulls: bool,
    paused: bool,
    fingerprint: Option<String>,
    keys: Option<String>,
    inside: Option<Inside>,
}

/// A followed server: who it is, and what is set.
struct Found {
    origin: Origin,
    terms: Option<Terms>,
    kind: Kind,
}

enum Kind {
    Node(Box<Partner>),
    Feed(Box<Feed>),
}

/// What stands in the address: a state's identity or a feed's name.
fn find(reader: &Reader, id: &str) -> Result<Found, Fault> {
    let node = reader.node();
    if let Some(feed) = node.feed(id)? {
        let origin = Origin::Feed(feed.name.clone());
        let terms = Some(feed.terms.clone());
        return Ok(Found { origin, terms, kind: Kind::Feed(Box::new(feed)) });
    }
    let partner = node.partners()?.into_iter().find(|one| one.profile.state.as_str() == id);
    let partner = partner.ok_or(Fault::NotFound)?;
    let origin = Origin::Node(partner.profile.state.clone());
    let terms = node.terms(&origin)?;
    Ok(Found { origin, terms, kind: Kind::Node(Box::new(partner)) })
}

pub(super) async fn page(
    reader: Reader,
    Path(id): Path<String>,
    Query(Said { done }): Query<Said>,
) -> Result<Response, Fault> {
    blocking(move || {
        let found = find(&reader, &id)?;
        show(&reader, &found, &done)
    })
    .await
}

fn show(reader: &Reader, found: &Found, done: &str) -> Result<Response, Fault> {
    let texts = reader.texts();
    let say = |key: &str| texts.say(key).to_string();
    let status = reader.node().pull_status(&found.origin)?;
    let terms = found.terms.as_ref();
    let paused = terms.is_some_and(|terms| terms.paused);
    let (title, named, purpose, state, address) = match &found.kind {
        Kind::Node(partner) => {
            let row = partners::row(reader, (**partner).clone(), paused);
            let purpose = texts.say("peer-for-node").with("state", row.named.name.as_str());
            let state = (row.class, row.tone, row.word, row.detail);
            (row.node, Some(row.named), purpose.to_string(), state, partner.url.clone())
        }
        Kind::Feed(feed) => {
            let purpose = say(match feed.kind {
                FeedKind::Taxii { .. } => "peer-for-taxii",
                FeedKind::Misp { .. } | FeedKind::Folder { .. } => "peer-for-misp",
            });
            let state = partners::standing(reader, &status, paused);
            (feed.name.clone(), None, purpose, state, Some(feed.address()))
        }
    };
    let (class, tone, word, detail) = state;
    let (fingerprint, keys) = match &found.kind {
        Kind::Node(partner) => {
            let keys = partner.keys.map(|keys| say(key_text(keys)));
            (partner.fingerprint.clone(), keys)
        }
        Kind::Feed(_) => (None, None),
    };
    let is_ours = reader.session().role == Role::Administrator;
    let inside = if is_ours { Some(inside(reader, found, &status)?) } else { None };
    let toast = match done {
        "pull" | "pause" | "resume" | "interval" => Some(texts.of("peer-done-", done).to_string()),
        _ => None,
    };
    let frame = reader
        .frame(crate::foreign(&title))
        .at("/partners")
        .under(texts.say("nav-partners"), "/partners")
        .saying(toast);
    let mut facts = vec![(
        say("peer-address"),
        address.map_or_else(|| "–".to_owned(), |at| crate::foreign(&at)),
    )];
    facts.extend(terms.map(|terms| settings(reader, terms)).unwrap_or_default());
    if let Kind::Feed(feed) = &found.kind
        && let FeedKind::Taxii { collections, .. } = &feed.kind
        && !collections.is_empty()
    {
        facts.push((say("peer-collections"), crate::foreign(&collections.join(", "))));
    }
    render(&Page {
        frame,
        href: format!("/partners/{}", key_of(&found.origin)),
        named,
        purpose,
        class,
        tone,
        word,
        detail,
        facts,
        pulls: terms.is_some(),
        paused,
        fingerprint,
        keys,
        inside,
    })
}

/// What stands in the address of a page.
pub(super) fn key_of(origin: &Origin) -> String {
    match origin {
        Origin::Node(state) => state.to_string(),
        Origin::Feed(name) => name.clone(),
    }
}

fn key_text(keys: KeyState) -> &'static str {
    match keys {
        KeyState::Pinned => "peer-key-pinned",
        KeyState::Followed => "peer-key-followed",
        KeyState::Conflict => "partner-conflict",
        KeyState::Ended => "partner-ended",
    }
}

fn settings(reader: &Reader, terms: &Terms) -> Vec<(String, String)> {
    let say = |key: &str| reader.texts().say(key).to_string();
    let types = if terms.types.is_empty() { say("peer-all") } else { terms.types.join(", ") };
    let limit = terms.most_held.map_or_else(|| say("peer-no-limit"), |most| most.to_string());
    vec![
        (say("peer-every"), span(terms.every)),
        (say("peer-types"), types),
        (say("peer-most-answer"), size(terms.most_answer)),
        (say("peer-most-object"), size(terms.most_object)),
        (say("peer-most-round"), terms.most_round.to_string()),
        (say("peer-most-held"), limit),
    ]
}

/// A span of time in milliseconds, in the largest unit that says it exactly. Units are the same in
/// all languages.
fn span(millis: u64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let whole = units.into_iter().find(|(unit, _)| millis >= *unit && millis.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{} {name}", millis / unit),
        None => format!("{millis} ms"),
    }
}

/// Bytes, in a unit that people read.
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} B"),
        10_000..=9_999_999 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn inside(reader: &Reader, found: &Found, status: &Status) -> Result<Inside, Fault> {
    let (node, texts, now) = (reader.node(), reader.texts(), reader.now());
    let say = |key: &str| texts.say(key).to_string();
    let never = || say("peer-never");
    let row = |name: &str, counts: &Counts| {
        let Counts { admitted, known, refused, passed_by, bytes } = *counts;
        let counts = [admitted, known, refused, passed_by].map(|n| n.to_string());
        let [admitted, known, refused, passed_by] = counts;
        Row { name: say(name), counts: [admitted, known, refused, passed_by, size(bytes)] }
    };
    let moment = |at: Option<i64>| at.map(|at| texts.moment(at));
    let (ours, theirs) = match &found.origin {
        Origin::Node(state) => {
            let peer = node.find_peer(state.as_str())?;
            let ours = node.held_up_to(&peer)?.map(|held| held.micros());
            let theirs = Some(node.received_up_to(state)?).filter(|received| *received > 0);
            let theirs = moment(theirs).unwrap_or_else(never);
            (moment(ours), Some(theirs))
        }
        Origin::Feed(_) => (moment(status.succeeded), None),
    };
    let trouble = status.trouble.as_ref().map(|Trouble { kind, text, since }| Bad {
        text: crate::foreign(text),
        hint: texts.of("trouble-", &word_of(kind)).to_string(),
        since: texts.say("partner-since").with("when", texts.moment(*since)).to_string(),
    });
    let every = found.terms.as_ref().map_or(0, |terms| terms.every);
    let mut intervals: Vec<_> = INTERVALS.map(|seconds| seconds * 1_000).to_vec();
    if every > 0 && !intervals.contains(&every) {
        intervals.push(every);
        intervals.sort_unstable();
    }
    let held = match &found.origin {
        Origin::Feed(name) => Some(node.held_of_feed(name)?),
        Origin::Node(_) => None,
    };
    let proof = match &found.origin {
        Origin::Node(state) => Some(proof(reader, state)?),
        Origin::Feed(_) => None,
    };
    Ok(Inside {
        proof,
        rows: vec![row("peer-round", &status.last), row("peer-total", &status.total)],
        ours: ours.unwrap_or_else(never),
        theirs,
        tried: status.tried.map_or_else(never, |at| texts.ago(at, now)),
        next: moment(status.next).unwrap_or_else(|| "–".to_owned()),
        failures: status.failures,
        trouble,
        remarks: status.remarks.iter().rev().map(|text| crate::foreign(text)).collect(),
        capped: status.capped,
        intervals: intervals.into_iter().map(|one| (one, span(one), one == every)).collect(),
        held,
    })
}

/// How the proofs with a state stand.
fn proof(reader: &Reader, state: &stix::Id) -> Result<ProofPanel, Fault> {
    let (node, texts) = (reader.node(), reader.texts());
    let say = |key: &str| texts.say(key).to_string();
    let last = node.last_proof(state)?.map(|proof| {
        let differing = proof.differences.iter().take(MOST_NAMED);
        let sum = proof.sum.to_string();
        let mut facts = vec![
            (say("proof-last"), texts.moment(proof.at)),
            (say("proof-count"), proof.count.to_string()),
            (say("proof-held"), proof.held.to_string()),
            (say("proof-hash"), sum.chars().take(16).collect()),
        ];
        let result = if !node.is_of_this_store(&proof) {
            say("proof-copy")
        } else if proof.is_equal() {
            say("proof-equal")
        } else {
            texts.say("proof-differs").with("n", proof.differences.len()).to_string()
        };
        facts.insert(1, (say("proof-result"), result));
        LastProof {
            facts,
            is_equal: proof.is_equal(),
            differing: differing
                .map(|found| (found.id.to_string(), reader.differs(found.kind)))
                .collect(),
        }
    });
    let carried = node.carried()?;
    let carried = carried.into_iter().find(|one| one.signed.statement.owner == *state);
    let word = carried.map(|carried| match carried.differs_since {
        Some(since) if carried.is_wrong(reader.now()) => {
            texts.say("proof-word-differs").with("when", texts.moment(since)).to_string()
        }
        _ => {
            let at = texts.moment(carried.signed.statement.at.micros());
            texts.say("proof-word-equal").with("when", at).to_string()
        }
    });
    Ok(ProofPanel { last, word })
}

/// The word by which a value is written.
fn word_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Does an administrator's act, and shows the page again.
async fn act(
    reader: Reader,
    id: String,
    done: &'static str,
    act: impl FnOnce(&Reader, &Found) -> Result<(), Fault> + Send + 'static,
) -> Result<Response, Fault> {
    blocking(move || {
        if reader.session().role != Role::Administrator {
            return Err(Fault::Forbidden);
        }
        let found = find(&reader, &id)?;
        act(&reader, &found)?;
        let to = match done {
            "remove" => "/partners?done=remove".to_owned(),
            done => format!("/partners/{}?done={done}", key_of(&found.origin)),
        };
        Ok(Redirect::to(&to).into_response())
    })
    .await
}

pub(super) async fn pull(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    act(reader, id, "pull", |reader, found| {
        reader.node().pull_soon(&found.origin);
        Ok(())
    })
    .await
}

pub(super) async fn pause(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    act(reader, id, "pause", |reader, found| set(reader, found, |terms| terms.paused = true)).await
}

pub(super) async fn resume(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    act(reader, id, "resume", |reader, found| set(reader, found, |terms| terms.paused = false))
        .await
}

#[derive(Deserialize)]
pub(super) struct Interval {
    every: u64,
}

pub(super) async fn interval(
    reader: Reader,
    Path(id): Path<String>,
    Form(Interval { every }): Form<Interval>,
) -> Result<Response, Fault> {
    act(reader, id, "interval", move |reader, found| {
        set(reader, found, |terms| terms.every = every)
    })
    .await
}

fn set(reader: &Reader, found: &Found, change: impl Fn(&mut Terms)) -> Result<(), Fault> {
    match reader.node().set_terms(&found.origin, change) {
        Ok(_) => Ok(()),
        Err(node::Error::Setting { reason }) => Err(Fault::Malformed { reason }),
        Err(node::Error::NoPeer { .. }) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub(super) struct Removal {
    #[serde(default)]
    forget: Option<String>,
}

pub(super) async fn remove(
    reader: Reader,
    Path(id): Path<String>,
    Form(Removal { forget }): Form<Removal>,
) -> Result<Response, Fault> {
    act(reader, id, "remove", move |reader, found| {
        match &found.origin {
            Origin::Node(state) => {
                reader.node().remove_peer(state.as_str())?;
            }
            Origin::Feed(name) => {
                reader.node().remove_feed(name, forget.as_deref() == Some("1"))?;
            }
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_are_said_as_people_read_them() {
        let said = [900_000, 1_000, 1_500, 90_000, 86_400_000].map(span);
        assert_eq!(said, ["15 min", "1 s", "1500 ms", "90 s", "1 d"]);
        assert_eq!([999, 20_480, 64 << 20].map(size), ["999 B", "20 KiB", "64 MiB"]);
    }
}
