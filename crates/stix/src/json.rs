//! The strict reader: JSON as RFC 8259 says, and stricter where two programs could read two things.
//!
//! One pass checks the grammar and refuses what would make a signature ambiguous: duplicate keys,
//! numbers beyond ±(2^53−1), lone surrogates, depth beyond [`MAX_DEPTH`]. It gives the top-level
//! members as slices of the input and copies nothing.

use std::borrow::Cow;

use crate::error::{Error, Pointer};

/// The deepest nesting accepted, the object itself included.
pub const MAX_DEPTH: usize = 64;

/// Integers beyond this lose digits in RFC 8785 (and in I-JSON, RFC 7493 section 2.2).
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// From here on every number is an integer, however it is written: the canonical form writes some
/// of them without a point, and that form must be readable again.
const BEYOND: f64 = 9_007_199_254_740_992.0;

/// Keys by which serde_json passes its own types on. It would read such an object as something
/// else than what is written, so that two texts had one canonical form.
const PRIVATE: &str = "$serde_json::private::";

/// A member of the top-level object.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The key, decoded.
    pub key: Cow<'a, str>,
    /// The value as it stands in the input.
    pub value: &'a str,
}

/// Reads an object's members, checking everything below them.
pub fn members(bytes: &[u8]) -> Result<Vec<Member<'_>>, Error> {
    whole(bytes, Scanner::object)
}

/// Reads an array's items as they stand in the input, checking everything below them.
pub fn items(bytes: &[u8]) -> Result<Vec<&str>, Error> {
    whole(bytes, Scanner::array)
}

fn whole<'a, T>(
    bytes: &'a [u8],
    read: impl Fn(&mut Scanner<'a>) -> Result<T, Error>,
) -> Result<T, Error> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good =
                bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok());
            // Reading what comes before breaks off just where the bad byte stands.
            let before = good.and_then(|good| {
                let mut scanner = Scanner::new(good);
                scanner.space();
                scanner.value(1).err()
            });
            let pointer = before.map_or_else(Pointer::root, |error| error.pointer);
            return Err(Error::new(pointer, format!("byte {} is not UTF-8", error.valid_up_to())));
        }
    };
    let mut scanner = Scanner::new(text);
    scanner.space();
    let value = read(&mut scanner)?;
    scanner.space();
    match scanner.peek() {
        None => Ok(value),
        Some(_) => Err(scanner.wrong("something follows the value")),
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong(&self, problem: &str) -> Error {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Error::new(Pointer::root(), format!("{problem}, in line {line}, column {column}"))
    }

    fn eat(&mut self, byte: u8, problem: &str) -> Result<(), Error> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.wrong(problem))
        }
    }

    fn object(&mut self) -> Result<Vec<Member<'a>>, Error> {
        let mut members = Vec::with_capacity(16);
        if self.peek() != Some(b'{') {
            return Err(self.wrong("expected an object"));
        }
        self.each_member(1, |key, value| members.push(Member { key, value }))?;
        Ok(members)
    }

    fn array(&mut self) -> Result<Vec<&'a str>, Error> {
        let mut items = Vec::new();
        if self.peek() != Some(b'[') {
            return Err(self.wrong("expected an array"));
        }
        self.each_item(1, |item| items.push(item))?;
        Ok(items)
    }

    fn value(&mut self, depth: usize) -> Result<(), Error> {
        match self.peek() {
            Some(b'{') => self.each_member(depth, |_, _| {}),
            Some(b'[') => self.each_item(depth, |_| {}),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(_) => Err(self.wrong("expected a value")),
            None => Err(self.wrong("it breaks off")),
        }
    }

    fn each_member(
        &mut self,
        depth: usize,
        mut see: impl FnMut(Cow<'a, str>, &'a str),
    ) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested more than 64 deep"));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut keys = Keys::default();
        loop {
            let key = self.string()?;
            let below = |error: Error| error.within(&key);
            if !keys.add(key.clone()) {
                return Err(below(self.wrong("the key stands twice")));
            }
            if key.starts_with(PRIVATE) {
                return Err(below(self.wrong("a key that this program keeps for itself")));
            }
            self.space();
            self.eat(b':', "expected a colon").map_err(below)?;
            self.space();
            let start = self.at;
            self.value(depth + 1).map_err(below)?;
            let value = self.text.get(start..self.at).unwrap_or_default();
            see(key, value);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => return Err(self.wrong("expected a comma or the object’s end")),
                None => return Err(self.wrong("it breaks off")),
            }
            self.space();
        }
    }

    fn each_item(&mut self, depth: usize, mut see: impl FnMut(&'a str)) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested more than 64 deep"));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        let mut index = 0_usize;
        loop {
            let start = self.at;
            self.value(depth + 1).map_err(|error| error.within(&index.to_string()))?;
            see(self.text.get(start..self.at).unwrap_or_default());
            index += 1;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => return Err(self.wrong("expected a comma or the array’s end")),
                None => return Err(self.wrong("it breaks off")),
            }
            self.space();
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.eat(b'"', "expected a string")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..=0x1f) => return Err(self.wrong("a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.wrong("it breaks off within a string")),
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        let quoted = self.text.get(start - 1..self.at).unwrap_or_default();
        serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| self.wrong("not a string"))
    }

    fn escape(&mut self) -> Result<(), Error> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                match self.hex()? {
                    0xdc00..=0xdfff => Err(self.wrong("half a surrogate pair")),
                    0xd800..=0xdbff => {
                        if self.text.as_bytes().get(self.at..self.at + 2) != Some(b"\\u") {
                            return Err(self.wrong("half a surrogate pair"));
                        }
                        self.at += 2;
                        match self.hex()? {
                            0xdc00..=0xdfff => Ok(()),
                            _ => Err(self.wrong("half a surrogate pair")),
                        }
                    }
                    _ => Ok(()),
                }
            }
            _ => Err(self.wrong("an unknown escape")),
        }
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.wrong("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self) -> Result<(), Error> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.wrong("expected a digit")),
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        let literal = self.text.get(start..self.at).unwrap_or_default();
        if is_integer {
            let size = literal.trim_start_matches('-');
            if size.len() > 15 && size.parse::<u64>().map_or(true, |size| size > MAX_INTEGER) {
                return Err(self.wrong("an integer beyond ±(2^53−1) loses digits"));
            }
        } else if !literal.parse::<f64>().is_ok_and(|number| number.abs() < BEYOND) {
            return Err(self.wrong("a number beyond ±(2^53−1) loses digits"));
        }
        Ok(())
    }

    fn some_digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        self.digits();
        if self.at == start { Err(self.wrong("expected a digit")) } else { Ok(()) }
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Error> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.wrong("expected a value"))
        }
    }
}

/// The keys of one object: compared one by one while they are few, then by hash.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: std::collections::HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    const FEW: usize = 24;

    /// Adds a key; false if it was there.
    fn add(&mut self, key: Cow<'a, str>) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(key);
        }
        if self.few.contains(&key) {
            return false;
        }
        self.few.push(key);
        if self.few.len() > Self::FEW {
            self.many.extend(self.few.drain(..));
        }
        true
    }
}
