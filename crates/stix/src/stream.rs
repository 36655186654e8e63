//! Files of any size, cut into objects as they come: bundles, arrays and JSON Lines.
//!
//! Fed with chunks, it holds no more than one object and what of a bundle is not its objects. It
//! counts brackets and quotes only; whether a piece is JSON is for its reader to say.

use crate::json::{Tree, plain};
use crate::object::MAX_BYTES;

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece<'b> {
    /// The line on which it starts, counted from 1.
    pub line: u64,
    /// What it is.
    pub part: Part<'b>,
}

/// What a piece is.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'b> {
    /// An object, or what stands in an object's place.
    Object(&'b [u8]),
    /// A bundle without its objects, when its end has come: its list of objects is empty here,
    /// and so many stood in it.
    Bundle(&'b [u8], u64),
    /// Something in an object's place of so many bytes: more than an object has.
    TooLong(u64),
    /// The file cannot be cut any further.
    Broken(&'static str),
}

/// Cuts a stream of bytes into pieces.
#[derive(Debug, Default)]
pub struct Splitter {
    /// What of the value being read came with earlier chunks.
    held: Vec<u8>,
    /// How many bytes of it were not held, because it is too long.
    dropped: u64,
    in_value: bool,
    text: Text,
    /// The brackets that are open.
    open: Vec<u8>,
    /// How many are open where objects stand: 0 on top, 1 in an array, 2 in a bundle.
    list: usize,
    /// In a list: what has come since the last item.
    since: Since,
    /// At a top-level object's own depth: whether its list of objects is about to open.
    key: Key,
    /// A bundle's other bytes, while its objects come and afterwards.
    shell: Option<Shell>,
    line: u64,
    start: u64,
    is_over: bool,
}

/// Whether a string is being read, and whether its next byte is escaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Since {
    #[default]
    Opened,
    Item,
    Comma,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    #[default]
    Other,
    Objects,
    Colon,
}

#[derive(Debug)]
struct Shell {
    bytes: Vec<u8>,
    line: u64,
    objects: u64,
}

/// A reader stops long before; what is not read for being too long must not be held either.
const MOST_OPEN: usize = 1_000;

const ENDS_WITHIN: &str = "the file ends within a value: it was cut off";

impl Splitter {
    /// One for a new file.
    pub fn new() -> Self {
        Self { line: 1, ..Self::default() }
    }

    /// Takes the next bytes, and gives each piece that they complete.
    pub fn push(&mut self, chunk: &[u8], each: &mut impl FnMut(Piece<'_>)) {
        let mut chunk = Chunk { bytes: chunk, at: 0, from: 0, counted: 0, string: None };
        while !self.is_over {
            if self.text == Text::Inside {
                chunk.at += plain(chunk.rest());
            }
            let Some(byte) = chunk.bytes.get(chunk.at).copied() else { break };
            chunk.at += 1;
            if self.text != Text::Outside {
                self.within_string(byte, &mut chunk);
            } else if let Err(why) = self.structural(byte, &mut chunk, each) {
                self.line += chunk.lines();
                return self.broken(why, each);
            }
        }
        if self.in_value {
            self.hold(chunk.bytes.get(chunk.from..));
        }
        chunk.at = chunk.bytes.len();
        self.line += chunk.lines();
    }

    fn within_string(&mut self, byte: u8, chunk: &mut Chunk<'_>) {
        match byte {
            _ if self.text == Text::Escaped => self.text = Text::Inside,
            b'\\' => self.text = Text::Escaped,
            b'"' => {
                self.text = Text::Outside;
                if self.open.len() == 1 && self.list == 0 {
                    let begun = chunk.string.take();
                    let string = chunk.bytes.get(begun.unwrap_or(0)..chunk.at);
                    self.key = self.key_of(string, begun.is_some());
                }
            }
            _ => {}
        }
    }

    /// A byte outside strings; why the file cannot be cut any further.
    fn structural(
        &mut self,
        byte: u8,
        chunk: &mut Chunk<'_>,
        each: &mut impl FnMut(Piece<'_>),
    ) -> Result<(), &'static str> {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return Ok(());
        }
        // What begins a value, unless one is being read or a list opens.
        let opens_array = byte == b'[' && self.open.is_empty() && !self.in_value;
        let punctuation = opens_array || (byte == b',' && self.list > 0) || byte == b']';
        if !self.in_value && !punctuation {
            if self.list > 0 && self.since == Since::Item {
                return Err("expected a comma between objects");
            }
            self.line += chunk.lines();
            self.start = self.line;
            self.in_value = true;
            chunk.from = chunk.at - 1;
        }
        let key = std::mem::take(&mut self.key);
        match byte {
            b'"' => {
                self.text = Text::Inside;
                chunk.string = Some(chunk.at - 1);
            }
            b':' if key == Key::Objects => self.key = Key::Colon,
            b'[' if opens_array => self.enter(1),
            b'[' if key == Key::Colon && self.shell.is_none() => {
                self.hold(chunk.value());
                let bytes = std::mem::take(&mut self.held);
                self.shell = Some(Shell { bytes, line: self.start, objects: 0 });
                self.in_value = false;
                self.enter(2);
            }
            b'{' | b'[' if self.open.len() == MOST_OPEN => {
                return Err("brackets are nested more than a thousand deep");
            }
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => return self.closing(byte, chunk, each),
            b',' if self.list > 0 && self.open.len() == self.list => {
                if self.in_value {
                    self.finish(chunk.before(), each);
                }
                if self.since != Since::Item {
                    return Err("an object is missing before the comma");
                }
                self.since = Since::Comma;
            }
            _ => {}
        }
        Ok(())
    }

    fn closing(
        &mut self,
        byte: u8,
        chunk: &mut Chunk<'_>,
        each: &mut impl FnMut(Piece<'_>),
    ) -> Result<(), &'static str> {
        let opening = if byte == b'}' { b'{' } else { b'[' };
        if self.open.last() != Some(&opening) {
            return Err("a bracket closes what was not opened");
        }
        let leaves_list = self.list > 0 && self.open.len() == self.list;
        self.open.pop();
        if leaves_list {
            if self.in_value {
                self.finish(chunk.before(), each);
            } else if self.since == Since::Comma {
                return Err("an object is missing after the comma");
            }
            if let Some(shell) = &mut self.shell {
                // The rest of the bundle is read as the value that it began as.
                self.held = std::mem::take(&mut shell.bytes);
                self.start = shell.line;
                self.in_value = true;
                chunk.from = chunk.at - 1;
            }
            self.list = 0;
        } else if self.open.len() == self.list {
            self.finish(chunk.value(), each);
        }
        Ok(())
    }

    /// The file's end.
    pub fn end(&mut self, each: &mut impl FnMut(Piece<'_>)) {
        if self.is_over {
            return;
        }
        if self.open.is_empty() && self.text == Text::Outside {
            if self.in_value {
                self.finish(None, each);
            }
        } else {
            self.broken(ENDS_WITHIN, each);
        }
        self.is_over = true;
    }

    fn enter(&mut self, list: usize) {
        self.open.push(b'[');
        self.list = list;
        self.since = Since::Opened;
    }

    /// Whether the string that just ended is `"objects"`. `whole`: all of it is in this slice.
    fn key_of(&self, string: Option<&[u8]>, whole: bool) -> Key {
        let string = string.unwrap_or_default();
        let name = b"\"objects\"";
        let is_it = if whole {
            string == name
        } else {
            // With the byte before: after a backslash, its quote is one within a longer string.
            let from = self.held.len().saturating_sub(name.len() + 1);
            let tail = [self.held.get(from..).unwrap_or_default(), string].concat();
            tail.strip_suffix(name).is_some_and(|before| !before.ends_with(b"\\"))
        };
        if is_it { Key::Objects } else { Key::Other }
    }

    fn hold(&mut self, slice: Option<&[u8]>) {
        let slice = slice.unwrap_or_default();
        if self.dropped > 0 || self.held.len() + slice.len() > MAX_BYTES {
            self.dropped += (self.held.len() + slice.len()) as u64;
            self.held.clear();
        } else {
            self.held.extend_from_slice(slice);
        }
    }

    /// The value ends, with these bytes.
    fn finish(&mut self, slice: Option<&[u8]>, each: &mut impl FnMut(Piece<'_>)) {
        let slice = slice.unwrap_or_default();
        self.in_value = false;
        self.since = Since::Item;
        let is_item = self.list > 0;
        let is_whole = self.held.is_empty() && self.dropped == 0 && slice.len() <= MAX_BYTES;
        if !is_whole {
            self.hold(Some(slice));
        }
        let bytes = if is_whole { slice } else { &*self.held };
        let part = match &self.shell {
            _ if self.dropped > 0 => Part::TooLong(self.dropped),
            Some(shell) if !is_item => Part::Bundle(bytes, shell.objects),
            None if !is_item && is_bundle(bytes) => Part::Bundle(bytes, 0),
            _ => Part::Object(bytes),
        };
        each(Piece { line: self.start, part });
        match &mut self.shell {
            Some(shell) if is_item => shell.objects += 1,
            shell => *shell = None,
        }
        self.held.clear();
        self.dropped = 0;
    }

    fn broken(&mut self, why: &'static str, each: &mut impl FnMut(Piece<'_>)) {
        self.is_over = true;
        let line = if self.in_value { self.start } else { self.line };
        each(Piece { line, part: Part::Broken(why) });
    }
}

/// The bytes that came last, and how far they are read.
struct Chunk<'c> {
    bytes: &'c [u8],
    at: usize,
    /// Where the part of the value starts that is not held yet.
    from: usize,
    /// Up to where lines are counted.
    counted: usize,
    /// Where the string being read starts, if it starts here.
    string: Option<usize>,
}

impl<'c> Chunk<'c> {
    fn rest(&self) -> &'c [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The value up to and with the byte just read.
    fn value(&self) -> Option<&'c [u8]> {
        self.bytes.get(self.from..self.at)
    }

    /// The value up to the byte just read.
    fn before(&self) -> Option<&'c [u8]> {
        self.bytes.get(self.from..self.at - 1)
    }

    /// The line breaks so far that were not counted yet.
    fn lines(&mut self) -> u64 {
        let new = self.bytes.get(self.counted..self.at).unwrap_or_default();
        self.counted = self.at;
        line_breaks(new)
    }
}

