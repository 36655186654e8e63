//! The declaration of 18 March 2025: a STIX `report` with a `grouping` for each of its parts, and a
//! `note` for each thing that followed and for each dispute. The texts are whole for any STIX tool;
//! `entente-declaration` adds the same as data, with the source and the certainty of each sentence.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use hybrid::vocabulary::{Precision, Standing, Word};
use serde_json::{Map, Value, json};
use stix::{Id, Timestamp, extension};

use crate::incidents::{day, word};
use crate::sources::{Declaration, Dispute, Node, Part, Party, Statement};
use crate::{named, state};

/// The objects of the declaration.
pub(crate) fn objects(
    declaration: &Declaration,
    node: &Node,
    markings: &[Id],
    entered: &Timestamp,
) -> Result<Vec<Map<String, Value>>> {
    let make = Maker { declaration, node, markings, entered };
    let report = named("report", &declaration.key)?;
    let location = named("location", &declaration.key)?;
    let states = declaration.parties.iter().map(|party| state(&party.code));
    let states = states.collect::<Result<Vec<_>>>()?;

    let mut objects = vec![make.location(&location)?];
    let mut refs = vec![location];
    refs.extend(states.iter().cloned());
    for part in &declaration.parts {
        let id = named("grouping", &format!("{}:part-{}", declaration.key, part.number))?;
        objects.push(make.part(part, &id, &states)?);
        refs.push(id);
    }
    objects.push(make.report(&report, &refs)?);
    for (number, event) in (1..).zip(&declaration.follow_up) {
        objects.push(make.follow_up(event, number, &report)?);
    }
    for dispute in &declaration.disputes {
        objects.push(make.dispute(dispute, &report)?);
    }
    Ok(objects)
}

struct Maker<'a> {
    declaration: &'a Declaration,
    node: &'a Node,
    markings: &'a [Id],
    entered: &'a Timestamp,
}

impl Maker<'_> {
    /// An object with the common properties and these of its own.
    fn object(&self, id: &Id, properties: Value) -> Result<Map<String, Value>> {
        let common = json!({
            "type": id.type_name(),
            "spec_version": "2.1",
            "id": id,
            "created_by_ref": self.node.identity,
            "created": self.entered,
            "modified": self.entered,
            "lang": self.declaration.lang,
            "object_marking_refs": self.markings,
        });
        let (Value::Object(mut object), Value::Object(own)) = (common, properties) else {
            anyhow::bail!("the properties of {id} are no map");
        };
        object.extend(own);
        Ok(object)
    }

    fn location(&self, id: &Id) -> Result<Map<String, Value>> {
        let place = &self.declaration.signed.place;
        let properties = json!({
            "name": place.name, "latitude": place.latitude, "longitude": place.longitude,
        });
        self.object(id, properties)
    }

    fn report(&self, id: &Id, refs: &[Id]) -> Result<Map<String, Value>> {
        let declaration = self.declaration;
        let (signed, published) = (&declaration.signed, &declaration.published);
        let parties = declaration.parties.iter().map(party).collect::<Result<Vec<_>>>()?;
        let facts = declaration.facts.iter().map(sentence).collect::<Result<Vec<_>>>()?;
        let data = json!({
            "kind": "declaration",
            "signed": {
                "occurred": moment(&signed.date, None)?,
                "mark": mark(&signed.mark)?,
                "sources": signed.sources,
            },
            "published": sentence(published)?,
            "parties": parties,
            "facts": facts,
        });
        let description = format!(
            "{} Open-source report by {}; not a statement of the parties.",
            declaration.summary,
            self.node.reporter()
        );
        let properties = json!({
            "name": declaration.title,
            "description": description,
            "published": self.entered,
            "object_refs": refs,
            "external_references": self.references(published),
            "extensions": extension(data),
        });
        self.object(id, properties)
    }

    /// Every source once. Their addresses were not recorded, which each reference says.
    fn references(&self, published: &Statement) -> Vec<Value> {
        let declaration = self.declaration;
        let mut names = BTreeSet::new();
        names.extend(&declaration.signed.sources);
        names.extend(declaration.parties.iter().flat_map(|party| &party.sources));
        names.extend(declaration.parts.iter().flat_map(|part| &part.sources));
        names.extend(declaration.facts.iter().flat_map(|fact| &fact.sources));
        names.extend(&published.sources);
        let document = published.document.iter().map(|document| {
            json!({ "source_name": "Ministry of Defence of Albania", "external_id": document })
        });
        let pages = names.into_iter().map(|name| {
            let description = "Read in public; the address was not recorded.";
            json!({ "source_name": name, "description": description })
        });
        document.chain(pages).collect()
    }

    fn part(&self, part: &Part, id: &Id, states: &[Id]) -> Result<Map<String, Value>> {
        let means = part.means.iter().map(sentence).collect::<Result<Vec<_>>>()?;
        let mut description = String::new();
        for means in &part.means {
            let unsure = if means.mark == "verified" { "" } else { " [unverified]" };
            writeln!(description, "- {}{unsure}", means.text)?;
        }
        let data = json!({
            "kind": "part", "number": part.number, "means": means, "sources": part.sources,
        });
        let properties = json!({
            "name": format!("Part {}: {}", part.number, part.title),
            "description": description.trim_end(),
            "context": "unspecified",
            "object_refs": states,
            "extensions": extension(data),
        });
        self.object(id, properties)
    }

    fn follow_up(&self, event: &Statement, number: u32, report: &Id) -> Result<Map<String, Value>> {
        let when = event.date.as_deref().context("what followed needs a date")?;
        let data = json!({
            "kind": "follow-up",
            "occurred": moment(when, event.precision.as_deref())?,
            "mark": mark(&event.mark)?,
            "sources": event.sources,
        });
        let key = format!("{}:follow-up-{number}", self.declaration.key);
        let title = event.title.as_deref().context("what followed needs a title")?;
        self.note(&key, title, &event.text, report, data)
    }

    fn dispute(&self, dispute: &Dispute, report: &Id) -> Result<Map<String, Value>> {
        let mut content = String::new();
        for claim in &dispute.statements {
            let (by, standing) = said(claim)?;
            writeln!(content, "- {by} ({standing}): {}", claim.text)?;
        }
        write!(content, "Remark ({}): {}", dispute.remark.mark, dispute.remark.text)?;
        let claims = dispute.statements.iter().map(sentence).collect::<Result<Vec<_>>>()?;
        let data = json!({
            "kind": "dispute",
            "topic": dispute.topic,
            "claims": claims,
            "remark": sentence(&dispute.remark)?,
        });
        let key = format!("{}:dispute-{}", self.declaration.key, dispute.topic);
        self.note(&key, &dispute.question, &content, report, data)
    }

    fn note(
        &self,
        key: &str,
        title: &str,
        content: &str,
        on: &Id,
        data: Value,
    ) -> Result<Map<String, Value>> {
        let properties = json!({
            "abstract": title,
            "content": content,
            "object_refs": [on],
            "extensions": extension(data),
        });
        self.object(&named("note", key)?, properties)
    }
}

