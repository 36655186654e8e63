//! The specification's property tables as data, to be read beside it (STIX 2.1 sections 2 to 8 and
//! 10). Validation, the generated documentation and what a header needs all follow from here.

mod common;
mod domain;
mod extensions;
mod meta;
mod observable;
mod relationship;
pub mod vocabulary;

pub use common::{COMMON, Common, EXTERNAL_REFERENCE, GRANULAR_MARKING, KILL_CHAIN_PHASE, Use};
pub use domain::DOMAIN;
pub use extensions::{EXTENSIONS, Extension};
pub use meta::{BUNDLE, META};
pub use observable::OBSERVABLE;
pub use relationship::{COMMON_VERBS, RELATIONSHIP, VERBS, Verb};

use vocabulary::Vocabulary;

/// What an object is, as far as rules differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A domain object (STIX 2.1 section 4).
    Domain,
    /// A relationship or a sighting (section 5).
    Relationship,
    /// A cyber-observable object: a fact without owner, version or signature (section 6).
    Observable,
    /// A marking definition (section 7.2).
    Marking,
    /// An extension definition (section 7.3).
    Extension,
    /// Language content (section 7.1).
    Language,
    /// A type that the specification does not define.
    Custom,
}

impl Class {
    /// What such objects are called.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Domain => "domain objects",
            Self::Relationship => "relationships and sightings",
            Self::Observable => "observables",
            Self::Marking => "marking definitions",
            Self::Extension => "extension definitions",
            Self::Language => "language content",
            Self::Custom => "types of one’s own",
        }
    }
}

/// A type, or a structure within types, with its properties and the rules between them.
#[derive(Debug)]
pub struct Table {
    /// The name of the type.
    pub name: &'static str,
    /// The section that defines it.
    pub section: &'static str,
    /// What it is.
    pub class: Class,
    /// Its own properties, in the specification's order; common ones are in [`COMMON`].
    pub properties: &'static [Property],
    /// What must hold between its properties.
    pub rules: &'static [Rule],
    /// The properties from which an observable's identifier follows (section 2.9).
    pub contributing: &'static [&'static str],
}

/// One row of a property table.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What its value must be.
    pub kind: Kind,
}

/// Whether a property must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may.
    Optional,
    /// It may, but new content should not use it.
    Deprecated,
}

