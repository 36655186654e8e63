//! From patterns and observables back to values.

use serde_json::{Map, Value};
use stix::pattern::{Check, Comparison, Constant, Observation, Path, Pattern, Step, Test};

use super::kind::Ioc;
use super::recognise;

/// The values of which a pattern finds any one. `None` if it asks for more than that.
pub(super) fn of_pattern(text: &str) -> Option<Vec<Ioc>> {
    let pattern = Pattern::parse(text).ok()?;
    let mut found = Vec::new();
    observation(pattern.root(), &mut found)?;
    Some(found)
}

fn observation(one: &Observation, found: &mut Vec<Ioc>) -> Option<()> {
    match one {
        Observation::Comparison(comparison) => self::comparison(comparison, found),
        Observation::Or(parts) => parts.iter().try_for_each(|part| observation(part, found)),
        _ => None,
    }
}

fn comparison(one: &Comparison, found: &mut Vec<Ioc>) -> Option<()> {
    match one {
        Comparison::Test(test) => found.extend(single(test)?),
        Comparison::Or(parts) => parts.iter().try_for_each(|part| comparison(part, found))?,
        Comparison::And(parts) => found.push(together(parts)?),
    }
    Some(())
}

fn single(one: &Test) -> Option<Vec<Ioc>> {
    if one.negated {
        return None;
    }
    let path = path(&one.path);
    match &one.check {
        Check::Equal(constant) => Some(vec![value(&path, constant)?]),
        Check::In(constants) => constants.iter().map(|constant| value(&path, constant)).collect(),
        Check::Subset(text) => match path.as_str() {
            "ipv4-addr:value" | "ipv6-addr:value" => Some(vec![recognise::address(text)?]),
            _ => None,
        },
        Check::Like(text) if path == "domain-name:value" => {
            let name = text.strip_prefix("%.").filter(|name| !crate::quote::is_wild(name))?;
            Some(vec![Ioc::Subdomains(name.to_owned())])
        }
        _ => None,
    }
}

/// Several questions about one object.
fn together(parts: &[Comparison]) -> Option<Ioc> {
    let mut asked: Vec<(String, &Constant)> = Vec::with_capacity(parts.len());
    for part in parts {
        let Comparison::Test(test) = part else { return None };
        let (false, Check::Equal(constant)) = (test.negated, &test.check) else { return None };
        asked.push((path(&test.path), constant));
    }
    let take = |name: &str| asked.iter().find(|(path, _)| path == name).map(|(_, held)| *held);
    let text = |name: &str| take(name).and_then(string);
    if asked.len() == 2 {
        if let (Some(host), Some(Constant::Integer(port))) =
            (text("network-traffic:dst_ref.value"), take("network-traffic:dst_port"))
        {
            let host = recognise::address(host).or_else(|| recognise::domain(host))?;
            return Some(Ioc::Endpoint(Box::new(host), u16::try_from(*port).ok()?));
        }
        if let (Some(key), Some(data)) =
            (text("windows-registry-key:key"), text("windows-registry-key:values[*].data"))
        {
            return Some(Ioc::Registry { key: key.to_owned(), data: Some(data.to_owned()) });
        }
    }
    let (mut name, mut folder, mut hash) = (None, None, None);
    for (path, constant) in asked {
        let text = string(constant)?.to_owned();
        let is_new = match path.as_str() {
            "file:name" => name.replace(text).is_none(),
            "file:parent_directory_ref.path" => folder.replace(text).is_none(),
            path => hash.replace((algorithm(path.strip_prefix("file:hashes.")?)?, text)).is_none(),
        };
        if !is_new {
            return None;
        }
    }
    Some(Ioc::File { name, folder, hash })
}

fn string(constant: &Constant) -> Option<&str> {
    match constant {
        Constant::String(text) => Some(text),
        _ => None,
    }
}

fn value(path: &str, constant: &Constant) -> Option<Ioc> {
    if let ("autonomous-system:number", Constant::Integer(number)) = (path, constant) {
        return u32::try_from(*number).ok().map(Ioc::As);
    }
    let text = string(constant)?.to_owned();
    Some(match path {
        "ipv4-addr:value" => Ioc::Ipv4(text),
        "ipv6-addr:value" => Ioc::Ipv6(text),
        "domain-name:value" => Ioc::Domain(text),
        "url:value" => Ioc::Url(text),
        "email-addr:value" => Ioc::Email(text),
        "file:name" => Ioc::File { name: Some(text), folder: None, hash: None },
        "file:extensions.windows-pebinary-ext.imphash" => Ioc::Imphash(text),
        "directory:path" => Ioc::Folder(text),
        "windows-registry-key:key" => Ioc::Registry { key: text, data: None },
        "mac-addr:value" => Ioc::Mac(text),
        "mutex:name" => Ioc::Mutex(text),
        "network-traffic:extensions.http-request-ext.request_header.User-Agent" => {
            Ioc::UserAgent(text)
        }
        "email-message:subject" => Ioc::Subject(text),
        "user-account:account_login" => Ioc::Account(text),
        "process:command_line" => Ioc::CommandLine(text),
        _ => {
            if let Some(name) = path.strip_prefix("x509-certificate:hashes.") {
                return Some(Ioc::Certificate(algorithm(name)?, text));
            }
            let name = path.strip_prefix("file:hashes.")?;
            Ioc::File { name: None, folder: None, hash: Some((algorithm(name)?, text)) }
        }
    })
}

