//! Groups: whom a marking that names one reaches. Only this node's own people see the rosters.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use node::{Error, Roster};
use serde::Deserialize;
use stix::Id;

use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::reader::Reader;

struct Row {
    id: String,
    name: String,
    members: Vec<Member>,
    count: usize,
}

struct Member {
    state: String,
    name: String,
    is_in: bool,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct Page {
    frame: Frame,
    groups: Vec<Row>,
    /// Whether letting somebody in needs a second person.
    second: bool,
    may_write: bool,
    wrong: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    wrong: String,
    #[serde(default)]
    done: String,
}

pub(super) async fn page(reader: Reader, Query(asking): Query<Asking>) -> Result<Response, Fault> {
    blocking(move || {
        let (node, texts) = (reader.node(), reader.texts());
        let peers = node.peers()?;
        let mut groups = Vec::new();
        for group in node.groups()? {
            let states: BTreeSet<Id> = peers
                .iter()
                .map(|peer| peer.profile.state.clone())
                .chain(group.members.iter().cloned())
                .collect();
            let members = states.into_iter().map(|state| Member {
                name: reader.named(&state).name,
                is_in: group.members.contains(&state),
                state: state.to_string(),
            });
            groups.push(Row {
                id: group.id.to_string(),
                name: crate::foreign(&group.name),
                members: members.collect(),
                count: group.members.len(),
            });
        }
        let wrong = (!asking.wrong.is_empty()).then(|| texts.say("groups-name-wrong").to_string());
        let toast = (!asking.done.is_empty()).then(|| texts.say("groups-done").to_string());
        render(&Page {
            frame: reader.frame(texts.say("nav-groups")).at("/groups").saying(toast),
            groups,
            second: node.four_eyes()?.asks(node::Breadth::Named),
            may_write: reader.may_write(),
            wrong,
        })
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

pub(super) async fn add(reader: Reader, Form(named): Form<Named>) -> Result<Response, Fault> {
    blocking(move || {
        let name: String = named.name.chars().take(80).collect();
        let to = match reader.node().add_group(reader.session(), &name) {
            Err(Error::BadGroupName { .. }) => "/groups?wrong=1",
            other => {
                other?;
                "/groups?done=1"
            }
        };
        Ok(Redirect::to(to).into_response())
    })
    .await
}

/// Sets the members, or asks a second person to let the new ones in.
pub(super) async fn set(
    reader: Reader,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    blocking(move || {
        let group = Id::parse(&id).map_err(|_| Fault::NotFound)?;
        let ticked = pairs.iter().filter(|(name, _)| name == "member");
        let members = ticked.filter_map(|(_, state)| Id::parse(state).ok()).collect();
        let roster = Roster { group, members };
        let (node, session) = (reader.node(), reader.session());
        match node.set_members(session, &roster) {
            Err(Error::NeedsSecond) => {
                let proposal = node.propose_roster(session, roster, String::new())?;
                Ok(Redirect::to(&format!("/releases/{}?done=1", proposal.id)).into_response())
            }
            other => {
                other?;
                Ok(Redirect::to("/groups?done=1").into_response())
            }
        }
    })
    .await
}
