//! When a page cannot be shown.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

/// Why a page cannot be shown. What the reader is told is not what the log is told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody is signed in; `to` is where the reader wanted to go.
    #[error("not signed in")]
    SignIn {
        /// A path of this node.
        to: String,
    },
    /// It is not there, or the reader may not see it: the two cannot be told apart.
    #[error("not found")]
    NotFound,
    /// The reader's role does not allow the act.
    #[error("not allowed")]
    Forbidden,
    /// The form is not of this session, or comes from another place.
    #[error("a stale or foreign form")]
    Stale,
    /// The request is malformed.
    #[error("not understood: {reason}")]
    Malformed {
        /// What is wrong with it, in English.
        reason: String,
    },
    /// The node refused or failed.
    #[error(transparent)]
    Node(#[from] node::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Something of the program's own failed.
    #[error("{what}")]
    Internal {
        /// What failed, for the log.
        what: String,
    },
}

/// What the guard shows instead of the bare answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// Names the texts: `fault-CODE` and `fault-CODE-hint`.
    pub(crate) code: &'static str,
    pub(crate) status: StatusCode,
}

impl Fault {
    fn told(&self) -> Told {
        let (code, status) = match self {
            Self::NotFound
            | Self::SignIn { .. }
            | Self::Node(
                node::Error::NoDraft
                | node::Error::NotKept
                | node::Error::NoProposal
                | node::Error::NoGroup
                | node::Error::NoPseudonym,
            ) => ("not-found", StatusCode::NOT_FOUND),
            Self::Forbidden | Self::Node(node::Error::NotAllowed) => {
                ("forbidden", StatusCode::FORBIDDEN)
            }
            Self::Stale => ("stale", StatusCode::FORBIDDEN),
            Self::Node(node::Error::Stale) => ("changed", StatusCode::CONFLICT),
            Self::Node(node::Error::NeedsSecond | node::Error::OwnProposal) => {
                ("second", StatusCode::FORBIDDEN)
            }
            Self::Malformed { .. }
            | Self::Store(store::Error::BadCursor | store::Error::NoList { .. }) => {
                ("malformed", StatusCode::BAD_REQUEST)
            }
            Self::Node(node::Error::NotRecallable { .. }) => {
                ("unrecallable", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::Node(node::Error::Unreleasable { .. }) => {
                ("unreleasable", StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::Node(_) | Self::Store(_) | Self::Internal { .. } => {
                ("internal", StatusCode::INTERNAL_SERVER_ERROR)
            }
        };
        Told { code, status }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if let Self::SignIn { to } = self {
            let to: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
            return Redirect::to(&format!("/sign-in?to={to}")).into_response();
        }
        let told = self.told();
        if told.status.is_server_error() {
            tracing::error!(error = %self, "a page failed");
        }
        let mut response = told.status.into_response();
        response.extensions_mut().insert(told);
        response
    }
}

/// Does work that may wait (the store, a password's hash) where waiting holds up nobody.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Fault::Internal { what: error.to_string() }),
    }
}

/// Renders a page.
pub fn render(page: &impl Template) -> Result<Response, Fault> {
    let text = page.render().map_err(|error| Fault::Internal { what: error.to_string() })?;
    let mut response = Html(text).into_response();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    Ok(response)
}
