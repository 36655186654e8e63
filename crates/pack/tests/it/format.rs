//! The format: what is written is read, and nothing else is.

use pack::{BadPack, Closing, Next, Opening, Reader, Writer};
use proptest::prelude::*;
use stix::sign::SecretKey;
use stix::{Id, Timestamp};

fn opening() -> Opening {
    let state = |n| Id::parse(&format!("identity--00000000-0000-4000-8000-{n:012}")).unwrap();
    Opening {
        entente_pack: 1,
        from: state(1),
        to: state(2),
        at: Timestamp::from_micros(0),
        after: None,
        before: None,
        received: None,
        keys: Vec::new(),
        head: None,
    }
}

fn key() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

fn written(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::begin(&mut out, &opening()).unwrap();
    for (n, object) in (0..).zip(objects) {
        writer.object(object, Timestamp::from_micros(n)).unwrap();
    }
    writer.end(&key()).unwrap();
    out
}

fn read(pack: &[u8]) -> Result<(Vec<Vec<u8>>, Closing), BadPack> {
    let mut reader = Reader::open(pack)?;
    let mut objects = Vec::new();
    loop {
        match reader.next()? {
            Next::Chunk(chunk, packed) => {
                objects.extend(packed.objects(&chunk)?.iter().map(|object| object.to_vec()));
            }
            Next::End(closing) => return Ok((objects, closing)),
        }
    }
}

#[test]
fn large_packs_are_cut_into_chunks() {
    let objects: Vec<_> = (0..12_u8).map(|n| vec![n; 1 << 20]).collect();
    let pack = written(&objects);
    let (found, closing) = read(&pack).unwrap();
    assert_eq!(found, objects);
    assert!(closing.is_by(&key().public()));
    let chunks = String::from_utf8_lossy(&pack).matches("\"chunk\"").count();
    assert!((3..=6).contains(&chunks), "{chunks}");
}

#[test]
fn a_chunk_that_grows_beyond_what_is_ever_written_is_not_decompressed() {
    let bomb = zstd::bulk::compress(&vec![b'0'; 64 << 20], 1).unwrap();
    let sha256 = {
        use sha2::{Digest, Sha256};
        stix::hex::of(&Sha256::digest(&bomb))
    };
    for raw in [64 << 20, 4 << 20, 10_usize] {
        let mut pack = serde_json::to_vec(&opening()).unwrap();
        let line = format!(
            "\n{{\"chunk\":{{\"objects\":1,\"up_to\":\"2026-01-01T00:00:00Z\",\"raw\":{raw},\"length\":{},\"sha256\":\"{sha256}\"}}}}\n",
            bomb.len()
        );
        pack.extend_from_slice(line.as_bytes());
        pack.extend_from_slice(&bomb);
        pack.push(b'\n');
        assert!(read(&pack).is_err(), "{raw}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(objects in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40)) {
        let (found, closing) = read(&written(&objects)).unwrap();
        prop_assert_eq!(found, objects);
        prop_assert!(closing.is_by(&key().public()));
    }

    #[test]
    fn no_byte_can_be_changed(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let pack = written(&[b"one".to_vec(), b"another".to_vec()]);
        let mut changed = pack.clone();
        changed[at.index(pack.len())] ^= 1 << bit;
        let is_believed = read(&changed).is_ok_and(|(_, closing)| closing.is_by(&key().public()));
        prop_assert!(!is_believed);
    }

    #[test]
    fn no_end_can_be_cut_off(at in any::<prop::sample::Index>()) {
        let pack = written(&[b"one".to_vec(), b"another".to_vec()]);
        let cut = at.index(pack.len());
        let bad = read(&pack[..cut]).unwrap_err();
        prop_assert!(bad.offset <= cut as u64);
    }
}
