//! What a value is, by its looks alone.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::fang::refang;
use super::kind::Ioc;

/// The longest value, in bytes.
pub(super) const MAX_VALUE: usize = 16_384;

/// Endings of file names that are no top-level domains.
const FILE_ENDINGS: &[&str] = &[
    "7z", "apk", "asp", "aspx", "bat", "bin", "bmp", "cab", "cer", "cfg", "chm", "class", "cmd",
    "conf", "config", "cpl", "crt", "csv", "dat", "db", "dex", "dll", "dmg", "doc", "docm", "docx",
    "dot", "dotm", "drv", "dylib", "elf", "eml", "exe", "gif", "gz", "hta", "htm", "html", "hwp",
    "img", "inf", "ini", "ipa", "iso", "jar", "jpeg", "jpg", "js", "jse", "json", "jsp", "lnk",
    "log", "mp3", "mp4", "msg", "msi", "odt", "one", "ocx", "pdb", "pdf", "pem", "php", "pif",
    "plist", "png", "pot", "ppt", "pptm", "pptx", "ps1", "psm1", "rar", "reg", "rpm", "rtf", "scr",
    "sct", "sqlite", "swf", "sys", "tar", "tgz", "tmp", "ttf", "txt", "url", "vbe", "vbs", "vhd",
    "vhdx", "war", "wav", "wsf", "xla", "xlam", "xls", "xlsb", "xlsm", "xlsx", "xml", "xz", "yaml",
    "yml",
];

/// The full names of hives (STIX 2.1 section 6.17: never abbreviated).
const HIVES: &[(&str, &str)] = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKPD", "HKEY_PERFORMANCE_DATA"),
];

/// A value and whether it was written defanged.
pub(super) struct Recognised {
    pub(super) ioc: Ioc,
    pub(super) defanged: bool,
}

/// What a value is.
///
/// # Errors
/// Why it is nothing that is known here.
pub(super) fn recognise(text: &str) -> Result<Recognised, String> {
    let text = text.trim();
    check(text)?;
    let meant = refang(text);
    let defanged = meant != text;
    let found = |ioc| Ok(Recognised { ioc, defanged });
    let readers: &[fn(&str) -> Option<Ioc>] = &[
        vulnerability,
        autonomous_system,
        hash,
        mac,
        url,
        email,
        address,
        registry,
        path,
        endpoint,
        file_name,
        domain,
        url_without_scheme,
    ];
    match readers.iter().find_map(|read| read(&meant)) {
        Some(ioc) => found(ioc),
        None => {
            Err("it looks like no address, name, hash, key or number that is known here".into())
        }
    }
}

/// What no value has, whatever it is.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("there is no value".into());
    }
    if text.len() > MAX_VALUE {
        return Err(format!("{} bytes; a value has at most {MAX_VALUE}", text.len()));
    }
    match text.chars().find(|c| c.is_control() || is_invisible(*c)) {
        Some(c) => Err(format!("it holds the invisible character U+{:04X}", u32::from(c))),
        None => Ok(()),
    }
}

/// Characters that turn text about or do not show.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

pub(super) fn vulnerability(text: &str) -> Option<Ioc> {
    let upper = text.to_ascii_uppercase();
    let (year, number) = upper.strip_prefix("CVE-")?.split_once('-')?;
    let fits = year.len() == 4 && number.len() >= 4 && number.len() <= 19;
    (fits && is_digits(year) && is_digits(number)).then(|| Ioc::Vulnerability(upper.clone()))
}

pub(super) fn autonomous_system(text: &str) -> Option<Ioc> {
    let upper = text.to_ascii_uppercase();
    let rest = upper.strip_prefix("ASN").or_else(|| upper.strip_prefix("AS"))?;
    number(rest).map(Ioc::As)
}

