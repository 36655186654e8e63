//! The list of proposals: those that wait for the reader, the own ones, those decided.

use askama::Template;
use axum::response::Response;
use node::{Proposal, Step};

use super::{decision, standing};
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Mark;
use crate::reader::Reader;

/// How many decided ones are shown.
const DECIDED: usize = 20;

struct Row {
    href: String,
    title: String,
    when: String,
    machine: String,
    by: String,
    note: String,
    mark: Option<Mark>,
    class: &'static str,
    tone: &'static str,
    word: String,
    decision: String,
    /// The main object, once it is out.
    released: Option<String>,
}

#[derive(Template)]
#[template(path = "releases.html")]
struct Page {
    frame: Frame,
    policy: String,
    may_approve: bool,
    waiting: Vec<Row>,
    own: Vec<Row>,
    decided: Vec<Row>,
}

pub(in crate::pages) async fn page(reader: Reader) -> Result<Response, Fault> {
    blocking(move || {
        let (node, session, texts) = (reader.node(), reader.session(), reader.texts());
        let four_eyes = node.four_eyes()?;
        let (mut waiting, mut own, mut decided, mut badges) = (vec![], vec![], vec![], vec![]);
        for proposal in node.proposals(session)? {
            let mark = if proposal.is_waiting() {
                let badge = node.badge_of(session, &proposal.release)?;
                badges.extend(badge.clone());
                badge.map(|badge| reader.mark(&badge))
            } else {
                None
            };
            let is_own = proposal.by.account == session.account;
            let list = match &proposal.step {
                Step::Proposed if !is_own => &mut waiting,
                Step::Proposed | Step::Returned { .. } if is_own => &mut own,
                _ => &mut decided,
            };
            list.push(row(&reader, &proposal, mark));
        }
        waiting.reverse();
        decided.truncate(DECIDED);
        let frame = reader.frame(texts.say("nav-releases")).at("/releases");
        render(&Page {
            frame: frame.holds(&reader, &badges),
            policy: texts.of("four-eyes-", four_eyes.slug()).to_string(),
            may_approve: session.role.may_approve(),
            waiting,
            own,
            decided,
        })
    })
    .await
}

fn row(reader: &Reader, proposal: &Proposal, mark: Option<Mark>) -> Row {
    let (class, tone, word) = standing(reader, proposal);
    let released = match &proposal.step {
        Step::Released { ids, .. } => ids.first().map(|id| format!("/objects/{id}")),
        _ => None,
    };
    Row {
        href: format!("/releases/{}", proposal.id),
        title: crate::foreign(&proposal.title),
        when: reader.texts().moment(proposal.at),
        machine: crate::texts::machine(proposal.at),
        by: crate::foreign(&proposal.by.display),
        note: crate::foreign(&proposal.note),
        mark,
        class,
        tone,
        word,
        decision: decision(reader, proposal),
        released,
    }
}
