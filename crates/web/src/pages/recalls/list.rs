//! What was called back, and who has answered.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use node::Answer;
use serde::Deserialize;
use stix::Id;

use super::has;
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Named;
use crate::reader::{Reader, title_of};

struct Thing {
    kind: String,
    title: String,
    /// Where it is shown, if it is held.
    href: Option<String>,
}

struct Partner {
    named: Named,
    class: &'static str,
    tone: &'static str,
    word: String,
    detail: String,
}

struct Own {
    when: String,
    machine: String,
    word: &'static str,
    things: Vec<Thing>,
    reason: String,
    partners: Vec<Partner>,
}

struct Other {
    when: String,
    machine: String,
    owner: Named,
    kind: String,
    id: String,
    reason: String,
    class: &'static str,
    tone: &'static str,
    word: String,
}

#[derive(Template)]
#[template(path = "recalls.html")]
struct Page {
    frame: Frame,
    own: Vec<Own>,
    others: Vec<Other>,
}

#[derive(Deserialize)]
pub(in crate::pages) struct Asking {
    #[serde(default)]
    done: String,
}

pub(in crate::pages) async fn page(
    reader: Reader,
    Query(asking): Query<Asking>,
) -> Result<Response, Fault> {
    blocking(move || {
        let texts = reader.texts();
        let own = if reader.may_release() { own(&reader)? } else { Vec::new() };
        let said = (asking.done == "1").then(|| texts.say("recall-done").to_string());
        let frame = reader.frame(texts.say("nav-recalls")).at("/recalls").saying(said);
        render(&Page { frame, own, others: others(&reader)? })
    })
    .await
}

fn own(reader: &Reader) -> Result<Vec<Own>, Fault> {
    let texts = reader.texts();
    let mut rows = Vec::new();
    for act in reader.node().recalls(reader.session())? {
        let mut things = Vec::new();
        for id in &act.objects {
            things.push(thing(reader, id)?);
        }
        let partners = act.partners.iter().map(|(profile, answer)| {
            let (class, tone, word, detail) = match answer {
                Answer::Erased { at } => {
                    let when = texts.moment(*at);
                    (
                        "live",
                        "good",
                        "recall-erased",
                        texts.say("recall-erased-at").with("when", when).to_string(),
                    )
                }
                Answer::Waiting { has: state } => {
                    ("late", "", "recall-waiting", has(reader, state))
                }
            };
            let word = texts.say(word).to_string();
            Partner { named: reader.named(&profile.state), class, tone, word, detail }
        });
        rows.push(Own {
            when: texts.moment(act.effective),
            machine: crate::texts::machine(act.effective),
            word: match () {
                () if act.lifted => "recall-lifted",
                () if act.held.is_empty() => "recall-recalled",
                () => "recall-narrowed",
            },
            things,
            reason: crate::foreign(act.reason.as_deref().unwrap_or_default()),
            partners: partners.collect(),
        });
    }
    Ok(rows)
}

fn thing(reader: &Reader, id: &Id) -> Result<Thing, Fault> {
    let seen = reader.view().get(id)?;
    let kind = reader.texts().of("type-", id.type_name()).to_string();
    Ok(match seen {
        Some(seen) => Thing {
            kind,
            title: crate::foreign(&title_of(&seen.object)),
            href: Some(reader.href(&seen.object)),
        },
        // What is erased has no title any more.
        None => Thing { kind, title: id.to_string(), href: None },
    })
}

fn others(reader: &Reader) -> Result<Vec<Other>, Fault> {
    let texts = reader.texts();
    let rows = reader.node().recalls_by_others(reader.session())?.into_iter().map(|one| {
        let (class, tone, word) = match one.erased {
            Some(at) => (
                "live",
                "good",
                texts.say("recall-answered").with("when", texts.moment(at)).to_string(),
            ),
            None => ("late", "", texts.say("recall-erasing").to_string()),
        };
        Other {
            when: texts.moment(one.effective),
            machine: crate::texts::machine(one.effective),
            owner: reader.named(&one.owner),
            kind: texts.of("type-", one.object.type_name()).to_string(),
            id: one.object.to_string(),
            reason: crate::foreign(one.reason.as_deref().unwrap_or_default()),
            class,
            tone,
            word,
        }
    });
    Ok(rows.collect())
}
