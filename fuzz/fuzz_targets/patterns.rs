//! Patterns: any text is read or refused at a place within it; what is read prints and reads the
//! same; it matches alone as it does in a set. Behind a zero byte may stand a bundle to match.

#![no_main]

use std::sync::OnceLock;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use stix::pattern::{Compiled, Observations, Pattern, Set};

/// A few observations of a few objects, with spans, numbers and references.
const SEEN: &str = include_str!("../seeds/patterns-bundle.json");

fn fixed() -> &'static Observations {
    static FIXED: OnceLock<Observations> = OnceLock::new();
    FIXED.get_or_init(|| Observations::parse(&Bytes::from_static(SEEN.as_bytes())).expect("good").0)
}

fuzz_target!(|text: &str| {
    let (text, bundle) = text.split_once('\0').unwrap_or((text, ""));
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            assert!(text.is_char_boundary(error.offset));
            error.picture(text);
            return;
        }
    };
    let printed = pattern.to_string();
    let again = Pattern::parse(&printed).expect("its own text");
    assert_eq!(again, pattern, "{printed}");
    assert_eq!(again.to_string(), printed);

    let (set, refused) = Set::new([&pattern]);
    let Ok(compiled) = Compiled::new(&pattern) else {
        assert!(!refused.is_empty());
        return;
    };
    let other = Observations::parse(&Bytes::copy_from_slice(bundle.as_bytes()));
    for observations in [Some(fixed()), other.as_ref().ok().map(|(good, _)| good)].into_iter().flatten() {
        let mut stream = set.stream();
        stream.see(observations);
        assert_eq!(stream.verdict(0), compiled.matches(observations), "{printed}");
    }
});
