//! Packs from a stick: any bytes. The check is one with that of the ordinary tests.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/pack/tests/it/fuzz/packs.rs"]
mod check;

fuzz_target!(|bytes: &[u8]| check::check(bytes));
