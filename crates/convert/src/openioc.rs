//! OpenIOC 1.0 and 1.1: a definition of search terms becomes an indicator with a STIX pattern.
//!
//! What no pattern can ask is not asked, is reported, and stands in the indicator’s description. A
//! definition of which nothing can be asked is carried whole, as a pattern of the type `openioc`.

mod item;
mod terms;
mod tree;
mod xml;

use serde_json::{Value, json};
use stix::pattern::Pattern;
use stix::{Id, Pointer, Timestamp};
use uuid::Uuid;

use crate::derived;
use crate::draft::Draft;
use crate::ioc::{Options, Read, time, valid};
use crate::{Error, Report};
use item::Item;
use tree::{Built, Missing, Node, Notes, Operator};
use xml::Element;

/// The longest pattern, in bytes, before a definition that asks for any of many is divided.
const LONG: usize = 64 << 10;

/// Whether the bytes look like OpenIOC.
pub fn is_openioc(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    head.trim_start_matches('\u{feff}').trim_start().starts_with('<')
        && (head.contains("<ioc") || head.contains("OpenIOC"))
}

/// Reads a document. Of the options, `make` means nothing here: a definition is a thing to look for.
///
/// # Errors
/// When it is no XML, larger than 16 MiB, deeper than 64, names entities of its own, or is no
/// OpenIOC.
pub fn read(bytes: &[u8], options: &Options) -> Result<Read, Error> {
    let document = xml::read(bytes)?;
    let root = &document.root;
    let is_old = root.name.eq_ignore_ascii_case("ioc");
    if !is_old && !root.name.eq_ignore_ascii_case("OpenIOC") {
        let problem = format!("the outermost element is “{}”, neither ioc nor OpenIOC", root.name);
        return Err(Error::at(Pointer::root(), problem));
    }
    let mut reading = Reading {
        report: Report::new(),
        description: Vec::new(),
        references: Vec::new(),
        labels: Vec::new(),
        name: None,
        authored: None,
        items: 0,
    };
    let place = Pointer::root().join(&root.name);
    for (what, number) in [("comment", document.comments), ("instruction", document.instructions)] {
        if number > 0 {
            let what = format!("XML: {}", counted(number, what));
            reading.report.lost(place.clone(), what, "it says nothing of the indicator");
        }
    }
    let nodes = reading.root(root, &place);
    Ok(reading.finish(root, nodes, bytes, options, &place))
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

struct Reading {
    report: Report,
    /// Paragraphs.
    description: Vec<String>,
    references: Vec<Value>,
    labels: Vec<String>,
    name: Option<String>,
    authored: Option<Timestamp>,
    items: usize,
}

impl Reading {
    /// Everything that the outermost element holds.
    fn root(&mut self, root: &Element, place: &Pointer) -> Vec<Node> {
        self.attributes(root, place, &["id", "last-modified", "published-date"]);
        self.stray(root, place);
        let mut nodes = Vec::new();
        for (index, child) in root.children.iter().enumerate() {
            let place = place.join(&child.name);
            match child.name.as_str() {
                "metadata" => {
                    self.attributes(child, &place, &[]);
                    self.stray(child, &place);
                    for child in &child.children {
                        self.metadata(child, &place.join(&child.name));
                    }
                }
                "definition" | "criteria" => {
                    self.attributes(child, &place, &[]);
                    self.stray(child, &place);
                    for (index, child) in child.children.iter().enumerate() {
                        let place = place.join(&index.to_string());
                        nodes.extend(self.node(child, &place));
                    }
                }
                "parameters" => {
                    for child in &child.children {
                        self.parameter(child, &place);
                    }
                }
                _ => self.metadata(child, &place.join(&index.to_string())),
            }
        }
        nodes
    }

    fn metadata(&mut self, element: &Element, place: &Pointer) {
        let text = element.text.trim();
        if element.name != "links" {
            self.attributes(element, place, &[]);
            for child in &element.children {
                self.unknown(child, &place.join(&child.name));
            }
        }
        if text.is_empty() && element.name != "links" {
            return;
        }
        match element.name.as_str() {
            "short_description" => self.name = Some(text.to_owned()),
            "description" => self.description.insert(0, text.to_owned()),
            "keywords" => {
                let words = text.split([',', ';', ' ', '\n', '\t']).map(str::trim);
                self.labels.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
            }
            "authored_by" => {
                let reference = json!({ "source_name": "OpenIOC", "description": format!("Authored by {text}") });
                self.references.push(reference);
                let why = "it stands in an external reference: a name is no identity";
                self.report.changed(place.clone(), format!("authored by {text}"), why);
            }
            "authored_date" => match time::read(text) {
                Some(time) => {
                    if !text.ends_with('Z') {
                        let why = "it has no time zone and is taken as UTC";
                        self.report.changed(place.clone(), format!("the time {text}"), why);
                    }
                    self.authored = Some(time);
                }
                None => self.report.lost(place.clone(), format!("“{text}”"), "it is no time"),
            },
            "links" => {
                self.attributes(element, place, &[]);
                self.stray(element, place);
                for (index, link) in element.children.iter().enumerate() {
                    self.link(link, &place.join(&index.to_string()));
                }
            }
            _ => self.unknown(element, place),
        }
    }

    fn link(&mut self, link: &Element, place: &Pointer) {
        self.attributes(link, place, &["rel", "href"]);
        for child in &link.children {
            self.unknown(child, &place.join(&child.name));
        }
        let (rel, href, text) = (
            link.attribute("rel").unwrap_or("link").trim(),
            link.attribute("href").unwrap_or_default().trim(),
            link.text.trim(),
        );
        let mut reference = json!({ "source_name": if rel.is_empty() { "link" } else { rel } });
        if href.contains("://") {
            reference["url"] = json!(href);
        }
        let description = match (text.is_empty(), href.is_empty() || href.contains("://")) {
            (true, true) => None,
            (false, true) => Some(text.to_owned()),
            (true, false) => Some(href.to_owned()),
            (false, false) => Some(format!("{text} ({href})")),
        };
        if let Some(description) = description {
            reference["description"] = json!(description);
        }
        if reference.as_object().is_some_and(|reference| reference.len() > 1) {
            self.references.push(reference);
        } else {
            self.report.lost(place.clone(), format!("the link “{rel}”"), "it says nothing");
        }
    }

    fn parameter(&mut self, parameter: &Element, place: &Pointer) {
        self.attributes(parameter, place, &["id", "ref-id", "name"]);
        let name = parameter.attribute("name").unwrap_or("without a name");
        let value = parameter.text_of("value").unwrap_or_else(|| parameter.text.trim());
        let of = parameter.attribute("ref-id").unwrap_or_default();
        let line = format!("Parameter {name} of {of}: {value}");
        for child in parameter.children.iter().filter(|child| child.name != "value") {
            self.unknown(child, &place.join(&child.name));
        }
        self.report.changed(
            place.clone(),
            line.clone(),
            "STIX has no parameters; it stands in the description",
        );
        self.description.push(line);
    }

    fn node(&mut self, element: &Element, place: &Pointer) -> Option<Node> {
        match element.name.as_str() {
            "Indicator" => {
                self.items += usize::from(element.attribute("id").is_some());
                self.attributes(element, place, &["id", "operator"]);
                self.stray(element, place);
                let parts: Vec<Node> = element
                    .children
                    .iter()
                    .enumerate()
                    .filter_map(|(index, child)| self.node(child, &place.join(&index.to_string())))
                    .collect();
                let operator = element.attribute("operator").unwrap_or("OR");
                match operator.to_ascii_uppercase().as_str() {
                    "AND" => Some(Node::And(parts)),
                    "OR" => Some(Node::Or(parts)),
                    _ => {
                        let text = Node::Or(parts).to_string();
                        let why = format!("the operator “{operator}” is none of OpenIOC");
                        self.leave_out(place, text, &why);
                        None
                    }
                }
            }
            "IndicatorItem" => {
                self.items += usize::from(element.attribute("id").is_some());
                Some(Node::Item(self.item(element, place)))
            }
            _ => {
                self.unknown(element, place);
                None
            }
        }
    }

    fn item(&mut self, element: &Element, place: &Pointer) -> Item {
        self.attributes(element, place, &["id", "condition", "negate", "preserve-case"]);
        self.stray(element, place);
        let asked = element.child("Context");
        if let Some(context) = asked {
            self.attributes(context, &place.join("Context"), &["document", "search", "type"]);
            self.stray(context, &place.join("Context"));
        }
        let content = element.child("Content");
        if let Some(content) = content {
            self.attributes(content, &place.join("Content"), &["type"]);
        }
        let mut seen = (false, false);
        for child in &element.children {
            let again = match child.name.as_str() {
                "Context" => std::mem::replace(&mut seen.0, true),
                "Content" => std::mem::replace(&mut seen.1, true),
                _ => true,
            };
            if again {
                self.unknown(child, &place.join(&child.name));
            }
        }
        let is_on = |name: &str| {
            element.attribute(name).is_some_and(|text| matches!(text.trim(), "true" | "1"))
        };
        Item {
            search: asked
                .and_then(|context| context.attribute("search"))
                .unwrap_or_default()
                .trim()
                .to_owned(),
            condition: element.attribute("condition").unwrap_or("is").trim().to_owned(),
            content: content.map_or("", |content| content.text.trim()).to_owned(),
            negate: is_on("negate"),
            preserve_case: is_on("preserve-case"),
        }
    }

    /// Attributes that nothing here reads.
    fn attributes(&mut self, element: &Element, place: &Pointer, known: &[&str]) {
        for (name, value) in &element.attributes {
            if !known.contains(&name.as_str()) && !value.trim().is_empty() {
                let line = format!("{}/@{name}: {value}", element.name);
                self.keep(&place.join(&format!("@{name}")), line);
            }
        }
    }

    /// Text where none belongs.
    fn stray(&mut self, element: &Element, place: &Pointer) {
        let text = element.text.trim();
        if !text.is_empty() {
            self.keep(place, format!("{}: {text}", element.name));
        }
    }

    /// An element that nothing here reads.
    fn unknown(&mut self, element: &Element, place: &Pointer) {
        let text = element.text.trim();
        if !text.is_empty() {
            self.keep(place, format!("{}: {text}", element.name));
        }
        self.attributes(element, place, &[]);
        for child in &element.children {
            self.unknown(child, &place.join(&child.name));
        }
    }

    fn keep(&mut self, place: &Pointer, line: String) {
        let why = "it has no counterpart; it stands in the description";
        self.report.changed(place.clone(), line.clone(), why);
        self.description.push(line);
    }

    fn leave_out(&mut self, place: &Pointer, what: String, why: &str) {
        self.description.push(format!("Not in the pattern: {what}"));
        self.report.lost(place.clone(), what, format!("it stands in the description only: {why}"));
    }

    fn finish(
        mut self,
        root: &Element,
        tree: Vec<Node>,
        bytes: &[u8],
        options: &Options,
        place: &Pointer,
    ) -> Read {
        let criteria =
            place.join(if root.child("criteria").is_some() { "criteria" } else { "definition" });
        let mut notes = Notes::default();
        let patterns = patterns(tree, &mut notes);
        for missing in notes.missing {
            self.leave_out(&criteria, missing.what, &missing.why);
        }
        if self.items > 0 {
            let what = counted(self.items, "identifier");
            self.report.lost(criteria.clone(), what, "parts of a pattern have none");
        }
        if notes.narrower > 0 {
            let why = "OpenIOC compares them without regard to case, STIX with it";
            self.report.changed(criteria.clone(), counted(notes.narrower, "term"), why);
        }
        if notes.apart > 0 {
            let why = "STIX asks objects of several types in observations of their own";
            self.report.changed(criteria.clone(), counted(notes.apart, "conjunction"), why);
        }
        let patterns: Vec<(String, &str)> = if patterns.is_empty() {
            let why = "nothing of it can be asked in STIX; the pattern is the document";
            self.report.changed(criteria, "the definition", why);
            let text = String::from_utf8_lossy(bytes);
            vec![(text.trim_start_matches('\u{feff}').to_owned(), "openioc")]
        } else {
            if patterns.len() > 1 {
                let what = format!("the definition, now {} indicators", patterns.len());
                self.report.changed(criteria, what, "it is long, and finds any of many");
            }
            patterns.into_iter().map(|pattern| (pattern, "stix")).collect()
        };
        let mut objects = Vec::with_capacity(patterns.len());
        for (index, (pattern, kind)) in patterns.iter().enumerate() {
            let draft = self.indicator(root, pattern, kind, index, options, place);
            match valid(&draft) {
                Ok(object) => objects.push(object),
                Err(why) => self.report.lost(place.clone(), "an indicator", why),
            }
        }
        Read { objects, report: self.report }
    }

    fn indicator(
        &mut self,
        root: &Element,
        pattern: &str,
        kind: &str,
        index: usize,
        options: &Options,
        place: &Pointer,
    ) -> Draft {
        let modified = root.attribute("last-modified").and_then(set);
        let created = self.authored.clone().or_else(|| modified.clone());
        let created = created.unwrap_or_else(|| options.at.clone());
        let modified = modified.filter(|time| *time >= created).unwrap_or_else(|| created.clone());
        let given = root.attribute("id").unwrap_or_default().trim().to_ascii_lowercase();
        let uuid = Uuid::try_parse(&given).ok().filter(|_| index == 0);
        let id = uuid.and_then(|uuid| Id::from_parts("indicator", uuid).ok());
        let id = id
            .or_else(|| derived::id("indicator", &format!("openioc\n{given}\n{index}\n{pattern}")));
        if index == 0 {
            self.once(root, &given, uuid, place);
        }
        let mut draft = Draft::default();
        draft.set("type", &json!("indicator"));
        draft.set("spec_version", &json!("2.1"));
        draft.set("id", &json!(id));
        if let Some(creator) = &options.created_by {
            draft.set("created_by_ref", &json!(creator));
        }
        draft.set("created", &json!(millis(&created)));
        draft.set("modified", &json!(millis(&modified)));
        if let Some(name) = self.name.as_ref().or(options.name.as_ref()) {
            draft.set("name", &json!(name));
        }
        if !self.description.is_empty() {
            draft.set("description", &json!(self.description.join("\n\n")));
        }
        draft.set("pattern", &json!(pattern));
        draft.set("pattern_type", &json!(kind));
        let from = options.valid_from.as_ref().or(self.authored.as_ref()).unwrap_or(&created);
        draft.set("valid_from", &json!(from));
        if !self.labels.is_empty() {
            draft.set("labels", &json!(self.labels));
        }
        if !self.references.is_empty() {
            draft.set("external_references", &json!(self.references));
        }
        if !options.markings.is_empty() {
            draft.set("object_marking_refs", &json!(options.markings));
        }
        draft
    }

    /// What is said of the whole document, noted once.
    fn once(&mut self, root: &Element, given: &str, uuid: Option<Uuid>, place: &Pointer) {
        if uuid.is_none() && !given.is_empty() {
            self.keep(&place.join("@id"), format!("Identifier: {given}"));
        }
        for name in ["last-modified", "published-date"] {
            let Some(text) = root.attribute(name).map(str::trim) else { continue };
            // The schema’s way to say that there is none.
            if text.is_empty() || text.starts_with("0001-01-01") {
                continue;
            }
            let at = place.join(&format!("@{name}"));
            match set(text) {
                Some(_) if name == "last-modified" => {
                    if !text.ends_with('Z') {
                        let why = "it has no time zone and is taken as UTC";
                        self.report.changed(at, format!("the time {text}"), why);
                    }
                }
                _ => self.keep(&at, format!("{name}: {text}")),
            }
        }
    }
}

/// A time that is said. Year 1 is the schema’s way to say that there is none.
fn set(text: &str) -> Option<Timestamp> {
    time::read(text).filter(|time| !time.as_str().starts_with("0001"))
}

/// `created` and `modified` have milliseconds (STIX 2.1 section 3.2).
fn millis(time: &Timestamp) -> Timestamp {
    Timestamp::from_millis(time.micros().div_euclid(1_000))
}

/// The patterns of a definition: one, or several if it finds any of very many.
fn patterns(mut parts: Vec<Node>, notes: &mut Notes) -> Vec<String> {
    while parts.len() == 1 {
        match parts.pop() {
            Some(Node::Or(inner)) => parts = inner,
            other => {
                parts.extend(other);
                break;
            }
        }
    }
    let mut patterns = Vec::new();
    let mut chunk: Vec<Built> = Vec::new();
    let mut size = 0;
    let mut write = |chunk: Vec<Built>, notes: &mut Notes| {
        let Some(built) = tree::combine(Operator::Or, chunk) else { return };
        let text = built.observation();
        match Pattern::parse(&text) {
            Ok(_) => patterns.push(text),
            // Nested deeper than patterns may be.
            Err(error) => notes.missing.push(Missing { what: text, why: error.to_string() }),
        }
    };
    for node in &parts {
        let Some(built) = tree::build(node, notes) else { continue };
        let length = built.observation().len() + 4;
        if size + length > LONG && !chunk.is_empty() {
            write(std::mem::take(&mut chunk), notes);
            size = 0;
        }
        size += length;
        chunk.push(built);
    }
    write(chunk, notes);
    patterns
}
