//! Galaxies: each cluster becomes the domain object that it is, or a custom one.

use serde_json::{Value, json};
use stix::Pointer;

use super::export::{Cluster, Exporter, canonical_uuid, reference};
use super::residue::{self, Object, Residue, attach};
use super::shape::{object, string};
use super::{guess, tags};

/// The STIX type of a galaxy's clusters.
pub(crate) fn stix_type(galaxy: &str) -> Option<&'static str> {
    let own = galaxy.strip_prefix("stix-2.0-").or_else(|| galaxy.strip_prefix("stix-2.1-"));
    if let Some(own) = own {
        return GENERIC.iter().copied().find(|name| *name == own);
    }
    TYPES.iter().find(|(_, galaxies)| galaxies.contains(&galaxy)).map(|(name, _)| *name)
}

/// The types that have a galaxy of their own name.
const GENERIC: &[&str] = &[
    "attack-pattern",
    "campaign",
    "course-of-action",
    "incident",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "threat-actor",
    "tool",
    "vulnerability",
];

const TYPES: &[(&str, &[&str])] = &[
    (
        "attack-pattern",
        &[
            "cmtmf-attack-pattern",
            "mitre-attack-pattern",
            "mitre-enterprise-attack-attack-pattern",
            "mitre-ics-techniques",
            "mitre-mobile-attack-attack-pattern",
            "mitre-pre-attack-attack-pattern",
        ],
    ),
    (
        "course-of-action",
        &[
            "mitre-course-of-action",
            "mitre-enterprise-attack-course-of-action",
            "mitre-mobile-attack-course-of-action",
        ],
    ),
    ("identity", &["sector"]),
    (
        "intrusion-set",
        &[
            "mitre-enterprise-attack-intrusion-set",
            "mitre-intrusion-set",
            "mitre-mobile-attack-intrusion-set",
            "mitre-pre-attack-intrusion-set",
        ],
    ),
    ("location", &["country", "region"]),
    (
        "malware",
        &[
            "android",
            "backdoor",
            "banker",
            "cryptominers",
            "malpedia",
            "mitre-enterprise-attack-malware",
            "mitre-ics-software",
            "mitre-malware",
            "mitre-mobile-attack-malware",
            "ransomware",
            "stealer",
        ],
    ),
    (
        "threat-actor",
        &["360net-threat-actor", "microsoft-activity-group", "mitre-ics-groups", "threat-actor"],
    ),
    (
        "tool",
        &[
            "botnet",
            "exploit-kit",
            "mitre-enterprise-attack-tool",
            "mitre-mobile-attack-tool",
            "mitre-tool",
            "rat",
            "tds",
            "tool",
        ],
    ),
    ("vulnerability", &["branded-vulnerability"]),
];

/// How an object relates to what its attribute is tagged with; otherwise it is `related-to` it.
const RELATIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "campaign",
        &[
            ("attack-pattern", "uses"),
            ("identity", "targets"),
            ("intrusion-set", "attributed-to"),
            ("malware", "uses"),
            ("threat-actor", "attributed-to"),
            ("tool", "uses"),
            ("vulnerability", "targets"),
        ],
    ),
    (
        "indicator",
        &[
            ("attack-pattern", "indicates"),
            ("campaign", "indicates"),
            ("intrusion-set", "indicates"),
            ("malware", "indicates"),
            ("threat-actor", "indicates"),
            ("tool", "indicates"),
        ],
    ),
    (
        "intrusion-set",
        &[
            ("attack-pattern", "uses"),
            ("identity", "targets"),
            ("malware", "uses"),
            ("threat-actor", "attributed-to"),
            ("tool", "uses"),
            ("vulnerability", "targets"),
        ],
    ),
    (
        "attack-pattern",
        &[
            ("identity", "targets"),
            ("location", "targets"),
            ("tool", "uses"),
            ("vulnerability", "targets"),
        ],
    ),
    ("course-of-action", &[("attack-pattern", "mitigates"), ("tool", "mitigates")]),
    (
        "malware",
        &[
            ("attack-pattern", "uses"),
            ("intrusion-set", "authored-by"),
            ("threat-actor", "authored-by"),
        ],
    ),
    ("tool", &[("identity", "targets"), ("location", "targets")]),
];

fn relation(source: &str, target: &str) -> &'static str {
    let of_source = RELATIONS.iter().find(|(name, _)| *name == source);
    let to_target = of_source.and_then(|(_, to)| to.iter().find(|(name, _)| *name == target));
    to_target.map_or("related-to", |(_, relation)| relation)
}

