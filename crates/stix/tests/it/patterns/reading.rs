//! The grammar (STIX 2.1 section 9): one meaning for each text, and errors that point at the
//! place.

use proptest::prelude::*;
use stix::pattern::{MAX_DEPTH, Observation, Pattern, Problem, Qualifier};

use super::generate;

/// The canonical text of a pattern.
#[track_caller]
fn canonical(text: &str) -> String {
    match Pattern::parse(text) {
        Ok(pattern) => pattern.to_string(),
        Err(error) => panic!("{text}\n{error}\n{}", error.picture(text)),
    }
}

/// A pattern is refused at this byte, and the reason has this in it.
#[track_caller]
fn refuses(text: &str, offset: usize, words: &str) {
    let error = Pattern::parse(text).expect_err(text);
    assert_eq!(error.offset, offset, "{text}: {error}");
    assert!(error.to_string().contains(words), "{text}: {error}");
}

#[test]
fn what_is_canonical_stays() {
    for text in [
        "[file:size = 1280]",
        "[file:hashes.'SHA-256' = 'aec0' AND file:mime_type != 'x']",
        "[a:b < 1] AND [a:b <= 1.5] OR [a:b > -1] FOLLOWEDBY [a:b >= -0.5]",
        "([a:b = 1] OR [a:b = 2]) AND [a:b = 3]",
        "([a:b = 1] FOLLOWEDBY [a:b = 2]) WITHIN 300 SECONDS",
        "[a:b = 1] REPEATS 5 TIMES WITHIN 0.5 SECONDS",
        "([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES",
        "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00.000Z'",
        "[(a:b = 1 OR c:d = 2) AND a:e = 3]",
        "[a:b NOT IN ('x', 'y')]",
        "[a:b IN ()]",
        "[a:b LIKE 'a%_' OR a:b NOT MATCHES '^a\\\\.b$']",
        "[EXISTS a:b.c AND NOT EXISTS a:d[0].e[*]]",
        "[a:b ISSUBSET '198.51.100.0/24' AND a:b ISSUPERSET '2001:db8::1']",
        "[a:b = true OR a:b = false]",
        "[a:b = h'00ff' OR a:b = b'AQID' OR a:b = t'2026-01-01T00:00:60Z']",
        "[a:'x y'.'AND'.'1' = 'it\\'s a \\\\']",
        "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
        "[x-usb-device:usbdrive.serial_number = '575833314133343231313937']",
    ] {
        assert_eq!(canonical(text), text);
    }
}

#[test]
fn many_spellings_are_one() {
    for (text, expected) in [
        ("  [a:b=1]  ", "[a:b = 1]"),
        ("[a : b . c [ 0 ] [ * ]==+1]", "[a:b.c[0][*] = 1]"),
        ("[a:b <> -0]", "[a:b != 0]"),
        ("[a:b = .5 OR a:b = 7.0]", "[a:b = 0.5 OR a:b = 7.0]"),
        ("[a:b = h'FF']", "[a:b = h'ff']"),
        ("/* one */[a:b=1]// two\n AND\u{a0}[a:b=2]", "[a:b = 1] AND [a:b = 2]"),
        ("(([a:b=1]))", "[a:b = 1]"),
        ("([a:b=1] AND [a:b=2]) AND [a:b=3]", "[a:b = 1] AND [a:b = 2] AND [a:b = 3]"),
        ("[a:b=1] AND ([a:b=2] OR [a:b=3])", "[a:b = 1] AND ([a:b = 2] OR [a:b = 3])"),
        ("[(a:b=1 AND (a:b=2)) AND a:b=3]", "[a:b = 1 AND a:b = 2 AND a:b = 3]"),
        ("[a:b=1]AND[a:b=2]", "[a:b = 1] AND [a:b = 2]"),
        ("[a:'b'=1]", "[a:b = 1]"),
        ("[a:b=1] WITHIN 005.50 SECONDS", "[a:b = 1] WITHIN 5.5 SECONDS"),
        ("[a:b NOT=1]", "[a:b NOT = 1]"),
        ("[a:b MATCHES'x']", "[a:b MATCHES 'x']"),
    ] {
        assert_eq!(canonical(text), expected);
    }
}

