//! `cargo xtask simulate` does hundreds of these.

use sim::real::{Prepared, Setup, run};

#[test]
fn real_nodes_in_bad_weather_end_with_what_the_last_markings_allow() {
    let prepared = Prepared::new(5).unwrap();
    let mut counts = Vec::new();
    for seed in 1..=5 {
        match run(seed, Setup { seconds: 10, ..Setup::default() }, &prepared) {
            Ok(told) => counts.push(told),
            Err(wrong) => panic!("seed {seed}: {wrong:#}"),
        }
    }
    assert!(counts.iter().all(|told| told.said > 0 && told.pages > 0 && told.looks > 0));
}
