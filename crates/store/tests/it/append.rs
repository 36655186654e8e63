//! What becomes of what is appended, and who sees it then.

use release::{Holder, Reason};
use serde_json::json;
use stix::marking::Tlp;
use stix::{Object, Timestamp};
use store::{Admitted, CollectionKind, Error, Outcome, PageQuery, Versions, Which};

use crate::made::*;

#[test]
fn a_version_is_stored_once_and_read_byte_for_byte() {
    let made = store();
    let first = owned(0, campaign(1, 1, &tlp(Tlp::Green)));
    let bytes = first.object().bytes().clone();
    assert!(matches!(made.add(first.clone()), Outcome::Stored(_)));
    assert_eq!(made.add(first), Outcome::Same);
    let seen = made.view(node(1)).get(&id("campaign", 1)).unwrap().expect("it is seen");
    assert_eq!(seen.object.bytes(), &bytes);
    assert_eq!((seen.reason, seen.newest, seen.signed), (Reason::Community, true, true));
    assert_eq!(seen.holder, Holder::State(state(0)));
    assert_eq!(seen.received, BEGIN);
    assert!(seen.added > BEGIN);
}

#[test]
fn equal_in_canonical_form_is_the_same_and_keeps_the_first_bytes() {
    let made = store();
    let first = domain("a.example.org", Holder::State(state(1)), &tlp(Tlp::Clear));
    let wide = first.object().text().replace(',', " , ");
    let second =
        Admitted::fact(stix::Object::parse(wide.into_bytes()).unwrap(), Holder::State(state(1)));
    assert!(matches!(made.add(first.clone()), Outcome::Stored(_)));
    assert_eq!(made.add(second), Outcome::Same);
    let seen = made.view(person(0)).get(first.object().id()).unwrap().unwrap();
    assert_eq!(seen.object.bytes(), first.object().bytes());
}

#[test]
fn versions_come_in_any_order_and_the_newest_counts() {
    let made = store();
    let green = tlp(Tlp::Green);
    let versions = |n: usize| owned(0, campaign(1, n, &green));
    assert!(matches!(made.add(versions(3)), Outcome::Stored(_)));
    assert!(matches!(made.add(versions(1)), Outcome::Older(_)));
    assert!(matches!(made.add(versions(5)), Outcome::Stored(_)));
    assert!(matches!(made.add(versions(4)), Outcome::Older(_)));
    assert_eq!(made.add(versions(3)), Outcome::Same);
    let view = made.view(node(1));
    let found = view.versions(&id("campaign", 1)).unwrap();
    let modified: Vec<_> = found.iter().map(|seen| seen.object.version().cloned()).collect();
    assert_eq!(modified, [5, 4, 3, 1].map(|n| Some(moment(n))));
    assert_eq!(found.iter().filter(|seen| seen.newest).count(), 1);
    assert_eq!(view.get(&id("campaign", 1)).unwrap().unwrap().object.version(), Some(&moment(5)));

    let query = PageQuery::of(made.released(), 2);
    let count = |versions| made.all(&node(1), &PageQuery { versions, ..query.clone() });
    assert_eq!(count(Versions::Newest).len(), 1);
    assert_eq!(count(Versions::All).len(), 4);
    let first = count(Versions::Some { first: true, newest: false, exact: vec![] });
    assert_eq!(first[0].version(), Some(&moment(1)));
    let some = count(Versions::Some { first: true, newest: true, exact: vec![moment(4)] });
    assert_eq!(some.len(), 3);
    assert_eq!(count(Versions::Some { first: false, newest: false, exact: vec![moment(9)] }), []);
    let ids = vec![id("campaign", 1)];
    let by_id = PageQuery { ids, versions: Versions::All, ..query };
    assert_eq!(made.all(&node(1), &by_id).len(), 4);
}

