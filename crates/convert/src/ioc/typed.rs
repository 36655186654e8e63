//! What a value is, by what a column calls it: the names of MISP, OpenCTI, OTX and plain tables.

use super::fang::refang;
use super::kind::Ioc;
use super::recognise::{self, Recognised, check, recognise};

/// Reads a value as what it is called.
///
/// # Errors
/// Why it is not that, or that the name is not known.
pub(super) fn read(name: &str, text: &str) -> Result<Recognised, String> {
    let text = text.trim();
    let name = plain(name);
    if is_any(&name) {
        return recognise(text);
    }
    check(text)?;
    let meant = refang(text);
    let defanged = meant != text;
    match parse(&name, &meant) {
        Some(Ok(ioc)) => Ok(Recognised { ioc, defanged }),
        Some(Err(())) => Err(format!("it is no {name}")),
        None => Err(format!("the type {name} has no counterpart here")),
    }
}

/// Whether a type of this name is known.
pub(super) fn is_known(name: &str) -> bool {
    let name = plain(name);
    is_any(&name) || parse(&name, "").is_some()
}

/// In lower case, with hyphens.
pub(super) fn plain(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace([' ', '_'], "-")
}

/// Names that say nothing of what the value is.
fn is_any(name: &str) -> bool {
    matches!(
        name,
        "" | "ioc"
            | "indicator"
            | "observable"
            | "any"
            | "auto"
            | "unknown"
            | "ip-or-domain"
            | "stixfile"
            | "file-hash"
            | "hash"
            | "filehash"
    )
}

/// `None` if the name is not known.
fn parse(name: &str, text: &str) -> Option<Result<Ioc, ()>> {
    if let Some((first, second)) = name.split_once('|') {
        return composite(first, second, text);
    }
    let known = |ioc: Option<Ioc>| Some(ioc.ok_or(()));
    let free = |ioc: fn(String) -> Ioc| {
        Some(if text.is_empty() { Err(()) } else { Ok(ioc(text.to_owned())) })
    };
    match name {
        "ip" | "ipv4" | "ipv6" | "ip-addr" | "ip-address" | "ipaddress" | "ipv4-addr"
        | "ipv6-addr" | "ipv4-address" | "ipv6-address" | "ip-src" | "ip-dst" | "src-ip"
        | "dst-ip" | "cidr" | "ip-range" | "ip4" | "ip6" | "address" => {
            known(recognise::address(text))
        }
        "domain" | "domain-name" | "hostname" | "host" | "fqdn" | "dns" => {
            known(recognise::domain(text))
        }
        "url" | "uri" | "link" => known(recognise::url(text)),
        "email"
        | "email-addr"
        | "email-address"
        | "e-mail"
        | "mail"
        | "email-src"
        | "email-dst"
        | "email-reply-to"
        | "target-email"
        | "whois-registrant-email"
        | "eppn"
        | "jabber-id" => known(recognise::email(text)),
        "filename" | "file-name" | "name" => known(file_name(text)),
        "filepath" | "file-path" | "path" | "fullpath" => known(recognise::path(text)),
        "file" => known(recognise::path(text).or_else(|| file_name(text))),
        "directory" | "folder" => free(Ioc::Folder),
        "regkey" | "registry-key" | "windows-registry-key" | "registry" => {
            known(recognise::registry(text))
        }
        "as" | "asn" | "autonomous-system" => known(
            recognise::autonomous_system(text).or_else(|| recognise::number(text).map(Ioc::As)),
        ),
        "mac" | "mac-address" | "mac-addr" => known(recognise::mac(text)),
        "vulnerability" | "cve" => known(recognise::vulnerability(text)),
        "mutex" => free(Ioc::Mutex),
        "user-agent" | "useragent" => free(Ioc::UserAgent),
        "email-subject" | "subject" => free(Ioc::Subject),
        "user-account" | "account" | "username" | "user-name" => free(Ioc::Account),
        "command-line" | "commandline" | "cmdline" | "process-command-line" => {
            free(Ioc::CommandLine)
        }
        "imphash" => known(
            recognise::algorithm_of(text)
                .filter(|(name, _)| *name == "MD5")
                .map(|(_, hash)| Ioc::Imphash(hash)),
        ),
        "ip-port" | "ip:port" | "endpoint" | "socket" => known(recognise::endpoint(text)),
        _ => {
            if let Some(rest) = name.strip_prefix("x509-fingerprint-") {
                let algorithm = algorithm(rest)?;
                return known(
                    hash_of(algorithm, text).map(|hash| Ioc::Certificate(algorithm, hash)),
                );
            }
            let algorithm = algorithm(name)?;
            known(hash_of(algorithm, text).map(|hash| file(None, None, Some((algorithm, hash)))))
        }
    }
}

