//! What is new since the reader was here, what waits, and what partners received.

use askama::Template;
use axum::response::Response;

use super::partners::{Row, rows};
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::overview::Overview;
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
    today: String,
    since: String,
    overview: Overview,
    partners: Vec<Row>,
    may_write: bool,
}

pub(super) async fn page(reader: Reader) -> Result<Response, Fault> {
    blocking(move || {
        let mut overview = Overview::default();
        for desk in reader.shell().desks() {
            overview = overview.and((desk.overview)(&reader)?);
        }
        let texts = reader.texts();
        let today = texts.weekday_date(crate::texts::civil(reader.now()).date());
        let since = texts.moment(reader.session().last_visit);
        let frame = reader.frame(texts.say("nav-overview")).at("/");
        let partners = rows(&reader)?;
        let may_write = reader.may_write();
        render(&Page { frame, today, since, overview, partners, may_write })
    })
    .await
}
