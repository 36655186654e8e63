//! What a desk wants listed.

use stix::Object;

/// A list that a desk keeps: which objects stand in it, how they sort and filter.
///
/// Lists are projections: they hold newest versions only, follow the log within a second, and
/// are rebuilt when `version` changes.
#[derive(Clone, Copy, Debug)]
pub struct ListSpec {
    /// The list's name, unique at the node.
    pub name: &'static str,
    /// Raise it whenever `row` may answer differently for an object already held.
    pub version: u32,
    /// The object's row in this list, if it stands in it. Must be pure: the same answer for the
    /// same object.
    pub row: fn(&Object) -> Option<ListRow>,
}

/// One object's row in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRow {
    /// Where it stands: rows order by the bytes of this text.
    pub sort: String,
    /// What it can be filtered by: (facet, value). A facet may have several values.
    pub facets: Vec<(&'static str, String)>,
}
