//! Observation expressions: which observations a pattern binds, and when (STIX 2.1 section 9.4).

use proptest::prelude::*;
use serde_json::json;
use stix::pattern::{Compiled, Observations, Pattern};

use super::observed::{by, compiled, matches, object, observations, seen};
use super::oracle;

/// One observation for each letter and time: `("a", 10)` is an `x-a` with `p = 'a'` after one
/// second.
fn stream(events: &[(&str, i64)]) -> Observations {
    let spans: Vec<_> = events.iter().map(|&(letters, at)| (letters, at, at, 1)).collect();
    spanned(&spans)
}

/// Observations with a first and a last moment and a number. Each letter is an object.
fn spanned(events: &[(&str, i64, i64, u64)]) -> Observations {
    let bundle = events.iter().enumerate().flat_map(|(at, &(letters, first, last, times))| {
        let objects: Vec<_> = letters
            .chars()
            .enumerate()
            .map(|(n, letter)| object("x-a", (at + 1) * 100 + n, json!({"p": letter})))
            .collect();
        seen(at + 1, first, last, times, &objects)
    });
    observations(bundle.collect())
}

/// `[a] AND [b]` for short: a letter asks for that letter, an asterisk for any.
fn long(pattern: &str) -> String {
    let one = |c: char| match c {
        'a'..='e' => format!("x-a:p = '{c}'"),
        '*' => "EXISTS x-a:p".to_owned(),
        c => c.to_string(),
    };
    pattern.chars().map(one).collect()
}

#[track_caller]
fn yes(pattern: &str, seen: &Observations) {
    assert!(matches(&long(pattern), seen), "{pattern}");
}

#[track_caller]
fn no(pattern: &str, seen: &Observations) {
    assert!(!matches(&long(pattern), seen), "{pattern}");
}

#[test]
fn and_and_followedby_bind_different_observations() {
    let seen = stream(&[("a", 0), ("b", 10), ("a", 20)]);
    yes("[a] AND [b]", &seen);
    yes("[a] AND [a]", &seen);
    no("[a] AND [a] AND [a]", &seen);
    no("[b] AND [b]", &seen);
    yes("[a] AND [*]", &seen);
    no("[*] AND [*] AND [*] AND [*]", &seen);
    yes("[a] FOLLOWEDBY [b] FOLLOWEDBY [a]", &seen);
    no("[b] FOLLOWEDBY [a] FOLLOWEDBY [*]", &seen);
    no("[b] FOLLOWEDBY [b]", &seen);
    yes("[c] OR [b]", &seen);
    no("[c] OR [d]", &seen);
    assert_eq!(by(&long("[a] FOLLOWEDBY [a]"), &seen), Some(vec![1, 3]));
    // One observation with both objects is still one observation.
    let seen = stream(&[("ab", 0)]);
    no("[a] AND [b]", &seen);
    no("[a] FOLLOWEDBY [b]", &seen);
}

#[test]
fn followedby_allows_the_same_moment() {
    let seen = stream(&[("a", 5), ("b", 5)]);
    yes("[a] FOLLOWEDBY [b]", &seen);
    yes("[b] FOLLOWEDBY [a]", &seen);
}

#[test]
fn within_holds_all_observations_together() {
    let seen = stream(&[("a", 0), ("b", 50), ("a", 70), ("c", 100)]);
    yes("([a] AND [b]) WITHIN 2 SECONDS", &seen);
    yes("([a] FOLLOWEDBY [b]) WITHIN 5 SECONDS", &seen);
    no("([a] FOLLOWEDBY [b]) WITHIN 4.9 SECONDS", &seen);
    yes("([b] FOLLOWEDBY [c]) WITHIN 5 SECONDS", &seen);
    no("([a] AND [b] AND [c]) WITHIN 4.9 SECONDS", &seen);
    yes("([a] AND [b] AND [c]) WITHIN 5 SECONDS", &seen);
    yes("[a] REPEATS 2 TIMES WITHIN 7 SECONDS", &seen);
    no("[a] REPEATS 2 TIMES WITHIN 6.9 SECONDS", &seen);
    yes("[a] WITHIN 0.1 SECONDS", &seen);
    // WITHIN belongs to the last part alone.
    yes("[a] FOLLOWEDBY [b] WITHIN 1 SECONDS", &seen);
}

