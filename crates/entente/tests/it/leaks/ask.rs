//! A question to the program, and all of its answer.

use axum::body::Body;
use http::Response;
use node::Node;

/// By which door somebody comes in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    Taxii,
    Page,
}

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) door: Door,
    /// Media type and text.
    pub(crate) body: Option<(String, String)>,
    /// Whether the answer has no end: then its beginning is read.
    pub(crate) endless: bool,
}

impl Ask {
    pub(crate) fn taxii(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), door: Door::Taxii, body: None, endless: false }
    }

    pub(crate) fn page(path: impl Into<String>) -> Self {
        Self { door: Door::Page, ..Self::taxii(path) }
    }

    /// A form of the asker's own session.
    pub(crate) fn form(path: impl Into<String>, fields: &str) -> Self {
        Self::page(path).method("POST").body("application/x-www-form-urlencoded", fields)
    }

    /// The answer has no end.
    pub(crate) fn endless(self) -> Self {
        Self { endless: true, ..self }
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn body(self, kind: &str, text: impl Into<String>) -> Self {
        Self { body: Some((kind.to_owned(), text.into())), ..self }
    }

    /// What the pages call the cookie of a session.
    pub(crate) fn cookie(node: &Node) -> String {
        web::session_cookie(node, false)
    }
}

/// Status, headers and body. Only what differs by chance is left out: the date, and ids that are
/// drawn for the answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn read(answer: Response<Body>, endless: bool) -> Self {
        let status = answer.status().as_u16();
        let mut headers: Vec<_> = answer
            .headers()
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        headers.sort();
        let body = if endless {
            String::new()
        } else {
            let bytes =
                axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a whole body");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Self { status, headers, body }
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.body.contains(text) || self.headers.iter().any(|(_, value)| value.contains(text))
    }

    /// The answer with the id that was asked for blotted out, and what was drawn for it.
    pub(crate) fn masked(mut self, id: &str) -> Self {
        let mask = |text: &str| blot_drawn(&text.replace(id, "ID"));
        self.body = mask(&self.body);
        for (_, value) in &mut self.headers {
            *value = mask(value);
        }
        self
    }
}

/// Blots out the ids and moments of TAXII's status resources, which are new in each answer.
fn blot_drawn(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(text) else {
        return text.to_owned();
    };
    if let Some(status) =
        value.as_object_mut().filter(|status| status.contains_key("request_timestamp"))
    {
        status.insert("id".to_owned(), "drawn".into());
        status.insert("request_timestamp".to_owned(), "now".into());
        return value.to_string();
    }
    text.to_owned()
}
