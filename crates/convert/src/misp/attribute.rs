//! Attributes on their way to STIX.

use serde_json::{Value, json};
use stix::Pointer;

use super::export::{Exporter, flag};
use super::residue::{Object, attach};
use super::shape::build;
use super::types::{self, Shape};
use super::{guess, only, pattern, tags, time};

/// What is told of an attribute beside its value.
pub(crate) struct Facts<'a> {
    pub(crate) attribute: &'a Object,
    pub(crate) uuid: String,
    pub(crate) seconds: i64,
    pub(crate) to_ids: bool,
    pub(crate) kind: &'a str,
    pub(crate) category: &'a str,
}

/// The fields that have rooms of their own in the extension.
pub(crate) const LINKED: &[&str] =
    &["Tag", "Galaxy", "Sighting", "Note", "Opinion", "Relationship"];

impl Exporter {
    /// Writes one attribute.
    pub(crate) fn attribute(&mut self, attribute: &Object, place: &Pointer) {
        let uuid = self.uuid(attribute, place);
        let kind = guess::text(attribute, "type");
        let known = types::of(kind);
        let default = known.is_some_and(|known| known.to_ids);
        let facts = Facts {
            attribute,
            uuid,
            seconds: time::seconds(attribute.get("timestamp")).unwrap_or(self.seconds),
            to_ids: flag(attribute.get("to_ids")).unwrap_or(default),
            kind,
            category: guess::text(attribute, "category"),
        };
        let shape = known.map_or(Shape::Custom, |known| known.shape);
        let value = guess::text(attribute, "value");
        let primary = match shape {
            _ if value.is_empty() => None,
            Shape::Vulnerability => Some(self.named(&facts, "vulnerability", value)),
            Shape::Campaign => Some(self.named(&facts, "campaign", value)),
            Shape::Rule(language) => Some(self.rule(&facts, language, value)),
            Shape::PatternOnly(only) if facts.to_ids => only::write(only, value)
                .map(|comparison| self.indicator(&facts, &pattern::all(&[comparison]))),
            _ => {
                self.observed(&facts, shape, value, place);
                return;
            }
        };
        let mut primary = primary.unwrap_or_else(|| self.custom(&facts));
        self.tagged(&mut primary, attribute);
        self.settle(primary, None, &[], &facts, place);
    }

    /// An observation with its observables, and an indicator if it is for detection.
    fn observed(&mut self, facts: &Facts<'_>, shape: Shape, value: &str, place: &Pointer) {
        let data = facts.attribute.get("data").and_then(Value::as_str);
        let mut scos = self.scos();
        let Some(comparisons) = build(shape, value, data, &facts.uuid, &mut scos) else {
            let mut primary = self.custom(facts);
            self.tagged(&mut primary, facts.attribute);
            self.settle(primary, None, &[], facts, place);
            return;
        };
        let scos = scos.finish();
        let ids: Vec<Value> =
            scos.iter().map(|(sco, _)| guess::id(sco).to_owned().into()).collect();
        let id = self.registry.fresh("observed-data", &facts.uuid);
        let mut primary = self.statement("observed-data", id, facts.seconds);
        observe(&mut primary, facts.attribute, ids);
        self.labelled(&mut primary, facts);
        self.tagged(&mut primary, facts.attribute);
        let indicator = facts.to_ids.then(|| {
            let mut indicator = self.indicator(facts, &pattern::all(&comparisons));
            self.tagged(&mut indicator, facts.attribute);
            indicator
        });
        let refs: Vec<&Object> = scos.iter().map(|(sco, _)| sco).collect();
        self.settle(primary, indicator, &refs, facts, place);
        self.push_scos(scos);
    }

    /// Adds the primary object and the indicator, with what they do not say in the extension of
    /// the first.
    fn settle(
        &mut self,
        mut primary: Object,
        indicator: Option<Object>,
        refs: &[&Object],
        facts: &Facts<'_>,
        place: &Pointer,
    ) {
        if flag(facts.attribute.get("deleted")) == Some(true) {
            primary.insert("revoked".into(), true.into());
        }
        let mut ids = vec![guess::id(&primary).to_owned()];
        ids.extend(indicator.as_ref().map(|indicator| guess::id(indicator).to_owned()));
        let guessed = guess::attribute(&primary, indicator.as_ref(), refs).unwrap_or_default();
        let mut body = self.keep(facts.attribute, &guessed, LINKED, place);
        said_as(&mut body, &guessed);
        self.keep_tags(facts.attribute, &primary, &mut body, place);
        self.primaries.entry(facts.uuid.clone()).or_default().extend(ids.iter().cloned());
        let at = self.push(primary);
        if let Some(mut indicator) = indicator {
            if flag(facts.attribute.get("deleted")) == Some(true) {
                indicator.insert("revoked".into(), true.into());
            }
            self.push(indicator);
        }
        self.links(facts.attribute, &ids, facts.seconds, &mut body, at, place);
        if let Some(object) = self.out.get_mut(at) {
            attach(object, "attribute", body);
        }
        if let [primary, indicator] = ids.as_slice() {
            self.relate(indicator, "based-on", primary, facts.seconds);
        }
    }

