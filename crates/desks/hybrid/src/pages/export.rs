//! The list as a file: what the reader may see of it, and no more.

use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use store::Cursor;
use web::{Fault, Reader, blocking};

use super::filter::Filter;
use super::row::Row;
use crate::lists::REPORTS;
use crate::objects::Report;

/// How many reports a file holds at most.
const MOST: usize = 10_000;
const STEP: usize = 1_000;

/// Runs `with` on every report of the filtered list.
fn each(
    reader: &Reader,
    filter: &Filter,
    mut with: impl FnMut(&Report, store::Seen),
) -> Result<(), Fault> {
    let mut query = filter.query(reader, STEP)?;
    let mut count = 0;
    let mut after: Option<Cursor> = None;
    if !filter.q.is_empty() {
        let found = super::list::find(reader, filter, STEP)?;
        for row in found.rows {
            let Ok(id) = stix::Id::parse(&row.id) else { continue };
            let Some(seen) = reader.view().get(&id)? else { continue };
            if let Some(report) = Report::of(&seen.object) {
                with(&report, seen);
            }
        }
        return Ok(());
    }
    loop {
        query.after = after;
        let page = reader.view().list(REPORTS, &query)?;
        for row in page.rows {
            if let Some(report) = Report::of(&row.seen.object) {
                with(&report, row.seen);
                count += 1;
            }
        }
        match page.next {
            Some(next) if count < MOST => after = Some(next),
            _ => return Ok(()),
        }
    }
}

pub(super) async fn bundle(
    reader: Reader,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    blocking(move || {
        let view = reader.view();
        let mut objects: Vec<stix::Object> = Vec::new();
        let mut parts = Vec::new();
        each(&reader, &filter, |report, seen| {
            parts.extend(report.location.clone());
            parts.extend(seen.object.header().marking_refs.iter().cloned());
            objects.push(seen.object);
        })?;
        parts.sort();
        parts.dedup();
        for id in parts {
            objects.extend(view.get(&id)?.map(|seen| seen.object));
        }
        // The same objects make the same file: its name follows from theirs.
        let names: Vec<String> = objects
            .iter()
            .map(|object| format!("{} {:?}", object.id(), object.version()))
            .collect();
        let id = stix::Id::named("bundle", stix::id::ENTENTE_NAMESPACE, &names.join("\n"));
        let bytes = stix::bundle::write(&id.map_err(node::Error::from)?, &objects);
        Ok(file("application/stix+json;version=2.1", "reports.json", bytes))
    })
    .await
}

pub(super) async fn csv(reader: Reader, Query(filter): Query<Filter>) -> Result<Response, Fault> {
    blocking(move || {
        let mut text = String::from("id,date,title,domain,struck,place,actor as claimed,claimed by,confidence,owner,marking\r\n");
        each(&reader, &filter, |report, seen| {
            let row = Row::of(&reader, report, &seen);
            let struck: Vec<&str> = row.struck.iter().map(|named| named.code.as_str()).collect();
            let owner = row.mark.owner.as_ref().map_or("", |owner| owner.code.as_str());
            let cells = [
                &row.id, &row.machine, &row.title, &row.domain.1, &struck.join(" "), &row.place, &row.actor,
                &row.claimed_by, &row.confidence.1, owner, &marking(&row),
            ];
            text.push_str(&cells.map(cell).join(","));
            text.push_str("\r\n");
        })?;
        Ok(file("text/csv; charset=utf-8", "reports.csv", text.into_bytes()))
    })
    .await
}

fn marking(row: &Row) -> String {
    let label = row.mark.tlp().map_or("NATIONAL ONLY", |(label, _)| label);
    match &row.mark.to {
        Some(to) => {
            format!("{} REL TO {}", row.mark.tlp().map_or("", |(label, _)| label), to.join(" "))
                .trim()
                .to_owned()
        }
        None => label.to_owned(),
    }
}

/// A cell that a spreadsheet takes for text, whatever it begins with (RFC 4180; formulas quoted).
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_becomes_a_formula() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for dangerous in ["+1", "-1", "@x", "\tx"] {
            assert!(cell(dangerous).starts_with('\''), "{dangerous:?}");
        }
        assert_eq!(cell("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
