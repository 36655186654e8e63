//! The shapes of attributes: observables and comparisons made of a value, and the value again.
//!
//! What `build` makes, `read` takes apart; a value that a shape cannot hold exactly as STIX asks
//! for is refused and becomes a custom object.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};
use stix::validate::{hash_problem, is_domain, is_email, is_url};

use super::pattern;
use super::residue::Object;
use super::scos::Scos;
use super::types::Shape;

/// A JSON object of these members.
pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// The type of observable that an address or network is.
pub(crate) fn address_type(value: &str) -> Option<&'static str> {
    let (address, length) = match value.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (value, None),
    };
    let fits = |most: u8| {
        length.is_none_or(|text| {
            text.len() <= 3
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && text.parse::<u8>().is_ok_and(|length| length <= most)
        })
    };
    if address.parse::<Ipv4Addr>().is_ok() && fits(32) {
        Some("ipv4-addr")
    } else if address.parse::<Ipv6Addr>().is_ok() && fits(128) {
        Some("ipv6-addr")
    } else {
        None
    }
}

/// Whether a text is a hash of this kind.
pub(crate) fn is_hash(kind: &str, value: &str) -> bool {
    let digits = match kind {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-224" | "SHA-512-224" | "SHA3-224" => 56,
        "SHA-256" | "SHA-512-256" | "SHA3-256" => 64,
        "SHA-384" | "SHA3-384" => 96,
        "SHA-512" | "SHA3-512" => 128,
        "SSDEEP" | "TLSH" => return hash_problem(kind, value).is_none(),
        _ => return !value.is_empty() && !value.chars().any(char::is_control),
    };
    value.len() == digits && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The number that a text writes in the only way there is.
pub(crate) fn canonical(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    // Beyond, the canonical form of JSON loses digits.
    (number.unsigned_abs() < 1 << 53 && number.to_string() == text).then_some(number)
}

/// A port that a text writes in the only way there is.
pub(crate) fn port(text: &str) -> Option<i64> {
    canonical(text).filter(|port| (0..=65_535).contains(port))
}

/// Whether a text is base64 that names its end.
pub(crate) fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn is_mac(value: &str) -> bool {
    value.len() == 17
        && value.split(':').all(|pair| {
            pair.len() == 2 && pair.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
}

/// The number of an autonomous system.
pub(crate) fn as_number(value: &str) -> Option<i64> {
    let digits = value.strip_prefix("AS").unwrap_or(value);
    canonical(digits).filter(|number| (0..=i64::from(u32::MAX)).contains(number))
}

/// Makes the observables of a value, and gives the comparisons by which a pattern finds them.
#[allow(clippy::too_many_lines)] // One arm a shape; what they share is below.
pub(crate) fn build(
    shape: Shape,
    value: &str,
    data: Option<&str>,
    own: &str,
    scos: &mut Scos<'_>,
) -> Option<Vec<String>> {
    if value.is_empty() {
        return None;
    }
    let one = |comparison: String| Some(vec![comparison]);
    let is_address = matches!(shape, Shape::Email | Shape::EmailFrom | Shape::EmailTo);
    if is_address && !is_email(value) {
        return None;
    }
    match shape {
        Shape::Hash(kind) => {
            if !is_hash(kind, value) {
                return None;
            }
            scos.put(object(json!({"type": "file", "hashes": {kind: value}})), own);
            one(hash("file", kind, value))
        }
        Shape::NamedHash(kind) => {
            let (name, digest) = named(kind, value)?;
            scos.put(object(json!({"type": "file", "name": name, "hashes": {kind: digest}})), own);
            Some(vec![pattern::equals("file:name", name), hash("file", kind, digest)])
        }
        Shape::Address(side) => {
            let kind = address_type(value)?;
            let address = scos.put(object(json!({"type": kind, "value": value})), own);
            let key = format!("{}_ref", side.name());
            let protocol = kind.trim_end_matches("-addr");
            let traffic =
                json!({"type": "network-traffic", &key: address, "protocols": [protocol]});
            scos.put(object(traffic), own);
            one(pattern::address(&format!("network-traffic:{key}"), kind, value))
        }
        Shape::AddressPort(side) => {
            let (host, port_text) = value.rsplit_once('|')?;
            let (kind, number) = (address_type(host)?, port(port_text)?);
            let address = scos.put(object(json!({"type": kind, "value": host})), own);
            let (key, port_key) = (format!("{}_ref", side.name()), format!("{}_port", side.name()));
            let protocols = [kind.trim_end_matches("-addr"), "tcp"];
            let traffic = json!({"type": "network-traffic", &key: address, &port_key: number, "protocols": protocols});
            scos.put(object(traffic), own);
            Some(vec![
                pattern::address(&format!("network-traffic:{key}"), kind, host),
                pattern::number(&format!("network-traffic:{port_key}"), number),
            ])
        }
        Shape::Domain => {
            if !is_domain(value) {
                return None;
            }
            scos.put(object(json!({"type": "domain-name", "value": value})), own);
            one(pattern::equals("domain-name:value", value))
        }
        Shape::DomainAddress => {
            let (domain, address) =
                value.rsplit_once('|').filter(|(domain, _)| is_domain(domain))?;
            let kind = address_type(address)?;
            let id = scos.put(object(json!({"type": kind, "value": address})), own);
            let name = json!({"type": "domain-name", "value": domain, "resolves_to_refs": [id]});
            scos.put(object(name), own);
            Some(vec![
                pattern::equals("domain-name:value", domain),
                pattern::equals("domain-name:resolves_to_refs[*].value", address),
            ])
        }
        Shape::HostPort => {
            let (host, port_text) = value.rsplit_once('|').filter(|(host, _)| is_domain(host))?;
            let number = port(port_text)?;
            let id = scos.put(object(json!({"type": "domain-name", "value": host})), own);
            let traffic = json!({"type": "network-traffic", "dst_ref": id, "dst_port": number, "protocols": ["tcp"]});
            scos.put(object(traffic), own);
            Some(vec![
                pattern::equals("network-traffic:dst_ref.value", host),
                pattern::number("network-traffic:dst_port", number),
            ])
        }
        Shape::Email => {
            scos.put(object(json!({"type": "email-addr", "value": value})), own);
            one(pattern::equals("email-addr:value", value))
        }
        Shape::EmailFrom => {
            let id = scos.put(object(json!({"type": "email-addr", "value": value})), own);
            message(scos, own, "from_ref", json!(id));
            one(pattern::equals("email-message:from_ref.value", value))
        }
        Shape::EmailTo => {
            let id = scos.put(object(json!({"type": "email-addr", "value": value})), own);
            message(scos, own, "to_refs", json!([id]));
            one(pattern::equals("email-message:to_refs[*].value", value))
        }
        Shape::EmailText(key) => {
            message(scos, own, key, json!(value));
            one(pattern::equals(&format!("email-message:{key}"), value))
        }
        Shape::EmailHeader(header) => {
            message(scos, own, "additional_header_fields", json!({header: [value]}));
            let path =
                format!("email-message:additional_header_fields.{}[*]", pattern::step(header));
            one(pattern::equals(&path, value))
        }
        Shape::EmailReceived => {
            message(scos, own, "received_lines", json!([value]));
            one(pattern::equals("email-message:received_lines[*]", value))
        }
        Shape::EmailAttachment => {
            let id = scos.put(object(json!({"type": "file", "name": value})), own);
            let part = json!({"body_raw_ref": id, "content_disposition": format!("attachment; filename='{value}'")});
            let whole =
                json!({"type": "email-message", "is_multipart": true, "body_multipart": [part]});
            scos.put(object(whole), own);
            one(pattern::equals("email-message:body_multipart[*].body_raw_ref.name", value))
        }
        Shape::Filename => Some(named_file(value, own, scos)),
        Shape::Url => {
            if !is_url(value) {
                return None;
            }
            scos.put(object(json!({"type": "url", "value": value})), own);
            one(pattern::equals("url:value", value))
        }
        Shape::Key => {
            scos.put(object(json!({"type": "windows-registry-key", "key": value})), own);
            one(pattern::equals("windows-registry-key:key", value))
        }
        Shape::KeyData => {
            let (key, data) = value.split_once('|').filter(|(key, _)| !key.is_empty())?;
            let sco =
                json!({"type": "windows-registry-key", "key": key, "values": [{"data": data}]});
            scos.put(object(sco), own);
            Some(vec![
                pattern::equals("windows-registry-key:key", key),
                pattern::equals("windows-registry-key:values[*].data", data),
            ])
        }
        Shape::AutonomousSystem => {
            let number = as_number(value)?;
            scos.put(object(json!({"type": "autonomous-system", "number": number})), own);
            one(pattern::number("autonomous-system:number", number))
        }
        Shape::Mac => {
            let value = value.to_ascii_lowercase();
            if !is_mac(&value) {
                return None;
            }
            scos.put(object(json!({"type": "mac-addr", "value": value})), own);
            one(pattern::equals("mac-addr:value", &value))
        }
        Shape::Mutex => {
            scos.put(object(json!({"type": "mutex", "name": value})), own);
            one(pattern::equals("mutex:name", value))
        }
        Shape::Account(service) => {
            let sco =
                json!({"type": "user-account", "account_type": service, "account_login": value});
            scos.put(object(sco), own);
            Some(vec![
                pattern::equals("user-account:account_type", service),
                pattern::equals("user-account:account_login", value),
            ])
        }
        Shape::Certificate(kind) => {
            if !is_hash(kind, value) {
                return None;
            }
            scos.put(object(json!({"type": "x509-certificate", "hashes": {kind: value}})), own);
            one(hash("x509-certificate", kind, value))
        }
        Shape::Attachment => {
            let Some(data) = data else { return Some(named_file(value, own, scos)) };
            if !is_base64(data) {
                return None;
            }
            let id = scos.put(object(json!({"type": "artifact", "payload_bin": data})), own);
            scos.put(object(json!({"type": "file", "name": value, "content_ref": id})), own);
            Some(vec![
                pattern::equals("file:name", value),
                pattern::equals("file:content_ref.payload_bin", data),
            ])
        }
        Shape::Sample => {
            let Some(data) = data else {
                return build(Shape::NamedHash("MD5"), value, None, own, scos);
            };
            let (name, digest) = named("MD5", value)?;
            if !is_base64(data) {
                return None;
            }
            let id = scos.put(sample(data), own);
            let file =
                json!({"type": "file", "name": name, "hashes": {"MD5": digest}, "content_ref": id});
            scos.put(object(file), own);
            Some(vec![
                pattern::equals("file:name", name),
                hash("file", "MD5", digest),
                pattern::equals("file:content_ref.payload_bin", data),
            ])
        }
        Shape::Vulnerability
        | Shape::Campaign
        | Shape::Rule(_)
        | Shape::PatternOnly(_)
        | Shape::Custom => None,
    }
}

/// The artifact that holds a sample as MISP packs it.
pub(crate) fn sample(data: &str) -> Object {
    object(json!({
        "type": "artifact", "payload_bin": data, "mime_type": "application/zip",
        "encryption_algorithm": "mime-type-indicated", "decryption_key": "infected",
    }))
}

/// The comparison with a hash.
pub(crate) fn hash(prefix: &str, kind: &str, value: &str) -> String {
    pattern::equals(&format!("{prefix}:hashes.{}", pattern::step(kind)), value)
}

fn named<'v>(kind: &str, value: &'v str) -> Option<(&'v str, &'v str)> {
    let (name, digest) = value.rsplit_once('|')?;
    (!name.is_empty() && is_hash(kind, digest)).then_some((name, digest))
}

fn named_file(value: &str, own: &str, scos: &mut Scos<'_>) -> Vec<String> {
    scos.put(object(json!({"type": "file", "name": value})), own);
    vec![pattern::equals("file:name", value)]
}

fn message(scos: &mut Scos<'_>, own: &str, key: &str, value: Value) {
    let mut sco = object(json!({"type": "email-message", "is_multipart": false}));
    sco.insert(key.to_owned(), value);
    scos.put(sco, own);
}

/// The value, and the data, of an observable and those that it refers to.
pub(crate) fn read(
    shape: Shape,
    main: &Object,
    others: &[&Object],
) -> Option<(String, Option<String>)> {
    let text = |key: &str| main.get(key).and_then(Value::as_str).map(str::to_owned);
    let end = |key: &str| referred(main.get(key), others);
    let value = match shape {
        Shape::Hash(kind) | Shape::Certificate(kind) => digest(main, kind)?,
        Shape::NamedHash(kind) => format!("{}|{}", text("name")?, digest(main, kind)?),
        Shape::Address(side) => string(end(&format!("{}_ref", side.name()))?, "value")?,
        Shape::AddressPort(side) => {
            let host = string(end(&format!("{}_ref", side.name()))?, "value")?;
            format!("{host}|{}", main.get(&format!("{}_port", side.name()))?.as_i64()?)
        }
        Shape::Domain | Shape::Email | Shape::Url | Shape::Mac => text("value")?,
        Shape::DomainAddress => {
            let address = main.get("resolves_to_refs")?.get(0);
            format!("{}|{}", text("value")?, string(referred(address, others)?, "value")?)
        }
        Shape::HostPort => {
            let host = string(end("dst_ref")?, "value")?;
            format!("{host}|{}", main.get("dst_port")?.as_i64()?)
        }
        Shape::EmailFrom => string(end("from_ref")?, "value")?,
        Shape::EmailTo => string(referred(main.get("to_refs")?.get(0), others)?, "value")?,
        Shape::EmailText(key) => text(key)?,
        Shape::EmailHeader(header) => {
            let values = main.get("additional_header_fields")?.get(header)?;
            values.as_str().or_else(|| values.get(0)?.as_str())?.to_owned()
        }
        Shape::EmailReceived => main.get("received_lines")?.get(0)?.as_str()?.to_owned(),
        Shape::EmailAttachment => {
            let part = main.get("body_multipart")?.get(0)?;
            string(referred(part.get("body_raw_ref"), others)?, "name")?
        }
        Shape::Filename | Shape::Mutex => text("name")?,
        Shape::Key => text("key")?,
        Shape::KeyData => {
            let data = main.get("values")?.get(0)?.get("data")?.as_str()?;
            format!("{}|{data}", text("key")?)
        }
        Shape::AutonomousSystem => format!("AS{}", main.get("number")?.as_i64()?),
        Shape::Account(_) => text("account_login")?,
        Shape::Attachment => {
            let data = end("content_ref").and_then(|artifact| string(artifact, "payload_bin"));
            return Some((text("name")?, data));
        }
        Shape::Sample => {
            let data = end("content_ref").and_then(|artifact| string(artifact, "payload_bin"));
            return Some((format!("{}|{}", text("name")?, digest(main, "MD5")?), data));
        }
        Shape::Vulnerability
        | Shape::Campaign
        | Shape::Rule(_)
        | Shape::PatternOnly(_)
        | Shape::Custom => return None,
    };
    Some((value, None))
}

/// A text of an object.
pub(crate) fn string(object: &Object, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// A hash of an object.
pub(crate) fn digest(object: &Object, kind: &str) -> Option<String> {
    object.get("hashes")?.get(kind)?.as_str().map(str::to_owned)
}

/// What a reference points to.
pub(crate) fn referred<'o>(reference: Option<&Value>, among: &[&'o Object]) -> Option<&'o Object> {
    let id = reference?.as_str()?;
    among.iter().copied().find(|object| object.get("id").and_then(Value::as_str) == Some(id))
}

