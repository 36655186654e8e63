//! Granular markings follow the content they mark (STIX 2.1 section 7.2.3).

use serde_json::{Value, json};

use super::One;

/// Leads the selectors of an object from where content stood to where it stands. A selector whose
/// content went into no place of this object goes, and with the last one its marking.
pub(super) fn remap(one: &mut One<'_>, moved: &[(String, Vec<String>)]) {
    if moved.is_empty() {
        return;
    }
    let Some(Value::Array(mut parts)) = one.draft.value("granular_markings") else { return };
    let mut is_other = false;
    for part in &mut parts {
        let Some(Value::Array(selectors)) = part.get_mut("selectors") else { continue };
        let led: Vec<Value> = selectors
            .iter()
            .flat_map(|selector| match selector.as_str().and_then(|text| lead(text, moved)) {
                Some(now) => now.into_iter().map(Value::from).collect(),
                None => vec![selector.clone()],
            })
            .collect();
        is_other |= led != *selectors;
        *selectors = led;
    }
    if !is_other {
        return;
    }
    parts.retain(|part| part.get("selectors") != Some(&json!([])));
    let place = one.at("granular_markings");
    if parts.is_empty() {
        one.draft.remove("granular_markings");
    } else {
        one.draft.set("granular_markings", &Value::Array(parts));
    }
    one.report.changed(place, "selectors", "what they select stands elsewhere in STIX 2.1");
}

/// Where a selector leads now; `None` if it does as before.
pub(super) fn lead(selector: &str, moved: &[(String, Vec<String>)]) -> Option<Vec<String>> {
    // The longest path that fits, so that an item of a list goes before the list.
    let fits = |path: &str| below(selector, path).is_some();
    let (path, now) =
        moved.iter().filter(|(path, _)| fits(path)).max_by_key(|(path, _)| path.len())?;
    let rest = below(selector, path).unwrap_or_default();
    Some(now.iter().map(|path| format!("{path}{rest}")).collect())
}

/// What a selector says below a path; `None` if it does not lead there.
pub(super) fn below<'a>(selector: &'a str, path: &str) -> Option<&'a str> {
    selector.strip_prefix(path).filter(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_leads() {
        let moved = [
            ("labels".to_owned(), vec!["labels".to_owned(), "malware_types".to_owned()]),
            ("labels.[1]".to_owned(), vec!["malware_types.[0]".to_owned()]),
        ];
        assert_eq!(lead("labels.[1]", &moved).unwrap(), ["malware_types.[0]"]);
        assert_eq!(lead("labels", &moved).unwrap(), ["labels", "malware_types"]);
        assert_eq!(lead("labels.[10]", &moved).unwrap(), ["labels.[10]", "malware_types.[10]"]);
        assert_eq!(lead("labelset", &moved), None);
    }
}
