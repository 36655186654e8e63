//! Adding objects (section 5.5).

use std::sync::{Arc, OnceLock};

use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use stix::Timestamp;

use super::answer::{Refusal, text, with_status};
use super::body::{Coding, Held};
use super::{Asked, Server};
use crate::host::{About, Collection, Host, Incoming};
use crate::resource::{Detail, Status};

/// The most objects taken at once: as many as a page gives.
const MOST: usize = super::query::MOST;

/// Whether the request may hand in anything here; asked before its body is read.
pub(super) fn may_write(asked: &Asked, collection: &Collection) -> Result<(), Refusal> {
    if !collection.can_write {
        return Err(Refusal::forbidden("You may not write to this collection"));
    }
    let text = |name| asked.parts.headers.get(name).and_then(|value| value.to_str().ok());
    if !crate::media::is_taxii(text(header::CONTENT_TYPE)) {
        let title = "The body must be a TAXII 2.1 envelope";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, title)
            .because(format!("Send the header Content-Type: {}", crate::TAXII)));
    }
    Coding::of(&asked.parts.headers)?;
    Ok(())
}

/// Takes objects. The answer says what became of each; if that is not settled when the client's
/// patience ends, that the request is pending.
pub(super) async fn receive<H: Host>(
    server: Arc<Server<H>>,
    asked: Asked,
    collection: Collection,
    packed: Bytes,
    held: Held,
) -> Result<Response, Refusal> {
    let About { patience, now, .. } = asked.about;
    let (id, account) = (server.host.fresh_id().to_string(), asked.account.name.clone());
    let begun = Arc::new(OnceLock::new());
    let mut work = {
        let (server, id, begun) = (server.clone(), id.clone(), begun.clone());
        tokio::task::spawn_blocking(move || {
            let _held = held;
            settle(&server, &asked, &collection, packed, id, &begun)
        })
    };
    let settled = match tokio::time::timeout(patience, &mut work).await {
        Ok(settled) => settled,
        Err(_) => match begun.get() {
            Some(total) => {
                let pending = Status::pending(id.clone(), Timestamp::from_micros(now), *total);
                let pending = Bytes::from(text(&pending));
                let known = server.statuses.keep_pending(&account, &id, pending);
                return Ok(with_status(StatusCode::ACCEPTED, known));
            }
            // It is not known yet whether it is an envelope at all.
            None => work.await,
        },
    };
    let settled = settled.unwrap_or_else(|_| Err(Refusal::failed("a request was broken off")));
    settled.map(|status| with_status(StatusCode::ACCEPTED, status))
}

/// Does what is asked, to the end, and keeps the status.
fn settle<H: Host>(
    server: &Server<H>,
    asked: &Asked,
    collection: &Collection,
    packed: Bytes,
    id: String,
    begun: &OnceLock<usize>,
) -> Result<Bytes, Refusal> {
    let coding = Coding::of(&asked.parts.headers)?;
    let body = super::body::unpack(packed, coding, asked.about.max_content_length)?;
    let incoming = objects(&body)?;
    let _ = begun.set(incoming.len());
    let added = Timestamp::from_micros(asked.about.now);
    let details: Vec<_> = incoming.iter().map(|one| describe(one, &added)).collect();
    let receipts = match server.host.receive(&asked.account, collection, incoming) {
        Ok(receipts) => receipts,
        // Whoever was told that it is pending must not wait for ever.
        Err(error) => {
            let failed = vec![Err("the server failed".to_owned()); details.len()];
            let status = Status::complete(id.clone(), added, details, failed);
            server.statuses.keep(&asked.account.name, &id, Bytes::from(text(&status)));
            return Err(error.into());
        }
    };
    let status = Status::complete(id, added, details, receipts);
    let written = Bytes::from(text(&status));
    server.statuses.keep(&asked.account.name, &status.id, written.clone());
    server.host.keep_status(&asked.account, &status);
    Ok(written)
}

