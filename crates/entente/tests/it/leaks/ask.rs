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

    /// The same question in another world, where other names were drawn.
    pub(crate) fn translated(
        &self,
        here: &[(String, &'static str)],
        there: &[(String, &'static str)],
    ) -> Self {
        let named = here.iter().filter_map(|(what, name)| {
            Some((what, &there.iter().find(|(_, other)| other == name)?.0))
        });
        let path = named.fold(self.path.clone(), |path, (what, other)| path.replace(what, other));
        Self { path, ..self.clone() }
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

impl Answer {
    /// The answer without what differs between two worlds by chance alone: what was drawn, when
    /// something was added, where to go on.
    pub(crate) fn apart_from(mut self, drawn: &[(String, &'static str)]) -> Self {
        let blot = |text: &str| {
            let text =
                drawn.iter().fold(text.to_owned(), |text, (what, name)| text.replace(what, name));
            let text = blot_shapes(&text);
            let ends = [
                r#"name="csrf" content=""#,
                r#"name="csrf" value=""#,
                "after=",
                "bundle--",
                r#""next":""#,
                r#""sum":""#,
                r#""leaf":""#,
                r#""signature":""#,
            ];
            ends.iter().fold(text, |text, begin| blot_after(&text, begin))
        };
        self.body = blot(&self.body);
        self.headers
            .retain(|(name, _)| !matches!(name.as_str(), "etag" | "set-cookie" | "content-length"));
        for (_, value) in &mut self.headers {
            *value = blot(value);
        }
        self
    }
}

impl Answer {
    /// Where two answers part, with some text around.
    pub(crate) fn difference(&self, other: &Self) -> String {
        let (one, two) = (format!("{self:?}"), format!("{other:?}"));
        let same = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).count();
        let part =
            |text: &str| text.chars().skip(same.saturating_sub(200)).take(500).collect::<String>();
        format!("{}\n\n{}", part(&one), part(&two))
    }
}

/// Blots out the ids of bundles, which are drawn.
pub(crate) fn blot_bundle(text: &str) -> String {
    blot_after(text, "bundle--")
}

/// Blots out what stands between `begin` and the next quotation mark or `&`.
fn blot_after(text: &str, begin: &str) -> String {
    let mut parts = text.split(begin);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str(begin);
        whole.push_str(&part[part.find(['"', '&']).unwrap_or(part.len())..]);
    }
    whole
}

/// Moments with microseconds, at which something was added, and the ids of collections.
const SHAPES: [(&[u8], &str); 2] =
    [(b"0000-00-00T00:00:00.000000Z", "MOMENT"), (b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "UUID")];

/// Blots out what has one of the shapes, but not the ids of objects.
fn blot_shapes(text: &str) -> String {
    let fits = |bytes: &[u8], shape: &[u8]| {
        bytes.len() >= shape.len()
            && shape.iter().zip(bytes).all(|(shape, byte)| match shape {
                b'0' => byte.is_ascii_digit(),
                b'x' => byte.is_ascii_hexdigit(),
                other => byte == other,
            })
    };
    let (mut whole, mut from, mut at) = (String::new(), 0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let found = SHAPES.iter().find(|(shape, _)| fits(&bytes[at..], shape));
        match found.filter(|_| !text[..at].ends_with("--")) {
            Some((shape, name)) => {
                whole.push_str(&text[from..at]);
                whole.push_str(name);
                at += shape.len();
                from = at;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    whole + &text[from..]
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
