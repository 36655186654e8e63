//! Validation: every finding in one pass, with place, rule, section, and how to mend it.
//!
//! Three levels: what *must* hold, what *should*, and what an *extension*'s schema asks for. The
//! tables of [`crate::spec`] say what is checked; the modules here say how.

mod bundle;
mod charset;
mod custom;
mod form;
mod value;
mod whole;

pub use form::{hash_problem, is_domain, is_email, is_language, is_url};

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use serde::Serialize;

use crate::error::{Error, Pointer};
use crate::json::{Kind as Json, Node, Tree};
use crate::object::Object;
pub use crate::schema::Schemas;
use crate::spec::{Class, Form};

/// How binding a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The specification requires it: the object is not valid.
    Must,
    /// The specification recommends it.
    Should,
    /// The schema of an extension requires it.
    Extension,
}

impl Level {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Extension => "extension",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How binding it is.
    pub level: Level,
    /// The rule, by the name under which it is documented: see [`RULES`].
    pub rule: &'static str,
    /// The section of STIX 2.1; the extension's identifier for its schema.
    pub section: String,
    /// Where, from the object.
    pub pointer: Pointer,
    /// Where, in bytes from the start of what was read.
    pub offset: usize,
    /// What is wrong, and how to mend it.
    pub message: String,
}

/// What to check.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'s> {
    /// Also what should hold.
    pub should: bool,
    /// Also what these schemas ask of extensions.
    pub schemas: Option<&'s Schemas>,
}

impl Options<'_> {
    /// Only what must hold.
    pub const MUST: Options<'static> = Options { should: false, schemas: None };
    /// What must and what should hold.
    pub const SHOULD: Options<'static> = Options { should: true, schemas: None };
}

/// A rule, for the documentation.
#[derive(Debug)]
pub struct RuleInfo {
    /// Its name.
    pub name: &'static str,
    /// How binding it is.
    pub level: Level,
    /// What holds when it does.
    pub meaning: &'static str,
}

const fn must(name: &'static str, meaning: &'static str) -> RuleInfo {
    RuleInfo { name, level: Level::Must, meaning }
}

const fn should(name: &'static str, meaning: &'static str) -> RuleInfo {
    RuleInfo { name, level: Level::Should, meaning }
}

/// Every rule that a finding may name.
pub const RULES: &[RuleInfo] = &[
    must(
        "json",
        "It is JSON, read strictly: no key twice, no number that loses digits, no depth beyond 64.",
    ),
    must("size", "An object has at most 1 MiB."),
    must("kind", "A value is of the kind that its property asks for."),
    must("null", "There is no null: a property without value is left out."),
    must("empty", "A list, a dictionary or an extension holds something."),
    must("required", "A required property is there."),
    must("spec-version", "The object says that it is STIX 2.1."),
    must(
        "name",
        "Types and properties are named in lower case, with 3 to 250 letters, digits and separators.",
    ),
    must("reserved", "A name that the specification reserves is not used."),
    must("not-applicable", "A property stands only on objects that have it."),
    must("identifier", "An identifier is the object’s type, two hyphens and an RFC 4122 UUID."),
    must("reference", "A reference names an object of a type that may stand there."),
    must(
        "uuid-random",
        "An observable without any property that its identifier could follow from has a random one.",
    ),
    must("timestamp", "A timestamp is RFC 3339 in UTC, with Z, and exists."),
    must("precision", "created and modified have milliseconds at least."),
    must("order", "Of two times the later one is not before the earlier one."),
    must("range", "A number lies within its bounds."),
    must("enum", "A term of a closed vocabulary is one of it."),
    must("binary", "Binary content is base64, hexadecimal content pairs of digits."),
    must("hash", "A hash has the form of its algorithm, under a key of 3 to 250 characters."),
    must(
        "dictionary-key",
        "A dictionary’s key has up to 250 letters, digits, hyphens and underscores of ASCII.",
    ),
    must(
        "form",
        "A string has the form that its property asks for: an address, a URL, a language …",
    ),
    must("one-of", "Of properties that stand for each other the right number is there."),
    must("needs", "A property that asks for another one has it beside it."),
    must("not-with", "A property that excludes another one stands alone."),
    must("selector", "A granular marking selects something that is there."),
    must("circular", "A marking definition does not mark itself."),
    must("tlp", "A TLP marking is one of the four published ones."),
    must("external-id", "A CVE or CAPEC number stands under its source’s name and in its form."),
    must("extension-type", "An extension by definition says its type."),
    must("pattern", "A STIX pattern follows the grammar."),
    must("container", "A reference within the deprecated container names an object in it."),
    should("open-vocabulary", "A term is one of the open vocabulary."),
    should("term-form", "A term of one’s own is in lower case, with hyphens."),
    should("uuid-version", "Identifiers of observables are UUIDv5, all others UUIDv4."),
    should("deterministic-id", "An observable’s UUIDv5 follows from its contributing properties."),
    should("deprecated", "A deprecated property is not used."),
    should("custom-property", "Properties of one’s own come by an extension."),
    should("custom-type", "Types of one’s own come by an extension."),
    should("custom-extension", "Extensions have a definition."),
    should("custom-marking", "Markings of one’s own come by an extension."),
    should("unused-common", "A common property stands only where it has a meaning."),
    should("expected", "A property that is asked for is there."),
    should(
        "relationship",
        "A relationship is one that the specification suggests between these two types.",
    ),
    should("form-expected", "A string has the recommended form."),
    should("key-case", "Keys of dictionaries are in lower case."),
    should("hash-name", "A hash’s algorithm is one of the vocabulary."),
    should("reference-hashes", "A URL outside comes with the hashes of what stands there."),
    should("container-key", "Keys of the deprecated container are numbers."),
    RuleInfo {
        name: "schema",
        level: Level::Extension,
        meaning: "An extension’s content follows the schema that an administrator installed for it.",
    },
];