pub(super) fn number(text: &str) -> Option<u32> {
    let digits = text.trim();
    is_digits(digits).then(|| digits.parse().ok())?
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A hash, its algorithm by its length.
pub(super) fn hash(text: &str) -> Option<Ioc> {
    let (algorithm, hash) = algorithm_of(text)?;
    Some(Ioc::File { name: None, folder: None, hash: Some((algorithm, hash)) })
}

pub(super) fn algorithm_of(text: &str) -> Option<(&'static str, String)> {
    if is_hex(text) {
        let algorithm = match text.len() {
            32 => "MD5",
            40 => "SHA-1",
            56 => "SHA-224",
            64 => "SHA-256",
            96 => "SHA-384",
            128 => "SHA-512",
            _ => return None,
        };
        return Some((algorithm, text.to_ascii_lowercase()));
    }
    if let Some(rest) = text.strip_prefix("T1").filter(|rest| rest.len() == 70 && is_hex(rest)) {
        return Some(("TLSH", format!("T1{}", rest.to_ascii_uppercase())));
    }
    is_ssdeep(text).then(|| ("SSDEEP", text.to_owned()))
}

pub(super) fn is_ssdeep(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let size = parts.next().unwrap_or_default();
    let is_part = |part: Option<&str>| {
        part.is_some_and(|part| {
            part.len() <= 148
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'))
        })
    };
    let first = parts.next();
    is_digits(size)
        && first.is_some_and(|first| first.len() >= 3)
        && is_part(first)
        && is_part(parts.next())
        // Otherwise an IPv6 address would do.
        && size.parse::<u64>().is_ok_and(|size| size % 3 == 0 && size > 0)
}

/// In lower case with colons (STIX 2.1 section 6.10).
pub(super) fn mac(text: &str) -> Option<Ioc> {
    let pairs: Vec<&str> = text.split([':', '-']).collect();
    let one_mark = !(text.contains(':') && text.contains('-'));
    let fits = pairs.len() == 6 && pairs.iter().all(|pair| pair.len() == 2 && is_hex(pair));
    (fits && one_mark).then(|| Ioc::Mac(pairs.join(":").to_ascii_lowercase()))
}

pub(super) fn url(text: &str) -> Option<Ioc> {
    let (scheme, rest) = text.split_once("://")?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !text.contains(char::is_whitespace);
    fits.then(|| Ioc::Url(format!("{}://{rest}", scheme.to_ascii_lowercase())))
}

/// `example.org/path`: an address whose scheme is left open.
fn url_without_scheme(text: &str) -> Option<Ioc> {
    let (host, path) = text.split_once('/')?;
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if is_digits(port) { name } else { host });
    // `192.0.2.1/33` is a network that cannot be.
    let is_host = domain(name).is_some() || (name.parse::<Ipv4Addr>().is_ok() && !is_digits(path));
    let fits = is_host && !path.is_empty() && !text.contains(char::is_whitespace);
    fits.then(|| Ioc::UrlOfAnyScheme(text.to_owned()))
}

pub(super) fn email(text: &str) -> Option<Ioc> {
    let (local, host) = text.rsplit_once('@')?;
    let fits = !local.is_empty()
        && local.len() <= 64
        && !local.contains(|c: char| {
            c.is_whitespace() || matches!(c, '@' | '/' | '\\' | ':' | ',' | ';' | '<' | '>')
        });
    let Ioc::Domain(host) = domain(host)? else { return None };
    fits.then(|| Ioc::Email(format!("{local}@{host}")))
}

/// An address or a network; IPv6 in the form of RFC 5952.
pub(super) fn address(text: &str) -> Option<Ioc> {
    let (bare, prefix) = match text.split_once('/') {
        Some((bare, prefix)) => (bare, Some(prefix)),
        None => (text, None),
    };
    let bare = bare.strip_prefix('[').and_then(|bare| bare.strip_suffix(']')).unwrap_or(bare);
    let with = |shown: String, most: u8| match prefix {
        None => Some(shown),
        Some(prefix) => {
            let length = is_digits(prefix).then(|| prefix.parse::<u8>().ok())?;
            let length = length.filter(|length| *length <= most)?;
            Some(if length == most { shown } else { format!("{shown}/{length}") })
        }
    };
    if let Ok(address) = bare.parse::<Ipv4Addr>() {
        return with(address.to_string(), 32).map(Ioc::Ipv4);
    }
    let address = bare.parse::<Ipv6Addr>().ok()?;
    with(address.to_string(), 128).map(Ioc::Ipv6)
}

