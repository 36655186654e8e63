//! The formats, and how to tell them apart.

use std::fmt;

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

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
