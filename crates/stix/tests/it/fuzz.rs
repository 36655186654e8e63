//! What the fuzz targets check, on the seeds that are kept: fuzzing finds, these tests remember.

mod bundles;
mod canonical;
mod signatures;
mod validate;

use std::fs;
use std::path::PathBuf;

fn replay(target: &str, check: fn(&[u8])) {
    let seeds = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&seeds).expect("the target has seeds") {
        check(&fs::read(entry.expect("it is listed").path()).expect("it is read"));
        count += 1;
    }
    assert!(count >= 20, "{count} seeds in {}", seeds.display());
}

#[test]
fn seeds_of_validation_hold() {
    replay("validate", validate::check);
}

#[test]
fn seeds_of_bundles_hold() {
    replay("bundles", bundles::check);
}

#[test]
fn seeds_of_the_canonical_form_hold() {
    replay("canonical", canonical::check);
}

#[test]
fn seeds_of_signatures_hold() {
    replay("signatures", signatures::check);
}
