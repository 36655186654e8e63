//! The plain page of an object that no desk shows.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use stix::Id;
use store::Seen;

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Mark;
use crate::reader::{Reader, title_of};

/// A line of the facts.
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) value: String,
}

struct Linked {
    title: String,
    href: String,
    kind: String,
    mark: Mark,
}

struct Version {
    number: usize,
    when: String,
    machine: String,
    newest: bool,
}

#[derive(Template)]
#[template(path = "object.html")]
struct Page {
    frame: Frame,
    kind: String,
    mark: Mark,
    signed: bool,
    doubt: Option<String>,
    reason: String,
    since: String,
    facts: Vec<Fact>,
    from: Vec<Linked>,
    to: Vec<Linked>,
    versions: Vec<Version>,
    raw: String,
    id: String,
    may_recall: bool,
}

pub(super) async fn page(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        let seen = seen(&reader, &id)?;
        let href = reader.href(&seen.object);
        if !href.starts_with("/objects/") {
            return Ok(Redirect::to(&href).into_response());
        }
        let view = reader.view();
        let id = seen.object.id().clone();
        let (texts, badge) = (reader.texts(), seen.policy.badge());
        let linked = |all: Vec<Seen>| -> Vec<Linked> {
            let rows = all.iter().map(|other| Linked {
                title: crate::foreign(&title_of(&other.object)),
                href: reader.href(&other.object),
                kind: texts.of("type-", other.object.id().type_name()).to_string(),
                mark: reader.mark(&other.policy.badge()),
            });
            rows.collect()
        };
        let (from, to) = (linked(view.refers_from(&id)?), linked(view.referring_to(&id)?));
        let versions = view.versions(&id)?;
        let count = versions.len();
        let versions = versions.iter().enumerate().map(|(at, version)| Version {
            number: count - at,
            when: texts.moment(version.received),
            machine: crate::texts::machine(version.received),
            newest: version.newest,
        });
        let versions = versions.collect();
        let title = crate::foreign(&title_of(&seen.object));
        let frame = reader
            .frame(&title)
            .under(texts.say("search-title"), "/search")
            .holds(&reader, [&badge]);
        render(&Page {
            frame,
            kind: texts.of("type-", id.type_name()).to_string(),
            mark: reader.mark(&badge),
            signed: seen.signed,
            doubt: reader.doubt(&seen),
            reason: reader.because(&seen),
            since: texts.moment(seen.added),
            facts: facts(&seen.object.value()),
            from,
            to,
            versions,
            raw: crate::foreign(&pretty(&seen)),
            may_recall: reader.may_recall_this(&seen),
            id: id.to_string(),
        })
    })
    .await
}

pub(super) async fn raw(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        let seen = seen(&reader, &id)?;
        let name = format!("attachment; filename=\"{}.json\"", seen.object.id());
        let headers = [
            (header::CONTENT_TYPE, "application/stix+json;version=2.1".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ];
        Ok((headers, seen.object.bytes().clone()).into_response())
    })
    .await
}

fn seen(reader: &Reader, id: &str) -> Result<Seen, Fault> {
    // What is no identifier is not there either.
    let id = Id::parse(id).map_err(|_| Fault::NotFound)?;
    reader.view().get(&id)?.ok_or(Fault::NotFound)
}

/// What the object says beyond what the page shows elsewhere.
pub(crate) fn facts(value: &Map<String, Value>) -> Vec<Fact> {
    const ELSEWHERE: [&str; 8] = [
        "type",
        "id",
        "spec_version",
        "name",
        "extensions",
        "object_marking_refs",
        "granular_markings",
        "created_by_ref",
    ];
    let shown = value.iter().filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()));
    shown
        .map(|(key, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Array(items) if items.iter().all(Value::is_string) => {
                    items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
                }
                other => other.to_string(),
            };
            Fact { name: crate::foreign(&key.replace('_', " ")), value: crate::foreign(&text) }
        })
        .collect()
}

/// The object for people to read: the bytes themselves are behind the download.
fn pretty(seen: &Seen) -> String {
    serde_json::to_string_pretty(&seen.object.value()).unwrap_or_default()
}
