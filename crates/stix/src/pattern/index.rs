//! Which of many comparison expressions an object can satisfy, told by its values.
//!
//! Every expression names, by one or few of its tests, values without which it cannot hold: of an
//! AND the most selective operand, of an OR all. The index finds the expressions whose values an
//! object has; those alone are then tried. It may name too many, never too few.

use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use serde_json::{Map, Value};

use super::ast::{Step, Text};
use super::like::nfc;
use super::literal;
use super::moment::Moment;
use super::network::Network;
use super::observed::Sight;
use super::probe::{Ask, Order, Probe, Query, is_reference};
use super::value::{Datum, Encoding, Operand, latin, moment_of};

/// An expression by its number, and whether it holds wherever it is named: then it need not be
/// tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(u32);

impl Entry {
    const SURE: u32 = 1 << 31;

    pub(super) fn number(self) -> usize {
        (self.0 & !Self::SURE) as usize
    }

    pub(super) fn is_sure(self) -> bool {
        self.0 & Self::SURE != 0
    }

    fn unsure(self) -> Self {
        Self(self.0 & !Self::SURE)
    }
}

/// The index over expressions, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Index {
    types: HashMap<String, Root>,
    nodes: Vec<Branch>,
    slots: Vec<Slot>,
    /// Whether some path forks: many ways can then lead to one object.
    forks: bool,
}

/// Where the paths of a type begin.
#[derive(Debug, Default)]
struct Root {
    node: usize,
    /// To be tried with every object of the type.
    always: Vec<Entry>,
}

/// A place on paths.
#[derive(Debug, Default)]
struct Branch {
    keys: HashMap<Text, usize>,
    items: Vec<(u32, usize)>,
    any: Option<usize>,
    slot: Option<usize>,
}

/// The end of a path: what is asked of its values.
#[derive(Debug)]
struct Slot {
    encoding: Encoding,
    /// To be tried whatever the value.
    always: Vec<Entry>,
    texts: HashMap<String, Vec<Entry>>,
    bytes: HashMap<Vec<u8>, Vec<Entry>>,
    /// By the bits of the number as a float; several integers may share one.
    numbers: HashMap<u64, Vec<Entry>>,
    booleans: [Vec<Entry>; 2],
    moments: HashMap<Moment, Vec<Entry>>,
    /// Those that ask for at least this, in order.
    least: Vec<(f64, Entry)>,
    /// Those that ask for at most this, in order.
    most: Vec<(f64, Entry)>,
    literals: Vec<(String, Entry)>,
    automaton: Option<AhoCorasick>,
    /// The expressions of each pattern of the automaton.
    by_literal: Vec<Vec<Entry>>,
    within: HashMap<Network, Vec<Entry>>,
    /// The prefix lengths in `within`, for each of the two families.
    lengths: [Vec<u8>; 2],
    around: BTreeMap<Network, Vec<Entry>>,
}

