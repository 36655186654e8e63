//! Values written so that nobody follows them by accident, and back.

use std::borrow::Cow;

/// What people write instead of one character, in lower case.
const WRITTEN: &[(&str, &str)] = &[
    ("[://]", "://"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    (" dot ", "."),
    ("[:]", ":"),
    ("[/]", "/"),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("{at}", "@"),
];

const SCHEMES: &[(&str, &str)] = &[
    ("hxxps:", "https:"),
    ("hxxp:", "http:"),
    ("h**ps:", "https:"),
    ("h**p:", "http:"),
    ("htxps:", "https:"),
    ("htxp:", "http:"),
    ("fxps:", "ftps:"),
    ("fxp:", "ftp:"),
];

/// The value as it is used. Borrowed if it was not defanged.
pub(super) fn refang(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let written = WRITTEN.iter().find(|(written, _)| starts(rest, written));
        let taken = if let Some((written, meant)) = written {
            out.push_str(meant);
            written.len()
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    // Half of it was forgotten: `example[.org`, `example.]org`.
    if !out.contains(']') {
        out = out.replace("[.", ".");
    } else if !out.contains('[') {
        out = out.replace(".]", ".");
    }
    if let Some((written, meant)) = SCHEMES.iter().find(|(written, _)| starts(&out, written)) {
        out.replace_range(..written.len(), meant);
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

fn starts(text: &str, beginning: &str) -> bool {
    let head = text.as_bytes().get(..beginning.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(beginning.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::refang;

    #[test]
    fn what_people_write() {
        for (written, meant) in [
            ("hxxps[:]//evil[.]example[.]org/a", "https://evil.example.org/a"),
            ("hXXp://evil(dot)example", "http://evil.example"),
            ("ana[at]example[dot]org", "ana@example.org"),
            ("192[.]0[.]2[.1", "192.0.2.1"),
            ("example.]org", "example.org"),
            ("https[://]example.org", "https://example.org"),
        ] {
            assert_eq!(refang(written), meant);
        }
    }

    #[test]
    fn others_stay_as_they_are() {
        for text in ["[2001:db8::1]:443", "https://example.org/a?b[0]=c", "C:\\a.b", "é(·)"] {
            assert_eq!(refang(text), text);
        }
    }
}
