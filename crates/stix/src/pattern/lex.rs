//! The text of a pattern, read from left to right: white space, words, strings, numbers.

use std::borrow::Cow;

use super::ast::{Constant, Seconds, Text};
use super::error::{Error, Problem};
use crate::time::Timestamp;

/// The words that the grammar keeps: a key of this name must be quoted.
pub(super) const KEYWORDS: &[&str] = &[
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

/// Whether a word is one of [`KEYWORDS`].
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(word.bytes().next(), Some(b'A'..=b'Z' | b't' | b'f')) && KEYWORDS.contains(&word)
}

pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// Whether a byte can stand in a word; the hyphen only in names of types.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn byte_at(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The byte at the place.
    pub(super) fn byte(&self) -> Option<u8> {
        self.byte_at(self.at)
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Passes white space and comments, and tells the byte after.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            match byte {
                b' ' | b'\t'..=b'\r' => self.at += 1,
                b'/' => match self.byte_at(self.at + 1) {
                    Some(b'*') => {
                        let rest = self.text.get(self.at + 2..).unwrap_or_default();
                        let Some(end) = rest.find("*/") else { return Some(byte) };
                        self.at += end + 4;
                    }
                    Some(b'/') => {
                        let rest = self.text.get(self.at..).unwrap_or_default();
                        self.at += rest.find(['\r', '\n']).unwrap_or(rest.len());
                    }
                    _ => return Some(byte),
                },
                0x80.. => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    match rest.chars().next() {
                        Some(c) if is_space(c) => self.at += c.len_utf8(),
                        _ => return Some(byte),
                    }
                }
                _ => return Some(byte),
            }
        }
    }

    /// Takes a byte if it comes next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes a byte, or says what was expected.
    pub(super) fn demand(&mut self, byte: u8, expected: &'static str) -> Result<(), Error> {
        if self.eat(byte) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// The word at the place, with hyphens, not taken; empty if there is none.
    pub(super) fn word(&mut self) -> &'a str {
        match self.peek() {
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
                let length = rest.iter().take_while(|&&byte| is_word(byte) || byte == b'-').count();
                self.slice(self.at, self.at + length)
            }
            _ => "",
        }
    }

    /// Takes a keyword if it comes next.
    pub(super) fn eat_word(&mut self, keyword: &str) -> bool {
        let found = self.word() == keyword;
        if found {
            self.at += keyword.len();
        }
        found
    }

    /// Takes a keyword, or says what was expected.
    pub(super) fn demand_word(
        &mut self,
        keyword: &str,
        expected: &'static str,
    ) -> Result<(), Error> {
        if self.eat_word(keyword) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// The error that something else was expected at the place.
    pub(super) fn expected(&mut self, expected: impl Into<Cow<'static, str>>) -> Error {
        self.peek();
        let found = self.found();
        Error::at(self.text, self.at, Problem::Expected { expected: expected.into(), found })
    }

    /// What stands at the place, for people.
    fn found(&mut self) -> String {
        let word = self.word();
        if !word.is_empty() {
            let shown: String = word.chars().take(40).collect();
            let upper = word.to_ascii_uppercase();
            let lower = word.to_ascii_lowercase();
            return match KEYWORDS.iter().find(|keyword| **keyword == upper || **keyword == lower) {
                Some(keyword) if *keyword != word => {
                    format!("“{shown}” (the keyword is written {keyword})")
                }
                _ => format!("“{shown}”"),
            };
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.chars().next() {
            None => "the end".to_owned(),
            Some('\'') => "a string".to_owned(),
            Some(c) if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
                let shown: String =
                    rest.get(..end.unwrap_or(rest.len())).unwrap_or("").chars().take(40).collect();
                format!("“{shown}”")
            }
            Some('/') if rest.starts_with("/*") => "a comment without end".to_owned(),
            Some(c) if c.is_control() => format!("the character U+{:04X}", u32::from(c)),
            Some(c) => format!("“{c}”"),
        }
    }

    /// The error that the specification forbids something at a place.
    pub(super) fn forbidden(&self, at: usize, section: &'static str, what: String) -> Error {
        Error::at(self.text, at, Problem::Forbidden { what, section })
    }

    /// Takes a string: between apostrophes, where `\'` and `\\` are escapes.
    pub(super) fn string(&mut self, expected: &'static str) -> Result<Text, Error> {
        if self.peek() != Some(b'\'') {
            return Err(self.expected(expected));
        }
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut escapes = false;
        loop {
            match bytes.get(at) {
                Some(b'\'') => break,
                Some(b'\\') if matches!(bytes.get(at + 1), Some(b'\'' | b'\\')) => {
                    escapes = true;
                    at += 2;
                }
                Some(b'\\') => {
                    self.at = at;
                    return Err(self.forbidden(
                        at,
                        "9.2",
                        "a backslash in a string is written twice".to_owned(),
                    ));
                }
                Some(_) => at += 1,
                None => {
                    let problem = Problem::Expected {
                        expected: "an apostrophe that ends the string".into(),
                        found: "the end".to_owned(),
                    };
                    return Err(Error::at(self.text, self.at, problem));
                }
            }
        }
        let raw = self.slice(start, at);
        self.at = at + 1;
        if !escapes {
            return Ok(Text::from(raw));
        }
        let mut text = Text::with_capacity(raw.len());
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
        }
        Ok(text)
    }

    /// The digits of a number at the place, taken: an optional sign, digits, perhaps a point and
    /// digits. Nothing is taken if there is none.
    fn number(&mut self) -> Option<(&'a str, bool)> {
        self.peek();
        let start = self.at;
        let mut at = start + usize::from(matches!(self.byte(), Some(b'+' | b'-')));
        let digits = |mut at: usize| {
            while self.byte_at(at).is_some_and(|byte| byte.is_ascii_digit()) {
                at += 1;
            }
            at
        };
        let whole = at;
        at = digits(at);
        let is_float = self.byte_at(at) == Some(b'.')
            && self.byte_at(at + 1).is_some_and(|byte| byte.is_ascii_digit());
        if is_float {
            at = digits(at + 1);
        } else if self.byte_at(whole) == Some(b'0') {
            // A leading zero is a number of its own; what follows is then refused at its place.
            at = at.min(whole + 1);
        }
        if at == whole {
            return None;
        }
        self.at = at;
        Some((self.slice(start, at), is_float))
    }

    /// Takes a positive whole number.
    pub(super) fn count(&mut self, expected: &'static str, what: &str) -> Result<u32, Error> {
        self.peek();
        let start = self.at;
        let text = match self.number() {
            Some((text, false)) if !text.starts_with('-') => text,
            _ => {
                self.at = start;
                return Err(self.expected(expected));
            }
        };
        match text.trim_start_matches('+').parse() {
            Ok(0) => Err(self.forbidden(start, "9.4.1", format!("{what} is at least 1"))),
            Ok(count) => Ok(count),
            Err(_) => {
                let what = format!("{what} is at most {}", u32::MAX);
                Err(Error::at(self.text, start, Problem::Limit { what }))
            }
        }
    }

    /// Takes a positive number of seconds.
    pub(super) fn seconds(&mut self) -> Result<Seconds, Error> {
        self.peek();
        let start = self.at;
        let text = match self.number() {
            Some((text, _)) if !text.starts_with('-') => text.trim_start_matches('+'),
            _ => {
                self.at = start;
                return Err(self.expected("a number of seconds"));
            }
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        if whole.is_empty() && fraction.is_empty() {
            let what = "WITHIN takes a positive number of seconds".to_owned();
            return Err(self.forbidden(start, "9.4.1", what));
        }
        let mut seconds = Text::from(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            seconds.push('.');
            seconds.push_str(fraction);
        }
        Ok(Seconds(seconds))
    }

    /// Takes a list index.
    pub(super) fn index(&mut self) -> Result<u32, Error> {
        self.peek();
        let start = self.at;
        match self.number() {
            Some((text, false)) if !text.starts_with('-') => {
                let text = text.trim_start_matches('+');
                text.parse().map_err(|_| {
                    let what = format!("a list index is at most {}", u32::MAX);
                    Error::at(self.text, start, Problem::Limit { what })
                })
            }
            _ => {
                self.at = start;
                Err(self.expected("a list index or “*”"))
            }
        }
    }

    /// Takes a timestamp constant.
    pub(super) fn timestamp(&mut self, expected: &'static str) -> Result<Timestamp, Error> {
        if self.peek() != Some(b't') || self.byte_at(self.at + 1) != Some(b'\'') {
            return Err(self.expected(expected));
        }
        let start = self.at;
        self.at += 1;
        let text = self.string(expected)?;
        Timestamp::parse(&text).map_err(|error| self.forbidden(start, "2.16", error.problem))
    }

    /// Takes a constant of any kind.
    pub(super) fn constant(&mut self) -> Result<Constant, Error> {
        const EXPECTED: &str = "a constant: a string, a number, true, false, t'…', h'…' or b'…'";
        let start = match self.peek() {
            Some(_) => self.at,
            None => return Err(self.expected(EXPECTED)),
        };
        let quoted = self.byte_at(start + 1) == Some(b'\'');
        match self.byte() {
            Some(b'\'') => self.string(EXPECTED).map(Constant::String),
            Some(b't') if quoted => self.timestamp(EXPECTED).map(Constant::Timestamp),
            Some(b'h') if quoted => {
                self.at += 1;
                let digits = self.string(EXPECTED)?;
                let bytes = hex(&digits).ok_or_else(|| {
                    let what = "h'…' takes pairs of hexadecimal digits".to_owned();
                    self.forbidden(start, "9.2", what)
                })?;
                Ok(Constant::Hex(bytes))
            }
            Some(b'b') if quoted => {
                self.at += 1;
                let text = self.string(EXPECTED)?;
                let bytes = base64(&text).filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
                    let what = "b'…' takes base64, padded and not empty".to_owned();
                    self.forbidden(start, "9.2", what)
                })?;
                Ok(Constant::Binary(bytes))
            }
            Some(b'+' | b'-' | b'.' | b'0'..=b'9') => match self.number() {
                Some((text, true)) => self.float(start, text),
                Some((text, false)) => {
                    text.trim_start_matches('+').parse().map(Constant::Integer).map_err(|_| {
                        let what = "an integer has at most 64 bits".to_owned();
                        Error::at(self.text, start, Problem::Limit { what })
                    })
                }
                None => Err(self.expected(EXPECTED)),
            },
            _ if self.eat_word("true") => Ok(Constant::Boolean(true)),
            _ if self.eat_word("false") => Ok(Constant::Boolean(false)),
            _ => Err(self.expected(EXPECTED)),
        }
    }

    fn float(&self, start: usize, text: &str) -> Result<Constant, Error> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Constant::Float(number)),
            _ => {
                let what = "a float is an IEEE 754 double".to_owned();
                Err(Error::at(self.text, start, Problem::Limit { what }))
            }
        }
    }
}

/// White space beyond ASCII.
fn is_space(c: char) -> bool {
    matches!(
        c,
        '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Bytes from pairs of hexadecimal digits.
pub(super) fn hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// Bytes from padded base64. Bits beyond the last byte need not be zero: both are in use.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    ENGINE.decode(text).ok()
}
