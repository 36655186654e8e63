//! What a manifest says of an object, read from no more of its bytes than that takes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use stix::{Class, SpecVersion};

/// What a manifest says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its id.
    pub id: String,
    /// Its `modified`, else its `created`, as it stands in the object; `None` for facts, whose
    /// version is the moment they were added.
    pub version: Option<String>,
    /// When it became visible to its audience, microseconds since 1970. Unique in the collection.
    pub added: i64,
    /// The version of STIX that it is written in.
    pub spec_version: SpecVersion,
}

impl Brief {
    pub(crate) fn of(bytes: &[u8], added: i64, spec_version: SpecVersion) -> Self {
        let mut said = Said::default();
        // What is stored was read strictly on admission. Reading ends with an error as soon as
        // nothing further can matter.
        let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(&mut said);
        let version = if said.is_fact() { None } else { said.modified.or(said.created) };
        Self { id: said.id.unwrap_or_default(), version, added, spec_version }
    }
}

#[derive(Default)]
struct Said {
    id: Option<String>,
    modified: Option<String>,
    created: Option<String>,
}

impl Said {
    fn is_fact(&self) -> bool {
        let name = self.id.as_deref().and_then(|id| id.split_once("--")).map(|(name, _)| name);
        name.is_some_and(|name| stix::object::class_of(name) == Class::Observable)
    }

    fn is_all(&self) -> bool {
        self.id.is_some() && (self.modified.is_some() || self.is_fact())
    }
}

impl<'de> Visitor<'de> for &mut Said {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<Key<'de>>()? {
            match &*key.0 {
                "id" => self.id = Some(members.next_value()?),
                "modified" => self.modified = Some(members.next_value()?),
                "created" => self.created = Some(members.next_value()?),
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
            if self.is_all() {
                return Err(A::Error::custom("that is all"));
            }
        }
        Ok(())
    }
}

/// A key, borrowed where it can be.
#[derive(serde::Deserialize)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(text: &str) -> (String, Option<String>) {
        let brief = Brief::of(text.as_bytes(), 7, SpecVersion::V21);
        (brief.id, brief.version)
    }

    #[test]
    fn a_version_is_modified_else_created_wherever_they_stand() {
        let id = "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
        let with = |rest: &str| brief(&format!("{{\"id\":\"{id}\",{rest}}}"));
        let wanted = |version: &str| (id.to_owned(), Some(version.to_owned()));
        assert_eq!(with(r#""created":"a","x":{"modified":"c"},"modified":"b""#), wanted("b"));
        assert_eq!(with(r#""mod\u0069fied":"b","created":"a","y":[1,{"id":"z"}]"#), wanted("b"));
        assert_eq!(with(r#""created":"a","x":1"#), wanted("a"));
        assert_eq!(with(r#""x":1"#), (id.to_owned(), None));
    }

    #[test]
    fn a_fact_has_no_version() {
        let id = "ipv4-addr--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
        let text = format!(r#"{{"created":"a","id":"{id}","modified":"b"}}"#);
        assert_eq!(brief(&text), (id.to_owned(), None));
    }
}
