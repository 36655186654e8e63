//! The file format of packs: lines of JSON, and between them compressed chunks of objects.
//!
//! opening line · (chunk line · compressed bytes · line feed)* · closing line. The closing line has
//! the SHA-256 of every byte before it, signed by the state's key. Nothing is decompressed before
//! its own hash was found right. Pure: bytes in, bytes out.

use std::io::{self, BufRead, Read, Write};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stix::sign::{KeyId, PublicKey, SecretKey};
use stix::{Id, Timestamp, hex};

/// The longest line, in bytes.
const LONGEST: u64 = 256 << 10;
/// How many bytes of objects a chunk has at most, compressed or not: an object at least.
const MOST_RAW: usize = 4 << 20;
/// How many bytes an object has at most.
const MOST_OBJECT: usize = 1 << 20;
const LEVEL: i32 = 6;

/// The first line of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Says what the file is: 1.
    pub entente_pack: u32,
    /// Whose objects they are.
    pub from: Id,
    /// Whom they are for.
    pub to: Id,
    /// When it was written.
    pub at: Timestamp,
    /// The pack holds what its reader gained after this moment; from the beginning if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    /// The name of the pack written before this one for the same state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The last pack of the other state that was read here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Received>,
    /// What the writer said about its keys: the reader may know only an earlier one than that which
    /// signed the pack. Signed objects, as texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The signed head of the writer's audit trail, for the reader to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Value>,
}

/// That a pack was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// Its name.
    pub pack: String,
    /// Up to which moment of its writer's everything is held now.
    pub up_to: Timestamp,
}

/// What stands before a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chunk {
    /// How many objects it has.
    pub objects: u64,
    /// Since when the reader may see the last of them.
    pub up_to: Timestamp,
    /// How many bytes it has when it is decompressed.
    pub raw: usize,
    /// How many bytes follow.
    pub length: usize,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The last line of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The SHA-256 of all before this line, in hexadecimal: the name of the pack.
    pub sha256: String,
    /// The name of the key that signed it.
    pub key: String,
    /// Ed25519 over `entente pack 1`, a line feed, the name and a line feed; in base64url.
    pub signature: String,
}

impl Closing {
    fn message(name: &str) -> String {
        format!("entente pack 1\n{name}\n")
    }

    /// Whether this key signed the pack.
    pub fn is_by(&self, key: &PublicKey) -> bool {
        KeyId::parse(&self.key) == Some(key.id())
            && key.has_signed(Self::message(&self.sha256).as_bytes(), &self.signature)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Chunk(Chunk),
    Closing(Closing),
}

/// Why a file is no pack that can be read, and at which byte that shows.
#[derive(Debug, thiserror::Error)]
#[error("byte {offset}: {problem}")]
pub struct BadPack {
    /// How many bytes of the file are before it.
    pub offset: u64,
    /// What is wrong.
    pub problem: String,
}

/// Writes a pack.
pub struct Writer<W> {
    out: W,
    hash: Sha256,
    raw: Vec<u8>,
    objects: u64,
    up_to: Option<Timestamp>,
}

impl<W: Write> Writer<W> {
    /// Writes the opening.
    pub fn begin(out: W, opening: &Opening) -> io::Result<Self> {
        let hash = Sha256::new();
        let mut writer = Self { out, hash, raw: Vec::new(), objects: 0, up_to: None };
        writer.line(&serde_json::to_string(opening)?)?;
        Ok(writer)
    }

    /// Adds an object, which the reader may see since a moment.
    pub fn object(&mut self, bytes: &[u8], since: Timestamp) -> io::Result<()> {
        if self.raw.len() + bytes.len() + 24 > MOST_RAW {
            self.flush()?;
        }
        writeln!(self.raw, "{}", bytes.len())?;
        self.raw.extend_from_slice(bytes);
        self.raw.push(b'\n');
        self.objects += 1;
        self.up_to = Some(since);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(up_to) = self.up_to.take() else { return Ok(()) };
        let packed = zstd::bulk::compress(&self.raw, LEVEL)?;
        let chunk = Chunk {
            objects: std::mem::take(&mut self.objects),
            up_to,
            raw: self.raw.len(),
            length: packed.len(),
            sha256: hex::of(&Sha256::digest(&packed)),
        };
        self.raw.clear();
        self.line(&serde_json::to_string(&Line::Chunk(chunk))?)?;
        self.put(&packed)?;
        self.put(b"\n")
    }

