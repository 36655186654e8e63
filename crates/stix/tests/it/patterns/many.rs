//! Many patterns at once say what each says by itself.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use stix::pattern::{Compiled, Observations, Pattern, Set};

use super::generate;
use super::observed::{id, object, seen};

/// A value of the kinds that generated patterns ask for.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => "[a-c]{0,3}".prop_map(Value::from),
        2 => (-3_i64..4).prop_map(Value::from),
        1 => prop_oneof![Just(json!(0.5)), Just(json!(1.0)), Just(json!(-2.25)), Just(Value::Null)],
        1 => any::<bool>().prop_map(Value::from),
        1 => (0..60_u8).prop_map(|second| json!(format!("2026-01-01T00:00:{second:02}Z"))),
        1 => (0..3_u8, 0..33_u8).prop_map(|(byte, length)| json!(format!("10.{byte}.0.1/{length}"))),
        1 => "([0-9a-f]{2}){0,3}".prop_map(Value::from),
        1 => (1..5_usize).prop_map(|number| json!(id("x-a", number))),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            members(inner).prop_map(|members| members),
        ]
    })
}

fn members(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        4 => "[a-c]".boxed(),
        1 => Just("parent_ref".to_owned()).boxed(),
        1 => Just("data_hex".to_owned()).boxed(),
        1 => Just("x-y".to_owned()).boxed(),
    ];
    (vec((key, value), 0..5), vec(1..5_usize, 0..3)).prop_map(|(members, refs)| {
        let mut all: serde_json::Map<_, _> = members.into_iter().collect();
        if !refs.is_empty() {
            let refs: Vec<_> = refs.into_iter().map(|number| id("x-a", number)).collect();
            all.insert("child_refs".to_owned(), json!(refs));
        }
        Value::Object(all)
    })
}

/// A bundle of a few observations of a few objects.
pub(crate) fn bundle() -> impl Strategy<Value = Vec<Value>> {
    let object = (prop_oneof![3 => Just("x-a"), 1 => Just("x-b")], members(value()));
    vec((vec(object, 1..3), 0..600_i64, 0..30_i64, 1..3_u64), 1..4).prop_map(|observed| {
        let mut number = 0;
        let all =
            observed.into_iter().enumerate().flat_map(|(at, (objects, first, length, times))| {
                let objects: Vec<_> = objects
                    .into_iter()
                    .map(|(name, members)| {
                        number += 1;
                        object_of(name, number, members)
                    })
                    .collect();
                seen(at + 1, first, first + length, times, &objects)
            });
        all.collect()
    })
}

fn object_of(name: &str, number: usize, members: Value) -> Value {
    object(name, number, members)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_set_is_its_patterns(texts in vec(generate::pattern(), 1..6), bundle in bundle()) {
        let patterns: Vec<_> = texts.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
        let (observations, problems) = Observations::read(bundle);
        prop_assert_eq!(problems, []);
        let (set, refused) = Set::new(&patterns);
        let mut stream = set.stream();
        stream.see(&observations);
        let possible = stream.possible();
        for (number, pattern) in patterns.iter().enumerate() {
            let alone = Compiled::new(pattern);
            prop_assert_eq!(alone.is_err(), refused.iter().any(|(other, _)| *other == number));
            let Ok(alone) = alone else { continue };
            let expected = alone.matches(&observations);
            prop_assert_eq!(stream.verdict(number), expected.clone(), "{}", pattern);
            prop_assert!(possible.contains(&number) || expected == Ok(None));
        }
        // What was seen before is forgotten.
        stream.clear();
        prop_assert!(stream.possible().is_empty());
        stream.see(&observations);
        prop_assert_eq!(stream.possible(), possible);
    }
}

/// Each test finds its observation by the index, whatever else is in it.
#[test]
fn every_kind_of_test_is_found_by_the_index() {
    let tests = [
        "x-a:s = 'hello'",
        "x-a:s IN ('x', 'hello')",
        "x-a:s LIKE 'hel%'",
        "x-a:s LIKE '%LO'",
        "x-a:s LIKE 'h_llo'",
        "x-a:s MATCHES 'hell'",
        "x-a:s MATCHES '(?i)HELLO'",
        "x-a:s MATCHES '^h.*o$'",
        "x-a:s = h'68656c6c6f'",
        "x-a:n = 5",
        "x-a:n = 5.0",
        "x-a:n > 4",
        "x-a:n >= 5",
        "x-a:n < 6",
        "x-a:n <= 5",
        "x-a:n IN (4, 5.0)",
        "x-a:t = true",
        "x-a:d_hex = '\u{1}'",
        "x-a:d_hex = h'01'",
        "x-a:m = t'2026-01-01T00:00:00.0Z'",
        "x-a:ip ISSUBSET '10.0.0.0/8'",
        "x-a:net ISSUPERSET '10.1.2.3'",
        "x-a:l[*].k = 'v'",
        "x-a:l[0].k = 'v'",
        "EXISTS x-a:n",
        "NOT EXISTS x-a:q",
        "x-a:s != 'x'",
        "x-a:s NOT = 'x'",
        "x-a:n NOT < 3",
        "x-a:n = 5 AND x-a:s != 'x'",
        "(x-a:n = 1 OR x-a:s = 'hello') AND x-a:t = true",
        "x-b:z = 1 OR x-a:n = 5",
        "x-a:o_ref.n = 7",
        "x-a:o_refs[*].n = 7",
    ];
    let one = object(
        "x-a",
        1,
        json!({
            "s": "hello", "n": 5, "t": true, "d_hex": "01", "m": "2026-01-01T00:00:00Z", "ip": "10.9.9.9",
            "net": "10.1.0.0/16", "l": [{"k": "v"}], "o_ref": id("x-a", 2), "o_refs": [id("x-a", 2)],
        }),
    );
    let other = object("x-a", 2, json!({"n": 7}));
    let (observations, _) = Observations::read(seen(1, 0, 0, 1, &[one, other]));
    let patterns: Vec<_> =
        tests.iter().map(|test| Pattern::parse(&format!("[{test}]")).unwrap()).collect();
    let (set, refused) = Set::new(&patterns);
    assert!(refused.is_empty());
    let mut stream = set.stream();
    stream.see(&observations);
    for (number, test) in tests.iter().enumerate() {
        let alone = Compiled::new(&patterns[number]).unwrap().matches(&observations);
        assert_eq!(stream.verdict(number), alone, "{test}");
        assert_eq!(alone.unwrap().is_some(), *test != "x-a:s LIKE '%LO'", "{test}");
    }
}

#[test]
fn a_stream_binds_across_bundles() {
    let part = |number: usize, at: i64, p: &str| {
        let (observations, _) =
            Observations::read(seen(number, at, at, 1, &[object("x-a", number, json!({"p": p}))]));
        observations
    };
    let pattern =
        Pattern::parse("([x-a:p = 'a'] FOLLOWEDBY [x-a:p = 'b']) WITHIN 1 SECONDS").unwrap();
    let (set, _) = Set::new([&pattern]);
    let mut stream = set.stream();
    for (number, at, p) in [(1, 0, "b"), (2, 10, "a"), (3, 100, "a"), (4, 105, "b")] {
        assert_eq!(stream.verdict(0), Ok(None));
        stream.see(&part(number, at, p));
    }
    assert_eq!(stream.len(), 4);
    let expected = [id("observed-data", 3), id("observed-data", 4)];
    assert_eq!(stream.verdict(0).unwrap().unwrap(), expected);
}
