//! The logic of an indicator: from nested AND and OR to one pattern.

use std::collections::HashMap;

use super::item::{Compared, Item};

/// A node of the definition.
#[derive(Debug)]
pub(super) enum Node {
    Item(Item),
    And(Vec<Node>),
    Or(Vec<Node>),
}

/// What became of a node.
#[derive(Clone, Debug)]
pub(super) enum Built {
    /// Comparisons that one object answers: the types that may, and the text.
    One { types: Vec<String>, text: String, operator: Option<Operator> },
    /// Observations.
    Many { text: String, operator: Option<Operator> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
}

impl Operator {
    fn word(self) -> &'static str {
        match self {
            Self::And => " AND ",
            Self::Or => " OR ",
        }
    }
}

/// What no pattern says.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    /// The question, or those that were left out with it.
    pub(super) what: String,
    pub(super) why: String,
}

/// What was found on the way.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) missing: Vec<Missing>,
    /// Questions that OpenIOC asks without regard to case.
    pub(super) narrower: usize,
    /// Ands of several observations.
    pub(super) apart: usize,
}

impl Built {
    /// As an observation expression.
    pub(super) fn observation(&self) -> String {
        match self {
            Self::One { text, .. } => format!("[{text}]"),
            Self::Many { text, .. } => text.clone(),
        }
    }
}

impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (parts, word) = match self {
            Self::Item(item) => return item.fmt(f),
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
        };
        f.write_str("(")?;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            part.fmt(f)?;
        }
        f.write_str(")")
    }
}

/// Builds what can be built. A term that cannot be asked takes the AND that it stands in with it:
/// without it the rest would find what its author did not mean.
pub(super) fn build(node: &Node, notes: &mut Notes) -> Option<Built> {
    match node {
        Node::Item(item) => match item.compare() {
            Ok(compared) => {
                notes.narrower += usize::from(compared.is_narrower);
                Some(single(compared))
            }
            Err(why) => {
                notes.missing.push(Missing { what: item.to_string(), why });
                None
            }
        },
        Node::Or(parts) => {
            let built: Vec<Built> = parts.iter().filter_map(|part| build(part, notes)).collect();
            combine(Operator::Or, built)
        }
        Node::And(parts) => {
            let (missing, narrower, apart) = (notes.missing.len(), notes.narrower, notes.apart);
            let built: Vec<Option<Built>> = parts.iter().map(|part| build(part, notes)).collect();
            if built.iter().any(Option::is_none) {
                // All of it is named once, with the reason of the first that cannot be asked.
                let why = notes.missing.get(missing).map_or_else(
                    || "it asks nothing".to_owned(),
                    |first| format!("{}: {}", first.what, first.why),
                );
                notes.missing.truncate(missing);
                (notes.narrower, notes.apart) = (narrower, apart);
                notes.missing.push(Missing { what: node.to_string(), why });
                return None;
            }
            let built: Vec<Built> = built.into_iter().flatten().collect();
            let combined = combine(Operator::And, built);
            if let Some(Built::Many { operator: Some(Operator::And), .. }) = &combined {
                notes.apart += 1;
            }
            combined
        }
    }
}

fn single(compared: Compared) -> Built {
    let operator = match (compared.is_chain, compared.text.starts_with('(')) {
        (true, false) => Some(Operator::And),
        _ => None,
    };
    Built::One { types: vec![compared.type_name], text: compared.text, operator }
}

/// Comparisons that one object answers, to be joined.
#[derive(Default)]
struct Group {
    types: Vec<String>,
    texts: Vec<(String, Option<Operator>)>,
}

/// Joins parts. Comparisons of one object type are asked of one object; others of observations
/// beside each other.
pub(super) fn combine(operator: Operator, parts: Vec<Built>) -> Option<Built> {
    if parts.len() <= 1 {
        return parts.into_iter().next();
    }
    let mut groups: Vec<Result<Group, Built>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for part in parts {
        let (types, text, inner) = match part {
            Built::One { types, text, operator } => (types, text, operator),
            many @ Built::Many { .. } => {
                groups.push(Err(many));
                continue;
            }
        };
        let key = match (operator, types.as_slice()) {
            (Operator::Or, _) => String::new(),
            (Operator::And, [one]) => one.clone(),
            // What one object of several types answers is no question of the same object.
            (Operator::And, _) => format!(" {}", groups.len()),
        };
        let at = *places.entry(key).or_insert_with(|| {
            groups.push(Ok(Group::default()));
            groups.len() - 1
        });
        if let Some(Ok(group)) = groups.get_mut(at) {
            for name in types {
                if !group.types.contains(&name) {
                    group.types.push(name);
                }
            }
            group.texts.push((text, inner));
        }
    }
    let mut built: Vec<Built> = groups
        .into_iter()
        .map(|group| group.map_or_else(|many| many, |group| group.join(operator)))
        .collect();
    if built.len() == 1 {
        return built.pop();
    }
    let texts: Vec<String> = built
        .iter()
        .map(|group| match group {
            Built::Many { text, operator: Some(inner) } if *inner != operator => {
                format!("({text})")
            }
            group => group.observation(),
        })
        .collect();
    Some(Built::Many { text: texts.join(operator.word()), operator: Some(operator) })
}

