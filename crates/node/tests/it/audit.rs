//! The audit trail: what is told, and that nobody changes it unnoticed.

use std::collections::BTreeMap;

use node::audit::{self, Act, Head, Reads, Tells};
use node::{Node, Role};
use stix::marking::Tlp;
use store::trail::{Told, TrailQuery};

use crate::made::*;

const MINUTE: i64 = 60 * SECOND;

fn rows(node: &Node) -> Vec<Told> {
    let query = TrailQuery { ascending: true, limit: 10_000, ..TrailQuery::default() };
    node.store().trail().find(&query).unwrap()
}

fn tells(told: &Told) -> Tells {
    serde_json::from_str(told.row.tells.get()).unwrap()
}

/// Who did what, in order.
fn told(node: &Node) -> Vec<String> {
    let line = |told: &Told| {
        let Tells { by, act } = tells(told);
        format!("{by} {}", act.kind())
    };
    rows(node).iter().map(line).collect()
}

/// A node with some rows.
fn busy() -> Made {
    let made = made(0);
    let person = made.person(Role::Releaser);
    for n in 1..=5 {
        made.clock.pass(HOUR);
        let campaign = campaign(n, "quiet", Some(Tlp::Green));
        made.node.release(&person, release(vec![campaign])).unwrap();
    }
    made
}

#[test]
fn who_signs_in_releases_and_keeps_accounts_is_told_in_order() {
    let made = made(0);
    let person = made.person(Role::Releaser);
    made.node.release(&person, release(vec![campaign(1, "one", Some(Tlp::Clear))])).unwrap();
    made.node.set_password("releaser", "another long password").unwrap();
    made.node.remove_account("releaser").unwrap();
    let expected = [
        ":node account-added",
        "releaser signed-in",
        "releaser released",
        ":node account-password",
        "releaser signed-out",
        ":node account-removed",
    ];
    assert_eq!(told(&made.node), expected);

    let released = rows(&made.node).swap_remove(2);
    let marking = release::Level::Clear;
    assert_eq!(tells(&released).act, Act::Released { objects: 1, marking, proposed_by: None });
    assert!(!released.text.contains(id(1).as_str()), "the row names no object");
    let trail = made.node.store().trail();
    assert_eq!(released.row.about, [trail.name(&id(1))]);
    assert_eq!(trail.objects(2).unwrap(), [(trail.name(&id(1)), id(1))]);
    let about = TrailQuery { about: Some(trail.name(&id(1))), limit: 9, ..TrailQuery::default() };
    assert_eq!(trail.find(&about).unwrap().len(), 1);
}

#[test]
fn what_did_not_happen_is_not_told() {
    let made = made(0);
    made.account("duty", Role::Analyst);
    let before = told(&made.node);
    let again = node::NewAccount {
        name: "duty".to_owned(),
        display: "Duty".to_owned(),
        role: Role::Administrator,
        password: PASSWORD.to_owned(),
    };
    assert!(made.node.add_account(again).is_err());
    assert!(made.node.set_password("nobody", PASSWORD).is_err());
    assert!(made.node.remove_account("nobody").is_err());
    assert_eq!(told(&made.node), before);
}

#[test]
fn guessing_passwords_fills_a_row_a_minute_and_no_more() {
    let made = made(0);
    made.account("duty", Role::Analyst);
    for n in 0..40 {
        assert!(made.node.sign_in("duty", "wrong wrong wrong", "test").is_err());
        assert!(made.node.sign_in(&format!("stranger-{n}"), "wrong wrong", "test").is_err());
    }
    let made = made.restarted();
    let failed: BTreeMap<_, _> = rows(&made.node)
        .iter()
        .filter_map(|told| match tells(told) {
            Tells { by, act: Act::SignInFailed { tries } } => Some((by.to_string(), tries)),
            _ => None,
        })
        .collect();
    let expected = [(":unknown".to_owned(), 40), ("duty".to_owned(), 40)];
    assert_eq!(failed, BTreeMap::from(expected), "a typed name may be a password: it is not told");
}

#[test]
fn reads_of_what_is_marked_strictly_are_told_once_a_minute() {
    let made = made(0);
    let person = made.person(Role::Releaser);
    let objects =
        vec![campaign(1, "open", Some(Tlp::Green)), campaign(2, "strict", Some(Tlp::AmberStrict))];
    made.node.release(&person, release(objects)).unwrap();
    made.clock.pass(HOUR);
    let reads = || told(&made.node).iter().filter(|row| *row == "releaser read").count();
    let before = reads();
    let view = made.node.view(&person);
    view.get(&id(1)).unwrap().unwrap();
    assert_eq!(reads(), before, "TLP:GREEN is below what is told");
    for _ in 0..3 {
        view.get(&id(2)).unwrap().unwrap();
    }
    assert_eq!(reads(), before + 1);
    made.clock.pass(MINUTE);
    view.get(&id(2)).unwrap().unwrap();
    assert_eq!(reads(), before + 2);
    let last = rows(&made.node).pop().unwrap();
    assert_eq!(last.row.about, [made.node.store().trail().name(&id(2))]);

    made.node.set_audit_reads(Reads::Red).unwrap();
    made.clock.pass(MINUTE);
    view.get(&id(2)).unwrap().unwrap();
    assert_eq!(reads(), before + 2);
    assert_eq!(made.node.audit_reads().unwrap(), Reads::Red);
}

