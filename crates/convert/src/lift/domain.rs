//! What STIX 2.1 says otherwise of domain objects (STIX 2.1 section 4).

use serde_json::Value;
use stix::spec::vocabulary::{self, Vocabulary};

use super::{One, pattern};

/// The vocabularies of STIX 2.0 that described what an object is, and the property that holds such
/// words since STIX 2.1. What a label says beyond them stays a label.
static LABELS: &[(&str, &str, &Vocabulary)] = &[
    ("indicator", "indicator_types", &vocabulary::INDICATOR_TYPE),
    ("malware", "malware_types", &vocabulary::MALWARE_TYPE),
    ("report", "report_types", &vocabulary::REPORT_TYPE),
    ("threat-actor", "threat_actor_types", &vocabulary::THREAT_ACTOR_TYPE),
    ("tool", "tool_types", &vocabulary::TOOL_TYPE),
];

pub(super) fn lift(one: &mut One<'_>, type_name: &str) {
    labels(one, type_name);
    match type_name {
        "indicator" => indicator(one),
        "malware" if !one.draft.has("is_family") => {
            one.draft.set("is_family", &Value::Bool(false));
            let why =
                "STIX 2.1 requires it, 2.0 did not say; taken as one malware, not a family of them";
            one.report.changed(one.place.join("is_family"), "false was assumed", why);
        }
        "identity" => sectors(one),
        _ => {}
    }
}

/// Words of the vocabulary go where STIX 2.1 has them.
fn labels(one: &mut One<'_>, type_name: &str) {
    let Some((_, property, words)) = LABELS.iter().find(|(name, ..)| *name == type_name) else {
        return;
    };
    let Some(labels) = one.draft.value("labels") else { return };
    let labels: Option<Vec<String>> = serde_json::from_value(labels).ok();
    let Some(labels) = labels.filter(|_| !one.draft.has(property)) else { return };
    let (mut types, mut rest) = (Vec::new(), Vec::new());
    let mut moved = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let (list, name) = if words.terms.contains(&label.as_str()) {
            (&mut types, *property)
        } else {
            (&mut rest, "labels")
        };
        let now = format!("{name}.[{}]", list.len());
        moved.push((format!("labels.[{index}]"), vec![now]));
        list.push(label.clone());
    }
    if types.is_empty() {
        return;
    }
    let mut whole = vec![(*property).to_owned()];
    one.draft.set_after("labels", property, &Value::from(types.clone()));
    if rest.is_empty() {
        one.draft.remove("labels");
    } else {
        one.draft.set("labels", &Value::from(rest));
        whole.push("labels".to_owned());
    }
    one.moved.push(("labels".to_owned(), whole));
    one.moved.extend(moved);
    let what = format!("{}, now in {property}", types.join(", "));
    one.report.changed(one.place.join("labels"), what, "STIX 2.1 keeps labels for other words");
}

fn indicator(one: &mut One<'_>) {
    if !one.draft.has("pattern_type") {
        one.draft.set_after("pattern", "pattern_type", &Value::from("stix"));
        let why = "STIX 2.1 requires it, 2.0 knew no other";
        one.report.changed(one.place.join("pattern_type"), "“stix” was added", why);
    }
    if one.draft.text("pattern_type").as_deref() != Some("stix") {
        return;
    }
    let Some(text) = one.draft.text("pattern") else { return };
    let place = one.place.join("pattern");
    let (now, gone) = pattern::lift(&text);
    for path in gone {
        let why = "STIX 2.1 has no such property; the pattern keeps it and finds nothing by it";
        one.report.kept(place.clone(), path, why);
    }
    if now != text {
        one.draft.set("pattern", &Value::from(now));
        let what = format!("the pattern, which was {text}");
        one.report.changed(place, what, "STIX 2.1 names properties or writes times otherwise");
    }
}

/// One word of the vocabulary is spelled otherwise (STIX 2.1 section 10.11).
fn sectors(one: &mut One<'_>) {
    let Some(Value::Array(mut sectors)) = one.draft.value("sectors") else { return };
    for (index, sector) in sectors.iter_mut().enumerate() {
        if sector == "defence" {
            *sector = Value::from("defense");
            let place = one.place.join("sectors").join(&index.to_string());
            one.report.changed(place, "defence, now defense", "STIX 2.1 spells the sector so");
        }
    }
    if one.report.losses().iter().any(|loss| loss.what == "defence, now defense") {
        one.draft.set("sectors", &Value::Array(sectors));
    }
}
