//! The person's own account: sessions and password.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use node::SignInError;
use serde::Deserialize;

use super::Said;
use crate::fault::{Fault, blocking, render};
use crate::frame::Frame;
use crate::reader::Reader;

struct Row {
    id: String,
    agent: String,
    since: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    account: String,
    role: String,
    sessions: Vec<Row>,
    /// What is wrong with the new password, by field.
    errors: Vec<(&'static str, String)>,
}

impl Page {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(held, _)| *held == field).map(|(_, error)| error.as_str())
    }
}

pub(super) async fn page(
    reader: Reader,
    Query(Said { done }): Query<Said>,
) -> Result<Response, Fault> {
    blocking(move || {
        let toast = match done.as_str() {
            "ended" => Some(reader.texts().say("account-session-ended").to_string()),
            _ => None,
        };
        show(&reader, toast, Vec::new())
    })
    .await
}

fn show(
    reader: &Reader,
    toast: Option<String>,
    errors: Vec<(&'static str, String)>,
) -> Result<Response, Fault> {
    let texts = reader.texts();
    let sessions = reader.node().sessions(reader.session())?.into_iter().map(|held| Row {
        id: held.id,
        agent: crate::foreign(&held.agent),
        since: texts.moment(held.since),
        seen: texts.ago(held.seen, reader.now()),
        current: held.current,
    });
    let sessions = sessions.collect();
    let role = match serde_json::to_value(reader.session().role) {
        Ok(serde_json::Value::String(role)) => texts.of("role-", &role).to_string(),
        _ => String::new(),
    };
    let account = reader.session().account.clone();
    let frame = reader.frame(texts.say("nav-account")).at("/account").saying(toast);
    render(&Page { frame, account, role, sessions, errors })
}

pub(super) async fn end_session(reader: Reader, Path(id): Path<String>) -> Result<Response, Fault> {
    blocking(move || {
        reader.node().end_session(reader.session(), &id)?;
        let own = id == reader.session().id;
        Ok(Redirect::to(if own { "/sign-in" } else { "/account?done=ended" }).into_response())
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    old: String,
    new: String,
    again: String,
}

pub(super) async fn password(
    reader: Reader,
    Form(form): Form<NewPassword>,
) -> Result<Response, Fault> {
    blocking(move || {
        let (node, account) = (reader.node(), &reader.session().account);
        let say = |key: &str| reader.texts().say(key).to_string();
        let mut errors = Vec::new();
        match node.verify(account, &form.old) {
            Ok(_) => {}
            Err(SignInError::Node(error)) => return Err(error.into()),
            Err(_) => errors.push(("old", say("password-old-wrong"))),
        }
        if form.new != form.again {
            errors.push(("again", say("password-differs")));
        }
        if errors.is_empty() {
            match node.set_password(account, &form.new) {
                // All sessions ended with the old password, this one too.
                Ok(()) => return Ok(Redirect::to("/sign-in").into_response()),
                Err(node::Error::ShortPassword { least }) => {
                    errors.push((
                        "new",
                        reader.texts().say("password-short").with("least", least).to_string(),
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let mut response = show(&reader, None, errors)?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    })
    .await
}
