//! Patterns at random, as trees. Names, values and times come from small stocks, so that they
//! meet again in made observations.

use proptest::collection::vec;
use proptest::prelude::*;

/// A quoted string with whatever in it.
pub(crate) fn quoted() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        4 => "[a-c]{0,3}",
        1 => "[ -~]{0,6}",
        1 => "[\\PC\n]{0,5}",
    ];
    text.prop_map(|text| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")))
}

fn constant() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => quoted(),
        3 => (-3_i64..4).prop_map(|n| n.to_string()),
        1 => any::<i64>().prop_map(|n| n.to_string()),
        2 => prop_oneof!["-?[0-9]{0,3}\\.[0-9]{1,3}", "\\+[1-9]\\.5", "-?[1-9][0-9]{30}\\.0"],
        1 => prop_oneof![Just("true".to_owned()), Just("false".to_owned())],
        1 => "h'([0-9a-fA-F]{2}){0,3}'",
        1 => vec(any::<u8>(), 1..5).prop_map(|bytes| {
            use base64::Engine;
            format!("b'{}'", base64::engine::general_purpose::STANDARD.encode(bytes))
        }),
        1 => moment(),
    ]
}

fn ordered() -> impl Strategy<Value = String> {
    constant().prop_filter("has an order", |text| text != "true" && text != "false")
}

fn moment() -> impl Strategy<Value = String> {
    (0..60_u8, prop_oneof![Just(""), Just(".5"), Just(".250")])
        .prop_map(|(second, rest)| format!("t'2026-01-01T00:00:{second:02}{rest}Z'"))
}

fn path(object_type: &'static str) -> impl Strategy<Value = String> {
    let key = prop_oneof![
        4 => "[a-c]",
        1 => Just("parent_ref".to_owned()),
        1 => Just("child_refs".to_owned()),
        1 => Just("data_hex".to_owned()),
        1 => Just("extensions".to_owned()),
        1 => prop_oneof![Just("'x-y'"), Just("'AND'"), Just("'it\\'s'")].prop_map(str::to_owned),
    ];
    let step = prop_oneof![
        3 => key.clone().prop_map(|key| format!(".{key}")),
        1 => (0..3_u8).prop_map(|index| format!("[{index}]")),
        1 => Just("[*]".to_owned()),
    ];
    (key, vec(step, 0..3))
        .prop_map(move |(first, rest)| format!("{object_type}:{first}{}", rest.concat()))
}

fn test(object_type: &'static str) -> impl Strategy<Value = String> {
    let not = prop_oneof![4 => Just(""), 1 => Just("NOT ")];
    let check = prop_oneof![
        4 => (prop_oneof![Just("="), Just("!="), Just("=="), Just("<>")], constant())
            .prop_map(|(operator, constant)| format!("{operator} {constant}")),
        3 => (prop_oneof![Just("<"), Just("<="), Just(">"), Just(">=")], ordered())
            .prop_map(|(operator, constant)| format!("{operator} {constant}")),
        2 => vec(constant(), 0..4).prop_map(|all| format!("IN ({})", all.join(","))),
        1 => "[abc%_]{0,4}".prop_map(|text| format!("LIKE '{text}'")),
        1 => prop_oneof!["[abc.]{1,3}", "\\^[ab]", "[ab]\\$", "\\[ab\\]\\{2\\}", "(a|b)c?"]
            .prop_map(|text| format!("MATCHES '{text}'")),
        1 => (prop_oneof![Just("ISSUBSET"), Just("ISSUPERSET")], 0..3_u8, 0..33_u8)
            .prop_map(|(operator, byte, length)| format!("{operator} '10.{byte}.0.1/{length}'")),
    ];
    prop_oneof![
        6 => (path(object_type), not.clone(), check)
            .prop_map(|(path, not, check)| format!("{path} {not}{check}")),
        1 => (not, path(object_type)).prop_map(|(not, path)| format!("{not}EXISTS {path}")),
    ]
}

fn comparison(object_type: &'static str) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => test(object_type),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" AND ")),
            vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" OR ")),
            inner.prop_map(|part| format!("({part})")),
        ]
    })
}

fn qualifier() -> impl Strategy<Value = String> {
    prop_oneof![
        prop_oneof!["[1-9]", "[0-9]\\.5", "0[1-9]\\.50"]
            .prop_map(|seconds| format!(" WITHIN {seconds} SECONDS")),
        (1..4_u8).prop_map(|count| format!(" REPEATS {count} TIMES")),
        (moment(), moment()).prop_map(|(start, stop)| format!(" START {start} STOP {stop}")),
    ]
}

/// A pattern that the grammar accepts, in any spelling.
pub(crate) fn pattern() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        3 => comparison("x-a").prop_map(|inner| format!("[{inner}]")),
        1 => (comparison("x-a"), comparison("x-b"))
            .prop_map(|(one, other)| format!("[ {one} OR {other} ]")),
    ];
    simple.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" AND ")),
            vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" OR\t")),
            vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" FOLLOWEDBY ")),
            inner.clone().prop_map(|part| format!("({part} /* c */)")),
            (inner, qualifier()).prop_map(|(part, qualifier)| format!("({part}){qualifier}")),
        ]
    })
}