#[test]
fn of_two_objects_signed_as_one_version_every_node_keeps_the_same() {
    let mut kept = Vec::new();
    for order in [[1, 2], [2, 1]] {
        let made = store();
        for n in order {
            let mut object = campaign(1, 1, &tlp(Tlp::Clear));
            object.insert("name".to_owned(), json!(format!("Name {n}")));
            made.add(owned(0, object));
        }
        assert_eq!(made.store.alarms().unwrap().len(), 1);
        assert_eq!(made.sees(&node(1)).len(), 1);
        let seen = made.view(node(1)).get(&id("campaign", 1)).unwrap().unwrap();
        assert_eq!(made.view(node(1)).versions(&id("campaign", 1)).unwrap().len(), 1);
        kept.push(seen.object.bytes().clone());
    }
    assert_eq!(kept[0], kept[1]);
}

#[test]
fn the_newest_versions_marking_alone_decides() {
    let made = store();
    made.add(owned(0, campaign(1, 1, &tlp(Tlp::Green))));
    made.add(owned(0, campaign(1, 2, &tlp(Tlp::Amber))));
    assert!(made.view(node(1)).get(&id("campaign", 1)).unwrap().is_none());
    assert!(made.view(node(1)).versions(&id("campaign", 1)).unwrap().is_empty());
    let all = PageQuery { versions: Versions::All, ..PageQuery::of(made.released(), 9) };
    assert_eq!(made.all(&node(1), &all), []);
    assert_eq!(made.view(person(0)).versions(&id("campaign", 1)).unwrap().len(), 2);
    // An older version shows to who may see both.
    made.add(owned(0, campaign(1, 3, &tlp(Tlp::Clear))));
    let seen = |viewer| made.view(viewer).versions(&id("campaign", 1)).unwrap().len();
    assert_eq!((seen(node(1)), seen(release::Viewer::Public), seen(person(0))), (2, 1, 3));
}

#[test]
fn a_definition_may_come_after_what_it_marks() {
    let made = store();
    let list = list_of(&[1]);
    made.add(owned(0, campaign(1, 1, &[list.id().clone()])));
    assert_eq!(made.sees(&node(1)), []);
    let before = made.view(node(1)).get(list.id()).unwrap();
    assert!(before.is_none());
    let outcome = made.add(Admitted::definition(list.clone(), state(0)));
    assert!(matches!(outcome, Outcome::Stored(_)));
    assert_eq!(made.add(Admitted::definition(list.clone(), state(2))), Outcome::Same);
    assert_eq!(made.sees(&node(1)), [list.id().clone(), id("campaign", 1)]);
    assert_eq!(made.sees(&node(2)), []);
    assert!(made.view(node(1)).get(list.id()).unwrap().is_some());
    assert!(made.view(node(2)).get(list.id()).unwrap().is_none());
}

#[test]
fn a_definition_is_shown_once_however_many_audiences_it_goes_with() {
    let made = store();
    let (one, both) = (list_of(&[1]), list_of(&[1, 2]));
    for list in [&one, &both] {
        made.add(Admitted::definition(list.clone(), state(0)));
    }
    let refs = |lists: &[&stix::Object]| -> Vec<_> {
        lists.iter().map(|list| list.id().clone()).collect()
    };
    made.add(owned(0, campaign(1, 1, &refs(&[&both]))));
    made.add(owned(0, campaign(2, 1, &refs(&[&one, &both]))));
    made.add(owned(0, campaign(3, 1, &[refs(&[&both]), tlp(Tlp::Amber)].concat())));
    let seen = made.sees(&node(1));
    assert_eq!(seen.iter().filter(|seen| **seen == *both.id()).count(), 1);
    assert_eq!(seen.len(), 5);
    assert_eq!(made.sees(&node(2)).len(), 3);
    let ids = vec![both.id().clone()];
    let by_id = PageQuery { ids, ..PageQuery::of(made.released(), 9) };
    assert_eq!(made.all(&node(1), &by_id).len(), 1);
    assert_eq!(made.all(&node(3), &by_id).len(), 0);
}

