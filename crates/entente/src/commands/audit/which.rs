//! Which rows, from what a person typed.

use node::Node;
use stix::Id;
use store::trail::TrailQuery;

use super::super::moment;
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
