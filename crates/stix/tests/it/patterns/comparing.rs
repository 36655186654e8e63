//! Comparison expressions: what a test asks of an object (STIX 2.1 sections 9.5 to 9.7).

use serde_json::{Value, json};

use super::observed::{by, id, matches, object, observations, seen, seen_with, single};

/// Tests that hold for an object, and tests that do not.
#[track_caller]
fn holds(members: &Value, good: &[&str], bad: &[&str]) {
    let seen = single(members.clone());
    for test in good {
        assert!(matches(&format!("[{test}]"), &seen), "{test} holds for {members}");
    }
    for test in bad {
        assert!(!matches(&format!("[{test}]"), &seen), "{test} does not hold for {members}");
    }
}

#[test]
fn values_of_one_type_compare() {
    holds(
        &json!({"n": 5, "f": 12.5, "w": 12.0, "s": "hello", "t": true, "big": 9_007_199_254_740_991_u64}),
        &[
            "x-a:n = 5",
            "x-a:n = 5.0",
            "x-a:n != 6",
            "x-a:n < 6",
            "x-a:n <= 5",
            "x-a:n > 4.9",
            "x-a:n >= 5.0",
            "x-a:n NOT = 6",
            "x-a:n NOT < 5",
            "x-a:f > 12",
            "x-a:w = 12",
            "x-a:s = 'hello'",
            "x-a:s != 'hell'",
            "x-a:s > 'hell'",
            "x-a:s < 'i'",
            "x-a:t = true",
            "x-a:t != false",
            "x-a:n IN (1, 5)",
            "x-a:n IN (4.5, 5.0)",
            "x-a:s IN ('a', 'hello')",
            "x-a:s NOT IN ('a')",
            "x-a:n NOT IN ()",
            "x-a:big = 9007199254740991",
            "x-a:big < 9007199254740992",
        ],
        &[
            "x-a:n = 6",
            "x-a:n != 5",
            "x-a:n < 5",
            "x-a:n > 5",
            "x-a:n NOT = 5",
            "x-a:s = 'Hello'",
            "x-a:s < 'hell'",
            "x-a:t = false",
            "x-a:n IN (1, 2)",
            "x-a:n IN ()",
            "x-a:s NOT IN ('hello')",
            "x-a:big > 9007199254740991",
        ],
    );
}

#[test]
fn values_of_other_types_are_only_unequal() {
    holds(
        &json!({"n": 1, "s": "1", "t": true, "z": null, "l": ["1"], "o": {"p": 1}}),
        &[
            "x-a:n != '1'",
            "x-a:s != 1",
            "x-a:t != 1",
            "x-a:z != 'null'",
            "x-a:l != '1'",
            "x-a:o != 1",
            "x-a:s NOT = 1",
            "x-a:z NOT LIKE '%'",
            "x-a:n NOT MATCHES '.'",
            "x-a:n NOT IN ('1')",
            "x-a:n NOT ISSUBSET '10.0.0.0/8'",
            "x-a:s NOT < 2",
        ],
        &[
            "x-a:n = '1'",
            "x-a:s = 1",
            "x-a:t = 1",
            "x-a:n = true",
            "x-a:z = 'null'",
            "x-a:l = '1'",
            "x-a:s < 2",
            "x-a:s >= 0",
            "x-a:z LIKE '%'",
            "x-a:l MATCHES '.'",
            "x-a:n IN ('1')",
        ],
    );
}

#[test]
fn what_is_absent_satisfies_nothing_but_not_exists() {
    holds(
        &json!({"n": 1, "l": [], "z": null}),
        &[
            "EXISTS x-a:n",
            "EXISTS x-a:z",
            "EXISTS x-a:l",
            "NOT EXISTS x-a:m",
            "NOT EXISTS x-a:l[0]",
            "NOT EXISTS x-a:l[*]",
            "NOT EXISTS x-a:n.p",
        ],
        &[
            "EXISTS x-a:m",
            "NOT EXISTS x-a:n",
            "x-a:m = 1",
            "x-a:m != 1",
            "x-a:m NOT = 1",
            "x-a:l[*] != 1",
            "x-a:n.p != 1",
            "x-b:n = 1",
            "EXISTS x-b:n",
            "NOT EXISTS x-b:n",
        ],
    );
}

#[test]
fn strings_compare_by_code_point_and_like_and_matches_in_normal_form() {
    holds(
        &json!({"d": "e\u{301}", "c": "\u{e9}", "k": "\u{1F600}", "u": "\u{ffff}"}),
        &[
            "x-a:d != 'é'",
            "x-a:d LIKE 'é'",
            "x-a:d LIKE '_'",
            "x-a:c LIKE 'e\u{301}'",
            "x-a:d MATCHES '^é$'",
            "x-a:c MATCHES '^e\u{301}$'",
            "x-a:d < 'z'",
            "x-a:k > '\u{ffff}'",
        ],
        &["x-a:d = 'é'", "x-a:c = 'e\u{301}'", "x-a:d LIKE 'e_'", "x-a:k < '\u{ffff}'"],
    );
}

