//! Whole objects: common properties, the type's own, the rules between them, and what the
//! specification says of single types.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Check, Path, form, shown};
use crate::json::Node;
use crate::marking::Tlp;
use crate::spec::{self, COMMON, COMMON_VERBS, Class, Common, Need, Rule, Table, Use, VERBS};
use crate::{Timestamp, id};

/// Names kept for later versions (section 3.8).
const RESERVED: &[&str] = &["severity", "username", "phone_number", "action"];

impl<'t> Check<'_, 't> {
    pub(super) fn object(&mut self, node: Node<'t>) {
        let root = Path::root();
        let name = node.text_of("type").unwrap_or_default();
        let table = spec::of(&name);
        let class = table.map_or_else(|| super::custom::class(node), |table| table.class);
        self.properties(node, class, table);
        self.common(node, class);
        if let Some(table) = table {
            self.rules(node, table, &root);
            self.single(node, table);
        } else if !name.is_empty() {
            self.custom_type(node, &name);
        }
        self.identity(node, &name, table);
        self.markings(node);
    }

    /// Every property once: by the type's table, else by the common one, else as one of its own.
    fn properties(&mut self, node: Node<'t>, class: Class, table: Option<&'static Table>) {
        let root = Path::root();
        let rows = table.map_or(&[][..], |table| table.properties);
        let section = table.map_or("11.2", |table| table.section);
        let mut seen = 0_u64;
        let mut widens = None;
        for (key, value) in node.members() {
            let name = key.text().unwrap_or_default();
            if let Some((index, property)) =
                rows.iter().enumerate().find(|(_, property)| property.name == name)
            {
                seen |= 1 << index;
                let at = root.key(property.name);
                if property.need == Need::Deprecated {
                    let message = "is deprecated: new content should do without";
                    self.should("deprecated", section, &at, key, message);
                }
                self.value(value, &property.kind, section, &at);
            } else if let Some(common) = COMMON.iter().find(|common| common.name == name) {
                let at = root.key(common.name);
                self.applies(key, common, class, table.is_some(), &at);
                self.value(value, &common.kind, "3.2", &at);
            } else {
                let at = root.key(&name);
                let widens =
                    || *widens.get_or_insert_with(|| super::custom::widens_top_level(node));
                self.own_property(widens, key, &name, table, &at);
                self.value(value, &crate::spec::Kind::Any, "11.1", &at);
            }
        }
        if let Some(table) = table {
            self.required(node, table, seen, &root);
        }
    }

    fn applies(
        &mut self,
        key: Node<'_>,
        common: &Common,
        class: Class,
        is_known: bool,
        at: &Path<'_>,
    ) {
        if common.of(class) != Use::None || !is_known {
            return;
        }
        if common.name == "defanged" {
            let message = "stands on observables only: leave it out";
            self.must("not-applicable", "3.2", at, key, message);
        } else {
            let message = "has no meaning on this type: leave it out";
            self.should("unused-common", "3.2", at, key, message);
        }
    }

    fn common(&mut self, node: Node<'t>, class: Class) {
        let root = Path::root();
        for common in COMMON {
            if common.of(class) == Use::Required && node.get(common.name).is_none() {
                let message = format!("“{}” is required: add it", common.name);
                self.must("required", "3.2", &root.key(common.name), node, message);
            }
        }
        let times = [Rule::NotBefore("modified", "created")];
        self.between(node, &times, "3.2", &root);
    }

    pub(super) fn required(&mut self, node: Node<'_>, table: &Table, seen: u64, at: &Path<'_>) {
        for (index, property) in table.properties.iter().enumerate() {
            if property.need == Need::Required && seen & (1 << index) == 0 {
                let message = format!("“{}” is required: add it", property.name);
                self.must("required", table.section, &at.key(property.name), node, message);
            }
        }
    }

    /// A property that neither the type's table nor the common one knows.
    fn own_property(
        &mut self,
        mut widens_top_level: impl FnMut() -> bool,
        key: Node<'_>,
        name: &str,
        table: Option<&Table>,
        at: &Path<'_>,
    ) {
        if RESERVED.contains(&name) {
            let message = format!("{} is kept for later versions: rename it", shown(name));
            self.must("reserved", "3.8", at, key, message);
        } else if let Some(problem) = form::property_name(name) {
            let message = format!("{} is no name of a property: {problem}", shown(name));
            self.must("name", "3.1", at, key, message);
        } else if self.options.should
            && let Some(table) = table
            && !widens_top_level()
        {
            let names: Vec<&str> = table
                .properties
                .iter()
                .map(|property| property.name)
                .chain(COMMON.iter().map(|common| common.name))
                .collect();
            let near = super::value::nearest(name, &names);
            let message = match near {
                Some(near) => {
                    format!(
                        "{} has no property {}; did you mean “{near}”?",
                        table.name,
                        shown(name)
                    )
                }
                None => format!(
                    "{} has no property {}: define an extension for it",
                    table.name,
                    shown(name)
                ),
            };
            self.should("custom-property", "11.1", at, key, message);
        }
    }

    pub(super) fn rules(&mut self, node: Node<'_>, table: &Table, at: &Path<'_>) {
        self.between(node, table.rules, table.section, at);
        if table.rules.iter().any(|rule| matches!(rule, Rule::NotEmpty)) {
            let own = |key: Node<'_>| table.properties.iter().any(|own| key.is(own.name));
            let extended = node.get("extensions").is_some_and(|node| !node.is_empty());
            if !extended && !node.members().any(|(key, _)| own(key)) {
                let names: Vec<_> = table.properties.iter().map(|own| own.name).take(4).collect();
                let message = format!("says nothing: add a property such as {}", names.join(", "));
                self.must("one-of", table.section, at, node, message);
            }
        }
    }

    fn between(&mut self, node: Node<'_>, rules: &[Rule], section: &str, at: &Path<'_>) {
        let has = |name: &&str| node.get(name).is_some();
        for rule in rules {
            match rule {
                Rule::NotBefore(later, earlier) => {
                    self.order(node, later, earlier, true, section, at);
                }
                Rule::After(later, earlier) => self.order(node, later, earlier, false, section, at),
                Rule::AnyOf(names) => {
                    if !names.iter().any(has) {
                        let message = format!("none of {} is there: add one", names.join(", "));
                        self.must("one-of", section, at, node, message);
                    }
                }
                Rule::OneOf(names) => {
                    let count = names.iter().filter(|name| has(name)).count();
                    if count != 1 {
                        let all = names.join(" and ");
                        let message = if count == 0 {
                            format!("neither of {all} is there: add one")
                        } else {
                            format!("{all} exclude each other: keep one")
                        };
                        self.must("one-of", section, at, node, message);
                    }
                }
                Rule::AnyGroup(groups) => {
                    if !groups.iter().any(|group| group.iter().all(has)) {
                        let all: Vec<_> = groups.iter().map(|group| group.join(" with ")).collect();
                        let message = format!("none is there of: {}; add one", all.join(", "));
                        self.must("one-of", section, at, node, message);
                    }
                }
                Rule::Needs(name, needs) => {
                    if let Some(value) = node.get(name) {
                        for need in needs.iter().filter(|need| !has(need)) {
                            let message = format!("“{name}” asks for “{need}” beside it: add it");
                            self.must("needs", section, &at.key(name), value, message);
                        }
                    }
                }
                Rule::WhenNeeds(name, value, need) => {
                    if node.get(name).and_then(Node::boolean) == Some(*value) && !has(need) {
                        let message =
                            format!("“{need}” is required when “{name}” is {value}: add it");
                        self.must("needs", section, &at.key(need), node, message);
                    }
                }
                Rule::WhenNot(name, value, not) => {
                    if node.get(name).and_then(Node::boolean) == Some(*value)
                        && let Some(found) = node.get(not)
                    {
                        let message =
                            format!("“{not}” is not used when “{name}” is {value}: drop one");
                        self.must("not-with", section, &at.key(not), found, message);
                    }
                }
                Rule::Should(name) => {
                    if self.options.should && !has(name) {
                        let message = format!("“{name}” should be there");
                        self.should("expected", section, &at.key(name), node, message);
                    }
                }
                Rule::NotEmpty => {}
            }
        }
    }

    fn order(
        &mut self,
        node: Node<'_>,
        later: &str,
        earlier: &str,
        may_equal: bool,
        section: &str,
        at: &Path<'_>,
    ) {
        let (Some(late), Some(early)) = (node.get(later), node.get(earlier)) else { return };
        let (Some(a), Some(b)) = (late.text(), early.text()) else { return };
        if crate::time::check(&a).is_err() || crate::time::check(&b).is_err() {
            return;
        }
        let order = Timestamp::compare(&a, &b);
        if order.is_lt() || (order.is_eq() && !may_equal) {
            let than = if may_equal { "before" } else { "not after" };
            let message = format!("“{later}” ({a}) lies {than} “{earlier}” ({b})");
            self.must("order", section, &at.key(later), late, message);
        }
    }

    /// The identifier: of the object's type, and of the kind of UUID that its class asks for.
    fn identity(&mut self, node: Node<'_>, name: &str, table: Option<&Table>) {
        let Some((value, text)) = node.get("id").and_then(|id| Some((id, id.text()?))) else {
            return;
        };
        let root = Path::root();
        let at = root.key("id");
        let Some((prefix, uuid)) = text.split_once("--") else { return };
        if id::check(&text).is_err() {
            return;
        }
        if prefix != name && !name.is_empty() {
            let message = format!("begins with {prefix}; the object’s type is {}", shown(name));
            return self.must("identifier", "2.9", &at, value, message);
        }
        let version = uuid.as_bytes().get(14).copied();
        let Some(table) = table.filter(|table| table.class == Class::Observable) else {
            if version != Some(b'4') && self.options.should {
                let message = "should be a random UUID (version 4)";
                self.should("uuid-version", "2.9", &at, value, message);
            }
            return;
        };
        let contributes = |name: &&str| node.get(name).is_some();
        if !table.contributing.iter().any(contributes) {
            if version != Some(b'4') {
                let message = "nothing here that an identifier could follow from: draw a random UUID (version 4)";
                self.must("uuid-random", "2.9", &at, value, message);
            }
        } else if self.options.should {
            if version != Some(b'5') {
                let message = "should be the UUID that follows from its properties (version 5)";
                self.should("uuid-version", "2.9", &at, value, message);
            } else if let serde_json::Value::Object(object) = node.value()
                && let Some(derived) = id::of_sco(&object)
                && derived.as_str() != text
            {
                let message = format!("should be {derived}, which follows from its properties");
                self.should("deterministic-id", "2.9", &at, value, message);
            }
        }
    }

    /// What sections say of one type alone.
    fn single(&mut self, node: Node<'t>, table: &Table) {
        match table.name {
            "indicator" => self.pattern(node),
            "relationship" if self.options.should => self.relationship(node),
            "attack-pattern" => self.numbered(node, "capec", "CAPEC-", table.section),
            "vulnerability" => self.numbered(node, "cve", "CVE-", table.section),
            "language-content" => self.translations(node),
            "marking-definition" => self.definition(node),
            "extension-definition" => self.extension_definition(node),
            _ => {}
        }
    }

    fn pattern(&mut self, node: Node<'_>) {
        if !node.get("pattern_type").is_some_and(|kind| kind.is("stix")) {
            return;
        }
        let Some((value, text)) = node.get("pattern").and_then(|it| Some((it, it.text()?))) else {
            return;
        };
        if let Err(problem) = super::pattern_problem(&text) {
            self.must("pattern", "9", &Path::root().key("pattern"), value, problem);
        }
    }

    fn relationship(&mut self, node: Node<'_>) {
        let text = |key: &str| node.text_of(key).unwrap_or_default();
        let (verb, source, target) =
            (text("relationship_type"), text("source_ref"), text("target_ref"));
        let kind = |id: &str| id.split_once("--").map(|(name, _)| name.to_owned());
        let (Some(source), Some(target)) = (kind(&source), kind(&target)) else { return };
        let is_own = |name: &str| spec::of(name).is_none();
        if verb.is_empty() || is_own(&source) || is_own(&target) {
            return;
        }
        let suggested = COMMON_VERBS.contains(&&*verb)
            || VERBS
                .iter()
                .any(|(from, held, to)| *from == source && *held == verb && to.contains(&&*target));
        if !suggested {
            let verbs: Vec<&str> = VERBS
                .iter()
                .filter(|(from, _, to)| *from == source && to.contains(&&*target))
                .map(|(_, verb, _)| *verb)
                .chain(COMMON_VERBS.iter().copied())
                .collect();
            let message = format!(
                "{} is not suggested from {source} to {target}: there are {}",
                shown(&verb),
                verbs.join(", ")
            );
            let root = Path::root();
            self.should("relationship", "5.1", &root.key("relationship_type"), node, message);
        }
    }

    /// Numbers of CAPEC and CVE stand under their source's name, in their form.
    fn numbered(&mut self, node: Node<'_>, source: &str, prefix: &str, section: &str) {
        let root = Path::root();
        let list = root.key("external_references");
        let Some(references) = node.get("external_references") else { return };
        for (index, reference) in references.items().enumerate() {
            let Some(number) = reference.get("external_id") else { continue };
            let text = number.text().unwrap_or_default();
            let fits = text.strip_prefix(prefix).is_some_and(|digits| {
                let mut parts = digits.split('-');
                let all =
                    |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                match prefix {
                    "CVE-" => {
                        parts.next().is_some_and(|year| year.len() == 4 && all(year))
                            && parts.next().is_some_and(|serial| serial.len() >= 4 && all(serial))
                            && parts.next().is_none()
                    }
                    _ => all(digits),
                }
            });
            let named = reference.get("source_name").is_some_and(|name| name.is(source));
            let item = list.index(index);
            if named && !fits {
                let message = format!("{} is no number of {source}: write {prefix}…", shown(&text));
                self.must("external-id", section, &item.key("external_id"), number, message);
            } else if fits && !named {
                let message = format!("{text} belongs to the source “{source}”: name it so");
                self.must("external-id", section, &item.key("source_name"), number, message);
            }
        }
    }

    fn translations(&mut self, node: Node<'_>) {
        let Some(contents) = node.get("contents") else { return };
        let root = Path::root();
        let above = root.key("contents");
        for (key, value) in contents.members() {
            let tag = key.text().unwrap_or_default();
            let at = above.key(&tag);
            if !form::is_language(&tag) {
                let message = format!("{} is no language tag of RFC 5646", shown(&tag));
                self.must("form", "7.1", &at, key, message);
            }
            for (property, _) in value.members() {
                let name = property.text().unwrap_or_default();
                if form::property_name(&name).is_some() {
                    let message = format!("{} is no name of a property", shown(&name));
                    self.must("name", "7.1", &at.key(&name), property, message);
                }
            }
        }
    }

    fn definition(&mut self, node: Node<'_>) {
        let root = Path::root();
        let at = root.key("definition");
        let Some(definition) = node.get("definition") else { return };
        let kind = node.text_of("definition_type").unwrap_or_default();
        match &*kind {
            "statement" => {
                if definition.text_of("statement").is_none() {
                    let message = "“statement” is required, and a string: add it";
                    self.must("required", "7.2.1.3", &at.key("statement"), definition, message);
                }
            }
            "tlp" => {
                let id = node.text_of("id").unwrap_or_default();
                let label = definition.text_of("tlp").unwrap_or_default();
                let created = node.text_of("created").unwrap_or_default();
                if !Tlp::is_published(&id, &label, &created) {
                    let message =
                        "TLP is said by the four published definitions alone: refer to one of them";
                    self.must("tlp", "7.2.1.4", &at, definition, message);
                }
            }
            _ => {
                let message =
                    format!("the marking type {} should come by an extension", shown(&kind));
                self.should("custom-marking", "7.2.1", &root.key("definition_type"), node, message);
            }
        }
    }

    fn extension_definition(&mut self, node: Node<'_>) {
        let widens = node
            .get("extension_types")
            .is_some_and(|types| types.items().any(|kind| kind.is("toplevel-property-extension")));
        let root = Path::root();
        let at = root.key("extension_properties");
        match (node.get("extension_properties"), widens) {
            (Some(found), false) => {
                let message = "is used only with the type toplevel-property-extension: drop one";
                self.must("not-with", "7.3", &at, found, message);
            }
            (None, true) => {
                let message = "should name the properties that it adds";
                self.should("expected", "7.3", &at, node, message);
            }
            _ => {}
        }
    }

    /// Selectors lead somewhere; no marking definition marks itself.
    fn markings(&mut self, node: Node<'t>) {
        let root = Path::root();
        let own = node.text_of("id").unwrap_or_default();
        let is_definition = node.get("type").is_some_and(|name| name.is("marking-definition"));
        let message = "a marking definition cannot mark itself: remove it here";
        if is_definition && let Some(list) = node.get("object_marking_refs") {
            let above = root.key("object_marking_refs");
            for (index, reference) in list.items().enumerate().filter(|(_, it)| it.is(&own)) {
                self.must("circular", "3.2", &above.index(index), reference, message);
            }
        }
        let Some(granular) = node.get("granular_markings") else { return };
        let above = root.key("granular_markings");
        let mut places = Places::default();
        for (index, part) in granular.items().enumerate() {
            let at = above.index(index);
            if is_definition && part.get("marking_ref").is_some_and(|it| it.is(&own)) {
                self.must("circular", "3.2", &at.key("marking_ref"), part, message);
            }
            let Some(selectors) = part.get("selectors") else { continue };
            let list = at.key("selectors");
            for (index, selector) in selectors.items().enumerate() {
                let Some(text) = selector.text() else { continue };
                if !places.lead(node, &text) {
                    let message = format!("{} selects nothing in this object", shown(&text));
                    self.must("selector", "7.2.3.1", &list.index(index), selector, message);
                }
            }
        }
    }
}

/// What stands below the values that selectors led through: they are many, and so are the members
/// of some values.
#[derive(Default)]
struct Places<'t> {
    names: HashMap<usize, HashMap<Cow<'t, str>, Node<'t>>>,
    items: HashMap<usize, Vec<Node<'t>>>,
}

impl<'t> Places<'t> {
    /// Whether a selector leads somewhere.
    fn lead(&mut self, node: Node<'t>, selector: &str) -> bool {
        let mut here = node;
        form::selector(selector).all(|part| {
            // No two values start at the same place.
            let place = here.offset();
            let below = match part {
                form::Part::Name(name) => {
                    let named =
                        |(key, value): (Node<'t>, _)| (key.text().unwrap_or_default(), value);
                    let known = self.names.entry(place);
                    known.or_insert_with(|| here.members().map(named).collect()).get(name)
                }
                form::Part::Item(index) => {
                    self.items.entry(place).or_insert_with(|| here.items().collect()).get(index)
                }
            };
            below.is_some_and(|below| {
                here = *below;
                true
            })
        })
    }
}