pub(super) fn registry(text: &str) -> Option<Ioc> {
    let text =
        text.strip_prefix("\\\\").or_else(|| text.strip_prefix("Computer\\")).unwrap_or(text);
    let (hive, rest) = text.split_once('\\').unwrap_or((text, ""));
    let upper = hive.trim_end_matches(':').to_ascii_uppercase();
    let (_, full) = HIVES.iter().find(|(short, full)| upper == *short || upper == *full)?;
    let key = if rest.is_empty() { (*full).to_owned() } else { format!("{full}\\{rest}") };
    Some(Ioc::Registry { key: key.trim_end_matches('\\').to_owned(), data: None })
}

/// A path with a folder: `C:\…`, `\\server\…`, `%VARIABLE%\…`, `/…`, `~/…`.
pub(super) fn path(text: &str) -> Option<Ioc> {
    let bytes = text.as_bytes();
    let is_drive =
        bytes.first().is_some_and(u8::is_ascii_alphabetic) && text.get(1..3) == Some(":\\");
    let is_variable = text.starts_with('%') && text.get(1..).is_some_and(|rest| rest.contains('%'));
    let is_windows = is_drive || text.starts_with("\\\\") || (is_variable && text.contains('\\'));
    let is_unix = (text.starts_with('/') && text.len() > 1 && !text.starts_with("//"))
        || text.starts_with("~/");
    if !is_windows && !is_unix {
        return None;
    }
    let mark = if is_windows { '\\' } else { '/' };
    let (folder, name) = text.rsplit_once(mark)?;
    // The root keeps its mark: without it, it would be no folder.
    let folder = match folder {
        "" => "/".to_owned(),
        drive if drive.ends_with(':') => format!("{drive}\\"),
        folder => folder.to_owned(),
    };
    if name.is_empty() {
        return Some(Ioc::Folder(folder));
    }
    Some(Ioc::File { name: Some(name.to_owned()), folder: Some(folder), hash: None })
}

/// `192.0.2.1:443`, `[2001:db8::1]:443`, `example.org:443`.
pub(super) fn endpoint(text: &str) -> Option<Ioc> {
    let (host, port) = text.rsplit_once([':', '|'])?;
    let port = is_digits(port).then(|| port.parse::<u16>().ok())?;
    let port = port.filter(|port| *port > 0)?;
    // Without brackets the last part of an IPv6 address would be a port.
    let is_bare_ipv6 =
        host.contains(':') && !host.starts_with('[') && text.contains(&format!(":{port}"));
    let host = match address(host) {
        Some(Ioc::Ipv6(_)) if is_bare_ipv6 => return None,
        Some(Ioc::Ipv4(text) | Ioc::Ipv6(text)) if text.contains('/') => return None,
        Some(address) => address,
        None => match domain(host)? {
            name @ Ioc::Domain(_) => name,
            _ => return None,
        },
    };
    Some(Ioc::Endpoint(Box::new(host), port))
}

/// A name with an ending that only files have.
fn file_name(text: &str) -> Option<Ioc> {
    let (stem, ending) = text.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let fits = !stem.is_empty()
        && FILE_ENDINGS.contains(&ending.as_str())
        && !text.contains(['/', '\\', ':', '@']);
    fits.then(|| Ioc::File { name: Some(text.to_owned()), folder: None, hash: None })
}

