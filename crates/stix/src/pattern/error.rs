//! Why a text is no pattern, and where.

use std::borrow::Cow;
use std::fmt;

/// Why a text is no pattern, and the place to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The place, in bytes from the beginning.
    pub offset: usize,
    /// The line of the place, counted from 1.
    pub line: usize,
    /// The character of the line, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at a place of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The grammar asks for something else.
    Expected {
        /// What could stand there.
        expected: Cow<'static, str>,
        /// What stands there.
        found: String,
    },
    /// The specification forbids it beyond the grammar.
    Forbidden {
        /// What is wrong, as a sentence without its end.
        what: String,
        /// The section of STIX 2.1 that says so.
        section: &'static str,
    },
    /// A regular expression uses what only backtracking can do.
    Unsupported {
        /// The name of the feature, as PCRE calls it.
        feature: &'static str,
        /// The text that uses it.
        text: String,
    },
    /// A regular expression is malformed or too large.
    Expression {
        /// What is wrong with it.
        what: String,
    },
    /// It is beyond a limit of this program.
    Limit {
        /// The limit, as a sentence without its end.
        what: String,
    },
}

impl Error {
    /// The error at a place of a text.
    pub(super) fn at(text: &str, offset: usize, problem: Problem) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Self { offset, line, column, problem }
    }

    /// The line of the pattern with a caret under the place: two lines, for people. Long lines
    /// are cut around the place, and what would upset a terminal is replaced.
    pub fn picture(&self, text: &str) -> String {
        const BEFORE: usize = 60;
        const AFTER: usize = 40;
        let line: Vec<char> =
            text.split('\n').nth(self.line.saturating_sub(1)).unwrap_or("").chars().collect();
        let at = self.column.saturating_sub(1).min(line.len());
        let from = at.saturating_sub(BEFORE);
        let to = (at + AFTER).min(line.len());
        let shown: String = line
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|&c| if is_plain(c) { c } else { '\u{fffd}' })
            .collect();
        let (front, lead) = if from > 0 { ("…", 1) } else { ("", 0) };
        let back = if to < line.len() { "…" } else { "" };
        format!("{front}{shown}{back}\n{}^", " ".repeat(at - from + lead))
    }
}

/// Whether a character takes one cell and changes nothing around it.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Forbidden { what, section } => write!(f, "{what} (STIX 2.1 section {section})"),
            Self::Unsupported { feature, text } => {
                write!(
                    f,
                    "“{text}” ({feature}) is not possible: regular expressions run in linear time"
                )
            }
            Self::Expression { what } => write!(f, "no regular expression: {what}"),
            Self::Limit { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}
