//! STIX 2.0 to STIX 2.1: what the newer version says otherwise, said its way.
//!
//! Identifiers, times and everything that both versions say alike stay as they are, in the bytes
//! they came in. Objects that are 2.1 already pass untouched. For `import` and `convert` only:
//! TAXII gives and keeps STIX 2.0 as received.

mod domain;
mod granular;
mod hashes;
mod names;
mod observable;
mod observed;
mod pattern;
mod pool;

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;
use stix::json::{Kind, Node, Tree};
use stix::object::{Class, MAX_BYTES, class_of};
use stix::{Id, Object, Pointer, extension};

use crate::draft::Draft;
use crate::{Error, Report};
use pool::Pool;

/// What came of a file.
#[derive(Debug)]
pub struct Lifted {
    /// The bundle's identifier, if it was a bundle that has one.
    pub bundle: Option<Id>,
    /// The objects, all of them STIX 2.1.
    pub objects: Vec<Object>,
    /// What changed and what could not be kept. Objects that could not be read are in it.
    pub report: Report,
    /// How many objects were STIX 2.0.
    pub lifted: usize,
    /// How many objects could not be read or made STIX 2.1; the report says why.
    pub refused: usize,
}

/// Whether the bytes of an object are STIX 2.0: no `spec_version`, or that one, and no observable,
/// which exists as an object since 2.1 only and need not say it.
pub fn is_20(object: &[u8]) -> bool {
    Tree::parse(object).is_ok_and(|tree| is_old(tree.root()))
}

fn is_old(object: Node<'_>) -> bool {
    let name = object.text_of("type").unwrap_or_default();
    let says_old = match object.get("spec_version") {
        None => class_of(&name) != Class::Observable,
        Some(version) => version.is("2.0"),
    };
    object.kind() == Kind::Object && says_old && name != "bundle"
}

/// Lifts a bundle or a single object.
///
/// # Errors
/// When the bytes are neither. An object of the bundle that cannot be read or made STIX 2.1 is a
/// loss of its own and holds up no other.
pub fn read(bytes: &Bytes) -> Result<Lifted, Error> {
    let tree = Tree::parse(bytes)?;
    let root = tree.root();
    if root.kind() != Kind::Object {
        return Err(Error::at(Pointer::root(), "expected an object"));
    }
    let mut lift = Lift::default();
    if !root.get("type").is_some_and(|name| name.is("bundle")) {
        lift.add(bytes, is_old(root), &Pointer::root());
        return Ok(lift.finish(None));
    }
    let bundle = root.text_of("id").and_then(|id| Id::parse(&id).ok());
    lift.bundle(root);
    if let Some(objects) = root.get("objects") {
        let place = Pointer::root().join("objects");
        if objects.kind() != Kind::Array {
            return Err(Error::at(place, "expected an array"));
        }
        for (index, item) in objects.items().enumerate() {
            let slice = bytes.slice(item.offset()..item.end());
            lift.add(&slice, is_old(item), &place.join(&index.to_string()));
        }
    }
    Ok(lift.finish(bundle))
}

/// Lifts object after object; the same observable of several observations becomes one object.
#[derive(Default)]
struct Lift {
    pool: Pool,
    report: Report,
    lifted: usize,
    refused: usize,
}

impl Lift {
    /// What a bundle says beside its objects.
    fn bundle(&mut self, bundle: Node<'_>) {
        for (key, _) in bundle.members() {
            let key = key.text().unwrap_or_default();
            if matches!(&*key, "type" | "id" | "objects") {
                continue;
            }
            let place = Pointer::root().join(&key);
            if key == "spec_version" {
                let why = "in STIX 2.1 each object says its version, the bundle none";
                self.report.changed(place, "the bundle’s version", why);
            } else {
                self.report.lost(place, "a property of the bundle", "a STIX 2.1 bundle has none");
            }
        }
    }

