//! What comes in, and what is kept aside.

use node::{Admission, Refusal, Role, Tally};
use serde_json::json;
use stix::Object;
use stix::marking::Tlp;
use stix::sign::{SecretKey, sign};
use taxii::Host;

use crate::made::*;

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn refusal(made: &Made, object: &Object) -> Refusal {
    match made.node.judge_import(object, false).unwrap() {
        Admission::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_pinned_key_signed_is_its_states() {
    let made = made(0);
    made.pins(1, &key(1));
    let object = version(1, "of B", 0, &key(1));
    let tally = made.node.import(vec![object.clone(), object.clone()], false, "file").unwrap();
    assert_eq!(tally, Tally { admitted: 1, known: 1, refused: 0 });
    assert_eq!(made.seen(&id(1)).unwrap(), object, "byte for byte");
    let viewer = node::Viewer::Public;
    let seen = made.node.view_of(viewer).get(&id(1)).unwrap().unwrap();
    assert_eq!(seen.holder, release::Holder::State(state(1)));
}

#[test]
fn what_is_not_well_signed_is_kept_aside_with_the_reason() {
    let made = made(0);
    made.pins(1, &key(1));
    let plain = Object::parse(serde_json::to_vec(&unsigned(1, "x", 0)).unwrap()).unwrap();
    assert_eq!(refusal(&made, &plain), Refusal::Unsigned);
    let stranger = version(1, "x", 0, &key(9));
    assert!(matches!(refusal(&made, &stranger), Refusal::UnknownKey { .. }));
    let forged = version(1, "x", 0, &key(1)).text().replace("\"x\"", "\"y\"");
    let forged = Object::parse(forged).unwrap();
    assert_eq!(refusal(&made, &forged), Refusal::BadSignature);

    let tally = made.node.import(vec![plain, stranger, forged], false, "file").unwrap();
    assert_eq!(tally, Tally { admitted: 0, known: 0, refused: 3 });
    assert_eq!(made.seen(&id(1)), None);
    let administrator = made.person(Role::Administrator);
    let kept = made.node.quarantined(&administrator, &everything()).unwrap();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|one| one.from == "file" && one.id.as_deref() == Some(id(1).as_str())));
    let analyst = made.person(Role::Analyst);
    assert!(made.node.quarantined(&analyst, &everything()).is_err());
}

/// Ownership follows from the key. A claimed `created_by_ref` makes nobody an owner, and another's
/// version of an id shadows nothing.
#[test]
fn nobody_speaks_for_another_state() {
    let made = made(0);
    made.pins(1, &key(1));
    made.pins(2, &key(2));
    let good = version(1, "of B", 0, &key(1));
    let mut claimed = unsigned(1, "of C, says B", 5);
    claimed.insert("created_by_ref".to_owned(), json!(state(1)));
    let claimed = sign(claimed, &key(2)).unwrap();
    assert_eq!(refusal(&made, &claimed), Refusal::FalseCreator { named: state(1).to_string() });
    // Nor for a state that has no node here, nor for this one.
    for named in [node::states::identity("FR").unwrap(), state(0)] {
        let mut claimed = unsigned(1, "of C", 5);
        claimed.insert("created_by_ref".to_owned(), json!(named));
        let claimed = sign(claimed, &key(2)).unwrap();
        assert_eq!(refusal(&made, &claimed), Refusal::FalseCreator { named: named.to_string() });
    }
    // Whoever is no state may be named: a firm whose report a state passes on under its own name.
    let mut firm = unsigned(2, "by a firm, entered by C", 5);
    firm.insert(
        "created_by_ref".to_owned(),
        json!("identity--00000000-0000-4000-8000-00000000ffff"),
    );
    let firm = sign(firm, &key(2)).unwrap();
    assert!(matches!(made.node.judge_import(&firm, false).unwrap(), Admission::Admitted(_)));
    made.node.import(vec![good.clone(), claimed], false, "file").unwrap();
    let held: Vec<_> =
        made.node.view_of(node::Viewer::Public).get(&id(1)).unwrap().into_iter().collect();
    assert!(
        held.iter()
            .all(|seen| seen.holder != release::Holder::State(state(1)) || seen.object == good)
    );
    // B's own next version is still B's to make.
    let next = version(1, "of B again", 9, &key(1));
    made.node.import(vec![next.clone()], false, "file").unwrap();
    assert!(made.node.store().alarms().unwrap().is_empty(), "two owners are no equivocation");
}

