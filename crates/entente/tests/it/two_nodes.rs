//! Two nodes by the commands alone: made, introduced, filled; one is killed and catches up.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};

use crate::serving::{Serving, command};

fn run(dir: &Path, args: &[&str]) -> Output {
    command(dir).args(args).output().expect("the program runs")
}

/// What a command that succeeds prints.
fn said(dir: &Path, args: &[&str]) -> String {
    let output = run(dir, args);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "entente {args:?}: {err}");
    String::from_utf8(output.stdout).expect("text")
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let mut all = vec!["--json"];
    all.extend(args);
    serde_json::from_str(&said(dir, &all)).expect("one JSON document")
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let held = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        holds()
    });
    assert!(held, "waited in vain until {what}");
}

/// Ids and versions of a state's objects in an export. Fails if one is there twice.
fn exported(dir: &Path, viewer: &[&str], owner: &str) -> BTreeSet<(String, String)> {
    let mut args = vec!["export"];
    args.extend(viewer);
    let bundle: Value = serde_json::from_str(&said(dir, &args)).expect("a bundle");
    let objects = bundle["objects"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ids: Vec<_> = objects
        .iter()
        .map(|object| (text(&object["id"]), text(&object["created_by_ref"])))
        .collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "an object is there twice");
    let own = objects.iter().filter(|object| object["created_by_ref"] == owner);
    own.map(|object| (text(&object["id"]), text(&object["modified"]))).collect()
}

/// The bundled samples as files.
fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

fn identity(slug: &str) -> String {
    let text = fs::read_to_string(samples().join("sources/nodes.json")).expect("the sample nodes");
    let nodes: Value = serde_json::from_str(&text).expect("JSON");
    let all = nodes["nodes"].as_array().cloned().unwrap_or_default();
    let node = all.into_iter().find(|node| node["slug"] == slug).expect("a sample node");
    node["identity"].as_str().expect("an id").to_owned()
}

/// A report that everybody may see, as a file.
fn report(dir: &Path, owner: &str, number: u8) -> (String, String) {
    let id = format!("incident--00000000-0000-4000-8000-0000000000{number:02}");
    let clear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
    let moment = "2026-07-01T00:00:00.000Z";
    let object = json!({
        "type": "incident", "spec_version": "2.1", "id": id, "created": moment, "modified": moment,
        "created_by_ref": owner, "object_marking_refs": [clear], "name": format!("Report {number}"),
    });
    let file = dir.join(format!("report-{number}.json"));
    fs::write(&file, object.to_string()).expect("it is written");
    (id, file.to_str().expect("a plain path").to_owned())
}

#[test]
fn what_one_releases_the_other_gets_once_whatever_is_killed() {
    let dir = tempfile::tempdir().expect("a folder");
    let (tirana, zagreb) = (dir.path().join("tirana"), dir.path().join("zagreb"));
    let (al, hr) = (identity("tirana"), identity("zagreb"));
    let made = json(&tirana, &["init", "--name", "Tirana", "--code", "AL", "--state-id", &al]);
    json(&zagreb, &["init", "--name", "Zagreb", "--code", "hr", "--state-id", &hr]);
    for node in [&tirana, &zagreb] {
        let added = json(node, &["user", "add", "ana", "--role", "analyst"]);
        assert!(added["password"].as_str().is_some_and(|password| password.len() >= 20));
        let access = fs::metadata(node.join("entente.db")).expect("a store").permissions().mode();
        assert_eq!(access & 0o077, 0, "the store is its owner’s alone");
    }

    // Tirana lets Zagreb in, while it runs; Zagreb compares the fingerprint.
    let door = Serving::start(&tirana, "http://127.0.0.1:0", &[]);
    let file = dir.path().join("invitation.json");
    let file = file.to_str().expect("a plain path");
    let whom = ["--name", "Zagreb", "--code", "HR", "--state-id", &hr, "--url", door.web()];
    said(&tirana, &[&["peer", "invite", "-o", file][..], &whom].concat());
    let access = fs::metadata(file).expect("a file").permissions().mode();
    assert_eq!(access & 0o077, 0, "it holds a password");
    assert_eq!(run(&zagreb, &["peer", "add", file]).status.code(), Some(2));
    let wrong = run(&zagreb, &["peer", "add", file, "--fingerprint", "0000"]);
    assert_eq!(wrong.status.code(), Some(5));
    assert!(said(&zagreb, &["peer", "list", "--json"]).is_empty(), "nothing was changed");
    let told = made["fingerprint"].as_str().expect("a fingerprint");
    let beside = run(&zagreb, &["peer", "add", file, "--fingerprint", told]);
    assert_eq!(beside.status.code(), Some(5), "nobody is led to this machine by a file alone");
    said(&zagreb, &["peer", "add", file, "--fingerprint", told, "--allow-private"]);

    // What Tirana enters arrives as far as it is marked for Croatia, byte for byte.
    let guest = Serving::start(&zagreb, "http://127.0.0.1:0", &[]);
    let bundle = samples().join("bundles/tirana.json");
    said(&tirana, &["import", "--adopt", bundle.to_str().expect("a plain path")]);
    let all = exported(&tirana, &[], &al);
    let released = exported(&tirana, &["--as", "HR"], &al);
    assert!(
        released.len() > 30 && released.len() < all.len(),
        "{} of {}",
        released.len(),
        all.len()
    );
    until("Zagreb has all of it", || exported(&zagreb, &[], &al) == released);
    for (id, _) in released.iter().take(5) {
        let raw = |node: &Path| said(node, &["show", id, "--raw"]);
        assert_eq!(raw(&tirana), raw(&zagreb));
    }
    let (kept, _) = all.difference(&released).next().expect("something stays at home");
    assert_eq!(run(&zagreb, &["show", kept]).status.code(), Some(4));

    // Zagreb is killed and misses something; restarted, it catches up, and nothing comes twice.
    drop(guest);
    let versions = |node: &Path| json(node, &["status"])["versions"].as_u64().expect("a number");
    let before = versions(&zagreb);
    let (missed, file) = report(dir.path(), &al, 1);
    said(&tirana, &["import", "--adopt", &file]);
    let _guest = Serving::start(&zagreb, "http://127.0.0.1:0", &[]);
    until("Zagreb has caught up", || run(&zagreb, &["show", &missed]).status.success());
    assert_eq!(versions(&zagreb), before + 1);

    // So is Tirana, which comes back at the same address.
    let at = door.web().to_owned();
    drop(door);
    let (late, file) = report(dir.path(), &al, 2);
    said(&tirana, &["import", "--adopt", &file]);
    let _door = Serving::start(&tirana, &at, &[]);
    until("Zagreb has found Tirana again", || run(&zagreb, &["show", &late]).status.success());
    assert_eq!(versions(&zagreb), before + 2);
    assert_eq!(exported(&zagreb, &[], &al), exported(&tirana, &["--as", "HR"], &al));
    let found = json(&zagreb, &["search", "\"Report 2\"", "--limit", "1"]);
    assert_eq!(found["id"], late.as_str());

    // Tirana draws a new key while it runs: what it says from then on is signed with it, and
    // Zagreb follows by itself.
    said(&tirana, &["key", "rotate", "--yes"]);
    let (after, file) = report(dir.path(), &al, 3);
    said(&tirana, &["import", "--adopt", &file]);
    until("Zagreb has followed", || run(&zagreb, &["show", &after]).status.success());
    let told = json(&tirana, &["status"])["fingerprint"].clone();
    let peer = json(&zagreb, &["peer", "list"]);
    assert_eq!((&peer["fingerprint"], &peer["keys"]), (&told, &json!("followed")));
    let all = dir.path().join("all.json");
    let all = all.to_str().expect("a plain path");
    said(&tirana, &["export", "--as", "HR", "-o", all]);
    said(&zagreb, &["verify", all]);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("it is copied");
    }
}

