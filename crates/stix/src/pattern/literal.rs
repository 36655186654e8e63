//! Texts that every match of a regular expression contains: what an index can look for.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The shortest text worth looking for, in bytes.
pub(super) const SHORTEST: usize = 3;

/// More alternatives than these are no help.
const MOST: usize = 64;

/// One of these texts stands in every match, whatever the case of its ASCII letters; none if that
/// cannot be told.
pub(super) fn of(expression: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new().build().parse(expression).ok()?;
    required(&hir)
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(required(branch)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Concat(parts) => concat(parts),
        HirKind::Literal(_) | HirKind::Class(_) => concat(std::slice::from_ref(hir)),
        _ => None,
    }
}

/// The best of the runs of letters in a row, or of what a part requires by itself.
fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut offer = |texts: Vec<String>| {
        let shortest = |texts: &[String]| texts.iter().map(String::len).min().unwrap_or(0);
        if shortest(&texts) >= SHORTEST
            && best.as_ref().is_none_or(|best| shortest(best) < shortest(&texts))
        {
            best = Some(texts);
        }
    };
    let mut run = String::new();
    for part in parts {
        match part.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => run.push_str(text),
                Err(_) => offer(vec![std::mem::take(&mut run)]),
            },
            HirKind::Class(class) => match either_case(class) {
                Some(letter) => run.push(letter),
                None => offer(vec![std::mem::take(&mut run)]),
            },
            // They stand between letters without taking room.
            HirKind::Look(_) | HirKind::Empty => {}
            _ => {
                offer(vec![std::mem::take(&mut run)]);
                if let Some(texts) = required(part) {
                    offer(texts);
                }
            }
        }
    }
    offer(vec![run]);
    best
}

/// The letter, if a class holds a single one in both its cases.
fn either_case(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut letters = class.ranges().iter().flat_map(|range| range.start()..=range.end());
    let (one, other) = (letters.next()?, letters.next()?);
    (letters.next().is_none() && one.is_ascii() && one.eq_ignore_ascii_case(&other))
        .then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_contains_one() {
        for (expression, expected) in [
            ("hello", Some(vec!["hello"])),
            ("^.*ab.*longest.x$", Some(vec!["longest"])),
            ("(?i)evil", Some(vec!["evil"])),
            ("foo\\bbar", Some(vec!["foobar"])),
            ("a(bcd)+e?", Some(vec!["bcd"])),
            ("(abc|defg)x*", Some(vec!["abc", "defg"])),
            ("(abc|.)", None),
            ("(abc)*", None),
            ("[abc]{9}", None),
            ("", None),
            ("ab", None),
        ] {
            let expected = expected.map(|texts| texts.into_iter().map(str::to_owned).collect());
            assert_eq!(of(expression), expected, "{expression}");
        }
    }
}