#[test]
fn a_fact_that_several_bring_is_shown_once_in_the_newest_bytes_that_one_may_see() {
    let made = store();
    let for_one = domain("a.example.org", Holder::State(state(0)), &tlp(Tlp::Green));
    let for_us = domain("a.example.org", Holder::State(state(1)), &tlp(Tlp::Amber));
    let id = for_one.object().id().clone();
    made.add(for_one.clone());
    made.add(for_us.clone());
    // The later copy is the other state's alone.
    assert_eq!(made.sees(&node(2)), std::slice::from_ref(&id));
    let bytes = |viewer| made.view(viewer).get(&id).unwrap().unwrap().object.bytes().clone();
    assert_eq!(bytes(node(2)), for_one.object().bytes());
    assert_eq!(made.sees(&person(1)), std::slice::from_ref(&id));
    assert_eq!(bytes(person(1)), for_us.object().bytes());
    let in_page = made.all(&person(1), &PageQuery::of(made.released(), 9));
    assert_eq!(in_page[0].bytes(), for_us.object().bytes());
}

#[test]
fn a_relationship_is_seen_by_who_sees_both_ends() {
    let made = store();
    let green = tlp(Tlp::Green);
    let (from, to) = (id("campaign", 1), id("campaign", 2));
    made.add(owned(0, relationship(1, 1, &from, &to, &green)));
    assert_eq!(made.sees(&node(1)).len(), 1);
    made.add(owned(0, campaign(1, 1, &green)));
    made.add(owned(0, campaign(2, 1, &tlp(Tlp::Amber))));
    assert_eq!(made.sees(&node(1)), std::slice::from_ref(&from));
    made.add(owned(0, campaign(2, 2, &green)));
    assert_eq!(made.sees(&node(1)).len(), 3);
}

#[test]
fn no_state_takes_the_place_of_another_by_calling_its_object_so() {
    let made = store();
    let by = |n: usize, version: usize| {
        let mut object = campaign(1, version, &tlp(Tlp::Clear));
        object.insert("created_by_ref".to_owned(), json!(state(n)));
        owned(n, object)
    };
    made.add(by(1, 1));
    made.add(by(2, 3));
    let holder = || made.view(person(0)).get(&id("campaign", 1)).unwrap().unwrap().holder;
    assert_eq!(holder(), Holder::State(state(1)));
    made.add(by(1, 2));
    made.add(by(2, 4));
    assert_eq!(holder(), Holder::State(state(1)));
}

#[test]
fn what_an_account_brings_lies_in_its_workspace_and_can_be_withdrawn() {
    let made = store();
    let kind = store::CollectionKind::Workspace { account: "tool".to_owned() };
    let text = serde_json::Value::Object(campaign(1, 1, &[])).to_string();
    let object = stix::Object::parse(text.into_bytes()).unwrap();
    made.add(Admitted::workspace(object, "tool".to_owned()));
    made.add(owned(0, campaign(2, 1, &tlp(Tlp::Clear))));
    let workspace = made.store.collection(&kind).unwrap().key;
    let query = PageQuery::of(workspace, 9);
    let seen = |viewer| made.all(&viewer, &query).len();
    assert_eq!((seen(account("tool")), seen(account("other"))), (1, 0));
    assert_eq!((seen(person(0)), seen(person(1)), seen(node(1))), (1, 0, 0));
    // A state's object of the same id is not shadowed.
    made.add(owned(0, campaign(1, 1, &tlp(Tlp::Clear))));
    let got = made.view(account("tool")).get(&id("campaign", 1)).unwrap().unwrap();
    assert_eq!(got.holder, Holder::State(state(0)));

    let holder = Holder::Account("tool".to_owned());
    let withdraw = || made.store.withdraw(workspace, &holder, &id("campaign", 1)).unwrap();
    assert!(withdraw());
    assert!(!withdraw());
    assert_eq!(seen(account("tool")), 0);
    made.settle();
    let health = made.store.check().unwrap();
    assert_eq!(health.damage, Vec::<String>::new());
    assert_eq!(health.objects, 2);
}