impl Group {
    fn join(self, operator: Operator) -> Built {
        let Self { types, mut texts } = self;
        if texts.len() == 1
            && let Some((text, operator)) = texts.pop()
        {
            return Built::One { types, text, operator };
        }
        let texts: Vec<String> = texts
            .into_iter()
            .map(|(text, inner)| match inner {
                Some(inner) if inner != operator => format!("({text})"),
                _ => text,
            })
            .collect();
        Built::One { types, text: texts.join(operator.word()), operator: Some(operator) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(search: &str, content: &str) -> Node {
        Node::Item(Item {
            search: search.to_owned(),
            condition: "is".to_owned(),
            content: content.to_owned(),
            negate: false,
            preserve_case: true,
        })
    }

    fn pattern(node: &Node) -> (Option<String>, Notes) {
        let mut notes = Notes::default();
        let built = build(node, &mut notes).map(|built| built.observation());
        if let Some(text) = &built {
            stix::pattern::Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        (built, notes)
    }

    #[test]
    fn one_object_answers_what_asks_of_one() {
        let node =
            Node::And(vec![item("FileItem/FileName", "a"), item("FileItem/SizeInBytes", "1")]);
        assert_eq!(pattern(&node).0.as_deref(), Some("[file:name = 'a' AND file:size = 1]"));
        let node = Node::And(vec![
            item("FileItem/FileName", "a"),
            Node::Or(vec![item("FileItem/SizeInBytes", "1"), item("FileItem/SizeInBytes", "2")]),
        ]);
        assert_eq!(
            pattern(&node).0.as_deref(),
            Some("[file:name = 'a' AND (file:size = 1 OR file:size = 2)]")
        );
    }

    #[test]
    fn objects_of_several_types_stand_beside_each_other() {
        let node = Node::And(vec![
            item("FileItem/FileName", "a"),
            item("Network/DNS", "b.org"),
            item("FileItem/SizeInBytes", "1"),
            Node::Or(vec![item("FileItem/FileName", "c"), item("Network/DNS", "d.org")]),
        ]);
        let (text, notes) = pattern(&node);
        assert_eq!(
            text.as_deref(),
            Some(
                "[file:name = 'a' AND file:size = 1] AND [domain-name:value = 'b.org'] AND [file:name = 'c' OR domain-name:value = 'd.org']"
            )
        );
        assert_eq!(notes.apart, 1);
    }

    #[test]
    fn ors_of_ands() {
        let pair = |name: &str| {
            Node::And(vec![item("FileItem/FileName", name), item("Network/DNS", "b.org")])
        };
        let node =
            Node::Or(vec![item("FileItem/FileName", "x"), pair("y"), item("Network/DNS", "z.org")]);
        assert_eq!(
            pattern(&node).0.as_deref(),
            Some(
                "[file:name = 'x' OR domain-name:value = 'z.org'] OR ([file:name = 'y'] AND [domain-name:value = 'b.org'])"
            )
        );
    }

    #[test]
    fn what_cannot_be_asked_takes_its_and_with_it() {
        let node = Node::Or(vec![
            item("FileItem/FileName", "x"),
            Node::And(vec![
                item("FileItem/FileName", "svchost.exe"),
                item("FileItem/PEInfo/DigitalSignature/SignatureExists", "false"),
            ]),
            item("Snort/Snort", "alert"),
        ]);
        let (text, notes) = pattern(&node);
        assert_eq!(text.as_deref(), Some("[file:name = 'x']"));
        assert_eq!(notes.missing.len(), 2);
        assert!(notes.missing[0].what.contains("svchost.exe"));
        assert_eq!(pattern(&Node::Or(vec![])).0, None);
    }
}
