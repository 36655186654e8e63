//! Which rows, from what a person typed.

use node::Node;
use stix::{Id, Timestamp};
use store::trail::TrailQuery;

use crate::cli::Which;
use crate::error::{Error, Kind, Result};

pub(super) fn query(node: &Node, which: &Which) -> Result<TrailQuery> {
    let about = which.about.as_deref().map(|text| {
        let id = Id::parse(text).map_err(|error| Error::of(Kind::Invalid, &error))?;
        Ok::<_, Error>(node.store().trail().name(&id))
    });
    Ok(TrailQuery {
        kinds: which.kind.clone(),
        by: which.by.clone(),
        about: about.transpose()?,
        from: which.from.as_deref().map(moment).transpose()?,
        to: which.to.as_deref().map(moment).transpose()?,
        ..TrailQuery::default()
    })
}

/// A day in UTC, or a moment.
fn moment(text: &str) -> Result<i64> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    Timestamp::parse(&whole).map(|at| at.micros()).map_err(|error| {
        Error::of(Kind::Usage, &error).hint("give a day as 2026-03-09, or a moment in UTC")
    })
}
