//! What patterns are matched against: the observed data of one bundle, with the objects seen.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::moment::Moment;
use crate::error::{Error, Pointer};
use crate::object::{Class, class_of};
use crate::time::Timestamp;

/// The most that `number_observed` can say (STIX 2.1 section 4.14).
const MAX_NUMBER: u64 = 999_999_999;

/// From here on an object is found by hash, before one by one.
const FEW: usize = 16;

/// The observed data of one bundle, ready to be matched.
#[derive(Debug, Default)]
pub struct Observations {
    scopes: Vec<Scope>,
    observed: Vec<Observed>,
}

/// One `observed-data` object.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) id: String,
    pub(super) span: Span,
    /// Where its objects are.
    scope: usize,
    /// Which of them it is about.
    objects: Vec<usize>,
}

/// When and how often something was observed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) number: u64,
}

/// An object of a bundle.
#[derive(Debug)]
pub(super) struct Held {
    id: String,
    /// Its type.
    pub(super) name: String,
    pub(super) members: Map<String, Value>,
}

impl Held {
    fn new(id: String, members: Map<String, Value>) -> Self {
        let name = members.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        Self { id, name, members }
    }
}

/// Objects that can refer to each other.
#[derive(Debug, Default)]
struct Scope {
    objects: Vec<Held>,
    by_id: HashMap<String, usize>,
}

impl Scope {
    fn new(objects: Vec<Held>) -> Self {
        let mut by_id = HashMap::new();
        if objects.len() > FEW {
            for (index, held) in objects.iter().enumerate() {
                by_id.entry(held.id.clone()).or_insert(index);
            }
        }
        Self { objects, by_id }
    }

    fn position(&self, id: &str) -> Option<usize> {
        if self.objects.len() > FEW {
            self.by_id.get(id).copied()
        } else {
            self.objects.iter().position(|held| held.id == id)
        }
    }
}

impl Observations {
    /// Takes the observed data out of a bundle's objects. What is wrong with one of them holds up
    /// no other; the places are those of the objects.
    ///
    /// An `observed-data` object refers to the bundle's other objects by `object_refs`, or holds
    /// its own in the deprecated `objects`.
    pub fn read(bundle: Vec<Value>) -> (Self, Vec<Error>) {
        let mut problems = Vec::new();
        let mut found = Vec::new();
        let mut others = Vec::with_capacity(bundle.len());
        for (index, value) in bundle.into_iter().enumerate() {
            let Value::Object(object) = value else { continue };
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            if text("type") == Some("observed-data") {
                found.push((index, object));
            } else if let Some(id) = text("id") {
                others.push(Held::new(id.to_owned(), object));
            }
        }
        let mut this = Self { scopes: vec![Scope::new(others)], observed: Vec::new() };
        for (index, object) in found {
            if let Err(error) = this.add(object) {
                problems.push(error.within(&index.to_string()));
            }
        }
        (this, problems)
    }

    /// Takes the observed data out of a bundle, as it stands in a file.
    ///
    /// # Errors
    /// If the whole is no bundle. What is wrong with single objects is in the list.
    pub fn parse(bundle: &bytes::Bytes) -> Result<(Self, Vec<Error>), Error> {
        let slices = crate::bundle::slices(bundle)?;
        let values = slices.iter().map(|slice| serde_json::from_slice(slice).unwrap_or_default());
        let (this, problems) = Self::read(values.collect());
        let problems = problems.into_iter().map(|error| error.within("objects")).collect();
        Ok((this, problems))
    }

    fn add(&mut self, mut object: Map<String, Value>) -> Result<(), Error> {
        let at = |key: &str, problem: &str| Error::new(Pointer::root().join(key), problem);
        let id = object.get("id").and_then(Value::as_str).ok_or_else(|| at("id", "is required"))?;
        let id = id.to_owned();
        let time = |key: &str| {
            let text = object.get(key).and_then(Value::as_str);
            let text = text.ok_or_else(|| at(key, "is required"))?;
            Timestamp::parse(text).map_err(|error| at(key, &error.problem))
        };
        let (first, last) = (time("first_observed")?, time("last_observed")?);
        if last < first {
            return Err(at("last_observed", "lies before first_observed"));
        }
        let number = object.get("number_observed").and_then(Value::as_u64);
        let number = number
            .filter(|number| (1..=MAX_NUMBER).contains(number))
            .ok_or_else(|| at("number_observed", "is a whole number from 1 to 999,999,999"))?;
        let span = Span { first: Moment::of(&first), last: Moment::of(&last), number };
        let (scope, objects) = if let Some(refs) = object.get("object_refs") {
            let refs = refs.as_array().ok_or_else(|| at("object_refs", "is a list"))?;
            let scope = self.scopes.first();
            let found = refs.iter().filter_map(|id| scope?.position(id.as_str()?));
            let mut objects: Vec<_> = found.collect();
            objects.sort_unstable();
            objects.dedup();
            (0, objects)
        } else if let Some(Value::Object(held)) = object.remove("objects") {
            let held: Vec<_> = held
                .into_iter()
                .filter_map(|(key, value)| match value {
                    Value::Object(object) => Some(Held::new(key, object)),
                    _ => None,
                })
                .collect();
            let objects = (0..held.len()).collect();
            self.scopes.push(Scope::new(held));
            (self.scopes.len() - 1, objects)
        } else {
            return Err(at("object_refs", "is required"));
        };
        let is_observable = |index: &usize| {
            let held = self.scopes.get(scope).and_then(|scope| scope.objects.get(*index));
            held.is_some_and(|held| {
                !held.name.is_empty()
                    && matches!(class_of(&held.name), Class::Observable | Class::Custom)
            })
        };
        let objects = objects.into_iter().filter(is_observable).collect();
        self.observed.push(Observed { id, span, scope, objects });
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.observed.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.observed.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Sight<'_>> {
        self.observed.iter().filter_map(|observed| {
            Some(Sight { observed, scope: self.scopes.get(observed.scope)? })
        })
    }
}

/// An observation and where its objects are.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) observed: &'a Observed,
    scope: &'a Scope,
}

impl<'a> Sight<'a> {
    /// The number of the object that a reference leads to, if that is one of those observed: only
    /// they may be followed (STIX 2.1 section 9.7, “Object Reference Properties”).
    pub(super) fn position(self, id: &str) -> Option<usize> {
        let index = self.scope.position(id)?;
        self.observed.objects.binary_search(&index).ok().map(|_| index)
    }

    /// The object of this number.
    pub(super) fn get(self, index: usize) -> Option<&'a Map<String, Value>> {
        self.scope.objects.get(index).map(|held| &held.members)
    }

    /// The objects that it is about.
    pub(super) fn objects(self) -> impl Iterator<Item = &'a Held> {
        let all = &self.scope.objects;
        self.observed.objects.iter().filter_map(|index| all.get(*index))
    }
}
