//! The grammar, by recursive descent: one function a rule, chains of operators as loops.

use super::ast::{
    Check, Comparison, Observation, Path, Qualifier, Step, Test, Types, common_types,
};
use super::error::{Error, Problem};
use super::lex::{Cursor, is_keyword};
use super::{MAX_BYTES, MAX_DEPTH, MAX_STEPS, network, regex};

/// Reads a whole pattern.
pub(super) fn pattern(text: &str) -> Result<Observation, Error> {
    if text.len() > MAX_BYTES {
        let what = format!("{} bytes; a pattern has at most {MAX_BYTES}", text.len());
        return Err(Error::at(text, 0, Problem::Limit { what }));
    }
    let mut parser = Parser { cursor: Cursor::new(text), depth: 0 };
    let root = parser.followed_by()?;
    match parser.cursor.peek() {
        None => Ok(root),
        Some(_) => Err(parser
            .cursor
            .expected("AND, OR, FOLLOWEDBY, WITHIN, REPEATS, START or the end of the pattern")),
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// How many parentheses are open.
    depth: usize,
}

impl Parser<'_> {
    /// `a FOLLOWEDBY b`: the loosest operator.
    fn followed_by(&mut self) -> Result<Observation, Error> {
        self.observations("FOLLOWEDBY", Self::or, Observation::FollowedBy, |part| match part {
            Observation::FollowedBy(parts) => Ok(parts),
            other => Err(other),
        })
    }

    fn or(&mut self) -> Result<Observation, Error> {
        self.observations("OR", Self::and, Observation::Or, |part| match part {
            Observation::Or(parts) => Ok(parts),
            other => Err(other),
        })
    }

    fn and(&mut self) -> Result<Observation, Error> {
        self.observations("AND", Self::qualified, Observation::And, |part| match part {
            Observation::And(parts) => Ok(parts),
            other => Err(other),
        })
    }

    /// A chain of one operator. A part in parentheses that is such a chain itself joins in: all
    /// three operators are associative.
    fn observations(
        &mut self,
        keyword: &str,
        operand: fn(&mut Self) -> Result<Observation, Error>,
        node: fn(Vec<Observation>) -> Observation,
        same: fn(Observation) -> Result<Vec<Observation>, Observation>,
    ) -> Result<Observation, Error> {
        let first = operand(self)?;
        if !self.cursor.eat_word(keyword) {
            return Ok(first);
        }
        let mut parts = Vec::with_capacity(2);
        let add = |parts: &mut Vec<Observation>, part| match same(part) {
            Ok(more) => parts.extend(more),
            Err(one) => parts.push(one),
        };
        add(&mut parts, first);
        loop {
            add(&mut parts, operand(self)?);
            if !self.cursor.eat_word(keyword) {
                return Ok(node(parts));
            }
        }
    }

    /// An observation expression and the qualifiers behind it.
    fn qualified(&mut self) -> Result<Observation, Error> {
        let inner = match self.cursor.peek() {
            Some(b'[') => {
                self.cursor.at += 1;
                let comparison = self.comparison_or()?;
                self.cursor.demand(b']', "AND, OR or “]”")?;
                Observation::Comparison(comparison)
            }
            Some(b'(') => {
                self.open()?;
                let inner = self.followed_by()?;
                self.close("AND, OR, FOLLOWEDBY, WITHIN, REPEATS, START or “)”")?;
                inner
            }
            _ => return Err(self.cursor.expected("“[” or “(”")),
        };
        let mut qualifiers: Vec<Qualifier> = Vec::new();
        loop {
            let word = self.cursor.word();
            let start = self.cursor.at;
            if !matches!(word, "WITHIN" | "REPEATS" | "START") {
                break;
            }
            self.cursor.at += word.len();
            let qualifier = self.qualifier(word)?;
            let kind = std::mem::discriminant(&qualifier);
            if qualifiers.iter().any(|before| std::mem::discriminant(before) == kind) {
                let what = format!("an observation expression has one {word} at most");
                return Err(self.cursor.forbidden(start, "9.4.1", what));
            }
            qualifiers.push(qualifier);
        }
        if qualifiers.is_empty() {
            return Ok(inner);
        }
        Ok(Observation::Qualified { inner: Box::new(inner), qualifiers })
    }

    fn qualifier(&mut self, word: &str) -> Result<Qualifier, Error> {
        let cursor = &mut self.cursor;
        match word {
            "WITHIN" => {
                let seconds = cursor.seconds()?;
                cursor.demand_word("SECONDS", "SECONDS")?;
                Ok(Qualifier::Within(seconds))
            }
            "REPEATS" => {
                let count = cursor.count("a whole number", "the number of repeats")?;
                cursor.demand_word("TIMES", "TIMES")?;
                Ok(Qualifier::Repeats(count))
            }
            _ => {
                let start = cursor.timestamp("a timestamp, t'…'")?;
                cursor.demand_word("STOP", "STOP")?;
                let stop = cursor.timestamp("a timestamp, t'…'")?;
                Ok(Qualifier::StartStop { start, stop })
            }
        }
    }

    fn comparison_or(&mut self) -> Result<Comparison, Error> {
        let first = self.comparison_and()?;
        if !self.cursor.eat_word("OR") {
            return Ok(first);
        }
        let mut parts = Vec::with_capacity(2);
        let add = |parts: &mut Vec<Comparison>, part| match part {
            Comparison::Or(more) => parts.extend(more),
            one => parts.push(one),
        };
        add(&mut parts, first);
        loop {
            add(&mut parts, self.comparison_and()?);
            if !self.cursor.eat_word("OR") {
                return Ok(Comparison::Or(parts));
            }
        }
    }

    fn comparison_and(&mut self) -> Result<Comparison, Error> {
        let first = self.proposition()?;
        if !self.cursor.eat_word("AND") {
            return Ok(first);
        }
        let mut parts = Vec::with_capacity(2);
        let add = |parts: &mut Vec<Comparison>, part| match part {
            Comparison::And(more) => parts.extend(more),
            one => parts.push(one),
        };
        add(&mut parts, first);
        // The types that can satisfy all so far; none while there is a single one, which is the
        // ordinary case and costs nothing.
        let mut common: Option<Vec<String>> = None;
        loop {
            self.cursor.peek();
            let start = self.cursor.at;
            let part = self.proposition()?;
            if common.is_some() || !same_type(&parts, &part) {
                let mut types = Types::default();
                part.types(&mut types);
                let so_far = common.take().unwrap_or_else(|| {
                    common_types(&parts).into_iter().map(str::to_owned).collect()
                });
                let both: Vec<String> =
                    so_far.iter().filter(|name| types.contains(name)).cloned().collect();
                if both.is_empty() {
                    let what = format!(
                        "AND asks all of one object, and none is both {} and {}",
                        so_far.join(" or "),
                        types.names.join(" or ")
                    );
                    return Err(self.cursor.forbidden(start, "9.5", what));
                }
                common = Some(both);
            }
            add(&mut parts, part);
            if !self.cursor.eat_word("AND") {
                return Ok(Comparison::And(parts));
            }
        }
    }

    /// A test, or a comparison expression in parentheses.
    fn proposition(&mut self) -> Result<Comparison, Error> {
        if self.cursor.peek() == Some(b'(') {
            self.open()?;
            let inner = self.comparison_or()?;
            self.close("AND, OR or “)”")?;
            return Ok(inner);
        }
        let word = self.cursor.word();
        if word == "NOT" || word == "EXISTS" {
            self.cursor.at += word.len();
            if word == "NOT" {
                self.cursor.demand_word("EXISTS", "EXISTS")?;
            }
            let path = self.path()?;
            let test = Test { path, negated: word == "NOT", check: Check::Exists };
            return Ok(Comparison::Test(test));
        }
        let path = self.path()?;
        let negated = self.cursor.eat_word("NOT");
        let check = self.check()?;
        Ok(Comparison::Test(Test { path, negated, check }))
    }

    fn path(&mut self) -> Result<Path, Error> {
        let object_type = self.cursor.word();
        if object_type.is_empty() || is_keyword(object_type) {
            return Err(self.cursor.expected("an object path, such as file:name"));
        }
        self.cursor.at += object_type.len();
        self.cursor.demand(b':', "“:” after the object’s type")?;
        let mut steps = Vec::with_capacity(2);
        steps.push(self.key()?);
        loop {
            if steps.len() > MAX_STEPS {
                let what = format!("an object path has at most {MAX_STEPS} steps");
                return Err(Error::at(self.cursor.text, self.cursor.at, Problem::Limit { what }));
            }
            match self.cursor.peek() {
                Some(b'.') => {
                    self.cursor.at += 1;
                    steps.push(self.key()?);
                }
                Some(b'[') => {
                    self.cursor.at += 1;
                    let step = if self.cursor.eat(b'*') {
                        Step::Any
                    } else {
                        Step::Index(self.cursor.index()?)
                    };
                    steps.push(step);
                    self.cursor.demand(b']', "“]”")?;
                }
                _ => return Ok(Path { object_type: object_type.into(), steps }),
            }
        }
    }

    fn key(&mut self) -> Result<Step, Error> {
        const EXPECTED: &str = "the name of a property";
        if self.cursor.peek() == Some(b'\'') {
            return self.cursor.string(EXPECTED).map(Step::Key);
        }
        let word = self.cursor.word();
        if word.is_empty() {
            return Err(self.cursor.expected(EXPECTED));
        }
        if word.contains('-') || is_keyword(word) {
            return Err(self.cursor.expected(format!(
                "the name of a property (one with a hyphen, or named like a keyword, is quoted: '{}')",
                word.chars().take(40).collect::<String>()
            )));
        }
        self.cursor.at += word.len();
        Ok(Step::Key(word.into()))
    }

    fn check(&mut self) -> Result<Check, Error> {
        const EXPECTED: &str = "a comparison operator: =, !=, <, <=, >, >=, IN, LIKE, MATCHES, \
            ISSUBSET or ISSUPERSET";
        let cursor = &mut self.cursor;
        let first = cursor.peek();
        let second = cursor.text.as_bytes().get(cursor.at + 1).copied();
        let (node, length): (fn(_) -> Check, usize) = match (first, second) {
            (Some(b'='), Some(b'=')) => (Check::Equal, 2),
            (Some(b'='), _) => (Check::Equal, 1),
            (Some(b'!'), Some(b'=')) | (Some(b'<'), Some(b'>')) => (Check::NotEqual, 2),
            (Some(b'<'), Some(b'=')) => (Check::LessOrEqual, 2),
            (Some(b'<'), _) => (Check::Less, 1),
            (Some(b'>'), Some(b'=')) => (Check::GreaterOrEqual, 2),
            (Some(b'>'), _) => (Check::Greater, 1),
            _ => return self.named_check(EXPECTED),
        };
        cursor.at += length;
        let is_order = !matches!(first, Some(b'=' | b'!')) && second != Some(b'>');
        let is_boolean = is_order && matches!(cursor.word(), "true" | "false");
        if is_boolean {
            return Err(cursor.expected("a constant that has an order"));
        }
        cursor.constant().map(node)
    }

    /// The operators that are words.
    fn named_check(&mut self, expected: &'static str) -> Result<Check, Error> {
        let word = self.cursor.word();
        if !matches!(word, "IN" | "LIKE" | "MATCHES" | "ISSUBSET" | "ISSUPERSET") {
            return Err(self.cursor.expected(expected));
        }
        self.cursor.at += word.len();
        if word == "IN" {
            return self.set().map(Check::In);
        }
        self.cursor.peek();
        let start = self.cursor.at;
        let text = self.cursor.string("a string")?;
        match word {
            "LIKE" => Ok(Check::Like(text)),
            "MATCHES" => {
                regex::check(&text).map_err(|(place, problem)| {
                    let offset = regex::place_in_string(self.cursor.text, start, place);
                    Error::at(self.cursor.text, offset, problem)
                })?;
                Ok(Check::Matches(text))
            }
            _ => {
                if network::Network::parse(&text).is_none() {
                    let what = "expected an IPv4 or IPv6 address or network".to_owned();
                    return Err(self.cursor.forbidden(start, "9.6", what));
                }
                Ok(if word == "ISSUBSET" { Check::Subset(text) } else { Check::Superset(text) })
            }
        }
    }

    fn set(&mut self) -> Result<Vec<super::Constant>, Error> {
        self.cursor.demand(b'(', "“(” and the constants of the set")?;
        let mut constants = Vec::new();
        if self.cursor.eat(b')') {
            return Ok(constants);
        }
        loop {
            constants.push(self.cursor.constant()?);
            if self.cursor.eat(b')') {
                return Ok(constants);
            }
            self.cursor.demand(b',', "“,” or “)”")?;
        }
    }

    fn open(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let what = format!("parentheses nested more than {MAX_DEPTH} deep");
            return Err(Error::at(self.cursor.text, self.cursor.at, Problem::Limit { what }));
        }
        self.cursor.at += 1;
        Ok(())
    }

    fn close(&mut self, expected: &'static str) -> Result<(), Error> {
        self.depth -= 1;
        self.cursor.demand(b')', expected)
    }
}

/// Whether a further part of an AND is a test of the same type as the first.
fn same_type(parts: &[Comparison], part: &Comparison) -> bool {
    match (parts.first(), part) {
        (Some(Comparison::Test(first)), Comparison::Test(test)) => {
            first.path.object_type == test.path.object_type
        }
        _ => false,
    }
}