fn path(path: &Path) -> String {
    let mut out = format!("{}:", path.object_type);
    for (index, step) in path.steps.iter().enumerate() {
        match step {
            Step::Key(key) => {
                if index > 0 {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Index(at) => out = format!("{out}[{at}]"),
            Step::Any => out.push_str("[*]"),
        }
    }
    out
}

fn algorithm(name: &str) -> Option<&'static str> {
    const ALL: &[&str] = &[
        "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-512",
        "SSDEEP", "TLSH",
    ];
    ALL.iter().copied().find(|known| *known == name)
}

/// The values of an observable, and the properties that they are made of.
pub(super) fn of_observable(object: &Map<String, Value>) -> (Vec<Ioc>, Vec<&'static str>) {
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let one = |key: &'static str, make: fn(String) -> Ioc| match text(key) {
        Some(text) => (vec![make(text)], vec![key]),
        None => (Vec::new(), Vec::new()),
    };
    match object.get("type").and_then(Value::as_str).unwrap_or_default() {
        "ipv4-addr" => one("value", Ioc::Ipv4),
        "ipv6-addr" => one("value", Ioc::Ipv6),
        "domain-name" => one("value", Ioc::Domain),
        "url" => one("value", Ioc::Url),
        "email-addr" => one("value", Ioc::Email),
        "mac-addr" => one("value", Ioc::Mac),
        "mutex" => one("name", Ioc::Mutex),
        "directory" => one("path", Ioc::Folder),
        "email-message" => one("subject", Ioc::Subject),
        "user-account" => one("account_login", Ioc::Account),
        "process" => one("command_line", Ioc::CommandLine),
        "windows-registry-key" => one("key", |key| Ioc::Registry { key, data: None }),
        "autonomous-system" => {
            let number = object.get("number").and_then(Value::as_u64);
            let number = number.and_then(|number| u32::try_from(number).ok());
            number.map_or_else(Default::default, |number| (vec![Ioc::As(number)], vec!["number"]))
        }
        name @ ("file" | "x509-certificate") => {
            let mut found = Vec::new();
            let mut used = Vec::new();
            let hashes = object.get("hashes").and_then(Value::as_object);
            let known: Vec<(&'static str, String)> = hashes
                .into_iter()
                .flatten()
                .filter_map(|(name, hash)| Some((algorithm(name)?, hash.as_str()?.to_owned())))
                .collect();
            // With one more than is known the property counts as not carried.
            if hashes.is_some_and(|hashes| hashes.len() == known.len()) {
                used.push("hashes");
            }
            let is_file = name == "file";
            let file_name = text("name").filter(|_| is_file);
            if file_name.is_some() {
                used.push("name");
            }
            if known.is_empty() {
                found.extend(file_name.map(|name| Ioc::File {
                    name: Some(name),
                    folder: None,
                    hash: None,
                }));
                return (found, used);
            }
            for (algorithm, hash) in known {
                found.push(if is_file {
                    Ioc::File {
                        name: file_name.clone(),
                        folder: None,
                        hash: Some((algorithm, hash)),
                    }
                } else {
                    Ioc::Certificate(algorithm, hash)
                });
            }
            (found, used)
        }
        _ => (Vec::new(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_make_we_know_again() {
        for text in [
            "192.0.2.1",
            "192.0.2.0/24",
            "2001:db8::/32",
            "example.org",
            "*.example.org",
            "http://example.org/",
            "ana@example.org",
            "d41d8cd98f00b204e9800998ecf8427e",
            "a.exe",
            "C:\\Windows\\a.exe",
            "AS64500",
            "00:1b:44:11:3a:b7",
            "192.0.2.1:53",
            "example.org:53",
            "HKLM\\a",
        ] {
            let ioc = recognise::recognise(text).map(|found| found.ioc).unwrap();
            let pattern = ioc.pattern().unwrap();
            assert_eq!(of_pattern(&pattern), Some(vec![ioc]), "{pattern}");
        }
    }

    #[test]
    fn what_asks_for_more_is_no_list() {
        for text in [
            "[a:b = 'c']",
            "[domain-name:value != 'example.org']",
            "[domain-name:value = 'a.org'] FOLLOWEDBY [domain-name:value = 'b.org']",
            "[file:name = 'a' AND file:size = 3]",
            "[domain-name:value = 'a.org'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
        ] {
            assert_eq!(of_pattern(text), None, "{text}");
        }
        assert_eq!(
            of_pattern("[url:value = 'a'] OR [url:value IN ('b', 'c')]").map(|all| all.len()),
            Some(3)
        );
    }
}
