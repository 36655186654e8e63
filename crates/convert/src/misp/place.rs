//! Values put into their places, read out of them, and compared with there.

use serde_json::{Value, json};
use stix::validate::{is_domain, is_email, is_url};

use super::export::flag;
use super::guess;
use super::pattern;
use super::residue::Object;
use super::scos::Scos;
use super::shape::{self, address_type, canonical, is_base64, object, referred};
use super::templates::{End, Place, Rule, Template};
use super::time;

/// A value found in its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// Where: a pointer into the object.
    pub(crate) at: String,
    pub(crate) rule: Rule,
    pub(crate) value: Option<String>,
    pub(crate) data: Option<String>,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.relation == other.relation
    }
}

/// An object that is being filled.
pub(crate) struct Filling<'a> {
    pub(crate) main: Object,
    pub(crate) parent: Object,
    pub(crate) scos: Scos<'a>,
}

impl Filling<'_> {
    /// Puts a value where its rule says; the place, or `None` if it is taken or cannot hold it.
    #[allow(clippy::too_many_lines)] // One arm a kind of place.
    pub(crate) fn put(
        &mut self,
        rule: &Rule,
        value: &str,
        data: Option<&str>,
        own: &str,
    ) -> Option<String> {
        let fits = match rule.kind {
            "url" | "uri"
                if rule.place
                    != Place::Text(&["extensions", "http-request-ext", "request_value"]) =>
            {
                is_url(value)
            }
            "link" => is_url(value),
            "domain" | "hostname" => is_domain(value),
            "email-src" | "email-dst" => is_email(value),
            _ => true,
        };
        if value.is_empty() || !fits {
            return None;
        }
        match rule.place {
            Place::Text(path) => self.set(path, value.into()),
            Place::OneOf(path, allowed) => {
                if allowed.contains(&value) {
                    self.set(path, value.into())
                } else {
                    None
                }
            }
            Place::Integer(path) => {
                let digits =
                    if rule.kind == "AS" { shape::as_number(value)? } else { canonical(value)? };
                let fits = match path.last()? {
                    port if port.ends_with("_port") => (0..=65_535).contains(&digits),
                    _ => digits >= 0,
                };
                if fits { self.set(path, digits.into()) } else { None }
            }
            Place::Number(path) => {
                let number: f64 = value.parse().ok().filter(|number: &f64| number.is_finite())?;
                let most = if path.last() == Some(&"latitude") { 90.0 } else { 180.0 };
                if number.abs() > most
                    || !value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
                {
                    return None;
                }
                self.set(path, json!(number))
            }
            Place::Flag(path) => {
                let flag = match value {
                    "1" | "true" | "True" => true,
                    "0" | "false" | "False" => false,
                    _ => return None,
                };
                self.set(path, flag.into())
            }
            Place::Time(path) => self.set(path, time::from_iso(value)?.into()),
            Place::Texts(path) => self.append(path, value.into()),
            Place::Hash(kind) => {
                if !shape::is_hash(kind, value) {
                    return None;
                }
                self.set(&["hashes", kind], value.into())
            }
            Place::Protocol => {
                let protocol = value.to_lowercase();
                let fits =
                    protocol.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                if fits { self.append(&["protocols"], protocol.into()) } else { None }
            }
            Place::End(key, end) => {
                if self.main.contains_key(key) {
                    return None;
                }
                let id = self.scos.put(ending(end, value)?, own);
                self.set(&[key], id.into())
            }
            Place::Ends(key, end) => {
                let id = self.scos.put(ending(end, value)?, own);
                self.append(&[key], id.into())
            }
            Place::Content(packed) => self.content(packed, value, data?, own),
            Place::Part => {
                let sco = match data {
                    Some(data) if is_base64(data) => {
                        object(json!({ "type": "artifact", "payload_bin": data }))
                    }
                    Some(_) => return None,
                    None => object(json!({ "type": "file", "name": value })),
                };
                let id = self.scos.put(sco, own);
                let disposition = format!("{}; filename='{value}'", rule.relation);
                let part = json!({ "body_raw_ref": id, "content_disposition": disposition });
                self.append(&["body_multipart"], part)
            }
            Place::Parent(key) => {
                if self.parent.contains_key(key) {
                    return None;
                }
                let value = match key {
                    "pid" => canonical(value).filter(|pid| *pid >= 0)?.into(),
                    "image_ref" => self.scos.put(ending(End::File, value)?, own).into(),
                    _ => Value::from(value),
                };
                self.parent.insert(key.into(), value);
                Some(format!("/parent_ref/{key}"))
            }
            Place::Url => {
                self.append(&["external_references"], super::export::reference("url", "url", value))
            }
            Place::Name => {
                let source = if value.starts_with("CVE-") { "cve" } else { "vulnerability" };
                if !self.main.contains_key("name") {
                    self.main.insert("name".into(), value.into());
                }
                let reference = super::export::reference(source, "external_id", value);
                self.append(&["external_references"], reference)
            }
        }
    }

    fn content(&mut self, packed: bool, value: &str, data: &str, own: &str) -> Option<String> {
        if !is_base64(data) {
            return None;
        }
        let _ = value;
        if self.main.get("type").and_then(Value::as_str) == Some("artifact") {
            return self.set(&["payload_bin"], data.into());
        }
        if self.main.contains_key("content_ref") {
            return None;
        }
        let artifact = if packed {
            shape::sample(data)
        } else {
            object(json!({ "type": "artifact", "payload_bin": data }))
        };
        let id = self.scos.put(artifact, own);
        self.set(&["content_ref"], id.into())
    }

    fn set(&mut self, path: &[&str], value: Value) -> Option<String> {
        let slot = slot(&mut self.main, path)?;
        if !slot.is_null() {
            return None;
        }
        *slot = value;
        Some(pointer(path))
    }

    fn append(&mut self, path: &[&str], value: Value) -> Option<String> {
        let slot = slot(&mut self.main, path)?;
        if slot.is_null() {
            *slot = json!([]);
        }
        let Value::Array(list) = slot else { return None };
        list.push(value);
        Some(format!("{}/{}", pointer(path), list.len() - 1))
    }
}

