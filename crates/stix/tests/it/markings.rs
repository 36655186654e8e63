//! Markings: TLP by its published identifiers, Entente's own by their content.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stix::marking::{self, Marking, Tlp};
use stix::{Id, Object};

fn id(uuid: &str) -> Id {
    Id::parse(&format!("marking-definition--{uuid}")).unwrap()
}

fn states() -> BTreeSet<Id> {
    ["00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000001"]
        .map(|uuid| Id::parse(&format!("identity--{uuid}")).unwrap())
        .into()
}

/// The definition with one thing changed.
fn changed(definition: &Object, change: impl FnOnce(&mut Value)) -> Object {
    let mut value = Value::Object(definition.value());
    change(&mut value);
    Object::parse(value.to_string()).unwrap()
}

#[test]
fn tlp_is_recognised_by_its_published_ids() {
    for (uuid, tlp, label) in [
        ("94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear, "TLP:CLEAR"),
        ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green, "TLP:GREEN"),
        ("55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber, "TLP:AMBER"),
        ("939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict, "TLP:AMBER+STRICT"),
        ("e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red, "TLP:RED"),
    ] {
        assert_eq!(Tlp::of_id(&id(uuid)), Some(tlp));
        assert_eq!((tlp.definition_id(), tlp.label()), (id(uuid), label));
        assert_eq!(Tlp::of_slug(tlp.slug()), Some(tlp));
    }
    // TLP 1.0: WHITE is what CLEAR is now.
    for (uuid, tlp) in [
        ("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
        ("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
        ("f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
        ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
    ] {
        assert_eq!(Marking::builtin(&id(uuid)), Some(Marking::Tlp(tlp)));
    }
    assert!(Tlp::ALL.windows(2).all(|pair| pair[0] < pair[1]), "from the least to the most strict");
}

#[test]
fn the_built_in_definitions_are_as_oasis_publishes_them() {
    let definitions = marking::definitions();
    assert_eq!(definitions.len(), 5);
    for (definition, tlp) in definitions.iter().zip(Tlp::ALL) {
        let value = definition.value();
        assert_eq!(*definition.id(), tlp.definition_id());
        assert_eq!(value["created"], "2022-10-01T00:00:00.000Z");
        assert_eq!(value["name"], tlp.label());
        assert_eq!(
            value["extensions"],
            json!({ "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                "extension_type": "property-extension", "tlp_2_0": tlp.slug() } })
        );
    }
    // Known by the id alone: the same ids circulate with other bytes.
    let disguised = changed(&definitions[4], |value| {
        value["extensions"] = json!({});
        value["definition_type"] = json!("statement");
        value["definition"] = json!({ "statement": "for everybody" });
    });
    assert_eq!(Marking::of(&disguised), Ok(Marking::Tlp(Tlp::Red)));
}

#[test]
fn the_same_lists_give_the_same_definition_everywhere() {
    let persons =
        BTreeSet::from(["duty@identity--00000000-0000-4000-8000-000000000001".to_owned()]);
    let definition = marking::releasable_to(&states(), &persons);
    assert_eq!(definition, marking::releasable_to(&states(), &persons));
    assert_eq!(
        Marking::of(&definition),
        Ok(Marking::ReleasableTo { states: states(), persons: persons.clone() })
    );
    assert_ne!(definition.id(), marking::releasable_to(&states(), &BTreeSet::new()).id());
    let one = states().into_iter().take(1).collect();
    assert_ne!(definition.id(), marking::releasable_to(&one, &persons).id());
    // A definition's id is a promise to every node: it may not change with the program.
    assert_eq!(
        marking::releasable_to(&states(), &BTreeSet::new()).id().as_str(),
        "marking-definition--9fcdda52-80d4-58a0-9aef-bbfab341827d"
    );
    let group = states().pop_first().unwrap();
    assert_eq!(Marking::of(&marking::group(&group)), Ok(Marking::Group(group.clone())));
    assert_eq!(Marking::of(&marking::exercise(&group)), Ok(Marking::Exercise(group)));
}

#[test]
fn a_definition_that_is_not_what_its_id_says_is_refused() {
    let definition = marking::releasable_to(&states(), &BTreeSet::new());
    let key = stix::extension::RELEASABLE_TO;
    let more = changed(&definition, |value| {
        let list = value["extensions"][key]["states"].as_array_mut().unwrap();
        list.push(json!("identity--00000000-0000-4000-8000-000000000003"));
    });
    assert_eq!(Marking::of(&more).unwrap_err().pointer.as_str(), "/id");
    let named = changed(&definition, |value| value["name"] = json!("x"));
    assert!(Marking::of(&named).is_err());
    let elsewhere = changed(&definition, |value| {
        value["id"] = json!("marking-definition--00000000-0000-4000-8000-000000000001");
    });
    assert!(Marking::of(&elsewhere).is_err());
    for junk in [json!("x"), json!([5]), json!(["identity--x"])] {
        assert!(
            Marking::of(&changed(&definition, |v| v["extensions"][key]["states"] = junk)).is_err()
        );
    }
    // Its bytes may be written otherwise: the id follows from the content.
    let spaced = definition.text().replace(',', " ,\n").replace(':', " : ");
    let spaced = spaced.replace("00 : ", "00:").replace("T00 : 00 : 00", "T00:00:00");
    if let Ok(spaced) = Object::parse(spaced) {
        assert!(Marking::of(&spaced).is_ok());
    }
}

#[test]
fn statements_restrict_nothing_and_the_rest_is_unknown() {
    let base = |more: Value| {
        let mut value = json!({
            "type": "marking-definition", "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
            "id": "marking-definition--00000000-0000-4000-8000-000000000001",
        });
        value.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        Object::parse(value.to_string()).unwrap()
    };
    let statement = json!({ "definition_type": "statement", "definition": { "statement": "©" } });
    assert_eq!(Marking::of(&base(statement)), Ok(Marking::Statement("©".to_owned())));
    for unknown in [
        json!({}),
        json!({ "definition_type": "statement" }),
        json!({ "definition_type": "tlp", "definition": { "tlp": "white" } }),
        json!({ "definition_type": "iep", "definition": {} }),
        json!({ "extensions": { "extension-definition--00000000-0000-4000-8000-000000000001": {} } }),
    ] {
        assert_eq!(Marking::of(&base(unknown.clone())), Ok(Marking::Unknown), "{unknown}");
    }
}