/// The objects of an envelope as they stand in it. One that is no object is told in the status:
/// it holds up no other.
pub(super) fn objects(body: &Bytes) -> Result<Vec<Incoming>, Refusal> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow, default)]
        objects: Vec<&'a RawValue>,
    }
    let Envelope { objects } =
        serde_json::from_slice(body).map_err(|error| Refusal::unprocessable(error.to_string()))?;
    if objects.is_empty() {
        return Err(Refusal::unprocessable("It holds no objects"));
    }
    if objects.len() > MOST {
        return Err(Refusal::unprocessable(format!("It holds more than {MOST} objects")));
    }
    let incoming = objects.into_iter().enumerate().map(|(index, raw)| {
        let bytes = body.slice_ref(raw.get().as_bytes());
        let object = stix::Object::parse(bytes.clone())
            .map_err(|error| stix::Error { pointer: pointer(index, &error.pointer), ..error });
        Incoming { bytes, object }
    });
    Ok(incoming.collect())
}

/// A place in an object, seen from the envelope.
fn pointer(index: usize, within: &stix::Pointer) -> stix::Pointer {
    let start = stix::Pointer::root().join("objects").join(&index.to_string());
    let tokens = within.as_str().split('/').skip(1);
    tokens.fold(start, |pointer, token| pointer.join(&token.replace("~1", "/").replace("~0", "~")))
}

/// Id and version of an object that was handed in, even of one that cannot be read.
pub(super) fn describe(incoming: &Incoming, added: &Timestamp) -> Detail {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Named {
        id: serde_json::Value,
        modified: serde_json::Value,
        created: serde_json::Value,
    }
    let detail = |id: &str, version: &str| Detail {
        id: id.to_owned(),
        version: version.to_owned(),
        message: None,
    };
    if let Ok(object) = &incoming.object {
        return detail(object.id().as_str(), object.version().unwrap_or(added).as_str());
    }
    let named: Named = serde_json::from_slice(&incoming.bytes).unwrap_or_default();
    let short = |text: &str| text.chars().take(300).collect::<String>();
    let text = |value: &serde_json::Value| {
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let id = text(&named.id).unwrap_or_else(|| "unknown".to_owned());
    let version = text(&named.modified).or_else(|| text(&named.created));
    let version = version.unwrap_or_else(|| added.to_string());
    detail(&short(&id), &short(&version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_object_holds_up_no_other() {
        let body = br#"{"x_more":1,"objects":[5,{"a":1,"a":2}, {"type":"ipv4-addr","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.3"} ]}"#;
        let objects = objects(&Bytes::from_static(body)).unwrap();
        let problems: Vec<_> = objects.iter().map(|one| one.object.as_ref().err()).collect();
        assert_eq!(problems[0].unwrap().pointer.as_str(), "/objects/0");
        assert_eq!(problems[1].unwrap().pointer.as_str(), "/objects/1/a");
        assert_eq!(problems[2], None);
        assert!(objects[2].bytes.starts_with(b"{\"type\"") && objects[2].bytes.ends_with(b"\"}"));
    }

    #[test]
    fn what_cannot_be_read_is_named_as_far_as_it_goes() {
        let added = Timestamp::from_micros(0);
        let described = |text: &'static str| {
            let bytes = Bytes::from_static(text.as_bytes());
            let detail =
                describe(&Incoming { object: stix::Object::parse(bytes.clone()), bytes }, &added);
            (detail.id, detail.version)
        };
        let nameless = ("unknown".to_owned(), "1970-01-01T00:00:00.000000Z".to_owned());
        for text in [
            "5",
            "{}",
            "[]",
            r#"{"id":7}"#,
            r#"{"id":null,"modified":[]}"#,
            r#"{"id":"","created":""}"#,
        ] {
            assert_eq!(described(text), nameless, "{text}");
        }
        let named = described(r#"{"id":"x--1","modified":"2026-01-01T00:00:00.000Z"}"#);
        assert_eq!(named, ("x--1".to_owned(), "2026-01-01T00:00:00.000Z".to_owned()));
    }
}
