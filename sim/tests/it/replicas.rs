//! `cargo xtask simulate` does thousands of these.

use sim::replicas::{Setup, run};

#[test]
fn thirty_replicas_in_bad_weather_end_with_what_the_last_markings_allow() {
    for seed in 1..=20 {
        if let Err(broken) = run(seed, Setup::default()) {
            panic!("{broken}");
        }
    }
}

#[test]
fn what_a_seed_showed_it_shows_again() {
    let setup = Setup { nodes: 6, says: 20, pulls: 60, ..Setup::default() };
    let counts = |seed| format!("{:?}", run(seed, setup).unwrap());
    assert_eq!(counts(7), counts(7));
    assert_ne!(counts(7), counts(8));
}
