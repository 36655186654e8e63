//! Tags: TLP becomes a marking, confidence a number, the rest labels.

use serde_json::{Value, json};
use stix::Id;
use stix::marking::Tlp;

use super::residue::Object;

/// The labels that say what an object was in MISP; a tag of the same look is no tag to us.
const OWN: &[&str] = &[
    "misp:type=",
    "misp:category=",
    "misp:name=",
    "misp:meta-category=",
    "misp:tool=",
    "misp:galaxy-name=",
    "misp:galaxy-type=",
    "misp:data-layer=",
    "misp:context-layer=",
];

/// How sure MISP's taxonomy says that one is, of 100.
const CONFIDENCE: &[(&str, i64)] = &[
    ("completely-confident", 100),
    ("usually-confident", 75),
    ("fairly-confident", 50),
    ("rarely-confident", 25),
    ("unconfident", 0),
];

/// The TLP label that a tag is.
pub(crate) fn tlp(tag: &str) -> Option<Tlp> {
    let slug = tag.strip_prefix("tlp:")?;
    if slug == "white" { Some(Tlp::Clear) } else { Tlp::of_slug(slug) }
}

/// Whether a label is one of those that say what an object was.
pub(crate) fn is_own(label: &str) -> bool {
    OWN.iter().any(|prefix| label.starts_with(prefix)) || label == "Threat-Report"
}

/// The value of such a label: `misp:type="…"`.
pub(crate) fn own<'o>(object: &'o Object, prefix: &str) -> Option<&'o str> {
    let labels = object.get("labels")?.as_array()?;
    labels
        .iter()
        .filter_map(Value::as_str)
        .find_map(|label| label.strip_prefix(prefix)?.strip_prefix("=\"")?.strip_suffix('"'))
}

/// A label that says what an object was.
pub(crate) fn label(prefix: &str, value: &str) -> Value {
    Value::String(format!("{prefix}=\"{value}\""))
}

fn confidence(tag: &str) -> Option<i64> {
    let word = tag.strip_prefix("misp:confidence-level=\"")?.strip_suffix('"')?;
    CONFIDENCE.iter().find(|(held, _)| *held == word).map(|(_, number)| *number)
}

fn names(holder: &Object) -> impl Iterator<Item = &str> {
    let tags = holder.get("Tag").and_then(Value::as_array).into_iter().flatten();
    tags.filter_map(|tag| tag.get("name")?.as_str())
}

/// Whether a tag only repeats a galaxy's cluster.
pub(crate) fn is_galaxy(name: &str) -> bool {
    name.starts_with("misp-galaxy:")
}

/// Puts the tags of these holders onto an object.
pub(crate) fn apply<'o>(
    holders: impl IntoIterator<Item = &'o Object>,
    labels: &mut Vec<Value>,
    object: &mut Object,
    used: &mut Vec<Tlp>,
) {
    let mut markings: Vec<Tlp> = Vec::new();
    let mut sure: Option<i64> = None;
    let first = labels.len();
    for name in holders.into_iter().flat_map(names) {
        if let Some(tlp) = tlp(name) {
            if !markings.contains(&tlp) {
                markings.push(tlp);
            }
            continue;
        }
        if let Some(number) = confidence(name) {
            sure = Some(sure.map_or(number, |held| held.min(number)));
        }
        let known = labels.iter().skip(first).any(|label| label.as_str() == Some(name));
        if !name.is_empty() && !is_own(name) && !is_galaxy(name) && !known {
            labels.push(name.into());
        }
    }
    if let Some(number) = sure {
        object.insert("confidence".into(), number.into());
    }
    if !markings.is_empty() {
        let ids: Vec<Value> = markings.iter().map(|tlp| json!(tlp.definition_id())).collect();
        object.insert("object_marking_refs".into(), ids.into());
        used.extend(markings);
    }
}

