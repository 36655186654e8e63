//! The partners' nodes: how the links stand, and what was kept aside.

use askama::Template;
use axum::response::Response;
use node::{KeyState, Link, Role};

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Named;
use crate::reader::Reader;

/// A partner as pages show it.
pub(super) struct Row {
    pub(super) named: Named,
    pub(super) node: String,
    pub(super) class: &'static str,
    pub(super) tone: &'static str,
    pub(super) word: String,
    pub(super) detail: String,
    /// The moment that the detail is about, for `datetime`; now, where it is about none.
    pub(super) at: String,
    pub(super) took: String,
    pub(super) fingerprint: String,
    pub(super) url: String,
    pub(super) invited: bool,
}

/// The partners, by code.
pub(super) fn rows(reader: &Reader) -> Result<Vec<Row>, Fault> {
    let (texts, now) = (reader.texts(), reader.now());
    let partners = reader.node().partners()?;
    Ok(partners
        .into_iter()
        .map(|partner| {
            let at = match &partner.link {
                Link::Live { at } => *at,
                Link::Gone { since, .. } => *since,
                Link::Waiting | Link::NoSource => now,
            };
            let (class, tone, word, detail) = match &partner.link {
                Link::Live { at } => (
                    "live",
                    "good",
                    "partner-live",
                    texts.say("partner-pulled").with("when", texts.ago(*at, now)).to_string(),
                ),
                Link::Gone { since, .. } => (
                    "gone",
                    "bad",
                    "partner-gone",
                    texts.say("partner-since").with("when", texts.moment(*since)).to_string(),
                ),
                Link::Waiting => {
                    ("wait", "", "partner-waiting", texts.say("partner-not-asked").to_string())
                }
                Link::NoSource => (
                    "wait",
                    "",
                    "partner-no-source",
                    texts.say("partner-no-invitation").to_string(),
                ),
            };
            let (class, tone, word, detail) = match partner.keys {
                Some(KeyState::Conflict) => (
                    "gone",
                    "bad",
                    "partner-conflict",
                    texts.say("partner-conflict-detail").to_string(),
                ),
                Some(KeyState::Ended) => {
                    ("gone", "bad", "partner-ended", texts.say("partner-ended-detail").to_string())
                }
                Some(KeyState::Pinned | KeyState::Followed) | None => (class, tone, word, detail),
            };
            Row {
                named: reader.named(&partner.profile.state),
                node: partner.profile.name,
                class,
                tone,
                word: texts.say(word).to_string(),
                detail,
                at: crate::texts::machine(at),
                took: partner.took.map_or_else(|| "–".to_owned(), |took| texts.ago(took, now)),
                fingerprint: partner.fingerprint.unwrap_or_default(),
                url: partner.url.unwrap_or_default(),
                invited: partner.invited,
            }
        })
        .collect())
}

struct Aside {
    when: String,
    from: String,
    id: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "partners.html")]
struct Page {
    frame: Frame,
    partners: Vec<Row>,
    own_fingerprint: String,
    /// What was kept aside; `None` for whom it is not.
    aside: Option<Vec<Aside>>,
}

/// How many of what was kept aside the page shows.
const MOST: usize = 200;

pub(super) async fn page(reader: Reader) -> Result<Response, Fault> {
    blocking(move || {
        let partners = rows(&reader)?;
        let aside = match reader.session().role {
            Role::Administrator => Some(aside(&reader)?),
            _ => None,
        };
        let own_fingerprint = reader.node().public_key().fingerprint();
        let frame = reader.frame(reader.texts().say("nav-partners")).at("/partners");
        render(&Page { frame, partners, own_fingerprint, aside })
    })
    .await
}

fn aside(reader: &Reader) -> Result<Vec<Aside>, Fault> {
    let query = node::QuarantineQuery { limit: MOST, ..Default::default() };
    let held = reader.node().quarantined(reader.session(), &query)?;
    let rows = held.into_iter().map(|kept| {
        let from = stix::Id::parse(&kept.from).map_or(kept.from, |state| reader.named(&state).name);
        Aside {
            when: reader.texts().moment(kept.at),
            from: crate::foreign(&from),
            id: crate::foreign(&kept.id.unwrap_or_default()),
            reason: crate::foreign(&kept.refusal.to_string()),
        }
    });
    Ok(rows.collect())
}
