//! What the fuzzer begins with, and what it once found, does no harm.

use bytes::Bytes;
use stix::pattern::{Compiled, Observations, Pattern, Set};

/// The same promises as in fuzz/fuzz_targets/patterns.rs.
#[test]
fn seeds_are_read_or_refused_and_match_alone_as_in_a_set() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
    let fixed = std::fs::read(format!("{folder}/seeds/patterns-bundle.json")).unwrap();
    let (fixed, problems) = Observations::parse(&Bytes::from(fixed)).unwrap();
    assert!(problems.is_empty());
    let mut read = 0;
    for entry in std::fs::read_dir(format!("{folder}/seeds/patterns")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else { continue };
        let (text, bundle) = text.split_once('\0').unwrap_or((&text, ""));
        let Ok(pattern) =
            Pattern::parse(text).inspect_err(|error| assert!(!error.picture(text).is_empty()))
        else {
            continue;
        };
        read += 1;
        assert_eq!(Pattern::parse(&pattern.to_string()).as_ref(), Ok(&pattern), "{path:?}");
        let (set, _) = Set::new([&pattern]);
        let Ok(compiled) = Compiled::new(&pattern) else { continue };
        let other = Observations::parse(&Bytes::copy_from_slice(bundle.as_bytes()));
        for seen in [Some(&fixed), other.as_ref().ok().map(|(good, _)| good)].into_iter().flatten()
        {
            let mut stream = set.stream();
            stream.see(seen);
            assert_eq!(stream.verdict(0), compiled.matches(seen), "{path:?}");
        }
    }
    assert!(read >= 10, "the seeds are there");
}
