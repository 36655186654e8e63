//! The page of the form, and what each partner would see.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use node::{Cure, Draft, PartnerPreview, Release, Remedy, Step};
use release::{Badge, Level};
use stix::Id;
use stix::marking::Tlp;
use web::{Fault, Frame, Mark, Named, Reader, render};

use super::super::row::Row;
use super::super::words;
use super::outgoing::{outgoing, partners};
use crate::form::{CLAIM, CONFIDENCES, Checked, Form, NATIONAL, Problem, REGION, SOURCE};
use crate::similar::similar as resembling;
use crate::vocabulary::{Basis, Determination, Domain, Standing, Vocabulary, Word};

const SIMILAR: usize = 5;

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
    /// As whom the whole release is shown, in an address.
    code: String,
    because: String,
    objects: usize,
}

/// A reference that would betray something, and what can be done about it.
struct Betrayal {
    /// To whom.
    to: String,
    text: String,
    blocks: bool,
    cures: Vec<Button>,
}

/// Something that was done about one.
struct Done {
    text: String,
    undo: String,
}

struct Button {
    value: String,
    text: String,
}

struct Similar {
    href: String,
    title: String,
    date: String,
    mark: Mark,
}

/// What the page shows besides the form.
#[derive(Clone, Copy, Default)]
pub(super) struct Shows {
    /// Everything missing is an error already.
    pub(super) strict: bool,
    /// A release was held up because the draft had changed since it was shown.
    pub(super) changed: bool,
    /// A draft was deleted and can be brought back.
    pub(super) undo: bool,
}

/// What can be chosen, with what is chosen.
struct Choices {
    domains: Vec<Choice>,
    confidences: Vec<Choice>,
    determinations: Vec<Choice>,
    bases: Vec<Choice>,
    languages: Vec<Choice>,
    struck: Vec<Choice>,
    picks: Vec<Pick>,
    partners: Vec<Choice>,
    groups: Vec<Choice>,
    through: Vec<Choice>,
    readers: Vec<Choice>,
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
    /// The page of the report of which it is an extract.
    extract_of: Option<String>,
    /// Shown on top, with links to the fields.
    errors: Vec<Mend>,
    /// Everything that keeps the report from being released.
    mend: Vec<Mend>,
    choices: Choices,
    claims: Vec<ClaimRow>,
    sources: Vec<SourceRow>,
    similar: Vec<Similar>,
    mark: Mark,
    views: Vec<PartnerView>,
    betrayals: Vec<Betrayal>,
    remedies: Vec<Done>,
    blocked: bool,
    shown: Shown,
    may_release: bool,
    desk: Desk,
    /// Names what the views show.
    seen: String,
    shows: Shows,
}

/// How the draft stands at the release desk.
#[derive(Default)]
struct Desk {
    /// Whether a second person must let it out.
    second: bool,
    /// Whether there is one who could.
    has_second: bool,
    /// The first recipient, where it leaves under a pseudonym.
    through: Option<String>,
    /// The own state's names that stand in it all the same.
    names: String,
    /// It waits as it is.
    proposed: bool,
    /// It came back: by whom, when, and why.
    returned: Option<String>,
}

impl Desk {
    fn of(reader: &Reader, draft: Option<&Draft>, out: Option<&Outgoing>) -> Result<Self, Fault> {
        let Some(draft) = draft else { return Ok(Self::default()) };
        let texts = reader.texts();
        let last = reader.node().proposal(reader.session(), &draft.id)?;
        let returned = last.and_then(|proposal| match proposal.step {
            Step::Returned { by, at, comment } => Some(
                texts
                    .say("release-returned-by")
                    .with("who", web::foreign(&by.display))
                    .with("when", texts.moment(at))
                    .with("comment", web::foreign(&comment))
                    .to_string(),
            ),
            _ => None,
        });
        let second = out.is_some_and(|out| out.second);
        Ok(Self {
            second,
            has_second: match out {
                Some(out) if second => reader.node().has_second(reader.session(), &out.release)?,
                _ => true,
            },
            names: match out {
                Some(out) if out.release.through.is_some() => {
                    web::foreign(&reader.node().own_names_in(&out.release).join(", "))
                }
                _ => String::new(),
            },
            through: out
                .and_then(|out| out.release.through.as_ref())
                .map(|relay| reader.named(relay).name),
            proposed: draft.proposed,
            returned,
        })
    }
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
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }
}

/// A release that was worked out, with what each partner would see.
struct Outgoing {
    badge: Badge,
    views: Vec<PartnerPreview>,
    blocked: bool,
    second: bool,
    release: Release,
}

