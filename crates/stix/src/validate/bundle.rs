//! The bundle (section 8) and the deprecated container of observables (section 2.13).

use std::rc::Rc;

use super::{Check, Path, shown};
use crate::json::{Kind as Json, Node};
use crate::spec::{self, BUNDLE, Class};

impl<'t> Check<'_, 't> {
    pub(super) fn bundle(&mut self, node: Node<'t>, objects: u64) {
        let root = Path::root();
        if node.kind() != Json::Object {
            let message = "expected a bundle: an object with type, id and objects";
            return self.must("kind", "8", &root, node, message);
        }
        for (key, value) in node.members() {
            let Some(property) = BUNDLE.properties.iter().find(|it| key.is(it.name)) else {
                let name = key.text().unwrap_or_default();
                // STIX 2.0 wrote the version here.
                let message = format!("a bundle has no property {}: leave it out", shown(&name));
                self.should("custom-property", "8", &root.key(&name), key, message);
                continue;
            };
            // The objects themselves are checked one by one, as they come.
            if objects == 0 || property.name != "objects" {
                self.value(value, &property.kind, "8", &root.key(property.name));
            }
        }
        for property in BUNDLE.properties.iter().take(2) {
            if node.get(property.name).is_none() {
                let message = format!("“{}” is required: add it", property.name);
                self.must("required", "8", &root.key(property.name), node, message);
            }
        }
    }

    pub(super) fn container(&mut self, node: Node<'t>, at: &Path<'_>) {
        if node.kind() != Json::Object {
            let message = "expected observables by key, in braces";
            return self.must("kind", "2.13", at, node, message);
        }
        if node.is_empty() {
            let message = "nothing in it: add an observable, or use object_refs";
            return self.must("empty", "2.13", at, node, message);
        }
        let names = node.members().map(|(key, object)| (key.text().unwrap_or_default(), object));
        let outer = self.container.replace(Rc::new(names.collect()));
        for (key, object) in node.members() {
            let name = key.text().unwrap_or_default();
            let here = at.key(&name);
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
                let message = "should be a number, counted from 0";
                self.should("container-key", "2.9", &here, key, message);
            }
            self.contained(object, &here);
        }
        self.container = outer;
    }

    /// An observable in the container, perhaps as STIX 2.0 has it: its own properties are checked,
    /// those that only STIX 2.1 knows are not asked for.
    fn contained(&mut self, node: Node<'t>, at: &Path<'_>) {
        if node.kind() != Json::Object {
            let message = "expected an observable, in braces";
            return self.must("kind", "2.13", at, node, message);
        }
        let Some(name) = node.text_of("type") else {
            let message = "“type” is required: add it";
            return self.must("required", "2.13", &at.key("type"), node, message);
        };
        let Some(table) = spec::of(&name) else { return };
        if table.class != Class::Observable {
            let message = format!("{name} is no observable: it stands beside, not in here");
            return self.must("reference", "2.13", &at.key("type"), node, message);
        }
        let mut seen = 0_u64;
        for (key, value) in node.members() {
            let found = table.properties.iter().position(|property| key.is(property.name));
            let Some((index, property)) =
                found.and_then(|index| Some((index, table.properties.get(index)?)))
            else {
                continue;
            };
            seen |= 1 << index;
            self.value(value, &property.kind, table.section, &at.key(property.name));
        }
        self.required(node, table, seen, at);
        self.rules(node, table, at);
    }
}
