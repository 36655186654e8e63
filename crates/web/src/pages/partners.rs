//! The partners' nodes: how the links stand, and what was kept aside.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use node::{Feed, FeedKind, KeyState, Link, Origin, Partner, Role, Status};

use super::Said;
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Named;
use crate::reader::Reader;

/// A partner as pages show it.
pub(super) struct Row {
    pub(super) href: String,
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
    let node = reader.node();
    let row = |partner: Partner| {
        let terms = node.terms(&Origin::Node(partner.profile.state.clone()))?;
        Ok(row(reader, partner, terms.is_some_and(|terms| terms.paused)))
    };
    node.partners()?.into_iter().map(row).collect()
}

/// How something stands: the class of its dot, its tone, a word, and more.
pub(super) type Standing = (&'static str, &'static str, String, String);

/// A partner as pages show it.
pub(super) fn row(reader: &Reader, partner: Partner, paused: bool) -> Row {
    let (texts, now) = (reader.texts(), reader.now());
    let say = |key: &str| texts.say(key).to_string();
    let at = match &partner.link {
        Link::Live { at } => *at,
        Link::Gone { since, .. } => *since,
        Link::Waiting | Link::NoSource => now,
    };
    let (class, tone, word, detail) = match (&partner.link, partner.keys) {
        (_, Some(KeyState::Conflict)) => {
            ("gone", "bad", say("partner-conflict"), say("partner-conflict-detail"))
        }
        (_, Some(KeyState::Ended)) => {
            ("gone", "bad", say("partner-ended"), say("partner-ended-detail"))
        }
        (Link::NoSource, _) => ("wait", "", say("partner-no-source"), say("partner-no-invitation")),
        _ if paused => ("wait", "", say("partner-paused"), say("partner-paused-detail")),
        (Link::Live { at }, _) => {
            let detail = texts.say("partner-pulled").with("when", texts.ago(*at, now));
            ("live", "good", say("partner-live"), detail.to_string())
        }
        (Link::Gone { since, .. }, _) => {
            let detail = texts.say("partner-since").with("when", texts.moment(*since));
            ("gone", "bad", say("partner-gone"), detail.to_string())
        }
        (Link::Waiting, _) => ("wait", "", say("partner-waiting"), say("partner-not-asked")),
    };
    Row {
        href: format!("/partners/{}", partner.profile.state),
        named: reader.named(&partner.profile.state),
        node: partner.profile.name,
        class,
        tone,
        word,
        detail,
        at: crate::texts::machine(at),
        took: partner.took.map_or_else(|| "–".to_owned(), |took| texts.ago(took, now)),
        fingerprint: partner.fingerprint.unwrap_or_default(),
        url: partner.url.unwrap_or_default(),
        invited: partner.invited,
    }
}

/// How pulling from a feed stands.
pub(super) fn standing(reader: &Reader, status: &Status, paused: bool) -> Standing {
    let texts = reader.texts();
    let say = |key: &str| texts.say(key).to_string();
    if paused {
        return ("wait", "", say("partner-paused"), say("partner-paused-detail"));
    }
    match (&status.trouble, status.succeeded) {
        (Some(trouble), _) => {
            let detail = texts.say("partner-since").with("when", texts.moment(trouble.since));
            ("gone", "bad", say("feed-fails"), detail.to_string())
        }
        (None, Some(at)) => {
            let detail = texts.say("partner-pulled").with("when", texts.ago(at, reader.now()));
            ("live", "good", say("partner-live"), detail.to_string())
        }
        (None, None) => ("wait", "", say("partner-waiting"), say("feed-not-asked")),
    }
}

/// A feed as pages show it.
struct Fed {
    href: String,
    name: String,
    kind: &'static str,
    standing: Standing,
    address: String,
}

fn feeds(reader: &Reader) -> Result<Vec<Fed>, Fault> {
    let fed = |feed: Feed| {
        let origin = Origin::Feed(feed.name.clone());
        let status = reader.node().pull_status(&origin)?;
        Ok(Fed {
            href: format!("/partners/{}", feed.name),
            standing: standing(reader, &status, feed.terms.paused),
            address: crate::foreign(&feed.address()),
            kind: match feed.kind {
                FeedKind::Taxii { .. } => "TAXII 2.1",
                FeedKind::Misp { .. } | FeedKind::Folder { .. } => "MISP",
            },
            name: feed.name,
        })
    };
    reader.node().feeds()?.into_iter().map(fed).collect()
}

#[derive(Template)]
#[template(path = "partners.html")]
struct Page {
    frame: Frame,
    partners: Vec<Row>,
    feeds: Vec<Fed>,
    own_fingerprint: String,
    /// How much was kept aside; `None` for whom it is not.
    aside: Option<u64>,
}

pub(super) async fn page(
    reader: Reader,
    Query(Said { done }): Query<Said>,
) -> Result<Response, Fault> {
    blocking(move || {
        let partners = rows(&reader)?;
        let feeds = feeds(&reader)?;
        let toast = (done == "remove").then(|| reader.texts().say("peer-done-remove").to_string());
        let aside = match reader.session().role {
            Role::Administrator => Some(aside(&reader)?),
            _ => None,
        };
        let own_fingerprint = reader.node().public_key().fingerprint();
        let frame = reader.frame(reader.texts().say("nav-partners")).at("/partners").saying(toast);
        render(&Page { frame, partners, feeds, own_fingerprint, aside })
    })
    .await
}

/// How many objects are kept aside.
fn aside(reader: &Reader) -> Result<u64, Fault> {
    let size = reader.node().quarantine_size(reader.session())?;
    Ok(size.sources.iter().map(|share| share.held).sum())
}