/// Somebody took a copy of Tirana's folder and names a successor of its key, before Tirana does.
#[test]
fn a_partner_whose_key_was_stolen_is_frozen_and_chosen_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).to_str().expect("a plain path").to_owned();
    let (tirana, zagreb, thief) =
        (dir.path().join("tirana"), dir.path().join("zagreb"), dir.path().join("thief"));
    let (al, hr) = (identity("tirana"), identity("zagreb"));
    let made = json(&tirana, &["init", "--name", "Tirana", "--code", "AL", "--state-id", &al]);
    json(&zagreb, &["init", "--name", "Zagreb", "--code", "HR", "--state-id", &hr]);
    let (invitation, url) = (path("invitation.json"), "http://127.0.0.1:9");
    let whom = ["--name", "Zagreb", "--code", "HR", "--state-id", &hr, "--url", url];
    said(&tirana, &[&["peer", "invite", "-o", &invitation][..], &whom].concat());
    let told = made["fingerprint"].as_str().expect("a fingerprint");
    said(&zagreb, &["peer", "add", &invitation, "--fingerprint", told, "--allow-private"]);

    copy(&tirana, &thief);
    for (node, number, file) in [(&thief, 1, "false.json"), (&tirana, 2, "true.json")] {
        said(node, &["key", "rotate", "--compromised", "--yes"]);
        let (_, report) = report(dir.path(), &al, number);
        said(node, &["import", "--adopt", &report]);
        said(node, &["export", "-o", &path(file)]);
    }
    said(&zagreb, &["import", &path("false.json")]);
    assert_eq!(json(&zagreb, &["peer", "list"])["keys"], "followed");
    assert_eq!(run(&zagreb, &["import", &path("true.json")]).status.code(), Some(3));
    assert_eq!(json(&zagreb, &["peer", "list"])["keys"], "conflict");
    assert!(said(&zagreb, &["status"]).contains("its keys are IN CONFLICT"));
    assert_eq!(run(&zagreb, &["doctor"]).status.code(), Some(1));
    let keys = said(&zagreb, &["--json", "peer", "resolve", "AL"]);
    assert_eq!(keys.matches("conflicting").count(), 2, "{keys}");

    // Zagreb asks by voice.
    let told = json(&tirana, &["status"])["fingerprint"].clone();
    let told = told.as_str().expect("a fingerprint");
    let resolve = ["peer", "resolve", "AL", "--fingerprint", told];
    assert_eq!(run(&zagreb, &resolve).status.code(), Some(2), "what it would do is shown first");
    let done = json(&zagreb, &[&resolve[..], &["--yes"]].concat());
    assert_eq!(done["withdrawn"], 2, "the report and the revocation by the thief: {done}");
    let (good, bad) = (report(dir.path(), &al, 2).0, report(dir.path(), &al, 1).0);
    said(&zagreb, &["show", &good]);
    assert_eq!(run(&zagreb, &["show", &bad]).status.code(), Some(4));
    assert_eq!(json(&zagreb, &["peer", "list"])["keys"], "pinned");
    said(&zagreb, &["doctor"]);
    // Tirana learns of it when somebody hands it what the thief said.
    run(&tirana, &["import", &path("false.json")]);
    let doctor = run(&tirana, &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1), "{}", String::from_utf8_lossy(&doctor.stdout));
}
