//! The list of reports.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use store::{Count, Cursor, Order};
use web::{Fault, Frame, Reader, blocking, render};

use super::filter::Filter;
use super::map;
use super::row::Row;
use super::strip::Strip;
use crate::lists::{REPORTS, facet};
use crate::objects::Report;
use crate::vocabulary::Word;

/// Rows on a page.
const ROWS: usize = 50;
/// How many objects a search by words looks at.
const MOST_FOUND: usize = 500;

struct Tab {
    name: String,
    href: String,
    count: Option<String>,
    current: bool,
}

struct Chip {
    name: String,
    value: String,
    href: String,
}

struct Choice {
    value: String,
    name: String,
    count: u64,
    chosen: bool,
}

struct Menu {
    field: &'static str,
    name: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    chips: Vec<Chip>,
    menus: Vec<Menu>,
    filter: Filter,
    rows: Vec<Row>,
    total: String,
    strip: Strip,
    map: String,
    newer: Option<String>,
    older: Option<String>,
    sort: String,
    oldest: bool,
    live: String,
    csv: String,
    json: String,
    may_write: bool,
}

/// One page of reports, as the filter wants them.
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    total: Count,
    next: Option<Cursor>,
    previous: Option<Cursor>,
}

pub(super) async fn page(reader: Reader, Query(filter): Query<Filter>) -> Result<Response, Fault> {
    blocking(move || {
        let found = find(&reader, &filter, ROWS)?;
        let texts = reader.texts();
        let frame = reader.frame(texts.say("hybrid-reports")).at("/reports").with_map();
        let frame = frame.holds(&reader, found.rows.iter().map(|row| &row.badge));
        let map = map::data(&reader, &frame, &found.rows);
        let strip = Strip::of(&found.rows);
        let to = |cursor: &Cursor| {
            Filter { after: Some(cursor.to_string()), ..filter.clone() }.address("/reports")
        };
        let oldest = filter.sort == "oldest";
        let other = filter.with("sort", if oldest { "" } else { "oldest" });
        render(&Page {
            tabs: tabs(&reader, &filter)?,
            chips: chips(&reader, &filter),
            menus: menus(&reader, &filter)?,
            total: count(&reader, found.total),
            strip,
            map,
            newer: found.previous.as_ref().map(to),
            older: found.next.as_ref().map(to),
            sort: other.address("/reports"),
            oldest,
            live: filter.address("/reports"),
            csv: Filter { after: None, ..filter.clone() }.address("/reports/export.csv"),
            json: Filter { after: None, ..filter.clone() }.address("/reports/export.json"),
            may_write: reader.may_write(),
            rows: found.rows,
            filter,
            frame,
        })
    })
    .await
}

/// Reads one page of the list.
pub(super) fn find(reader: &Reader, filter: &Filter, limit: usize) -> Result<Found, Fault> {
    let view = reader.view();
    let query = filter.query(reader, limit)?;
    if !filter.q.is_empty() {
        return search(reader, filter, &query);
    }
    let page = view.list(REPORTS, &query)?;
    let rows = page.rows.iter().filter_map(|row| {
        let report = Report::of(&row.seen.object)?;
        Some(Row::of(reader, &report, &row.seen))
    });
    Ok(Found { rows: rows.collect(), total: page.total, next: page.next, previous: page.previous })
}

