//! The page of a report.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use node::{DeliveryState, Viewer};
use serde::Deserialize;
use serde_json::Value;
use stix::{Id, Object};
use store::{Seen, View};
use web::{Fault, Frame, Mark, Named, Reader, blocking, render, title_of};

use super::words;
use crate::form::PARTS;
use crate::objects::Report;

/// The page of an object, if it is a report.
pub(super) fn href(object: &Object) -> Option<String> {
    (object.id().type_name() == "incident").then(|| format!("/reports/{}", object.id()))
}

/// A reader other than this one.
struct Other {
    named: Option<Named>,
    node: String,
    class: &'static str,
    tone: &'static str,
    word: String,
    because: String,
    since: String,
    href: String,
    /// What the link to that reader's view says.
    see: String,
}

struct Fact {
    name: String,
    value: String,
    sub: String,
}

struct Said {
    text: String,
    actor: String,
    by: String,
    class: &'static str,
    standing: String,
}

struct Origin {
    name: String,
    url: String,
    link: Option<String>,
    description: String,
}

struct Linked {
    title: String,
    href: String,
    kind: String,
    mark: Mark,
}

struct Note {
    author: Named,
    when: String,
    machine: String,
    kind: String,
    text: String,
    mark: Mark,
}

struct Version {
    number: usize,
    when: String,
    machine: String,
    href: String,
    newest: bool,
    shown: bool,
}

/// The same incident for other readers: the full report, or an extract of it.
struct Audience {
    kind: String,
    title: String,
    href: String,
    mark: Mark,
    here: bool,
}

/// A part that an extract may keep.
struct Part {
    value: &'static str,
    name: String,
}

/// What the reader may do with the report.
#[expect(clippy::struct_excessive_bools, reason = "each is a question that the page asks")]
struct May {
    revise: bool,
    recall: bool,
    answer: bool,
    /// Whether an answer is a note to one's own report.
    own: bool,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    frame: Frame,
    id: String,
    mark: Mark,
    owner: Named,
    /// The owner's node and state: who answers for the report.
    reporter: String,
    basis: String,
    version: String,
    signed: bool,
    doubt: Option<String>,
    lead: String,
    summary: String,
    affected: Vec<Named>,
    reason: String,
    others: Vec<Other>,
    facts: Vec<Fact>,
    claims: Vec<Said>,
    sources: Vec<Origin>,
    links: Vec<Linked>,
    audiences: Vec<Audience>,
    parts: Vec<Part>,
    notes: Vec<Note>,
    versions: Vec<Version>,
    raw: String,
    lang: String,
    /// Whom the page is shown as, if not the reader himself.
    shown_as: Option<String>,
    /// Whether an older version is shown.
    older: bool,
    may: May,
}

#[derive(Deserialize)]
pub(super) struct Asking {
    /// A partner's code, or `public`.
    #[serde(default, rename = "as")]
    shown_as: String,
    #[serde(default)]
    done: String,
}

