//! Search over everything that the reader may see.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use release::Badge;
use serde::Deserialize;
use store::Cursor;

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Mark;
use crate::reader::{Reader, title_of};

const ROWS: usize = 50;

struct Row {
    title: String,
    href: String,
    kind: String,
    when: String,
    machine: String,
    mark: Mark,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    frame: Frame,
    text: String,
    rows: Vec<Row>,
    total: u64,
    exact: bool,
    next: Option<String>,
    previous: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

pub(super) async fn page(
    reader: Reader,
    Query(Asking { q, after }): Query<Asking>,
) -> Result<Response, Fault> {
    blocking(move || {
        let after = after.map(|after| after.parse::<Cursor>()).transpose()?;
        let found = reader.view().search(&q, after.as_ref(), ROWS)?;
        let badges: Vec<Badge> = found.rows.iter().map(|row| row.seen.policy.badge()).collect();
        let texts = reader.texts();
        let rows = found.rows.iter().zip(&badges).map(|(row, badge)| Row {
            title: crate::foreign(&title_of(&row.seen.object)),
            href: reader.href(&row.seen.object),
            kind: texts.of("type-", row.seen.object.id().type_name()).to_string(),
            when: texts.moment(row.seen.received),
            machine: crate::texts::machine(row.seen.received),
            mark: reader.mark(badge),
        });
        let rows = rows.collect();
        let to = |cursor: &Cursor| {
            let mut query = url::form_urlencoded::Serializer::new("/search?".to_owned());
            query.append_pair("q", &q).append_pair("after", &cursor.to_string()).finish()
        };
        let (next, previous) = (found.next.as_ref().map(to), found.previous.as_ref().map(to));
        let frame = reader.frame(texts.say("search-title")).holds(&reader, &badges);
        let (total, exact) = (found.total.number, found.total.exact);
        render(&Page { frame, text: crate::foreign(&q), rows, total, exact, next, previous })
    })
    .await
}
