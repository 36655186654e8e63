//! The formats, and how to tell them apart.

use std::fmt;

use stix::json::{Kind, Tree};

/// A format that can be read. A new one is a variant here and a module beside this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// STIX 2.x: a bundle or a single object.
    Stix,
    /// MISP core format: an event, or a list of them.
    Misp,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Stix, Self::Misp];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stix => "STIX",
            Self::Misp => "MISP",
        }
    }
}

impl Format {
    /// What the bytes look like; `None` if like nothing that is known.
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        let tree = Tree::parse(bytes).ok()?;
        let root = tree.root();
        let first = match root.kind() {
            Kind::Array => root.items().next()?,
            _ => root,
        };
        if first.text_of("type").is_some() && first.get("value").is_none() {
            return Some(Self::Stix);
        }
        let is_event = ["Event", "response", "info"].iter().any(|key| first.get(key).is_some());
        is_event.then_some(Self::Misp)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_by_their_looks() {
        let looks: [(&str, Option<Format>); 6] = [
            (r#"{"type": "bundle"}"#, Some(Format::Stix)),
            (r#"[{"type": "indicator", "id": "indicator--x"}]"#, Some(Format::Stix)),
            (r#"{"Event": {}}"#, Some(Format::Misp)),
            (r#"{"response": []}"#, Some(Format::Misp)),
            (r#"{"a": 1}"#, None),
            ("md5,sha1", None),
        ];
        for (bytes, format) in looks {
            assert_eq!(Format::detect(bytes.as_bytes()), format, "{bytes}");
        }
    }
}