/// The place at the end of a path, made if there is none yet.
fn slot<'m>(main: &'m mut Object, path: &[&str]) -> Option<&'m mut Value> {
    let (first, rest) = path.split_first()?;
    let mut value = main.entry(*first).or_insert(Value::Null);
    for step in rest {
        if *step == "0" {
            if value.is_null() {
                *value = json!([{}]);
            }
            value = value.get_mut(0)?;
        } else {
            if value.is_null() {
                *value = json!({});
            }
            value = value.as_object_mut()?.entry(*step).or_insert(Value::Null);
        }
    }
    Some(value)
}

fn get<'m>(main: &'m Object, path: &[&str]) -> Option<&'m Value> {
    let (first, rest) = path.split_first()?;
    let mut value = main.get(*first)?;
    for step in rest {
        value = if *step == "0" { value.get(0)? } else { value.get(*step)? };
    }
    Some(value)
}

fn pointer(path: &[&str]) -> String {
    path.iter().fold(String::new(), |all, step| format!("{all}/{step}"))
}

fn ending(end: End, value: &str) -> Option<Object> {
    let sco = match end {
        End::Address => json!({ "type": address_type(value)?, "value": value }),
        End::Domain => json!({ "type": "domain-name", "value": value }),
        End::Email => json!({ "type": "email-addr", "value": value }),
        End::File => json!({ "type": "file", "name": value }),
        End::Directory => json!({ "type": "directory", "path": value }),
        End::Process => {
            json!({ "type": "process", "pid": canonical(value).filter(|pid| *pid >= 0)? })
        }
    };
    Some(object(sco))
}

fn fits(end: End, sco: &Object) -> bool {
    let of_type = guess::text(sco, "type");
    match end {
        End::Address => matches!(of_type, "ipv4-addr" | "ipv6-addr"),
        End::Domain => of_type == "domain-name",
        End::Email => of_type == "email-addr",
        End::File => of_type == "file",
        End::Directory => of_type == "directory",
        End::Process => of_type == "process",
    }
}

