//! One pass over the bytes: grammar, strictness, layout, and whether the form is canonical.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Cell, Kind, MAX_DEPTH, Tree};
use crate::error::{Error, Pointer};

/// Integers beyond this lose digits in RFC 8785 (and in I-JSON, RFC 7493 section 2.2).
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// From here on every number is an integer, however it is written: the canonical form writes some
/// of them without a point, and that form must be readable again.
const BEYOND: f64 = 9_007_199_254_740_992.0;

/// Keys by which serde_json passes its own types on. It would read such an object as something
/// else than what is written, so that two texts had one canonical form.
const PRIVATE: &str = "$serde_json::private::";

/// Documents have positions of 32 bits.
const MAX_BYTES: usize = 1 << 30;

/// Up to so many keys, an object's keys are compared pair by pair.
const FEW: usize = 48;

pub(super) fn whole(bytes: &[u8]) -> Result<Tree<'_>, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::new(Pointer::root(), "more than 1 GiB in one document"));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good =
                bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok());
            // Reading what comes before breaks off just where the bad byte stands.
            let before = good.and_then(|good| Scanner::new(good).document().err());
            let pointer = before.map_or_else(Pointer::root, |error| error.pointer);
            return Err(Error::new(pointer, format!("byte {} is not UTF-8", error.valid_up_to())));
        }
    };
    let mut scanner = Scanner::new(text);
    scanner.document()?;
    Ok(Tree { text, cells: scanner.cells, canonical: scanner.canonical })
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    cells: Vec<Cell>,
    /// Of the keys of the objects that are open: a fingerprint, and the key's cell.
    keys: Vec<(u64, u32)>,
    canonical: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        let cells = Vec::with_capacity(text.len() / 20 + 8);
        Self { text, bytes: text.as_bytes(), at: 0, cells, keys: Vec::new(), canonical: true }
    }

    fn document(&mut self) -> Result<(), Error> {
        self.space();
        self.value(1)?;
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong("something follows the value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.canonical = false;
            self.at += 1;
        }
    }

    fn wrong(&self, problem: &str) -> Error {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Error::new(Pointer::root(), format!("{problem}, in line {line}, column {column}"))
    }

    fn open(&mut self, kind: Kind) -> usize {
        let start = position(self.at);
        self.cells.push(Cell { start, end: start, after: 0, kind, escaped: false });
        self.cells.len() - 1
    }

    fn close(&mut self, index: usize) {
        let (end, after) = (position(self.at), position(self.cells.len()));
        if let Some(cell) = self.cells.get_mut(index) {
            cell.end = end;
            cell.after = after;
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), Error> {
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Kind::Boolean),
            Some(b'f') => self.word("false", Kind::Boolean),
            Some(b'n') => self.word("null", Kind::Null),
            Some(_) => Err(self.wrong("expected a value")),
            None => Err(self.wrong("it breaks off")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested more than 64 deep"));
        }
        let index = self.open(Kind::Object);
        let outer = self.keys.len();
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        let mut many = HashSet::new();
        loop {
            let key = self.cells.len();
            self.string()?;
            self.note_key(key, outer, &mut many).map_err(|error| self.below(key, error))?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.below(key, self.wrong("expected a colon")));
            }
            self.at += 1;
            self.space();
            self.value(depth + 1).map_err(|error| self.below(key, error))?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    self.keys.truncate(outer);
                    self.close(index);
                    return Ok(());
                }
                Some(_) => return Err(self.wrong("expected a comma or the object’s end")),
                None => return Err(self.wrong("it breaks off")),
            }
            self.space();
        }
    }

    /// Holds a key against those before it in its object, which start at `outer`.
    fn note_key(
        &mut self,
        key: usize,
        outer: usize,
        many: &mut HashSet<Cow<'a, str>>,
    ) -> Result<(), Error> {
        let text = self.decoded(key);
        if text.starts_with(PRIVATE) {
            return Err(self.wrong("a key that this program keeps for itself"));
        }
        let twice = "the key stands twice";
        let print = fingerprint(text.as_bytes());
        let held = self.keys.get(outer..).unwrap_or_default();
        if many.is_empty() {
            let same = |(other, cell): &(u64, u32)| {
                *other == print && self.decoded(*cell as usize) == text
            };
            if held.iter().any(same) {
                return Err(self.wrong(twice));
            }
            if held.len() == FEW {
                many.extend(held.iter().map(|(_, cell)| self.decoded(*cell as usize)));
                many.insert(text.clone());
            }
        } else if !many.insert(text.clone()) {
            return Err(self.wrong(twice));
        }
        if self.canonical
            && let Some((_, last)) = held.last()
        {
            self.canonical = precedes(&self.decoded(*last as usize), &text).is_lt();
        }
        self.keys.push((print, position(key)));
        Ok(())
    }

    fn decoded(&self, cell: usize) -> Cow<'a, str> {
        let Some(cell) = self.cells.get(cell) else { return Cow::Borrowed("") };
        let (start, end) = (cell.start as usize, cell.end as usize);
        if cell.escaped {
            let quoted = self.text.get(start..end).unwrap_or_default();
            return serde_json::from_str(quoted).map_or(Cow::Borrowed(""), Cow::Owned);
        }
        Cow::Borrowed(self.text.get(start + 1..end.saturating_sub(1)).unwrap_or_default())
    }

    fn below(&self, key: usize, error: Error) -> Error {
        error.within(&self.decoded(key))
    }

    fn array(&mut self, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested more than 64 deep"));
        }
        let cell = self.open(Kind::Array);
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.close(cell);
            return Ok(());
        }
        let mut index = 0_usize;
        loop {
            self.value(depth + 1).map_err(|error| error.within(&index.to_string()))?;
            index += 1;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    self.close(cell);
                    return Ok(());
                }
                Some(_) => return Err(self.wrong("expected a comma or the array’s end")),
                None => return Err(self.wrong("it breaks off")),
            }
            self.space();
        }
    }

    fn string(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("expected a string"));
        }
        let cell = self.open(Kind::String);
        self.at += 1;
        loop {
            self.at += plain(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    if let Some(cell) = self.cells.get_mut(cell) {
                        cell.escaped = true;
                    }
                    self.escape()?;
                }
                Some(_) => return Err(self.wrong("a control character in a string")),
                None => return Err(self.wrong("it breaks off within a string")),
            }
        }
        self.at += 1;
        self.close(cell);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Error> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'/') => {
                self.canonical = false;
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                let start = self.at;
                match self.hex()? {
                    0xdc00..=0xdfff => Err(self.wrong("half a surrogate pair")),
                    0xd800..=0xdbff => {
                        self.canonical = false;
                        if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                            return Err(self.wrong("half a surrogate pair"));
                        }
                        self.at += 2;
                        match self.hex()? {
                            0xdc00..=0xdfff => Ok(()),
                            _ => Err(self.wrong("half a surrogate pair")),
                        }
                    }
                    // RFC 8785 section 3.2.2.2: of what may be escaped so, only controls that have
                    // no short escape are, in lower case.
                    code => {
                        let short = matches!(code, 8 | 9 | 10 | 12 | 13);
                        let digits = self.bytes.get(start..self.at).unwrap_or_default();
                        let lower = !digits.iter().any(u8::is_ascii_uppercase);
                        self.canonical &= code < 0x20 && !short && lower;
                        Ok(())
                    }
                }
            }
            _ => Err(self.wrong("an unknown escape")),
        }
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.wrong("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self) -> Result<(), Error> {
        let cell = self.open(Kind::Number);
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
            self.canonical &= literal != "-0";
        } else {
            let number = literal.parse::<f64>().ok().filter(|number| number.abs() < BEYOND);
            let Some(number) = number else {
                return Err(self.wrong("a number beyond ±(2^53−1) loses digits"));
            };
            if self.canonical {
                self.canonical = serde_json_canonicalizer::to_string(&number)
                    .is_ok_and(|written| written == literal);
            }
        }
        self.close(cell);
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

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), Error> {
        let cell = self.open(kind);
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            self.close(cell);
            Ok(())
        } else {
            Err(self.wrong("expected a value"))
        }
    }
}