/// How much text the findings of one object come to, in bytes. Without a bound, a long key over
/// many wrong values would make of one megabyte as many as there is room for.
const MAX_TEXT: usize = 1 << 20;

/// Checks an object that was read. What goes beyond a megabyte of findings is counted, level by
/// level, in a last one.
pub fn tree(tree: &Tree<'_>, options: &Options<'_>) -> Vec<Finding> {
    within(tree, options, MAX_TEXT)
}

fn within(tree: &Tree<'_>, options: &Options<'_>, room: usize) -> Vec<Finding> {
    let mut check = Check::new(options, room);
    if tree.root().kind() == Json::Object {
        check.object(tree.root());
    } else {
        let message = "expected an object: put the properties between braces";
        check.must("kind", "3.2", &Path::root(), tree.root(), message);
    }
    check.into_findings()
}

/// Checks an object's bytes; what is no JSON is a finding too.
pub fn bytes(bytes: &[u8], options: &Options<'_>) -> Vec<Finding> {
    match read(bytes) {
        Ok(read) => tree(&read, options),
        Err(finding) => vec![finding],
    }
}

/// Reads and checks an object in one pass over its bytes. It is there when [`Object::parse`] would
/// give it, which asks for less than validity.
pub fn object(bytes: &bytes::Bytes, options: &Options<'_>) -> (Option<Object>, Vec<Finding>) {
    match read(bytes) {
        Ok(read) => {
            let findings = tree(&read, options);
            let object = Object::of_tree(bytes.clone(), &read).ok();
            (object, findings)
        }
        Err(finding) => (None, vec![finding]),
    }
}

/// Whether a text has the form that a property must have: what a form asks of whoever types it.
pub fn fits(form: Form, text: &str) -> bool {
    !matches!(form::problem(form, text), Some(form::Problem::Must(..)))
}

/// The first thing that an object of STIX 2.1 must and does not hold to; that it is none of STIX 2.0
/// is the first of all.
pub fn require(object: &Object) -> Result<(), Error> {
    let first = match read(object.bytes()) {
        Ok(read) => within(&read, &Options::MUST, 1).into_iter().next(),
        Err(finding) => Some(finding),
    };
    first.map_or(Ok(()), |finding| {
        let problem = format!("{} (STIX 2.1 section {})", finding.message, finding.section);
        Err(Error::new(finding.pointer, problem))
    })
}

/// Checks what of a bundle is not its objects: its list of them is empty here, and so many stood in
/// it.
pub fn bundle(bytes: &[u8], objects: u64, options: &Options<'_>) -> Vec<Finding> {
    match Tree::parse(bytes) {
        Ok(tree) => {
            let mut check = Check::new(options, MAX_TEXT);
            check.bundle(tree.root(), objects);
            check.into_findings()
        }
        Err(error) => vec![unread(error)],
    }
}

/// What an object of a type that the specification does not define says it is.
pub(crate) fn class_of(object: Node<'_>) -> Class {
    custom::class(object)
}

/// Why a text is no STIX pattern, if it is none.
fn pattern_problem(text: &str) -> Result<(), String> {
    crate::pattern::Pattern::parse(text).map(drop).map_err(|error| error.to_string())
}

fn read(bytes: &[u8]) -> Result<Tree<'_>, Finding> {
    if bytes.len() > crate::object::MAX_BYTES {
        return Err(too_long(bytes.len()));
    }
    Tree::parse(bytes).map_err(unread)
}