/// Whether this is a bundle: one without objects need not have the list of them (section 8).
fn is_bundle(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\"bundle\"").is_some()
        && Tree::parse(bytes)
            .is_ok_and(|tree| tree.root().get("type").is_some_and(|name| name.is("bundle")))
}

/// How many lines end within these bytes.
pub fn line_breaks(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a text, given in chunks of so many bytes.
    fn pieces(text: &str, size: usize) -> Vec<String> {
        let mut splitter = Splitter::new();
        let mut all = Vec::new();
        let mut each = |piece: Piece<'_>| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            all.push(match piece.part {
                Part::Object(bytes) => format!("{} {}", piece.line, text(bytes)),
                Part::Bundle(bytes, count) => {
                    format!("{} bundle {count} {}", piece.line, text(bytes))
                }
                Part::TooLong(bytes) => format!("{} long {bytes}", piece.line),
                Part::Broken(why) => format!("{} broken {why}", piece.line),
            });
        };
        for chunk in text.as_bytes().chunks(size) {
            splitter.push(chunk, &mut each);
        }
        splitter.end(&mut each);
        all
    }

    fn cut(text: &str) -> Vec<String> {
        let whole = pieces(text, usize::MAX >> 1);
        for size in [1, 2, 3, 7] {
            assert_eq!(pieces(text, size), whole, "chunks of {size}");
        }
        whole
    }

    #[test]
    fn bundles_arrays_and_lines() {
        let bundle = "\n{\"type\":\"bundle\", \"objects\" : [ {\"a\":\"]}\\\"\"},\n\n {\"b\":[{}]} ] ,\"id\":5}";
        assert_eq!(
            cut(bundle),
            [
                "2 {\"a\":\"]}\\\"\"}",
                "4 {\"b\":[{}]}",
                "2 bundle 2 {\"type\":\"bundle\", \"objects\" : [] ,\"id\":5}"
            ]
        );
        assert_eq!(cut("[{\"a\":1},\n 5 , \"x\"]"), ["1 {\"a\":1}", "2 5 ", "2 \"x\""]);
        assert_eq!(cut("{\"a\":{}}\n{\"b\":1}\r\n\n{}"), ["1 {\"a\":{}}", "2 {\"b\":1}", "4 {}"]);
        assert_eq!(cut(" \n"), [""; 0]);
        assert_eq!(cut("[]"), [""; 0]);
        assert_eq!(
            cut("{\"objects\":[]}\n{\"objects\":[{}]}"),
            ["1 bundle 0 {\"objects\":[]}", "2 {}", "2 bundle 1 {\"objects\":[]}"]
        );
    }

    #[test]
    fn an_objects_own_list_of_that_name_is_left_alone_deeper_down() {
        assert_eq!(cut(r#"{"a":{"objects":[{}]},"x":"objects","objects":{"0":[]}}"#).len(), 1);
        assert_eq!(cut(r#"{"a":"objects"}"#).len(), 1);
        assert_eq!(cut(r#"{"\"objects":[{}],"\\\"objects":[{}]}"#).len(), 1);
    }

    #[test]
    fn what_cannot_be_cut_says_why() {
        for (text, why) in [
            ("[{} {}]", "comma"),
            ("[{},,{}]", "missing before"),
            ("[,{}]", "missing before"),
            ("[{},]", "missing after"),
            ("{\"a\":[}", "bracket"),
            ("}", "bracket"),
            ("{\"type\":\"bundle\",\"objects\":[{\"a\":1},{\"b\"", "cut off"),
            ("{\"a\":\"", "cut off"),
            (&"[".repeat(2_000), "a thousand deep"),
        ] {
            let last = cut(text).pop().unwrap();
            assert!(last.contains("broken") && last.contains(why), "{text}: {last}");
        }
    }

    #[test]
    fn too_long_a_value_is_passed_over() {
        let long = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(MAX_BYTES));
        let size = MAX_BYTES + 8;
        for chunk in [1 << 12, 1 << 22] {
            assert_eq!(pieces(&long, chunk), [format!("1 long {size}"), "1 {}".to_owned()]);
        }
    }
}
