//! Meta objects (section 7) and the bundle (section 8).

use super::vocabulary::EXTENSION_TYPE;
use super::{Class, Form, Kind, Rule, TEXT, TIME, Table, Target, opt, req};

/// What a translation's language tags lead to: properties' names and their translations.
const TRANSLATIONS: Kind = Kind::Dictionary(&Kind::Any);

/// Meta objects.
pub static META: &[Table] = &[
    Table {
        name: "language-content",
        section: "7.1",
        class: Class::Language,
        properties: &[
            req("object_ref", Kind::Identifier(Target::Any)),
            opt("object_modified", TIME),
            req("contents", Kind::Dictionary(&TRANSLATIONS)),
        ],
        rules: &[],
        contributing: &[],
    },
    Table {
        name: "marking-definition",
        section: "7.2.1",
        class: Class::Marking,
        properties: &[
            opt("name", TEXT),
            opt("definition_type", TEXT),
            opt("definition", Kind::Dictionary(&Kind::Any)),
        ],
        rules: &[
            Rule::AnyGroup(&[&["definition_type", "definition"], &["extensions"]]),
            Rule::Needs("definition", &["definition_type"]),
        ],
        contributing: &[],
    },
    Table {
        name: "extension-definition",
        section: "7.3",
        class: Class::Extension,
        properties: &[
            req("name", TEXT),
            opt("description", TEXT),
            req("schema", TEXT),
            req("version", TEXT),
            req("extension_types", Kind::List(&Kind::Enum(&EXTENSION_TYPE))),
            opt("extension_properties", Kind::List(&Kind::Text(Form::PropertyName))),
        ],
        rules: &[Rule::Should("description")],
        contributing: &[],
    },
];

/// The bundle: a parcel, no object. Its objects are validated one by one.
pub static BUNDLE: Table = Table {
    name: "bundle",
    section: "8",
    class: Class::Custom,
    properties: &[
        req("type", Kind::Text(Form::Exactly("bundle"))),
        req("id", Kind::Identifier(Target::Types(&["bundle"]))),
        opt("objects", Kind::List(&Kind::Any)),
    ],
    rules: &[],
    contributing: &[],
};
