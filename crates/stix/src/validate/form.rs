//! The form of strings: addresses, names, languages, hashes.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::spec::Form;

/// What is wrong with a string's form.
pub(super) enum Problem {
    /// By this rule and, unless it is empty, in this section: it must be otherwise.
    Must(&'static str, &'static str, String),
    /// It should be otherwise.
    Should(String),
}

pub(super) fn problem(form: Form, text: &str) -> Option<Problem> {
    let must =
        |fits: bool, problem: &str| (!fits).then(|| Problem::Must("form", "", problem.to_owned()));
    let should = |fits: bool, problem: &str| (!fits).then(|| Problem::Should(problem.to_owned()));
    match form {
        Form::Free => None,
        Form::Exactly(expected) => must(text == expected, &format!("must be “{expected}” here")),
        Form::Language => {
            must(is_language(text), "is no language tag of RFC 5646: write for example sq or hr")
        }
        Form::TypeName => type_name(text)
            .map(|problem| Problem::Must("name", "3.1", format!("is no type: {problem}"))),
        Form::PropertyName => property_name(text)
            .map(|problem| Problem::Must("name", "3.1", format!("is no property: {problem}"))),
        Form::Hyphenated => {
            should(is_hyphenated(text), "should be in lower case, with hyphens between words")
        }
        Form::Verb => {
            let fits = !text.is_empty()
                && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
            must(fits, "is no name of a relationship: use a–z, 0–9 and hyphens")
        }
        Form::Ipv4 => must(
            network(text, 32, |address| address.parse::<Ipv4Addr>().is_ok()),
            "is no IPv4 address, with or without /0 to /32",
        ),
        Form::Ipv6 => must(
            network(text, 128, |address| address.parse::<Ipv6Addr>().is_ok()),
            "is no IPv6 address, with or without /0 to /128",
        ),
        Form::Mac => must(
            is_mac(text),
            "is no MAC address: six pairs of 0–9 and a–f in lower case, with colons",
        ),
        Form::Domain => must(is_domain(text), "is no domain name"),
        Form::Email => {
            must(is_email(text), "is no e-mail address: name@domain, without display name")
        }
        Form::Url => must(is_url(text), "is no URL: a scheme, a colon, no spaces"),
        Form::MediaType => should(
            is_media_type(text),
            "should be a registered media type, such as application/pdf",
        ),
        Form::Charset => {
            must(super::charset::is_registered(text), "is no character set of the IANA registry")
        }
        Form::Cpe => must(is_cpe(text), "is no CPE 2.3 name: cpe:2.3: and eleven parts"),
        Form::Country => {
            let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            should(fits, "should be a country’s two letters, such as AL")
        }
        Form::RegistryKey => {
            let hive = text.split('\\').next().unwrap_or_default();
            let short = ["HKLM", "HKCC", "HKCR", "HKCU", "HKU"];
            let fits = !short.iter().any(|short| hive.eq_ignore_ascii_case(short));
            must(fits, "has an abbreviated hive: write it out, such as HKEY_LOCAL_MACHINE")
        }
        Form::Protocol => {
            let fits = !text.is_empty()
                && text
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/'));
            should(fits, "should be a protocol’s name in lower case, such as tcp")
        }
        Form::Priority => should(text.ends_with("_CLASS"), "should end in _CLASS"),
        Form::Selector => {
            must(is_selector(text), "is no selector: properties with dots between, items as [0]")
        }
    }
}

/// A dictionary's key may hold this byte (section 2.3).
pub(super) fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Why a text is no name of a property (section 3.1).
pub(super) fn property_name(text: &str) -> Option<&'static str> {
    let fits = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    (!(fits && starts && (3..=250).contains(&text.len())))
        .then_some("3 to 250 of a–z, 0–9 and _, a letter first")
}

/// Why a text is no name of a type (section 3.1).
pub(super) fn type_name(text: &str) -> Option<&'static str> {
    let fits = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let doubled = text.contains("--");
    (!(fits && starts && !doubled && (3..=250).contains(&text.len())))
        .then_some("3 to 250 of a–z, 0–9 and single hyphens, a letter first")
}

/// In lower case, with hyphens between words.
pub(super) fn is_hyphenated(text: &str) -> bool {
    !text.chars().any(|c| c.is_uppercase() || c == '_' || c.is_whitespace())
}

