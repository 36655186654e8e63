//! The audit trail, for administrators: who did what when.

use askama::Template;
use axum::body::Body;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use node::Role;
use node::audit::{Act, Actor, KINDS, Tells};
use serde::Deserialize;
use stix::{Id, Timestamp};
use store::trail::{Told, TrailQuery};

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Mark;
use crate::reader::{Reader, title_of};

/// How many rows a page shows.
const ROWS: usize = 100;

/// An object that a row is about, if it is held and the reader may see it.
struct About {
    title: String,
    href: String,
    mark: Mark,
}

struct Row {
    number: u64,
    when: String,
    machine: String,
    by: String,
    kind: String,
    detail: String,
    about: Vec<About>,
    /// How many more objects the row is about.
    others: usize,
}

/// A choice of a menu.
struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    kinds: Vec<Choice>,
    by: String,
    from: String,
    to: String,
    size: u64,
    signed: Option<(u64, String)>,
    export: String,
    next: Option<String>,
    previous: Option<String>,
    filtered: bool,
}

/// The filters, as they stand in the address.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    below: Option<u64>,
    above: Option<u64>,
}

impl Asking {
    fn query(&self) -> TrailQuery {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        TrailQuery {
            kinds: text(&self.kind).into_iter().collect(),
            by: text(&self.by),
            from: day(&self.from),
            to: day(&self.to),
            ..TrailQuery::default()
        }
    }