#[test]
fn an_owner_that_says_two_things_at_once_raises_an_alarm() {
    let (one, other) = (version(1, "left", 0, &key(1)), version(1, "right", 0, &key(1)));
    let kept: Vec<_> = [[one.clone(), other.clone()], [other.clone(), one.clone()]]
        .into_iter()
        .map(|order| {
            let made = made(0);
            made.pins(1, &key(1));
            for object in order {
                made.node.import(vec![object], false, "file").unwrap();
            }
            assert_eq!(made.node.store().alarms().unwrap().len(), 1);
            made.seen(&id(1)).unwrap()
        })
        .collect();
    assert_eq!(kept[0], kept[1], "every node keeps the same one, whatever came first");
    let greater = if one.hash() > other.hash() { one } else { other };
    assert_eq!(kept[0], greater);
}

#[test]
fn versions_from_more_than_a_day_ahead_wait() {
    let made = made(0);
    made.pins(1, &key(1));
    let day = 24 * 3_600;
    let ahead = version(1, "x", day + 1, &key(1));
    assert!(matches!(refusal(&made, &ahead), Refusal::Ahead { .. }));
    assert!(matches!(
        made.node.judge_import(&version(1, "x", day, &key(1)), false).unwrap(),
        Admission::Admitted(_)
    ));
    made.node.import(vec![ahead.clone()], false, "file").unwrap();
    assert_eq!((made.node.admit_waiting().unwrap(), made.seen(&id(1))), (0, None));
    made.clock.pass(2 * SECOND);
    assert_eq!(made.node.admit_waiting().unwrap(), 1);
    assert_eq!(made.seen(&id(1)), Some(ahead));
    let administrator = made.person(Role::Administrator);
    assert!(made.node.quarantined(&administrator, &everything()).unwrap().is_empty());
}

#[test]
fn an_older_version_never_becomes_the_newest() {
    let made = made(0);
    made.pins(1, &key(1));
    for (name, second) in [("second", 2), ("first", 1), ("third", 3), ("second", 2)] {
        made.node.import(vec![version(1, name, second, &key(1))], false, "file").unwrap();
    }
    assert_eq!(made.says(1).as_deref(), Some("third"));
}

#[test]
fn what_is_compiled_in_is_never_imported_over() {
    let made = made(0);
    let red = Tlp::Red.definition_id();
    let false_red = json!({ "type": "marking-definition", "spec_version": "2.1", "id": red,
        "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement", "definition": { "statement": "for all" } });
    let false_red = Object::parse(false_red.to_string()).unwrap();
    assert!(matches!(made.node.judge_import(&false_red, true).unwrap(), Admission::Known));
    made.node.import(vec![false_red.clone()], true, "file").unwrap();
    assert_ne!(made.seen(&red), Some(false_red));
}

/// A signature makes nothing valid: what must hold of STIX is asked of partners and of oneself.
#[test]
fn what_is_not_valid_is_kept_aside_however_well_it_is_signed() {
    let made = made(0);
    made.pins(1, &key(1));
    let mut late = unsigned(1, "x", 0);
    late.insert("first_seen".to_owned(), json!("2026-01-02T00:00:00Z"));
    late.insert("last_seen".to_owned(), json!("2026-01-01T00:00:00Z"));
    let signed = sign(late.clone(), &key(1)).unwrap();
    let Refusal::Invalid { problem } = refusal(&made, &signed) else { panic!("admitted") };
    assert!(problem.starts_with("at /last_seen: ") && problem.contains("section 4.2"), "{problem}");
    late.insert("created_by_ref".to_owned(), json!(state(0)));
    let own = Object::parse(serde_json::to_vec(&late).unwrap()).unwrap();
    assert_eq!(made.node.import(vec![own], true, "file").unwrap().refused, 1);
    // STIX 2.0 knows no signature, and is not a way round.
    late.remove("created_by_ref");
    late.remove("spec_version");
    late.remove("last_seen");
    let Refusal::Invalid { problem } = refusal(&made, &sign(late, &key(1)).unwrap()) else {
        panic!("admitted")
    };
    assert!(problem.starts_with("at /spec_version: "), "{problem}");
}

