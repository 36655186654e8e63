//! What the desk has for the overview.

use node::DeliveryState;
use store::Listed;
use web::{Due, Fault, News, NewsGroup, Overview, Reader, Tile};

use super::draft::KIND;
use super::row::Row;
use crate::form::Form;
use crate::lists::REPORTS;
use crate::objects::Report;

/// How many rows of each kind the overview shows.
const ROWS: usize = 30;
const RECEIVED: usize = 8;
const DRAFTS: usize = 8;

pub(super) fn overview(reader: &Reader) -> Result<Overview, Fault> {
    let texts = reader.texts();
    let me = reader.node().profile().state.clone();
    let is_mine = |row: &Listed| row.seen.policy.badge().owner.as_ref() == Some(&me);
    let since = reader.session().last_visit;
    let new = reader.view().since(REPORTS, since, ROWS)?;
    // At a first visit nothing is newer than it; what came last is shown instead.
    let is_old = !new.rows.iter().any(|row| !is_mine(row));
    let shown = if is_old { reader.view().since(REPORTS, 0, ROWS)? } else { new.clone() };
    let mut news: Vec<NewsGroup> = Vec::new();
    for row in shown.rows.iter().filter(|row| !is_mine(row)) {
        let Some(item) = item(reader, row)? else { continue };
        let Some(owner) = item.mark.owner.clone() else { continue };
        match news.iter_mut().find(|group| group.owner == owner) {
            Some(group) => group.rows.push(item),
            None => news.push(NewsGroup { owner, rows: vec![item] }),
        }
    }
    let fresh = new.rows.iter().filter(|row| !is_mine(row)).count();
    let plus = if new.total.exact { "" } else { "+" };
    let (received, waiting) = received(reader)?;
    let drafts = reader.node().drafts(reader.session(), KIND)?;
    let tiles = vec![
        tile(format!("{fresh}{plus}"), texts.say("hybrid-tile-new").to_string(), "#new"),
        tile(waiting.to_string(), texts.say("hybrid-tile-waiting").to_string(), "#received"),
        tile(
            drafts.len().to_string(),
            texts.say("hybrid-tile-drafts").with("n", drafts.len()).to_string(),
            "#due",
        ),
    ];
    let due = drafts.into_iter().take(DRAFTS).map(|draft| {
        let form: Form = serde_json::from_value(draft.form).unwrap_or_default();
        let title = web::foreign(form.get("title"));
        Due {
            when: texts.say("hybrid-draft").to_string(),
            title: if title.is_empty() { texts.say("hybrid-untitled").to_string() } else { title },
            href: format!("/reports/drafts/{}", draft.id),
            sub: texts
                .say("hybrid-draft-kept")
                .with("when", texts.moment(draft.changed))
                .to_string(),
        }
    });
    let due = due.collect();
    let act = Some((texts.say("hybrid-nav-new").to_string(), "/reports/new"));
    Ok(Overview { tiles, news, is_old, due, received, act })
}

fn tile(number: String, what: String, href: &str) -> Tile {
    Tile { number, what, href: href.to_owned() }
}

fn item(reader: &Reader, listed: &Listed) -> Result<Option<News>, Fault> {
    let texts = reader.texts();
    let Some(report) = Report::of(&listed.seen.object) else { return Ok(None) };
    let row = Row::of(reader, &report, &listed.seen);
    let versions = reader.view().versions(&report.id)?.len();
    let kind = if versions > 1 {
        texts.say("hybrid-news-version").with("n", versions).to_string()
    } else {
        texts.say("hybrid-news-new").to_string()
    };
    let sub = [row.place.as_str(), row.domain.1.as_str()];
    Ok(Some(News {
        at: listed.seen.received,
        kind,
        sub: sub.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        title: row.title,
        href: row.href,
        mark: row.mark,
        fresh: row.fresh,
    }))
}

/// Our last released reports with what partners have of them, and how many of those still wait.
fn received(reader: &Reader) -> Result<(Vec<News>, usize), Fault> {
    let texts = reader.texts();
    let me = reader.node().profile().state.clone();
    let page = reader.view().since(REPORTS, 0, ROWS)?;
    let (mut news, mut waiting) = (Vec::new(), 0);
    for listed in page.rows {
        if listed.seen.policy.badge().owner.as_ref() != Some(&me) || news.len() >= RECEIVED {
            continue;
        }
        let deliveries = reader.node().deliveries(reader.session(), listed.seen.object.id())?;
        let told: Vec<String> = deliveries
            .iter()
            .filter(|delivery| delivery.state != DeliveryState::NotFor)
            .map(|delivery| {
                let key = match delivery.state {
                    DeliveryState::Received => "hybrid-has-it",
                    DeliveryState::Sent => "hybrid-was-sent",
                    _ => "hybrid-has-it-not",
                };
                texts.say(key).with("name", delivery.partner.name.as_str()).to_string()
            })
            .collect();
        if told.is_empty() {
            continue;
        }
        waiting += usize::from(
            deliveries.iter().any(|delivery| delivery.state == DeliveryState::NotReached),
        );
        if let Some(item) = item(reader, &listed)? {
            let kind = texts.say("hybrid-news-released").to_string();
            news.push(News {
                kind,
                sub: told.join(" · "),
                fresh: false,
                at: listed.seen.added,
                ..item
            });
        }
    }
    Ok((news, waiting))
}