impl Exporter {
    /// Writes a galaxy that hangs on a holder: what the holder's extension says of it.
    pub(crate) fn galaxy(
        &mut self,
        galaxy: &Object,
        ids: &[String],
        seconds: i64,
        place: &Pointer,
    ) -> Option<Value> {
        let clusters = galaxy.get("GalaxyCluster")?.as_array()?;
        let mut bare = galaxy.clone();
        bare.remove("GalaxyCluster");
        let place = place.join("GalaxyCluster");
        let mut like = None;
        let made = clusters.iter().enumerate().map(|(index, item)| {
            let place = place.join(&index.to_string());
            let made = item.as_object().and_then(|item| {
                let (id, entry) = self.cluster(&bare, item, seconds, &place)?;
                if self.clusters.get(&id).is_some_and(|held| held.galaxy == bare) {
                    like.get_or_insert_with(|| id.clone());
                }
                self.hang(&id, ids, seconds);
                Some(entry)
            });
            made.unwrap_or_else(|| {
                self.report.kept(place, "GalaxyCluster", "STIX has no object for it as it stands");
                json!({ "whole": item })
            })
        });
        let made: Vec<Value> = made.collect();
        Some(match like {
            Some(like) => json!({ "like": like, "clusters": made }),
            None => json!({ "galaxy": bare, "clusters": made }),
        })
    }

    /// Relates what is tagged with a cluster to it.
    fn hang(&mut self, cluster: &str, ids: &[String], seconds: i64) {
        self.refer(cluster.to_owned());
        let Some(holder) = ids.first() else { return };
        let of_holder = guess::type_of(holder);
        if matches!(of_holder, "report" | "grouping" | "note" | "opinion") {
            return;
        }
        let kind = relation(of_holder, guess::type_of(cluster));
        let (holder, kind) = (holder.clone(), kind.to_owned());
        self.relate(&holder, &kind, cluster, seconds);
    }

    /// The object of a cluster, made if the bundle has none of it, and what this occurrence says
    /// otherwise than the first did.
    fn cluster(
        &mut self,
        galaxy: &Object,
        cluster: &Object,
        seconds: i64,
        place: &Pointer,
    ) -> Option<(String, Value)> {
        let uuid = canonical_uuid(cluster.get("uuid")?.as_str()?)?.into_owned();
        let value = cluster.get("value")?.as_str().filter(|value| !value.is_empty())?;
        let kind = string(cluster, "type").or_else(|| string(galaxy, "type"))?;
        let type_name = stix_type(&kind);
        let type_name = match type_name {
            Some("location") if location(cluster).is_none() => None,
            other => other,
        };
        let id = format!("{}--{uuid}", type_name.unwrap_or("x-misp-galaxy-cluster"));
        if let Some(held) = self.clusters.get(&id) {
            if held.cluster == *cluster {
                return Some((id.clone(), id.into()));
            }
            let residue = Residue::between(cluster, &held.cluster, &[]);
            let mut body = object(json!({ "cluster": id }));
            residue.write(&mut body);
            return Some((id, body.into()));
        }
        if !self.registry.take(&id) {
            return None;
        }
        let author = self.author.take();
        let mut sdo = self.statement(guess::type_of(&id), id.clone(), seconds);
        self.author = author;
        let name = string(galaxy, "name").unwrap_or_default();
        let mut labels =
            vec![tags::label("misp:galaxy-name", &name), tags::label("misp:galaxy-type", &kind)];
        labels.extend(string(cluster, "tag_name").filter(|tag| !tag.is_empty()).map(Value::from));
        sdo.insert("labels".into(), labels.into());
        match type_name {
            Some(type_name) => describe(&mut sdo, type_name, value, cluster),
            None => custom(&mut sdo, &name, &kind, value, galaxy, cluster),
        }
        let guessed = read(&sdo);
        let mut body = self.keep(cluster, &guessed, &[], place);
        let mut bare = galaxy.clone();
        for (key, said) in [("name", &name), ("type", &kind)] {
            if bare.get(key).and_then(Value::as_str) == Some(said) {
                bare.remove(key);
            } else if !bare.contains_key(key) {
                body.insert(format!("no_galaxy_{key}"), true.into());
            }
        }
        if !bare.is_empty() {
            body.insert("galaxy".into(), bare.into());
        }
        attach(&mut sdo, "cluster", body);
        self.clusters
            .insert(id.clone(), Cluster { galaxy: galaxy.clone(), cluster: cluster.clone() });
        self.push(sdo);
        Some((id.clone(), id.into()))
    }
}

