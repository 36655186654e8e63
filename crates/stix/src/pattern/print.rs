//! The canonical text of a pattern: one space between words, no superfluous parentheses, one
//! spelling for each constant.

use std::fmt::{self, Display, Formatter, Write};

use base64::Engine;

use super::ast::{Check, Comparison, Constant, Observation, Path, Qualifier, Step, Test};
use super::lex::is_keyword;

fn join<T: Display>(f: &mut Formatter<'_>, parts: &[T], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        part.fmt(f)?;
    }
    Ok(())
}

impl Observation {
    /// How tightly it binds: a part that binds no tighter than its whole needs parentheses.
    fn rank(&self) -> u8 {
        match self {
            Self::FollowedBy(_) => 0,
            Self::Or(_) => 1,
            Self::And(_) => 2,
            Self::Qualified { .. } => 3,
            Self::Comparison(_) => 4,
        }
    }

    fn within(&self, f: &mut Formatter<'_>, rank: u8) -> fmt::Result {
        if self.rank() <= rank { write!(f, "({self})") } else { self.fmt(f) }
    }
}

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, between) = match self {
            Self::Comparison(comparison) => return write!(f, "[{comparison}]"),
            Self::Qualified { inner, qualifiers } => {
                inner.within(f, self.rank())?;
                return qualifiers.iter().try_for_each(|qualifier| write!(f, " {qualifier}"));
            }
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
            Self::FollowedBy(parts) => (parts, " FOLLOWEDBY "),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(between)?;
            }
            part.within(f, self.rank())?;
        }
        Ok(())
    }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(seconds) => write!(f, "WITHIN {} SECONDS", seconds.as_str()),
            Self::Repeats(count) => write!(f, "REPEATS {count} TIMES"),
            Self::StartStop { start, stop } => write!(f, "START t'{start}' STOP t'{stop}'"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => test.fmt(f),
            Self::Or(parts) => join(f, parts, " OR "),
            Self::And(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" AND ")?;
                    }
                    match part {
                        Self::Or(_) => write!(f, "({part})")?,
                        _ => part.fmt(f)?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "NOT " } else { "" };
        if self.check == Check::Exists {
            return write!(f, "{not}EXISTS {}", self.path);
        }
        write!(f, "{} {not}{}", self.path, self.check)
    }
}

impl Display for Check {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(constant) => write!(f, "= {constant}"),
            Self::NotEqual(constant) => write!(f, "!= {constant}"),
            Self::Less(constant) => write!(f, "< {constant}"),
            Self::LessOrEqual(constant) => write!(f, "<= {constant}"),
            Self::Greater(constant) => write!(f, "> {constant}"),
            Self::GreaterOrEqual(constant) => write!(f, ">= {constant}"),
            Self::In(constants) => {
                f.write_str("IN (")?;
                join(f, constants, ", ")?;
                f.write_char(')')
            }
            Self::Like(text) => write!(f, "LIKE {}", Quoted(text)),
            Self::Matches(text) => write!(f, "MATCHES {}", Quoted(text)),
            Self::Subset(text) => write!(f, "ISSUBSET {}", Quoted(text)),
            Self::Superset(text) => write!(f, "ISSUPERSET {}", Quoted(text)),
            Self::Exists => f.write_str("EXISTS"),
        }
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => {
                // Without an exponent, which the grammar lacks, and with a point, or it would
                // read as an integer.
                let text = number.to_string();
                f.write_str(&text)?;
                if text.contains('.') { Ok(()) } else { f.write_str(".0") }
            }
            Self::String(text) => Quoted(text).fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Hex(bytes) => {
                f.write_str("h'")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_char('\'')
            }
            Self::Binary(bytes) => {
                write!(f, "b'{}'", base64::engine::general_purpose::STANDARD.encode(bytes))
            }
            Self::Timestamp(time) => write!(f, "t'{time}'"),
        }
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.object_type)?;
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    if index > 0 {
                        f.write_char('.')?;
                    }
                    if is_bare(key) { f.write_str(key)? } else { Quoted(key).fmt(f)? }
                }
                Step::Index(number) => write!(f, "[{number}]")?,
                Step::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// Whether a key reads as one without quotes.
fn is_bare(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && key.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
        && !is_keyword(key)
}

struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        for c in self.0.chars() {
            if matches!(c, '\'' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('\'')
    }
}
