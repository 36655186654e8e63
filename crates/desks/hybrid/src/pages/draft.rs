//! The form of a report: drafts, and the step by which one leaves the node.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Form as Body, Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Draft, PartnerPreview, Release};
use release::{Badge, Level};
use serde::Deserialize;
use stix::marking::{Marking, Tlp, releasable_to};
use stix::{Id, Timestamp};
use uuid::Uuid;
use web::{Fault, Frame, Mark, Named, Reader, blocking, render};

use super::report::{held, is_own};
use super::row::Row;
use super::words;
use crate::form::{CLAIM, CONFIDENCES, Checked, Form, Handling, NATIONAL, Problem, REGION, SOURCE};
use crate::objects::{NewReport, Report, build};
use crate::similar::similar as resembling;
use crate::vocabulary::{Basis, Determination, Domain, Standing, Vocabulary, Word};

/// What the drafts of this form are called at the node.
pub(super) const KIND: &str = "hybrid.report";
/// Rows of claims and sources that stand empty below the filled ones.
const SPARE: usize = 1;
const SIMILAR: usize = 5;

type Pairs = Vec<(String, String)>;

struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

struct Pick {
    id: String,
    value: String,
    mark: Mark,
    hint: String,
    chosen: bool,
}

struct ClaimRow {
    at: usize,
    text: String,
    actor: String,
    by: String,
    standings: Vec<Choice>,
    text_error: Option<String>,
    by_error: Option<String>,
}

struct SourceRow {
    at: usize,
    name: String,
    url: String,
    name_error: Option<String>,
    url_error: Option<String>,
}

struct Mend {
    field: String,
    text: String,
}

/// What one partner, or the public, would see.
struct PartnerView {
    named: Option<Named>,
    name: String,
    sees: bool,
    because: String,
    objects: usize,
    discloses: Vec<String>,
}

struct Similar {
    href: String,
    title: String,
    date: String,
    mark: Mark,
}

#[derive(Template)]
#[template(path = "form.html")]
struct Page {
    frame: Frame,
    draft: Option<String>,
    action: String,
    form: Form,
    kept: String,
    revises: Option<String>,
    /// Shown on top, with links to the fields.
    errors: Vec<Mend>,
    /// Everything that keeps the report from being released.
    mend: Vec<Mend>,
    problems: Vec<(String, String)>,
    domains: Vec<Choice>,
    confidences: Vec<Choice>,
    determinations: Vec<Choice>,
    bases: Vec<Choice>,
    languages: Vec<Choice>,
    struck: Vec<Choice>,
    claims: Vec<ClaimRow>,
    sources: Vec<SourceRow>,
    picks: Vec<Pick>,
    partners: Vec<Choice>,
    readers: Vec<Choice>,
    similar: Vec<Similar>,
    mark: Mark,
    views: Vec<PartnerView>,
    blocked: bool,
    shown: Shown,
    may_release: bool,
    undo: bool,
}

/// What a partner's view shows of the report.
#[derive(Default)]
struct Shown {
    title: String,
    text: String,
    when: String,
    place: String,
    sources: usize,
    claims: usize,
}

impl Page {
    fn error(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(held, _)| *held == field).map(|(_, text)| text.as_str())
    }
}

/// A release that was worked out, with what each partner would see.
struct Outgoing {
    badge: Badge,
    views: Vec<PartnerPreview>,
    blocked: bool,
}

#[derive(Deserialize)]
pub(super) struct Said {
    /// Whether everything missing is an error already.
    #[serde(default)]
    check: String,
    #[serde(default)]
    undo: String,
}

pub(super) async fn new(reader: Reader, Query(said): Query<Said>) -> Result<Response, Fault> {
    blocking(move || {
        may_write(&reader)?;
        show(&reader, None, Form::default(), false, !said.undo.is_empty())
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
        show(&reader, Some(draft), form, !said.check.is_empty(), false)
    })
    .await
}