#[test]
fn a_workspace_loses_the_versions_that_are_named_and_no_others() {
    let made = store();
    let holder = Holder::Account("tool".to_owned());
    let kind = CollectionKind::Workspace { account: "tool".to_owned() };
    let workspace = made.store.collection(&kind).unwrap().key;
    let put = |second| {
        let object = owned(0, campaign(1, second, &[])).object().clone();
        made.add(Admitted::workspace(object, "tool".to_owned()))
    };
    let named = |versions: Versions| {
        let which = Which { versions, ..Which::default() };
        made.store.withdraw_some(workspace, &holder, &id("campaign", 1), which).unwrap()
    };
    let held = |versions: Versions| -> Vec<String> {
        let query = PageQuery { versions, ..PageQuery::of(workspace, 9) };
        let page = made.view(account("tool")).manifest(&query).unwrap();
        page.items.iter().filter_map(|brief| brief.version.clone()).collect()
    };
    // Older ones after newer ones: what is held is what was put in.
    for second in [3, 1, 4, 2] {
        put(second);
    }
    let all = held(Versions::All);
    assert_eq!(all.len(), 4);
    let before = made.view(account("tool")).page(&PageQuery::of(workspace, 9)).unwrap();
    let exact = |version: &str| Versions::Some {
        first: false,
        newest: false,
        exact: vec![Timestamp::parse(version).unwrap()],
    };
    let newest = held(Versions::Newest).pop().unwrap();
    assert!(named(exact(&newest)));
    assert!(!named(exact(&newest)), "it is gone");
    let first = Versions::Some { first: true, newest: false, exact: Vec::new() };
    let oldest = held(first.clone()).pop().unwrap();
    assert!(named(first));
    let left = held(Versions::All);
    assert_eq!(left.len(), 2);
    assert!(!left.contains(&newest) && !left.contains(&oldest));
    // The one that is the newest now is met by who had read past it.
    let query = PageQuery { position: before.position, ..PageQuery::of(workspace, 9) };
    let page = made.view(account("tool")).page(&query).unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(named(Versions::Newest));
    assert!(named(Versions::Newest));
    assert_eq!(held(Versions::All), Vec::<String>::new());
    made.settle();
    let health = made.store.check().unwrap();
    assert_eq!((health.damage, health.objects), (Vec::new(), 0));
}

#[test]
fn an_account_reads_what_it_wrote_last_and_learns_nothing_of_others_by_it() {
    let made = store();
    let kind = CollectionKind::Workspace { account: "tool".to_owned() };
    let workspace = made.store.collection(&kind).unwrap().key;
    let query = PageQuery::of(workspace, 9);
    let text = |object: &str| {
        let object = Object::parse(object.to_owned()).unwrap();
        made.add(Admitted::workspace(object, "tool".to_owned()));
        let page = made.view(account("tool")).page(&query).unwrap();
        page.items
            .iter()
            .map(|item| String::from_utf8(item.bytes.to_vec()).unwrap())
            .collect::<Vec<_>>()
    };
    let identity = |name: &str| {
        format!(
            r#"{{"type":"identity","spec_version":"2.1","id":"{}","name":"{name}","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z"}}"#,
            id("identity", 7)
        )
    };
    assert_eq!(text(&identity("a")), [identity("a")]);
    assert_eq!(text(&identity("b")), [identity("b")], "the same version with other content");
    assert_eq!(text(&identity("a")), [identity("a")]);
    // A relationship to what the account may not see is read like one to what is not there.
    made.add(owned(0, campaign(1, 1, &tlp(Tlp::Red))));
    let relationship = |n: usize, end: usize| {
        format!(
            r#"{{"type":"relationship","spec_version":"2.1","id":"{}","relationship_type":"related-to","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","source_ref":"{}","target_ref":"{}"}}"#,
            id("relationship", n),
            id("campaign", end),
            id("identity", 7)
        )
    };
    assert_eq!(text(&relationship(1, 1)).len(), 2);
    assert_eq!(text(&relationship(2, 2)).len(), 3);
    assert!(made.store.alarms().unwrap().is_empty());
}

#[test]
fn what_is_not_what_it_is_admitted_as_is_refused_and_nothing_of_its_batch_is_stored() {
    let made = store();
    let wrong = owned(0, campaign(1, 1, &[])).object().clone();
    let wrong = Admitted::fact(wrong, Holder::State(state(0)));
    let batch = vec![owned(0, campaign(2, 1, &tlp(Tlp::Clear))), wrong];
    assert!(matches!(made.store.append(batch), Err(Error::Misadmitted { .. })));
    assert_eq!(made.sees(&person(0)), []);
    // The next one is none the worse.
    assert!(matches!(made.add(owned(0, campaign(3, 1, &[]))), Outcome::Stored(_)));
    assert_eq!(made.sees(&person(0)).len(), 1);
}
