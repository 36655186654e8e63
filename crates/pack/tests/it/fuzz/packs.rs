//! Packs from a stick: whatever the bytes, they are read in bounded memory, or refused at a place
//! within them; and what is read is written again to the same objects.
//!
//! No fuzzer hits upon a hash. So the first byte says what the others are: a whole file, the
//! compressed bytes of a chunk, or what a chunk has inside; around the last two a file is made whose
//! hashes are right.

use bytes::Bytes;
use pack::{Chunk, Next, Opening, Reader, Writer};
use sha2::{Digest, Sha256};
use stix::sign::SecretKey;
use stix::{Id, Timestamp};

pub(crate) fn check(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    match kind % 3 {
        0 => whole(rest),
        1 => {
            let Some((size, packed)) = rest.split_first_chunk::<3>() else { return };
            let size =
                usize::from(size[0]) | usize::from(size[1]) << 8 | usize::from(size[2]) << 16;
            whole(&around(packed, size, 1));
        }
        _ => {
            let objects = rest.split(|byte| *byte == b'\n').skip(1).count() as u64 / 2;
            let packed = zstd::bulk::compress(rest, 1).expect("it is compressed in memory");
            whole(&around(&packed, rest.len(), objects));
        }
    }
}

/// A file with one chunk.
fn around(packed: &[u8], raw: usize, objects: u64) -> Vec<u8> {
    let sha256 = stix::hex::of(&Sha256::digest(packed));
    let up_to = Timestamp::from_micros(0);
    let chunk = Chunk { objects, up_to, raw, length: packed.len(), sha256 };
    let mut file = serde_json::to_vec(&opening()).expect("it is written to memory");
    file.extend_from_slice(b"\n{\"chunk\":");
    file.extend(serde_json::to_vec(&chunk).expect("it is written to memory"));
    file.extend_from_slice(b"}\n");
    file.extend_from_slice(packed);
    file.push(b'\n');
    let sha256 = stix::hex::of(&Sha256::digest(&file));
    let closing =
        format!("{{\"closing\":{{\"sha256\":\"{sha256}\",\"key\":\"\",\"signature\":\"\"}}}}\n");
    file.extend_from_slice(closing.as_bytes());
    file
}

fn opening() -> Opening {
    let state = |n| Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}"));
    Opening {
        entente_pack: 1,
        from: state(1).expect("an id"),
        to: state(2).expect("an id"),
        at: Timestamp::from_micros(0),
        after: None,
        before: None,
        received: None,
        keys: Vec::new(),
        head: None,
    }
}

fn whole(file: &[u8]) {
    let end = file.len() as u64;
    let mut reader = match Reader::open(file) {
        Ok(reader) => reader,
        Err(bad) => return assert!(bad.offset <= end),
    };
    let mut objects: Vec<Bytes> = Vec::new();
    loop {
        match reader.next() {
            Ok(Next::Chunk(chunk, packed)) => match packed.objects(&chunk) {
                Ok(found) => objects.extend(found),
                Err(bad) => return assert!(bad.offset <= end),
            },
            Ok(Next::End(_)) => break,
            Err(bad) => return assert!(bad.offset <= end),
        }
    }
    let mut again = Vec::new();
    let mut writer = Writer::begin(&mut again, &reader.opening).expect("it is written to memory");
    for object in &objects {
        writer.object(object, Timestamp::from_micros(0)).expect("it is written to memory");
    }
    writer.end(&SecretKey::from_seed([7; 32])).expect("it is written to memory");
    let mut reader = Reader::open(&again[..]).expect("it was just written");
    let mut read = Vec::new();
    while let Next::Chunk(chunk, packed) = reader.next().expect("it was just written") {
        read.extend(packed.objects(&chunk).expect("it was just written"));
    }
    assert_eq!(read, objects);
}