#[test]
fn a_good_trail_is_found_good_and_closing_signs_it() {
    let made = busy().restarted();
    let verdict = made.node.verify_audit(&[], |_, _| {}).unwrap();
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.heads, verdict.unsigned), (1, 0));
    assert_eq!(verdict.rows, rows(&made.node).len() as u64);

    made.node.rotate_key(false).unwrap();
    let made = made.restarted();
    let verdict = made.node.verify_audit(&[], |_, _| {}).unwrap();
    assert!(verdict.is_good(), "a head stays good when the key is rotated: {verdict:?}");
    assert_eq!(verdict.heads, 2);
}

/// Does something to the database's file behind the node's back.
fn tamper(made: Made, sql: &str) -> Made {
    made.node.audit_head().unwrap();
    made.restarted_with(|folder| {
        let db = rusqlite::Connection::open(folder.join("entente.db")).unwrap();
        db.execute_batch(sql).unwrap();
    })
}

#[test]
fn whatever_is_changed_the_first_row_concerned_is_named() {
    let cases = [
        ("a word", "UPDATE trail SET row = replace(row, 'releaser', 'somebody') WHERE n = 3", 3),
        ("a time", "UPDATE trail SET row = replace(row, 'T02:', 'T03:') WHERE n = 3", 3),
        (
            "one letter of the salt",
            "UPDATE trail SET row = replace(row, '\"salt\":\"', '\"salt\":\"0') WHERE n = 4",
            4,
        ),
        ("a row is missing", "DELETE FROM trail WHERE n = 2", 2),
        ("the first rows are missing", "DELETE FROM trail WHERE n < 3", 0),
        (
            "two rows changed places",
            "UPDATE trail SET n = -1 WHERE n = 2; UPDATE trail SET n = 2 WHERE n = 3; UPDATE trail SET n = 3 WHERE n = -1",
            2,
        ),
        (
            "a row is twice there",
            "INSERT INTO trail (n, row) SELECT 7, row FROM trail WHERE n = 6",
            7,
        ),
        ("the last row is missing", "DELETE FROM trail WHERE n = 6", 6),
        (
            "the last row with its hashes",
            "DELETE FROM trail WHERE n = 6; DELETE FROM trail_hash WHERE (at + 1) << level > 6; DELETE FROM trail_about WHERE n = 6",
            6,
        ),
        (
            "a hash of a row",
            "UPDATE trail_hash SET hash = zeroblob(32) WHERE level = 0 AND at = 5",
            5,
        ),
        (
            "a hash of a subtree",
            "UPDATE trail_hash SET hash = zeroblob(32) WHERE level = 1 AND at = 1",
            3,
        ),
        ("what a row is about", "DELETE FROM trail_about WHERE n = 4", 4),
        (
            "a head's hash",
            "UPDATE record SET value = replace(value, '\"root\":\"', '\"root\":\"0') WHERE kind = 'audit-head'",
            7,
        ),
        (
            "a head's size",
            "UPDATE record SET value = replace(value, '\"size\":7', '\"size\":6') WHERE kind = 'audit-head'",
            6,
        ),
    ];
    for (what, sql, row) in cases {
        let made = tamper(busy(), sql);
        let verdict = made.node.verify_audit(&[], |_, _| {}).unwrap();
        let first = verdict.faults.first().map(|fault| fault.row);
        assert_eq!(first, Some(row), "{what}: {:?}", verdict.faults);
    }
}

#[test]
fn who_cuts_the_trail_off_and_its_heads_too_is_found_out_by_a_head_that_somebody_kept() {
    let made = busy();
    let kept = made.node.audit_head().unwrap().unwrap();
    let cut = "DELETE FROM trail WHERE n > 4; DELETE FROM trail_hash WHERE (at + 1) << level > 5;
               DELETE FROM trail_about WHERE n > 4; DELETE FROM record WHERE kind = 'audit-head'";
    let made = tamper(made, cut);
    assert!(made.node.verify_audit(&[], |_, _| {}).unwrap().is_good());
    // Also when new rows have come since.
    made.account("new", Role::Analyst);
    made.account("newer", Role::Analyst);
    made.account("newest", Role::Analyst);
    let verdict = made.node.verify_audit(&[kept], |_, _| {}).unwrap();
    assert!(!verdict.is_good());
}

fn extract(made: &Made, query: &TrailQuery, witnesses: &[Head]) -> String {
    let mut out = Vec::new();
    made.node.extract_audit(query, witnesses, &mut out).unwrap().unwrap();
    String::from_utf8(out).unwrap()
}