/// A position as it is kept: documents are smaller than 2^30 bytes.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// How many bytes at the start are neither a quote, a backslash nor a control character, eight at
/// a time.
pub(crate) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = 0;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let found = (control | quote | backslash) & HIGH;
        if found != 0 {
            // The lowest bit set is exact; those above it may be borrows.
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = words.remainder().iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f));
    at + rest.count()
}

/// A cheap hash, to tell most keys apart without comparing them.
fn fingerprint(key: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = key.len() as u64;
    let mut words = key.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(ODD);
    }
    let rest = words.remainder().iter().fold(0, |rest, byte| (rest << 8) | u64::from(*byte));
    (hash.rotate_left(5) ^ rest).wrapping_mul(ODD)
}

/// The order of two keys in the canonical form: by UTF-16 code units (RFC 8785 section 3.2.3),
/// which for ASCII is by bytes.
pub(crate) fn precedes(one: &str, other: &str) -> Ordering {
    if one.is_ascii() && other.is_ascii() {
        return one.cmp(other);
    }
    one.encode_utf16().cmp(other.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::super::Node;
    use super::*;

    fn is_canonical(text: &str) -> bool {
        whole(text.as_bytes()).unwrap().canonical
    }

    #[test]
    fn it_tells_the_canonical_form() {
        for text in [
            "{}",
            "[]",
            r#"{"a":1,"b":[true,null,"é\n\u001f"]}"#,
            r#"{"a":{"z":0},"aa":-1.5,"b":1e-7}"#,
            "{\"\u{1f600}\":1,\"\u{fb33}\":2}",
        ] {
            assert!(is_canonical(text), "{text}");
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(crate::canonical::to_vec(&value).unwrap(), text.as_bytes());
        }
        for text in [
            " {}",
            "{}\n",
            "[1, 2]",
            r#"{"b":1,"a":2}"#,
            r#"["\/"]"#,
            r#"["\u0041"]"#,
            r#"["\u000a"]"#,
            r#"["\u001F"]"#,
            r#"["\ud83d\ude00"]"#,
            "[1.0]",
            "[1.50]",
            "[1e3]",
            "[-0]",
            "[-0.0]",
            "{\"\u{fb33}\":1,\"\u{1f600}\":2}",
        ] {
            assert!(!is_canonical(text), "{text}");
        }
    }

    #[test]
    fn plain_bytes_are_counted_exactly() {
        for at in 0..20 {
            for byte in [b'"', b'\\', 0, 0x1f] {
                let mut bytes = vec![b'!'; 20];
                bytes[at] = byte;
                bytes.extend("é\u{7f}ÿ".bytes());
                assert_eq!(plain(&bytes), at, "{byte}");
            }
        }
        assert_eq!(
            plain("\u{7f} !éÿ#[]^\u{80}\u{ff}".as_bytes()),
            "\u{7f} !éÿ#[]^\u{80}\u{ff}".len()
        );
    }

    #[test]
    fn the_tree_is_walked() {
        let tree = whole(br#" {"a":[1,{"b":"x\"y"},[]],"c":{},"d":true} "#).unwrap();
        let root: Node<'_> = tree.root();
        assert_eq!(root.members().count(), 3);
        let items: Vec<_> = root.get("a").unwrap().items().collect();
        assert_eq!(items.len(), 3);
        assert_eq!(items[0].integer(), Some(1));
        assert_eq!(items[1].text_of("b").as_deref(), Some("x\"y"));
        assert!(items[2].is_empty() && root.get("c").unwrap().is_empty());
        assert_eq!(root.get("d").unwrap().boolean(), Some(true));
        assert!(root.get("e").is_none());
        assert_eq!(items[1].raw(), r#"{"b":"x\"y"}"#);
    }

    #[test]
    fn many_keys_are_told_apart_too() {
        let keys: Vec<String> = (0..200).map(|key| format!("\"k{key}\":0")).collect();
        assert!(whole(format!("{{{}}}", keys.join(",")).as_bytes()).is_ok());
        let error = whole(format!("{{{},\"k7\":1}}", keys.join(",")).as_bytes()).unwrap_err();
        assert_eq!(error.pointer.as_str(), "/k7");
    }
}
