//! Answers: resources and refusals.

use axum::body::Body;
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::response::Response;

use crate::host::HostError;

/// Why a request is not answered: TAXII's error resource (section 3.6.1).
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    title: &'static str,
    description: Option<String>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, title: &'static str) -> Self {
        Self { status, title, description: None }
    }

    pub(crate) fn because(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    pub(crate) fn malformed(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The request is malformed").because(description)
    }

    /// The same for what is hidden and for what is not there.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here")
    }

    pub(crate) fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Sign in with HTTP Basic")
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
        let mut resource = serde_json::json!({
            "title": refusal.title, "http_status": refusal.status.as_u16().to_string(),
        });
        if let Some(description) = refusal.description {
            resource["description"] = serde_json::json!(description);
        }
        let mut response = with_status(refusal.status, resource.to_string());
        if refusal.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"TAXII\", charset=\"UTF-8\""));
        }
        response
    }
}

/// A resource.
pub(crate) fn json(resource: &serde_json::Value) -> Response {
    with_status(StatusCode::OK, resource.to_string())
}

pub(crate) fn with_status(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(crate::TAXII));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    response
}