#[test]
fn and_binds_tighter_than_or_tighter_than_followedby() {
    let pattern = Pattern::parse("[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3] AND [a:b=4]").unwrap();
    let Observation::FollowedBy(parts) = pattern.root() else { panic!("{pattern:?}") };
    let Some(Observation::Or(parts)) = parts.get(1) else { panic!("{pattern:?}") };
    assert!(matches!(parts.get(1), Some(Observation::And(_))));

    // A qualifier belongs to the expression just before it.
    let pattern = Pattern::parse("[a:b=1] FOLLOWEDBY [a:b=2] WITHIN 5 SECONDS").unwrap();
    let Observation::FollowedBy(parts) = pattern.root() else { panic!("{pattern:?}") };
    let Some(Observation::Qualified { qualifiers, .. }) = parts.get(1) else { panic!() };
    assert!(matches!(qualifiers.as_slice(), [Qualifier::Within(_)]));
}

#[test]
fn the_grammar_points_at_the_place() {
    refuses("", 0, "expected “[” or “(”, found the end");
    refuses("file:size = 1280", 0, "expected “[” or “(”, found “file”");
    refuses("[]", 1, "an object path");
    refuses("[file:size = ]", 13, "expected a constant");
    refuses("[file:size]", 10, "a comparison operator");
    refuses("[file.size = 1]", 5, "“:” after the object’s type");
    refuses("[file:hashes.MD5 = cead3f]", 19, "expected a constant");
    refuses("[file:name MATCHES /x/]", 19, "a string");
    refuses("[file:name LIKE 5]", 16, "a string, found “5”");
    refuses("[a:b = 1 2]", 9, "AND, OR or “]”, found “2”");
    refuses("[a:b = 05]", 8, "found “5”");
    refuses("[a:b = 1.]", 8, "found “.”");
    refuses("[a:b = 1e5]", 8, "found “e5”");
    refuses("[a:b > true]", 7, "has an order");
    refuses("[a:b = TRUE]", 7, "the keyword is written true");
    refuses("[a:b = 1 and a:c = 2]", 9, "the keyword is written AND");
    refuses("[a:b=1] within 2 seconds", 8, "the keyword is written WITHIN");
    refuses("[a:b = null]", 7, "expected a constant");
    refuses("[a:b IN (1,)]", 11, "expected a constant");
    refuses("[a:b IN (1 2)]", 11, "“,” or “)”");
    refuses("[a:b-c = 1]", 3, "quoted: 'b-c'");
    refuses("[a:IN = 1]", 3, "quoted: 'IN'");
    refuses("[START:b = 1]", 1, "an object path");
    refuses("[a:b[-1] = 1]", 5, "a list index or “*”");
    refuses("[a:b[1.5] = 1]", 5, "a list index or “*”");
    refuses("[NOT a:b = 1]", 5, "EXISTS");
    refuses("[a:b EXISTS]", 5, "a comparison operator");
    refuses("[a:b = 1", 8, "AND, OR or “]”");
    refuses("([a:b = 1]", 10, "“)”");
    refuses("[a:b = 1]]", 9, "the end of the pattern");
    refuses("[a:b = 1] AND", 13, "“[” or “(”");
    refuses("[a:b = 1] WITHIN 5 HOURS", 19, "SECONDS");
    refuses("[a:b = 1] WITHIN -5 SECONDS", 17, "a number of seconds");
    refuses("[a:b = 1] REPEATS 1.5 TIMES", 18, "a whole number");
    refuses(
        "[a:b = 1] START '2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
        16,
        "a timestamp",
    );
    refuses("[a:b = 'x]", 7, "an apostrophe");
    refuses("[a:b = 1 /* x]", 9, "a comment without end");
    refuses("[a:é = 1]", 3, "found “é”");
    refuses("[a:b = 1 \u{1}]", 9, "U+0001");
    let error = Pattern::parse("[a:b = 1]\n AND\n  [a:é = 1]").unwrap_err();
    assert_eq!((error.line, error.column), (3, 6));
}

#[test]
fn the_specification_forbids_more_than_the_grammar() {
    refuses("[a:b = 'a\\x']", 9, "section 9.2");
    refuses("[a:b = h'abc']", 7, "section 9.2");
    refuses("[a:b = b'']", 7, "section 9.2");
    refuses("[a:b = b'====']", 7, "section 9.2");
    refuses("[a:b = b'ab']", 7, "section 9.2");
    refuses("[a:b = t'2026-02-30T00:00:00Z']", 7, "section 2.16");
    refuses("[a:b = t'2026-01-01T00:00:00z']", 7, "section 2.16");
    refuses("[a:b = 1] WITHIN 0.00 SECONDS", 17, "section 9.4.1");
    refuses("[a:b = 1] REPEATS 0 TIMES", 18, "section 9.4.1");
    refuses("[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", 27, "section 9.4.1");
    refuses("([a:b = 1]) REPEATS 2 TIMES REPEATS 3 TIMES", 28, "section 9.4.1");
    refuses("[a:b ISSUBSET '10.0.0.0/33']", 14, "section 9.6");
    refuses("[a:b ISSUPERSET 'example.com']", 16, "section 9.6");
}

