//! Extensions and what is not of the specification (sections 3.10, 7.3 and 11).

use super::{Check, Level, Path, shown};
use crate::json::{Kind as Json, Node};
use crate::spec::vocabulary::EXTENSION_TYPE;
use crate::spec::{Class, EXTENSIONS};

const DEFINITION: &str = "extension-definition--";

/// The kinds of extension that an object says it has.
fn kinds(object: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let extensions = object.get("extensions");
    extensions
        .into_iter()
        .flat_map(Node::members)
        .filter_map(|(_, extension)| extension.get("extension_type"))
}

/// Whether an extension adds properties beside the specification's.
pub(super) fn widens_top_level(object: Node<'_>) -> bool {
    kinds(object).any(|kind| kind.is("toplevel-property-extension"))
}

/// What an object of a type of its own says it is.
pub(super) fn class(object: Node<'_>) -> Class {
    let says = |kind: &str| kinds(object).any(|held| held.is(kind));
    if says("new-sco") {
        Class::Observable
    } else if says("new-sro") {
        Class::Relationship
    } else {
        Class::Custom
    }
}

impl<'t> Check<'_, 't> {
    pub(super) fn custom_type(&mut self, node: Node<'_>, name: &str) {
        let root = Path::root();
        let at = root.key("type");
        if name == "bundle" {
            let message = "a bundle is no object: check it as a file, not within another one";
            return self.must("kind", "8", &at, node, message);
        }
        let new = ["new-sdo", "new-sco", "new-sro"];
        if self.options.should && !kinds(node).any(|kind| new.iter().any(|new| kind.is(new))) {
            let message = format!(
                "{} is a type of one’s own: define it by an extension (new-sdo, new-sco, new-sro)",
                shown(name)
            );
            self.should("custom-type", "11.2", &at, node, message);
        }
    }

    pub(super) fn extensions(&mut self, node: Node<'t>, at: &Path<'_>) {
        if node.kind() != Json::Object {
            let message = "expected extensions by name, in braces";
            return self.must("kind", "3.2", at, node, message);
        }
        if node.is_empty() {
            let message = "nothing in it: add an extension or leave the property out";
            return self.must("empty", "2.3", at, node, message);
        }
        for (key, value) in node.members() {
            let name = key.text().unwrap_or_default();
            let here = at.key(&name);
            if value.kind() != Json::Object {
                let message = "expected an extension’s properties, in braces";
                self.must("kind", "3.2", &here, value, message);
            } else if value.is_empty() {
                let message = "nothing in this extension: fill it or leave it out";
                self.must("empty", "2.3", &here, value, message);
            } else if let Some(extension) =
                EXTENSIONS.iter().find(|extension| extension.table.name == name)
            {
                self.members(value, extension.table, &here);
                self.rules(value, extension.table, &here);
            } else if name.starts_with(DEFINITION) {
                self.by_definition(key, value, &name, &here);
            } else {
                let message = format!(
                    "{} is neither predefined nor the identifier of an extension definition",
                    shown(&name)
                );
                self.should("custom-extension", "3.2", &here, key, message);
                self.value(value, &crate::spec::Kind::Any, "3.2", &here);
            }
        }
    }

    fn by_definition(&mut self, key: Node<'_>, value: Node<'t>, name: &str, at: &Path<'_>) {
        if let Err(problem) = crate::id::check(name) {
            let message = format!("{} is no identifier: {problem}", shown(name));
            self.must("identifier", "2.9", at, key, message);
        }
        let here = at.key("extension_type");
        if let Some(kind) = value.get("extension_type") {
            self.closed(kind, &EXTENSION_TYPE, &here);
        } else {
            let all = EXTENSION_TYPE.terms.join(", ");
            let message = format!("“extension_type” is required: add it, one of {all}");
            self.must("extension-type", "7.3", &here, value, message);
        }
        self.value(value, &crate::spec::Kind::Any, "7.3", at);
        if let Some(schemas) = self.options.schemas {
            for problem in schemas.problems(name, &value.value()) {
                self.note(Level::Extension, "schema", name, value.offset(), || {
                    (problem.within(at.pointer()), problem.message.clone())
                });
            }
        }
    }
}