fn end_key(end: End) -> &'static str {
    match end {
        End::Address | End::Domain | End::Email => "value",
        End::File => "name",
        End::Directory => "path",
        End::Process => "pid",
    }
}

/// Every value that an object of this template holds, in the order of the rules.
pub(crate) fn read(template: &Template, main: &Object, others: &[&Object]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for rule in template.rules {
        for one in read_rule(rule, main, others) {
            if !found.iter().any(|held| held.at == one.at) {
                found.push(one);
            }
        }
    }
    found
}

fn read_rule(rule: &Rule, main: &Object, others: &[&Object]) -> Vec<Found> {
    let found = |at: String, value: Option<String>, data: Option<String>| Found {
        at,
        rule: *rule,
        value,
        data,
    };
    let one = |at: String, value: Option<String>| -> Vec<Found> {
        value.map(|value| found(at, Some(value), None)).into_iter().collect()
    };
    let list = |path: &[&str]| {
        let list = get(main, path).and_then(Value::as_array);
        list.into_iter().flatten().enumerate()
    };
    match rule.place {
        Place::Text(path) | Place::OneOf(path, _) => {
            one(pointer(path), get(main, path).and_then(Value::as_str).map(str::to_owned))
        }
        Place::Integer(path) => {
            let number = get(main, path).and_then(Value::as_i64);
            let prefix = if rule.kind == "AS" { "AS" } else { "" };
            one(pointer(path), number.map(|number| format!("{prefix}{number}")))
        }
        Place::Number(path) => {
            one(pointer(path), get(main, path).filter(|n| n.is_number()).map(Value::to_string))
        }
        Place::Flag(path) => {
            let flag = flag(get(main, path));
            one(pointer(path), flag.map(|flag| if flag { "1" } else { "0" }.to_owned()))
        }
        Place::Time(path) => {
            one(pointer(path), get(main, path).and_then(Value::as_str).and_then(time::to_iso))
        }
        Place::Hash(kind) => one(pointer(&["hashes", kind]), shape::digest(main, kind)),
        Place::Texts(path) => list(path)
            .filter_map(|(index, item)| {
                let at = format!("{}/{index}", pointer(path));
                Some(found(at, Some(item.as_str()?.to_owned()), None))
            })
            .collect(),
        Place::Protocol => list(&["protocols"])
            .filter_map(|(index, item)| {
                Some(found(format!("/protocols/{index}"), Some(item.as_str()?.to_owned()), None))
            })
            .collect(),
        Place::End(key, end) => {
            let sco = referred(main.get(key), others).filter(|sco| fits(end, sco));
            let value = sco.and_then(|sco| shape::string(sco, end_key(end)));
            one(format!("/{key}"), value)
        }
        Place::Ends(key, end) => list(&[key])
            .filter_map(|(index, item)| {
                let sco = referred(Some(item), others).filter(|sco| fits(end, sco))?;
                let value = plain(sco.get(end_key(end))?)?;
                Some(found(format!("/{key}/{index}"), Some(value), None))
            })
            .collect(),
        Place::Content(packed) => {
            if guess::text(main, "type") == "artifact" {
                let data = shape::string(main, "payload_bin");
                return data
                    .map(|data| found("/payload_bin".into(), None, Some(data)))
                    .into_iter()
                    .collect();
            }
            let artifact = referred(main.get("content_ref"), others);
            let artifact =
                artifact.filter(|held| held.contains_key("encryption_algorithm") == packed);
            let data = artifact.and_then(|artifact| shape::string(artifact, "payload_bin"));
            data.map(|data| found("/content_ref".into(), None, Some(data))).into_iter().collect()
        }
        Place::Part => list(&["body_multipart"])
            .filter_map(|(index, item)| {
                let disposition = item.get("content_disposition")?.as_str()?;
                let name = disposition.strip_prefix(rule.relation)?.strip_prefix("; filename='")?;
                let name = name.strip_suffix('\'')?.to_owned();
                let raw = referred(item.get("body_raw_ref"), others);
                let data = raw.and_then(|raw| shape::string(raw, "payload_bin"));
                Some(found(format!("/body_multipart/{index}"), Some(name), data))
            })
            .collect(),
        Place::Parent(key) => {
            let parent = referred(main.get("parent_ref"), others);
            let value = parent.and_then(|parent| match key {
                "image_ref" => shape::string(referred(parent.get(key), others)?, "name"),
                _ => plain(parent.get(key)?),
            });
            one(format!("/parent_ref/{key}"), value)
        }
        Place::Url | Place::Name => {
            let key = if rule.place == Place::Url { "url" } else { "external_id" };
            list(&["external_references"])
                .filter_map(|(index, item)| {
                    let value = item.get(key)?.as_str()?.to_owned();
                    Some(found(format!("/external_references/{index}"), Some(value), None))
                })
                .collect()
        }
    }
}

