//! One proposal: what would leave, who would see what of it, and the decision.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Error, Proposal};
use serde::Deserialize;

use super::{decision, standing};
use crate::closure::{Leaving, Watcher, closure};
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Mark;
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "proposal.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a question that the page asks")]
struct Page {
    frame: Frame,
    id: String,
    mark: Option<Mark>,
    by: String,
    when: String,
    note: String,
    class: &'static str,
    tone: &'static str,
    word: String,
    decision: String,
    released: Option<String>,
    /// The draft, for who wrote it.
    draft: Option<String>,
    reach: String,
    /// Who would be in the group, where it is about one.
    roster: Option<String>,
    leaving: Vec<Leaving>,
    watchers: Vec<Watcher>,
    blocked: bool,
    /// Names what is shown.
    shown: String,
    may_decide: bool,
    may_withdraw: bool,
    /// Whether an approval was held up because something is otherwise by now.
    changed: bool,
}

#[derive(Deserialize)]
pub(in crate::pages) struct Asking {
    /// A partner's code, or `public`.
    #[serde(default, rename = "as")]
    shown_as: String,
    #[serde(default)]
    changed: String,
    #[serde(default)]
    done: String,
}

pub(in crate::pages) async fn page(
    reader: Reader,
    Path(id): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, Fault> {
    blocking(move || {
        let proposal = held(&reader, &id)?;
        if asking.shown_as.is_empty() || !proposal.is_waiting() {
            return show(&reader, &proposal, &asking);
        }
        let preview = reader.node().preview_proposal(reader.session(), &proposal)?;
        let back = (crate::foreign(&proposal.title), format!("/releases/{id}"));
        closure(&reader, &proposal.release, &preview, &asking.shown_as, back)
    })
    .await
}

fn held(reader: &Reader, id: &str) -> Result<Proposal, Fault> {
    reader.node().proposal(reader.session(), id)?.ok_or(Fault::NotFound)
}

fn show(reader: &Reader, proposal: &Proposal, asking: &Asking) -> Result<Response, Fault> {
    let (node, session, texts) = (reader.node(), reader.session(), reader.texts());
    let waits = proposal.is_waiting();
    let preview = if waits { Some(node.preview_proposal(session, proposal)?) } else { None };
    let title = crate::foreign(&proposal.title);
    let frame = reader
        .frame(title)
        .at("/releases")
        .under(texts.say("nav-releases"), "/releases")
        .saying((asking.done == "1").then(|| texts.say("release-proposed").to_string()))
        .holds(reader, preview.iter().map(|preview| &preview.badge));
    let (class, tone, word) = standing(reader, proposal);
    let is_own = proposal.by.account == session.account;
    let released = match &proposal.step {
        node::Step::Released { ids, .. } => ids.first().map(|id| format!("/objects/{id}")),
        _ => None,
    };
    let href = format!("/releases/{}", proposal.id);
    render(&Page {
        frame,
        id: proposal.id.clone(),
        mark: preview.as_ref().map(|preview| reader.mark(&preview.badge)),
        by: crate::foreign(&proposal.by.display),
        when: texts.moment(proposal.at),
        note: crate::foreign(&proposal.note),
        class,
        tone,
        word,
        decision: decision(reader, proposal),
        released,
        draft: reader.draft_href(proposal).filter(|_| is_own),
        reach: preview
            .as_ref()
            .map(|preview| crate::closure::reach(reader, preview.breadth))
            .unwrap_or_default(),
        roster: proposal.roster.as_ref().map(|roster| {
            let names = roster.members.iter().map(|state| reader.named(state).name);
            names.collect::<Vec<_>>().join(", ")
        }),
        leaving: preview
            .as_ref()
            .map(|preview| Leaving::of(reader, &proposal.release, preview))
            .unwrap_or_default(),
        watchers: preview
            .as_ref()
            .map(|preview| Watcher::of(reader, preview, &href))
            .unwrap_or_default(),
        blocked: preview.as_ref().is_some_and(node::Preview::is_blocked),
        shown: preview.map(|preview| preview.digest).unwrap_or_default(),
        may_decide: node.may_decide(session, proposal),
        may_withdraw: waits && is_own,
        changed: !asking.changed.is_empty(),
    })
}

#[derive(Deserialize)]
pub(in crate::pages) struct Approval {
    shown: String,
}

pub(in crate::pages) async fn approve(
    reader: Reader,
    Path(id): Path<String>,
    Form(approval): Form<Approval>,
) -> Result<Response, Fault> {
    blocking(move || {
        match reader.node().approve(reader.session(), &id, &approval.shown) {
            // Nobody lets out what he was not shown: it is shown as it is now.
            Err(Error::Stale) => {
                Ok(Redirect::to(&format!("/releases/{id}?changed=1")).into_response())
            }
            other => {
                other?;
                Ok(Redirect::to(&format!("/releases/{id}")).into_response())
            }
        }
    })
    .await
}

#[derive(Deserialize)]
pub(in crate::pages) struct Comment {
    #[serde(default)]
    comment: String,
}

pub(in crate::pages) async fn give_back(
    reader: Reader,
    Path(id): Path<String>,
    Form(said): Form<Comment>,
) -> Result<Response, Fault> {
    blocking(move || {
        reader.node().return_proposal(reader.session(), &id, &said.comment)?;
        Ok(Redirect::to(&format!("/releases/{id}")).into_response())
    })
    .await
}

pub(in crate::pages) async fn withdraw(
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    blocking(move || {
        reader.node().withdraw_proposal(reader.session(), &id)?;
        Ok(Redirect::to(&format!("/releases/{id}")).into_response())
    })
    .await
}
