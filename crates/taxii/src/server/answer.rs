//! Answers: resources and refusals.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use crate::host::HostError;
use crate::resource::ErrorMessage;

/// Why a request is not answered: TAXII's error resource (section 3.6.1).
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    title: &'static str,
    description: Option<String>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, title: &'static str) -> Self {
        Self { status, title, description: None, header: None }
    }

    pub(crate) fn because(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// A header that tells how to do better.
    pub(crate) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn malformed(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The request is malformed").because(description)
    }

    /// The body cannot be taken for what it should be.
    pub(crate) fn unprocessable(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "The body is no envelope to be added")
            .because(description)
    }

    /// The same for what is hidden and for what is not there.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here")
    }

    pub(crate) fn forbidden(title: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, title)
    }

    pub(crate) fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Sign in with HTTP Basic or a client certificate")
    }

    pub(crate) fn failed(error: impl std::fmt::Display) -> Self {
        // The log is told what the outside is not.
        tracing::error!(%error, "a TAXII request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The server failed")
    }
}

impl From<HostError> for Refusal {
    fn from(error: HostError) -> Self {
        Self::failed(error)
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self::failed(error)
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let Refusal { status, title, description, header } = refusal;
        let http_status = Some(status.as_u16().to_string());
        let message = ErrorMessage { title: title.to_owned(), description, http_status };
        let mut response = with_status(status, text(&message));
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"TAXII\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What a method gets that a path does not know. Which paths there are is no secret.
pub(super) async fn method_not_allowed() -> Response {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here").into()
}

/// A resource as text.
pub(super) fn text(resource: &impl Serialize) -> String {
    // The resources are plain data: they can be written.
    serde_json::to_string(resource).unwrap_or_default()
}

pub(crate) fn with_status(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(crate::TAXII));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers
        .insert(header::VARY, HeaderValue::from_static("accept, accept-encoding, authorization"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