    fn add(&mut self, bytes: &Bytes, is_old: bool, place: &Pointer) {
        // Nothing is made of what will be refused in the end.
        if bytes.len() > MAX_BYTES {
            let why = format!("{} bytes; an object has at most {MAX_BYTES}", bytes.len());
            return self.refuse(place, why);
        }
        if !is_old {
            match Object::parse(bytes.clone()) {
                Ok(object) => self.pool.push(object),
                Err(error) => self.refuse(place, error.to_string()),
            }
            return;
        }
        let draft = match Draft::read(bytes) {
            Ok(draft) => draft,
            Err(error) => return self.refuse(place, error.to_string()),
        };
        if observed::swells(&draft) {
            let why = "its many markings would stand on each of its many objects";
            return self.refuse(place, why.to_owned());
        }
        let mut one = One { draft, place, report: Report::new(), moved: Vec::new() };
        one.common();
        let mut observables = Vec::new();
        match one.draft.text("type").as_deref() {
            Some("observed-data") => observables = observed::lift(&mut one),
            name => domain::lift(&mut one, name.unwrap_or_default()),
        }
        let moved = std::mem::take(&mut one.moved);
        granular::remap(&mut one, &moved);
        match Object::parse(one.draft.write().into_bytes()) {
            Ok(object) => {
                self.lifted += 1;
                self.report.absorb(one.report);
                for observable in observables {
                    self.pool.observable(observable, &mut self.report);
                }
                self.pool.push(object);
            }
            Err(error) => self.refuse(place, error.to_string()),
        }
    }

    fn refuse(&mut self, place: &Pointer, why: String) {
        self.refused += 1;
        self.report.lost(place.clone(), "the object", why);
    }

    fn finish(mut self, bundle: Option<Id>) -> Lifted {
        if self.lifted > 0 {
            let what = match self.lifted {
                1 => "1 object of STIX 2.0".to_owned(),
                number => format!("{number} objects of STIX 2.0"),
            };
            let why = "spec_version 2.1 was added; identifiers and times are as they were";
            self.report.changed(Pointer::root(), what, why);
        }
        let objects = self.pool.finish(&mut self.report);
        Lifted { bundle, objects, report: self.report, lifted: self.lifted, refused: self.refused }
    }
}

/// One object on its way.
struct One<'a> {
    draft: Draft,
    place: &'a Pointer,
    report: Report,
    /// Where selectors lead now: from this path to those.
    moved: Vec<(String, Vec<String>)>,
}

impl One<'_> {
    /// The place of a property.
    fn at(&self, key: &str) -> Pointer {
        self.place.join(key)
    }

    /// What stands on every object.
    fn common(&mut self) {
        self.draft.set_after("type", "spec_version", &Value::from("2.1"));
        self.signature();
        let name = self.draft.text("type").unwrap_or_default();
        for (key, fits) in names::new_in_21(&name) {
            if self.draft.raw(key).is_some_and(|raw| !fits(raw)) {
                let why = "the name means something else in STIX 2.1";
                self.set_aside(key, why, false);
            }
        }
        hashes::external_references(self);
    }

    /// A signature covers the STIX 2.0 bytes and says nothing of these.
    fn signature(&mut self) {
        let Some(Value::Object(mut extensions)) = self.draft.value("extensions") else { return };
        if extensions.remove(extension::SIGNATURE).is_none() {
            return;
        }
        if extensions.is_empty() {
            self.draft.remove("extensions");
        } else {
            self.draft.set("extensions", &Value::Object(extensions));
        }
        let place = self.at("extensions").join(extension::SIGNATURE);
        self.report.lost(place, "the signature", "it is over the STIX 2.0 text, no longer valid");
    }

    /// Keeps a property that STIX 2.1 has no place for under a name of its own.
    fn set_aside(&mut self, key: &str, why: impl Into<Cow<'static, str>>, is_gone: bool) {
        let new = names::aside(key, |name| self.draft.has(name));
        self.draft.rename(key, &new);
        self.moved.push((key.to_owned(), vec![new.clone()]));
        let (place, what) = (self.at(key), format!("the property, now {new}"));
        if is_gone {
            self.report.kept(place, what, why);
        } else {
            self.report.changed(place, what, why);
        }
    }
}
