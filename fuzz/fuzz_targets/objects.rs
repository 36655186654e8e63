//! Objects and bundles: any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stix::marking::Marking;
use stix::{Object, bundle, refs, sign};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(objects) = bundle::parse(bytes.to_vec()) {
        objects.into_iter().flatten().for_each(|object| look_at(&object));
    }
    if let Ok(object) = Object::parse(bytes.to_vec()) {
        assert_eq!(object.bytes(), bytes, "kept as it came");
        look_at(&object);
    }
});

fn look_at(object: &Object) {
    let canonical = object.canonical();
    let again = Object::parse(canonical.clone()).expect("the canonical form is an object");
    assert_eq!(again.canonical(), canonical, "and its own canonical form");
    let _ = (refs::of(object), Marking::of(object), sign::status(object, |_| None));
}
