//! Text that others wrote. It is shown as it is, except where showing it would mislead.

use std::fmt::Write;

/// Foreign text with its control and bidirectional characters as visible escapes: `\u{202E}`.
/// Line breaks and tabs stay. Markup is the template's to escape.
pub fn foreign(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if misleads(c) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:X}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character cannot be seen and changes what is seen.
fn misleads(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Bidirectional controls and isolates, zero-width space, marks, separators, byte order
        // mark, interlinear annotation, tags.
        '\u{061C}'
        | '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' => true,
        c => c.is_control(),
    }
}

/// A foreign address, if it may be a link: `http` or `https`, with a host, without credentials.
pub fn link(address: &str) -> Option<&str> {
    let parsed = url::Url::parse(address).ok()?;
    let web = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
    let plain = parsed.username().is_empty() && parsed.password().is_none();
    (web && plain && !address.chars().any(misleads)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_escaped() {
        assert_eq!(foreign("Kaštela\nSplit"), "Kaštela\nSplit");
        assert_eq!(foreign("a\u{202E}b\u{0}c\u{1b}[31m"), "a\\u{202E}b\\u{0}c\\u{1B}[31m");
        assert_eq!(foreign(&foreign("\u{2066}")), "\\u{2066}");
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(link("https://example.org/a?b=c"), Some("https://example.org/a?b=c"));
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.org",
            "https://user@example.org/",
            "https://a\u{202E}.org",
            "x",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
