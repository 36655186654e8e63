//! Every Rust file is reached by a `mod` line, and a crate has at most one integration-test binary.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut reached = BTreeSet::new();
    let mut findings = Vec::new();
    for folder in crates(tree) {
        let mut binaries = Vec::new();
        for file in tree.files.iter().filter(|file| file.is_rust()) {
            let Some(inner) = file.path.strip_prefix(&folder) else { continue };
            if is_test_root(inner) {
                binaries.push(file.path.clone());
            }
            if is_root(inner) {
                reach(tree, &file.path, &mut reached);
            }
        }
        for extra in binaries.iter().skip(1) {
            let what = "a second integration-test binary: each one is linked by itself";
            let remedy = format!("make it a module of {}", binaries[0]);
            findings.push(Finding::new(extra, 0, what, remedy));
        }
    }
    for file in tree.files.iter().filter(|file| file.is_rust() && !reached.contains(&file.path)) {
        let what = "no `mod` line reaches this file, so it is neither compiled nor run";
        findings.push(Finding::new(&file.path, 0, what, "register it in its parent, or delete it"));
    }
    findings
}

/// The folders of all crates, with a slash at the end.
fn crates(tree: &Tree) -> Vec<String> {
    let manifests = tree.files.iter().filter_map(|file| file.path.strip_suffix("Cargo.toml"));
    manifests.filter(|folder| !folder.is_empty()).map(str::to_owned).collect()
}

fn is_root(inner: &str) -> bool {
    matches!(inner, "src/lib.rs" | "src/main.rs" | "build.rs")
        || inner.strip_prefix("src/bin/").is_some_and(|name| !name.contains('/'))
        || inner.strip_prefix("examples/").is_some_and(of_its_own)
        || inner.strip_prefix("fuzz_targets/").is_some_and(|name| !name.contains('/'))
        || is_test_root(inner)
}

fn is_test_root(inner: &str) -> bool {
    inner.strip_prefix("tests/").is_some_and(of_its_own)
}

/// Whether Cargo builds this file of `tests/` or `examples/` by itself.
fn of_its_own(name: &str) -> bool {
    match name.split_once('/') {
        None => true,
        Some((_, rest)) => rest == "main.rs",
    }
}

/// Follows the `mod` lines of a file.
fn reach(tree: &Tree, path: &str, reached: &mut BTreeSet<String>) {
    let Some(file) = tree.get(path) else { return };
    if !reached.insert(path.to_owned()) {
        return;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.trim_end_matches(".rs");
    let crate_root = matches!(name, "lib.rs" | "main.rs" | "mod.rs" | "build.rs")
        || matches!(folder.rsplit('/').next(), Some("tests" | "bin" | "examples"));
    let base = if crate_root { folder.to_owned() } else { format!("{folder}/{stem}") };
    for (_, line) in file.with_tests() {
        if let Some(module) = declared(line) {
            reach(tree, &format!("{base}/{module}.rs"), reached);
            reach(tree, &format!("{base}/{module}/mod.rs"), reached);
        }
    }
}

/// The module that a line like `pub(crate) mod name;` declares.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim();
    let at = if line.starts_with("mod ") { 0 } else { line.find(" mod ")? + 1 };
    let before = line[..at].trim();
    if !before.is_empty() && !before.starts_with("pub") && !before.ends_with(']') {
        return None;
    }
    let name = line[at + 4..].split(';').next()?;
    (line[at..].contains(';') && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: (&str, &str) = ("crates/a/Cargo.toml", "");

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![MANIFEST];
        all.extend(files);
        check(&Tree::of(&all)).into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn follows_mod_lines_through_folders() {
        let files = [
            ("crates/a/src/lib.rs", "pub mod one;\n#[cfg(test)]\nmod two;\nmod inline { }\n"),
            ("crates/a/src/one.rs", "pub(crate) mod deep;\n"),
            ("crates/a/src/one/deep.rs", ""),
            ("crates/a/src/two.rs", ""),
        ];
        assert!(paths(&files).is_empty());
    }

    #[test]
    fn finds_files_that_nothing_reaches() {
        let files = [("crates/a/src/lib.rs", "// mod lost;\n"), ("crates/a/src/lost.rs", "")];
        assert_eq!(paths(&files), ["crates/a/src/lost.rs"]);
    }

    #[test]
    fn a_test_folder_is_one_binary() {
        let one = [("crates/a/tests/it/main.rs", "mod b;\n"), ("crates/a/tests/it/b.rs", "")];
        assert!(paths(&one).is_empty());
        let two = [("crates/a/tests/it/main.rs", ""), ("crates/a/tests/other.rs", "")];
        assert_eq!(paths(&two), ["crates/a/tests/other.rs"]);
    }
}
