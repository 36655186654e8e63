//! Names of hash algorithms (STIX 2.0 part 1 section 6.5, STIX 2.1 section 10.9).

use serde_json::{Map, Value};
use stix::Pointer;

use super::One;
use crate::Report;

/// How STIX 2.1 spells an algorithm that a text names otherwise. What its vocabulary does not list,
/// as MD6, stays as it is: the vocabulary is open.
pub(crate) fn spelled(name: &str) -> Option<&'static str> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let right = match plain.as_str() {
        "MD5" => "MD5",
        "SHA1" => "SHA-1",
        "SHA256" => "SHA-256",
        "SHA512" => "SHA-512",
        "SHA3256" => "SHA3-256",
        "SHA3512" => "SHA3-512",
        "SSDEEP" => "SSDEEP",
        "TLSH" => "TLSH",
        _ => return None,
    };
    (right != name).then_some(right)
}

/// Spells the algorithms of one `hashes` dictionary. Two spellings of one algorithm stay two.
pub(super) fn dictionary(hashes: &mut Map<String, Value>, place: &Pointer, report: &mut Report) {
    let wrong: Vec<(String, &'static str)> =
        hashes.keys().filter_map(|key| Some((key.clone(), spelled(key)?))).collect();
    for (old, new) in wrong {
        if hashes.contains_key(new) {
            continue;
        }
        if let Some(value) = hashes.remove(&old) {
            hashes.insert(new.to_owned(), value);
            let what = format!("the hash’s name, now {new}");
            report.changed(place.join(&old), what, "STIX 2.1 spells it so");
        }
    }
}

/// Those of the sources that an object names.
pub(super) fn external_references(one: &mut One<'_>) {
    let Some(Value::Array(mut references)) = one.draft.value("external_references") else { return };
    let place = one.at("external_references");
    let before = references.clone();
    for (index, reference) in references.iter_mut().enumerate() {
        if let Some(hashes) = reference.get_mut("hashes").and_then(Value::as_object_mut) {
            let place = place.join(&index.to_string()).join("hashes");
            dictionary(hashes, &place, &mut one.report);
        }
    }
    if references != before {
        one.draft.set("external_references", &Value::Array(references));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_algorithm() {
        assert_eq!(spelled("ssdeep"), Some("SSDEEP"));
        assert_eq!(spelled("sha256"), Some("SHA-256"));
        assert_eq!(spelled("SHA-256"), None, "right already");
        assert_eq!(spelled("MD6"), None, "not in the vocabulary, kept");
    }
}