#[derive(Template)]
#[template(path = "form-similar.html")]
struct SimilarPart {
    frame: Frame,
    similar: Vec<Similar>,
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

/// Reports that resemble what is being written: a part of the form.
pub(super) fn similar(reader: &Reader, text: &str) -> Result<Response, Fault> {
    render(&SimilarPart { frame: reader.frame(""), similar: alike(reader, text, None)? })
}

/// The form as it stands.
pub(super) fn show(
    reader: &Reader,
    draft: Option<&Draft>,
    form: &Form,
    shows: Shows,
) -> Result<Response, Fault> {
    let texts = reader.texts();
    let states = partners(reader)?;
    let checked = form.check(&states);
    let found: Vec<Problem> = checked.as_ref().err().cloned().unwrap_or_default();
    let mend = |problem: &Problem| Mend {
        field: problem.field.clone(),
        text: texts.say(problem.key).to_string(),
    };
    // While one still writes, what is merely missing is no error.
    let told = found.iter().filter(|problem| draft.is_some() && (shows.strict || !problem.missing));
    let errors: Vec<Mend> = told.map(mend).collect();
    let worked_out = match (draft, &checked) {
        (Some(draft), Ok(checked)) => Some(work_out(reader, draft, checked)?),
        _ => None,
    };
    let badge = worked_out
        .as_ref()
        .map_or_else(|| badge_of(reader, form, &states), |out| out.badge.clone());
    let blocked = worked_out.as_ref().is_some_and(|out| out.blocked);
    let desk = Desk::of(reader, draft, worked_out.as_ref())?;
    let revised = draft.and_then(|draft| draft.revises.clone());
    let title = if revised.is_some() { texts.say("form-revise") } else { texts.say("form-new") };
    let national = Badge {
        level: Level::National,
        owner: badge.owner.clone(),
        to: None,
        groups: BTreeSet::new(),
        exercise: false,
    };
    let frame =
        reader.frame(title).at("/reports/new").under(texts.say("hybrid-reports"), "/reports");
    let words = format!("{} {}", form.get("title"), form.get("place"));
    let kept = draft
        .map(|draft| texts.say("form-kept").with("when", texts.moment(draft.changed)).to_string());
    render(&Page {
        frame: frame.holds(reader, [&national]),
        draft: draft.map(|draft| draft.id.clone()),
        action: draft
            .map_or_else(|| "/reports".to_owned(), |draft| format!("/reports/drafts/{}", draft.id)),
        kept: kept.unwrap_or_default(),
        claims: claims(reader, form, &errors),
        sources: sources(form, &errors),
        similar: alike(reader, &words, revised.as_ref())?,
        extract_of: draft
            .and_then(|draft| draft.extract_of.as_ref())
            .map(|id| format!("/reports/{id}")),
        revises: revised.map(|id| format!("/reports/{id}")),
        errors,
        mend: found.iter().map(mend).collect(),
        choices: Choices::of(reader, form)?,
        mark: reader.mark(&badge),
        betrayals: match &worked_out {
            Some(out) => betrayals(reader, out)?,
            None => Vec::new(),
        },
        remedies: draft.map(|draft| remedies(reader, draft)).unwrap_or_default(),
        views: worked_out.map(|out| views(reader, out.views)).unwrap_or_default(),
        desk,
        blocked,
        shown: checked.as_ref().map(|checked| shown(reader, checked)).unwrap_or_default(),
        may_release: reader.may_release(),
        form: form.clone(),
        seen: checked.as_ref().map(Checked::digest).unwrap_or_default(),
        shows,
    })
}

fn work_out(reader: &Reader, draft: &Draft, checked: &Checked) -> Result<Outgoing, Fault> {
    let (_, release) = outgoing(reader, draft, checked)?;
    let preview = reader.node().preview(reader.session(), &release)?;
    let blocked = preview.is_blocked();
    let second = preview.second;
    Ok(Outgoing { badge: preview.badge, views: preview.views, blocked, second, release })
}

fn error_at(errors: &[Mend], field: &str) -> Option<String> {
    errors.iter().find(|error| error.field == field).map(|error| error.text.clone())
}

// Below the filled rows of claims and sources one stands empty.

fn claims(reader: &Reader, form: &Form, errors: &[Mend]) -> Vec<ClaimRow> {
    let rows = (0..=form.rows(&CLAIM)).map(|at| ClaimRow {
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
        text_error: error_at(errors, &format!("claim-{at}")),
        by_error: error_at(errors, &format!("by-{at}")),
    });
    rows.collect()
}

fn sources(form: &Form, errors: &[Mend]) -> Vec<SourceRow> {
    let rows = (0..=form.rows(&SOURCE)).map(|at| SourceRow {
        at,
        name: form.nth("source", at).to_owned(),
        url: form.nth("url", at).to_owned(),
        name_error: error_at(errors, &format!("source-{at}")),
        url_error: error_at(errors, &format!("url-{at}")),
    });
    rows.collect()
}

impl Choices {
    fn of(reader: &Reader, form: &Form) -> Result<Self, Fault> {
        let determination = form.get("determination");
        let bases = vocabulary::<Basis>(reader, "hybrid-basis-", form.get("basis"), false);
        Ok(Self {
            domains: vocabulary::<Domain>(reader, "hybrid-domain-", form.get("domain"), true),
            confidences: confidences(reader, form),
            determinations: vocabulary::<Determination>(
                reader,
                "hybrid-determination-",
                determination,
                true,
            ),
            // What the analyst's own state knows comes first: it is the default.
            bases: bases.into_iter().rev().collect(),
            languages: languages(form),
            struck: struck(reader, form),
            picks: picks(reader, form),
            partners: ticked(reader, form)?,
            groups: groups(reader, form)?,
            through: through(reader, form)?,
            readers: readers(reader, form)?,
        })
    }
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
        groups: form.all("group").filter_map(|id| Id::parse(id).ok()).collect(),
        exercise: false,
    }
}

