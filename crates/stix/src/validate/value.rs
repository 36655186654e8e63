//! Values: each kind of section 2, one function.

use super::{Check, Container, Path, form, shown};
use crate::json::{Kind as Json, Node};
use crate::spec::vocabulary::{HASHING_ALGORITHM, Vocabulary};
use crate::spec::{Class, Form, Kind, Table, Target, class_of};
use crate::{id, time};

impl<'t> Check<'_, 't> {
    /// Checks a value against its kind. `section` is that of the table that asks for it.
    pub(super) fn value(&mut self, node: Node<'t>, kind: &Kind, section: &str, at: &Path<'_>) {
        if node.kind() == Json::Null {
            let message = "null is no value of STIX: leave the property out";
            return self.must("null", "2", at, node, message);
        }
        match kind {
            Kind::Any => self.any(node, at),
            Kind::Boolean => self.is(node, Json::Boolean, "true or false", "2.2", at),
            Kind::Text(form) => self.text(node, *form, section, at),
            Kind::Timestamp(digits) => self.timestamp(node, *digits, at),
            Kind::Identifier(target) => self.identifier(node, *target, section, at),
            Kind::Integer(least, most) => self.integer(node, *least, *most, section, at),
            Kind::Float(least, most) => self.float(node, *least, *most, section, at),
            Kind::Enum(terms) => self.closed(node, terms, at),
            Kind::Open(terms) => self.open(node, terms, at),
            Kind::Binary => self.encoded(node, "2.1", at, "base64", |text| {
                use base64::Engine;
                base64::engine::general_purpose::STANDARD.decode(text).is_ok()
            }),
            Kind::Hex => {
                self.encoded(node, "2.8", at, "pairs of hexadecimal digits", |text| {
                    text.len() % 2 == 0
                        && !text.is_empty()
                        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
                });
            }
            Kind::Scalar => {
                if node.integer().is_none() && node.kind() != Json::String {
                    self.wrong_kind(node, "a whole number or a string", "2.3", at);
                }
            }
            Kind::Hashes => self.hashes(node, at),
            Kind::List(of) => self.list(node, of, section, at),
            Kind::Dictionary(of) => self.dictionary(node, of, section, at),
            Kind::Structure(table) => self.structure(node, table, at),
            Kind::Container => self.container(node, at),
            Kind::Extensions => self.extensions(node, at),
        }
    }

    fn wrong_kind(&mut self, node: Node<'_>, expected: &str, section: &str, at: &Path<'_>) {
        let found = match node.kind() {
            Json::Null => "null",
            Json::Boolean => "true or false",
            Json::Number => "a number",
            Json::String => "a string",
            Json::Array => "a list",
            Json::Object => "an object",
        };
        self.must("kind", section, at, node, format!("expected {expected}, found {found}"));
    }

    fn is(&mut self, node: Node<'_>, kind: Json, expected: &str, section: &str, at: &Path<'_>) {
        if node.kind() != kind {
            self.wrong_kind(node, expected, section, at);
        }
    }

    /// Anything: yet no null and no empty list within (sections 2.12 and 2.3).
    fn any(&mut self, node: Node<'t>, at: &Path<'_>) {
        match node.kind() {
            Json::Array => self.list(node, &Kind::Any, "2.12", at),
            Json::Object => {
                for (key, value) in node.members() {
                    if matches!(value.kind(), Json::Null | Json::Array | Json::Object) {
                        let key = key.text().unwrap_or_default();
                        self.value(value, &Kind::Any, "2.3", &at.key(&key));
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn text(&mut self, node: Node<'_>, form: Form, section: &str, at: &Path<'_>) {
        if node.kind() != Json::String {
            return self.wrong_kind(node, "a string", "2.15", at);
        }
        if form == Form::Free {
            return;
        }
        let Some(text) = node.text() else { return };
        match form::problem(form, &text) {
            None => {}
            Some(form::Problem::Must(rule, section_of_form, problem)) => {
                let section = if section_of_form.is_empty() { section } else { section_of_form };
                self.must(rule, section, at, node, format!("{} {problem}", shown(&text)));
            }
            Some(form::Problem::Should(problem)) => {
                let message = format!("{} {problem}", shown(&text));
                self.should("form-expected", section, at, node, message);
            }
        }
    }

    fn timestamp(&mut self, node: Node<'_>, digits: usize, at: &Path<'_>) {
        let Some(text) = node.text() else {
            return self.wrong_kind(node, "a timestamp", "2.16", at);
        };
        if let Err(problem) = time::check(&text) {
            let message = format!("{} is no timestamp: {problem}", shown(&text));
            return self.must("timestamp", "2.16", at, node, message);
        }
        // 20 characters up to the point, one for Z.
        if digits > 0 && text.len() < 21 + digits {
            let message = "has less than milliseconds: write three digits after the point, .000Z";
            self.must("precision", "3.2", at, node, message);
        }
    }

    fn identifier(&mut self, node: Node<'_>, target: Target, section: &str, at: &Path<'_>) {
        let Some(text) = node.text() else {
            return self.wrong_kind(node, "an identifier", "2.9", at);
        };
        if let Some(container) = self.container.clone() {
            return self.local(&container, node, &text, target, section, at);
        }
        if let Err(problem) = id::check(&text) {
            let message = format!("{} is no identifier: {problem}", shown(&text));
            return self.must("identifier", "2.9", at, node, message);
        }
        if !id::is_rfc_4122(&text) {
            let message = "its UUID is none of RFC 4122: the version is 1 to 5, the variant 8, 9, a or b; draw a new one";
            return self.must("identifier", "2.9", at, node, message);
        }
        let name = text.split_once("--").map_or("", |(name, _)| name);
        if let Some(problem) = refusal(name, target) {
            self.must("reference", section, at, node, problem);
        }
    }

    /// A reference within the deprecated container: a key of it (section 2.13).
    fn local(
        &mut self,
        container: &Container<'_>,
        node: Node<'_>,
        key: &str,
        target: Target,
        section: &str,
        at: &Path<'_>,
    ) {
        let Some(object) = container.get(key) else {
            let message = format!("there is no {} in this container", shown(key));
            return self.must("container", "2.13", at, node, message);
        };
        let name = object.text_of("type").unwrap_or_default();
        if let Some(problem) = refusal(&name, target) {
            self.must("reference", section, at, node, problem);
        }
    }

    fn integer(&mut self, node: Node<'_>, least: i64, most: i64, section: &str, at: &Path<'_>) {
        // 1.0 is a whole number too (RFC 7493 section 2.2).
        let whole = node.integer().or_else(|| {
            let number = node.number().filter(|number| number.fract() == 0.0)?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the reader bounds numbers by 2^53"
            )]
            Some(number as i64)
        });
        let Some(number) = whole else {
            return self.wrong_kind(node, "a whole number", "2.10", at);
        };
        if number < least || number > most {
            let message = match (least, most) {
                (0, crate::spec::MAX_INTEGER) => {
                    format!("{number} is negative: it counts something")
                }
                _ => format!("{number} is not within {least} to {most}"),
            };
            self.must("range", section, at, node, message);
        }
    }

    fn float(&mut self, node: Node<'_>, least: f64, most: f64, section: &str, at: &Path<'_>) {
        let Some(number) = node.number() else {
            return self.wrong_kind(node, "a number", "2.6", at);
        };
        if number < least || number > most {
            let message = match most {
                f64::MAX => format!("{number} is less than {least}"),
                _ => format!("{number} is not within {least} to {most}"),
            };
            self.must("range", section, at, node, message);
        }
    }

    pub(super) fn closed(&mut self, node: Node<'_>, terms: &Vocabulary, at: &Path<'_>) {
        let Some(text) = node.text() else {
            return self.wrong_kind(node, "a term", "2.4", at);
        };
        if !terms.terms.contains(&&*text) {
            let all = terms.terms.join(", ");
            let message = format!("{} is not of {}: use one of {all}", shown(&text), terms.name);
            self.must("enum", terms.section, at, node, message);
        }
    }

    fn open(&mut self, node: Node<'_>, terms: &Vocabulary, at: &Path<'_>) {
        if node.kind() != Json::String {
            return self.wrong_kind(node, "a term", "2.14", at);
        }
        if !self.options.should || terms.terms.iter().any(|term| node.is(term)) {
            return;
        }
        let Some(text) = node.text() else { return };
        let near = nearest(&text, terms.terms)
            .map_or_else(String::new, |near| format!("; did you mean “{near}”?"));
        let message = format!("{} is not of {}{near}", shown(&text), terms.name);
        self.should("open-vocabulary", terms.section, at, node, message);
        if !form::is_hyphenated(&text) {
            let message = format!(
                "{} is a term of one’s own: write it in lower case, with hyphens",
                shown(&text)
            );
            self.should("term-form", "2.14", at, node, message);
        }
    }

    fn encoded(
        &mut self,
        node: Node<'_>,
        section: &str,
        at: &Path<'_>,
        what: &str,
        fits: impl Fn(&str) -> bool,
    ) {
        let Some(text) = node.text() else {
            return self.wrong_kind(node, &format!("a string of {what}"), section, at);
        };
        if !fits(&text) {
            self.must("binary", section, at, node, format!("{} is not {what}", shown(&text)));
        }
    }

    fn hashes(&mut self, node: Node<'t>, at: &Path<'_>) {
        if node.kind() != Json::Object {
            return self.wrong_kind(node, "hashes by algorithm", "2.7", at);
        }
        if node.is_empty() {
            return self.must("empty", "2.7", at, node, "no hash in it: add one or leave it out");
        }
        for (key, value) in node.members() {
            let name = key.text().unwrap_or_default();
            let here = at.key(&name);
            if !(3..=250).contains(&name.len()) || !name.bytes().all(form::is_key) {
                let message = "a hash’s name has 3 to 250 letters, digits, hyphens and underscores";
                self.must("hash", "2.7", &here, key, message);
            } else if !HASHING_ALGORITHM.terms.contains(&&*name) {
                let message = match nearest(&name, HASHING_ALGORITHM.terms) {
                    Some(near) => format!(
                        "{} is not of hash-algorithm-ov; did you mean “{near}”?",
                        shown(&name)
                    ),
                    None => format!("{} is not of hash-algorithm-ov", shown(&name)),
                };
                self.should("hash-name", "10.7", &here, key, message);
            }
            match value.text() {
                None => self.wrong_kind(value, "a hash", "2.7", &here),
                Some(text) => {
                    if let Some(expected) = form::hash_problem(&name, &text) {
                        let message = format!("{} is no {name}: expected {expected}", shown(&text));
                        self.must("hash", "10.7", &here, value, message);
                    }
                }
            }
        }
    }

    fn list(&mut self, node: Node<'t>, of: &Kind, section: &str, at: &Path<'_>) {
        if node.kind() != Json::Array {
            return self.wrong_kind(node, "a list", "2.12", at);
        }
        if node.is_empty() {
            let message = "an empty list: add an item or leave the property out";
            return self.must("empty", "2.12", at, node, message);
        }
        for (index, item) in node.items().enumerate() {
            self.value(item, of, section, &at.index(index));
        }
    }

    fn dictionary(&mut self, node: Node<'t>, of: &Kind, section: &str, at: &Path<'_>) {
        if node.kind() != Json::Object {
            return self.wrong_kind(node, "keys and values", "2.3", at);
        }
        if node.is_empty() {
            let message = "nothing in it: add a key or leave the property out";
            return self.must("empty", "2.3", at, node, message);
        }
        for (key, value) in node.members() {
            let name = key.text().unwrap_or_default();
            let here = at.key(&name);
            if name.len() > 250 || name.is_empty() || !name.bytes().all(form::is_key) {
                let message = format!(
                    "{} is no key: it has up to 250 letters, digits, hyphens and underscores",
                    shown(&name)
                );
                self.must("dictionary-key", "2.3", &here, key, message);
            }
            self.value(value, of, section, &here);
        }
    }

    fn structure(&mut self, node: Node<'t>, table: &'static Table, at: &Path<'_>) {
        if node.kind() != Json::Object {
            return self.wrong_kind(node, "an object", table.section, at);
        }
        if node.is_empty() {
            let message = format!("nothing in this {}: fill it or leave it out", table.name);
            return self.must("empty", table.section, at, node, message);
        }
        self.members(node, table, at);
        self.rules(node, table, at);
        if table.name == "external-reference" && self.options.should {
            let has = |name: &str| node.get(name).is_some();
            if has("url") && !has("hashes") {
                let message = "a URL without hashes of what stands there: add them if you can";
                self.should("reference-hashes", "2.5", at, node, message);
            }
        }
    }

    /// Properties by a table, unknown ones kept but told.
    pub(super) fn members(&mut self, node: Node<'t>, table: &'static Table, at: &Path<'_>) {
        let mut seen = 0_u64;
        for (key, value) in node.members() {
            let name = key.text().unwrap_or_default();
            let found = table.properties.iter().position(|property| property.name == name);
            if let Some((index, property)) =
                found.and_then(|index| Some((index, table.properties.get(index)?)))
            {
                seen |= 1 << index;
                self.value(value, &property.kind, table.section, &at.key(property.name));
            } else {
                let here = at.key(&name);
                if name != "extension_type" {
                    self.unknown(key, &name, table, &here);
                }
                self.value(value, &Kind::Any, table.section, &here);
            }
        }
        self.required(node, table, seen, at);
    }

    fn unknown(&mut self, key: Node<'_>, name: &str, table: &Table, at: &Path<'_>) {
        if form::property_name(name).is_some() {
            let message = format!(
                "{} is no name of a property: 3 to 250 of a–z, 0–9 and _, a letter first",
                shown(name)
            );
            self.must("name", "3.1", at, key, message);
        } else if self.options.should {
            let message = match nearest(name, &names(table)) {
                Some(near) => format!(
                    "{} has no property {}; did you mean “{near}”?",
                    table.name,
                    shown(name)
                ),
                None => format!("{} has no property {}", table.name, shown(name)),
            };
            self.should("custom-property", "11.1", at, key, message);
        }
    }
}

fn names(table: &Table) -> Vec<&'static str> {
    table.properties.iter().map(|property| property.name).collect()
}

/// Why an object of this type may not stand there.
fn refusal(name: &str, target: Target) -> Option<String> {
    match target {
        Target::Any if name == "bundle" => Some("a bundle is no object to refer to".to_owned()),
        Target::Any => None,
        Target::Types(types) => {
            let fits = types.contains(&name);
            (!fits).then(|| {
                format!("names a {}; what may stand here: {}", brief(name), types.join(", "))
            })
        }
        Target::Classes(classes) => {
            let class = class_of(name);
            // What a type of one's own is, is not known here.
            let fits = classes.contains(&class) || (class == Class::Custom && name != "bundle");
            (!fits).then(|| {
                let what: Vec<&str> = classes.iter().map(|class| class.noun()).collect();
                format!("names a {}; what may stand here: {}", brief(name), what.join(", "))
            })
        }
    }
}

/// So much of a type's name as is worth showing.
fn brief(name: &str) -> String {
    name.chars().take(80).flat_map(char::escape_debug).collect()
}

/// The one of several names that a misspelling most likely means.
pub(super) fn nearest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    if text.len() > 64 {
        return None;
    }
    let fold = |c: char| if c == ' ' || c == '_' { '-' } else { c.to_ascii_lowercase() };
    let folded: Vec<char> = text.chars().map(fold).collect();
    let best = names
        .iter()
        // What differs more in length than by the edits allowed needs no comparing.
        .filter(|name| name.len().abs_diff(folded.len()) <= 2)
        .map(|name| (edits(&folded, &name.chars().map(fold).collect::<Vec<_>>()), *name))
        .min()?;
    (best.0 <= 2 && best.0 * 3 <= text.len()).then_some(best.1)
}

/// Levenshtein's distance.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, left) in one.iter().enumerate() {
        let mut corner = index;
        let mut last = index + 1;
        if let Some(first) = row.first_mut() {
            *first = last;
        }
        for (right, cell) in other.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            last = (corner + usize::from(left != right)).min(above + 1).min(last + 1);
            corner = above;
            *cell = last;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelling_finds_what_it_means() {
        let names = ["description", "name", "aliases", "first_seen"];
        assert_eq!(nearest("descripton", &names), Some("description"));
        assert_eq!(nearest("First-Seen", &names), Some("first_seen"));
        assert_eq!(nearest("alaises", &names), Some("aliases"));
        assert_eq!(nearest("nothing", &names), None);
        assert_eq!(nearest("", &names), None);
    }
}
