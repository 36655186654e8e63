//! What the fuzzer starts from, and what it found, replayed.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use convert::ioc::{self, Make, Options};
use convert::{lift, openioc};
use stix::{Timestamp, validate};

#[test]
fn every_seed_is_read_to_its_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/formats");
    let mut number = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let Some((reader, bytes)) = bytes.split_first() else { continue };
        let mut options = Options::new(Timestamp::from_millis(1_700_000_000_000));
        if reader.is_ascii_uppercase() {
            options.make = Make::Observables;
            options.name = Some("list".to_owned());
        }
        let objects = match reader.to_ascii_lowercase() {
            b'2' => {
                let lifted = lift::read(&Bytes::copy_from_slice(bytes));
                number += 1;
                if let Ok(lifted) = lifted {
                    for object in &lifted.objects {
                        assert!(!lift::is_20(object.bytes()), "{}", object.text());
                    }
                }
                continue;
            }
            b'l' => ioc::list(bytes, &options).objects,
            b't' => {
                let _ = ioc::is_table(bytes);
                let read = ioc::table(bytes, &options);
                let (table, _) = ioc::write(&read.objects);
                let mut objects = read.objects;
                objects.extend(ioc::table(&table, &options).objects);
                objects
            }
            _ => openioc::read(bytes, &options).map(|read| read.objects).unwrap_or_default(),
        };
        number += 1;
        for object in objects {
            let findings = validate::bytes(object.bytes(), &validate::Options::MUST);
            assert!(findings.is_empty(), "{}: {findings:?}", path.display());
        }
    }
    assert!(number >= 12, "{number} seeds");
}