#[test]
fn expressions_are_found_anywhere() {
    holds(
        &json!({"s": "say hello\n", "m": "a\nb"}),
        &[
            "x-a:s MATCHES 'hel+o'",
            "x-a:s MATCHES 'hello$'",
            "x-a:s MATCHES 'hello\\\\Z'",
            "x-a:s MATCHES 'o\n'",
            "x-a:s MATCHES '(?i)HELLO'",
            "x-a:m MATCHES '(?m)^b$'",
            "x-a:m MATCHES '(?s)a.b'",
            "x-a:s MATCHES ''",
        ],
        &[
            "x-a:s MATCHES '^hello'",
            "x-a:s MATCHES 'hello\\\\z'",
            "x-a:m MATCHES 'a.b'",
            "x-a:m MATCHES '^b'",
            "x-a:m MATCHES 'a$'",
        ],
    );
}

#[test]
fn bytes_compare_however_they_are_written() {
    holds(
        &json!({"a_hex": "00fF", "b_bin": "AP8=", "s": "AB", "e": "\u{ff}", "bad_hex": "xyz", "l_hex": ["41"]}),
        &[
            "x-a:a_hex = h'00ff'",
            "x-a:a_hex = b'AP8='",
            "x-a:b_bin = h'00FF'",
            "x-a:b_bin > h'00'",
            "x-a:s = h'4142'",
            "x-a:e = h'ff'",
            "x-a:s < h'4143'",
            "x-a:a_hex = '\u{0}ÿ'",
            "x-a:a_hex MATCHES '^\\\\x00\\\\xff$'",
            "x-a:a_hex LIKE '_ÿ'",
            "x-a:l_hex[*] = 'A'",
            "x-a:bad_hex = 'xyz'",
            "x-a:a_hex MATCHES 'ÿ'",
            "x-a:a_hex IN ('\u{0}ÿ')",
        ],
        &[
            "x-a:a_hex = '00fF'",
            "x-a:a_hex = h'00'",
            "x-a:s = h'41'",
            "x-a:a_hex MATCHES 'Ā'",
            "x-a:a_hex LIKE '00%'",
        ],
    );
}

#[test]
fn times_compare_as_moments() {
    holds(
        &json!({"t": "2026-01-01T00:00:00.50Z", "s": "no time"}),
        &[
            "x-a:t = t'2026-01-01T00:00:00.5Z'",
            "x-a:t < t'2026-01-01T00:00:01Z'",
            "x-a:s != t'2026-01-01T00:00:01Z'",
            "x-a:t > t'2026-01-01T00:00:00.4999999Z'",
            "x-a:t = '2026-01-01T00:00:00.50Z'",
            "x-a:t IN (t'2025-01-01T00:00:00Z', t'2026-01-01T00:00:00.500Z')",
        ],
        &[
            "x-a:t = '2026-01-01T00:00:00.5Z'",
            "x-a:s = t'2026-01-01T00:00:00Z'",
            "x-a:s < t'2026-01-01T00:00:00Z'",
        ],
    );
}

#[test]
fn networks_hold_addresses() {
    holds(
        &json!({"v4": "198.51.100.7", "net": "198.51.100.0/25", "v6": "2001:db8::7", "s": "host"}),
        &[
            "x-a:v4 ISSUBSET '198.51.100.0/24'",
            "x-a:v4 ISSUBSET '198.51.100.7'",
            "x-a:net ISSUBSET '198.51.100.0/24'",
            "x-a:net ISSUPERSET '198.51.100.9'",
            "x-a:v4 ISSUPERSET '198.51.100.7/32'",
            "x-a:v6 ISSUBSET '2001:db8::/32'",
            "x-a:v4 ISSUBSET '0.0.0.0/0'",
            "x-a:v4 NOT ISSUBSET '10.0.0.0/8'",
        ],
        &[
            "x-a:net ISSUBSET '198.51.100.0/26'",
            "x-a:net ISSUPERSET '198.51.100.200'",
            "x-a:v6 ISSUBSET '0.0.0.0/0'",
            "x-a:s ISSUBSET '0.0.0.0/0'",
            "x-a:s ISSUPERSET '10.0.0.1'",
        ],
    );
}

