//! Signing in and out.

use askama::Template;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use node::SignInError;
use serde::Deserialize;

use super::local;
use crate::cookie;
use crate::fault::{Fault, blocking, render};
use crate::guard::{Asked, form_cookie, session_cookie};
use crate::shell::Shell;
use crate::texts::{Lang, Texts};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignIn {
    texts: Texts,
    node: String,
    state: String,
    code: String,
    csrf: String,
    to: String,
    user: String,
    wrong: Option<String>,
}

impl SignIn {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass fields by reference")]
    fn is_lang(&self, lang: &Lang) -> bool {
        self.texts.lang() == *lang
    }
}

#[derive(Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    to: String,
}

pub(super) async fn page(
    State(shell): State<Shell>,
    Extension(asked): Extension<Asked>,
    Query(Asking { to }): Query<Asking>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    if asked.session.is_some() {
        return Ok(Redirect::to(local(&to)).into_response());
    }
    form(&shell, &asked.texts, &headers, &to, "", None)
}

/// The form. Its token is that of a cookie, since there is no session yet.
fn form(
    shell: &Shell,
    texts: &Texts,
    headers: &HeaderMap,
    to: &str,
    user: &str,
    wrong: Option<String>,
) -> Result<Response, Fault> {
    let secure = shell.options().secure;
    let name = form_cookie(shell.node(), secure);
    let held = cookie::get(headers, &name).filter(|held| held.len() >= 20).map(str::to_owned);
    let csrf = held.unwrap_or_else(|| shell.node().form_token());
    let profile = shell.node().profile();
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SignIn {
        texts: texts.clone(),
        node: profile.name.clone(),
        state: texts.state(&profile.code, &profile.state_name),
        code: profile.code.clone(),
        csrf: csrf.clone(),
        to: local(to).to_owned(),
        user: user.to_owned(),
        wrong,
    };
    let mut response = render(&page)?;
    *response.status_mut() = status;
    response
        .headers_mut()
        .append(header::SET_COOKIE, cookie::set(&name, Some(&csrf), None, secure));
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Entering {
    user: String,
    password: String,
    #[serde(default)]
    to: String,
}

pub(super) async fn enter(
    State(shell): State<Shell>,
    Extension(asked): Extension<Asked>,
    headers: HeaderMap,
    Form(Entering { user, password, to }): Form<Entering>,
) -> Result<Response, Fault> {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let node = shell.node().clone();
    let name = user.trim().to_owned();
    let answer = blocking(move || Ok(node.sign_in(&name, &password, &agent))).await?;
    let secure = shell.options().secure;
    match answer {
        Ok(signed_in) => {
            let mut response = Redirect::to(local(&to)).into_response();
            let session = session_cookie(shell.node(), secure);
            let form = form_cookie(shell.node(), secure);
            let headers = response.headers_mut();
            headers.append(
                header::SET_COOKIE,
                cookie::set(&session, Some(&signed_in.token), None, secure),
            );
            headers.append(header::SET_COOKIE, cookie::set(&form, None, None, secure));
            Ok(response)
        }
        Err(SignInError::Node(error)) => Err(error.into()),
        Err(SignInError::Wait { seconds }) => {
            let wrong = asked.texts.say("sign-in-wait").with("seconds", seconds).to_string();
            form(&shell, &asked.texts, &headers, &to, &user, Some(wrong))
        }
        Err(_) => {
            let wrong = asked.texts.say("sign-in-wrong").to_string();
            form(&shell, &asked.texts, &headers, &to, &user, Some(wrong))
        }
    }
}

pub(super) async fn leave(
    State(shell): State<Shell>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let secure = shell.options().secure;
    let name = session_cookie(shell.node(), secure);
    if let Some(token) = cookie::get(&headers, &name).map(str::to_owned) {
        let node = shell.node().clone();
        blocking(move || Ok(node.sign_out(&token)?)).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie::set(&name, None, None, secure));
    Ok(response)
}
