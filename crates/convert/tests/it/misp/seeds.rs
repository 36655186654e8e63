//! The fuzzer's seeds, by ordinary means.

use convert::misp;
use stix::Pointer;

#[test]
fn seeds_are_converted_and_come_back() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/misp");
    let mut read = 0;
    for entry in std::fs::read_dir(dir).expect("the seeds") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).expect("readable");
        if let Ok((events, _)) = misp::events(&bytes) {
            for (place, event) in &events {
                let (objects, _) = misp::Exporter::new().event(event, place);
                let placed = objects.into_iter().map(|object| (Pointer::root(), object));
                let (back, report) = misp::from_stix(placed.collect());
                assert_eq!(back, std::slice::from_ref(event), "{}", path.display());
                assert!(report.is_empty(), "{}: {report:#?}", path.display());
                read += 1;
            }
        }
        if let Ok((objects, _)) = misp::objects(&bytes) {
            let (events, _) = misp::from_stix(objects);
            for event in &events {
                misp::Exporter::new().event(event, &Pointer::root());
                read += 1;
            }
        }
    }
    assert!(read > 20, "{read}");
}
