//! Markings as data: TLP by its published identifiers, Entente's own by their content.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{Error, Pointer};
use crate::extension;
use crate::id::{ENTENTE_NAMESPACE, Id};
use crate::object::Object;

/// A label of the Traffic Light Protocol 2.0, from the least to the most strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tlp {
    /// No limit.
    #[serde(rename = "clear")]
    Clear,
    /// The community, not public channels.
    #[serde(rename = "green")]
    Green,
    /// The recipient's organisation and its clients, need to know.
    #[serde(rename = "amber")]
    Amber,
    /// The recipient's organisation only.
    #[serde(rename = "amber+strict")]
    AmberStrict,
    /// Named persons only.
    #[serde(rename = "red")]
    Red,
}

/// TLP 2.0: label, slug, and the UUID of the definition (OASIS common objects).
const TLP_2: &[(Tlp, &str, &str, &str)] = &[
    (Tlp::Clear, "TLP:CLEAR", "clear", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"),
    (Tlp::Green, "TLP:GREEN", "green", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
    (Tlp::Amber, "TLP:AMBER", "amber", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"),
    (
        Tlp::AmberStrict,
        "TLP:AMBER+STRICT",
        "amber+strict",
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    ),
    (Tlp::Red, "TLP:RED", "red", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"),
];

/// TLP 1.0 (STIX 2.1 section 7.2.1.4): WHITE is what CLEAR is now.
/// When the TLP 1.0 definitions were made (section 7.2.1.4): 2017-01-20, in milliseconds.
const TLP_1_CREATED: i64 = 1_484_870_400_000;

const TLP_1: &[(Tlp, &str)] = &[
    (Tlp::Clear, "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"),
    (Tlp::Green, "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"),
    (Tlp::Amber, "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"),
    (Tlp::Red, "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
];

impl Tlp {
    /// Every label, from the least to the most strict.
    pub const ALL: [Self; 5] =
        [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    fn row(self) -> (&'static str, &'static str, &'static str) {
        let row = TLP_2.iter().find(|(tlp, ..)| *tlp == self);
        row.map_or(("", "", ""), |(_, label, slug, id)| (label, slug, id))
    }

    /// As it is shown, never translated.
    pub fn label(self) -> &'static str {
        self.row().0
    }

    /// As `tlp_2_0` spells it.
    pub fn slug(self) -> &'static str {
        self.row().1
    }

    /// The label with this slug.
    pub fn of_slug(slug: &str) -> Option<Self> {
        TLP_2.iter().find(|(_, _, held, _)| *held == slug).map(|(tlp, ..)| *tlp)
    }

    /// Whether a definition of this identifier, made at this time, is the published TLP 1.0 one of
    /// this colour (STIX 2.1 section 7.2.1.4).
    pub(crate) fn is_published(id: &str, colour: &str, created: &str) -> bool {
        let published = crate::time::Timestamp::from_millis(TLP_1_CREATED);
        if crate::time::Timestamp::parse(created).is_ok_and(|created| created != published) {
            return false;
        }
        let colours = ["white", "green", "amber", "red"];
        TLP_1.iter().zip(colours).any(|((_, held), name)| *held == id && name == colour)
    }

    /// The identifier of its TLP 2.0 definition.
    ///
    /// # Panics
    /// Never: the table holds every label with a valid identifier, which a test checks.
    pub fn definition_id(self) -> Id {
        Id::parse(self.row().2)
            .unwrap_or_else(|_| unreachable!("the table's identifiers are valid"))
    }

    /// The label of a definition, by its identifier alone: the same ids circulate with other bytes.
    pub fn of_id(id: &Id) -> Option<Self> {
        let second = TLP_2.iter().map(|(tlp, _, _, held)| (*tlp, *held));
        second
            .chain(TLP_1.iter().copied())
            .find(|(_, held)| *held == id.as_str())
            .map(|(tlp, _)| tlp)
    }
}

/// What a marking definition means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marking {
    /// A TLP label.
    Tlp(Tlp),
    /// Releasable to these states and, with TLP:RED, to these persons of theirs and of the
    /// owner's (`account@identity--…`).
    ReleasableTo {
        /// The states.
        states: BTreeSet<Id>,
        /// The persons.
        persons: BTreeSet<String>,
    },
    /// For the members of a group whose roster the owner keeps.
    Group(Id),
    /// Part of an exercise.
    Exercise(Id),
    /// A statement, for example of copyright: restricts nothing.
    Statement(String),
    /// Something this program does not understand.
    Unknown,
}

impl Marking {
    /// The meaning of a definition that is built in, by its identifier.
    pub fn builtin(id: &Id) -> Option<Self> {
        Tlp::of_id(id).map(Self::Tlp)
    }

    /// The meaning of a definition.
    ///
    /// # Errors
    /// If it is no marking definition, or one of Entente's own kinds whose identifier does not
    /// follow from its content: somebody changed it.
    pub fn of(definition: &Object) -> Result<Self, Error> {
        if let Some(builtin) = Self::builtin(definition.id()) {
            return Ok(builtin);
        }
        if definition.id().type_name() != "marking-definition" {
            return Err(Error::new(Pointer::root().join("type"), "expected “marking-definition”"));
        }
        let value = definition.value();
        if value.get("definition_type").and_then(Value::as_str) == Some("statement") {
            let text = value
                .get("definition")
                .and_then(|inner| inner.get("statement"))
                .and_then(Value::as_str);
            return Ok(text.map_or(Self::Unknown, |text| Self::Statement(text.to_owned())));
        }
        let Some(extensions) = value.get("extensions").and_then(Value::as_object) else {
            return Ok(Self::Unknown);
        };
        let found = [extension::RELEASABLE_TO, extension::GROUP, extension::EXERCISE]
            .into_iter()
            .find_map(|key| extensions.get(key).map(|body| (key, body)));
        let Some((key, body)) = found else { return Ok(Self::Unknown) };
        let marking = match key {
            extension::RELEASABLE_TO => Self::ReleasableTo {
                states: strings(body, "states")?
                    .iter()
                    .map(|id| Id::parse(id))
                    .collect::<Result<_, _>>()?,
                persons: strings(body, "persons")?.into_iter().collect(),
            },
            extension::GROUP => Self::Group(one_id(body, "group")?),
            _ => Self::Exercise(one_id(body, "exercise")?),
        };
        // More than one of ours, or a list of its own beside it, would be two meanings for one id.
        if content_id(&value)? != *definition.id() {
            return Err(Error::new(
                Pointer::root().join("id"),
                "does not follow from the definition’s content",
            ));
        }
        if extensions.len() > 1 {
            return Ok(Self::Unknown);
        }
        Ok(marking)
    }
}

/// The definition of a marking releasable to `states` and, with TLP:RED, `persons`. The same
/// lists give the same definition at every node.
pub fn releasable_to(states: &BTreeSet<Id>, persons: &BTreeSet<String>) -> Object {
    let mut body = json!({ "extension_type": "property-extension", "states": states });
    if !persons.is_empty() {
        body["persons"] = json!(persons);
    }
    content_addressed(extension::RELEASABLE_TO, &body)
}

/// The definition of a marking for the members of `group`.
pub fn group(group: &Id) -> Object {
    content_addressed(
        extension::GROUP,
        &json!({ "extension_type": "property-extension", "group": group }),
    )
}

/// The definition of the marking of what belongs to `exercise`.
pub fn exercise(exercise: &Id) -> Object {
    content_addressed(
        extension::EXERCISE,
        &json!({ "extension_type": "property-extension", "exercise": exercise }),
    )
}

fn content_addressed(key: &str, body: &Value) -> Object {
    let mut value = Map::new();
    value.insert("type".to_owned(), json!("marking-definition"));
    value.insert("spec_version".to_owned(), json!("2.1"));
    value.insert("created".to_owned(), json!(extension::CREATED));
    value.insert("extensions".to_owned(), json!({ key: body }));
    let id = content_id(&value);
    value.insert("id".to_owned(), json!(id.as_ref().map(Id::as_str).unwrap_or_default()));
    let text = Value::Object(value).to_string();
    Object::parse(text.into_bytes()).unwrap_or_else(|_| unreachable!("built from valid parts"))
}

/// UUIDv5 of the canonical content without the identifier (DESIGN section 5).
fn content_id(value: &Map<String, Value>) -> Result<Id, Error> {
    let mut content = value.clone();
    content.remove("id");
    let canonical = crate::canonical::to_vec(&Value::Object(content))?;
    Id::from_parts("marking-definition", uuid::Uuid::new_v5(&ENTENTE_NAMESPACE, &canonical))
}

/// The five TLP 2.0 definitions, built in, as OASIS publishes them.
pub fn definitions() -> Vec<Object> {
    let definition = |tlp: &Tlp| {
        json!({
            "type": "marking-definition", "spec_version": "2.1", "id": tlp.definition_id(),
            "created": "2022-10-01T00:00:00.000Z", "name": tlp.label(),
            "extensions": { (extension::TLP_2_0): { "extension_type": "property-extension", "tlp_2_0": tlp.slug() } },
        })
    };
    Tlp::ALL
        .iter()
        .filter_map(|tlp| Object::parse(definition(tlp).to_string().into_bytes()).ok())
        .collect()
}

fn strings(body: &Value, key: &str) -> Result<Vec<String>, Error> {
    match body.get(key) {
        None => Ok(Vec::new()),
        Some(list) => serde_json::from_value(list.clone()).map_err(|_| {
            Error::new(Pointer::root().join("extensions").join(key), "expected a list of strings")
        }),
    }
}

fn one_id(body: &Value, key: &str) -> Result<Id, Error> {
    let text = body.get(key).and_then(Value::as_str).unwrap_or_default();
    Id::parse(text).map_err(|error| error.within(key).within("extensions"))
}
