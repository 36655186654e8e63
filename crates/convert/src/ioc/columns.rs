//! What the columns of a table mean: MISP’s and OpenCTI’s exports, and plain ones.

use stix::Id;
use stix::marking::Tlp;

use super::recognise::recognise;
use super::typed;

/// The meaning of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The value, of the type that the row says, if it does.
    Value,
    /// A value of the type that the heading says.
    Typed(String),
    Type,
    Pattern,
    PatternType,
    Id,
    /// A UUID whose type follows from what the row becomes.
    Uuid,
    Name,
    Description,
    Labels,
    Confidence,
    ValidFrom,
    ValidUntil,
    Created,
    Modified,
    Marking,
    /// Whether the value is to be looked for.
    ToIds,
    /// Nothing that an object says.
    None,
}

/// The meaning of a heading.
pub(super) fn of(heading: &str) -> Column {
    let name = typed::plain(heading.trim_start_matches('#').trim());
    match name.as_str() {
        "value"
        | "ioc"
        | "ioc-value"
        | "indicator"
        | "indicator-value"
        | "observable"
        | "observable-value"
        | "data"
        | "x-opencti-observable-value" => Column::Value,
        "type"
        | "ioc-type"
        | "indicator-type"
        | "observable-type"
        | "kind"
        | "entity-type"
        | "x-opencti-main-observable-type"
        | "data-type" => Column::Type,
        "pattern" | "stix-pattern" => Column::Pattern,
        "pattern-type" => Column::PatternType,
        "id" | "standard-id" | "stix-id" => Column::Id,
        "uuid" => Column::Uuid,
        "name" | "title" => Column::Name,
        "description" | "comment" | "comments" | "note" | "notes" | "x-opencti-description" => {
            Column::Description
        }
        "labels" | "label" | "tags" | "tag" | "attribute-tag" | "objectlabel" => Column::Labels,
        "confidence" => Column::Confidence,
        "valid-from" | "first-seen" | "firstseen" | "date" | "dateadded" | "date-added"
        | "first-seen-utc" => Column::ValidFrom,
        "valid-until" | "last-seen" | "lastseen" | "last-seen-utc" | "expires" | "expiration" => {
            Column::ValidUntil
        }
        "created" => Column::Created,
        "modified" => Column::Modified,
        "marking" | "markings" | "tlp" | "objectmarking" | "tlp-label" => Column::Marking,
        "to-ids" => Column::ToIds,
        "" | "subject" | "path" | "host" | "registry" | "account" => Column::None,
        _ if typed::is_known(&name) => Column::Typed(name),
        _ => Column::None,
    }
}

/// The meanings of a row of headings; `None` if it is none: no column says what to look for, or one
/// holds a value itself.
pub(super) fn header(fields: &[String]) -> Option<Vec<Column>> {
    if fields.iter().any(|field| recognise(field).is_ok()) {
        return None;
    }
    let columns: Vec<Column> = fields.iter().map(|field| of(field)).collect();
    let is_header = columns
        .iter()
        .any(|column| matches!(column, Column::Value | Column::Typed(_) | Column::Pattern));
    is_header.then_some(columns)
}

/// The TLP label of a word; also the names of TLP 1.0.
pub(super) fn tlp(text: &str) -> Option<Tlp> {
    let lower = text.trim().to_ascii_lowercase();
    let slug = lower.strip_prefix("tlp:").unwrap_or(&lower);
    if slug == "white" { Some(Tlp::Clear) } else { Tlp::of_slug(slug) }
}

/// The markings that a cell names.
///
/// # Errors
/// The word that is no marking known here. A row is not carried without it: more people would see
/// it than its author allows.
pub(super) fn markings(text: &str) -> Result<Vec<Id>, String> {
    let words = text.split([',', ';', '|']).map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| match (tlp(word), Id::parse(word)) {
            (Some(tlp), _) => Ok(tlp.definition_id()),
            (None, Ok(id)) if id.type_name() == "marking-definition" => Ok(id),
            _ => Err(word.to_owned()),
        })
        .collect()
}

/// A confidence of 0 to 100, or a word of STIX’s scale (STIX 2.1 appendix A).
pub(super) fn confidence(text: &str) -> Option<u8> {
    match text.trim().to_ascii_lowercase().as_str() {
        "none" => Some(0),
        "low" => Some(15),
        "med" | "medium" => Some(50),
        "high" => Some(85),
        number => number.parse().ok().filter(|number| *number <= 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_others() {
        let misp =
            "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag";
        let fields: Vec<String> = misp.split(',').map(str::to_owned).collect();
        let columns = header(&fields).unwrap();
        assert_eq!(columns[0], Column::Uuid);
        assert_eq!(
            columns[3..8],
            [Column::Type, Column::Value, Column::Description, Column::ToIds, Column::ValidFrom]
        );
        assert_eq!(columns[9], Column::Labels);
        assert_eq!(of("hashes_SHA-256"), Column::Typed("hashes-sha-256".to_owned()));
        assert_eq!(of("IP Address"), Column::Typed("ip-address".to_owned()));
        assert_eq!(header(&["example.org".to_owned(), "value".to_owned()]), None);
        assert_eq!(header(&["who".to_owned(), "when".to_owned()]), None);
    }

    #[test]
    fn an_unknown_marking_is_no_marking() {
        assert_eq!(
            markings("TLP:AMBER+STRICT, tlp:white").unwrap(),
            [Tlp::AmberStrict.definition_id(), Tlp::Clear.definition_id()]
        );
        assert_eq!(markings("PAP:RED"), Err("PAP:RED".to_owned()));
    }
}