#[test]
fn and_asks_all_of_one_object() {
    refuses("[a:b = 1 AND c:d = 2]", 13, "none is both a and c");
    refuses("[a:b = 1 AND a:c = 1 AND (c:d = 2 OR e:f = 3)]", 25, "none is both a and c or e");
    refuses("[(a:b=1 OR c:b=1) AND (e:b=1 OR c:b=1) AND a:b=1]", 43, "section 9.5");
    refuses("[((a:b=1 OR c:b=1) AND a:b=2) AND c:b=3]", 34, "section 9.5");
    for good in [
        "[a:b = 1 OR c:d = 2]",
        "[(a:b = 1 OR c:d = 2) AND a:e = 3]",
        "[(a:b = 1 OR c:d = 2) AND (c:d = 1 OR a:b = 2)]",
    ] {
        canonical(good);
    }
}

#[test]
fn hostile_sizes_are_refused() {
    let nested = |depth: usize| format!("{}[a:b=1]{}", "(".repeat(depth), ")".repeat(depth));
    canonical(&nested(MAX_DEPTH));
    refuses(&nested(MAX_DEPTH + 1), MAX_DEPTH, "nested more than");
    let within = |depth: usize| format!("[{}a:b=1{}]", "(".repeat(depth), ")".repeat(depth));
    canonical(&within(MAX_DEPTH));
    refuses(&within(100_000), MAX_DEPTH + 1, "nested more than");
    refuses(&" ".repeat(2 << 20), 0, "at most");
    refuses(&format!("[a:b = {}]", "9".repeat(30)), 7, "64 bits");
    refuses(&format!("[a:b = {}.0]", "9".repeat(400)), 7, "IEEE 754");
    refuses("[a:b = 1] REPEATS 99999999999 TIMES", 18, "at most");
    let wide = vec!["[a:b=1]"; 50_000].join(" AND ");
    let Observation::And(parts) = Pattern::parse(&wide).unwrap().root().clone() else { panic!() };
    assert_eq!(parts.len(), 50_000);
}

#[test]
fn the_picture_shows_the_place() {
    let text = "[file:name = 'é' and file:size = 1]";
    let error = Pattern::parse(text).unwrap_err();
    assert_eq!(error.picture(text), format!("{text}\n{}^", " ".repeat(17)));
    let text = format!("[a:b = 'a\u{202e}{}' x {}]", "y".repeat(100), "z".repeat(100));
    let error = Pattern::parse(&text).unwrap_err();
    let picture = error.picture(&text);
    let lines: Vec<_> = picture.lines().collect();
    assert_eq!(lines[0].chars().nth(lines[1].chars().count() - 1), Some('x'), "{picture}");
    assert!(picture.chars().count() < 200);
}

proptest! {
    #[test]
    fn a_printed_pattern_reads_the_same(text in generate::pattern()) {
        // Two qualifiers of one kind may meet; everything else that is made is valid.
        let pattern = match Pattern::parse(&text) {
            Ok(pattern) => pattern,
            Err(error) => {
                let forbidden = matches!(error.problem, Problem::Forbidden { .. });
                prop_assert!(forbidden, "{}\n{}", text, error);
                return Ok(());
            }
        };
        let printed = pattern.to_string();
        let again = Pattern::parse(&printed);
        prop_assert_eq!(again.as_ref(), Ok(&pattern), "{}", printed);
        prop_assert_eq!(again.unwrap().to_string(), printed);
    }

    #[test]
    fn any_text_is_read_or_refused_within_it(text in "[\\PC\n'\\[\\]()\\\\ab:=.]{0,40}") {
        if let Err(error) = Pattern::parse(&text) {
            prop_assert!(text.is_char_boundary(error.offset));
            error.picture(&text);
        }
    }

    #[test]
    fn a_pattern_cut_anywhere_is_refused_without_harm(text in generate::pattern(), at in 0..200_usize) {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        if let Err(error) = Pattern::parse(&text[..at]) {
            prop_assert!(error.offset <= at);
        }
    }
}
