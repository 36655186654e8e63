//! `LIKE`: `%` stands for any characters, `_` for one; everything in Unicode's normal form C.

use std::borrow::Cow;

use regex::Regex;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::regex::MAX_PROGRAM;

/// A text in Unicode's normal form C, which `LIKE` and `MATCHES` compare in (STIX 2.1 section
/// 9.6); `=` and its like compare as it is written.
pub(super) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// A compiled operand of `LIKE`.
#[derive(Debug)]
pub(super) enum Like {
    Exact(String),
    /// Literal parts with `%` between: the first is anchored at the beginning, the last at the
    /// end, those between are found in order.
    Parts {
        first: String,
        middle: Vec<String>,
        last: String,
    },
    /// With `_`, in the general case.
    General {
        regex: Regex,
        longest: String,
    },
}

impl Like {
    /// Compiles an operand; none if it is too large.
    pub(super) fn new(operand: &str) -> Option<Self> {
        let operand = nfc(operand);
        if operand.contains('_') {
            let mut text = String::from("(?s)\\A");
            for c in operand.chars() {
                match c {
                    '%' => text.push_str(".*"),
                    '_' => text.push('.'),
                    c => text.push_str(regex_syntax::escape(c.encode_utf8(&mut [0; 4])).as_str()),
                }
            }
            text.push_str("\\z");
            let regex = regex::RegexBuilder::new(&text).size_limit(MAX_PROGRAM).build().ok()?;
            let longest = operand.split(['%', '_']).max_by_key(|part| part.len());
            return Some(Self::General { regex, longest: longest.unwrap_or_default().to_owned() });
        }
        let mut parts = operand.split('%');
        let first = parts.next().unwrap_or_default().to_owned();
        let Some(last) = parts.next_back() else { return Some(Self::Exact(first)) };
        let middle = parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(Self::Parts { first, middle, last: last.to_owned() })
    }

    /// Whether a text in normal form C is like it.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => text == exact,
            Self::General { regex, .. } => regex.is_match(text),
            Self::Parts { first, middle, last } => {
                let Some(rest) = text.strip_prefix(first.as_str()) else { return false };
                let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
                for part in middle {
                    match rest.find(part.as_str()) {
                        Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
                        None => return false,
                    }
                }
                true
            }
        }
    }

    /// A text that every match contains; empty if there is none.
    pub(super) fn literal(&self) -> &str {
        match self {
            Self::Exact(exact) => exact,
            Self::General { longest, .. } => longest,
            Self::Parts { first, middle, last } => {
                let all = [first, last].into_iter().chain(middle);
                all.max_by_key(|part| part.len()).map_or("", String::as_str)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(operand: &str, text: &str) -> bool {
        Like::new(operand).unwrap().matches(&nfc(text))
    }

    #[test]
    fn percent_is_any_characters_and_underscore_one() {
        for (operand, text) in [
            ("", ""),
            ("a", "a"),
            ("%", ""),
            ("%", "a\nb"),
            ("a%", "a"),
            ("a%", "ab"),
            ("%b", "ab"),
            ("%a%", "bab"),
            ("a%b", "ab"),
            ("a%b%c", "aXbYc"),
            ("_", "é"),
            ("_%", "ab"),
            ("%_", "a"),
            ("a_c", "a\nc"),
            ("a%%b", "ab"),
            ("%.e_e", "x.exe"),
            ("a.c", "a.c"),
            ("[%]", "[x]"),
            ("e\u{301}%", "\u{e9}t"),
            ("\u{e9}_", "e\u{301}t"),
        ] {
            assert!(like(operand, text), "{text} is like {operand}");
        }
        for (operand, text) in [
            ("", "a"),
            ("a", "A"),
            ("a", "ab"),
            ("a%", "ba"),
            ("%b", "ba"),
            ("%a%", "b"),
            ("ab%bc", "abc"),
            ("_", ""),
            ("_", "ab"),
            ("a_c", "ac"),
            ("a.c", "abc"),
            ("a%b%c", "acb"),
            ("%aa%aa%", "aaa"),
        ] {
            assert!(!like(operand, text), "{text} is not like {operand}");
        }
    }
}