/// Two values in one, as MISP writes them.
fn composite(first: &str, second: &str, text: &str) -> Option<Result<Ioc, ()>> {
    let halves =
        text.split_once('|').or_else(|| text.rsplit_once(':').filter(|_| second == "port"));
    let Some((left, right)) = halves else {
        return composite(first, second, "|").map(|_| Err(())).filter(|_| text != "|");
    };
    match (first, second) {
        ("ip-src" | "ip-dst" | "hostname" | "domain" | "ip", "port") => {
            Some(recognise::endpoint(&format!("{left}|{right}")).ok_or(()))
        }
        ("regkey", "value") => Some(match recognise::registry(left) {
            Some(Ioc::Registry { key, .. }) => {
                Ok(Ioc::Registry { key, data: Some(right.to_owned()) })
            }
            _ => Err(()),
        }),
        ("filename" | "filepath", name) => {
            let algorithm = algorithm(name)?;
            let named = if first == "filepath" { recognise::path(left) } else { file_name(left) };
            let hash = hash_of(algorithm, right);
            Some(match (named, hash) {
                (Some(Ioc::File { name, folder, .. }), Some(hash)) => {
                    Ok(file(name, folder, Some((algorithm, hash))))
                }
                _ => Err(()),
            })
        }
        _ => None,
    }
}

fn file(name: Option<String>, folder: Option<String>, hash: Option<(&'static str, String)>) -> Ioc {
    Ioc::File { name, folder, hash }
}

fn file_name(text: &str) -> Option<Ioc> {
    if let Some(found) = recognise::path(text) {
        return Some(found);
    }
    let fits = !text.is_empty() && !text.contains(['/', '\\']);
    fits.then(|| file(Some(text.to_owned()), None, None))
}

/// An algorithm by any of its names.
fn algorithm(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("filehash-").unwrap_or(name);
    let name = name.strip_prefix("file-hash-").unwrap_or(name);
    let name =
        name.strip_prefix("hashes.").or_else(|| name.strip_prefix("hashes-")).unwrap_or(name);
    let name = name.strip_suffix("-hash").or_else(|| name.strip_suffix("hash")).unwrap_or(name);
    Some(match name {
        "md5" => "MD5",
        "sha1" | "sha-1" => "SHA-1",
        "sha224" | "sha-224" => "SHA-224",
        "sha256" | "sha-256" => "SHA-256",
        "sha384" | "sha-384" => "SHA-384",
        "sha512" | "sha-512" => "SHA-512",
        "sha3-256" => "SHA3-256",
        "sha3-512" => "SHA3-512",
        "ssdeep" => "SSDEEP",
        "tlsh" => "TLSH",
        _ => return None,
    })
}

fn hash_of(algorithm: &str, text: &str) -> Option<String> {
    let length = match algorithm {
        "SHA3-256" => 64,
        "SHA3-512" => 128,
        "SSDEEP" => return recognise::is_ssdeep(text).then(|| text.to_owned()),
        "TLSH" => {
            let digits = text.strip_prefix("T1").unwrap_or(text);
            let fits = digits.len() == 70 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            return fits.then(|| format!("T1{}", digits.to_ascii_uppercase()));
        }
        _ => {
            let (found, hash) = recognise::algorithm_of(text)?;
            return (found == algorithm).then_some(hash);
        }
    };
    let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_known() {
        for (name, text, ours, meant) in [
            ("ip-dst", "192.0.2.1", "ipv4", "192.0.2.1"),
            ("ip-dst|port", "192.0.2.1|53", "ip-dst|port", "192.0.2.1|53"),
            ("hostname|port", "example.org:53", "hostname|port", "example.org|53"),
            (
                "filename|sha256",
                &format!("a.exe|{}", "a".repeat(64)),
                "filename|sha256",
                &format!("a.exe|{}", "a".repeat(64)),
            ),
            (
                "FileHash-MD5",
                "d41d8cd98f00b204e9800998ecf8427e",
                "md5",
                "d41d8cd98f00b204e9800998ecf8427e",
            ),
            ("regkey|value", "HKCU\\Run|a.exe", "regkey|value", "HKEY_CURRENT_USER\\Run|a.exe"),
            ("Domain-Name", "example.org", "domain", "example.org"),
            ("AS", "64500", "asn", "AS64500"),
            ("x509-fingerprint-sha1", &"a".repeat(40), "x509-fingerprint-sha1", &"a".repeat(40)),
            ("filename", "no ending", "filename", "no ending"),
            ("", "192.0.2.1", "ipv4", "192.0.2.1"),
        ] {
            match read(name, text) {
                Ok(found) => assert_eq!(
                    (found.ioc.name().as_str(), found.ioc.text().as_str()),
                    (ours, meant),
                    "{name}"
                ),
                Err(why) => panic!("{name}: {why}"),
            }
        }
    }

    #[test]
    fn what_is_not_so_is_refused() {
        assert_eq!(read("md5", "abc").err().as_deref(), Some("it is no md5"));
        assert_eq!(read("ip-dst|port", "192.0.2.1").err().as_deref(), Some("it is no ip-dst|port"));
        assert!(read("yara", "rule a {}").is_err_and(|why| why.contains("no counterpart")));
        assert!(read("filename|yara", "a|b").is_err_and(|why| why.contains("no counterpart")));
        assert!(is_known("ip-src|port") && is_known("hashes.SHA-256") && !is_known("btc"));
    }

    #[test]
    fn what_we_write_we_read() {
        for text in ["192.0.2.1|53", "C:\\Windows\\a.exe", "*.example.org", "AS1", "HKEY_USERS\\a"]
        {
            let first = recognise(text).ok().map(|found| found.ioc);
            let again = first
                .as_ref()
                .and_then(|ioc| read(&ioc.name(), &ioc.text()).ok())
                .map(|found| found.ioc);
            assert!(first.is_some());
            assert_eq!(first, again, "{text}");
        }
    }
}
