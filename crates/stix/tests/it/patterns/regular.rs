//! Regular expressions: what PCRE can and a linear engine cannot is refused by name, at its place.

use stix::pattern::{Pattern, Problem};

fn pattern(expression: &str) -> String {
    format!("[a:b MATCHES '{}']", expression.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[test]
fn what_needs_backtracking_is_refused_by_name() {
    for (before, text, feature) in [
        ("ab", "(?=", "look-ahead"),
        ("ab", "(?!", "negative look-ahead"),
        ("", "(?<=", "look-behind"),
        ("", "(?<!", "negative look-behind"),
        ("(a)", "\\1", "back-reference"),
        ("\\\\(a)", "\\g", "back-reference"),
        ("'(?<n>a)", "\\k", "back-reference"),
        ("(?P<n>a)", "(?P=", "back-reference"),
        ("x", "(?>", "atomic group"),
        ("a", "++", "possessive quantifier"),
        ("a", "{1,2}+", "possessive quantifier"),
        ("(a", "(?R", "recursion"),
        ("(a", "(?1", "recursion"),
        ("(a)", "(?-1", "recursion"),
        ("(?<n>a)", "(?&", "subroutine call"),
        ("(?<n>a)", "(?P>", "subroutine call"),
        ("(?<n>a)", "\\g", "subroutine call"),
        ("(a)", "(?(", "conditional group"),
        ("", "(?|", "branch reset group"),
        ("a", "(*COMMIT)", "control verb"),
        ("a", "(?C", "callout"),
        ("", "(?J", "duplicate group name"),
        ("a", "\\X", "extended grapheme cluster"),
        ("a", "\\C", "single code unit"),
        ("a[", "[.", "collating element"),
    ] {
        let rest = if feature == "subroutine call" && text == "\\g" { "<n>" } else { "1]x)" };
        let whole = pattern(&format!("{before}{text}{rest}"));
        let error = Pattern::parse(&whole).expect_err(&whole);
        let Problem::Unsupported { feature: named, text: shown } = &error.problem else {
            panic!("{whole}: {error}")
        };
        assert_eq!(*named, feature, "{whole}");
        assert!(shown.starts_with(text.get(..2).unwrap_or(text)), "{whole}: {shown}");
        let place = pattern(before).len() - 2;
        assert_eq!(error.offset, place, "{whole}: {error}");
    }
}

#[test]
fn malformed_expressions_are_refused() {
    for bad in ["(", ")", "[a", "*a", "a{2,1}", "\\", "(?z)", "(?<n>a)(?<n>b)", "\\y", "[b-a]"] {
        let error = Pattern::parse(&pattern(bad)).expect_err(bad);
        assert!(matches!(error.problem, Problem::Expression { .. }), "{bad}: {error}");
    }
    let nested = format!("{}a{}", "(".repeat(500), ")".repeat(500));
    assert!(Pattern::parse(&pattern(&nested)).is_err());
}

#[test]
fn the_rest_of_pcre_is_read() {
    for good in [
        "",
        "^a.*b$",
        "a{2}",
        "a{,3}",
        "a{",
        "{}",
        "a{x}",
        "]",
        "}",
        "(?i)a",
        "(?i:a)b",
        "(?s-m)x",
        "(?xx) a # b",
        "(?<n>a)",
        "(?'n'a)",
        "(?P<n>a)",
        "(?:a|b)??",
        "(?#look (?= no)a",
        "\\Qa.*[b\\E+",
        "\\d\\D\\w\\W\\s\\S\\b\\B\\A\\z\\Z\\G\\K",
        "\\h\\H\\v\\V\\R\\N",
        "\\x41\\x{1F600}\\012\\o{101}\\e\\cA",
        "\\N{U+41}",
        "\\pL\\p{Greek}\\P{^Lu}",
        "[[:alpha:][:^digit:]]",
        "[]a]",
        "[^]a]",
        "[[]",
        "[a&&b]",
        "[--a]",
        "[+--]",
        "[~~]",
        "[\\w-]",
        "[\\b\\h]",
        "\\@\\/\\<\\>\\-\\ ",
        "é\\é",
        "(*UTF)a",
        "^.+>-add GlobalSign.cer -c -s -r localMachine Root$",
    ] {
        if let Err(error) = Pattern::parse(&pattern(good)) {
            panic!("{good}: {error}");
        }
    }
}
