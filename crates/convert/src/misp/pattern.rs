//! Comparisons of STIX patterns (STIX 2.1 section 9), written so that every value is a literal.

/// A text as a literal.
pub(crate) fn text(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('\'');
    for letter in value.chars() {
        if matches!(letter, '\'' | '\\') {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal.push('\'');
    literal
}

/// `path = 'value'`.
pub(crate) fn equals(path: &str, value: &str) -> String {
    format!("{path} = {}", text(value))
}

/// `path = number`.
pub(crate) fn number(path: &str, value: i64) -> String {
    format!("{path} = {value}")
}

/// One step of a path, quoted where the grammar asks for it.
pub(crate) fn step(name: &str) -> String {
    let mut letters = name.bytes();
    let plain = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { name.to_owned() } else { text(name) }
}

/// An address at the end of a reference: by what it is, or as one of a network.
pub(crate) fn address(path: &str, kind: &str, value: &str) -> String {
    let operator = if value.contains('/') { "ISSUBSET" } else { "=" };
    format!("{path}.type = '{kind}' AND {path}.value {operator} {}", text(value))
}

/// One observation that satisfies all of these.
pub(crate) fn all(comparisons: &[String]) -> String {
    format!("[{}]", comparisons.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_literal() {
        assert_eq!(equals("file:name", r"a'] OR [x\"), r"file:name = 'a\'] OR [x\\'");
        assert_eq!(step("SHA-256"), "'SHA-256'");
        assert_eq!(step("MD5"), "MD5");
        assert_eq!(step(""), "''");
        assert_eq!(
            address("network-traffic:src_ref", "ipv4-addr", "198.51.100.0/24"),
            "network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value ISSUBSET '198.51.100.0/24'"
        );
    }
}