#[test]
fn start_and_stop_are_a_half_open_interval() {
    let seen = stream(&[("a", 10), ("a", 20)]);
    let at = |from: &str, to: &str| {
        matches(
            &format!(
                "[x-a:p = 'a'] START t'2026-01-01T00:00:{from}Z' STOP t'2026-01-01T00:00:{to}Z'"
            ),
            &seen,
        )
    };
    assert!(at("01", "01.5"));
    assert!(at("02", "03"));
    assert!(!at("01.5", "02"));
    assert!(!at("01", "01"));
    assert!(!at("02", "01"));
    assert!(at("00", "01.0000000000000001"));
    // Of an observation with a span, some moment must lie inside.
    let seen = spanned(&[("a", 10, 30, 1)]);
    let at = |from: &str, to: &str| {
        matches(
            &format!(
                "[x-a:p = 'a'] START t'2026-01-01T00:00:{from}Z' STOP t'2026-01-01T00:00:{to}Z'"
            ),
            &seen,
        )
    };
    assert!(at("03", "04"));
    assert!(at("02", "02.1"));
    assert!(!at("00", "01"));
    assert!(!at("03.1", "04"));
}

#[test]
fn repeats_count_observations() {
    let seen = spanned(&[("a", 0, 40, 3), ("a", 100, 100, 1)]);
    yes("[a] REPEATS 4 TIMES", &seen);
    no("[a] REPEATS 5 TIMES", &seen);
    yes("[a] REPEATS 3 TIMES WITHIN 1 SECONDS", &seen);
    no("[a] REPEATS 4 TIMES WITHIN 5.9 SECONDS", &seen);
    yes("[a] REPEATS 4 TIMES WITHIN 6 SECONDS", &seen);
    yes("([a] REPEATS 2 TIMES) REPEATS 2 TIMES", &seen);
    no("([a] REPEATS 3 TIMES) REPEATS 2 TIMES", &seen);
    yes("[a] AND [a] AND [a] AND [a]", &seen);
    assert_eq!(by(&long("[a] REPEATS 3 TIMES"), &seen), Some(vec![1]));
    assert_eq!(by(&long("[a] REPEATS 4 TIMES"), &seen), Some(vec![1, 2]));
    let seen = stream(&[("a", 0), ("b", 1), ("a", 50), ("b", 51), ("b", 90)]);
    yes("([a] AND [b]) REPEATS 2 TIMES", &seen);
    no("([a] AND [b]) REPEATS 3 TIMES", &seen);
    yes("(([a] FOLLOWEDBY [b]) WITHIN 1 SECONDS) REPEATS 2 TIMES", &seen);
    yes("(([a] FOLLOWEDBY [b]) WITHIN 1 SECONDS) REPEATS 2 TIMES WITHIN 5.1 SECONDS", &seen);
    no("(([a] FOLLOWEDBY [b]) WITHIN 1 SECONDS) REPEATS 2 TIMES WITHIN 5 SECONDS", &seen);
    yes("([a] OR [b]) REPEATS 5 TIMES", &seen);
    no("([a] OR [b]) REPEATS 6 TIMES", &seen);
}

#[test]
fn an_observation_has_one_moment_in_the_whole_pattern() {
    // The first can be late enough for the window or early enough to be followed, not both.
    let seen = spanned(&[("a", 0, 100, 1), ("b", 50, 50, 1)]);
    let windowed = "([x-a:p = 'a'] START t'2026-01-01T00:00:08Z' STOP t'2026-01-01T00:00:20Z')";
    assert!(matches(windowed, &seen));
    assert!(matches(&format!("{windowed} AND [x-a:p = 'b']"), &seen));
    assert!(!matches(&format!("{windowed} FOLLOWEDBY [x-a:p = 'b']"), &seen));
}

#[test]
fn the_earlier_choice_is_revised_where_it_stands_in_the_way() {
    // The first [*] would take the only b.
    yes("[*] AND [b]", &stream(&[("b", 0), ("a", 10)]));
    yes("[*] FOLLOWEDBY [b] FOLLOWEDBY [*]", &stream(&[("b", 0), ("b", 0), ("a", 10)]));
    yes(
        "([*] AND [*] AND [b]) WITHIN 1 SECONDS",
        &stream(&[("a", 0), ("b", 100), ("a", 105), ("c", 110)]),
    );
    no("([*] AND [b]) WITHIN 1 SECONDS", &stream(&[("a", 0), ("b", 100), ("a", 200)]));
}