fn check(text: &str, made: &Made, witnesses: &[Head]) -> Result<(u64, Vec<u64>), String> {
    let key = made.node.public_key();
    let known = |_: &stix::Id, id: &stix::sign::KeyId| (*id == key.id()).then(|| key.clone());
    let mut seen = Vec::new();
    let shown = |row: store::trail::Row, _: &str| seen.push(row.n);
    let checked = audit::check(text.as_bytes(), known, witnesses, shown);
    let checked = checked.map_err(|error| error.to_string())?;
    assert_eq!(checked.rows, seen.len() as u64);
    Ok((checked.rows, seen))
}

#[test]
fn an_extract_is_checked_without_the_rest() {
    let made = busy();
    let about = made.node.store().trail().name(&id(3));
    let query = TrailQuery { about: Some(about), ..TrailQuery::default() };
    let text = extract(&made, &query, &[]);
    assert_eq!(check(&text, &made, &[]), Ok((1, vec![4])));
    assert!(!text.contains("signed-in"), "what was not asked for is not in it");

    let all = extract(&made, &TrailQuery::default(), &[]);
    // The extraction before is a row itself.
    assert_eq!(check(&all, &made, &[]).unwrap().1, (0..8).collect::<Vec<_>>());
    let kinds = TrailQuery { kinds: vec!["signed-in".into()], ..TrailQuery::default() };
    assert_eq!(check(&extract(&made, &kinds, &[]), &made, &[]).unwrap().1, [1]);
}

#[test]
fn no_line_of_an_extract_can_be_changed_left_out_or_moved() {
    let made = busy();
    let query = TrailQuery { kinds: vec!["released".into()], ..TrailQuery::default() };
    let text = extract(&made, &query, &[]);
    let lines: Vec<_> = text.lines().collect();
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    assert_eq!(join(&lines), text);
    for at in 0..lines.len() {
        let mut without = lines.clone();
        without.remove(at);
        assert!(check(&join(&without), &made, &[]).is_err(), "without line {at}");
        for digit in ["0", "1", "a"] {
            let changed = lines[at].replacen(digit, "7", 1);
            if changed != lines[at] {
                let mut other = lines.clone();
                other[at] = &changed;
                assert!(check(&join(&other), &made, &[]).is_err(), "{changed}");
            }
        }
        if at > 0 {
            let mut swapped = lines.clone();
            swapped.swap(at, at - 1);
            assert!(check(&join(&swapped), &made, &[]).is_err(), "swapped {at}");
        }
    }
    assert!(check(text.trim_end(), &made, &[]).is_err(), "it ends in the middle");
    assert!(check(&format!("{text}{}\n", lines[lines.len() - 1]), &made, &[]).is_err());
    let other = busy();
    other.node.rotate_key(false).unwrap();
    assert!(check(&text, &other, &[]).is_err(), "another key");
}

#[test]
fn an_extract_proves_that_nothing_before_a_head_was_changed() {
    let made = busy();
    let kept = made.node.audit_head().unwrap().unwrap();
    made.account("later", Role::Analyst);
    let kinds = || TrailQuery { kinds: vec!["account-added".into()], ..TrailQuery::default() };
    let text = extract(&made, &kinds(), std::slice::from_ref(&kept));
    assert_eq!(check(&text, &made, std::slice::from_ref(&kept)).unwrap().1, [0, 7]);
    let other = crate::made::made(0);
    for n in 0..8 {
        other.account(&format!("other-{n}"), Role::Analyst);
    }
    let forged = extract(&other, &kinds(), std::slice::from_ref(&kept));
    assert!(check(&forged, &other, &[]).is_ok());
    assert!(check(&forged, &other, &[kept]).is_err(), "a trail that was written anew");
}

#[test]
fn retired_rows_are_gone_and_the_rest_can_be_verified() {
    let made = busy();
    let kept = made.node.audit_head().unwrap().unwrap();
    let rows_before = rows(&made.node).len();
    let gone = rows(&made.node)[3].row.salt.clone();
    assert_eq!(made.node.retire_trail(made.node.now() - HOUR).unwrap(), 5);
    assert_eq!(made.node.retire_trail(made.node.now() - HOUR).unwrap(), 0);
    assert_eq!(rows(&made.node).len(), rows_before - 5 + 1);
    let verdict = made.node.verify_audit(std::slice::from_ref(&kept), |_, _| {}).unwrap();
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(verdict.retired, 5);
    let text = extract(&made, &TrailQuery::default(), std::slice::from_ref(&kept));
    assert_eq!(check(&text, &made, &[kept]).unwrap().1, [5, 6, 7]);

    let folder = made.folder();
    let made = made.restarted();
    let file = std::fs::read(folder.join("entente.db")).unwrap();
    let is_there = file.windows(gone.len()).any(|bytes| bytes == gone.as_bytes());
    assert!(!is_there, "nothing of a retired row is left in the file");
    let more = tamper(made, "DELETE FROM trail WHERE n = 6");
    let verdict = more.node.verify_audit(&[], |_, _| {}).unwrap();
    assert_eq!(verdict.faults.first().map(|fault| fault.row), Some(6));
}