/// A tag of RFC 5646, by its grammar (section 2.1 there); grandfathered ones are not told apart.
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-').peekable();
    let alphas = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let alnums = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !text.is_ascii() {
        return false;
    }
    let Some(first) = parts.next() else { return false };
    if first.eq_ignore_ascii_case("x") || first.eq_ignore_ascii_case("i") {
        let mut count = 0;
        let fits = parts.all(|part| {
            count += 1;
            (1..=8).contains(&part.len()) && alnums(part)
        });
        return fits && count > 0;
    }
    if !(2..=8).contains(&first.len()) || !alphas(first) {
        return false;
    }
    if first.len() <= 3 {
        for _ in 0..3 {
            if parts.next_if(|part| part.len() == 3 && alphas(part)).is_none() {
                break;
            }
        }
    }
    parts.next_if(|part| part.len() == 4 && alphas(part));
    parts.next_if(|part| {
        (part.len() == 2 && alphas(part))
            || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    while parts
        .next_if(|part| {
            let digit = part.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
            alnums(part) && ((5..=8).contains(&part.len()) || (part.len() == 4 && digit))
        })
        .is_some()
    {}
    // Extensions and private use: a single character, then parts of up to eight.
    while let Some(single) = parts.next() {
        if single.len() != 1 || !alnums(single) {
            return false;
        }
        let least = if single.eq_ignore_ascii_case("x") { 1 } else { 2 };
        let mut count = 0;
        while parts
            .next_if(|part| {
                (least..=8).contains(&part.len())
                    && alnums(part)
                    && (part.len() > 1 || single.eq_ignore_ascii_case("x"))
            })
            .is_some()
        {
            count += 1;
        }
        if count == 0 {
            return false;
        }
    }
    true
}

/// An address, perhaps with the length of its network's prefix.
fn network(text: &str, most: u8, is_address: impl Fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        None => is_address(text),
        Some((address, length)) => {
            let digits = (1..=3).contains(&length.len())
                && length.bytes().all(|byte| byte.is_ascii_digit())
                && (length.len() == 1 || !length.starts_with('0'));
            digits && length.parse::<u8>().is_ok_and(|length| length <= most) && is_address(address)
        }
    }
}

fn is_mac(text: &str) -> bool {
    let mut pairs = 0;
    let fits = text.split(':').all(|pair| {
        pairs += 1;
        pair.len() == 2 && pair.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    });
    fits && pairs == 6
}

/// Whether a text is a domain name: RFC 1034 as RFC 5890 widens it, labels of up to 63 bytes.
/// Underscores are in use (RFC 8552).
pub fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    !name.is_empty() && name.len() <= 253 && name.split('.').all(label)
}

/// Whether a text is an e-mail address without display name.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let quoted = name.len() > 2 && name.starts_with('"') && name.ends_with('"');
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c);
    let literal = domain.len() > 2 && domain.starts_with('[') && domain.ends_with(']');
    let atoms = name.split('.').all(|atom| !atom.is_empty() && atom.chars().all(plain));
    (quoted || atoms) && (literal || (!domain.is_empty() && domain.chars().all(plain)))
}

/// Whether a text is a URL: a scheme, a colon, no spaces.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let starts = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let fits = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let clean = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"\\^`{|}".contains(c);
    starts && fits && !rest.is_empty() && rest.chars().all(clean)
}

fn is_media_type(text: &str) -> bool {
    const KINDS: &[&str] = &[
        "application",
        "audio",
        "font",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ];
    let name = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".+_-".contains(&b))
    };
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    essence.split_once('/').is_some_and(|(kind, sub)| KINDS.contains(&kind) && name(sub))
}

/// NISTIR 7695 section 6.2, by its shape: a part, and ten attributes; colons within are escaped.
fn is_cpe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else { return false };
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in rest.chars() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == ':' {
            parts.push(String::new());
            continue;
        } else if !(c.is_ascii_alphanumeric() || "-._*?".contains(c)) {
            return false;
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    let kind = parts.first().map(String::as_str);
    !escaped
        && parts.len() == 11
        && parts.iter().all(|part| !part.is_empty())
        && matches!(kind, Some("a" | "h" | "o" | "*" | "-"))
}

/// The parts of a selector (section 7.2.3.1): names, and items' numbers in brackets.
pub(super) fn selector(text: &str) -> impl Iterator<Item = Part<'_>> {
    text.split('.').map(|part| {
        let number = part.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let digits = number.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match digits.map(str::parse::<usize>) {
            Some(Ok(index)) => Part::Item(index),
            _ => Part::Name(part),
        }
    })
}

/// A part of a selector.
pub(super) enum Part<'s> {
    Name(&'s str),
    Item(usize),
}

