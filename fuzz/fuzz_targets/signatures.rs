//! Signatures: any object, and any value within one. The check is one with that of the ordinary
//! tests.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/stix/tests/it/fuzz/signatures.rs"]
mod check;

fuzz_target!(|bytes: &[u8]| check::check(bytes));