/// A galaxy without its clusters, by the object of one of them.
pub(crate) fn galaxy_of(sdo: &Object) -> Object {
    let body = residue::body(sdo);
    let held = body.and_then(|body| body.get("galaxy")?.as_object().cloned());
    let mut galaxy = held.unwrap_or_default();
    for (key, prefix) in [("name", "misp:galaxy-name"), ("type", "misp:galaxy-type")] {
        let none = body.is_some_and(|body| body.contains_key(&format!("no_galaxy_{key}")));
        if let Some(said) = tags::own(sdo, prefix)
            && !none
            && !galaxy.contains_key(key)
        {
            galaxy.insert(key.into(), said.into());
        }
    }
    galaxy
}

/// Where a location is: what STIX asks for (section 4.10).
fn location(cluster: &Object) -> Option<(&'static str, String)> {
    let meta = cluster.get("meta")?.as_object();
    let code = meta.and_then(|meta| {
        let code = meta.get("ISO").or_else(|| meta.get("country"))?;
        code.as_str().or_else(|| code.get(0)?.as_str())
    });
    if let Some(code) = code
        && code.len() == 2
        && code.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return Some(("country", code.to_ascii_uppercase()));
    }
    let region = meta.and_then(|meta| meta.get("region")?.as_str());
    let named = cluster.get("value").and_then(Value::as_str)?.split_once(" - ");
    let region = region.or(named.map(|(_, region)| region))?;
    let region = match region {
        "Latin America and the Caribbean" => "latin-america-caribbean".to_owned(),
        "Australia and New Zealand" => "australia-new-zealand".to_owned(),
        other => other.to_lowercase().replace(' ', "-"),
    };
    (!region.is_empty()).then_some(("region", region))
}

fn describe(sdo: &mut Object, type_name: &str, value: &str, cluster: &Object) {
    let of_mitre = guess::text(cluster, "type").starts_with("mitre-");
    let name = match value.split_once(" - ") {
        Some((name, _)) if of_mitre && !name.trim().is_empty() => name.trim(),
        _ => value,
    };
    sdo.insert("name".into(), name.into());
    let description = guess::text(cluster, "description");
    if !description.is_empty() {
        sdo.insert("description".into(), description.into());
    }
    match type_name {
        "malware" => {
            sdo.insert("is_family".into(), false.into());
        }
        "identity" => {
            sdo.insert("identity_class".into(), "class".into());
        }
        "location" => {
            if let Some((key, place)) = location(cluster) {
                sdo.insert(key.into(), place.into());
            }
        }
        _ => {}
    }
    let Some(meta) = cluster.get("meta").and_then(Value::as_object) else { return };
    let mut references: Vec<Value> = Vec::new();
    for id in texts(meta.get("external_id")) {
        references.push(reference(source(id), "external_id", id));
    }
    for url in texts(meta.get("refs")).filter(|url| stix::validate::is_url(url)) {
        references.push(reference("url", "url", url));
    }
    if !references.is_empty() {
        sdo.insert("external_references".into(), references.into());
    }
    let aliases: Vec<&str> = texts(meta.get("synonyms")).collect();
    if !aliases.is_empty() && HAS_ALIASES.contains(&type_name) {
        sdo.insert("aliases".into(), aliases.into());
    }
    let phases: Vec<Value> = texts(meta.get("kill_chain")).filter_map(phase).collect();
    if !phases.is_empty() && matches!(type_name, "attack-pattern" | "malware" | "tool") {
        sdo.insert("kill_chain_phases".into(), phases.into());
    }
}

const HAS_ALIASES: &[&str] = &[
    "attack-pattern",
    "campaign",
    "infrastructure",
    "intrusion-set",
    "malware",
    "threat-actor",
    "tool",
];

fn phase(text: &str) -> Option<Value> {
    let (name, phase) = (text.split(':').next()?, text.rsplit(':').next()?);
    let both = text.contains(':') && !name.is_empty() && !phase.is_empty();
    both.then(|| json!({ "kill_chain_name": name, "phase_name": phase }))
}

/// Where an external identifier comes from, by its look.
fn source(id: &str) -> &'static str {
    let prefixes = [
        ("CAPEC-", "capec"),
        ("CVE-", "cve"),
        ("CWE-", "cwe"),
        ("MOB-", "mitre-mobile-attack"),
        ("PRE-", "mitre-pre-attack"),
    ];
    let known = prefixes.iter().find(|(prefix, _)| id.starts_with(prefix));
    known.map_or("mitre-attack", |(_, source)| source)
}