fn is_selector(text: &str) -> bool {
    let name = |name: &str| (1..=250).contains(&name.len()) && name.bytes().all(is_key);
    let mut first = true;
    selector(text).all(|part| match part {
        Part::Name(part) => {
            first = false;
            name(part)
        }
        Part::Item(_) => !first,
    })
}

/// What a hash of this algorithm looks like, if it does not look so (section 10.7).
pub fn hash_problem(algorithm: &str, text: &str) -> Option<&'static str> {
    let hex =
        |digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (fits, expected) = match algorithm {
        "MD5" => (hex(32), "32 hexadecimal digits"),
        "SHA-1" => (hex(40), "40 hexadecimal digits"),
        "SHA-256" | "SHA3-256" => (hex(64), "64 hexadecimal digits"),
        "SHA-512" | "SHA3-512" => (hex(128), "128 hexadecimal digits"),
        "SSDEEP" => (is_ssdeep(text), "a block size and two digests, with colons between"),
        "TLSH" => {
            let digits = text.strip_prefix("T1").unwrap_or(text);
            let fits = digits.len() == 70 && digits.bytes().all(|b| b.is_ascii_alphanumeric());
            (fits, "70 hexadecimal digits, perhaps after T1")
        }
        _ => (!text.is_empty(), "something"),
    };
    (!fits).then_some(expected)
}

fn is_ssdeep(text: &str) -> bool {
    let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+:.".contains(&b));
    fits && (1..=148).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(form: Form, text: &str) -> bool {
        problem(form, text).is_none()
    }

    #[test]
    fn languages() {
        for good in [
            "en",
            "sq",
            "hr-HR",
            "sr-Cyrl-BA",
            "zh-cmn-Hans-CN",
            "de-1996",
            "es-419",
            "x-mine",
            "en-a-bbb-x-c",
            "sl-rozaj-biske",
        ] {
            assert!(fits(Form::Language, good), "{good}");
        }
        for bad in
            ["", "e", "english language", "en_US", "en-", "-en", "1234", "en-x", "ë", "abcdefghi"]
        {
            assert!(!fits(Form::Language, bad), "{bad}");
        }
    }

    #[test]
    fn addresses() {
        for (form, good, bad) in [
            (Form::Ipv4, "198.51.100.3", "198.51.100.300"),
            (Form::Ipv4, "198.51.100.0/24", "198.51.100.0/33"),
            (Form::Ipv4, "0.0.0.0/0", "198.51.100.0/024"),
            (Form::Ipv6, "2001:db8::1", "2001:db8::1::2"),
            (Form::Ipv6, "2001:0db8:dead:beef:0000:0000:0000:0000/64", "2001:db8::/129"),
            (Form::Mac, "d2:fb:49:24:37:18", "D2:FB:49:24:37:18"),
            (Form::Mac, "00:00:00:00:00:00", "d2-fb-49-24-37-18"),
            (Form::Domain, "example.com", "exa mple.com"),
            (Form::Domain, "_dmarc.xn--bcher-kva.example.", "example..com"),
            (Form::Email, "john@example.com", "John <john@example.com>"),
            (Form::Email, "\"j d\"@example.com", "example.com"),
            (Form::Url, "https://example.com/a?b=c#d", "example"),
            (Form::Url, "urn:x:y", "http://example.com/a b"),
            (
                Form::Cpe,
                "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*",
                "cpe:/a:microsoft:word:2000",
            ),
            (Form::RegistryKey, "HKEY_LOCAL_MACHINE\\System", "hklm\\system"),
            (Form::Selector, "external_references.[0].source_name", "a..b"),
            (Form::Selector, "id", "[0].a"),
            (Form::Selector, "labels.[12]", "labels.[+0]"),
            (Form::Verb, "uses", "Uses"),
            (Form::TypeName, "x-mine", "x--mine"),
            (Form::MediaType, "text/plain; charset=utf-8", "plain"),
            (Form::Country, "al", "Albania"),
            (Form::Priority, "HIGH_PRIORITY_CLASS", "HIGH"),
        ] {
            assert!(fits(form, good), "{good}");
            assert!(!fits(form, bad), "{bad}");
        }
    }

    #[test]
    fn hashes() {
        assert!(hash_problem("MD5", "79054025255fb1a26e4bc422aef54eb4").is_none());
        assert!(hash_problem("MD5", "79054025255fb1a26e4bc422aef54eb").is_some());
        assert!(hash_problem("SSDEEP", "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C").is_none());
        assert!(hash_problem("SHA-256", &"g".repeat(64)).is_some());
        assert!(hash_problem("x_mine", "anything").is_none());
    }
}