fn extension(mut data: Value) -> Value {
    if let Some(data) = data.as_object_mut() {
        data.insert("extension_type".into(), json!("property-extension"));
    }
    json!({ (extension::DECLARATION): data })
}

fn party(party: &Party) -> Result<Value> {
    Ok(json!({
        "state_ref": state(&party.code)?,
        "code": party.code,
        "signatory": party.signatory,
        "office": party.office,
        "mark": mark(&party.mark)?,
        "sources": party.sources,
    }))
}

/// A sentence as data. A claim names its speaker and its standing as those of an incident do.
fn sentence(statement: &Statement) -> Result<Value> {
    let mut data = Map::new();
    data.insert("text".into(), json!(statement.text));
    data.insert("mark".into(), json!(mark(&statement.mark)?));
    if statement.by.is_some() {
        let (by, standing) = said(statement)?;
        data.insert("stated_by".into(), json!(by));
        data.insert("standing".into(), json!(standing));
    }
    if let Some(topic) = &statement.topic {
        data.insert("topic".into(), json!(topic));
    }
    if let Some(date) = &statement.date {
        data.insert("occurred".into(), moment(date, statement.precision.as_deref())?);
    }
    if !statement.sources.is_empty() {
        data.insert("sources".into(), json!(statement.sources));
    }
    Ok(Value::Object(data))
}

fn said(statement: &Statement) -> Result<(&str, Word<Standing>)> {
    let by = statement.by.as_deref().context("a claim needs somebody who makes it")?;
    let standing = statement.standing.as_deref().context("a claim needs a standing")?;
    Ok((by, word(standing)?))
}

fn moment(date: &str, precision: Option<&str>) -> Result<Value> {
    let precision: Word<Precision> = word(precision.unwrap_or("day"))?;
    Ok(json!({ "start": day(date)?, "precision": precision }))
}

/// How surely a sentence is known.
fn mark(mark: &str) -> Result<&str> {
    ensure!(["verified", "unverified", "inferred"].contains(&mark), "`{mark}` is no mark");
    Ok(mark)
}