/// One text, or several.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::String(text)) => (Some(text.as_str()), None),
        Some(Value::Array(list)) => (None, Some(list)),
        _ => (None, None),
    };
    let many = many.into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many).filter(|text| !text.is_empty())
}

fn custom(
    sdo: &mut Object,
    name: &str,
    kind: &str,
    value: &str,
    galaxy: &Object,
    cluster: &Object,
) {
    let description =
        match (guess::text(galaxy, "description"), guess::text(cluster, "description")) {
            ("", own) => own.to_owned(),
            (galaxy, own) => format!("{galaxy} | {own}"),
        };
    let fields = [
        ("x_misp_name", name),
        ("x_misp_type", kind),
        ("x_misp_value", value),
        ("x_misp_description", description.as_str()),
    ];
    for (key, text) in fields {
        sdo.insert(key.into(), text.into());
    }
    let meta = cluster.get("meta").and_then(Value::as_object).into_iter().flatten();
    let fitting = meta.filter(|(key, value)| is_dictionary_key(key) && is_plain(value));
    let meta: Object = fitting.map(|(key, value)| (key.clone(), value.clone())).collect();
    if !meta.is_empty() {
        sdo.insert("x_misp_meta".into(), meta.into());
    }
}

/// A text, or a list of texts that is not empty.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
        _ => false,
    }
}

/// Keys of dictionaries (STIX 2.1 section 2.3).
pub(crate) fn is_dictionary_key(key: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=250).contains(&key.len()) && key.bytes().all(fits)
}

/// A cluster, as far as its object says it.
pub(crate) fn read(sdo: &Object) -> Object {
    let is_custom = guess::text(sdo, "type") == "x-misp-galaxy-cluster";
    let mut cluster = object(json!({ "uuid": guess::uuid_of(guess::id(sdo)) }));
    let kind = tags::own(sdo, "misp:galaxy-type").unwrap_or_default().to_owned();
    let value = string(sdo, if is_custom { "x_misp_value" } else { "name" }).unwrap_or_default();
    let labels = sdo.get("labels").and_then(Value::as_array).into_iter().flatten();
    let mut tag = labels.filter_map(Value::as_str).filter(|label| !tags::is_own(label));
    let tag = tag.next().map_or_else(|| format!("misp-galaxy:{kind}=\"{value}\""), str::to_owned);
    let description = if is_custom {
        let whole = guess::text(sdo, "x_misp_description");
        whole.split_once(" | ").map_or(whole, |(_, own)| own)
    } else {
        guess::text(sdo, "description")
    };
    cluster.insert("tag_name".into(), tag.into());
    cluster.insert("type".into(), kind.into());
    cluster.insert("value".into(), value.into());
    cluster.insert("description".into(), description.into());
    let meta = if is_custom {
        sdo.get("x_misp_meta").and_then(Value::as_object).cloned().unwrap_or_default()
    } else {
        meta_of(sdo)
    };
    if !meta.is_empty() {
        cluster.insert("meta".into(), meta.into());
    }
    cluster
}

fn meta_of(sdo: &Object) -> Object {
    let mut meta = Object::new();
    let references = sdo.get("external_references").and_then(Value::as_array);
    let (mut ids, mut urls) = (Vec::new(), Vec::new());
    for one in references.into_iter().flatten() {
        if let Some(id) = one.get("external_id") {
            ids.push(id.clone());
        }
        if let Some(url) = one.get("url") {
            urls.push(url.clone());
        }
    }
    let phases = sdo.get("kill_chain_phases").and_then(Value::as_array).into_iter().flatten();
    let phases = phases.filter_map(|phase| {
        let (name, phase) = (phase.get("kill_chain_name")?.as_str()?, phase.get("phase_name")?);
        Some(Value::from(format!("{name}:{}", phase.as_str()?)))
    });
    let aliases = sdo.get("aliases").and_then(Value::as_array).cloned();
    let place = sdo.get("country").or_else(|| sdo.get("region")).cloned();
    let place_key = if sdo.contains_key("country") { "ISO" } else { "region" };
    for (key, list) in [
        ("external_id", ids),
        ("refs", urls),
        ("kill_chain", phases.collect()),
        ("synonyms", aliases.unwrap_or_default()),
    ] {
        if !list.is_empty() {
            meta.insert(key.into(), list.into());
        }
    }
    meta.extend(place.map(|place| (place_key.to_owned(), place)));
    meta
}