    fn named(&mut self, facts: &Facts<'_>, type_name: &str, value: &str) -> Object {
        let id = self.registry.fresh(type_name, &facts.uuid);
        let mut object = self.statement(type_name, id, facts.seconds);
        object.insert("name".into(), value.into());
        if type_name == "vulnerability" {
            let source = if value.starts_with("CVE-") { "cve" } else { "vulnerability" };
            let reference = super::export::reference(source, "external_id", value);
            object.insert("external_references".into(), json!([reference]));
        }
        describe(&mut object, facts.attribute);
        self.labelled(&mut object, facts);
        object
    }

    fn rule(&mut self, facts: &Facts<'_>, language: &str, value: &str) -> Object {
        let mut object = self.indicator(facts, value);
        object.insert("pattern_type".into(), language.into());
        object.remove("pattern_version");
        object
    }

    fn indicator(&mut self, facts: &Facts<'_>, pattern: &str) -> Object {
        let id = self.registry.fresh("indicator", &facts.uuid);
        let mut object = self.statement("indicator", id, facts.seconds);
        object.insert("name".into(), guess::text(facts.attribute, "value").into());
        detect(&mut object, pattern, facts.seconds, facts.category);
        describe(&mut object, facts.attribute);
        self.labelled(&mut object, facts);
        object
    }

    fn custom(&mut self, facts: &Facts<'_>) -> Object {
        let id = self.registry.fresh("x-misp-attribute", &facts.uuid);
        let mut object = self.statement("x-misp-attribute", id, facts.seconds);
        let fields = [
            ("type", "x_misp_type"),
            ("value", "x_misp_value"),
            ("category", "x_misp_category"),
            ("comment", "x_misp_comment"),
        ];
        for (misp, stix) in fields {
            let text = guess::text(facts.attribute, misp);
            if misp != "comment" || !text.is_empty() {
                object.insert(stix.into(), text.into());
            }
        }
        self.labelled(&mut object, facts);
        object
    }

    /// The labels that say what it was.
    #[allow(clippy::unused_self)] // Beside its siblings.
    fn labelled(&self, object: &mut Object, facts: &Facts<'_>) {
        let mut labels = Vec::with_capacity(4);
        if !facts.kind.is_empty() {
            labels.push(tags::label("misp:type", facts.kind));
        }
        if !facts.category.is_empty() {
            labels.push(tags::label("misp:category", facts.category));
        }
        if !labels.is_empty() {
            object.insert("labels".into(), labels.into());
        }
    }

    /// Adds the tags of a holder to an object that has its own labels already.
    pub(crate) fn tagged(&mut self, object: &mut Object, holder: &Object) {
        if !holder.contains_key("Tag") {
            return;
        }
        let mut labels = match object.remove("labels") {
            Some(Value::Array(labels)) => labels,
            _ => Vec::new(),
        };
        tags::apply([holder], &mut labels, object, &mut self.used);
        if !labels.is_empty() {
            object.insert("labels".into(), labels.into());
        }
    }
}

/// Notes what STIX says for a value that it cannot say as MISP does: if it says something else
/// later, somebody changed it.
fn said_as(body: &mut Object, guessed: &Object) {
    let differs = body.get("set").is_some_and(|set| set.get("value").is_some());
    if let (true, Some(value)) = (differs, guessed.get("value")) {
        body.insert("as".into(), value.clone());
    }
}

/// The comment as a description.
pub(crate) fn describe(object: &mut Object, holder: &Object) {
    let comment = guess::text(holder, "comment");
    if !comment.is_empty() {
        object.insert("description".into(), comment.into());
    }
}

/// The properties of an observation.
pub(crate) fn observe(object: &mut Object, holder: &Object, refs: Vec<Value>) {
    let stamp = guess::text(object, "modified").to_owned();
    let time = |key: &str| time::from_iso(guess::text(holder, key));
    let (first, last) = match (time("first_seen"), time("last_seen")) {
        (Some(first), Some(last)) if first > last => (last.clone(), last),
        (Some(first), Some(last)) => (first, last),
        (Some(first), None) => {
            let last = if first > stamp { first.clone() } else { stamp };
            (first, last)
        }
        (None, Some(last)) => {
            let first = if last < stamp { last.clone() } else { stamp };
            (first, last)
        }
        (None, None) => (stamp.clone(), stamp),
    };
    object.insert("first_observed".into(), first.into());
    object.insert("last_observed".into(), last.into());
    object.insert("number_observed".into(), 1.into());
    object.insert("object_refs".into(), refs.into());
}

/// The properties of an indicator.
pub(crate) fn detect(object: &mut Object, pattern: &str, seconds: i64, phase: &str) {
    object.insert("pattern".into(), pattern.into());
    object.insert("pattern_type".into(), "stix".into());
    object.insert("pattern_version".into(), "2.1".into());
    object.insert("valid_from".into(), time::stamp(seconds).into());
    if !phase.is_empty() {
        let phases = json!([{ "kill_chain_name": "misp-category", "phase_name": phase }]);
        object.insert("kill_chain_phases".into(), phases);
    }
}
