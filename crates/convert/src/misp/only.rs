//! Values that only a pattern can say: ports, sizes, HTTP methods and user agents by themselves.

use super::pattern;
use super::shape;
use super::types::Only;

/// The path of such a value, and whether it is a number.
fn path(only: Only) -> (&'static str, bool) {
    match only {
        Only::Method => ("network-traffic:extensions.'http-request-ext'.request_method", false),
        Only::Agent => {
            ("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[*]", false)
        }
        Only::Port => ("network-traffic:dst_port", true),
        Only::Size => ("file:size", true),
    }
}

/// The comparison with a value; `None` if the property cannot have it.
pub(crate) fn write(only: Only, value: &str) -> Option<String> {
    let (path, is_number) = path(only);
    if !is_number {
        return (!value.is_empty()).then(|| pattern::equals(path, value));
    }
    let number = match only {
        Only::Port => shape::port(value)?,
        _ => shape::canonical(value).filter(|number| *number >= 0)?,
    };
    Some(pattern::number(path, number))
}

/// The value that a pattern compares with, if it is one that we write.
pub(crate) fn read(only: Only, written: &str) -> Option<String> {
    let (path, is_number) = path(only);
    let literal = written.strip_prefix('[')?.strip_prefix(path)?.strip_prefix(" = ")?;
    let literal = literal.strip_suffix(']')?;
    if is_number {
        return shape::canonical(literal).map(|number| number.to_string());
    }
    unquoted(literal)
}

/// The text of a literal.
pub(crate) fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next()?),
            '\'' => return None,
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_both_ways() {
        for (only, value) in [
            (Only::Port, "443"),
            (Only::Size, "0"),
            (Only::Method, "GET"),
            (Only::Agent, r"Mozilla's \ thing]"),
        ] {
            let written = pattern::all(&[write(only, value).unwrap()]);
            assert_eq!(read(only, &written).as_deref(), Some(value), "{written}");
        }
        assert_eq!(write(Only::Port, "65536"), None);
        assert_eq!(write(Only::Size, "007"), None);
        assert_eq!(read(Only::Port, "[network-traffic:dst_port = 'x' OR 1]"), None);
    }
}
