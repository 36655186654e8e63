//! JSON Schemas of extensions (section 7.3): only those that an administrator installed. One that
//! arrives in an object is never fetched or run.

use std::collections::BTreeMap;

use boon::{Compiler, SchemaIndex};
use serde_json::Value;

use crate::error::{Error, Pointer};
use crate::extension;
use crate::id::{ENTENTE_NAMESPACE, Id};

/// The text of the schema of one of Entente's own extensions, by the extension's name.
pub fn own(name: &str) -> Option<&'static str> {
    let id = Id::named("extension-definition", ENTENTE_NAMESPACE, name).ok()?;
    OWN.iter().find(|(held, _)| *held == id.as_str()).map(|(_, text)| *text)
}

/// The schemas of extensions, by the identifiers of their definitions.
pub struct Schemas {
    compiled: boon::Schemas,
    by_id: BTreeMap<String, SchemaIndex>,
    added: usize,
}

/// Something that a schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    tokens: Vec<String>,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// Its place, seen from where the extension stands.
    pub(crate) fn within(&self, pointer: Pointer) -> Pointer {
        self.tokens.iter().fold(pointer, |pointer, token| pointer.join(token))
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Self { compiled: boon::Schemas::new(), by_id: BTreeMap::new(), added: 0 }
    }
}

impl std::fmt::Debug for Schemas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.by_id.keys()).finish()
    }
}

/// The schemas of Entente's own extensions that have a closed shape.
const OWN: &[(&str, &str)] = &[
    (extension::SIGNATURE, include_str!("../schemas/entente-signature.json")),
    (extension::KEY, include_str!("../schemas/entente-key.json")),
    (extension::RECALL, include_str!("../schemas/entente-recall.json")),
    (extension::RECEIPT, include_str!("../schemas/entente-receipt.json")),
    (extension::PSEUDONYM, include_str!("../schemas/entente-pseudonym.json")),
    (extension::VOUCH, include_str!("../schemas/entente-vouch.json")),
    (extension::AVOWAL, include_str!("../schemas/entente-avowal.json")),
    (extension::RELEASABLE_TO, include_str!("../schemas/entente-releasable-to.json")),
    (extension::GROUP, include_str!("../schemas/entente-group.json")),
    (extension::EXERCISE, include_str!("../schemas/entente-exercise.json")),
    (extension::HYBRID, include_str!("../schemas/entente-hybrid.json")),
    (extension::MISP, include_str!("../schemas/entente-misp.json")),
];

impl Schemas {
    /// Those of Entente's own extensions.
    pub fn own() -> Self {
        let mut own = Self::default();
        for (id, text) in OWN {
            // A test holds that all of them are added.
            let schema = serde_json::from_str(text).unwrap_or_default();
            let _ = Id::parse(id).and_then(|id| own.add(&id, schema));
        }
        own
    }

    /// Adds the schema of an extension.
    ///
    /// # Errors
    /// It is no JSON Schema, refers to another document, or an expression in it is not linear.
    pub fn add(&mut self, definition: &Id, schema: Value) -> Result<(), Error> {
        let wrong = |problem: String| Error::new(Pointer::root(), problem);
        if definition.type_name() != "extension-definition" {
            return Err(wrong(format!("{definition} is not the identifier of an extension")));
        }
        let mut compiler = Compiler::new();
        // What refers to another document finds nothing: this loader has none.
        compiler.use_loader(Box::new(Closed));
        // A place of its own each time: what was compiled for a place stays.
        let location = format!("urn:{definition}:{}", self.added);
        self.added += 1;
        compiler
            .add_resource(&location, schema)
            .map_err(|error| wrong(format!("no JSON Schema: {error}")))?;
        let index = compiler
            .compile(&location, &mut self.compiled)
            .map_err(|error| wrong(format!("no JSON Schema: {error:#}")))?;
        self.by_id.insert(definition.to_string(), index);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What an extension's content lacks; nothing if there is no schema for it.
    pub fn problems(&self, definition: &str, content: &Value) -> Vec<Problem> {
        let Some(index) = self.by_id.get(definition) else { return Vec::new() };
        let Err(error) = self.compiled.validate(content, *index) else { return Vec::new() };
        let mut problems = Vec::new();
        leaves(&error, &mut MAX_TEXT.clone(), &mut problems);
        problems
    }
}

/// How much text the problems of one content come to, in bytes: places can be long, and many
/// things wrong at each.
const MAX_TEXT: usize = 1 << 20;

fn leaves(error: &boon::ValidationError<'_, '_>, room: &mut usize, problems: &mut Vec<Problem>) {
    if *room == 0 {
        return;
    }
    if error.causes.is_empty() {
        let tokens = error.instance_location.tokens.iter().map(|token| match token {
            boon::InstanceToken::Prop(name) => name.to_string(),
            boon::InstanceToken::Item(index) => index.to_string(),
        });
        let problem = Problem { tokens: tokens.collect(), message: error.kind.to_string() };
        let size: usize = problem.tokens.iter().map(String::len).sum();
        *room = room.saturating_sub(size + problem.message.len());
        problems.push(problem);
    }
    for cause in &error.causes {
        leaves(cause, room, problems);
    }
}

struct Closed;

impl boon::UrlLoader for Closed {
    fn load(&self, url: &str) -> Result<Value, Box<dyn std::error::Error>> {
        Err(format!("{url} is not installed: write everything into one schema").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_are_schemas() {
        assert_eq!(Schemas::own().len(), OWN.len());
        assert_eq!(own("entente-other"), None);
        for (id, text) in OWN {
            let schema: Value = serde_json::from_str(text).unwrap();
            let named = Id::named(
                "extension-definition",
                ENTENTE_NAMESPACE,
                schema["title"].as_str().unwrap(),
            );
            assert_eq!(named.unwrap().as_str(), *id, "the title is the extension’s name");
            assert_eq!(own(schema["title"].as_str().unwrap()), Some(*text));
        }
    }
}
