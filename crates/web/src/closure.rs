//! What would leave the node, shown before it does: object by object, and as one partner would see
//! it.

use askama::Template;
use axum::response::Response;
use node::{Breadth, PartnerPreview, Preview, Release};
use serde_json::{Map, Value};
use stix::Id;

use crate::fault::{Fault, render};
use crate::frame::Frame;
use crate::mark::{Mark, Named};
use crate::pages::{Fact, facts};
use crate::reader::Reader;

/// An object that would leave.
pub struct Leaving {
    /// Its type, in the reader's words.
    pub kind: String,
    /// What it is called: foreign text.
    pub title: String,
    /// Its id.
    pub id: String,
}

impl Leaving {
    /// The objects of a release, in order.
    pub fn of(reader: &Reader, release: &Release, _shown: &Preview) -> Vec<Self> {
        release.objects.iter().map(|object| Self::one(reader, object)).collect()
    }

    fn one(reader: &Reader, object: &Map<String, Value>) -> Self {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let title = ["name", "value", "content", "relationship_type"].map(text);
        let title = title.into_iter().find(|text| !text.is_empty()).unwrap_or(text("id"));
        Self {
            kind: reader.texts().of("type-", text("type")).to_string(),
            title: crate::foreign(&title.chars().take(200).collect::<String>()),
            id: crate::foreign(text("id")),
        }
    }
}

/// A partner, or the public, before whom the release would lie.
pub struct Watcher {
    /// The state; `None` for the public.
    pub named: Option<Named>,
    /// What the node is called.
    pub node: String,
    /// Whether it would see the main object.
    pub sees: bool,
    /// Why, in a few words.
    pub because: String,
    /// How many of the objects it would see.
    pub objects: usize,
    /// What those would betray.
    pub betrays: Vec<String>,
    /// Where the release is shown as this partner would see it.
    pub href: String,
}

impl Watcher {
    /// Everybody before whom the release would lie. `href` is the page that shows it as one of
    /// them, given `?as=`.
    pub fn of(reader: &Reader, preview: &Preview, href: &str) -> Vec<Self> {
        let watcher = |view: &PartnerPreview| Self {
            named: view.partner.as_ref().map(|partner| reader.named(&partner.state)),
            node: name_of(reader, view),
            sees: view.decision.allowed,
            because: reader.reason(view.decision.reason),
            objects: view.sees.len(),
            betrays: view.discloses.iter().map(|one| betrayal(reader, one)).collect(),
            href: format!("{href}?as={}", code_of(view)),
        };
        preview.views.iter().map(watcher).collect()
    }
}

/// How far something goes, in the reader's words.
pub fn reach(reader: &Reader, reach: Breadth) -> String {
    let word = match reach {
        Breadth::Home => "reach-home",
        Breadth::Named => "reach-named",
        Breadth::Community => "reach-community",
        Breadth::Public => "reach-public",
    };
    reader.texts().say(word).to_string()
}

fn code_of(view: &PartnerPreview) -> String {
    let code = view.partner.as_ref().map_or("public", |partner| partner.code.as_str());
    url::form_urlencoded::byte_serialize(code.as_bytes()).collect()
}

fn name_of(reader: &Reader, view: &PartnerPreview) -> String {
    match &view.partner {
        Some(partner) => partner.name.clone(),
        None => reader.texts().say("the-public").to_string(),
    }
}

fn betrayal(reader: &Reader, one: &node::Disclosure) -> String {
    let key = if one.blocks { "release-betrays-fact" } else { "release-betrays" };
    reader
        .texts()
        .say(key)
        .with("within", one.within.as_str())
        .with("path", one.path.as_str())
        .with("id", one.names.as_str())
        .to_string()
}

struct Shown {
    leaving: Leaving,
    facts: Vec<Fact>,
    raw: String,
}

#[derive(Template)]
#[template(path = "closure.html")]
struct Page {
    frame: Frame,
    mark: Mark,
    because: String,
    back: String,
    shown: Vec<Shown>,
    betrays: Vec<String>,
}

/// A release as one partner (by code) or the public would see it: every object that would be there,
/// and nothing else. `back` is what is proposed, and its page.
pub fn closure(
    reader: &Reader,
    release: &Release,
    preview: &Preview,
    who: &str,
    (what, back): (String, String),
) -> Result<Response, Fault> {
    let is_it = |view: &&PartnerPreview| match &view.partner {
        Some(partner) => partner.code.eq_ignore_ascii_case(who),
        None => who == "public",
    };
    let view = preview.views.iter().find(is_it).ok_or(Fault::NotFound)?;
    let sees = |object: &&Map<String, Value>| {
        let id = object.get("id").and_then(Value::as_str).and_then(|id| Id::parse(id).ok());
        id.is_some_and(|id| view.sees.contains(&id))
    };
    let shown = release.objects.iter().filter(sees).map(|object| Shown {
        leaving: Leaving::one(reader, object),
        facts: facts(object),
        raw: crate::foreign(&serde_json::to_string_pretty(object).unwrap_or_default()),
    });
    let name = name_of(reader, view);
    let texts = reader.texts();
    let title = texts.say("closure-title").with("name", name.as_str()).to_string();
    render(&Page {
        frame: reader
            .frame(title)
            .at("/releases")
            .under(what, back.clone())
            .holds(reader, [&preview.badge]),
        mark: reader.mark(&preview.badge),
        because: reader.reason(view.decision.reason),
        back,
        shown: shown.collect(),
        betrays: view.discloses.iter().map(|one| betrayal(reader, one)).collect(),
    })
}