/// Words are looked for in everything; what is a report and fits the other filters is kept.
fn search(reader: &Reader, filter: &Filter, query: &store::ListQuery) -> Result<Found, Fault> {
    let found = reader.view().search(&filter.q, None, MOST_FOUND)?;
    let exact = found.next.is_none();
    let rows = found.rows.iter().filter_map(|row| {
        let spec = crate::lists().into_iter().find(|spec| spec.name == REPORTS)?;
        let listed = (spec.row)(&row.seen.object)?;
        let has = |field: &str| {
            let mut wanted = query.filters.iter().filter(|(held, _)| held == field).peekable();
            wanted.peek().is_none()
                || wanted.any(|(_, value)| {
                    listed
                        .facets
                        .iter()
                        .any(|(held, held_value)| *held == field && held_value == value)
                })
        };
        let within = query.from.as_ref().is_none_or(|from| listed.sort >= *from)
            && query.to.as_ref().is_none_or(|to| listed.sort < *to);
        let fits = within && query.filters.iter().all(|(field, _)| has(field));
        let report = Report::of(&row.seen.object).filter(|_| fits)?;
        Some((listed.sort, Row::of(reader, &report, &row.seen)))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(
        |(a, _), (b, _)| if query.order == Order::Ascending { a.cmp(b) } else { b.cmp(a) },
    );
    let total = Count { number: rows.len() as u64, exact };
    // Whoever finds more says more words: a page is not a place to leaf through them.
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).take(query.limit).collect();
    Ok(Found { rows, total, next: None, previous: None })
}

fn count(reader: &Reader, count: Count) -> String {
    let key = if count.exact { "hybrid-count" } else { "hybrid-count-more" };
    reader.texts().say(key).with("n", count.number).to_string()
}

fn tabs(reader: &Reader, filter: &Filter) -> Result<Vec<Tab>, Fault> {
    let mut tabs = Vec::new();
    for (set, key) in
        [("", "hybrid-tab-all"), ("ours", "hybrid-tab-ours"), ("partners", "hybrid-tab-partners")]
    {
        let of_set = Filter { set: set.to_owned(), ..Filter::default() };
        let page = reader.view().list(REPORTS, &of_set.query(reader, 1)?)?;
        // Without partners nothing is from partners, and the filter would ask for everything.
        let none = set == "partners" && reader.node().peers()?.is_empty();
        let number = if none { 0 } else { page.total.number };
        let sign = if page.total.exact { "" } else { "+" };
        tabs.push(Tab {
            name: reader.texts().say(key).to_string(),
            href: filter.with("set", set).address("/reports"),
            count: Some(format!("{number}{sign}")),
            current: filter.set == set,
        });
    }
    Ok(tabs)
}

fn field_name(reader: &Reader, field: &str) -> String {
    reader.texts().of("hybrid-filter-", field).to_string()
}

/// How a filter's value is called.
fn value_name(reader: &Reader, field: &str, value: &str) -> String {
    let texts = reader.texts();
    match field {
        facet::DOMAIN => super::words::word(
            texts,
            "hybrid-domain-",
            &Word::<crate::vocabulary::Domain>::of(value),
        ),
        facet::STRUCK | facet::OWNER => texts.state(value, value),
        facet::LEVEL => match stix::marking::Tlp::of_slug(value) {
            Some(tlp) => tlp.label().to_owned(),
            None => texts.say("hybrid-level-none").to_string(),
        },
        facet::CONFIDENCE => texts.of("hybrid-confidence-", value).to_string(),
        _ => web::foreign(value),
    }
}

fn chips(reader: &Reader, filter: &Filter) -> Vec<Chip> {
    let on = filter.fields().into_iter().filter(|(_, value)| !value.is_empty());
    on.map(|(field, value)| Chip {
        name: field_name(reader, field),
        value: value_name(reader, field, value),
        href: filter.with(field, "").address("/reports"),
    })
    .collect()
}

fn menus(reader: &Reader, filter: &Filter) -> Result<Vec<Menu>, Fault> {
    const MOST: usize = 40;
    let query = filter.query(reader, 1)?;
    let mut menus = Vec::new();
    for (field, chosen) in filter.fields().into_iter().take(5) {
        let values = reader.view().facets(REPORTS, field, &query)?;
        let choices = values.into_iter().take(MOST).filter_map(|(value, count)| {
            let value = match field {
                // An owner is known by its pinned record; one that is not is no owner here.
                facet::OWNER => {
                    let state = stix::Id::parse(&value).ok()?;
                    reader.node().owner_profile(&state).ok()??.code
                }
                _ => value,
            };
            let name = value_name(reader, field, &value);
            Some(Choice { chosen: value == chosen, name, value, count })
        });
        let choices: Vec<_> = choices.collect();
        menus.push(Menu { field, name: field_name(reader, field), choices });
    }
    Ok(menus)
}