#[cfg(test)]
mod tests {
    use super::super::scos::Registry;
    use super::super::types::TYPES;
    use super::*;

    /// A value of the type's shape.
    fn example(shape: Shape) -> (&'static str, Option<&'static str>) {
        const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
        match shape {
            Shape::Hash("MD5") | Shape::Certificate("MD5") => (MD5, None),
            Shape::NamedHash("MD5") => ("a|b.exe|d41d8cd98f00b204e9800998ecf8427e", None),
            Shape::Hash("AUTHENTIHASH" | "IMPHASH") => ("T1A2B3", None),
            Shape::Address(_) => ("2001:db8::1", None),
            Shape::AddressPort(_) => ("198.51.100.7|443", None),
            Shape::DomainAddress => ("example.com|198.51.100.7", None),
            Shape::HostPort => ("example.com|8080", None),
            Shape::KeyData => (r"HKLM\Software\It's|1|2", None),
            Shape::AutonomousSystem => ("AS64496", None),
            Shape::Mac => ("00:00:5e:00:53:01", None),
            Shape::Attachment => ("report.pdf", Some("aGVsbG8=")),
            Shape::Sample => ("x|d41d8cd98f00b204e9800998ecf8427e", Some("aGVsbG8=")),
            Shape::Domain => ("example.com", None),
            Shape::Url => ("https://example.com/it's", None),
            Shape::Email | Shape::EmailFrom | Shape::EmailTo => ("o'brien@example.com", None),
            _ => ("it's \\ a [value]", None),
        }
    }