    /// Signs the pack. Gives its name.
    pub fn end(mut self, key: &SecretKey) -> io::Result<String> {
        self.flush()?;
        let sha256 = hex::of(&self.hash.clone().finalize());
        let signature = key.sign_bytes(Closing::message(&sha256).as_bytes());
        let key = key.public().id().to_string();
        let closing = Closing { sha256: sha256.clone(), key, signature };
        self.line(&serde_json::to_string(&Line::Closing(closing))?)?;
        self.out.flush()?;
        Ok(sha256)
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.put(text.as_bytes())?;
        self.put(b"\n")
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }
}

/// A pack as it is read. Each chunk is found whole before it is given; whether the pack is the
/// state's shows at its end.
pub struct Reader<R> {
    input: R,
    hash: Sha256,
    offset: u64,
    /// The first line.
    pub opening: Opening,
}

/// What comes next in a pack.
#[derive(Debug)]
pub enum Next {
    /// A chunk, still compressed.
    Chunk(Chunk, Packed),
    /// The end: nothing follows.
    End(Closing),
}

/// The compressed bytes of a chunk, whose hash was found right.
#[derive(Debug)]
pub struct Packed {
    bytes: Vec<u8>,
    offset: u64,
}

impl<R: BufRead> Reader<R> {
    /// Reads the opening.
    pub fn open(mut input: R) -> Result<Self, BadPack> {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        let bad = |problem: &str| BadPack { offset: 0, problem: problem.to_owned() };
        read.map_err(|error| bad(&error.to_string()))?;
        let opening = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok());
        let opening: Opening = opening.ok_or_else(|| bad("this is no pack"))?;
        if opening.entente_pack != 1 {
            return Err(bad("a newer program wrote this pack"));
        }
        let mut hash = Sha256::new();
        hash.update(&line);
        Ok(Self { input, hash, offset: line.len() as u64, opening })
    }

    fn bad(&self, problem: impl Into<String>) -> BadPack {
        BadPack { offset: self.offset, problem: problem.into() }
    }

    /// Reads on.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and then nothing follows")]
    pub fn next(&mut self) -> Result<Next, BadPack> {
        let mut line = Vec::new();
        let read = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        read.map_err(|error| self.bad(error.to_string()))?;
        if line.is_empty() {
            return Err(self.bad("the pack ends here, without its signature: it was cut off"));
        }
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(self.bad("the pack ends in this line, or the line is too long"));
        };
        let read = serde_json::from_slice(text);
        match read.map_err(|_| self.bad("here no chunk begins and the pack does not end"))? {
            Line::Chunk(chunk) => self.chunk(chunk, &line),
            Line::Closing(closing) => self.end(closing, &line),
        }
    }

    fn chunk(&mut self, chunk: Chunk, line: &[u8]) -> Result<Next, BadPack> {
        if chunk.length > 2 * MOST_RAW || chunk.raw > MOST_RAW + MOST_OBJECT {
            return Err(self.bad("a chunk of this size is never written"));
        }
        self.hash.update(line);
        self.offset += line.len() as u64;
        let offset = self.offset;
        let mut bytes = Vec::new();
        let length = chunk.length as u64 + 1;
        let read = self.input.by_ref().take(length).read_to_end(&mut bytes);
        read.map_err(|error| self.bad(error.to_string()))?;
        if bytes.len() as u64 != length {
            self.offset += bytes.len() as u64;
            return Err(self.bad("the pack ends here, within a chunk: it was cut off"));
        }
        self.hash.update(&bytes);
        let is_ended = bytes.pop() == Some(b'\n');
        if !is_ended || hex::of(&Sha256::digest(&bytes)) != chunk.sha256 {
            let problem = format!("the chunk of {} bytes from here on is damaged", chunk.length);
            return Err(self.bad(problem));
        }
        self.offset += length;
        Ok(Next::Chunk(chunk, Packed { bytes, offset }))
    }

    fn end(&mut self, closing: Closing, line: &[u8]) -> Result<Next, BadPack> {
        if hex::of(&self.hash.clone().finalize()) != closing.sha256 {
            return Err(self.bad("what is before this is not what was signed"));
        }
        self.offset += line.len() as u64;
        let rest = self.input.fill_buf().map_or(1, <[u8]>::len);
        if rest > 0 {
            return Err(self.bad("something follows the end of the pack"));
        }
        Ok(Next::End(closing))
    }
}

impl Packed {
    /// The objects of a chunk, byte for byte.
    pub fn objects(&self, chunk: &Chunk) -> Result<Vec<Bytes>, BadPack> {
        let bad = |problem: &str| BadPack { offset: self.offset, problem: problem.to_owned() };
        let raw = zstd::bulk::decompress(&self.bytes, chunk.raw.min(MOST_RAW + MOST_OBJECT));
        let raw = raw.map_err(|_| bad("the chunk cannot be decompressed"))?;
        if raw.len() != chunk.raw {
            return Err(bad("the chunk has another size than it says"));
        }
        let raw = Bytes::from(raw);
        let mut objects = Vec::new();
        let mut at = 0;
        while at < raw.len() {
            let object = object(&raw, &mut at);
            objects.push(object.ok_or_else(|| bad("an object of the chunk has a wrong length"))?);
        }
        if objects.len() as u64 != chunk.objects {
            return Err(bad("the chunk has another number of objects than it says"));
        }
        Ok(objects)
    }
}

/// The object at a place, and moves the place behind it.
fn object(raw: &Bytes, at: &mut usize) -> Option<Bytes> {
    let rest = raw.get(*at..)?;
    let digits = rest.iter().take(8).position(|byte| *byte == b'\n')?;
    let length = std::str::from_utf8(rest.get(..digits)?).ok()?;
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let length: usize = length.parse().ok().filter(|length| is_number && *length <= MOST_OBJECT)?;
    let begin = at.checked_add(digits + 1)?;
    let end = begin.checked_add(length)?;
    if raw.get(end) != Some(&b'\n') {
        return None;
    }
    *at = end + 1;
    Some(raw.slice(begin..end))
}