#[test]
fn own_objects_are_adopted_when_asked() {
    let made = made(0);
    let mut own = unsigned(1, "ours", 0);
    own.insert("created_by_ref".to_owned(), json!(state(0)));
    let own = Object::parse(serde_json::to_vec(&own).unwrap()).unwrap();
    let other = Object::parse(serde_json::to_vec(&unsigned(2, "whose", 0)).unwrap()).unwrap();
    assert_eq!(made.node.import(vec![own.clone()], false, "file").unwrap().refused, 1);
    let tally = made.node.import(vec![own, other], true, "file").unwrap();
    assert_eq!(tally, Tally { admitted: 1, known: 0, refused: 1 });
    let adopted = made.seen(&id(1)).unwrap();
    assert!(stix::sign::verify(adopted, &made.node.public_key()).is_ok());
}

/// What a state revoked it does not take up again (STIX 2.1 section 3.6).
#[test]
fn nothing_follows_a_revoked_version() {
    let made = made(0);
    let own = |second: i64, revoked: bool| {
        let mut own = unsigned(1, "ours", second);
        own.insert("created_by_ref".to_owned(), json!(state(0)));
        own.insert("revoked".to_owned(), json!(revoked));
        Object::parse(serde_json::to_vec(&own).unwrap()).unwrap()
    };
    let adopt = |object: Object| made.node.import(vec![object], true, "file").unwrap();
    assert_eq!(adopt(own(0, false)).admitted, 1);
    assert_eq!(adopt(own(1, true)).admitted, 1);
    assert_eq!(adopt(own(2, false)).refused, 1);
    assert!(made.seen(&id(1)).unwrap().header().revoked);
}

/// What an outside tool drops into the inbox becomes nobody's statement, and gives no marking a
/// meaning that its id does not carry.
#[test]
fn the_inbox_makes_nothing_the_states_own() {
    let made = made(0);
    made.account("tool", Role::Tool);
    let mark = "marking-definition--00000000-0000-4000-8000-000000000042";
    let mut secret = campaign(1, "closed", Some(Tlp::Clear));
    secret["object_marking_refs"].as_array_mut().unwrap().push(json!(mark));
    let releaser = made.person(Role::Releaser);
    made.node.release(&releaser, release(vec![secret])).unwrap();
    let public = || made.node.view_of(node::Viewer::Public);
    assert!(public().get(&id(1)).unwrap().is_none(), "a marking that nobody here holds closes it");

    let statement = json!({ "type": "marking-definition", "spec_version": "2.1", "id": mark,
        "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement", "definition": { "statement": "free" } });
    let mut fact = json!({ "type": "domain-name", "value": "example.com", "object_marking_refs": [Tlp::Clear.definition_id()] });
    fact["id"] = json!(stix::id::of_sco(fact.as_object().unwrap()).unwrap());
    let fact = Object::parse(fact.to_string()).unwrap();
    let list = stix::marking::releasable_to(&[state(1)].into(), &std::collections::BTreeSet::new());
    let account =
        made.node.authenticate(&taxii::Proofs::password("tool", PASSWORD)).unwrap().unwrap();
    let inbox =
        made.node.collections(&account).unwrap().into_iter().find(|one| !one.can_read).unwrap();
    let incoming = [Object::parse(statement.to_string()).unwrap(), fact.clone(), list]
        .map(|object| taxii::Incoming { bytes: object.bytes().clone(), object: Ok(object) });
    let receipts = made.node.receive(&account, &inbox, incoming.to_vec()).unwrap();
    assert!(receipts[0].is_err(), "it would open what it marks");
    assert_eq!((&receipts[1], &receipts[2]), (&Ok(()), &Ok(())));
    assert!(public().get(&id(1)).unwrap().is_none());
    assert!(public().get(fact.id()).unwrap().is_none(), "a tool’s fact is not the state’s");
    assert!(made.node.view_of(account.viewer).get(fact.id()).unwrap().is_some());
}