    #[test]
    fn what_a_shape_builds_it_reads_back() {
        let own = "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01";
        let mut held = 0;
        for row in TYPES {
            let (value, data) = example(row.shape);
            let mut registry = Registry::default();
            let mut scos = Scos::new(&mut registry);
            let Some(comparisons) = build(row.shape, value, data, own, &mut scos) else { continue };
            assert!(!comparisons.is_empty());
            let scos = scos.finish();
            let all: Vec<&Object> = scos.iter().map(|(sco, _)| sco).collect();
            let back = read(row.shape, all[0], &all).unwrap_or_default();
            assert_eq!(back, (value.to_owned(), data.map(str::to_owned)), "{}", row.name);
            for sco in all {
                let text = Value::from(sco.clone()).to_string();
                stix::Object::parse(text.clone().into_bytes()).expect(&text);
            }
            held += 1;
        }
        assert!(held >= 40, "{held}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let own = "5e15ed1a-2f48-4a30-a7a2-1a2e3a5c7b01";
        let refused = [
            (Shape::Hash("SHA-1"), "abc"),
            (Shape::AddressPort(super::super::types::Side::Dst), "198.51.100.7|0443"),
            (Shape::Address(super::super::types::Side::Dst), "198.51.100.7/33"),
            (Shape::DomainAddress, "example.com"),
            (Shape::Mac, "00-00-5e-00-53-01"),
            (Shape::AutonomousSystem, "AS 1"),
            (Shape::Url, ""),
        ];
        for (shape, value) in refused {
            let mut registry = Registry::default();
            let mut scos = Scos::new(&mut registry);
            assert_eq!(build(shape, value, None, own, &mut scos), None, "{value}");
            assert!(scos.finish().is_empty(), "nothing is left behind by {value}");
        }
    }
}