    /// The page with these filters, at another place.
    fn at(&self, path: &str, place: Option<(&str, u64)>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(format!("{path}?"));
        for (name, value) in
            [("kind", &self.kind), ("by", &self.by), ("from", &self.from), ("to", &self.to)]
        {
            if !value.trim().is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some((name, n)) = place {
            query.append_pair(name, &n.to_string());
        }
        query.finish()
    }
}

/// A day in UTC; what is none filters nothing.
fn day(text: &str) -> Option<i64> {
    let whole = format!("{}T00:00:00Z", text.trim());
    Timestamp::parse(&whole).ok().map(|at| at.micros())
}

pub(super) async fn page(reader: Reader, Query(asking): Query<Asking>) -> Result<Response, Fault> {
    if reader.session().role != Role::Administrator {
        return Err(Fault::Forbidden);
    }
    blocking(move || {
        let trail = reader.node().store().trail();
        let ascending = asking.above.is_some();
        let query = TrailQuery {
            below: asking.below,
            above: asking.above,
            ascending,
            limit: ROWS + 1,
            ..asking.query()
        };
        let mut found = trail.find(&query)?;
        let more = found.len() > ROWS;
        found.truncate(ROWS);
        if ascending {
            found.reverse();
        }
        let first = found.first().map(|told| told.row.n);
        let last = found.last().map(|told| told.row.n);
        let is_later = asking.below.is_some() || (ascending && more);
        let is_earlier = ascending || more;
        let at = |name, n: Option<u64>| n.map(|n| asking.at("/audit", Some((name, n))));
        let previous = at("above", first.filter(|_| is_later));
        let next = at("below", last.filter(|_| is_earlier));
        let rows = found.iter().map(|told| row(&reader, told)).collect::<Result<_, Fault>>()?;
        let texts = reader.texts();
        let choice = |kind: &&str| Choice {
            value: (*kind).to_owned(),
            name: texts.of("audit-is-", kind).to_string(),
            chosen: *kind == asking.kind,
        };
        let mut kinds: Vec<_> = KINDS.iter().map(choice).collect();
        kinds.sort_by(|one, other| one.name.cmp(&other.name));
        let signed = reader.node().audit_heads(1)?.pop();
        let signed = signed.map(|head| (head.size, texts.moment(head.at.micros())));
        let frame = reader.frame(texts.say("nav-audit")).at("/audit");
        render(&Page {
            frame,
            rows,
            kinds,
            by: crate::foreign(&asking.by),
            from: crate::foreign(&asking.from),
            to: crate::foreign(&asking.to),
            size: trail.size()?,
            signed,
            export: asking.at("/audit/extract", None),
            next,
            previous,
            filtered: asking.at("", None) != "?",
        })
    })
    .await
}

fn row(reader: &Reader, told: &Told) -> Result<Row, Fault> {
    let texts = reader.texts();
    let at = Timestamp::parse(&told.row.at).map(|at| at.micros()).unwrap_or_default();
    let tells = serde_json::from_str::<Tells>(told.row.tells.get()).ok();
    let kind = tells.as_ref().map(|tells| tells.act.kind()).unwrap_or_default();
    let mut about = Vec::new();
    let view = reader.view();
    for (_, id) in reader.node().store().trail().objects(told.row.n)?.into_iter().take(5) {
        if let Some(seen) = view.get(&id)? {
            about.push(About {
                title: crate::foreign(&title_of(&seen.object)),
                href: reader.href(&seen.object),
                mark: reader.mark(&seen.policy.badge()),
            });
        }
    }
    Ok(Row {
        number: told.row.n,
        when: texts.moment(at),
        machine: crate::texts::machine(at),
        by: tells.as_ref().map(|tells| actor(reader, &tells.by)).unwrap_or_default(),
        detail: tells.map(|tells| detail(reader, &tells.act, told)).unwrap_or_default(),
        kind: texts.of("audit-is-", &kind).to_string(),
        others: told.row.about.len().saturating_sub(about.len()),
        about,
    })
}

/// Who it was, in words.
fn actor(reader: &Reader, by: &Actor) -> String {
    let texts = reader.texts();
    match by.as_str() {
        ":node" => texts.say("audit-by-node").to_string(),
        ":command" => texts.say("audit-by-command").to_string(),
        ":unknown" => texts.say("audit-by-unknown").to_string(),
        other => match other.strip_prefix(':').map(Id::parse) {
            Some(Ok(state)) => reader.named(&state).code,
            _ => crate::foreign(other),
        },
    }
}

/// What a row says beside its kind: short, for people. The row itself is in the extract.
fn detail(reader: &Reader, act: &Act, told: &Told) -> String {
    let texts = reader.texts();
    let party = |text: &str| match Id::parse(text) {
        Ok(state) => reader.named(&state).code,
        Err(_) => crate::foreign(text),
    };
    let objects = |n: &u64| texts.say("audit-objects").with("n", *n).to_string();
    match act {
        Act::SignInFailed { tries } => texts.say("audit-tries").with("n", *tries).to_string(),
        Act::Read { objects: n, .. }
        | Act::Released { objects: n, .. }
        | Act::Recalled { objects: n }
        | Act::Narrowed { objects: n }
        | Act::Discarded { objects: n } => objects(n),
        Act::Admitted { from, objects: n, .. } => {
            format!("{}, {}", party(from), objects(&told.row.new.unwrap_or(*n)))
        }
        Act::Refused { from, reasons } => {
            let n: u64 = reasons.values().sum();
            let codes: Vec<_> = reasons.keys().map(|code| crate::foreign(code)).collect();
            format!("{}, {} ({})", party(from), objects(&n), codes.join(", "))
        }
        Act::PackWritten { peer, objects: n, .. } | Act::PackRead { peer, objects: n, .. } => {
            format!("{}, {}", party(peer.as_str()), objects(n))
        }
        Act::AccountAdded { account, .. }
        | Act::AccountPassword { account }
        | Act::AccountRights { account }
        | Act::AccountRemoved { account } => crate::foreign(account),
        Act::PeerInvited { peer } | Act::KeyChosen { peer, .. } => party(peer.as_str()),
        Act::PeerAdded { peer, .. } | Act::PeerChanged { peer } | Act::PeerRemoved { peer } => {
            party(peer)
        }
        Act::Erased { owner, .. } => party(owner.as_str()),
        Act::Receipt { from } => party(from.as_str()),
        Act::Setting { name, value } => {
            format!("{} = {}", crate::foreign(name), crate::foreign(value))
        }
        _ => String::new(),
    }
}

/// The rows that the filters choose, as an extract that anybody can check.
pub(super) async fn extract(
    reader: Reader,
    Query(asking): Query<Asking>,
) -> Result<Response, Fault> {
    if reader.session().role != Role::Administrator {
        return Err(Fault::Forbidden);
    }
    blocking(move || {
        let mut out = Vec::new();
        reader.node().extract_audit(&asking.query(), &[], &mut out)?;
        let headers = [
            (header::CONTENT_TYPE, "application/jsonl; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-extract.jsonl\""),
        ];
        Ok((headers, Body::from(out)).into_response())
    })
    .await
}
