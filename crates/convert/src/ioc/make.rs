//! From a value and what is said of it to objects.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use stix::object::{Class, class_of};
use stix::{Id, Object, Pointer, Timestamp, validate};
use uuid::Uuid;

use super::kind::Ioc;
use super::{Make, Options};
use crate::Report;
use crate::derived;
use crate::draft::Draft;

/// What a row says beside its value.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) id: Option<Id>,
    /// The identifier without the type, which follows from what is made.
    pub(super) uuid: Option<Uuid>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) confidence: Option<u8>,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) created: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
    pub(super) markings: Vec<Id>,
    pub(super) make: Option<Make>,
}

/// What is found: a value that is known, or a pattern as it stands.
pub(super) enum What {
    Ioc(Ioc),
    Pattern(String, String),
}

/// The objects of one list.
pub(super) struct Maker<'a> {
    options: &'a Options,
    objects: Vec<Object>,
    /// Where each identifier was made.
    made: HashMap<Id, (Pointer, usize)>,
    seen: HashSet<Id>,
    pub(super) defanged: Vec<Pointer>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self {
            options,
            objects: Vec::new(),
            made: HashMap::new(),
            seen: HashSet::new(),
            defanged: Vec::new(),
        }
    }

    /// A row that has an observable’s identifier is one, whatever is asked for.
    fn makes(&self, said: &Said) -> Make {
        let itself = said.id.as_ref().filter(|id| is_observable(id)).map(|_| Make::Observables);
        itself.or(said.make).unwrap_or(self.options.make)
    }

    /// Makes the objects of one value.
    pub(super) fn add(&mut self, what: &What, said: &Said, place: &Pointer, report: &mut Report) {
        let result = match what {
            What::Ioc(Ioc::Vulnerability(number)) => {
                self.vulnerability(number, said, place, report)
            }
            What::Ioc(ioc) => match (self.makes(said), ioc.pattern()) {
                (Make::Indicators, Some(pattern)) => {
                    self.indicator(&pattern, "stix", Some(ioc), said, place, report)
                }
                _ => self.observed(ioc, said, place, report),
            },
            What::Pattern(pattern, kind) => {
                self.indicator(pattern, kind, None, said, place, report)
            }
        };
        if let Err(why) = result {
            let shown = match what {
                What::Ioc(ioc) => ioc.text(),
                What::Pattern(pattern, _) => pattern.clone(),
            };
            report.lost(place.clone(), format!("“{}”", short(&shown)), why);
            return;
        }
        if let Some(id) = &said.id
            && !self.made.contains_key(id)
            && !self.seen.contains(id)
        {
            let why = "what the row became has another identifier";
            report.lost(place.clone(), id.to_string(), why);
        }
    }

    fn indicator(
        &mut self,
        pattern: &str,
        kind: &str,
        ioc: Option<&Ioc>,
        said: &Said,
        place: &Pointer,
        report: &mut Report,
    ) -> Result<(), String> {
        let from = said.valid_from.as_ref().or(self.options.valid_from.as_ref());
        let from = from.unwrap_or(&self.options.at).clone();
        let mut draft = self.draft("indicator", &format!("{pattern}\n{from}"), said);
        let name = said.name.clone().or_else(|| ioc.map(Ioc::text));
        put(&mut draft, "name", name);
        put(&mut draft, "description", said.description.clone());
        draft.set("pattern", &json!(pattern));
        draft.set("pattern_type", &json!(kind));
        draft.set("valid_from", &json!(from));
        match &said.valid_until {
            Some(until) if *until > from => draft.set("valid_until", &json!(until)),
            Some(until) => {
                let what = format!("valid until {until}");
                report.lost(place.clone(), what, "it lies before the beginning of validity");
            }
            None => {}
        }
        self.common(&mut draft, said);
        self.push(draft, said, place, report)
    }

    fn vulnerability(
        &mut self,
        number: &str,
        said: &Said,
        place: &Pointer,
        report: &mut Report,
    ) -> Result<(), String> {
        let mut draft = self.draft("vulnerability", number, said);
        draft.set("name", &json!(number));
        put(&mut draft, "description", said.description.clone());
        for (what, time) in [("from", &said.valid_from), ("until", &said.valid_until)] {
            if let Some(time) = time {
                let what = format!("valid {what} {time}");
                report.lost(place.clone(), what, "a vulnerability has no validity");
            }
        }
        self.common(&mut draft, said);
        let reference = json!([{ "source_name": "cve", "external_id": number }]);
        draft.set("external_references", &reference);
        self.push(draft, said, place, report)
    }

    /// Observables, and the observation that somebody makes of them, unless the row is the
    /// observable itself.
    fn observed(
        &mut self,
        ioc: &Ioc,
        said: &Said,
        place: &Pointer,
        report: &mut Report,
    ) -> Result<(), String> {
        let name = format!("{}\n{}", ioc.name(), ioc.text());
        let observables = ioc.observables(&|| self.own(&name))?;
        let mut refs = Vec::new();
        let markings = self.markings(said);
        for value in observables {
            let mut draft = Draft::default();
            for key in ["type", "spec_version", "id"] {
                if let Some(value) = value.get(key) {
                    draft.set(key, value);
                }
            }
            for (key, value) in value.as_object().into_iter().flatten() {
                if !draft.has(key) {
                    draft.set(key, value);
                }
            }
            if !markings.is_empty() {
                draft.set("object_marking_refs", &json!(markings));
            }
            let object = valid(&draft)?;
            refs.push(object.id().clone());
            // The same fact of another row is the same object.
            if self.seen.insert(object.id().clone()) {
                self.objects.push(object);
            }
        }
        if said.id.as_ref().is_some_and(is_observable) {
            return Ok(());
        }
        let from = said.valid_from.as_ref().or(self.options.valid_from.as_ref());
        let from = from.unwrap_or(&self.options.at).clone();
        let until = said.valid_until.clone().filter(|until| *until > from);
        let mut draft = self.draft("observed-data", &format!("{name}\n{from}"), said);
        draft.set("first_observed", &json!(from));
        draft.set("last_observed", &json!(until.unwrap_or(from)));
        draft.set("number_observed", &json!(1));
        draft.set("object_refs", &json!(refs));
        for (what, text) in [("name", &said.name), ("description", &said.description)] {
            if let Some(text) = text {
                let what = format!("the {what} “{}”", short(text));
                report.lost(place.clone(), what, "an observation has none");
            }
        }
        self.common(&mut draft, said);
        self.push(draft, said, place, report)
    }

    /// The beginning of an object: its own identifier, or the one that follows from its content.
    fn draft(&self, type_name: &str, content: &str, said: &Said) -> Draft {
        let given = said.id.as_ref().filter(|id| id.type_name() == type_name).cloned();
        let given = given.or_else(|| Id::from_parts(type_name, said.uuid?).ok());
        let creator = self.options.created_by.as_ref().map_or("", Id::as_str);
        let content = format!("{type_name}\n{creator}\n{}\n{content}", self.options.at);
        let id = given.or_else(|| derived::id(type_name, &content));
        let created = said.created.as_ref().unwrap_or(&self.options.at);
        let modified = said.modified.as_ref().filter(|time| *time >= created).unwrap_or(created);
        let mut draft = Draft::default();
        draft.set("type", &json!(type_name));
        draft.set("spec_version", &json!("2.1"));
        draft.set("id", &json!(id));
        put(&mut draft, "created_by_ref", self.options.created_by.clone());
        draft.set("created", &json!(created));
        draft.set("modified", &json!(modified));
        draft
    }

    fn common(&self, draft: &mut Draft, said: &Said) {
        if !said.labels.is_empty() {
            draft.set("labels", &json!(said.labels));
        }
        put(draft, "confidence", said.confidence);
        let markings = self.markings(said);
        if !markings.is_empty() {
            draft.set("object_marking_refs", &json!(markings));
        }
    }

    /// The list's markings and the row's: the strictest of them rules.
    fn markings(&self, said: &Said) -> Vec<Id> {
        let mut all = self.options.markings.clone();
        all.extend(said.markings.iter().filter(|id| !self.options.markings.contains(id)).cloned());
        all
    }

    fn own(&self, name: &str) -> Uuid {
        derived::uuid(format!("{}\n{name}", self.options.at).as_bytes())
    }

    fn push(
        &mut self,
        mut draft: Draft,
        said: &Said,
        place: &Pointer,
        report: &mut Report,
    ) -> Result<(), String> {
        let mut object = valid(&draft)?;
        if let Some((first, at)) = self.made.get(object.id()) {
            let first = first.as_str().trim_start_matches('/');
            if self.objects.get(*at) == Some(&object) {
                let why = format!("{first} says the same");
                report.changed(place.clone(), "no second object", why);
                return Ok(());
            }
            let is_given =
                said.id.as_ref() == Some(object.id()) || said.uuid == Some(object.id().uuid());
            if is_given {
                let what = format!("a second object {}", object.id());
                report.lost(place.clone(), what, format!("the first is of {first}"));
                return Ok(());
            }
            // The same value with other words: an object of its own.
            let name = format!("{}\n{}", object.id(), place.as_str());
            draft.set("id", &json!(derived::id(object.id().type_name(), &name)));
            object = valid(&draft)?;
        }
        self.made.insert(object.id().clone(), (place.clone(), self.objects.len()));
        self.objects.push(object);
        Ok(())
    }

    /// All objects; under the list's name, if it has one, in groupings of at most 5,000.
    pub(super) fn finish(mut self, report: &mut Report) -> Vec<Object> {
        if let Some(first) = self.defanged.first() {
            let what = match self.defanged.len() {
                1 => "1 value".to_owned(),
                number => format!("{number} values"),
            };
            report.changed(
                first.clone(),
                what,
                "written defanged; they are carried as they are used",
            );
        }
        let Some(name) = self.options.name.clone() else { return self.objects };
        let ids: Vec<Id> = self.objects.iter().map(|object| object.id().clone()).collect();
        let parts = ids.len().div_ceil(MOST_REFERENCES);
        for (index, ids) in ids.chunks(MOST_REFERENCES).enumerate() {
            let name =
                if parts > 1 { format!("{name} ({} of {parts})", index + 1) } else { name.clone() };
            let mut draft = self.draft("grouping", &name, &Said::default());
            draft.set("name", &json!(name));
            draft.set("context", &json!("unspecified"));
            draft.set("object_refs", &json!(ids));
            self.common(&mut draft, &Said::default());
            if let Err(why) = self.push(draft, &Said::default(), &Pointer::root(), report) {
                report.lost(Pointer::root(), format!("the name “{}”", short(&name)), why);
            }
        }
        self.objects
    }
}

/// The object, if it is valid STIX.
///
/// # Errors
/// What it must be and is not: the value looked like one, and was none.
pub(crate) fn valid(draft: &Draft) -> Result<Object, String> {
    let bytes = bytes::Bytes::from(draft.write());
    match validate::object(&bytes, &validate::Options::MUST) {
        (Some(object), findings) if findings.is_empty() => Ok(object),
        (_, findings) => {
            let first = findings.into_iter().next();
            Err(first.map_or_else(|| "it is no STIX object".to_owned(), |finding| finding.message))
        }
    }
}

/// References of one grouping at most.
const MOST_REFERENCES: usize = 5_000;

fn is_observable(id: &Id) -> bool {
    class_of(id.type_name()) == Class::Observable
}

fn put(draft: &mut Draft, key: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        draft.set(key, &json!(value));
    }
}

/// The beginning of a text, for the report.
pub(super) fn short(text: &str) -> String {
    let mut chars = text.chars();
    let mut shown: String = chars.by_ref().take(80).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