impl Slot {
    fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            always: Vec::new(),
            texts: HashMap::new(),
            bytes: HashMap::new(),
            numbers: HashMap::new(),
            booleans: [Vec::new(), Vec::new()],
            moments: HashMap::new(),
            least: Vec::new(),
            most: Vec::new(),
            literals: Vec::new(),
            automaton: None,
            by_literal: Vec::new(),
            within: HashMap::new(),
            lengths: [Vec::new(), Vec::new()],
            around: BTreeMap::new(),
        }
    }

    fn equal(&mut self, operand: &Operand, entry: Entry) {
        match operand {
            Operand::Integer(number) => {
                let number = as_float(*number);
                self.numbers.entry(bits(number)).or_default().push(exact(number, entry));
            }
            Operand::Float(number) => {
                self.numbers.entry(bits(*number)).or_default().push(exact(*number, entry));
            }
            Operand::Text(text) => self.texts.entry(text.clone()).or_default().push(entry),
            Operand::Boolean(value) => {
                if let Some(list) = self.booleans.get_mut(usize::from(*value)) {
                    list.push(entry);
                }
            }
            Operand::Bytes(bytes) => self.bytes.entry(bytes.clone()).or_default().push(entry),
            Operand::Moment(moment) => self.moments.entry(*moment).or_default().push(entry),
        }
    }

    fn add(&mut self, probe: &Probe, entry: Entry) {
        if probe.negated {
            self.always.push(entry.unsure());
            return;
        }
        match &probe.ask {
            Ask::Equal(operand) => self.equal(operand, entry),
            Ask::In { texts, others } => {
                for text in texts {
                    self.texts.entry(text.clone()).or_default().push(entry);
                }
                for operand in others {
                    self.equal(operand, entry);
                }
            }
            Ask::Order(order, operand @ (Operand::Integer(_) | Operand::Float(_))) => {
                let bound = match operand {
                    Operand::Float(number) => *number,
                    Operand::Integer(number) => as_float(*number),
                    _ => return,
                };
                match order {
                    Order::Less | Order::LessOrEqual => {
                        self.most.push((bound, exact(bound, entry)));
                    }
                    Order::Greater | Order::GreaterOrEqual => {
                        self.least.push((bound, exact(bound, entry)));
                    }
                }
            }
            Ask::Like(_) | Ask::Matches(_) => match literals(probe) {
                Some(texts) => {
                    self.literals.extend(texts.into_iter().map(|text| (text, entry.unsure())));
                }
                None => self.always.push(entry.unsure()),
            },
            Ask::Subset(network) => {
                self.within.entry(network.masked(network.length)).or_default().push(entry);
            }
            Ask::Superset(network) => {
                self.around.entry(network.masked(network.length)).or_default().push(entry);
            }
            Ask::NotEqual(_) | Ask::Order(..) => self.always.push(entry.unsure()),
            Ask::Exists => self.always.push(entry),
        }
    }

    fn finish(&mut self) {
        self.least.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.most.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut by_text: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for (text, entry) in self.literals.drain(..) {
            by_text.entry(text).or_default().push(entry);
        }
        if !by_text.is_empty() {
            let built =
                AhoCorasickBuilder::new().ascii_case_insensitive(true).build(by_text.keys());
            match built {
                Ok(automaton) => {
                    self.automaton = Some(automaton);
                    self.by_literal = by_text.into_values().collect();
                }
                // Too many for an automaton: each is tried.
                Err(_) => self.always.extend(by_text.into_values().flatten()),
            }
        }
        for network in self.within.keys() {
            let list = self.lengths.get_mut(usize::from(network.is_v6));
            if let Some(list) = list.filter(|list| !list.contains(&network.length)) {
                list.push(network.length);
            }
        }
    }

    /// Names the expressions that a value could satisfy.
    fn find(&self, value: &Value, see: &mut impl FnMut(Entry)) {
        let mut all = |list: Option<&Vec<Entry>>| {
            for entry in list.into_iter().flatten() {
                see(*entry);
            }
        };
        all(Some(&self.always));
        match Datum::new(value, self.encoding) {
            Datum::Number(number) => {
                let Some(number) = number.as_f64() else { return };
                all(self.numbers.get(&bits(number)));
                // Whether the bound itself counts depends on the operator.
                #[expect(clippy::float_cmp, reason = "the very same number")]
                let at = |bound: f64, entry: Entry| {
                    if bound == number { entry.unsure() } else { entry }
                };
                let met = self.least.partition_point(|(bound, _)| *bound <= number);
                self.least.iter().take(met).for_each(|(bound, entry)| see(at(*bound, *entry)));
                let missed = self.most.partition_point(|(bound, _)| *bound < number);
                self.most.iter().skip(missed).for_each(|(bound, entry)| see(at(*bound, *entry)));
            }
            Datum::Text(text) => self.find_text(text, see),
            Datum::Boolean(value) => all(self.booleans.get(usize::from(value))),
            Datum::Bytes(bytes) => {
                all(self.bytes.get(&bytes));
                if !self.texts.is_empty() {
                    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                    all(self.texts.get(&text));
                }
            }
            Datum::Other => {}
        }
    }

    fn find_text(&self, text: &str, see: &mut impl FnMut(Entry)) {
        let mut all = |list: Option<&Vec<Entry>>| {
            for entry in list.into_iter().flatten() {
                see(*entry);
            }
        };
        all(self.texts.get(text));
        if !self.bytes.is_empty()
            && let Some(bytes) = latin(text)
        {
            all(self.bytes.get(bytes.as_ref()));
        }
        if !self.moments.is_empty()
            && let Some(moment) = moment_of(text)
        {
            all(self.moments.get(&moment));
        }
        if let Some(automaton) = &self.automaton {
            for found in automaton.find_overlapping_iter(nfc(text).as_ref()) {
                all(self.by_literal.get(found.pattern().as_usize()));
            }
        }
        if (!self.within.is_empty() || !self.around.is_empty())
            && let Some(network) = Network::parse(text)
        {
            let lengths = self.lengths.get(usize::from(network.is_v6));
            for length in lengths.into_iter().flatten().filter(|length| **length <= network.length)
            {
                all(self.within.get(&network.masked(*length)));
            }
            let (first, last) = network.ends();
            for (own, list) in self.around.range(first..=last) {
                if own.is_within(network) {
                    all(Some(list));
                }
            }
        }
    }
}