/// A name in lower case, or with `*.` or a point in front all names below it.
pub(super) fn domain(text: &str) -> Option<Ioc> {
    let below = text.strip_prefix("*.").or_else(|| text.strip_prefix('.'));
    let name = below.unwrap_or(text);
    let name = name.strip_suffix('.').unwrap_or(name).to_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_') || is_mark(c))
    };
    let (rest, top) = name.rsplit_once('.')?;
    let is_top = top.starts_with("xn--")
        || (top.chars().count() >= 2 && top.chars().all(|c| c.is_alphabetic() || is_mark(c)));
    let fits = name.len() <= 253 && is_top && is_label(top) && rest.split('.').all(is_label);
    fits.then(|| {
        if below.is_some() { Ioc::Subdomains(name.clone()) } else { Ioc::Domain(name.clone()) }
    })
}

/// Marks of scripts whose words need them: not letters, but parts of names.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x900..=0xdff | 0xe31..=0xe4e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str, name: &str, meant: &str) {
        match recognise(text) {
            Ok(found) => assert_eq!(
                (found.ioc.name().as_str(), found.ioc.text().as_str()),
                (name, meant),
                "{text}"
            ),
            Err(why) => panic!("{text}: {why}"),
        }
    }

    #[test]
    fn values_are_known_by_their_looks() {
        is("192[.]0[.]2[.]1", "ipv4", "192.0.2.1");
        is("192.0.2.0/24", "ipv4", "192.0.2.0/24");
        is("192.0.2.1/32", "ipv4", "192.0.2.1");
        is("2001:0DB8::0001", "ipv6", "2001:db8::1");
        is("2001:db8::/32", "ipv6", "2001:db8::/32");
        is("[2001:db8::1]:443", "ip-dst|port", "2001:db8::1|443");
        is("192.0.2.1:8080", "ip-dst|port", "192.0.2.1|8080");
        is("Example.ORG.", "domain", "example.org");
        is("_dmarc.example.org", "domain", "_dmarc.example.org");
        is("*.example.org", "domain", "*.example.org");
        is("münchen.example", "domain", "münchen.example");
        is("example.org:443", "hostname|port", "example.org|443");
        is("hxxp://example[.]org/a?b=c", "url", "http://example.org/a?b=c");
        is("example.org/login", "url", "example.org/login");
        is("ana.k+x@example[.]org", "email", "ana.k+x@example.org");
        is("D41D8CD98F00B204E9800998ECF8427E", "md5", "d41d8cd98f00b204e9800998ecf8427e");
        is(&"a".repeat(40), "sha1", &"a".repeat(40));
        is(&"b".repeat(64), "sha256", &"b".repeat(64));
        is(&"c".repeat(128), "sha512", &"c".repeat(128));
        is(
            "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO",
            "ssdeep",
            "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO",
        );
        is("invoice 2026.docx", "filename", "invoice 2026.docx");
        is("C:\\Windows\\a.exe", "filepath", "C:\\Windows\\a.exe");
        is("C:\\a.exe", "filepath", "C:\\a.exe");
        is("/etc/cron.d/x", "filepath", "/etc/cron.d/x");
        is("%TEMP%\\a.exe", "filepath", "%TEMP%\\a.exe");
        is("HKLM\\Software\\Run", "regkey", "HKEY_LOCAL_MACHINE\\Software\\Run");
        is("AS64500", "asn", "AS64500");
        is("00-1B-44-11-3A-B7", "mac-address", "00:1b:44:11:3a:b7");
        is("cve-2026-12345", "vulnerability", "CVE-2026-12345");
    }

    #[test]
    fn what_is_nothing_known_is_refused() {
        for text in [
            "",
            "hello",
            "1.2.3",
            "999.1.1.1",
            "192.0.2.1/33",
            "abcdef",
            "a..b.org",
            "-a.org",
            "exa\u{200b}mple.org",
            "CVE-26-1",
            "http://",
            "@example.org",
            "localhost",
        ] {
            assert!(recognise(text).is_err(), "{text}");
        }
    }
}
