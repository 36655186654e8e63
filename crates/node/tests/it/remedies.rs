//! What can be done about a reference that would betray something.

use node::{Cure, Disclosure, Release, Remedy, Session};
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::sign::SecretKey;
use stix::{Id, Object};

use crate::made::*;

/// A fact of this node's own, for nobody else yet.
fn fact(made: &Made, value: &str) -> Id {
    let mut fact = json!({ "type": "domain-name", "value": value });
    fact["id"] = json!(stix::id::of_sco(fact.as_object().unwrap()).unwrap());
    let fact = Object::parse(fact.to_string()).unwrap();
    made.node.import(vec![fact.clone()], false, "file").unwrap();
    fact.id().clone()
}

/// A report for the partners, that gathers these.
fn gathers(refs: &[&Id]) -> Map<String, Value> {
    let report = json!({
        "type": "report", "spec_version": "2.1", "id": "report--00000000-0000-4000-8000-000000000001",
        "name": "What was seen", "published": "2026-01-01T00:00:00Z", "object_refs": refs,
        "object_marking_refs": [Tlp::Green.definition_id()],
    });
    report.as_object().cloned().unwrap()
}

fn betrays(made: &Made, by: &Session, release: &Release) -> Vec<Disclosure> {
    let preview = made.node.preview(by, release).unwrap();
    let mut all: Vec<Disclosure> = Vec::new();
    for one in preview.views.into_iter().flat_map(|view| view.discloses) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

fn cured(made: &Made, by: &Session, wanted: &Release, one: &Disclosure, cure: Cure) -> Release {
    let remedy = Remedy { cure, within: one.within.clone(), names: one.names.clone() };
    made.node.remedied(by, wanted.clone(), &[remedy]).unwrap()
}

#[test]
fn each_cure_ends_the_betrayal() {
    let (made, by) = with_partners();
    let (fact, campaign_id) = (fact(&made, "example.com"), id(7));
    made.node.release(&by, release(vec![campaign(7, "national", None)])).unwrap();
    let wanted = release(vec![gathers(&[&fact, &campaign_id])]);
    let found = betrays(&made, &by, &wanted);
    assert_eq!(found.len(), 2, "{found:?}");
    for one in &found {
        let cures = made.node.cures(&by, &wanted, one).unwrap();
        assert_eq!(cures, [Cure::Release, Cure::Drop, Cure::Narrow], "{one:?}");
        for cure in cures {
            let after = cured(&made, &by, &wanted, one, cure);
            let left = betrays(&made, &by, &after);
            assert!(!left.contains(one), "{cure:?}: {left:?}");
        }
    }
    let first = found.iter().find(|one| one.names == fact).unwrap();
    let out = cured(&made, &by, &wanted, first, Cure::Release);
    made.node.release(&by, cured(&made, &by, &out, &found[1], Cure::Drop)).unwrap();
    let partner = made.node.view_of(node::Viewer::Node(state(1)));
    assert!(partner.get(&fact).unwrap().is_some(), "the fact left with the report");
    assert!(partner.get(&campaign_id).unwrap().is_none());
    let bytes = partner.get(&first.within).unwrap().unwrap().object;
    assert!(!bytes.text().contains(campaign_id.as_str()), "the reference is gone");
}

#[test]
fn what_would_be_taken_from_its_readers_is_not_released_anew() {
    let (made, by) = with_partners();
    made.node.release(&by, release(vec![campaign(7, "for everybody", Some(Tlp::Green))])).unwrap();
    let definition =
        stix::marking::releasable_to(&[state(1)].into(), &std::collections::BTreeSet::new());
    let mut narrow = campaign(8, "for one", Some(Tlp::Green));
    narrow["object_marking_refs"].as_array_mut().unwrap().push(json!(definition.id()));
    let one = Release {
        objects: vec![narrow],
        definitions: vec![definition],
        through: None,
        draft: None,
    };
    made.node.release(&by, one).unwrap();
    let wanted = release(vec![gathers(&[&id(8)])]);
    let found = betrays(&made, &by, &wanted);
    assert_eq!(found.len(), 1);
    assert!(
        made.node.cures(&by, &wanted, &found[0]).unwrap().contains(&Cure::Release),
        "it widens"
    );

    let mut listed = gathers(&[&id(7)]);
    listed.insert("object_marking_refs".to_owned(), json!([Tlp::Clear.definition_id()]));
    let wanted = release(vec![listed]);
    let found = betrays(&made, &by, &wanted);
    let cures = made.node.cures(&by, &wanted, &found[0]).unwrap();
    assert_eq!(cures.len(), 2, "what is gathered alone cannot be dropped: {cures:?}");
    assert!(!cures.contains(&Cure::Drop));
}

#[test]
fn what_is_anothers_is_not_ours_to_release() {
    let (made, by) = with_partners();
    let key = SecretKey::from_seed([1; 32]);
    let mut theirs = unsigned(9, "theirs", 1);
    theirs.insert("object_marking_refs".to_owned(), json!([Tlp::Green.definition_id()]));
    made.node.import(vec![stix::sign::sign(theirs, &key).unwrap()], false, "file").unwrap();
    let wanted = release(vec![gathers(&[&id(9), &state(0)])]);
    let found = betrays(&made, &by, &wanted);
    let one = found.iter().find(|one| one.names == id(9)).unwrap();
    let cures = made.node.cures(&by, &wanted, one).unwrap();
    assert!(!cures.contains(&Cure::Release) && cures.contains(&Cure::Drop), "{cures:?}");
}

#[test]
fn a_remedy_is_kept_in_the_draft_and_ends_its_proposal() {
    let (made, by) = with_partners();
    let fact = fact(&made, "example.net");
    let draft = made.node.start_draft(&by, "form", json!({}), None).unwrap();
    let wanted = Release { draft: Some(draft.id.clone()), ..release(vec![campaign(1, "x", None)]) };
    let proposing = node::Proposing {
        kind: "form".to_owned(),
        title: "x".to_owned(),
        note: String::new(),
        release: wanted,
    };
    made.node.propose(&by, proposing).unwrap();
    let remedy = Remedy { cure: Cure::Drop, within: id(1), names: fact };
    let kept = made.node.set_remedy(&by, &draft.id, &remedy, true).unwrap();
    assert!(!kept.proposed && kept.remedies == [remedy.clone()]);
    assert!(!made.node.proposal(&by, &draft.id).unwrap().unwrap().is_waiting());
    assert!(made.node.set_remedy(&by, &draft.id, &remedy, false).unwrap().remedies.is_empty());
}