/// A text or number as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The comparison that finds a value in its place.
pub(crate) fn compare(
    prefix: &str,
    rule: &Rule,
    value: &str,
    data: Option<&str>,
) -> Option<String> {
    let path = |steps: &[&str]| {
        let mut path = format!("{prefix}:");
        for (index, step) in steps.iter().enumerate() {
            if *step == "0" {
                path.push_str("[*]");
                continue;
            }
            if index > 0 {
                path.push('.');
            }
            path.push_str(&pattern::step(step));
        }
        path
    };
    Some(match rule.place {
        Place::Text(steps) | Place::OneOf(steps, _) => pattern::equals(&path(steps), value),
        Place::Integer(steps) => {
            let number =
                if rule.kind == "AS" { shape::as_number(value)? } else { canonical(value)? };
            pattern::number(&path(steps), number)
        }
        Place::Number(steps) => format!("{} = {}", path(steps), decimal(value)?),
        Place::Flag(steps) => {
            let flag = matches!(value, "1" | "true" | "True");
            format!("{} = {flag}", path(steps))
        }
        Place::Time(steps) => format!("{} = t'{}'", path(steps), time::from_iso(value)?),
        Place::Texts(steps) => pattern::equals(&format!("{}[*]", path(steps)), value),
        Place::Hash(kind) => shape::hash(prefix, kind, value),
        Place::Protocol => pattern::equals(
            &path(&["protocols"]).replace("protocols", "protocols[*]"),
            &value.to_lowercase(),
        ),
        Place::End(key, End::Address) => {
            pattern::address(&path(&[key]), address_type(value)?, value)
        }
        Place::End(key, end) => pattern::equals(&path(&[key, end_key(end)]), value),
        Place::Ends(key, End::Process) => {
            pattern::number(&format!("{}[*].pid", path(&[key])), canonical(value)?)
        }
        Place::Ends(key, end) => {
            pattern::equals(&format!("{}[*].{}", path(&[key]), end_key(end)), value)
        }
        Place::Content(_) if prefix == "artifact" => {
            pattern::equals(&path(&["payload_bin"]), data?)
        }
        Place::Content(_) => pattern::equals(&path(&["content_ref", "payload_bin"]), data?),
        Place::Part => {
            let (key, value) = data.map_or(("name", value), |data| ("payload_bin", data));
            pattern::equals(&format!("{prefix}:body_multipart[*].body_raw_ref.{key}"), value)
        }
        Place::Parent("pid") => pattern::number(&path(&["parent_ref", "pid"]), canonical(value)?),
        Place::Parent("image_ref") => {
            pattern::equals(&path(&["parent_ref", "image_ref", "name"]), value)
        }
        Place::Parent(key) => pattern::equals(&path(&["parent_ref", key]), value),
        Place::Url | Place::Name => return None,
    })
}

/// A number as patterns write it: with a point.
fn decimal(value: &str) -> Option<String> {
    let number: f64 = value.parse().ok()?;
    let text = number.to_string();
    Some(if text.contains('.') { text } else { format!("{text}.0") })
}
