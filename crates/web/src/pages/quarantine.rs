//! What is kept aside, for the administrator.

use std::borrow::Cow;

use askama::Template;
use axum::extract::{Path, Query, RawForm};
use axum::response::{IntoResponse, Redirect, Response};
use node::{QuarantineQuery, Quarantined, Role};
use serde::Deserialize;

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::reader::Reader;

/// How many stand on a page.
const PAGE: usize = 50;
/// How much of the bytes is shown.
const MOST_SHOWN: usize = 64 << 10;

struct Row {
    number: i64,
    when: String,
    machine: String,
    from: String,
    code: String,
    reason: String,
    id: String,
}

/// A filter that can be chosen, with how many there are.
struct Chip {
    text: String,
    href: String,
    count: u64,
    current: bool,
}

/// A source of which more came than is kept.
struct Full {
    source: String,
    pushed: u64,
    when: String,
}

#[derive(Template)]
#[template(path = "quarantine.html")]
struct List {
    frame: Frame,
    rows: Vec<Row>,
    sources: Vec<Chip>,
    codes: Vec<Chip>,
    full: Vec<Full>,
    count: u64,
    next: Option<String>,
    previous: Option<String>,
    filtered: bool,
}

#[derive(Template)]
#[template(path = "quarantined.html")]
struct One {
    frame: Frame,
    row: Row,
    bytes: usize,
    raw: String,
    cut: bool,
    /// Why it stays where it is, after it was judged again.
    stays: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    from: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    before: Option<i64>,
    #[serde(default)]
    done: String,
    #[serde(default)]
    stays: String,
}

impl Filter {
    fn href(&self, before: Option<i64>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.from.is_empty() {
            query.append_pair("from", &self.from);
        }
        if !self.why.is_empty() {
            query.append_pair("why", &self.why);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        match query.finish() {
            query if query.is_empty() => "/quarantine".to_owned(),
            query => format!("/quarantine?{query}"),
        }
    }
}

fn chosen(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) async fn list(reader: Reader, Query(filter): Query<Filter>) -> Result<Response, Fault> {
    blocking(move || {
        let (node, session, texts) = (reader.node(), reader.session(), reader.texts());
        let query = QuarantineQuery {
            from: chosen(&filter.from),
            code: chosen(&filter.why),
            before: filter.before,
            limit: PAGE + 1,
        };
        let mut kept = node.quarantined(session, &query)?;
        let size = node.quarantine_size(session)?;
        let more = kept.len() > PAGE;
        kept.truncate(PAGE);
        let next = kept.last().filter(|_| more).map(|last| filter.href(Some(last.number)));
        let sources = size.sources.iter().filter(|share| share.held > 0).map(|share| {
            let current = share.source == filter.from;
            let from = if current { String::new() } else { share.source.clone() };
            let href = Filter { from, before: None, ..filter.clone() }.href(None);
            Chip { text: source(&reader, &share.source), href, count: share.held, current }
        });
        let codes = size.codes.iter().map(|(code, count)| {
            let current = *code == filter.why;
            let why = if current { String::new() } else { code.clone() };
            let href = Filter { why, before: None, ..filter.clone() }.href(None);
            let text = texts.of("aside-why-", code).to_string();
            Chip { text, href, count: *count, current }
        });
        let full = size.sources.iter().filter(|share| share.pushed > 0).map(|share| Full {
            source: source(&reader, &share.source),
            pushed: share.pushed,
            when: texts.moment(share.last),
        });
        let frame = reader
            .frame(texts.say("aside-title"))
            .at("/quarantine")
            .under(texts.say("nav-partners"), "/partners")
            .saying(match filter.done.as_str() {
                "discarded" => Some(texts.say("aside-discarded").to_string()),
                "admitted" => Some(texts.say("aside-admitted").to_string()),
                _ => None,
            });
        render(&List {
            rows: kept.iter().map(|one| row(&reader, one)).collect(),
            sources: sources.collect(),
            codes: codes.collect(),
            full: full.collect(),
            count: size.sources.iter().map(|share| share.held).sum(),
            next,
            previous: filter.before.map(|_| filter.href(None)),
            filtered: !filter.from.is_empty() || !filter.why.is_empty(),
            frame,
        })
    })
    .await
}

pub(super) async fn one(
    reader: Reader,
    Path(number): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    blocking(move || {
        let kept = held(&reader, &number)?;
        let texts = reader.texts();
        let text: Cow<'_, str> = kept.text();
        let shown: String = text.chars().take(MOST_SHOWN).collect();
        let cut = shown.len() < text.len();
        // Told apart line by line: the bytes may be no JSON at all.
        let raw = shown.lines().map(crate::foreign).collect::<Vec<_>>().join("\n");
        let row = row(&reader, &kept);
        let title = if row.id.is_empty() {
            texts.say("aside-nameless").to_string()
        } else {
            row.id.clone()
        };
        let frame = reader
            .frame(title)
            .at("/quarantine")
            .under(texts.say("nav-partners"), "/partners")
            .under(texts.say("aside-title"), "/quarantine");
        let stays = !filter.stays.is_empty();
        render(&One { frame, row, bytes: kept.bytes.len(), raw, cut, stays })
    })
    .await
}

pub(super) async fn judge(reader: Reader, Path(number): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        let kept = held(&reader, &number)?;
        let to = match reader.node().judge_again(reader.session(), kept.number)? {
            None => "/quarantine?done=admitted".to_owned(),
            Some(_) => format!("/quarantine/{}?stays=1", kept.number),
        };
        Ok(Redirect::to(&to).into_response())
    })
    .await
}

pub(super) async fn discard(reader: Reader, RawForm(form): RawForm) -> Result<Response, Fault> {
    blocking(move || {
        let numbers = url::form_urlencoded::parse(&form)
            .filter(|(key, _)| key == "n")
            .filter_map(|(_, value)| value.parse().ok());
        let numbers: Vec<i64> = numbers.take(PAGE).collect();
        reader.node().discard(reader.session(), &numbers)?;
        Ok(Redirect::to("/quarantine?done=discarded").into_response())
    })
    .await
}

fn held(reader: &Reader, number: &str) -> Result<Quarantined, Fault> {
    if reader.session().role != Role::Administrator {
        return Err(Fault::Forbidden);
    }
    let number = number.parse().map_err(|_| Fault::NotFound)?;
    let kept = reader.node().quarantined_one(reader.session(), number)?;
    kept.ok_or(Fault::NotFound)
}

fn row(reader: &Reader, kept: &Quarantined) -> Row {
    let texts = reader.texts();
    Row {
        number: kept.number,
        when: texts.moment(kept.at),
        machine: crate::texts::machine(kept.at),
        from: source(reader, &kept.from),
        code: texts.of("aside-why-", kept.refusal.code()).to_string(),
        reason: crate::foreign(&kept.refusal.to_string()),
        id: crate::foreign(kept.id.as_deref().unwrap_or_default()),
    }
}

/// From whom something came: a partner by its name, an account or a file by its own.
fn source(reader: &Reader, from: &str) -> String {
    match stix::Id::parse(from) {
        Ok(state) => reader.named(&state).name,
        Err(_) => crate::foreign(from),
    }
}
