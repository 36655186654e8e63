//! Constants of patterns (STIX 2.1 section 9.2).

/// A string constant.
pub(crate) fn string(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// A part of a regular expression that stands for these characters and no others.
pub(crate) fn literally(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether LIKE would take a character of the text for any others.
pub(crate) fn is_wild(text: &str) -> bool {
    text.contains(['%', '_'])
}
