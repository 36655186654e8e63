//! Pseudonyms: those of the own state, and those that this node is asked to vouch for.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Role, Vouching};
use serde::Deserialize;
use stix::Id;

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::mark::Named;
use crate::reader::Reader;

struct Own {
    id: String,
    letters: String,
    through: String,
    when: String,
    vouched: bool,
    avowed: bool,
}

struct Asking {
    id: String,
    letters: String,
    from: Named,
    when: String,
    waits: Vec<String>,
    vouched: bool,
}

#[derive(Template)]
#[template(path = "pseudonyms.html")]
struct Page {
    frame: Frame,
    own: Vec<Own>,
    /// `None` for who does not administer the node: it would tell who speaks.
    asked: Option<Vec<Asking>>,
    may_write: bool,
}

#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    done: String,
}

pub(super) async fn page(reader: Reader, Query(said): Query<Said>) -> Result<Response, Fault> {
    blocking(move || {
        let (node, session, texts) = (reader.node(), reader.session(), reader.texts());
        let own = node.own_pseudonyms()?.into_iter().map(|known| Own {
            letters: letters(&known.id),
            id: known.id.to_string(),
            through: known.through.as_ref().map(|one| reader.named(one).name).unwrap_or_default(),
            when: known.at.map(|at| texts.moment(at)).unwrap_or_default(),
            vouched: known.vouched_by.is_some(),
            avowed: known.avowed_by.is_some(),
        });
        let asked = if session.role == Role::Administrator {
            let asked = node.asked_to_vouch(session)?.into_iter().map(|asked| Asking {
                letters: letters(&asked.pseudonym),
                id: asked.pseudonym.to_string(),
                from: reader.named(&asked.from),
                when: texts.moment(asked.at),
                waits: asked
                    .waits
                    .iter()
                    .map(|(id, title)| {
                        let kind = texts.of("type-", id.type_name());
                        format!("{kind}: {}", crate::foreign(title))
                    })
                    .collect(),
                vouched: asked.vouched,
            });
            Some(asked.collect())
        } else {
            None
        };
        let toast = (!said.done.is_empty()).then(|| texts.say("groups-done").to_string());
        render(&Page {
            frame: reader
                .frame(texts.say("pseudonyms"))
                .at("/releases")
                .under(texts.say("nav-releases"), "/releases")
                .saying(toast),
            own: own.collect(),
            asked,
            may_write: reader.may_write(),
        })
    })
    .await
}

fn letters(id: &Id) -> String {
    id.uuid().simple().to_string().get(..4).unwrap_or_default().to_uppercase()
}

/// Vouches for a pseudonym, or asks a second person to.
pub(super) async fn vouch(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        let id = Id::parse(&id).map_err(|_| Fault::NotFound)?;
        let to = match reader.node().vouch_for(reader.session(), &id)? {
            Vouching::Done => "/pseudonyms?done=1".to_owned(),
            Vouching::Proposed(proposal) => format!("/releases/{}?done=1", proposal.id),
        };
        Ok(Redirect::to(&to).into_response())
    })
    .await
}

/// Owns up to one, or asks a second person to.
pub(super) async fn avow(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        let id = Id::parse(&id).map_err(|_| Fault::NotFound)?;
        let to = match reader.node().avow(reader.session(), &id)? {
            None => "/pseudonyms?done=1".to_owned(),
            Some(proposal) => format!("/releases/{}?done=1", proposal.id),
        };
        Ok(Redirect::to(&to).into_response())
    })
    .await
}