/// The texts to look for in place of a test, if they are worth it.
fn literals(probe: &Probe) -> Option<Vec<String>> {
    if probe.encoding != Encoding::Text {
        return None;
    }
    match &probe.ask {
        Ask::Like(like) => {
            let text = like.literal();
            (text.len() >= literal::SHORTEST).then(|| vec![text.to_owned()])
        }
        // With `$`, only the text without its last line break may match; no literal is lost by
        // that, since a required text cannot reach beyond the end.
        Ask::Matches(expression) => literal::of(expression.text.as_str()),
        _ => None,
    }
}

/// How many objects an expression would be tried with, roughly: a sum for alternatives.
fn cost(probe: &Probe) -> u32 {
    if probe.negated {
        return 100;
    }
    match &probe.ask {
        Ask::Equal(Operand::Boolean(_)) => 50,
        Ask::Equal(Operand::Integer(_) | Operand::Float(_)) => 5,
        Ask::Equal(_) => 1,
        Ask::In { texts, others } => {
            u32::try_from(texts.len() + others.len()).unwrap_or(u32::MAX).min(50)
        }
        Ask::Subset(_) | Ask::Superset(_) => 10,
        Ask::Like(_) | Ask::Matches(_) => {
            if literals(probe).is_some() {
                10
            } else {
                90
            }
        }
        Ask::Order(..) => 40,
        Ask::Exists | Ask::NotEqual(_) => 95,
    }
}

/// The tests one of which holds wherever the expression does.
fn cover(query: &Query) -> (u32, Vec<&Probe>) {
    match query {
        Query::Probe(probe) => (cost(probe), vec![probe.as_ref()]),
        Query::And(parts) => {
            parts.iter().map(cover).min_by_key(|(cost, _)| *cost).unwrap_or_default()
        }
        Query::Or(parts) => {
            parts.iter().map(cover).fold((0, Vec::new()), |(sum, mut all), part| {
                all.extend(part.1);
                (sum.saturating_add(part.0), all)
            })
        }
    }
}

fn as_float(number: i64) -> f64 {
    number as f64
}

/// Sure only where floats tell integers apart.
fn exact(number: f64, entry: Entry) -> Entry {
    if number.abs() < 9_007_199_254_740_992.0 { entry } else { entry.unsure() }
}

/// The bits of a number, the same for both zeros.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// The way of one object through the index.
struct Way<'w> {
    sight: Sight<'w>,
    /// The branches that a reference has led to an object before: once is enough, and objects that
    /// refer to each other in turn have no end. Kept where paths fork.
    been: HashSet<(usize, usize)>,
}

impl Index {
    pub(super) fn new(queries: &[Query]) -> Self {
        let mut this = Self::default();
        for (query, number) in queries.iter().zip(0_u32..) {
            // A single test, or one of several, is all that there is to the expression.
            let is_whole = match query {
                Query::Probe(_) => true,
                Query::Or(parts) => parts.iter().all(|part| matches!(part, Query::Probe(_))),
                Query::And(_) => false,
            };
            let entry = Entry(if is_whole { number | Entry::SURE } else { number });
            for probe in cover(query).1 {
                this.forks |= probe.forks;
                this.add(probe, entry);
            }
        }
        this.slots.iter_mut().for_each(Slot::finish);
        this
    }

