//! Query strings, headers that are negotiated by, and places to go on from: any text.
//!
//! Three lines: query, header, `next`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    taxii::server::probe::query(line(), line(), line());
});
