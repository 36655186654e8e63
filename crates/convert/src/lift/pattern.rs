//! Patterns of STIX 2.0: object paths whose properties have other names, and times of `START` and
//! `STOP`, which were strings.

use super::{hashes, names};

/// The pattern as STIX 2.1 writes it, and the paths that name what STIX 2.1 dropped. What is no
/// pattern comes back as it is, as far as it is none.
pub(super) fn lift(text: &str) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len() + 8);
    let mut gone = Vec::new();
    let mut rest = text;
    let mut is_time = false;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let literal = quoted(rest);
            // `t'…'`, `b'…'` and `h'…'` were read as a word before their quotation mark.
            if is_time {
                out.push('t');
            }
            out.push_str(literal);
            rest = rest.get(literal.len()..).unwrap_or_default();
            is_time = false;
        } else if is_word(first) {
            let word = word(rest);
            rest = rest.get(word.len()..).unwrap_or_default();
            if let Some(path) = rest.strip_prefix(':') {
                let end = path_end(path);
                let (path, after) = path.split_at(end);
                let (now, is_gone) = self::path(word, path);
                if is_gone {
                    gone.push(format!("{word}:{path}"));
                }
                out.push_str(word);
                out.push(':');
                out.push_str(&now);
                rest = after;
            } else {
                out.push_str(word);
            }
            is_time = matches!(word, "START" | "STOP");
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            is_time &= first.is_whitespace();
        }
    }
    (out, gone)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn word(text: &str) -> &str {
    text.split(|c| !is_word(c)).next().unwrap_or_default()
}

/// A string with its quotation marks; a backslash takes the next character's meaning.
fn quoted(text: &str) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return text.get(..=at).unwrap_or(text),
            _ => {}
        }
    }
    text
}

/// How long an object path is: names, quoted names, indexes and points.
fn path_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        at += match c {
            '\'' => quoted(rest).len(),
            '[' => match rest.find(']') {
                Some(end) => end + 1,
                None => return at,
            },
            '.' => 1,
            c if is_word(c) => word(rest).len(),
            _ => return at,
        };
    }
    at
}

/// Renames the steps of a path; follows references to the type they lead to.
fn path(type_name: &str, path: &str) -> (String, bool) {
    let mut out = String::with_capacity(path.len());
    let mut is_gone = false;
    let mut here = Some(type_name);
    let mut is_hash = false;
    let mut extension = None;
    for (index, step) in steps(path).into_iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        let name_end = step.find('[').filter(|_| !step.starts_with('\'')).unwrap_or(step.len());
        let (written, tail) = step.split_at(name_end);
        let name = written.trim_matches('\'');
        let renamed = here.and_then(|here| names::renamed(here, name));
        let algorithm = if is_hash { hashes::spelled(name) } else { None };
        match renamed.or(algorithm) {
            Some(new) if new.contains('-') => {
                out.push('\'');
                out.push_str(new);
                out.push('\'');
            }
            Some(new) => out.push_str(new),
            None => out.push_str(written),
        }
        out.push_str(tail);
        is_gone |= here.is_some_and(|here| names::is_gone(here, name))
            || extension.is_some_and(|held| names::is_gone_in_extension(held, name));
        is_hash = name == "hashes" || name == "file_header_hashes";
        extension = name.ends_with("-ext").then_some(name);
        here = target(name);
    }
    (out, is_gone)
}

/// The steps between the points that stand outside quotation marks.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = path.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '\'' => at += quoted(path.get(at..).unwrap_or_default()).len(),
            '.' => {
                steps.push(path.get(start..at).unwrap_or_default());
                at += 1;
                start = at;
            }
            c => at += c.len_utf8(),
        }
    }
    steps.push(path.get(start..).unwrap_or_default());
    steps
}

/// The type that a reference leads to, where the specification leaves one choice, or two with the
/// same old names.
fn target(reference: &str) -> Option<&'static str> {
    Some(match reference {
        "binary_ref" | "image_ref" | "contains_refs" | "service_dll_refs" => "file",
        "parent_directory_ref" => "directory",
        "parent_ref" | "child_refs" => "process",
        "creator_user_ref" | "belongs_to_ref" => "user-account",
        "opened_connection_refs" | "encapsulates_refs" | "encapsulates_by_ref" => "network-traffic",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifted(text: &str) -> String {
        lift(text).0
    }

    #[test]
    fn properties_have_their_new_names() {
        assert_eq!(
            lifted("[process:binary_ref.created > t'2016-01-01T00:00:00Z']"),
            "[process:image_ref.ctime > t'2016-01-01T00:00:00Z']"
        );
        assert_eq!(
            lifted("[windows-registry-key:modified = 'x' AND file:hashes.ssdeep = '3:a:b']"),
            "[windows-registry-key:modified_time = 'x' AND file:hashes.SSDEEP = '3:a:b']"
        );
        assert_eq!(
            lifted("[file:extensions.'windows-pebinary-ext'.sections[*].hashes.sha256 = 'a']"),
            "[file:extensions.'windows-pebinary-ext'.sections[*].hashes.'SHA-256' = 'a']"
        );
    }

    #[test]
    fn times_of_start_and_stop() {
        assert_eq!(
            lifted("[a:b = 'START'] START '2016-05-01T00:00:00Z' STOP t'2016-06-01T00:00:00Z'"),
            "[a:b = 'START'] START t'2016-05-01T00:00:00Z' STOP t'2016-06-01T00:00:00Z'"
        );
    }

    #[test]
    fn text_is_not_touched() {
        let text = r"[file:name = 'process:name \' file:created' AND domain-name:value = 'ü']";
        assert_eq!(lift(text), (text.to_owned(), vec![]));
    }

    #[test]
    fn what_is_gone_is_named() {
        let text = "[process:name = 'a' AND process:parent_ref.name = 'b']";
        let (now, gone) = lift(text);
        assert_eq!(now, text);
        assert_eq!(gone, ["process:name", "process:parent_ref.name"]);
    }

    #[test]
    fn what_is_no_pattern_comes_back() {
        for text in ["", "'", "a:", "a:b[", "a:'", "START '", "[a:b.'c", "\\", "é:é"] {
            assert_eq!(lifted(text).replace("t'", "'"), text, "{text}");
        }
    }
}
