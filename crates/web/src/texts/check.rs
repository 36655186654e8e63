//! What a test of a room's texts checks: nothing missing, nothing different, nothing left over.

use std::collections::{BTreeMap, BTreeSet};

use super::{Lang, Locale};

/// What is wrong with the texts of a room. `sources` are the texts of its templates and Rust files;
/// `known` are the rooms whose texts it may also use, above all [`super::SHELL`].
///
/// Every key that `say("…")` names exists; every message has the same variables in all languages;
/// every message is named somewhere, as a whole or by the beginning that `of("…", word)` or a
/// literal with a hyphen at its end names. Lines of comments do not count.
pub fn check(own: &Locale, known: &[Locale], sources: &[String]) -> Vec<String> {
    let messages = Lang::ALL.map(|lang| messages(own.of(lang)));
    let [english, others @ ..] = &messages;
    let mut findings = Vec::new();
    for (lang, other) in Lang::ALL[1..].iter().zip(others) {
        let code = lang.code();
        for (key, variables) in english {
            match other.get(key) {
                None => findings.push(format!("{code} lacks `{key}`")),
                Some(found) if found != variables => {
                    findings.push(format!("{code} `{key}` uses {found:?}, English {variables:?}"));
                }
                Some(_) => {}
            }
        }
        for key in other.keys().filter(|key| !english.contains_key(*key)) {
            findings.push(format!("{code} has `{key}`, English does not"));
        }
    }
    let elsewhere: BTreeSet<String> = known.iter().flat_map(|room| messages_of(room.en)).collect();
    // A comment says nothing to a reader.
    let lines = sources.iter().flat_map(|source| source.lines());
    let said = lines.filter(|line| !line.trim_start().starts_with("//"));
    let text = said.collect::<Vec<_>>().join("\n");
    for key in after(&text, "say(\"")
        .filter(|key| !english.contains_key(*key) && !elsewhere.contains(*key))
    {
        findings.push(format!("there is no `{key}`"));
    }
    // Beginnings are also handed on to what calls `of`: they are known by their hyphen at the end.
    let is_key = |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let handed =
        text.split('"').filter(|part| part.ends_with('-') && part.len() > 2).filter(is_key);
    let beginnings: BTreeSet<&str> = after(&text, ".of(\"").chain(handed).collect();
    for key in english.keys() {
        let whole = text.contains(&format!("\"{key}\""));
        if !whole && !beginnings.iter().any(|beginning| key.starts_with(beginning)) {
            findings.push(format!("nobody says `{key}`"));
        }
    }
    findings
}

/// What stands between `opening` and the next quotation mark, wherever that is.
fn after<'a>(text: &'a str, opening: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(opening).skip(1).filter_map(|rest| rest.split('"').next())
}

fn messages_of(ftl: &str) -> impl Iterator<Item = String> {
    messages(ftl).into_keys()
}

/// The messages of a Fluent file with their variables.
fn messages(ftl: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in ftl.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic())
            && let Some((key, _)) = line.split_once('=')
        {
            let key = key.trim().to_owned();
            found.entry(key.clone()).or_default();
            current = Some(key);
        }
        let Some(variables) = current.as_ref().and_then(|key| found.get_mut(key)) else { continue };
        for rest in line.split('$').skip(1) {
            variables.insert(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
                    .collect(),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_missing_different_or_left_over() {
        let room = Locale {
            en: "a = { $n }\nb = x\nword-one = 1\n",
            sq: "a = { $m }\nword-one = 1",
            hr: "a = { $n }\nb = y\nc = z\nword-one = 1",
        };
        let sources = ["say(\"a\") say(\"d\") .of(\"word-\", w)\n  // say(\"e\") \"b\"".to_owned()];
        assert_eq!(
            check(&room, &[], &sources),
            [
                "sq `a` uses {\"m\"}, English {\"n\"}",
                "sq lacks `b`",
                "hr has `c`, English does not",
                "there is no `d`",
                "nobody says `b`",
            ]
        );
    }

    #[test]
    fn variables_are_found_in_plural_forms() {
        let found = messages(
            "n =\n    { $count ->\n        [one] { $count } x\n       *[other] y { $name }\n    }\n",
        );
        assert_eq!(found["n"], BTreeSet::from(["count".to_owned(), "name".to_owned()]));
    }
}
