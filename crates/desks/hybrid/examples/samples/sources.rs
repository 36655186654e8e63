//! The shapes of the files in `samples/sources`. Unknown fields are errors: a misspelt field must
//! not be lost silently.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use stix::Id;
use stix::marking::Tlp;

/// Reads one file; the error names it and the line.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).with_context(|| format!("samples/sources/{name}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nodes {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Node {
    pub(crate) code: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) identity: Id,
}

impl Nodes {
    pub(crate) fn identity(&self, code: &str) -> Result<Id> {
        let node = self.nodes.iter().find(|node| node.code == code);
        Ok(node.with_context(|| format!("no node has the code {code}"))?.identity.clone())
    }
}

impl Node {
    /// How a reader sees who reports.
    pub(crate) fn reporter(&self) -> String {
        format!("{} ({}, demonstration)", self.name, self.state)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marking {
    /// Slug of a TLP 2.0 label; `null` keeps the entry at the node of its owner.
    tlp: Option<String>,
    #[serde(default)]
    pub(crate) releasable_to: Vec<String>,
}

impl Marking {
    pub(crate) fn tlp(&self) -> Result<Option<Tlp>> {
        let Some(slug) = &self.tlp else { return Ok(None) };
        Ok(Some(Tlp::of_slug(slug).with_context(|| format!("`{slug}` is no TLP label"))?))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

#[derive(Deserialize)]
pub(crate) struct Incidents {
    pub(crate) incidents: Vec<Incident>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Incident {
    pub(crate) key: String,
    pub(crate) entered_by: String,
    pub(crate) marking: Marking,
    pub(crate) title: String,
    pub(crate) lang: String,
    pub(crate) description: String,
    pub(crate) domain: String,
    pub(crate) landscape_domains: Vec<String>,
    pub(crate) occurred: Occurred,
    pub(crate) place: Place,
    pub(crate) affected: Vec<String>,
    pub(crate) determination: String,
    pub(crate) investigation: String,
    #[serde(default, rename = "incident_types")]
    pub(crate) types: Vec<String>,
    pub(crate) confidence: u8,
    pub(crate) confidence_note: String,
    pub(crate) claims: Vec<Claim>,
    pub(crate) sources: Vec<Source>,
    #[serde(rename = "reviewed")]
    _reviewed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Occurred {
    pub(crate) date: String,
    pub(crate) end: Option<String>,
    pub(crate) precision: String,
    pub(crate) note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    pub(crate) text: String,
    pub(crate) actor: Option<String>,
    pub(crate) by: String,
    pub(crate) standing: String,
    pub(crate) source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) note: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Declaration {
    pub(crate) key: String,
    pub(crate) entered_by: String,
    pub(crate) marking: Marking,
    pub(crate) lang: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) signed: Signed,
    pub(crate) published: Statement,
    pub(crate) parties: Vec<Party>,
    pub(crate) facts: Vec<Statement>,
    pub(crate) parts: Vec<Part>,
    pub(crate) follow_up: Vec<Statement>,
    pub(crate) disputes: Vec<Dispute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    pub(crate) date: String,
    pub(crate) place: Place,
    pub(crate) mark: String,
    pub(crate) sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Party {
    pub(crate) code: String,
    pub(crate) signatory: String,
    pub(crate) office: String,
    pub(crate) mark: String,
    pub(crate) sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) number: u8,
    pub(crate) title: String,
    pub(crate) means: Vec<Statement>,
    pub(crate) sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dispute {
    pub(crate) topic: String,
    pub(crate) question: String,
    pub(crate) statements: Vec<Statement>,
    pub(crate) remark: Statement,
}

/// A sentence with where it is known from and how surely.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) mark: String,
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    pub(crate) title: Option<String>,
    pub(crate) topic: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) precision: Option<String>,
    pub(crate) by: Option<String>,
    pub(crate) standing: Option<String>,
    pub(crate) document: Option<String>,
}