pub(super) async fn page(
    reader: Reader,
    Path(id): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, Fault> {
    blocking(move || {
        let seen = held(&reader.view(), &id)?;
        let toast = match asking.done.as_str() {
            "released" => Some("hybrid-released"),
            "noted" => Some("hybrid-noted"),
            _ => None,
        };
        let toast = toast.map(|key| reader.texts().say(key).to_string());
        if asking.shown_as.is_empty() {
            return show(&reader, &reader.view(), &seen, None, toast);
        }
        // Only of our own: how another state's report looks elsewhere is not ours to tell.
        if !is_own(&reader, &seen) {
            return Err(Fault::NotFound);
        }
        let (viewer, name) = if asking.shown_as == "public" {
            (Viewer::Public, reader.texts().say("hybrid-the-public").to_string())
        } else {
            let peer = reader.node().find_peer(&asking.shown_as).map_err(|_| Fault::NotFound)?;
            (Viewer::Node(peer.profile.state), peer.profile.name)
        };
        let view = reader.node().view_of(viewer);
        match view.get(seen.object.id())? {
            Some(theirs) => show(&reader, &view, &theirs, Some(name), toast),
            None => nothing(&reader, &seen, &name),
        }
    })
    .await
}

pub(super) async fn version(
    reader: Reader,
    Path((id, version)): Path<(String, String)>,
) -> Result<Response, Fault> {
    blocking(move || {
        let view = reader.view();
        let id = Id::parse(&id).map_err(|_| Fault::NotFound)?;
        let versions = view.versions(&id)?;
        let is_it =
            |seen: &&Seen| seen.object.version().is_some_and(|held| held.as_str() == version);
        let seen = versions.iter().find(is_it).ok_or(Fault::NotFound)?;
        show(&reader, &view, seen, None, None)
    })
    .await
}

/// The newest version of a report. What is no report is not there either.
pub(super) fn held(view: &View, id: &str) -> Result<Seen, Fault> {
    let id = Id::parse(id).map_err(|_| Fault::NotFound)?;
    let seen = view.get(&id)?.ok_or(Fault::NotFound)?;
    if id.type_name() == "incident" { Ok(seen) } else { Err(Fault::NotFound) }
}

pub(super) fn is_own(reader: &Reader, seen: &Seen) -> bool {
    seen.policy.badge().owner.as_ref() == Some(&reader.node().profile().state)
}

#[derive(Template)]
#[template(path = "nothing.html")]
struct Nothing {
    frame: Frame,
    name: String,
    back: String,
}

fn nothing(reader: &Reader, seen: &Seen, name: &str) -> Result<Response, Fault> {
    let badge = seen.policy.badge();
    let title = reader.texts().say("hybrid-seen-as").with("name", name).to_string();
    let frame = reader.frame(title).at("/reports").holds(reader, [&badge]);
    let frame = frame.under(reader.texts().say("hybrid-reports"), "/reports");
    render(&Nothing {
        frame,
        name: name.to_owned(),
        back: format!("/reports/{}", seen.object.id()),
    })
}

fn show(
    reader: &Reader,
    view: &View,
    seen: &Seen,
    shown_as: Option<String>,
    toast: Option<String>,
) -> Result<Response, Fault> {
    let report = Report::of(&seen.object).ok_or(Fault::NotFound)?;
    let (texts, facts) = (reader.texts(), &report.facts);
    let badge = seen.policy.badge();
    let mark = reader.mark(&badge);
    let own = is_own(reader, seen);
    let title = super::row::title(reader, &report);
    let (links, notes) = around(reader, view, seen)?;
    let audiences = audiences(reader, view, seen)?;
    let all = view.versions(&report.id)?;
    let number = |at: usize| all.len() - at;
    let shown =
        all.iter().position(|one| one.object.version() == seen.object.version()).unwrap_or(0);
    let versions = all.iter().enumerate().map(|(at, one)| {
        let version = one.object.version().map(ToString::to_string).unwrap_or_default();
        let micros = one.object.version().map_or(one.received, stix::Timestamp::micros);
        Version {
            number: number(at),
            when: texts.moment(micros),
            machine: web::texts::machine(micros),
            href: format!("/reports/{}/versions/{version}", report.id),
            newest: at == 0,
            shown: at == shown,
        }
    });
    let versions: Vec<_> = versions.collect();
    let released = seen.object.version().map_or(seen.received, stix::Timestamp::micros);
    let basis = facts
        .basis
        .as_ref()
        .map(|basis| words::word(texts, "hybrid-basis-", basis))
        .unwrap_or_default();
    let others = if own && shown_as.is_none() && seen.newest {
        others(reader, &report.id)?
    } else {
        Vec::new()
    };
    let mut frame = reader.frame(&title).at("/reports").holds(reader, [&badge]).saying(toast);
    frame = frame
        .under(texts.say("hybrid-nav"), "/reports")
        .under(texts.say("hybrid-reports"), "/reports");
    let plain = shown_as.is_none() && seen.newest;
    render(&Page {
        id: report.id.to_string(),
        owner: mark.owner.clone().unwrap_or_else(|| reader.named(&reader.node().profile().state)),
        mark,
        reporter: reporter(reader, seen),
        basis,
        version: texts
            .say("hybrid-version")
            .with("n", number(shown))
            .with("when", texts.moment(released))
            .to_string(),
        signed: seen.signed,
        doubt: reader.doubt(seen),
        lead: web::foreign(facts.description.as_deref().unwrap_or_default()),
        summary: summary(reader, &report),
        affected: affected(reader, &report),
        reason: reader.because(seen),
        others,
        facts: lines(reader, &report),
        claims: claims(reader, &report),
        sources: sources(&report),
        links,
        audiences,
        parts: PARTS
            .map(|value| Part { value, name: texts.of("hybrid-part-", value).to_string() })
            .into(),
        notes,
        versions,
        raw: web::foreign(&serde_json::to_string_pretty(&seen.object.value()).unwrap_or_default()),
        lang: facts
            .lang
            .clone()
            .filter(|lang| lang.len() <= 12 && lang.is_ascii())
            .unwrap_or_default(),
        shown_as,
        older: !seen.newest,
        may: May {
            revise: plain && own && reader.may_write(),
            recall: plain && own && reader.may_recall(),
            answer: plain && reader.may_write(),
            own,
        },
        frame,
    })
}

/// The owner as a reporter: the node before the state, for an open-source report is made at a node
/// and is no statement of a state that was struck.
fn reporter(reader: &Reader, seen: &Seen) -> String {
    let Some(state) = seen.policy.badge().owner else { return String::new() };
    let name = reader.named(&state).name;
    match reader.node().owner_profile(&state) {
        Ok(Some(profile)) => format!("{} ({name})", web::foreign(&profile.name)),
        _ => name,
    }
}

fn affected(reader: &Reader, report: &Report) -> Vec<Named> {
    let affected = report.facts.affected.iter();
    affected
        .map(|affected| Named {
            code: web::foreign(&affected.code),
            name: reader.texts().state(&affected.code, &affected.code),
        })
        .collect()
}

/// Time, place and domain in one line.
fn summary(reader: &Reader, report: &Report) -> String {
    let (texts, facts) = (reader.texts(), &report.facts);
    let when = facts.occurred.as_ref().map(|occurred| words::occurred(texts, occurred));
    let place = facts.place.as_ref().map(|place| web::foreign(&place.name));
    let domain = facts.domain.as_ref().map(|domain| words::word(texts, "hybrid-domain-", domain));
    [when, place, domain]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Who else sees a report of ours, and whether it is there.
fn others(reader: &Reader, id: &Id) -> Result<Vec<Other>, Fault> {
    let texts = reader.texts();
    let deliveries = reader.node().deliveries(reader.session(), id)?;
    let mut others: Vec<Other> = deliveries
        .into_iter()
        .map(|delivery| {
            let (class, tone, word) = match delivery.state {
                DeliveryState::NotFor => ("wait", "", "hybrid-not-for"),
                DeliveryState::Received => ("live", "good", "hybrid-received"),
                DeliveryState::Sent => ("late", "warn", "hybrid-sent"),
                DeliveryState::NotReached => ("late", "warn", "hybrid-not-reached"),
            };
            Other {
                named: Some(reader.named(&delivery.partner.state)),
                class,
                tone,
                word: texts.say(word).to_string(),
                because: reader.reason(delivery.decision.reason),
                since: delivery.since.map_or_else(|| "–".to_owned(), |since| texts.moment(since)),
                href: format!("/reports/{id}?as={}", delivery.partner.code),
                see: texts
                    .say("hybrid-see-as")
                    .with("name", delivery.partner.name.as_str())
                    .to_string(),
                node: delivery.partner.name,
            }
        })
        .collect();
    let public = reader.node().view_of(Viewer::Public).get(id)?;
    let (class, tone, word, because) = match &public {
        Some(seen) => ("live", "good", "hybrid-yes", reader.reason(seen.reason)),
        None => ("wait", "", "hybrid-not-for", texts.say("reason-not-public").to_string()),
    };
    others.push(Other {
        named: None,
        node: texts.say("hybrid-the-public").to_string(),
        class,
        tone,
        word: texts.say(word).to_string(),
        because,
        since: public.map_or_else(|| "–".to_owned(), |seen| texts.moment(seen.added)),
        href: format!("/reports/{id}?as=public"),
        see: texts.say("hybrid-see-as-public").to_string(),
    });
    Ok(others)
}

fn lines(reader: &Reader, report: &Report) -> Vec<Fact> {
    let (texts, facts) = (reader.texts(), &report.facts);
    let mut lines = Vec::new();
    let mut line = |key: &str, value: String, sub: String| {
        if !value.is_empty() {
            lines.push(Fact { name: texts.say(key).to_string(), value, sub });
        }
    };
    let foreign = |text: &Option<String>| web::foreign(text.as_deref().unwrap_or_default());
    if let Some(occurred) = &facts.occurred {
        line("hybrid-fact-when", words::occurred(texts, occurred), foreign(&occurred.note));
    }
    if let Some(place) = &facts.place {
        let point = place.point().map(|(latitude, longitude)| degrees(latitude, longitude));
        line("hybrid-fact-where", web::foreign(&place.name), point.unwrap_or_default());
    }
    let struck: Vec<String> =
        affected(reader, report).into_iter().map(|state| state.name).collect();
    line("hybrid-filter-struck", struck.join(", "), String::new());
    if let Some(domain) = &facts.domain {
        line("hybrid-fact-domain", words::word(texts, "hybrid-domain-", domain), String::new());
    }
    let marks = facts.landscape_domains.iter();
    let landscape: Vec<_> =
        marks.map(|mark| words::word(texts, "hybrid-landscape-", &mark.domain)).collect();
    let unverified = facts.landscape_domains.iter().any(|mark| !mark.verified);
    let sub = if unverified {
        texts.say("hybrid-landscape-unverified").to_string()
    } else {
        String::new()
    };
    line("hybrid-fact-landscape", landscape.join(", "), sub);
    if let Some(phase) = &facts.phase {
        line("hybrid-fact-phase", words::word(texts, "hybrid-phase-", phase), String::new());
    }
    let band = crate::lists::confidence(facts.confidence);
    let sub = match facts.confidence {
        Some(confidence) => {
            let number =
                texts.say("hybrid-confidence-number").with("n", u32::from(confidence)).to_string();
            // A note that says no more than the band is left out.
            let said = facts.confidence_note.as_deref().unwrap_or_default().trim().to_lowercase();
            let note = if said == band { String::new() } else { foreign(&facts.confidence_note) };
            if note.is_empty() { number } else { format!("{number} · {note}") }
        }
        None => foreign(&facts.confidence_note),
    };
    line("hybrid-fact-confidence", texts.of("hybrid-confidence-", band).to_string(), sub);
    if let Some(determination) = &facts.determination {
        line(
            "hybrid-fact-determination",
            words::word(texts, "hybrid-determination-", determination),
            String::new(),
        );
    }
    if let Some(investigation) = &facts.investigation {
        line(
            "hybrid-fact-investigation",
            words::word(texts, "hybrid-investigation-", investigation),
            String::new(),
        );
    }
    line("hybrid-fact-labels", web::foreign(&facts.labels.join(", ")), String::new());
    lines
}

fn degrees(latitude: f64, longitude: f64) -> String {
    let (north, east) =
        (if latitude < 0.0 { 'S' } else { 'N' }, if longitude < 0.0 { 'W' } else { 'E' });
    format!("{:.3} {north} {:.3} {east}", latitude.abs(), longitude.abs())
}

fn claims(reader: &Reader, report: &Report) -> Vec<Said> {
    let claims = report.facts.claims.iter();
    claims
        .map(|claim| {
            let class = match claim.standing.slug() {
                "confirmed" => "live",
                "denied" => "gone",
                _ => "late",
            };
            Said {
                text: web::foreign(&claim.text),
                actor: web::foreign(claim.actor.as_deref().unwrap_or_default()),
                by: web::foreign(&claim.by),
                class,
                standing: words::word(reader.texts(), "hybrid-standing-", &claim.standing),
            }
        })
        .collect()
}

fn sources(report: &Report) -> Vec<Origin> {
    let sources = report.facts.sources.iter();
    sources
        .map(|source| {
            let url = source.url.as_deref().unwrap_or_default();
            Origin {
                name: web::foreign(&source.name),
                link: web::link(url).map(str::to_owned),
                url: web::foreign(url),
                description: web::foreign(source.description.as_deref().unwrap_or_default()),
            }
        })
        .collect()
}

/// What the report is related to, and what others say about it: notes stand under their author's
/// name and are never part of the report.
fn around(reader: &Reader, view: &View, seen: &Seen) -> Result<(Vec<Linked>, Vec<Note>), Fault> {
    let texts = reader.texts();
    let id = seen.object.id();
    let (mut links, mut notes) = (Vec::new(), Vec::new());
    for other in view.referring_to(id)?.into_iter().chain(view.refers_from(id)?) {
        let mark = reader.mark(&other.policy.badge());
        let kind = other.object.id().type_name();
        if matches!(kind, "note" | "opinion") {
            notes.push(note(reader, &other, mark));
        } else if kind != "identity" {
            links.push(Linked {
                title: web::foreign(&title_of(&other.object)),
                href: reader.href(&other.object),
                kind: texts.of("type-", kind).to_string(),
                mark,
            });
        }
    }
    notes.reverse();
    Ok((links, notes))
}

/// Which readers get what: the full report first, then its extracts. Empty where there is one.
fn audiences(reader: &Reader, view: &View, seen: &Seen) -> Result<Vec<Audience>, Fault> {
    let id = seen.object.id();
    let full = match derived_from(view, id, "source_ref", "target_ref")?.first() {
        Some(full) => full.clone(),
        None => id.clone(),
    };
    let extracts = derived_from(view, &full, "target_ref", "source_ref")?;
    if extracts.is_empty() {
        return Ok(Vec::new());
    }
    let mut audiences = Vec::new();
    for (at, one) in std::iter::once(full).chain(extracts).enumerate() {
        let Some(other) = view.get(&one)? else { continue };
        let key = if at == 0 { "hybrid-in-full" } else { "hybrid-extract" };
        audiences.push(Audience {
            kind: reader.texts().say(key).to_string(),
            title: web::foreign(&title_of(&other.object)),
            href: reader.href(&other.object),
            mark: reader.mark(&other.policy.badge()),
            here: one == *id,
        });
    }
    Ok(audiences)
}

/// What derives from an object, or from what it derives, by its owner's own word.
fn derived_from(view: &View, id: &Id, here: &str, there: &str) -> Result<Vec<Id>, Fault> {
    let Some(owner) = view.get(id)?.map(|seen| seen.holder) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for link in view.referring_to(id)? {
        let value = link.object.value();
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let fits = link.object.id().type_name() == "relationship"
            && text("relationship_type") == "derived-from"
            && link.holder == owner
            && text(here) == id.as_str();
        found.extend(Id::parse(text(there)).ok().filter(|_| fits));
    }
    Ok(found)
}

fn note(reader: &Reader, seen: &Seen, mark: Mark) -> Note {
    let value = seen.object.value();
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let labels = value.get("labels").and_then(Value::as_array);
    let is_question = labels.is_some_and(|labels| labels.iter().any(|label| label == "question"));
    let micros = seen.object.version().map_or(seen.received, stix::Timestamp::micros);
    let content = if text("content").is_empty() { text("explanation") } else { text("content") };
    let author =
        mark.owner.clone().unwrap_or_else(|| Named { code: "–".to_owned(), name: String::new() });
    let kind = if is_question { "hybrid-question" } else { "hybrid-note" };
    Note {
        author,
        when: reader.texts().moment(micros),
        machine: web::texts::machine(micros),
        kind: reader.texts().say(kind).to_string(),
        text: web::foreign(content),
        mark,
    }
}
