//! Adding objects (section 5.5).

use axum::http::StatusCode;
use axum::response::Response;
use stix::Timestamp;

use super::answer::{Refusal, with_status};
use super::{Asked, Server};
use crate::host::{Account, Collection, Host, Incoming};

pub(super) fn receive<H: Host>(
    server: &Server<H>,
    account: &Account,
    collection: &Collection,
    asked: &Asked,
) -> Result<Response, Refusal> {
    if !collection.can_write {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "You may not write to this collection"));
    }
    let unfit = |error: stix::Error| {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "The body is not an envelope").because(error.to_string())
    };
    let members = stix::json::members(&asked.body).map_err(unfit)?;
    let Some(objects) = members.iter().find(|member| member.key == "objects") else {
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "The envelope holds no objects"));
    };
    let incoming: Vec<_> = stix::json::items(objects.value.as_bytes())
        .map_err(unfit)?
        .into_iter()
        .map(|item| {
            let bytes = asked.body.slice_ref(item.as_bytes());
            Incoming { object: stix::Object::parse(bytes.clone()), bytes }
        })
        .collect();
    if incoming.is_empty() {
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "The envelope holds no objects"));
    }
    let now = server.host.about().now;
    let named: Vec<_> = incoming.iter().map(|one| describe(one, now)).collect();
    let receipts = server.host.receive(account, collection, incoming)?;
    let (mut successes, mut failures) = (Vec::new(), Vec::new());
    for (mut detail, receipt) in named.into_iter().zip(receipts) {
        match receipt {
            Ok(()) => successes.push(detail),
            Err(message) => {
                detail["message"] = serde_json::json!(message);
                failures.push(detail);
            }
        }
    }
    // Random enough to be unique, and of no use to anybody but the account.
    let id = uuid::Uuid::new_v5(&collection.id, format!("{now}:{}:{}", account.name, asked.body.len()).as_bytes()).to_string();
    let status = serde_json::json!({
        "id": id, "status": "complete", "request_timestamp": Timestamp::from_micros(now),
        "total_count": successes.len() + failures.len(),
        "success_count": successes.len(), "successes": successes,
        "failure_count": failures.len(), "failures": failures,
        "pending_count": 0,
    });
    server.statuses.keep(&account.name, id, status.clone());
    Ok(with_status(StatusCode::ACCEPTED, status.to_string()))
}

/// Id and version of an object that was handed in, even of one that cannot be read.
fn describe(incoming: &Incoming, now: i64) -> serde_json::Value {
    let at = || Timestamp::from_micros(now);
    match &incoming.object {
        Ok(object) => serde_json::json!({
            "id": object.id(), "version": object.version().cloned().unwrap_or_else(at),
        }),
        Err(_) => {
            let value: serde_json::Value = serde_json::from_slice(&incoming.bytes).unwrap_or_default();
            let id = value.get("id").and_then(serde_json::Value::as_str).unwrap_or("unknown");
            serde_json::json!({ "id": id.chars().take(300).collect::<String>(), "version": at() })
        }
    }
}