#[test]
fn paths_lead_through_lists_and_references() {
    let bundle = |listed: &[&Value], all: &[Value]| {
        let listed: Vec<_> = listed.iter().map(|value| (*value).clone()).collect();
        let mut bundle = seen(1, 0, 0, 1, &listed);
        bundle.extend(all.iter().filter(|value| !listed.contains(value)).cloned());
        observations(bundle)
    };
    let directory =
        object("directory", 1, json!({"path": "C:\\Windows", "contains_refs": [id("file", 1)]}));
    let file = object(
        "file",
        1,
        json!({
            "name": "foo.dll",
            "parent_directory_ref": id("directory", 1),
            "hashes": {"SHA-256": "aa"},
            "extensions": {"windows-pebinary-ext": {"sections": [{"entropy": 1.0}, {"entropy": 7.5}]}},
            "content_ref": id("artifact", 9),
        }),
    );
    let all = [directory.clone(), file.clone()];
    let seen = bundle(&[&file, &directory], &all);
    for good in [
        "[file:parent_directory_ref.path = 'C:\\\\Windows']",
        "[file:parent_directory_ref.contains_refs[*].name = 'foo.dll']",
        "[file:parent_directory_ref.contains_refs[0].name = 'foo.dll']",
        "[file:hashes.'SHA-256' = 'aa']",
        "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
        "[file:extensions.'windows-pebinary-ext'.sections[1].entropy > 7.0]",
        "[file:parent_directory_ref.type = 'directory']",
        "[file:parent_directory_ref = 'directory--00000000-0000-4000-8000-000000000001']",
        "[EXISTS file:content_ref AND NOT EXISTS file:content_ref.type]",
        "[file:name = 'foo.dll' AND file:parent_directory_ref.path LIKE 'C:%']",
    ] {
        assert!(matches(good, &seen), "{good}");
    }
    for bad in [
        "[file:extensions.'windows-pebinary-ext'.sections[0].entropy > 7.0]",
        "[file:extensions.'windows-pebinary-ext'.sections[2].entropy > 0.0]",
        "[file:extensions.'windows-pebinary-ext'.sections.entropy > 0.0]",
        "[file:content_ref.type = 'artifact']",
        "[file:name.path = 'x']",
    ] {
        assert!(!matches(bad, &seen), "{bad}");
    }
    // Only what is itself observed is followed: the directory stands in the bundle and no more.
    let alone = bundle(&[&file], &all);
    assert!(!matches("[file:parent_directory_ref.path = 'C:\\\\Windows']", &alone));
    assert!(!matches("[directory:path LIKE '%']", &alone));
    assert!(matches("[file:name = 'foo.dll' AND EXISTS file:parent_directory_ref]", &alone));
}

#[test]
fn and_asks_one_object_and_or_any() {
    let one = object("x-a", 1, json!({"p": 1, "q": 1}));
    let other = object("x-a", 2, json!({"p": 2, "q": 2}));
    let third = object("x-b", 3, json!({"p": 3}));
    let seen = observations(seen(1, 0, 0, 1, &[one, other, third]));
    assert!(matches("[x-a:p = 1 AND x-a:q = 1]", &seen));
    assert!(!matches("[x-a:p = 1 AND x-a:q = 2]", &seen));
    assert!(matches("[x-a:p = 9 OR x-b:p = 3]", &seen));
    assert!(matches("[(x-a:p = 2 OR x-b:p = 9) AND x-a:q = 2]", &seen));
    assert!(!matches("[(x-a:p = 2 OR x-b:p = 3) AND x-a:q = 1]", &seen));
}

#[test]
fn objects_can_stand_inside_the_observed_data() {
    let seen = observations(vec![
        seen_with(
            1,
            json!({
                "0": {"type": "directory", "path": "/tmp"},
                "1": {"type": "file", "name": "a", "parent_directory_ref": "0"},
            }),
        ),
        seen_with(2, json!({"0": {"type": "directory", "path": "/etc"}})),
    ]);
    assert_eq!(by("[file:parent_directory_ref.path = '/tmp']", &seen), Some(vec![1]));
    assert_eq!(by("[file:parent_directory_ref.path = '/etc']", &seen), None);
    assert_eq!(by("[directory:path = '/etc']", &seen), Some(vec![2]));
}

#[test]
fn only_observables_are_matched() {
    let identity = object("identity", 1, json!({"name": "x"}));
    let seen = observations(seen(1, 0, 0, 1, &[identity]));
    assert!(!matches("[identity:name = 'x']", &seen));
}

#[test]
fn bad_observed_data_is_told_with_its_place() {
    let good = seen(1, 0, 0, 1, &[object("x-a", 1, json!({"p": 1}))]);
    for (key, value) in [
        ("id", Value::Null),
        ("first_observed", json!("yesterday")),
        ("last_observed", json!("2020-01-01T00:00:00Z")),
        ("number_observed", json!(0)),
        ("number_observed", json!(1_000_000_000)),
        ("number_observed", json!("1")),
        ("object_refs", json!("x")),
        ("object_refs", Value::Null),
    ] {
        let mut bundle = good.clone();
        bundle.push(seen(2, 0, 0, 1, &[]).swap_remove(0));
        let members = bundle[2].as_object_mut().unwrap();
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.to_owned(), value);
        }
        let (observations, problems) = stix::pattern::Observations::read(bundle);
        let pointer = format!("/2/{key}");
        assert_eq!(
            problems.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(),
            [pointer]
        );
        assert!(matches("[x-a:p = 1]", &observations), "the rest is matched");
    }
}
