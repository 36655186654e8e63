//! What the fuzz targets check, on the seeds that are kept.

use std::fs;
use std::path::PathBuf;

use taxii::server::probe;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let files = fs::read_dir(&folder).expect("the target has seeds");
    let found: Vec<_> = files
        .map(|file| fs::read(file.expect("it is listed").path()).expect("it is read"))
        .collect();
    assert!(found.len() >= 20, "{} seeds in {}", found.len(), folder.display());
    found
}

#[test]
fn seeds_of_queries_hold() {
    for seed in seeds("taxii_query") {
        let text = String::from_utf8_lossy(&seed);
        let mut lines = text.splitn(3, '\n');
        let mut line = || lines.next().unwrap_or_default();
        probe::query(line(), line(), line());
    }
}

#[test]
fn seeds_of_envelopes_hold() {
    let mut read = 0;
    for seed in seeds("envelope") {
        let Some((pick, body)) = seed.split_first() else { continue };
        let coding = ["identity", "gzip", "br", "zstd"][usize::from(pick % 4)];
        read += probe::envelope(coding, body, 1 << 16);
    }
    assert!(read > 5, "{read} objects are read out of all");
}