/// The first time that a form is kept.
pub(super) async fn start(reader: Reader, Body(pairs): Body<Pairs>) -> Result<Response, Fault> {
    blocking(move || {
        let form = serde_json::to_value(Form::of(pairs)).unwrap_or_default();
        let draft = reader.node().start_draft(reader.session(), KIND, form, None)?;
        Ok(Redirect::to(&format!("/reports/drafts/{}", draft.id)).into_response())
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
        Ok(Redirect::to(&format!("/reports/drafts/{}", draft.id)).into_response())
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
        let draft = keep_form(&reader, &id, pairs)?;
        let form = form_of(&draft);
        let Ok(checked) = form.check(&partners(&reader)?) else {
            return Ok(Redirect::to(&format!("/reports/drafts/{id}?check=1")).into_response());
        };
        let (incident, mut release) = outgoing(&reader, &draft, &checked)?;
        if reader.node().preview(reader.session(), &release)?.is_blocked() {
            return Ok(
                Redirect::to(&format!("/reports/drafts/{id}?check=1#release")).into_response()
            );
        }
        release.draft = Some(draft.id);
        reader.node().release(reader.session(), release)?;
        Ok(Redirect::to(&format!("/reports/{incident}?done=released")).into_response())
    })
    .await
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
        let draft = match begun {
            Some(draft) => draft,
            None => {
                let report = Report::of(&seen.object).ok_or(Fault::NotFound)?;
                let form = Form::from(&report.facts, &handling(&reader, &seen)?);
                let form = serde_json::to_value(form).unwrap_or_default();
                let revises = Some(seen.object.id().clone());
                reader.node().start_draft(reader.session(), KIND, form, revises)?
            }
        };
        Ok(Redirect::to(&format!("/reports/drafts/{}", draft.id)).into_response())
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

#[derive(Template)]
#[template(path = "form-similar.html")]
struct SimilarPart {
    frame: Frame,
    similar: Vec<Similar>,
}

/// Reports that resemble what is being written: a part of the form.
pub(super) async fn similar(reader: Reader, Query(words): Query<Words>) -> Result<Response, Fault> {
    blocking(move || {
        let similar = alike(&reader, &format!("{} {}", words.title, words.place), None)?;
        render(&SimilarPart { frame: reader.frame(""), similar })
    })
    .await
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

fn partners(reader: &Reader) -> Result<BTreeSet<Id>, Fault> {
    Ok(reader.node().peers()?.into_iter().map(|peer| peer.profile.state).collect())
}

/// How a held report is marked, as the form says it.
fn handling(reader: &Reader, seen: &store::Seen) -> Result<Handling, Fault> {
    let mut handling = Handling::default();
    let home = format!("@{}", reader.node().profile().state);
    for id in &seen.object.header().marking_refs {
        let marking = match Marking::builtin(id) {
            Some(marking) => marking,
            None => match reader.view().get(id)? {
                Some(definition) => Marking::of(&definition.object).unwrap_or(Marking::Unknown),
                None => continue,
            },
        };
        match marking {
            Marking::Tlp(tlp) => handling.tlp = handling.tlp.max(Some(tlp)),
            Marking::ReleasableTo { states, persons } => {
                let own = reader.node().profile().state.clone();
                let others: BTreeSet<Id> =
                    states.into_iter().filter(|state| *state != own).collect();
                handling.to = Some(others).filter(|states| !states.is_empty());
                let accounts = persons.iter().filter_map(|person| person.strip_suffix(&home));
                handling.readers = accounts.map(str::to_owned).collect();
            }
            _ => {}
        }
    }
    Ok(handling)
}

/// The objects of a report with its markings, and the id of the incident among them.
fn outgoing(reader: &Reader, draft: &Draft, checked: &Checked) -> Result<(Id, Release), Fault> {
    let node = reader.node();
    let own = node.profile().state.clone();
    // A draft's own random name names its objects too: released twice, they are the same.
    let seed =
        Uuid::parse_str(&draft.id).map_err(|error| Fault::Internal { what: error.to_string() })?;
    let named = |kind: &str| {
        Id::from_parts(kind, Uuid::new_v5(&seed, kind.as_bytes())).map_err(node::Error::from)
    };
    let (mut incident, mut location, mut report) =
        (named("incident")?, named("location")?, named("report")?);
    if let Some(revised) = &draft.revises {
        incident = revised.clone();
        let view = reader.view();
        let held = view.get(revised)?.and_then(|seen| Report::of(&seen.object));
        location = held.and_then(|held| held.location).unwrap_or(location);
        let gathering = view
            .referring_to(revised)?
            .into_iter()
            .find(|seen| seen.object.id().type_name() == "report" && is_own(reader, seen));
        report = gathering.map_or(report, |seen| seen.object.id().clone());
    }
    let mut markings: Vec<Id> =
        checked.handling.tlp.iter().map(|tlp| tlp.definition_id()).collect();
    let mut definitions = Vec::new();
    let readers: BTreeSet<String> = checked
        .handling
        .readers
        .iter()
        .map(|account| node::Viewer::person_name(account, &own))
        .collect();
    if checked.handling.to.is_some() || !readers.is_empty() {
        let mut states = checked.handling.to.clone().unwrap_or_default();
        if !readers.is_empty() {
            states.insert(own.clone());
        }
        let definition = releasable_to(&states, &readers);
        markings.push(definition.id().clone());
        definitions.push(definition);
    }
    let now = Timestamp::from_micros(reader.now());
    let profile = node.profile();
    let parts = build(&NewReport {
        incident: incident.clone(),
        location,
        report,
        owner: own,
        reporter: format!("{} ({})", profile.name, profile.state_name),
        created: now.clone(),
        modified: now,
        markings,
        facts: checked.facts.clone(),
    });
    let mut objects = parts.into_objects();
    // The incident comes first: the preview's decision is about it.
    objects.sort_by_key(|object| object.get("type").is_none_or(|kind| kind != "incident"));
    Ok((incident, Release { objects, definitions, draft: None }))
}

fn alike(reader: &Reader, text: &str, not: Option<&Id>) -> Result<Vec<Similar>, Fault> {
    let found = resembling(&reader.view(), text, SIMILAR + 1)?;
    let others = found.into_iter().filter(|(report, _)| Some(&report.id) != not).take(SIMILAR);
    let rows = others.map(|(report, seen)| {
        let row = Row::of(reader, &report, &seen);
        Similar { href: row.href, title: row.title, date: row.date, mark: row.mark }
    });
    Ok(rows.collect())
}

fn show(
    reader: &Reader,
    draft: Option<Draft>,
    form: Form,
    strict: bool,
    undo: bool,
) -> Result<Response, Fault> {
    let texts = reader.texts();
    let states = partners(reader)?;
    let checked = form.check(&states);
    let problems: Vec<Problem> = checked.as_ref().err().cloned().unwrap_or_default();
    let mend = |problem: &Problem| Mend {
        field: problem.field.clone(),
        text: texts.say(problem.key).to_string(),
    };
    // While one still writes, what is merely missing is no error.
    let told: Vec<&Problem> =
        problems.iter().filter(|problem| draft.is_some() && (strict || !problem.missing)).collect();
    let errors: Vec<Mend> = told.iter().map(|problem| mend(problem)).collect();
    let by_field =
        told.iter().map(|problem| (problem.field.clone(), texts.say(problem.key).to_string()));
    let by_field: Vec<_> = by_field.collect();
    let error = |field: String| {
        by_field.iter().find(|(held, _)| *held == field).map(|(_, text)| text.clone())
    };

    let worked_out = match (&draft, &checked) {
        (Some(draft), Ok(checked)) => {
            let (_, release) = outgoing(reader, draft, checked)?;
            let preview = reader.node().preview(reader.session(), &release)?;
            let blocked = preview.is_blocked();
            Some(Outgoing { badge: preview.badge, views: preview.views, blocked })
        }
        _ => None,
    };
    let badge = worked_out
        .as_ref()
        .map_or_else(|| badge_of(reader, &form, &states), |out| out.badge.clone());
    let blocked = worked_out.as_ref().is_some_and(|out| out.blocked);
    let views = worked_out.map(|out| views(reader, out.views)).unwrap_or_default();

    let title = match draft.as_ref().and_then(|draft| draft.revises.as_ref()) {
        Some(_) => texts.say("form-revise"),
        None => texts.say("form-new"),
    };
    let frame =
        reader.frame(title).at("/reports/new").under(texts.say("hybrid-reports"), "/reports");
    let frame = frame.holds(
        reader,
        [&Badge { level: Level::National, owner: badge.owner.clone(), to: None, exercise: false }],
    );
    let id = draft.as_ref().map(|draft| draft.id.clone());
    let revised = draft.as_ref().and_then(|draft| draft.revises.clone());
    let similar =
        alike(reader, &format!("{} {}", form.get("title"), form.get("place")), revised.as_ref())?;
    render(&Page {
        action: id
            .as_ref()
            .map_or_else(|| "/reports".to_owned(), |id| format!("/reports/drafts/{id}")),
        kept: draft
            .as_ref()
            .map(|draft| {
                texts.say("form-kept").with("when", texts.moment(draft.changed)).to_string()
            })
            .unwrap_or_default(),
        revises: revised.map(|id| format!("/reports/{id}")),
        draft: id,
        errors,
        mend: problems.iter().map(mend).collect(),
        domains: vocabulary::<Domain>(reader, "hybrid-domain-", form.get("domain"), true),
        confidences: confidences(reader, &form),
        determinations: vocabulary::<Determination>(
            reader,
            "hybrid-determination-",
            form.get("determination"),
            true,
        ),
        bases: vocabulary::<Basis>(reader, "hybrid-basis-", form.get("basis"), false)
            .into_iter()
            .rev()
            .collect(),
        languages: languages(&form),
        struck: struck(reader, &form),
        claims: (0..form.rows(&CLAIM) + SPARE)
            .map(|at| ClaimRow {
                at,
                text: form.nth("claim", at).to_owned(),
                actor: form.nth("actor", at).to_owned(),
                by: form.nth("by", at).to_owned(),
                standings: vocabulary::<Standing>(
                    reader,
                    "hybrid-standing-",
                    form.nth("standing", at),
                    false,
                ),
                text_error: error(format!("claim-{at}")),
                by_error: error(format!("by-{at}")),
            })
            .collect(),
        sources: (0..form.rows(&SOURCE) + SPARE)
            .map(|at| SourceRow {
                at,
                name: form.nth("source", at).to_owned(),
                url: form.nth("url", at).to_owned(),
                name_error: error(format!("source-{at}")),
                url_error: error(format!("url-{at}")),
            })
            .collect(),
        picks: picks(reader, &form),
        partners: ticked(reader, &form)?,
        readers: readers(reader, &form)?,
        similar,
        mark: reader.mark(&badge),
        views,
        blocked,
        shown: checked.as_ref().map(|checked| shown(reader, checked)).unwrap_or_default(),
        may_release: reader.may_release(),
        problems: by_field,
        form,
        undo,
        frame,
    })
}

/// The marking as far as the form says one, while something else is still to be mended.
fn badge_of(reader: &Reader, form: &Form, partners: &BTreeSet<Id>) -> Badge {
    let to: BTreeSet<Id> = form
        .all("to")
        .filter_map(|id| Id::parse(id).ok())
        .filter(|id| partners.contains(id))
        .collect();
    Badge {
        level: Tlp::of_slug(form.get("handling")).map_or(Level::National, Level::of),
        owner: Some(reader.node().profile().state.clone()),
        to: Some(to).filter(|to| !to.is_empty()),
        exercise: false,
    }
}

fn views(reader: &Reader, views: Vec<PartnerPreview>) -> Vec<PartnerView> {
    let texts = reader.texts();
    let shown = views.into_iter().map(|view| {
        let named = view.partner.as_ref().map(|partner| reader.named(&partner.state));
        let name = view
            .partner
            .map_or_else(|| texts.say("hybrid-the-public").to_string(), |partner| partner.name);
        let discloses = view.discloses.into_iter().map(|one| {
            let key = if one.blocks { "form-discloses-blocks" } else { "form-discloses" };
            texts.say(key).with("path", one.path).with("id", one.names.as_str()).to_string()
        });
        PartnerView {
            named,
            name,
            sees: view.decision.allowed,
            because: reader.reason(view.decision.reason),
            objects: view.sees.len(),
            discloses: discloses.collect(),
        }
    });
    shown.collect()
}

fn shown(reader: &Reader, checked: &Checked) -> Shown {
    let facts = &checked.facts;
    Shown {
        title: web::foreign(&facts.name),
        text: web::foreign(facts.description.as_deref().unwrap_or_default()),
        when: facts
            .occurred
            .as_ref()
            .map(|occurred| words::occurred(reader.texts(), occurred))
            .unwrap_or_default(),
        place: web::foreign(facts.place.as_ref().map_or("", |place| &place.name)),
        sources: facts.sources.len(),
        claims: facts.claims.len(),
    }
}

fn vocabulary<T: Vocabulary>(
    reader: &Reader,
    beginning: &str,
    chosen: &str,
    unsaid: bool,
) -> Vec<Choice> {
    let none = Choice {
        value: String::new(),
        name: reader.texts().say("form-unsaid").to_string(),
        chosen: chosen.is_empty(),
    };
    let words = T::ALL.iter().map(|word| Choice {
        value: word.slug().to_owned(),
        name: words::word(reader.texts(), beginning, &Word::Known(*word)),
        chosen: word.slug() == chosen,
    });
    unsaid.then_some(none).into_iter().chain(words).collect()
}

fn confidences(reader: &Reader, form: &Form) -> Vec<Choice> {
    let bands = CONFIDENCES.iter().map(|(band, _)| *band).chain([""]);
    bands
        .map(|band| Choice {
            value: band.to_owned(),
            name: match band {
                "" => reader.texts().say("form-unsaid").to_string(),
                band => reader.texts().of("hybrid-confidence-", band).to_string(),
            },
            chosen: form.get("confidence") == band,
        })
        .collect()
}

fn languages(form: &Form) -> Vec<Choice> {
    let held = form.get("lang");
    let known = web::texts::Lang::ALL.map(|lang| (lang.code().to_owned(), lang.name().to_owned()));
    let other = (!held.is_empty() && known.iter().all(|(code, _)| code != held))
        .then(|| (held.to_owned(), held.to_owned()));
    known
        .into_iter()
        .chain(other)
        .map(|(value, name)| Choice { chosen: value == held, value, name })
        .collect()
}

fn struck(reader: &Reader, form: &Form) -> Vec<Choice> {
    REGION
        .map(|code| Choice {
            value: code.to_owned(),
            name: reader.texts().state(code, code),
            chosen: form.has("struck", code),
        })
        .into()
}

fn picks(reader: &Reader, form: &Form) -> Vec<Pick> {
    let chosen = form.get("handling");
    let levels = [
        None,
        Some(Tlp::Red),
        Some(Tlp::AmberStrict),
        Some(Tlp::Amber),
        Some(Tlp::Green),
        Some(Tlp::Clear),
    ];
    levels
        .into_iter()
        .map(|tlp| {
            let value = tlp.map_or(NATIONAL, Tlp::slug);
            let badge = Badge {
                level: tlp.map_or(Level::National, Level::of),
                owner: Some(reader.node().profile().state.clone()),
                to: None,
                exercise: false,
            };
            Pick {
                id: format!("handling-{}", value.replace('+', "-")),
                value: value.to_owned(),
                mark: reader.mark(&badge),
                hint: reader.texts().of("form-handling-", &value.replace('+', "-")).to_string(),
                chosen: chosen == value || (chosen.is_empty() && tlp.is_none()),
            }
        })
        .collect()
}

fn ticked(reader: &Reader, form: &Form) -> Result<Vec<Choice>, Fault> {
    let peers = reader.node().peers()?.into_iter().map(|peer| {
        let value = peer.profile.state.to_string();
        let name = format!("{}, {}", peer.profile.name, reader.named(&peer.profile.state).name);
        Choice { chosen: form.has("to", &value), value, name }
    });
    Ok(peers.collect())
}

fn readers(reader: &Reader, form: &Form) -> Result<Vec<Choice>, Fault> {
    let people =
        reader.node().account_list()?.into_iter().filter(|account| account.role.is_person());
    let boxes = people.map(|account| Choice {
        chosen: form.has("reader", &account.name),
        name: web::foreign(&account.display),
        value: account.name,
    });
    Ok(boxes.collect())
}
