//! Other formats: any bytes, the first of which names the reader.

#![no_main]

use bytes::Bytes;
use convert::ioc::{self, Make, Options, Read};
use convert::{lift, openioc};
use libfuzzer_sys::fuzz_target;
use stix::object::SpecVersion;
use stix::{Id, Timestamp, bundle, validate};

fuzz_target!(|bytes: &[u8]| {
    let Some((reader, bytes)) = bytes.split_first() else { return };
    let at = Timestamp::from_millis(1_700_000_000_000);
    let mut options = Options::new(at);
    if reader.is_ascii_uppercase() {
        options.make = Make::Observables;
        options.name = Some("list".to_owned());
    }
    match reader.to_ascii_lowercase() {
        b'2' => lifted(bytes),
        b'l' => sound(&ioc::list(bytes, &options)),
        b't' => {
            let _ = ioc::is_table(bytes);
            let read = ioc::table(bytes, &options);
            sound(&read);
            // What is written is read again, and says nothing that is not valid.
            let (table, _) = ioc::write(&read.objects);
            sound(&ioc::table(&table, &options));
        }
        b'x' => {
            let _ = openioc::is_openioc(bytes);
            if let Ok(read) = openioc::read(bytes, &options) {
                sound(&read);
            }
        }
        _ => {}
    }
});

fn sound(read: &Read) {
    for object in &read.objects {
        let findings = validate::bytes(object.bytes(), &validate::Options::MUST);
        assert!(findings.is_empty(), "{findings:?} {}", object.text());
    }
}

fn lifted(bytes: &[u8]) {
    let Ok(lifted) = lift::read(&Bytes::copy_from_slice(bytes)) else { return };
    for object in &lifted.objects {
        assert_eq!(object.header().spec_version, SpecVersion::V21);
    }
    let id = Id::parse("bundle--00000000-0000-4000-8000-000000000000").expect("an identifier");
    let again = lift::read(&bundle::write(&id, &lifted.objects).into()).expect("a bundle");
    assert_eq!((again.lifted, again.refused), (0, 0), "lifting again changes nothing");
    assert_eq!(again.objects, lifted.objects);
}
