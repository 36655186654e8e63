//! Every route that the program serves has a case in the test that looks for leaks.
//!
//! The routes come from the `ROUTES` tables of the rooms that serve HTTP, the cases from
//! `case("GET /path")` in the binary's tests.

use std::collections::BTreeMap;

use super::Finding;
use super::tree::{File, Tree};

const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH"];
const CASES: &str = "crates/entente/tests/it/leaks";

/// `GET /path` and the place that names it.
type Places<'a> = BTreeMap<String, (&'a str, usize)>;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut routes = Places::new();
    for room in
        ["crates/taxii/src/", "crates/web/src/", "crates/desks/*/src/", "crates/entente/src/"]
    {
        tree.matching(room)
            .filter(|file| file.is_rust())
            .for_each(|file| tables(file, &mut routes));
    }
    let mut cases = Places::new();
    tree.matching(CASES)
        .filter(|file| file.is_rust())
        .for_each(|file| listed_cases(file, &mut cases));
    let missing = routes.iter().filter(|(route, _)| !cases.contains_key(*route)).map(
        |(route, (path, line))| {
            let what = format!("`{route}` has no leak case");
            Finding::new(path, *line, what, format!("add `case(\"{route}\", …)` to {CASES}/"))
        },
    );
    let superfluous = cases.iter().filter(|(route, _)| !routes.contains_key(*route)).map(
        |(route, (path, line))| {
            let what = format!("`{route}` is no route of the program");
            Finding::new(path, *line, what, "take the case out, or add the route to its ROUTES")
        },
    );
    missing.chain(superfluous).collect()
}

/// The entries of a `const ROUTES … = &[ … ];`.
fn tables<'a>(file: &'a File, routes: &mut Places<'a>) {
    let mut inside = false;
    let mut method = None;
    for (number, line) in file.code() {
        let mut line = line;
        if !inside {
            let Some(at) =
                line.find("const ROUTES").and_then(|at| Some(at + line[at..].find('=')?))
            else {
                continue;
            };
            line = &line[at..];
        }
        for token in tokens(line) {
            if let Some(found) = METHODS.iter().find(|name| name.eq_ignore_ascii_case(token)) {
                method = Some(*found);
            } else if let Some((verb, path)) =
                token.split_once(" /").filter(|(verb, _)| METHODS.contains(verb))
            {
                routes.insert(format!("{verb} /{path}"), (&file.path, number));
            } else if token.starts_with('/')
                && let Some(method) = method.take()
            {
                routes.insert(format!("{method} {token}"), (&file.path, number));
            }
        }
        inside = !line.contains("];");
    }
}

/// Words, and what stands between quotation marks.
fn tokens(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').enumerate().flat_map(|(at, part)| {
        let quoted = at % 2 == 1;
        let split = move |c: char| !quoted && !c.is_alphanumeric() && c != '_';
        part.split(split).filter(|token| !token.is_empty())
    })
}

fn listed_cases<'a>(file: &'a File, cases: &mut Places<'a>) {
    for (number, line) in file.with_tests() {
        for (at, opening) in line.match_indices("case(\"") {
            if let Some(route) = line[at + opening.len()..].split('"').next() {
                cases.insert(route.to_owned(), (&file.path, number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(routes: &str, cases: &str) -> Vec<String> {
        let tree = Tree::of(&[
            ("crates/web/src/lib.rs", routes),
            ("crates/entente/tests/it/leaks.rs", cases),
        ]);
        check(&tree).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn routes_and_cases_match() {
        let routes = "pub const ROUTES: &[Route] = &[\n    Route { method: Method::Get, path: \"/a\" },\n    (\"POST\", \"/b/{id}\"),\n    \"GET /c\",\n];\n";
        let cases = "case(\"GET /a\", x);\ncase(\"POST /b/{id}\", y);\ncase(\"GET /c\", z);\n";
        assert!(findings(routes, cases).is_empty());
        assert_eq!(findings(routes, &cases[16..]), ["`GET /a` has no leak case"]);
        let more = format!("{cases}case(\"GET /d\", x);\n");
        assert_eq!(findings(routes, &more), ["`GET /d` is no route of the program"]);
    }
}
