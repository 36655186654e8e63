//! Who may do what in which collection, by which proof of who he is.

use node::{NewAccount, Rights, Role};
use serde_json::{Value, json};
use stix::Object;
use stix::marking::Tlp;
use store::{PageQuery, Versions, Which};
use taxii::{Account, Collection, Fingerprint, Host, Incoming, Proofs, Receipt};

use crate::made::*;

const READ: Rights = Rights { read: true, write: false };
const WRITE: Rights = Rights { read: false, write: true };
const BOTH: Rights = Rights { read: true, write: true };

fn tool(made: &Made, name: &str) -> Account {
    let account = NewAccount {
        name: name.to_owned(),
        display: name.to_owned(),
        role: Role::Tool,
        password: PASSWORD.to_owned(),
    };
    made.node.add_account(account).unwrap();
    made.node.authenticate(&Proofs::password(name, PASSWORD)).unwrap().unwrap()
}

fn find(made: &Made, account: &Account, name: &str) -> Option<Collection> {
    let all = made.node.collections(account).unwrap();
    all.into_iter().find(|one| one.alias.as_deref() == Some(name))
}

fn note(n: usize, more: &Value) -> Object {
    let mut object = json!({
        "type": "campaign", "spec_version": "2.1", "name": "x",
        "id": format!("campaign--00000000-0000-4000-8000-{n:012}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
    Object::parse(object.to_string()).unwrap()
}

fn hand_in(made: &Made, account: &Account, name: &str, object: Object) -> Receipt {
    let collection = find(made, account, name).unwrap();
    let incoming = Incoming { bytes: object.bytes().clone(), object: Ok(object) };
    made.node.receive(account, &collection, vec![incoming]).unwrap().remove(0)
}

fn held(made: &Made, account: &Account, name: &str) -> Vec<String> {
    let collection = find(made, account, name).unwrap();
    let query = PageQuery { versions: Versions::All, ..PageQuery::of(collection.key, 100) };
    let page = Host::view(&made.node, account, &collection).page(&query).unwrap();
    page.items.iter().map(|item| String::from_utf8(item.bytes.to_vec()).unwrap()).collect()
}

#[test]
fn accounts_share_what_they_are_granted_and_nothing_else() {
    let made = made(0);
    let (writer, reader, other) =
        (tool(&made, "writer"), tool(&made, "reader"), tool(&made, "other"));
    made.node.add_collection("alerts", "Alerts", "").unwrap();
    assert!(find(&made, &writer, "alerts").is_none(), "nobody has it yet");
    made.node.grant("alerts", "writer", Some(WRITE)).unwrap();
    made.node.grant("alerts", "reader", Some(READ)).unwrap();
    let of = |account| find(&made, account, "alerts").map(|one| (one.can_read, one.can_write));
    assert_eq!(
        (of(&writer), of(&reader), of(&other)),
        (Some((false, true)), Some((true, false)), None)
    );

    let object = note(1, &json!({}));
    assert_eq!(hand_in(&made, &writer, "alerts", object.clone()), Ok(()));
    assert_eq!(held(&made, &reader, "alerts"), [object.text()]);
    assert!(held(&made, &reader, "workspace").is_empty());
    assert!(!held(&made, &other, "released").contains(&object.text().to_owned()));
    // What is marked for some persons only does not lie where several read.
    let red = note(2, &json!({ "object_marking_refs": [Tlp::Red.definition_id()] }));
    assert!(hand_in(&made, &writer, "alerts", red.clone()).unwrap_err().contains("workspace"));
    assert_eq!(hand_in(&made, &writer, "workspace", red.clone()), Ok(()));
    assert_eq!(held(&made, &writer, "workspace"), [red.text()]);

    // Who reads and writes takes away; whoever wrote it.
    made.node.grant("alerts", "other", Some(BOTH)).unwrap();
    let collection = find(&made, &other, "alerts").unwrap();
    assert!(made.node.withdraw(&other, &collection, object.id(), Which::default()).unwrap());
    assert!(held(&made, &reader, "alerts").is_empty());

    hand_in(&made, &writer, "alerts", note(3, &json!({}))).unwrap();
    made.node.grant("alerts", "reader", None).unwrap();
    assert!(find(&made, &reader, "alerts").is_none());
    made.node.remove_collection("alerts").unwrap();
    assert!(find(&made, &other, "alerts").is_none());
    // One of that name that is made later is empty.
    made.node.add_collection("alerts", "Alerts", "").unwrap();
    made.node.grant("alerts", "reader", Some(READ)).unwrap();
    assert!(held(&made, &reader, "alerts").is_empty());
}

#[test]
fn what_everybody_has_can_be_taken_from_one() {
    let made = made(0);
    let account = tool(&made, "feed");
    let names = || -> Vec<(String, bool, bool)> {
        let all = made.node.collections(&account).unwrap().into_iter();
        all.map(|one| (one.alias.unwrap(), one.can_read, one.can_write)).collect()
    };
    let standing = [("released", true, false), ("inbox", false, true), ("workspace", true, true)]
        .map(|(name, read, write)| (name.to_owned(), read, write));
    assert_eq!(names(), standing);
    made.node.grant("inbox", "feed", Some(Rights::default())).unwrap();
    made.node.grant("workspace", "feed", Some(READ)).unwrap();
    // A grant gives nobody what the collection does not have.
    made.node.grant("released", "feed", Some(BOTH)).unwrap();
    assert_eq!(names(), [standing[0].clone(), ("workspace".to_owned(), true, false)]);
    for (collection, account) in [("nothing", "feed"), ("inbox", "nobody")] {
        assert!(made.node.grant(collection, account, Some(READ)).is_err());
    }
    for name in ["released", "inbox", "workspace", "A", "a/b", ""] {
        assert!(made.node.add_collection(name, "x", "").is_err(), "{name}");
    }
}

#[test]
fn a_workspace_holds_what_is_stix() {
    let made = made(0);
    let account = tool(&made, "feed");
    let wrong = note(1, &json!({ "first_seen": "yesterday" }));
    assert!(hand_in(&made, &account, "workspace", wrong).unwrap_err().contains("/first_seen"));
    let old = json!({
        "type": "campaign", "id": "campaign--00000000-0000-4000-8000-000000000002", "name": "Of STIX 2.0",
        "created": "2017-01-01T00:00:00.000Z", "modified": "2017-01-01T00:00:00.000Z",
    });
    let old = Object::parse(old.to_string()).unwrap();
    assert_eq!(hand_in(&made, &account, "workspace", old.clone()), Ok(()));
    assert_eq!(held(&made, &account, "workspace"), [old.text()]);
}

#[test]
fn a_bound_account_needs_its_certificate() {
    let made = made(0);
    tool(&made, "bound");
    tool(&made, "other");
    let (own, another) = (Fingerprint::of(b"own"), Fingerprint::of(b"another"));
    let who = |password: Option<&str>, certificate: Option<Fingerprint>| {
        let proofs = Proofs { password: password.map(|user| (user, PASSWORD)), certificate };
        made.node.authenticate(&proofs).unwrap().map(|account| account.name)
    };
    assert_eq!(who(None, Some(own)), None, "a certificate that is nobody's opens nothing");
    made.node.bind_certificate("bound", own).unwrap();
    assert_eq!(who(None, Some(own)).as_deref(), Some("bound"));
    assert_eq!(who(Some("bound"), Some(own)).as_deref(), Some("bound"));
    assert_eq!((who(Some("bound"), None), who(Some("bound"), Some(another))), (None, None));
    assert_eq!(who(Some("other"), Some(own)).as_deref(), Some("other"), "a password says who");
    assert!(made.node.bind_certificate("other", own).is_err(), "it is one account's");
    made.node.unbind_certificates("bound").unwrap();
    assert_eq!(who(None, Some(own)), None);
    assert_eq!(who(Some("bound"), None).as_deref(), Some("bound"));
    made.node.bind_certificate("other", own).unwrap();
    made.node.remove_account("other").unwrap();
    assert_eq!(who(None, Some(own)), None);
}

#[test]
fn a_status_is_kept_for_two_days_and_over_a_restart() {
    let made = made(0);
    let account = tool(&made, "feed");
    let status = |id: &str| {
        let value = json!({
            "id": id, "status": "complete", "total_count": 2, "success_count": 1,
            "successes": [{ "id": "a--1", "version": "1" }], "failure_count": 1,
            "failures": [{ "id": "b--2", "version": "1", "message": "no" }], "pending_count": 0,
        });
        serde_json::from_value::<taxii::resource::Status>(value).unwrap()
    };
    // More than wait for a commit.
    for n in 0..70 {
        made.node.keep_status(&account, &status(&format!("s{n}")));
    }
    let made = made.restarted();
    let other = tool(&made, "other");
    for id in ["s0", "s63", "s69"] {
        let found = made.node.status(&account, id).unwrap().expect("it is kept");
        assert_eq!((found.success_count, found.failures.len()), (1, 1));
        assert!(made.node.status(&other, id).unwrap().is_none(), "it is the other's");
    }
    made.clock.pass(49 * HOUR);
    assert!(made.node.status(&account, "s0").unwrap().is_none());
}