/// The names of the tags that an object's labels and markings are.
pub(crate) fn read(object: &Object) -> Vec<String> {
    let texts = |key: &str| {
        let list = object.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str)
    };
    let labels = texts("labels").filter(|label| !is_own(label)).map(str::to_owned);
    let markings = texts("object_marking_refs")
        .filter_map(|id| Tlp::of_id(&Id::parse(id).ok()?))
        .map(|tlp| format!("tlp:{}", tlp.slug()));
    markings.chain(labels).collect()
}

/// Whether two names of tags say the same.
fn same(one: &str, other: &str) -> bool {
    one == other || tlp(one).is_some_and(|tlp_one| tlp(other) == Some(tlp_one))
}

/// What of a holder's tags must be kept beside its object; nothing if they are just names in the
/// order in which they are read.
pub(crate) fn kept(holder: &Object, object: &Object) -> Option<Value> {
    let tags = holder.get("Tag")?;
    let said = read(object);
    (said.is_empty() || tags != &plain(&said)).then(|| tags.clone())
}

/// The tags of an object: those kept, in their order, as far as the object still says them, and
/// those that it says beside.
pub(crate) fn restore(object: &Object, kept: Option<&Value>) -> Option<Value> {
    let said = read(object);
    let Some(kept) = kept else {
        return (!said.is_empty()).then(|| plain(&said));
    };
    let Some(list) = kept.as_array() else { return Some(kept.clone()) };
    let mut tags: Vec<Value> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for tag in list {
        let name = tag.get("name").and_then(Value::as_str);
        let stays = name.is_none_or(|name| {
            name.is_empty()
                || is_own(name)
                || is_galaxy(name)
                || said.iter().any(|said| same(said, name))
        });
        if stays {
            seen.extend(name);
            tags.push(tag.clone());
        }
    }
    for name in &said {
        if !seen.iter().any(|seen| same(seen, name)) {
            tags.push(json!({ "name": name }));
        }
    }
    Some(tags.into())
}

fn plain(names: &[String]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

#[cfg(test)]
mod tests {
    use super::super::shape::object;
    use super::*;

    fn there_and_back(tags: &Value) -> (Object, Option<Value>) {
        let holder = object(json!({ "Tag": tags }));
        let (mut labels, mut made, mut used) = (Vec::new(), Object::new(), Vec::new());
        apply([&holder], &mut labels, &mut made, &mut used);
        made.insert("labels".into(), labels.into());
        let kept = kept(&holder, &made);
        let restored = restore(&made, kept.as_ref());
        assert_eq!(restored.as_ref(), holder.get("Tag"));
        (made, kept)
    }

    #[test]
    fn tags_become_markings_labels_and_confidence() {
        let (made, kept) = there_and_back(&json!([
            {"name": "tlp:amber+strict"},
            {"name": "misp:confidence-level=\"fairly-confident\""},
            {"name": "osint:lifetime=\"perpetual\""},
        ]));
        assert_eq!(made["object_marking_refs"], json!([Tlp::AmberStrict.definition_id()]));
        assert_eq!(made["confidence"], 50);
        assert_eq!(kept, None, "names in this order need nothing kept");
    }

    #[test]
    fn what_labels_cannot_say_is_kept() {
        for tags in [
            json!([{"name": "tlp:white", "colour": "#ffffff"}]),
            json!([{"name": "b"}, {"name": "tlp:red"}, {"name": "b"}]),
            json!([{"name": "misp:type=\"x\""}, {"name": ""}, {"id": 1}, 7]),
            json!([]),
            json!("none"),
        ] {
            assert!(there_and_back(&tags).1.is_some(), "{tags}");
        }
    }

    #[test]
    fn a_label_changed_in_stix_changes_the_tag() {
        let kept = json!([{"name": "a", "colour": "#1"}, {"name": "b", "colour": "#2"}]);
        let made = object(json!({"labels": ["misp:type=\"domain\"", "b", "c"]}));
        let tags = restore(&made, Some(&kept)).unwrap();
        assert_eq!(tags, json!([{"name": "b", "colour": "#2"}, {"name": "c"}]));
    }
}
