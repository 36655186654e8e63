//! The most that one megabyte can ask for: none of it takes its square, in time or in memory. A
//! test that fails here does not end.

use serde_json::{Map, Value, json};
use stix::Object;
use stix::pattern::{Compiled, Observations, Pattern, Problem, Set};
use stix::validate::{self, Level, Options};

use crate::texts::campaign;

const MIB: usize = stix::object::MAX_BYTES;

/// So many texts of a number that they fill the room left in an object.
fn filled(of: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for n in 0.. {
        let next = of(n);
        if text.len() + next.len() + 1 > MIB - 1_000 {
            break;
        }
        if n > 0 {
            text.push(',');
        }
        text.push_str(&next);
    }
    text
}

fn all(object: &str) -> Vec<validate::Finding> {
    assert!(object.len() <= MIB, "{}", object.len());
    let own = validate::Schemas::own();
    validate::bytes(object.as_bytes(), &Options { should: true, schemas: Some(&own) })
}

#[test]
fn findings_under_a_long_name_have_a_bound_and_are_counted() {
    let nulls = vec!["null"; 100_000].join(",");
    let object = campaign(&format!("\"{}\":[{nulls}]", "k".repeat(MIB / 3)));
    let findings = all(&object);
    let text: usize =
        findings.iter().map(|one| one.pointer.as_str().len() + one.message.len()).sum();
    assert!(text < 3 * MIB, "{text}");
    let last = findings.last().unwrap();
    assert_eq!((last.level, last.rule, last.pointer.as_str()), (Level::Must, "null", ""));
    let left = 100_001 - (findings.len() - 1);
    assert_eq!(last.message, format!("and {left} more of this level: mend the others first"));
    // What decides is not left out, however much of lesser weight comes first.
    let own: Vec<_> = (0..40_000).map(|n| format!("\"own_{n}\":1")).collect();
    let object = campaign(&format!("{},\"first_seen\":5", own.join(",")));
    assert!(all(&object).iter().any(|one| one.level == Level::Must));
    let error = validate::require(&Object::parse(campaign("\"a\":[null]")).unwrap()).unwrap_err();
    assert_eq!(error.pointer.as_str(), "/a");
}

#[test]
fn schemas_problems_have_a_bound_too() {
    let id = format!("extension-definition--{}", "00000000-0000-4000-8000-000000000001");
    let mut schemas = validate::Schemas::default();
    let strings = json!({ "additionalProperties": { "items": { "type": "string" } } });
    schemas.add(&stix::Id::parse(&id).unwrap(), strings).unwrap();
    let content = json!({ "k".repeat(MIB / 3): vec![1; 100_000] });
    let problems = schemas.problems(&id, &content);
    assert!((1..10).contains(&problems.len()), "{}", problems.len());
}

#[test]
fn schemas_that_refer_to_themselves_or_elsewhere() {
    let id = stix::Id::parse("extension-definition--00000000-0000-4000-8000-000000000001").unwrap();
    let mut schemas = validate::Schemas::default();
    for circle in [
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#" }] }),
        json!({ "$dynamicAnchor": "a", "$dynamicRef": "#a" }),
        json!({ "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" }),
    ] {
        if schemas.add(&id, circle).is_ok() {
            let _ = schemas.problems(id.as_str(), &json!({ "a": 1 }));
        }
    }
    for elsewhere in [
        json!({ "$ref": "https://example.org/schema.json" }),
        json!({ "$ref": "file:///etc/hostname" }),
        json!({ "$schema": "https://example.org/schema.json" }),
        json!({ "pattern": "(a)\\1" }),
    ] {
        assert!(schemas.add(&id, elsewhere.clone()).is_err(), "{elsewhere}");
    }
}

#[test]
fn many_markings_and_selectors() {
    let uuid = |n: usize| format!("00000000-0000-4000-8000-{n:012x}");
    let refs = filled(|n| format!("\"marking-definition--{}\"", uuid(n)));
    let object = Object::parse(campaign(&format!("\"object_marking_refs\":[{refs}]"))).unwrap();
    assert_eq!(object.header().marking_refs.len(), refs.split(',').count());

    let labels = vec!["\"a\""; MIB / 12].join(",");
    let many = filled(|n| format!("\"labels.[{n}]\""));
    let selectors: Vec<_> = many.split(',').take(MIB / 30).collect();
    let granular = format!(
        "\"labels\":[{labels}],\"granular_markings\":[{{\"lang\":\"en\",\"selectors\":[{}]}}]",
        selectors.join(",")
    );
    assert!(all(&campaign(&granular)).is_empty());
}

#[test]
fn many_references_within_a_container() {
    let held = (0..25_000).map(|n| format!("\"{n}\":{{\"type\":\"a\"}}"));
    let refs: Vec<_> = (0..50_000).map(|n| format!("\"{}\"", n % 25_000)).collect();
    let object = format!(
        "{{\"type\":\"observed-data\",\"objects\":{{\"x\":{{\"type\":\"process\",\"opened_connection_refs\":[{}]}},{}}}}}",
        refs.join(","),
        held.collect::<Vec<_>>().join(",")
    );
    assert!(!all(&object).is_empty());
}