fn views(reader: &Reader, views: Vec<PartnerPreview>) -> Vec<PartnerView> {
    let texts = reader.texts();
    let shown = views.into_iter().map(|view| {
        let named = view.partner.as_ref().map(|partner| reader.named(&partner.state));
        let code = view.partner.as_ref().map_or("public", |partner| partner.code.as_str());
        let code = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
        let name = view
            .partner
            .map_or_else(|| texts.say("hybrid-the-public").to_string(), |partner| partner.name);
        PartnerView {
            named,
            name,
            sees: view.decision.allowed,
            code,
            because: reader.reason(view.decision.reason),
            objects: view.sees.len(),
        }
    });
    shown.collect()
}

/// Each reference once, with everybody to whom it would betray something.
fn betrayals(reader: &Reader, out: &Outgoing) -> Result<Vec<Betrayal>, Fault> {
    let texts = reader.texts();
    let mut found: Vec<(&node::Disclosure, Vec<String>)> = Vec::new();
    for view in &out.views {
        let name = match &view.partner {
            Some(partner) => web::foreign(&partner.name),
            None => texts.say("hybrid-the-public").to_string(),
        };
        for one in &view.discloses {
            match found.iter_mut().find(|(held, _)| *held == one) {
                Some((_, names)) => names.push(name.clone()),
                None => found.push((one, vec![name.clone()])),
            }
        }
    }
    let mut betrayals = Vec::new();
    for (one, names) in found {
        let cures = reader.node().cures(reader.session(), &out.release, one)?;
        let cures = cures.into_iter().map(|cure| {
            let remedy = Remedy { cure, within: one.within.clone(), names: one.names.clone() };
            Button {
                value: tell_remedy(&remedy, true),
                text: texts.of("form-cure-", word_of(cure)).to_string(),
            }
        });
        let key = if one.blocks { "form-discloses-blocks" } else { "form-discloses" };
        betrayals.push(Betrayal {
            to: names.join(", "),
            text: texts
                .say(key)
                .with("within", one.within.as_str())
                .with("path", one.path.as_str())
                .with("id", one.names.as_str())
                .to_string(),
            blocks: one.blocks,
            cures: cures.collect(),
        });
    }
    Ok(betrayals)
}

fn remedies(reader: &Reader, draft: &Draft) -> Vec<Done> {
    let told = draft.remedies.iter().map(|remedy| Done {
        text: reader
            .texts()
            .of("form-cured-", word_of(remedy.cure))
            .with("within", remedy.within.as_str())
            .with("id", remedy.names.as_str())
            .to_string(),
        undo: tell_remedy(remedy, false),
    });
    told.collect()
}

fn word_of(cure: Cure) -> &'static str {
    match cure {
        Cure::Release => "release",
        Cure::Drop => "drop",
        Cure::Narrow => "narrow",
    }
}

/// A remedy as a button's value says it.
fn tell_remedy(remedy: &Remedy, on: bool) -> String {
    let act = if on { "do" } else { "undo" };
    format!("{act} {} {} {}", word_of(remedy.cure), remedy.within, remedy.names)
}

/// What a button said.
pub(super) fn told_remedy(told: &str) -> Option<(Remedy, bool)> {
    let mut words = told.split(' ');
    let on = match words.next()? {
        "do" => true,
        "undo" => false,
        _ => return None,
    };
    let word = words.next()?;
    let cures = [Cure::Release, Cure::Drop, Cure::Narrow];
    let cure = cures.into_iter().find(|cure| word_of(*cure) == word)?;
    let within = Id::parse(words.next()?).ok()?;
    let names = Id::parse(words.next()?).ok()?;
    Some((Remedy { cure, within, names }, on))
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
                groups: BTreeSet::new(),
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

fn through(reader: &Reader, form: &Form) -> Result<Vec<Choice>, Fault> {
    let name = reader.texts().say("form-through-none").to_string();
    let none = Choice { value: String::new(), name, chosen: form.get("through").is_empty() };
    let peers = reader.node().peers()?.into_iter().map(|peer| {
        let value = peer.profile.state.to_string();
        Choice { chosen: form.get("through") == value, name: peer.profile.name, value }
    });
    Ok(std::iter::once(none).chain(peers).collect())
}

fn groups(reader: &Reader, form: &Form) -> Result<Vec<Choice>, Fault> {
    let groups = reader.node().groups()?.into_iter().map(|group| {
        let value = group.id.to_string();
        Choice { chosen: form.has("group", &value), value, name: web::foreign(&group.name) }
    });
    Ok(groups.collect())
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
