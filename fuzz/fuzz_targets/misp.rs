//! MISP events to STIX and back, and any STIX to MISP: never a panic; equal where it succeeds.

#![no_main]

use convert::misp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((events, _)) = misp::events(bytes) {
        for (place, event) in &events {
            let (objects, _) = misp::Exporter::new().event(event, place);
            for object in &objects {
                let text = serde_json::to_vec(object).expect("an object is JSON");
                if text.len() < stix::object::MAX_BYTES {
                    stix::Object::parse(text).expect("and STIX");
                }
            }
            let placed = objects.into_iter().map(|object| (stix::Pointer::root(), object));
            let (back, report) = misp::from_stix(placed.collect());
            assert_eq!(back, std::slice::from_ref(event), "an event comes back equal");
            assert!(report.is_empty(), "and nothing of it is missing");
            let _ = (misp::feed::name(event), misp::feed::entry(event), misp::feed::hashes(event));
        }
    }
    if let Ok((objects, _)) = misp::objects(bytes) {
        let (events, _) = misp::from_stix(objects);
        for event in &events {
            misp::Exporter::new().event(event, &stix::Pointer::root());
        }
    }
    let _ = misp::feed::files(bytes);
});