/// What a value must be (section 2).
#[derive(Debug)]
pub enum Kind {
    /// Anything.
    Any,
    /// Base64 (section 2.1).
    Binary,
    /// `true` or `false` (section 2.2).
    Boolean,
    /// Keys and values (section 2.3), the values of this kind.
    Dictionary(&'static Kind),
    /// A term of a closed vocabulary (section 2.4).
    Enum(&'static Vocabulary),
    /// A number between two bounds (section 2.6).
    Float(f64, f64),
    /// Hashes by algorithm (section 2.7).
    Hashes,
    /// Bytes in hexadecimal (section 2.8).
    Hex,
    /// An identifier of one of certain objects (section 2.9).
    Identifier(Target),
    /// A whole number between two bounds (section 2.10).
    Integer(i64, i64),
    /// A whole number or a string, as its key asks for.
    Scalar,
    /// A list of one or more (section 2.12).
    List(&'static Kind),
    /// The deprecated container of observables (section 2.13).
    Container,
    /// A term that should be of an open vocabulary (section 2.14).
    Open(&'static Vocabulary),
    /// A string (section 2.15), perhaps of a certain form.
    Text(Form),
    /// A timestamp (section 2.16) with at least so many digits of the second's fraction.
    Timestamp(usize),
    /// A structure with a table of its own.
    Structure(&'static Table),
    /// The extensions of an object (sections 3.2 and 7.3).
    Extensions,
}

/// A string's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any.
    Free,
    /// A language tag (RFC 5646).
    Language,
    /// The name of a type of object.
    TypeName,
    /// The name of a property.
    PropertyName,
    /// A name in lower case with hyphens; it *should* be so.
    Hyphenated,
    /// The name of a relationship.
    Verb,
    /// Exactly this.
    Exactly(&'static str),
    /// An IPv4 address or network (RFC 4632).
    Ipv4,
    /// An IPv6 address or network (RFC 5952 asks more than must be).
    Ipv6,
    /// A MAC address: six pairs in lower case, with colons.
    Mac,
    /// A domain name (RFC 1034, RFC 5890).
    Domain,
    /// An e-mail address without display name (RFC 5322 addr-spec).
    Email,
    /// A URL (RFC 3986).
    Url,
    /// A media type; it *should* be a registered one.
    MediaType,
    /// A character set of the IANA registry, by the shape of its name.
    Charset,
    /// CPE 2.3.
    Cpe,
    /// A country (ISO 3166-1 alpha-2); it *should* be.
    Country,
    /// A registry key whose hive is written out.
    RegistryKey,
    /// A protocol; it *should* be in lower case.
    Protocol,
    /// A priority of Windows; it *should* end in `_CLASS`.
    Priority,
    /// A selector of a granular marking (section 7.2.3.1).
    Selector,
}

/// Which objects a reference may name. Types that the specification does not define pass wherever
/// a class is asked for: what they are is not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Any object.
    Any,
    /// Objects of these types.
    Types(&'static [&'static str]),
    /// Objects of these classes.
    Classes(&'static [Class]),
}

/// What must hold between properties.
#[derive(Debug)]
pub enum Rule {
    /// The first time is not before the second.
    NotBefore(&'static str, &'static str),
    /// The first time is after the second.
    After(&'static str, &'static str),
    /// At least one of these.
    AnyOf(&'static [&'static str]),
    /// Exactly one of these.
    OneOf(&'static [&'static str]),
    /// At least one of the table's own properties.
    NotEmpty,
    /// The first asks for all of the second.
    Needs(&'static str, &'static [&'static str]),
    /// When the first has this value, the third is there.
    WhenNeeds(&'static str, bool, &'static str),
    /// When the first has this value, the third is not there.
    WhenNot(&'static str, bool, &'static str),
    /// One of these groups is there in full.
    AnyGroup(&'static [&'static [&'static str]]),
    /// It should be there.
    Should(&'static str),
}

const fn req(name: &'static str, kind: Kind) -> Property {
    Property { name, need: Need::Required, kind }
}

const fn opt(name: &'static str, kind: Kind) -> Property {
    Property { name, need: Need::Optional, kind }
}

const TEXT: Kind = Kind::Text(Form::Free);
const TIME: Kind = Kind::Timestamp(0);
const INTEGER: Kind = Kind::Integer(-MAX_INTEGER, MAX_INTEGER);
const COUNT: Kind = Kind::Integer(0, MAX_INTEGER);
const TEXTS: Kind = Kind::List(&TEXT);
const PHASES: Kind = Kind::List(&Kind::Structure(&KILL_CHAIN_PHASE));
const DICTIONARY: Kind = Kind::Dictionary(&Kind::Any);
const TEXT_BY_KEY: Kind = Kind::Dictionary(&TEXT);
/// Header fields: a list each, since a field may be repeated.
const TEXTS_BY_KEY: Kind = Kind::Dictionary(&TEXTS);
const SCALAR_BY_KEY: Kind = Kind::Dictionary(&Kind::Scalar);
pub(crate) const MAX_INTEGER: i64 = (1 << 53) - 1;

const fn refers(types: &'static [&'static str]) -> Kind {
    Kind::Identifier(Target::Types(types))
}

/// The table of a type; `None` for one that the specification does not define.
pub fn of(name: &str) -> Option<&'static Table> {
    let tables = match name.len() {
        ..5 => &[OBSERVABLE, DOMAIN][..],
        _ => &[DOMAIN, OBSERVABLE, RELATIONSHIP, META][..],
    };
    tables.iter().copied().flatten().find(|table| table.name == name)
}

/// All tables of types, in the specification's order.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [DOMAIN, RELATIONSHIP, OBSERVABLE, META].into_iter().flatten()
}

/// The class of a type.
pub fn class_of(name: &str) -> Class {
    of(name).map_or(Class::Custom, |table| table.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_a_rule_is_a_property() {
        let structures = EXTENSIONS.iter().map(|extension| extension.table);
        for table in tables().chain(structures) {
            let has = |name: &&str| {
                table.properties.iter().any(|property| property.name == *name)
                    || COMMON.iter().any(|common| common.name == *name)
            };
            let names: Vec<&str> = table
                .rules
                .iter()
                .flat_map(|rule| match rule {
                    Rule::NotBefore(one, other) | Rule::After(one, other) => vec![*one, *other],
                    Rule::AnyOf(names) | Rule::OneOf(names) => names.to_vec(),
                    Rule::NotEmpty => vec![],
                    Rule::Needs(name, names) => [&[*name], *names].concat(),
                    Rule::WhenNeeds(one, _, other) | Rule::WhenNot(one, _, other) => {
                        vec![*one, *other]
                    }
                    Rule::AnyGroup(groups) => groups.concat(),
                    Rule::Should(name) => vec![*name],
                })
                .chain(table.contributing.iter().copied())
                .collect();
            assert!(names.iter().all(has), "{}: {names:?}", table.name);
        }
    }

    #[test]
    fn names_stand_once() {
        for table in tables() {
            for (index, property) in table.properties.iter().enumerate() {
                let before = &table.properties[..index];
                assert!(before.iter().all(|other| other.name != property.name), "{}", table.name);
            }
            assert!(table.properties.len() <= 64, "the check of required ones has 64 bits");
            assert_eq!(of(table.name).map(|found| found.section), Some(table.section));
        }
    }
}
