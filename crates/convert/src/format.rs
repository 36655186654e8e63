//! The formats, and how to tell them apart.

use std::fmt;

use stix::json::{Kind, Tree};

use crate::{ioc, openioc};

/// A format that can be read. A new one is a variant here and a module beside this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// STIX 2.x: a bundle or a single object.
    Stix,
    /// MISP core format: an event, or a list of them.
    Misp,
    /// OpenIOC 1.0 or 1.1.
    OpenIoc,
    /// A table of indicators.
    Table,
    /// A list of one value a line.
    List,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Stix, Self::Misp, Self::OpenIoc, Self::Table, Self::List];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stix => "STIX",
            Self::Misp => "MISP",
            Self::OpenIoc => "OpenIOC",
            Self::Table => "CSV",
            Self::List => "a list of indicators",
        }
    }
}

impl Format {
    /// What the bytes look like; `None` if like nothing that is known.
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        let Ok(tree) = Tree::parse(bytes) else { return Self::detect_text(bytes) };
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

    /// What is no JSON.
    fn detect_text(bytes: &[u8]) -> Option<Self> {
        if openioc::is_openioc(bytes) {
            return Some(Self::OpenIoc);
        }
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            // Broken JSON, or XML of another kind.
            None | Some(b'{' | b'<') => None,
            Some(_) if ioc::is_table(bytes) => Some(Self::Table),
            Some(_) => ioc::is_list(bytes).then_some(Self::List),
        }
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
        let looks: [(&str, Option<Format>); 11] = [
            (r#"{"type": "bundle"}"#, Some(Format::Stix)),
            (r#"[{"type": "indicator", "id": "indicator--x"}]"#, Some(Format::Stix)),
            (r#"{"Event": {}}"#, Some(Format::Misp)),
            (r#"{"response": []}"#, Some(Format::Misp)),
            (r#"{"a": 1}"#, None),
            ("md5,sha1", Some(Format::Table)),
            ("<?xml version=\"1.0\"?><ioc/>", Some(Format::OpenIoc)),
            ("<html/>", None),
            ("# seen\nexample[.]org\n", Some(Format::List)),
            ("just words\n", None),
            ("{\"type\": ", None),
        ];
        for (bytes, format) in looks {
            assert_eq!(Format::detect(bytes.as_bytes()), format, "{bytes}");
        }
    }
}
