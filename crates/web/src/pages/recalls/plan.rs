//! What calling an object back would do to whom, before the button.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{RawForm, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Consequence, Narrowing, RecallAct};
use stix::Id;
use stix::marking::Tlp;

use super::has;
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::{Mark, Named};
use crate::reader::{Reader, title_of};

/// How much a reason may say.
const MOST_REASON: usize = 500;

struct Partner {
    named: Named,
    node: String,
    state: Id,
    class: &'static str,
    tone: &'static str,
    word: String,
    has: String,
    chosen: bool,
}

struct Part {
    id: Id,
    kind: String,
    title: String,
    alone: bool,
}

struct Label {
    slug: &'static str,
    text: &'static str,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "recall.html")]
struct Page {
    frame: Frame,
    id: Id,
    mark: Mark,
    narrow: bool,
    /// Why it cannot be narrowed so.
    wider: bool,
    versions: usize,
    public: bool,
    notes: usize,
    drafts: usize,
    partners: Vec<Partner>,
    parts: Vec<Part>,
    labels: Vec<Label>,
    /// The label that was asked for, to be sent with the form.
    tlp: &'static str,
}

/// What is asked for: by an address, to be shown, or by a form, to be done.
struct Asked {
    id: Id,
    act: RecallAct,
    parts: Vec<Id>,
    reason: Option<String>,
}

impl Asked {
    fn read(query: &[u8]) -> Result<Self, Fault> {
        let (mut id, mut narrow, mut tlp) = (None, false, None);
        let (mut to, mut parts, mut reason) = (BTreeSet::new(), Vec::new(), None);
        for (key, value) in url::form_urlencoded::parse(query) {
            match &*key {
                "id" => id = Id::parse(&value).ok(),
                "act" => narrow = value == "narrow",
                "tlp" => tlp = Tlp::of_slug(&value),
                "to" => to.extend(Id::parse(&value).ok()),
                "part" => parts.extend(Id::parse(&value).ok()),
                "reason" => reason = Some(value.trim().chars().take(MOST_REASON).collect()),
                _ => {}
            }
        }
        let act = if narrow { RecallAct::Narrow(Narrowing { tlp, to }) } else { RecallAct::Recall };
        let reason = reason.filter(|reason: &String| !reason.is_empty());
        Ok(Self { id: id.ok_or(Fault::NotFound)?, act, parts, reason })
    }
}

pub(in crate::pages) async fn page(
    reader: Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    blocking(move || {
        if !reader.may_recall() {
            return Err(Fault::Forbidden);
        }
        let asked = Asked::read(query.unwrap_or_default().as_bytes())?;
        let (texts, view) = (reader.texts(), reader.view());
        // What is not here and what is not this person's to see are one case.
        let seen = view.get(&asked.id)?.ok_or(Fault::NotFound)?;
        let (node, session) = (reader.node(), reader.session());
        let whole = node.plan_recall(session, &asked.id, &RecallAct::Recall)?;
        let narrow = matches!(asked.act, RecallAct::Narrow(_));
        let (plan, wider) = match node.plan_recall(session, &asked.id, &asked.act) {
            Err(node::Error::NotRecallable { .. }) if narrow => (whole, true),
            plan => (plan?, false),
        };
        let chosen = match &asked.act {
            RecallAct::Narrow(narrowing) => narrowing.clone(),
            RecallAct::Recall => Narrowing::default(),
        };
        let partners = plan.partners.iter().map(|one| {
            let (class, tone, key) = match one.consequence {
                Consequence::Erases => ("gone", "bad", "recall-erases"),
                Consequence::Keeps => ("live", "good", "recall-keeps"),
                Consequence::Nothing => ("wait", "", "recall-nothing"),
            };
            Partner {
                named: reader.named(&one.partner.state),
                node: one.partner.name.clone(),
                chosen: chosen.to.contains(&one.partner.state),
                state: one.partner.state.clone(),
                class,
                tone,
                word: texts.say(key).to_string(),
                has: has(&reader, &one.has),
            }
        });
        let partners = partners.collect();
        let parts = plan.parts.into_iter().map(|part| Part {
            kind: texts.of("type-", &part.kind).to_string(),
            title: crate::foreign(&part.title),
            alone: part.alone,
            id: part.id,
        });
        let badge = seen.policy.badge();
        let now = badge.level.tlp();
        let labels = Tlp::ALL.into_iter().map(|tlp| Label {
            slug: tlp.slug(),
            text: tlp.label(),
            chosen: if narrow { chosen.tlp } else { now } == Some(tlp),
        });
        let labels = labels.collect();
        let title = crate::foreign(&title_of(&seen.object));
        let frame = reader
            .frame(texts.say("recall-title").with("title", title.as_str()))
            .at("/recalls")
            .under(title, reader.href(&seen.object))
            .holds(&reader, [&badge]);
        render(&Page {
            frame,
            mark: reader.mark(&badge),
            narrow,
            wider,
            versions: plan.versions,
            public: plan.public,
            notes: plan.notes,
            drafts: plan.drafts,
            partners,
            parts: parts.collect(),
            labels,
            tlp: chosen.tlp.map_or("", Tlp::slug),
            id: asked.id,
        })
    })
    .await
}

pub(in crate::pages) async fn act(
    reader: Reader,
    RawForm(form): RawForm,
) -> Result<Response, Fault> {
    blocking(move || {
        if !reader.may_recall() {
            return Err(Fault::Forbidden);
        }
        let Asked { id, act, parts, reason } = Asked::read(&form)?;
        reader.view().get(&id)?.ok_or(Fault::NotFound)?;
        reader.node().recall(reader.session(), &id, &act, &parts, reason.as_deref())?;
        Ok(Redirect::to("/recalls?done=1").into_response())
    })
    .await
}
