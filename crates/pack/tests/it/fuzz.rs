//! What the fuzz target checks, on the seeds that are kept: fuzzing finds, these tests remember.

mod packs;

use std::fs;
use std::path::PathBuf;

#[test]
fn seeds_of_packs_hold() {
    let seeds = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/packs");
    let mut count = 0;
    for entry in fs::read_dir(&seeds).expect("the target has seeds") {
        let bytes = fs::read(entry.expect("an entry").path()).expect("a seed");
        packs::check(&bytes);
        count += 1;
    }
    assert!(count >= 15, "{count} seeds in {}", seeds.display());
}
