//! Envelopes, packed or plain: any bytes. The first byte picks how they are packed.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((pick, body)) = bytes.split_first() else { return };
    let coding = ["identity", "gzip", "br", "zstd"][usize::from(pick % 4)];
    taxii::server::probe::envelope(coding, body, 1 << 16);
});
