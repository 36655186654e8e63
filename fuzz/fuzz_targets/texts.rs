//! Identifiers, timestamps, keys and policies: any text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use release::Policy;
use stix::sign::PublicKey;
use stix::{Id, Timestamp};

fuzz_target!(|text: &str| {
    if let Ok(id) = Id::parse(text) {
        assert_eq!(id.as_str(), text);
        assert_eq!(format!("{}--{}", id.type_name(), id.uuid()), text);
    }
    if let Ok(time) = Timestamp::parse(text) {
        assert_eq!(time.as_str(), text);
        let whole = Timestamp::from_micros(time.micros());
        assert!(whole <= time || text.contains(":60"), "cut off, never rounded up");
    }
    if let Ok(policy) = text.parse::<Policy>() {
        assert_eq!(policy.to_string().parse::<Policy>().expect("its own text"), policy);
    }
    if let Ok(key) = PublicKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
});
