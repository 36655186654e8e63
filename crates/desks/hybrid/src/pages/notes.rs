//! Answering the owner of a report: a note or a question, under one's own state's name.

use std::collections::BTreeSet;

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Proposing, Release};
use serde::Deserialize;
use serde_json::{Map, json};
use stix::marking::{Tlp, releasable_to};
use web::{Fault, Reader, blocking};

use super::report::{held, is_own};

/// The longest note, in characters.
const MOST: usize = 4_000;

#[derive(Deserialize)]
pub(super) struct Answer {
    text: String,
    #[serde(default)]
    kind: String,
}

pub(super) async fn send(
    reader: Reader,
    Path(id): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Fault> {
    blocking(move || {
        let seen = held(&reader.view(), &id)?;
        let text = answer.text.trim();
        if text.is_empty() || text.chars().count() > MOST {
            return Err(Fault::Malformed { reason: "a note has 1 to 4000 characters".to_owned() });
        }
        let mut note = Map::new();
        note.insert("type".to_owned(), json!("note"));
        note.insert("spec_version".to_owned(), json!("2.1"));
        note.insert("id".to_owned(), json!(reader.node().new_id("note")?));
        note.insert("content".to_owned(), json!(text));
        note.insert("authors".to_owned(), json!([reader.session().display]));
        note.insert("object_refs".to_owned(), json!([seen.object.id()]));
        if answer.kind == "question" {
            note.insert("labels".to_owned(), json!(["question"]));
        }
        let mut definitions = Vec::new();
        let refs = if is_own(&reader, &seen) {
            // What we add to our own report goes where the report goes.
            seen.object.header().marking_refs.clone()
        } else {
            // An answer goes to the report's owner and to nobody else.
            let owner = seen.policy.badge().owner.ok_or(Fault::NotFound)?;
            let definition = releasable_to(&BTreeSet::from([owner]), &BTreeSet::new());
            let refs = vec![Tlp::Amber.definition_id(), definition.id().clone()];
            definitions.push(definition);
            refs
        };
        if !refs.is_empty() {
            note.insert("object_marking_refs".to_owned(), json!(refs));
        }
        let release = Release { objects: vec![note], definitions, through: None, draft: None };
        let session = reader.session();
        if reader.node().preview(session, &release)?.second {
            let title = format!("{}: {text}", web::title_of(&seen.object));
            let proposal = reader.node().propose(
                session,
                Proposing {
                    kind: "hybrid.note".to_owned(),
                    title: title.chars().take(120).collect(),
                    note: String::new(),
                    release,
                },
            )?;
            return Ok(Redirect::to(&format!("/releases/{}?done=1", proposal.id)).into_response());
        }
        reader.node().release(session, release)?;
        Ok(Redirect::to(&format!("/reports/{id}?done=noted#notes")).into_response())
    })
    .await
}
