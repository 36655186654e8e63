//! The form of a report: drafts, and the step by which one leaves the node.

mod outgoing;
mod page;

use axum::extract::{Form as Body, Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Draft, Proposal, Proposing, Release};
use serde::Deserialize;
use stix::Id;
use web::{Fault, Reader, blocking};

use super::report::{held, is_own};
use crate::form::{Form, Handling, REMEDY, SEEN};
use crate::objects::Report;
use outgoing::{handling, outgoing, partners};
use page::{Shows, show};

/// What the drafts of this form are called at the node.
pub(super) const KIND: &str = "hybrid.report";

type Pairs = Vec<(String, String)>;

#[derive(Deserialize)]
pub(super) struct Said {
    /// Whether everything missing is an error already.
    #[serde(default)]
    check: String,
    #[serde(default)]
    undo: String,
    /// Whether a release was held up because the draft had changed since it was shown.
    #[serde(default)]
    changed: String,
    /// A partner's code, or `public`: as whom the release is shown.
    #[serde(default, rename = "as")]
    shown_as: String,
}

/// The page of a draft that was proposed.
pub(super) fn href(proposal: &Proposal) -> Option<String> {
    let draft = proposal.release.draft.as_ref().filter(|_| proposal.kind == KIND)?;
    Some(format!("/reports/drafts/{draft}"))
}

pub(super) async fn new(reader: Reader, Query(said): Query<Said>) -> Result<Response, Fault> {
    blocking(move || {
        may_write(&reader)?;
        show(
            &reader,
            None,
            &Form::default(),
            Shows { undo: !said.undo.is_empty(), ..Shows::default() },
        )
    })
    .await
}

