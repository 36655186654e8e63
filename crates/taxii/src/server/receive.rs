//! Adding objects (section 5.5).

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use stix::Timestamp;

use super::answer::{Refusal, text, with_status};
use super::{Asked, Server};
use crate::host::{Collection, Host, Incoming};
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
    let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let most = asked.about.max_content_length;
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    Ok(())
}

/// The body, if it is not larger than announced by the API root.
pub(super) async fn body(body: Body, most: usize) -> Result<Bytes, Refusal> {
    let mut whole = BytesMut::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::malformed("The body breaks off"))?;
        if whole.len() + piece.len() > most {
            return Err(too_large(most));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn too_large(most: usize) -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
        .because(format!("This server takes at most {most} bytes at once"))
}

pub(super) fn receive<H: Host>(
    server: &Server<H>,
    asked: &Asked,
    collection: &Collection,
    body: &Bytes,
) -> Result<Response, Refusal> {
    let incoming = objects(body)?;
    let added = Timestamp::from_micros(asked.about.now);
    let mut details: Vec<_> = incoming.iter().map(|one| describe(one, &added)).collect();
    let receipts = server.host.receive(&asked.account, collection, incoming)?;
    let (mut successes, mut failures) = (Vec::new(), Vec::new());
    for (mut detail, receipt) in details.drain(..).zip(receipts) {
        detail.message = receipt.err();
        if detail.message.is_none() { successes.push(detail) } else { failures.push(detail) }
    }
    let id = server.host.fresh_id().to_string();
    let status = Status {
        id: id.clone(),
        status: "complete".to_owned(),
        request_timestamp: Some(added),
        total_count: successes.len() + failures.len(),
        success_count: successes.len(),
        successes,
        failure_count: failures.len(),
        failures,
        pending_count: 0,
        pendings: Vec::new(),
    };
    let status = Bytes::from(text(&status));
    server.statuses.keep(&asked.account.name, &id, status.clone());
    Ok(with_status(StatusCode::ACCEPTED, status))
}

/// The objects of an envelope as they stand in it. One that is no object is told in the status:
/// it holds up no other.
fn objects(body: &Bytes) -> Result<Vec<Incoming>, Refusal> {
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
fn describe(incoming: &Incoming, added: &Timestamp) -> Detail {
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
    let id = named.id.as_str().unwrap_or("unknown");
    let version = named.modified.as_str().or(named.created.as_str()).unwrap_or(added.as_str());
    detail(&short(id), &short(version))
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
        for text in ["5", "{}", "[]", r#"{"id":7}"#, r#"{"id":null,"modified":[]}"#] {
            assert_eq!(described(text), nameless, "{text}");
        }
        let named = described(r#"{"id":"x--1","modified":"2026-01-01T00:00:00.000Z"}"#);
        assert_eq!(named, ("x--1".to_owned(), "2026-01-01T00:00:00.000Z".to_owned()));
    }
}
