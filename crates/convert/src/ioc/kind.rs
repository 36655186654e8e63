//! What a value of a list is, and what it becomes: a pattern, observables, or a vulnerability.

use serde_json::{Map, Value, json};
use stix::{Id, id};

use crate::quote::{is_wild, literally, string};

/// A value and what it is. The texts are normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ioc {
    /// An IPv4 address or, with a prefix length, a network.
    Ipv4(String),
    /// The same of IPv6.
    Ipv6(String),
    /// A domain name.
    Domain(String),
    /// All names below a domain.
    Subdomains(String),
    /// An address with its scheme.
    Url(String),
    /// An address without its scheme.
    UrlOfAnyScheme(String),
    /// An e-mail address.
    Email(String),
    /// A file by what is known of it: name, folder, hash.
    File {
        /// The name.
        name: Option<String>,
        /// The folder.
        folder: Option<String>,
        /// The algorithm, as STIX spells it, and the hash.
        hash: Option<(&'static str, String)>,
    },
    /// An import hash of a Windows program.
    Imphash(String),
    /// A folder.
    Folder(String),
    /// A registry key and, if given, the data of one of its values.
    Registry {
        /// The key, with the hive's full name.
        key: String,
        /// The data.
        data: Option<String>,
    },
    /// The number of an autonomous system.
    As(u32),
    /// A MAC address.
    Mac(String),
    /// A CVE number.
    Vulnerability(String),
    /// A mutex.
    Mutex(String),
    /// The name by which an HTTP client calls itself.
    UserAgent(String),
    /// Traffic to a port of an address or a name.
    Endpoint(Box<Ioc>, u16),
    /// A certificate by the hash of it.
    Certificate(&'static str, String),
    /// The subject of an e-mail message.
    Subject(String),
    /// A user account's login.
    Account(String),
    /// A command line.
    CommandLine(String),
}

impl Ioc {
    /// What the type column calls it.
    pub(crate) fn name(&self) -> String {
        let name = match self {
            Self::Ipv4(_) => "ipv4",
            Self::Ipv6(_) => "ipv6",
            Self::Domain(_) | Self::Subdomains(_) => "domain",
            Self::Url(_) | Self::UrlOfAnyScheme(_) => "url",
            Self::Email(_) => "email",
            Self::File { name, folder, hash } => {
                let path = if folder.is_some() { "filepath" } else { "filename" };
                return match hash {
                    Some((algorithm, _)) if name.is_some() => {
                        format!("{path}|{}", plain(algorithm))
                    }
                    Some((algorithm, _)) => plain(algorithm),
                    None => path.to_owned(),
                };
            }
            Self::Imphash(_) => "imphash",
            Self::Folder(_) => "directory",
            Self::Registry { data: None, .. } => "regkey",
            Self::Registry { .. } => "regkey|value",
            Self::As(_) => "asn",
            Self::Mac(_) => "mac-address",
            Self::Vulnerability(_) => "vulnerability",
            Self::Mutex(_) => "mutex",
            Self::UserAgent(_) => "user-agent",
            Self::Endpoint(host, _) => match **host {
                Self::Domain(_) => "hostname|port",
                _ => "ip-dst|port",
            },
            Self::Certificate(algorithm, _) => {
                return format!("x509-fingerprint-{}", plain(algorithm));
            }
            Self::Subject(_) => "email-subject",
            Self::Account(_) => "user-account",
            Self::CommandLine(_) => "command-line",
        };
        name.to_owned()
    }

    /// The value, as a list would have it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Ipv4(text)
            | Self::Ipv6(text)
            | Self::Domain(text)
            | Self::Url(text)
            | Self::UrlOfAnyScheme(text)
            | Self::Email(text)
            | Self::Imphash(text)
            | Self::Folder(text)
            | Self::Mac(text)
            | Self::Vulnerability(text)
            | Self::Mutex(text)
            | Self::UserAgent(text)
            | Self::Certificate(_, text)
            | Self::Subject(text)
            | Self::Account(text)
            | Self::CommandLine(text) => text.clone(),
            Self::Subdomains(text) => format!("*.{text}"),
            Self::File { name, folder, hash } => {
                let path = match (folder, name) {
                    (Some(folder), Some(name)) => join(folder, name),
                    _ => name.clone().unwrap_or_default(),
                };
                match hash {
                    Some((_, hash)) if path.is_empty() => hash.clone(),
                    Some((_, hash)) => format!("{path}|{hash}"),
                    None => path,
                }
            }
            Self::Registry { key, data: None } => key.clone(),
            Self::Registry { key, data: Some(data) } => format!("{key}|{data}"),
            Self::As(number) => format!("AS{number}"),
            Self::Endpoint(host, port) => format!("{}|{port}", host.text()),
        }
    }

    /// What finds it (STIX 2.1 section 9). `None` for a vulnerability: nothing shows it.
    pub(crate) fn pattern(&self) -> Option<String> {
        let equal = |path: &str, text: &str| format!("[{path} = {}]", string(text));
        Some(match self {
            Self::Ipv4(text) | Self::Ipv6(text) => {
                let name = if matches!(self, Self::Ipv4(_)) { "ipv4-addr" } else { "ipv6-addr" };
                let operator = if text.contains('/') { "ISSUBSET" } else { "=" };
                format!("[{name}:value {operator} {}]", string(text))
            }
            Self::Domain(text) => equal("domain-name:value", text),
            Self::Subdomains(text) if is_wild(text) => {
                let expression = format!(r"\.{}$", literally(text));
                format!("[domain-name:value MATCHES {}]", string(&expression))
            }
            Self::Subdomains(text) => {
                format!("[domain-name:value LIKE {}]", string(&format!("%.{text}")))
            }
            Self::Url(text) => equal("url:value", text),
            Self::UrlOfAnyScheme(text) => {
                let expression = format!("^[a-z]+://{}$", literally(text));
                format!("[url:value MATCHES {}]", string(&expression))
            }
            Self::Email(text) => equal("email-addr:value", text),
            Self::File { name, folder, hash } => {
                let name = name.as_ref().map(|name| format!("file:name = {}", string(name)));
                let folder = folder
                    .as_ref()
                    .map(|folder| format!("file:parent_directory_ref.path = {}", string(folder)));
                let hash = hash.as_ref().map(|(algorithm, hash)| {
                    format!("file:hashes.{} = {}", key(algorithm), string(hash))
                });
                let tests: Vec<String> = [name, folder, hash].into_iter().flatten().collect();
                format!("[{}]", tests.join(" AND "))
            }
            Self::Imphash(text) => equal("file:extensions.'windows-pebinary-ext'.imphash", text),
            Self::Folder(text) => equal("directory:path", text),
            Self::Registry { key, data } => {
                let data = data.as_ref().map_or_else(String::new, |data| {
                    format!(" AND windows-registry-key:values[*].data = {}", string(data))
                });
                format!("[windows-registry-key:key = {}{data}]", string(key))
            }
            Self::As(number) => format!("[autonomous-system:number = {number}]"),
            Self::Mac(text) => equal("mac-addr:value", text),
            Self::Vulnerability(_) => return None,
            Self::Mutex(text) => equal("mutex:name", text),
            Self::UserAgent(text) => equal(
                "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
                text,
            ),
            Self::Endpoint(host, port) => format!(
                "[network-traffic:dst_ref.value = {} AND network-traffic:dst_port = {port}]",
                string(&host.text())
            ),
            Self::Certificate(algorithm, text) => {
                equal(&format!("x509-certificate:hashes.{}", key(algorithm)), text)
            }
            Self::Subject(text) => equal("email-message:subject", text),
            Self::Account(text) => equal("user-account:account_login", text),
            Self::CommandLine(text) => equal("process:command_line", text),
        })
    }

    /// The objects that were seen, those first to which others refer (STIX 2.1 section 6).
    ///
    /// # Errors
    /// Why the value is nothing that anybody saw.
    pub(crate) fn observables(&self, own: &dyn Fn() -> uuid::Uuid) -> Result<Vec<Value>, String> {
        let one = |value: Value| Ok(vec![identified(value, own)]);
        match self {
            Self::Ipv4(text) => one(json!({ "type": "ipv4-addr", "value": text })),
            Self::Ipv6(text) => one(json!({ "type": "ipv6-addr", "value": text })),
            Self::Domain(text) => one(json!({ "type": "domain-name", "value": text })),
            Self::Subdomains(_) => {
                Err("it stands for many names; only an indicator can say so".into())
            }
            Self::Url(text) => one(json!({ "type": "url", "value": text })),
            Self::UrlOfAnyScheme(_) => {
                Err("it has no scheme; only an indicator can leave it open".into())
            }
            Self::Email(text) => one(json!({ "type": "email-addr", "value": text })),
            Self::File { name, folder, hash } => {
                let mut file = Map::new();
                file.insert("type".to_owned(), json!("file"));
                let mut all = Vec::new();
                if let Some((algorithm, hash)) = hash {
                    file.insert("hashes".to_owned(), json!({ *algorithm: hash }));
                }
                if let Some(name) = name {
                    file.insert("name".to_owned(), json!(name));
                }
                if let Some(folder) = folder {
                    let folder = identified(json!({ "type": "directory", "path": folder }), own);
                    file.insert("parent_directory_ref".to_owned(), folder["id"].clone());
                    all.push(folder);
                }
                all.push(identified(Value::Object(file), own));
                Ok(all)
            }
            Self::Imphash(_) => {
                Err("it says not what kind of program it is; only an indicator can leave it open"
                    .into())
            }
            Self::Folder(text) => one(json!({ "type": "directory", "path": text })),
            Self::Registry { key, data: None } => {
                one(json!({ "type": "windows-registry-key", "key": key }))
            }
            Self::Registry { key, data: Some(data) } => {
                let values = json!([{ "data": data }]);
                one(json!({ "type": "windows-registry-key", "key": key, "values": values }))
            }
            Self::As(number) => one(json!({ "type": "autonomous-system", "number": number })),
            Self::Mac(text) => one(json!({ "type": "mac-addr", "value": text })),
            Self::Vulnerability(_) => Err("a vulnerability is no observable".into()),
            Self::Mutex(text) => one(json!({ "type": "mutex", "name": text })),
            Self::UserAgent(_) => {
                Err("a user agent is seen in traffic; only an indicator can leave the rest open"
                    .into())
            }
            Self::Endpoint(host, port) => {
                let mut all = host.observables(own)?;
                let protocol = match **host {
                    Self::Ipv4(_) => "ipv4",
                    Self::Ipv6(_) => "ipv6",
                    _ => "ip",
                };
                let end = all.first().map_or(Value::Null, |host| host["id"].clone());
                all.push(identified(
                    json!({ "type": "network-traffic", "dst_ref": end, "dst_port": port, "protocols": [protocol] }),
                    own,
                ));
                Ok(all)
            }
            Self::Certificate(algorithm, text) => {
                one(json!({ "type": "x509-certificate", "hashes": { *algorithm: text } }))
            }
            Self::Subject(text) => {
                one(json!({ "type": "email-message", "is_multipart": false, "subject": text }))
            }
            Self::Account(text) => one(json!({ "type": "user-account", "account_login": text })),
            Self::CommandLine(text) => one(json!({ "type": "process", "command_line": text })),
        }
    }
}

/// An algorithm as a type column spells it.
fn plain(algorithm: &str) -> String {
    match algorithm {
        "SHA3-256" | "SHA3-512" => algorithm.to_ascii_lowercase(),
        other => other.replace('-', "").to_ascii_lowercase(),
    }
}

/// An algorithm as a step of an object path.
fn key(algorithm: &str) -> String {
    if algorithm.contains('-') { format!("'{algorithm}'") } else { algorithm.to_owned() }
}

/// A folder and a name, by the mark that the folder uses.
fn join(folder: &str, name: &str) -> String {
    let is_windows = folder.contains('\\') || folder.starts_with('%');
    let mark = if is_windows { '\\' } else { '/' };
    if folder.ends_with(mark) { format!("{folder}{name}") } else { format!("{folder}{mark}{name}") }
}

/// With the identifier that follows from it, or one of its own.
fn identified(mut value: Value, own: &dyn Fn() -> uuid::Uuid) -> Value {
    if let Some(object) = value.as_object_mut() {
        let name = object.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = id::of_sco(object).or_else(|| Id::from_parts(&name, own()).ok());
        object.insert("id".to_owned(), json!(id));
        object.insert("spec_version".to_owned(), json!("2.1"));
    }
    value
}