/// What one source floods the node with takes up its own share and no other's.
#[test]
fn what_is_kept_aside_of_one_source_has_a_bound() {
    let made = made(0);
    let plain = |n: usize, size: usize| {
        let mut object = unsigned(n, "x", 0);
        object.insert("description".to_owned(), json!("x".repeat(size)));
        Object::parse(serde_json::to_vec(&object).unwrap()).unwrap()
    };
    let flood: Vec<_> = (0..80).map(|n| plain(n, 1_000_000)).collect();
    let import = |objects, by| made.node.import(objects, false, by).unwrap().refused;
    assert_eq!(import(flood[..50].to_vec(), "flood"), 50);
    assert_eq!(import(flood[..50].to_vec(), "flood"), 50, "again, and kept once");
    assert_eq!(import(flood[50..].to_vec(), "flood"), 30);
    assert_eq!(import(vec![plain(90, 1)], "somebody else"), 1);
    let administrator = made.person(Role::Administrator);
    let kept = made.node.quarantined(&administrator, &everything()).unwrap();
    let of = |from: &str| kept.iter().filter(|one| one.from == from).count();
    assert_eq!((of("flood"), of("somebody else")), (67, 1));
    let last = kept.iter().find(|one| one.from == "flood").unwrap();
    assert_eq!(last.bytes, flood[79].bytes(), "what came last is kept");
    let size = made.node.quarantine_size(&administrator).unwrap();
    let flood = size.sources.iter().find(|one| one.source == "flood").unwrap();
    assert!(flood.pushed > 10, "how much went is told: {flood:?}");
}

/// Facts have no owner and no signature, but they are STIX, or they are nothing.
#[test]
fn what_is_no_fact_is_not_admitted_for_being_unsigned() {
    let made = made(0);
    made.pins(1, &key(1));
    let fact = |more: &str| {
        let text = format!(
            r#"{{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-5000-8000-000000000001","value":"192.0.2.1"{more}}}"#
        );
        Object::parse(text).unwrap()
    };
    assert!(matches!(made.node.judge_import(&fact(""), false).unwrap(), Admission::Admitted(_)));
    let Refusal::Invalid { problem } = refusal(&made, &fact(r#","resolves_to_refs":"x""#)) else {
        panic!("admitted")
    };
    assert!(problem.contains("resolves_to_refs"), "{problem}");
}

#[test]
fn an_administrator_judges_again_and_throws_away() {
    let made = made(0);
    let administrator = made.person(Role::Administrator);
    let object = version(1, "of B", 0, &key(1));
    let plain = Object::parse(serde_json::to_vec(&unsigned(2, "x", 0)).unwrap()).unwrap();
    made.node.import(vec![object.clone(), plain], false, "file").unwrap();
    let kept = made.node.quarantined(&administrator, &everything()).unwrap();
    let (unsigned, unknown) = (&kept[0], &kept[1]);
    assert_eq!((unsigned.refusal.code(), unknown.refusal.code()), ("unsigned", "unknown-key"));
    assert_eq!(unknown.bytes, object.bytes(), "byte for byte");
    let of = |code: &str| {
        let query = node::QuarantineQuery { code: Some(code.to_owned()), ..everything() };
        made.node.quarantined(&administrator, &query).unwrap().len()
    };
    assert_eq!((of("unsigned"), of("unknown-key"), of("ahead")), (1, 1, 0));
    let again = made.node.judge_again(&administrator, unsigned.number).unwrap();
    assert_eq!(again, Some(Refusal::Unsigned));
    made.pins(1, &key(1));
    assert_eq!(made.seen(&id(1)), Some(object), "it waited for that key");
    assert!(made.node.judge_again(&administrator, unknown.number).is_err(), "it waits no more");
    let analyst = made.person(Role::Analyst);
    assert!(made.node.discard(&analyst, &[unsigned.number]).is_err());
    made.node.discard(&administrator, &[unsigned.number]).unwrap();
    assert!(made.node.quarantined(&administrator, &everything()).unwrap().is_empty());
}
