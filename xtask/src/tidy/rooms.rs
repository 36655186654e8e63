//! Which room may depend on which: ARCHITECTURE's picture as a table.

use toml::{Table, Value};

use super::Finding;
use super::tree::{Tree, matches};

/// A crate, and the crates of this workspace that it may name in its `[dependencies]`.
struct Room {
    manifest: &'static str,
    may_use: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room { manifest: "crates/stix/", may_use: &[] },
    Room { manifest: "crates/release/", may_use: &["stix"] },
    Room { manifest: "crates/convert/", may_use: &["stix"] },
    Room { manifest: "crates/pack/", may_use: &["stix"] },
    Room { manifest: "crates/store/", may_use: &["stix", "release"] },
    Room { manifest: "crates/taxii/", may_use: &["stix", "release", "store"] },
    Room {
        manifest: "crates/node/",
        may_use: &["stix", "release", "convert", "pack", "store", "taxii"],
    },
    Room { manifest: "crates/web/", may_use: &["stix", "release", "store", "node"] },
    // A desk never names another desk: they meet in objects that refer to each other.
    Room { manifest: "crates/desks/*/", may_use: &["stix", "release", "store", "node", "web"] },
    Room { manifest: "crates/entente/", may_use: &["*"] },
    Room { manifest: "xtask/", may_use: &[] },
    Room { manifest: "benches/", may_use: &["*"] },
    Room { manifest: "sim/", may_use: &["stix", "release", "store", "taxii", "node"] },
    Room { manifest: "fuzz/", may_use: &["stix", "release", "convert", "pack", "taxii"] },
];

/// A dependency from outside, and the only crates that may name it.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("axum", &["crates/taxii/", "crates/web/", "crates/desks/*/", "crates/entente/", "sim/"]),
    ("axum-server", &["crates/entente/"]),
    ("tower-http", &["crates/taxii/", "crates/web/", "crates/entente/"]),
    ("reqwest", &["crates/taxii/", "benches/", "sim/"]),
    ("rusqlite", &["crates/store/", "benches/"]),
    ("askama", &["crates/web/", "crates/desks/*/"]),
    ("rcgen", &["crates/entente/", "benches/"]),
    ("anyhow", &["crates/entente/", "xtask/", "benches/", "sim/"]),
    ("indicatif", &["crates/entente/", "xtask/", "benches/"]),
];

/// What the pure rooms need nothing of: I/O, threads, clocks, chance.
const PURE: &[&str] = &["crates/stix/", "crates/release/", "crates/convert/", "crates/pack/"];
const IMPURE: &[&str] =
    &["tokio", "getrandom", "rand", "ring", "tracing", "tempfile", "futures-util"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rooms: Vec<&str> = room_names(tree);
    for file in tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let Some(room) = ROOMS.iter().find(|room| matches(room.manifest, &file.path)) else {
            let what = "this crate is not in the table of rooms";
            findings.push(Finding::new(
                &file.path,
                0,
                what,
                "add it to xtask/src/tidy/rooms.rs and ARCHITECTURE.md",
            ));
            continue;
        };
        let parsed = file.text.parse::<Table>().unwrap_or_default();
        let dependencies = parsed.get("dependencies").and_then(Value::as_table);
        for name in dependencies.into_iter().flat_map(Table::keys) {
            if let Some((what, remedy)) = objection(room, &rooms, name) {
                findings.push(Finding::new(&file.path, line_of(&file.text, name), what, remedy));
            }
        }
    }
    findings
}

fn objection(room: &Room, rooms: &[&str], name: &str) -> Option<(String, String)> {
    let here = room.manifest;
    if rooms.contains(&name) && !room.may_use.contains(&"*") && !room.may_use.contains(&name) {
        let may = if room.may_use.is_empty() { "nothing".into() } else { room.may_use.join(", ") };
        let what = format!("{here} depends on `{name}`; dependencies point downwards only");
        return Some((what, format!("it may use {may}: move what it needs down, or pass it in")));
    }
    if let Some((_, homes)) = OUTSIDE.iter().find(|(outside, _)| *outside == name)
        && !homes.contains(&here)
    {
        let what = format!("only {} may depend on `{name}`", homes.join(", "));
        return Some((what, format!("keep what needs `{name}` in one of these rooms")));
    }
    if PURE.contains(&here) && IMPURE.contains(&name) {
        let what = format!("{here} is pure: no I/O, no clock, no chance, no async; `{name}` is");
        return Some((what, "take what it would give as an argument".into()));
    }
    None
}

/// The names under which the workspace's own crates are depended on.
fn room_names(tree: &Tree) -> Vec<&str> {
    let Some(root) = tree.get("Cargo.toml") else { return Vec::new() };
    let own = root.text.lines().filter(|line| line.contains("path = \""));
    own.filter_map(|line| line.split(" =").next()).collect()
}

fn line_of(text: &str, name: &str) -> usize {
    let here =
        |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '=']));
    text.lines().position(here).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: (&str, &str) = (
        "Cargo.toml",
        "stix = { path = \"crates/stix\" }\nweb = { path = \"crates/web\" }\nhybrid = { path = \"x\" }\n",
    );

    fn findings(path: &str, dependencies: &str) -> Vec<usize> {
        let text = format!("[dependencies]\n{dependencies}\n");
        check(&Tree::of(&[ROOT, (path, &text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn dependencies_point_downwards() {
        assert!(findings("crates/web/Cargo.toml", "stix.workspace = true").is_empty());
        assert_eq!(findings("crates/stix/Cargo.toml", "web.workspace = true"), [2]);
        assert_eq!(findings("crates/desks/policy/Cargo.toml", "hybrid.workspace = true"), [2]);
        assert!(findings("crates/entente/Cargo.toml", "hybrid.workspace = true").is_empty());
    }

    #[test]
    fn outside_crates_stay_in_their_rooms() {
        assert_eq!(findings("crates/node/Cargo.toml", "axum = \"1\""), [2]);
        assert!(findings("crates/taxii/Cargo.toml", "axum = \"1\"").is_empty());
        assert_eq!(findings("crates/web/Cargo.toml", "bytes = \"1\"\nrusqlite = \"1\""), [3]);
    }

    #[test]
    fn pure_rooms_stay_pure() {
        assert_eq!(findings("crates/release/Cargo.toml", "getrandom = \"1\""), [2]);
    }

    #[test]
    fn a_new_crate_must_be_placed() {
        assert_eq!(findings("crates/attic/Cargo.toml", "").len(), 1);
    }
}
