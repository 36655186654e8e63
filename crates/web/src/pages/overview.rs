//! What is new since the reader was here, what waits, and what partners received.

use askama::Template;
use axum::response::Response;

use super::partners::{Row, rows};
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::overview::{Due, Overview, Tile};
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
        let overview = overview.and(waiting(&reader)?);
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

/// What waits for the reader's approval, and what came back to the reader.
fn waiting(reader: &Reader) -> Result<Overview, Fault> {
    let (node, session, texts) = (reader.node(), reader.session(), reader.texts());
    let (mut due, mut waiting) = (Vec::new(), 0);
    for proposal in node.proposals(session)? {
        let decides = node.may_decide(session, &proposal);
        let returned = matches!(&proposal.step, node::Step::Returned { .. })
            && proposal.by.account == session.account;
        waiting += usize::from(decides);
        if decides || returned {
            let key = if decides { "overview-approve" } else { "release-returned" };
            due.push(Due {
                when: texts.say(key).to_string(),
                title: crate::foreign(&proposal.title),
                href: format!("/releases/{}", proposal.id),
                sub: texts
                    .say("release-proposed-by")
                    .with("who", crate::foreign(&proposal.by.display))
                    .with("when", texts.moment(proposal.at))
                    .to_string(),
            });
        }
    }
    let tile = session.role.may_approve().then(|| Tile {
        number: waiting.to_string(),
        what: texts.say("overview-tile-approve").with("n", waiting).to_string(),
        href: "/releases".to_owned(),
    });
    Ok(Overview { due, tiles: tile.into_iter().collect(), ..Overview::default() })
}