/// The finding that an object is longer than [`crate::object::MAX_BYTES`].
pub fn too_long(bytes: usize) -> Finding {
    let message = format!(
        "{bytes} bytes; an object has at most {}: divide it, and gather the parts in a grouping",
        crate::object::MAX_BYTES
    );
    Finding {
        level: Level::Must,
        rule: "size",
        section: "3".to_owned(),
        pointer: Pointer::root(),
        offset: 0,
        message,
    }
}

/// The finding that a file cannot be cut into objects any further.
pub fn broken(why: &str) -> Finding {
    unread(Error::new(Pointer::root(), why))
}

fn unread(error: Error) -> Finding {
    Finding {
        level: Level::Must,
        rule: "json",
        section: "3".to_owned(),
        offset: 0,
        pointer: error.pointer,
        message: error.problem,
    }
}

/// The `id` that an object's bytes say, whatever else is wrong with them.
pub fn id_of(bytes: &[u8]) -> Option<String> {
    Tree::parse(bytes).ok()?.root().text_of("id").map(std::borrow::Cow::into_owned)
}

/// The way from the object to a value: a list on the stack, turned into a pointer when something
/// is wrong there.
#[derive(Clone, Copy)]
struct Path<'p> {
    up: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    fn root() -> Self {
        Self { up: None, step: Step::Root }
    }

    fn key(&'p self, key: &'p str) -> Self {
        Self { up: Some(self), step: Step::Key(key) }
    }

    fn index(&'p self, index: usize) -> Self {
        Self { up: Some(self), step: Step::Index(index) }
    }

    fn pointer(&self) -> Pointer {
        let above = || self.up.map_or_else(Pointer::root, Path::pointer);
        match self.step {
            Step::Root => Pointer::root(),
            Step::Key(key) => above().join(key),
            Step::Index(index) => above().join(&index.to_string()),
        }
    }
}

struct Check<'o, 't> {
    findings: Vec<Finding>,
    options: &'o Options<'o>,
    /// The deprecated container in which references are keys, while one is checked.
    container: Option<Container<'t>>,
    /// How much text may still be found, in bytes.
    room: usize,
    /// For each level, how many findings there was no room for, and what the first one was about.
    left_out: [Option<(usize, &'static str, String, usize)>; 3],
}

/// The objects of a deprecated container, by their keys.
type Container<'t> = Rc<HashMap<Cow<'t, str>, Node<'t>>>;

impl<'o> Check<'o, '_> {
    fn new(options: &'o Options<'o>, room: usize) -> Self {
        Self { findings: Vec::new(), options, container: None, room, left_out: Default::default() }
    }

    fn add(
        &mut self,
        level: Level,
        rule: &'static str,
        section: &str,
        at: &Path<'_>,
        node: Node<'_>,
        message: impl Into<String>,
    ) {
        let offset = node.offset();
        self.note(level, rule, section, offset, || (at.pointer(), message.into()));
    }

    fn note(
        &mut self,
        level: Level,
        rule: &'static str,
        section: &str,
        offset: usize,
        text: impl FnOnce() -> (Pointer, String),
    ) {
        if self.room == 0 {
            if let Some(left_out) = self.left_out.get_mut(level as usize) {
                let first = || (0, rule, section.to_owned(), offset);
                left_out.get_or_insert_with(first).0 += 1;
            }
            return;
        }
        let (pointer, message) = text();
        self.room = self.room.saturating_sub(pointer.as_str().len() + message.len());
        let section = section.to_owned();
        self.findings.push(Finding { level, rule, section, pointer, offset, message });
    }

    fn into_findings(mut self) -> Vec<Finding> {
        for (level, left_out) in
            [Level::Must, Level::Should, Level::Extension].into_iter().zip(self.left_out)
        {
            let Some((count, rule, section, offset)) = left_out else { continue };
            let message = format!("and {count} more of this level: mend the others first");
            let pointer = Pointer::root();
            self.findings.push(Finding { level, rule, section, pointer, offset, message });
        }
        self.findings
    }

    fn must(
        &mut self,
        rule: &'static str,
        section: &str,
        at: &Path<'_>,
        node: Node<'_>,
        message: impl Into<String>,
    ) {
        self.add(Level::Must, rule, section, at, node, message);
    }

    fn should(
        &mut self,
        rule: &'static str,
        section: &str,
        at: &Path<'_>,
        node: Node<'_>,
        message: impl Into<String>,
    ) {
        if self.options.should {
            self.add(Level::Should, rule, section, at, node, message);
        }
    }
}

/// A piece of foreign text for a message: at most so long, controls escaped.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().count() > 80 { format!("“{short}…”") } else { format!("“{short}”") }
}