pub(super) async fn page(
    reader: Reader,
    Path(id): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, Fault> {
    blocking(move || {
        let draft = draft(&reader, &id)?;
        let form = form_of(&draft);
        if !said.shown_as.is_empty()
            && let Ok(checked) = form.check(&partners(&reader)?)
        {
            let (_, release) = outgoing(&reader, &draft, &checked)?;
            let preview = reader.node().preview(reader.session(), &release)?;
            let back = (web::foreign(form.get("title")), format!("/reports/drafts/{id}#release"));
            return web::closure(&reader, &release, &preview, &said.shown_as, back);
        }
        show(
            &reader,
            Some(&draft),
            &form,
            Shows {
                strict: !said.check.is_empty(),
                changed: !said.changed.is_empty(),
                undo: false,
            },
        )
    })
    .await
}

/// The first time that a form is kept.
pub(super) async fn start(
    reader: Reader,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Result<Response, Fault> {
    blocking(move || {
        let form = serde_json::to_value(Form::of(pairs)).unwrap_or_default();
        let draft = reader.node().start_draft(reader.session(), KIND, form, None)?;
        let href = format!("/reports/drafts/{}", draft.id);
        if headers.contains_key("x-autosave") {
            return Ok((StatusCode::CREATED, [(header::LOCATION, href)]).into_response());
        }
        Ok(Redirect::to(&href).into_response())
    })
    .await
}

pub(super) async fn keep(
    reader: Reader,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(pairs): Body<Pairs>,
) -> Result<Response, Fault> {
    blocking(move || {
        keep_form(&reader, &id, pairs)?;
        if headers.contains_key("x-autosave") {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        Ok(Redirect::to(&format!("/reports/drafts/{id}")).into_response())
    })
    .await
}

pub(super) async fn delete(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        draft(&reader, &id)?;
        reader.node().delete_draft(reader.session(), &id)?;
        Ok(Redirect::to("/reports/new?undo=1").into_response())
    })
    .await
}

pub(super) async fn undo(reader: Reader) -> Result<Response, Fault> {
    blocking(move || {
        let draft = reader.node().restore_draft(reader.session())?;
        Ok(to_draft(&draft))
    })
    .await
}

/// Lets the report out. Whatever is still to be mended is shown instead, and nothing leaves.
pub(super) async fn release(
    reader: Reader,
    Path(id): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, Fault> {
    blocking(move || {
        if !reader.may_release() {
            return Err(Fault::Forbidden);
        }
        let Ready { incident, release, .. } = match ready(&reader, &id, pairs)? {
            Ok(ready) => ready,
            Err(mend) => return Ok(mend),
        };
        reader.node().release(reader.session(), release)?;
        Ok(Redirect::to(&format!("/reports/{incident}?done=released")).into_response())
    })
    .await
}

/// Asks a second person to let the report out.
pub(super) async fn propose(
    reader: Reader,
    Path(id): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, Fault> {
    blocking(move || {
        may_write(&reader)?;
        let Ready { form, release, .. } = match ready(&reader, &id, pairs)? {
            Ok(ready) => ready,
            Err(mend) => return Ok(mend),
        };
        let proposal = reader.node().propose(
            reader.session(),
            Proposing {
                kind: KIND.to_owned(),
                title: form.get("title").to_owned(),
                note: form.get("proposal-note").to_owned(),
                release,
            },
        )?;
        Ok(Redirect::to(&format!("/releases/{}?done=1", proposal.id)).into_response())
    })
    .await
}

/// What is to leave, looked at by who sends it.
struct Ready {
    form: Form,
    incident: Id,
    release: Release,
}

/// Keeps the form and makes of it what leaves; or where the person is to look first.
fn ready(reader: &Reader, id: &str, pairs: Pairs) -> Result<Result<Ready, Response>, Fault> {
    let elsewhere =
        |end: &str| Ok(Err(Redirect::to(&format!("/reports/drafts/{id}?{end}")).into_response()));
    let seen = pairs.iter().find(|(name, _)| name == SEEN).map(|(_, seen)| seen.clone());
    let draft = keep_form(reader, id, pairs)?;
    let form = form_of(&draft);
    let Ok(checked) = form.check(&partners(reader)?) else {
        return elsewhere("check=1");
    };
    // Nobody lets out what he was not shown: whoever changed something looks once more.
    if seen != Some(checked.digest()) {
        return elsewhere("changed=1#release");
    }
    let (incident, mut release) = outgoing(reader, &draft, &checked)?;
    if reader.node().preview(reader.session(), &release)?.is_blocked() {
        return elsewhere("check=1#release");
    }
    release.draft = Some(draft.id);
    Ok(Ok(Ready { form, incident, release }))
}

/// A draft that is to become a new version of one's own report.
pub(super) async fn revise(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        may_write(&reader)?;
        let seen = held(&reader.view(), &id)?;
        if !is_own(&reader, &seen) {
            return Err(Fault::NotFound);
        }
        let held = reader.node().drafts(reader.session(), KIND)?;
        let begun = held.into_iter().find(|draft| draft.revises.as_ref() == Some(seen.object.id()));
        let draft = if let Some(draft) = begun {
            draft
        } else {
            let report = Report::of(&seen.object).ok_or(Fault::NotFound)?;
            let mut form = Form::from(&report.facts, &handling(&reader, &seen)?);
            form.parts(&outgoing::parts_of(&reader, &report)?);
            let form = serde_json::to_value(form).unwrap_or_default();
            let revises = Some(seen.object.id().clone());
            reader.node().start_draft(reader.session(), KIND, form, revises)?
        };
        Ok(to_draft(&draft))
    })
    .await
}

/// A draft of what others may know of one's own report: of its parts only those that were kept.
pub(super) async fn extract(
    reader: Reader,
    Path(id): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, Fault> {
    blocking(move || {
        may_write(&reader)?;
        let seen = held(&reader.view(), &id)?;
        if !is_own(&reader, &seen) {
            return Err(Fault::NotFound);
        }
        let report = Report::of(&seen.object).ok_or(Fault::NotFound)?;
        let keeps: Vec<&str> = pairs
            .iter()
            .filter(|(name, _)| name == "keep")
            .map(|(_, part)| part.as_str())
            .collect();
        let mut form = Form::from(&report.facts.extract(&keeps), &Handling::default());
        if keeps.contains(&"parts") {
            form.parts(&outgoing::parts_of(&reader, &report)?);
        }
        let form = serde_json::to_value(form).unwrap_or_default();
        let full = seen.object.id().clone();
        let draft = reader.node().start_extract(reader.session(), KIND, form, full)?;
        Ok(to_draft(&draft))
    })
    .await
}

/// Mends a reference that would betray something, or undoes that; then the same preview again.
pub(super) async fn remedy(
    reader: Reader,
    Path(id): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Result<Response, Fault> {
    blocking(move || {
        let malformed = || Fault::Malformed { reason: "no such remedy".to_owned() };
        let told = pairs.iter().find(|(name, _)| name == REMEDY).map(|(_, told)| told.clone());
        keep_form(&reader, &id, pairs)?;
        let (remedy, on) = told.as_deref().and_then(page::told_remedy).ok_or_else(malformed)?;
        reader.node().set_remedy(reader.session(), &id, &remedy, on)?;
        Ok(Redirect::to(&format!("/reports/drafts/{id}#release")).into_response())
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    title: String,
    #[serde(default)]
    place: String,
}

/// Reports that resemble what is being written: a part of the form.
pub(super) async fn similar(reader: Reader, Query(words): Query<Words>) -> Result<Response, Fault> {
    blocking(move || page::similar(&reader, &format!("{} {}", words.title, words.place))).await
}

fn to_draft(draft: &Draft) -> Response {
    Redirect::to(&format!("/reports/drafts/{}", draft.id)).into_response()
}

fn may_write(reader: &Reader) -> Result<(), Fault> {
    if reader.may_write() { Ok(()) } else { Err(Fault::Forbidden) }
}

fn draft(reader: &Reader, id: &str) -> Result<Draft, Fault> {
    let draft = reader.node().draft(reader.session(), id)?;
    draft.filter(|draft| draft.kind == KIND).ok_or(Fault::NotFound)
}

fn keep_form(reader: &Reader, id: &str, pairs: Pairs) -> Result<Draft, Fault> {
    draft(reader, id)?;
    let form = serde_json::to_value(Form::of(pairs)).unwrap_or_default();
    Ok(reader.node().keep_draft(reader.session(), id, form)?)
}

fn form_of(draft: &Draft) -> Form {
    serde_json::from_value(draft.form.clone()).unwrap_or_default()
}