#[test]
fn many_observations_need_no_trying() {
    // Each is far from the next, so that no two are within a second.
    let many = |letters: &'static [&'static str]| {
        let events: Vec<_> = (0..10_000_i64)
            .map(|n| (letters[usize::try_from(n).unwrap() % letters.len()], n * 20))
            .collect();
        stream(&events)
    };
    let seen = many(&["a", "b", "ab", "c"]);
    no("([a] AND [b]) WITHIN 1 SECONDS", &seen);
    no("([a] FOLLOWEDBY [b]) WITHIN 1.9 SECONDS", &seen);
    yes("([a] FOLLOWEDBY [b]) WITHIN 2 SECONDS", &seen);
    no("[*] REPEATS 2 TIMES WITHIN 1 SECONDS", &seen);
    no("([*] AND [*] AND [a OR b]) WITHIN 1 SECONDS", &seen);
    yes("[*] REPEATS 10000 TIMES", &seen);
    no("[*] REPEATS 10001 TIMES", &seen);
    no("[c] REPEATS 3 TIMES WITHIN 15 SECONDS", &seen);
    yes("[c] REPEATS 3 TIMES WITHIN 16 SECONDS", &seen);
    no(
        "([a] FOLLOWEDBY [b] FOLLOWEDBY [c] FOLLOWEDBY [a] FOLLOWEDBY [b]) WITHIN 7.9 SECONDS",
        &seen,
    );
    yes(
        "([a] FOLLOWEDBY [b] FOLLOWEDBY [c] FOLLOWEDBY [a] FOLLOWEDBY [b]) WITHIN 10 SECONDS",
        &seen,
    );
    no("(([a] AND [c]) WITHIN 1 SECONDS FOLLOWEDBY [b]) WITHIN 3600 SECONDS", &seen);
    no("[c] FOLLOWEDBY ([a] AND [b]) WITHIN 1 SECONDS", &seen);
}

#[test]
fn groups_repeat_up_to_a_limit() {
    let too_many = Pattern::parse(&long("([a] AND [b]) REPEATS 200 TIMES")).unwrap();
    let error = Compiled::new(&too_many).unwrap_err();
    assert!(error.to_string().contains("one by one"), "{error}");
    let wide: Vec<_> = (0..300).map(|n| format!("[x-a:p = '{n}']")).collect();
    let too_many = Pattern::parse(&wide.join(" FOLLOWEDBY ")).unwrap();
    assert!(Compiled::new(&too_many).is_err());
    // As deep as it may be, on a thread's ordinary stack.
    let events: Vec<_> = (0..300).map(|n| ("ab", n)).collect();
    yes("([a] AND [b]) REPEATS 125 TIMES", &stream(&events));
}

#[test]
fn wide_patterns_cost_no_more_than_their_length() {
    let wide: Vec<_> = (0..20_000).map(|n| format!("[x-a:p = '{n}']")).collect();
    let pattern = wide.join(" OR ");
    assert!(!matches(&pattern, &stream(&[("a", 0)])));
    assert!(matches(&format!("{pattern} OR [x-a:p = 'a']"), &stream(&[("a", 0)])));
    let types: Vec<_> = (0..20_000).map(|n| format!("t{n}:p = 1")).collect();
    let types = types.join(" OR ");
    compiled(&format!("[({types}) AND ({types} OR x:p = 1)]"));
    assert!(Pattern::parse(&format!("[({types}) AND x:p = 1]")).is_err());
    // The same bracket again and again is one question.
    let same = vec!["[x-a:p = 'a']"; 20_000].join(" AND ");
    assert!(!matches(&same, &stream(&[("a", 0)])));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn it_matches_what_trying_everything_matches(
        pattern in oracle::pattern(),
        events in proptest::collection::vec(oracle::event(), 0..5),
    ) {
        let text = pattern.to_string();
        let seen = spanned(&events.iter().map(|event| (event.0.as_str(), event.1 * 10, event.2 * 10, event.3)).collect::<Vec<_>>());
        let found = compiled(&text).matches(&seen).expect("small enough");
        prop_assert_eq!(found.is_some(), oracle::matches(&pattern, &events), "{}\n{:?}", text, events);
    }
}
