//! Properties that stand on many types (section 3.2), and structures within them (sections 2.5,
//! 2.11, 7.2.3).

use super::{Class, Form, Kind, Property, Rule, TEXT, Table, Target, opt, refers, req};

/// A common property, and how each class of object uses it.
#[derive(Debug)]
pub struct Common {
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// How domain objects use it.
    pub domain: Use,
    /// How relationships and sightings do.
    pub relationship: Use,
    /// How observables do.
    pub observable: Use,
    /// How extension definitions do.
    pub extension: Use,
    /// How language content does.
    pub language: Use,
    /// How marking definitions do.
    pub marking: Use,
}

/// How a class of object uses a common property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It must be there.
    Required,
    /// It may.
    Optional,
    /// It has no meaning there.
    None,
}

use Use::{None, Optional, Required};

impl Common {
    /// How a class of object uses it.
    pub fn of(&self, class: Class) -> Use {
        match class {
            Class::Domain | Class::Custom => self.domain,
            Class::Relationship => self.relationship,
            Class::Observable => self.observable,
            Class::Extension => self.extension,
            Class::Language => self.language,
            Class::Marking => self.marking,
        }
    }
}

/// Domain, relationship, observable, extension, language, marking: the columns of the table.
const fn row(name: &'static str, kind: Kind, uses: [Use; 6]) -> Common {
    let [domain, relationship, observable, extension, language, marking] = uses;
    Common { name, kind, domain, relationship, observable, extension, language, marking }
}

const ALL: [Use; 6] = [Required; 6];
const ANY: [Use; 6] = [Optional; 6];

/// The common properties (section 3.2).
pub static COMMON: &[Common] = &[
    row("type", Kind::Text(Form::TypeName), ALL),
    row(
        "spec_version",
        Kind::Text(Form::Exactly("2.1")),
        [Required, Required, Optional, Required, Required, Required],
    ),
    row("id", Kind::Identifier(Target::Any), ALL),
    row(
        "created_by_ref",
        refers(&["identity"]),
        [Optional, Optional, None, Required, Optional, Optional],
    ),
    row("created", Kind::Timestamp(3), [Required, Required, None, Required, Required, Required]),
    row("modified", Kind::Timestamp(3), [Required, Required, None, Required, Required, None]),
    row("revoked", Kind::Boolean, [Optional, Optional, None, Optional, Optional, None]),
    row("labels", Kind::List(&TEXT), [Optional, Optional, None, Optional, Optional, None]),
    row("confidence", Kind::Integer(0, 100), [Optional, Optional, None, None, Optional, None]),
    row("lang", Kind::Text(Form::Language), [Optional, Optional, None, None, None, None]),
    row(
        "external_references",
        Kind::List(&Kind::Structure(&EXTERNAL_REFERENCE)),
        [Optional, Optional, None, Optional, Optional, Optional],
    ),
    row("object_marking_refs", Kind::List(&refers(&["marking-definition"])), ANY),
    row("granular_markings", Kind::List(&Kind::Structure(&GRANULAR_MARKING)), ANY),
    row("defanged", Kind::Boolean, [None, None, Optional, None, None, None]),
    row("extensions", Kind::Extensions, [Optional, Optional, Optional, None, Optional, Optional]),
];

const fn structure(
    name: &'static str,
    section: &'static str,
    properties: &'static [Property],
    rules: &'static [Rule],
) -> Table {
    Table { name, section, class: Class::Custom, properties, rules, contributing: &[] }
}

/// A reference to something outside STIX (section 2.5).
pub static EXTERNAL_REFERENCE: Table = structure(
    "external-reference",
    "2.5",
    &[
        req("source_name", TEXT),
        opt("description", TEXT),
        opt("url", Kind::Text(Form::Url)),
        opt("hashes", Kind::Hashes),
        opt("external_id", TEXT),
    ],
    &[Rule::AnyOf(&["description", "url", "external_id"])],
);

/// A phase of a kill chain (section 2.11).
pub static KILL_CHAIN_PHASE: Table = structure(
    "kill-chain-phase",
    "2.11",
    &[
        req("kill_chain_name", Kind::Text(Form::Hyphenated)),
        req("phase_name", Kind::Text(Form::Hyphenated)),
    ],
    &[],
);

/// A marking of parts of an object (section 7.2.3).
pub static GRANULAR_MARKING: Table = structure(
    "granular-marking",
    "7.2.3",
    &[
        opt("lang", Kind::Text(Form::Language)),
        opt("marking_ref", refers(&["marking-definition"])),
        req("selectors", Kind::List(&Kind::Text(Form::Selector))),
    ],
    &[Rule::OneOf(&["lang", "marking_ref"])],
);
