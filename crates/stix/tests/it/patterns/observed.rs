//! Observations for the tests of matching.

use serde_json::{Map, Value, json};
use stix::Timestamp;
use stix::pattern::{Compiled, Observations, Pattern};

/// Seconds after the beginning of 2026, in tenths.
pub(crate) fn moment(tenths: i64) -> Timestamp {
    Timestamp::from_millis(1_767_225_600_000 + tenths * 100)
}

/// Observed data number `number`, made between two moments, of objects that are in the bundle.
pub(crate) fn seen(
    number: usize,
    first: i64,
    last: i64,
    times: u64,
    objects: &[Value],
) -> Vec<Value> {
    let refs: Vec<_> = objects.iter().filter_map(|object| object.get("id")).collect();
    let mut all = vec![json!({
        "type": "observed-data",
        "spec_version": "2.1",
        "id": id("observed-data", number),
        "created": moment(0),
        "modified": moment(0),
        "first_observed": moment(first),
        "last_observed": moment(last),
        "number_observed": times,
        "object_refs": refs,
    })];
    all.extend(objects.iter().cloned());
    all
}

pub(crate) fn id(name: &str, number: usize) -> String {
    format!("{name}--00000000-0000-4000-8000-{number:012}")
}

/// An object with an id.
pub(crate) fn object(name: &str, number: usize, members: Value) -> Value {
    let Value::Object(mut object) = members else { panic!("{members}") };
    object.insert("type".to_owned(), json!(name));
    object.insert("id".to_owned(), json!(id(name, number)));
    Value::Object(object)
}

/// A bundle's observed data, all of it good.
#[track_caller]
pub(crate) fn observations(bundle: Vec<Value>) -> Observations {
    let (observations, problems) = Observations::read(bundle);
    assert_eq!(problems, []);
    observations
}

/// A single observation of a single object.
pub(crate) fn single(members: Value) -> Observations {
    observations(seen(1, 0, 0, 1, &[object("x-a", 1, members)]))
}

#[track_caller]
pub(crate) fn compiled(pattern: &str) -> Compiled {
    let read = Pattern::parse(pattern);
    let read =
        read.unwrap_or_else(|error| panic!("{pattern}\n{}\n{error}", error.picture(pattern)));
    Compiled::new(&read).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

/// The numbers of the observed data that satisfy a pattern.
#[track_caller]
pub(crate) fn by(pattern: &str, observations: &Observations) -> Option<Vec<usize>> {
    let found = compiled(pattern).matches(observations).expect(pattern)?;
    Some(found.iter().map(|id| id.rsplit('-').next().unwrap().parse().unwrap()).collect())
}

#[track_caller]
pub(crate) fn matches(pattern: &str, observations: &Observations) -> bool {
    by(pattern, observations).is_some()
}

/// Observed data as STIX 2.0 has it, with the objects inside.
pub(crate) fn seen_with(number: usize, objects: Value) -> Value {
    let mut value = seen(number, 0, 0, 1, &[]).swap_remove(0);
    let members: &mut Map<String, Value> = value.as_object_mut().unwrap();
    members.remove("object_refs");
    members.insert("objects".to_owned(), objects);
    value
}