    fn add(&mut self, probe: &Probe, entry: Entry) {
        let name = probe.path.object_type.to_string();
        if !self.types.contains_key(&name) {
            let node = self.branch();
            self.types.insert(name.clone(), Root { node, always: Vec::new() });
        }
        let Some(root) = self.types.get_mut(&name) else { return };
        // What holds where there is no value is asked of every object.
        if matches!(probe.ask, Ask::Exists) && probe.negated {
            root.always.push(entry.unsure());
            return;
        }
        let mut at = root.node;
        for step in &probe.path.steps {
            at = self.step(at, step);
        }
        let fresh = self.slots.len();
        let Some(node) = self.nodes.get_mut(at) else { return };
        let slot = *node.slot.get_or_insert(fresh);
        if slot == fresh {
            self.slots.push(Slot::new(probe.encoding));
        }
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.add(probe, entry);
        }
    }

    fn branch(&mut self) -> usize {
        self.nodes.push(Branch::default());
        self.nodes.len() - 1
    }

    fn step(&mut self, at: usize, step: &Step) -> usize {
        let known = self.nodes.get(at).and_then(|node| match step {
            Step::Key(key) => node.keys.get(key).copied(),
            Step::Index(index) => {
                node.items.iter().find(|(other, _)| other == index).map(|(_, node)| *node)
            }
            Step::Any => node.any,
        });
        if let Some(known) = known {
            return known;
        }
        let next = self.branch();
        if let Some(node) = self.nodes.get_mut(at) {
            match step {
                Step::Key(key) => drop(node.keys.insert(key.clone(), next)),
                Step::Index(index) => node.items.push((*index, next)),
                Step::Any => node.any = Some(next),
            }
        }
        next
    }

    /// Names the expressions that an object could satisfy, some perhaps several times.
    pub(super) fn find(
        &self,
        name: &str,
        object: &Map<String, Value>,
        sight: Sight<'_>,
        see: &mut impl FnMut(Entry),
    ) {
        let Some(root) = self.types.get(name) else { return };
        root.always.iter().for_each(|entry| see(*entry));
        if let Some(node) = self.nodes.get(root.node) {
            let mut way = Way { sight, been: HashSet::new() };
            self.members(node, object, &mut way, see);
        }
    }

    fn members(
        &self,
        node: &Branch,
        object: &Map<String, Value>,
        way: &mut Way<'_>,
        see: &mut impl FnMut(Entry),
    ) {
        // Over the fewer of the two: neither many paths nor a large object cost much.
        if node.keys.len() <= object.len() {
            for (key, next) in &node.keys {
                if let Some(value) = object.get(key.as_str()) {
                    self.value(*next, value, is_reference(key), way, see);
                }
            }
        } else {
            for (key, value) in object {
                if let Some(next) = node.keys.get(key.as_str()) {
                    self.value(*next, value, is_reference(key), way, see);
                }
            }
        }
    }

    fn value(
        &self,
        at: usize,
        value: &Value,
        refers: bool,
        way: &mut Way<'_>,
        see: &mut impl FnMut(Entry),
    ) {
        let Some(node) = self.nodes.get(at) else { return };
        if let Some(slot) = node.slot.and_then(|slot| self.slots.get(slot)) {
            slot.find(value, see);
        }
        match value {
            Value::Object(object) => self.members(node, object, way, see),
            Value::String(id) if refers && !node.keys.is_empty() => {
                if let Some(index) = way.sight.position(id)
                    && (!self.forks || way.been.insert((at, index)))
                    && let Some(object) = way.sight.get(index)
                {
                    self.members(node, object, way, see);
                }
            }
            Value::Array(items) => {
                for (index, next) in &node.items {
                    if let Some(item) = usize::try_from(*index).ok().and_then(|at| items.get(at)) {
                        self.value(*next, item, refers, way, see);
                    }
                }
                if let Some(next) = node.any {
                    for item in items {
                        self.value(next, item, refers, way, see);
                    }
                }
            }
            _ => {}
        }
    }
}