#[test]
fn many_properties_and_extensions_of_ones_own() {
    let own = (0..40_000).map(|n| format!("\"p{n:x}\":1")).collect::<Vec<_>>().join(",");
    let extensions = (0..40_000).map(|n| format!("\"{n:x}\":{{}}")).collect::<Vec<_>>().join(",");
    assert!(!all(&campaign(&format!("{own},\"extensions\":{{{extensions}}}"))).is_empty());
}

fn limit(text: &str) -> String {
    let problem = match Pattern::parse(text).and_then(|pattern| Compiled::new(&pattern)) {
        Err(error) => error.problem,
        Ok(_) => panic!("{} is accepted", text.get(..60).unwrap_or(text)),
    };
    match problem {
        Problem::Limit { what } => what,
        other => panic!("{other}"),
    }
}

fn chain(operator: &str, of: impl Fn(usize) -> String) -> String {
    (0..40_000).map(of).collect::<Vec<_>>().join(operator)
}

#[test]
fn long_chains_of_observations() {
    let test = |n: usize| format!("[a:b={n}]");
    let any = Pattern::parse(&chain("OR", test)).unwrap();
    let seen = json!({
        "type": "observed-data", "id": "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf",
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z",
        "number_observed": 1, "objects": { "0": { "type": "a", "b": 39_999 } },
    });
    let (observations, _) = Observations::read(vec![seen]);
    assert!(Compiled::new(&any).unwrap().matches(&observations).unwrap().is_some());
    let (set, refused) = Set::new([&any]);
    assert!(refused.is_empty());
    let mut stream = set.stream();
    stream.see(&observations);
    assert!(stream.verdict(0).unwrap().is_some());
    for operator in ["AND", "FOLLOWEDBY"] {
        assert!(limit(&chain(operator, test)).contains("250 observations"));
    }
    let timed = |n: usize| {
        format!(
            "[a:b={n}]START t'2026-01-01T00:00:00Z'STOP t'{:04}-01-01T00:00:00Z'",
            2027 + n % 300
        )
    };
    assert!(limit(&(0..9_000).map(timed).collect::<Vec<_>>().join("OR")).contains("250"));
}

#[test]
fn long_chains_of_types() {
    let chain = |prefix: &str| {
        (0..30_000).map(|n| format!("{prefix}{n}:b=1")).collect::<Vec<_>>().join(" OR ")
    };
    let pattern = format!("[({}) AND ({} OR a1:b=2)]", chain("a"), chain("b"));
    assert!(Pattern::parse(&pattern).is_ok());
}

#[test]
fn expressions_of_brackets_alone() {
    for unit in ["{", "[[:", "[[.", "[[=", "(?i)", "\\\\Q", "[a-", "{1", "(?#"] {
        let text = unit.repeat(MIB / 2 / unit.len());
        let _ = Pattern::parse(&format!("[a:b MATCHES '{text}']"));
    }
}

#[test]
fn objects_that_refer_to_each_other_in_turn() {
    let id = |n: usize| format!("process--00000000-0000-4000-8000-{n:012x}");
    let ids: Vec<_> = (0..12).map(id).collect();
    let mut bundle: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "type": "process", "id": id, "child_refs": ids, "pid": 1 }))
        .collect();
    bundle.push(json!({
        "type": "observed-data", "id": "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf",
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z",
        "number_observed": 1, "object_refs": ids,
    }));
    let (observations, problems) = Observations::read(bundle);
    assert!(problems.is_empty());
    for (pid, expected) in [(1, true), (2, false)] {
        let path = "child_refs[*].".repeat(100);
        let pattern = Pattern::parse(&format!("[process:{path}pid = {pid}]")).unwrap();
        let found = Compiled::new(&pattern).unwrap().matches(&observations).unwrap();
        assert_eq!(found.is_some(), expected);
        let (set, _) = Set::new([&pattern]);
        let mut stream = set.stream();
        stream.see(&observations);
        assert_eq!(stream.verdict(0).unwrap().is_some(), expected);
    }
    let path = "parent_ref.".repeat(90_000);
    assert!(limit(&format!("[process:{path}pid = 1]")).contains("250 steps"));
}

#[test]
fn another_spelling_of_a_number_reads_the_same() {
    #[derive(serde::Deserialize)]
    struct View {
        a: u32,
        b: f64,
        c: Map<String, Value>,
    }
    for text in
        [r#""a":1,"b":2,"c":{}"#, r#""a":1.0,"b":2.0,"c":{}"#, r#""a":10e-1,"b":2e0,"c":{}"#]
    {
        let view: View = Object::parse(campaign(text)).unwrap().view().unwrap();
        assert_eq!((view.a, view.b, view.c.len()), (1, 2.0, 0), "{text}");
    }
}
