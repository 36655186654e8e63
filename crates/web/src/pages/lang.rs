//! The language of the pages.

use axum::extract::{Form, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::local;
use crate::cookie;
use crate::fault::Fault;
use crate::guard::lang_cookie;
use crate::shell::Shell;
use crate::texts::Lang;

/// A year, in seconds.
const KEPT: u32 = 365 * 24 * 3_600;

#[derive(Deserialize)]
pub(super) struct Pick {
    language: String,
    #[serde(default)]
    to: String,
}

pub(super) async fn pick(
    State(shell): State<Shell>,
    Form(Pick { language, to }): Form<Pick>,
) -> Result<Response, Fault> {
    let lang = Lang::of(&language)
        .ok_or_else(|| Fault::Malformed { reason: "no such language".to_owned() })?;
    let secure = shell.options().secure;
    let cookie =
        cookie::set(&lang_cookie(shell.node(), secure), Some(lang.code()), Some(KEPT), secure);
    let mut response = Redirect::to(local(&to)).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
