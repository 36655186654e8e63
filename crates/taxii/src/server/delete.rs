//! Deleting an object, or versions of it (section 5.7). Never a recall.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use stix::Id;
use store::{Versions, Which};

use super::Asked;
use super::answer::{Refusal, with_status};
use super::query::Query;
use crate::host::{Collection, Host};

/// Deletes from a collection that the account may read and write.
pub(super) fn delete<H: Host>(
    host: &H,
    asked: &Asked,
    collection: &Collection,
) -> Result<Response, Refusal> {
    match (collection.can_read, collection.can_write) {
        (true, true) => {}
        (false, false) => return Err(Refusal::not_found()),
        _ => return Err(Refusal::forbidden("You may not delete from this collection")),
    }
    let filter = Query::parse(asked.query())?.filter;
    let id = Id::parse(asked.parameter("object")).map_err(|_| Refusal::not_found())?;
    let of_type = filter.types.is_empty() || filter.types.iter().any(|one| one == id.type_name());
    let of_id = filter.ids.is_empty() || filter.ids.contains(&id);
    if filter.is_void || !of_type || !of_id {
        return Err(Refusal::not_found());
    }
    // Without a version named, all of them are meant.
    let versions = filter.versions.unwrap_or(Versions::All);
    let which = Which { versions, spec_versions: filter.spec_versions };
    if host.withdraw(&asked.account, collection, &id, which)? {
        Ok(with_status(StatusCode::OK, Body::empty()))
    } else {
        Err(Refusal::not_found())
    }
}
