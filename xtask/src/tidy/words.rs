//! Who may name what in its code.

use super::Finding;
use super::tree::{File, Tree, matches, names};

/// Words that may stand only in certain places.
struct Rule {
    words: &'static [&'static str],
    /// Where the rule holds, as patterns of [`matches`].
    within: &'static [&'static str],
    except: &'static [&'static str],
    lines: Lines,
    what: &'static str,
    remedy: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    /// Code of Rust files, without comments and tests.
    Code,
    /// Rust files with their tests, without comments.
    Tests,
    /// Every line of every text file.
    All,
}

const CRATES: &[&str] = &["crates/"];
const PURE: &[&str] = &["crates/stix/src/", "crates/release/src/"];
const EVERYWHERE: &[&str] = &[""];
/// The rules name what they forbid.
const HERE: &str = "xtask/src/tidy/";

const RULES: &[Rule] = &[
    Rule {
        words: &["axum", "tower_http", "axum_server"],
        within: CRATES,
        except: &["crates/taxii/", "crates/web/", "crates/desks/*/src/pages", "crates/entente/"],
        lines: Lines::Code,
        what: "HTTP is known to web, taxii, the desks' pages and the binary only",
        remedy: "return plain data and let a page or a route turn it into a response",
    },
    Rule {
        words: &["web::", "askama"],
        within: &["crates/desks/"],
        except: &["crates/desks/*/src/pages"],
        lines: Lines::Code,
        what: "in a desk, only `pages` knows the web",
        remedy: "move it under the desk's `pages`",
    },
    Rule {
        words: &["rusqlite", "SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "PRAGMA "],
        within: CRATES,
        except: &["crates/store/"],
        lines: Lines::Code,
        what: "only the store knows SQL",
        remedy: "give the store a method that says what you need",
    },
    Rule {
        words: &[
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "std::thread",
            "std::io",
            "println!",
            "eprintln!",
            "dbg!",
            "File::open",
        ],
        within: PURE,
        except: &[],
        lines: Lines::Code,
        what: "stix and release do no I/O",
        remedy: "take the bytes as an argument",
    },
    Rule {
        words: &["SystemTime", "Instant", "Timestamp::now", "Zoned::now"],
        within: PURE,
        except: &[],
        lines: Lines::Code,
        what: "stix and release read no clock",
        remedy: "take the time as an argument",
    },
    Rule {
        words: &["getrandom", "rand::", "new_v4", "now_v7", "OsRng", "thread_rng", "RandomState"],
        within: PURE,
        except: &[],
        lines: Lines::Code,
        what: "stix and release draw no random numbers",
        remedy: "take the bytes as an argument",
    },
    Rule {
        words: &["async", ".await", "tokio"],
        within: PURE,
        except: &[],
        lines: Lines::Code,
        what: "stix and release know no async",
        remedy: "compute; let the caller wait",
    },
    Rule {
        words: &["std::env::var", "env::var_os", "std::env::args", "home_dir("],
        within: CRATES,
        except: &["crates/entente/", "crates/*/examples/", "crates/desks/*/examples/"],
        lines: Lines::Code,
        what: "a library reads no environment",
        remedy: "take it as an argument from the binary",
    },
    Rule {
        words: &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        within: CRATES,
        except: &[
            "crates/entente/",
            "crates/*/build.rs",
            "crates/*/examples/",
            "crates/desks/*/examples/",
        ],
        lines: Lines::Code,
        what: "a library does not print",
        remedy: "return it, or use `tracing`",
    },
    Rule {
        words: &["todo!", "unimplemented!", "#[ignore"],
        within: EVERYWHERE,
        except: &[],
        lines: Lines::Tests,
        what: "nothing is left for later in the code",
        remedy: "finish it, or take it out",
    },
    Rule {
        words: &["/work/", "/root/", "/tmp/", "/home/"],
        within: EVERYWHERE,
        except: &[],
        lines: Lines::All,
        what: "a path of one machine",
        remedy: "use a path relative to the repository, or a temporary folder made at run time",
    },
    Rule {
        words: &[
            "registry.npmjs.org",
            "files.pythonhosted.org",
            "deb.debian.org",
            "static.crates.io",
            "index.crates.io",
            "pypi.org/simple",
            "\"resolved\": \"http",
        ],
        within: EVERYWHERE,
        except: &[],
        lines: Lines::All,
        what: "the host of a package registry",
        remedy: "name packages only; for npm set omit-lockfile-registry-resolved=true in .npmrc",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files.iter().filter(|file| !file.path.starts_with(HERE));
    files.flat_map(|file| RULES.iter().flat_map(move |rule| apply(rule, file))).collect()
}

fn apply(rule: &Rule, file: &File) -> Vec<Finding> {
    let any = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, &file.path));
    let kind = match rule.lines {
        Lines::Code => file.is_rust() && !file.is_test(),
        Lines::Tests => file.is_rust(),
        Lines::All => true,
    };
    if !kind || !any(rule.within) || any(rule.except) {
        return Vec::new();
    }
    let lines: Box<dyn Iterator<Item = (usize, &str)>> = match rule.lines {
        Lines::Code => Box::new(file.code()),
        Lines::Tests => Box::new(file.with_tests()),
        Lines::All => Box::new(file.text.lines().enumerate().map(|(at, line)| (at + 1, line))),
    };
    lines
        .filter_map(|(number, line)| {
            let word = rule.words.iter().find(|word| found(line, word))?;
            let what = format!("`{}`: {}", word.trim(), rule.what);
            Some(Finding::new(&file.path, number, what, rule.remedy))
        })
        .collect()
}

/// A path must begin there: `https://example.org/work/` names no folder of a machine.
fn found(line: &str, word: &str) -> bool {
    if !word.starts_with('/') {
        return names(line, word);
    }
    line.match_indices(word).any(|(at, _)| {
        !line[..at]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | ')'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn http_stays_in_its_rooms() {
        assert_eq!(lines("crates/node/src/lib.rs", "use axum::Router;\n"), [1]);
        assert!(lines("crates/web/src/lib.rs", "use axum::Router;\n").is_empty());
        assert!(lines("crates/desks/hybrid/src/pages/list.rs", "use axum::Router;\n").is_empty());
        assert_eq!(lines("crates/desks/hybrid/src/rules.rs", "\nuse web::Page;\n"), [2]);
    }

    #[test]
    fn comments_and_tests_may_name_it() {
        assert!(
            lines("crates/node/src/a.rs", "// axum\n#[cfg(test)]\nmod tests { use axum::x; }\n")
                .is_empty()
        );
        assert!(lines("crates/node/tests/it/a.rs", "use axum::Router;\n").is_empty());
    }

    #[test]
    fn sql_stays_in_the_store() {
        assert_eq!(lines("crates/web/src/a.rs", "let q = \"SELECT 1\";\n"), [1]);
        assert!(lines("crates/store/src/a.rs", "let q = \"SELECT 1\";\n").is_empty());
    }

    #[test]
    fn pure_rooms_have_no_clock_no_chance_no_io() {
        for line in
            ["SystemTime::now()", "std::fs::read(p)", "getrandom::fill(b)", "async fn a() {}"]
        {
            assert_eq!(lines("crates/stix/src/a.rs", line), [1], "{line}");
            assert!(lines("crates/entente/src/a.rs", line).is_empty(), "{line}");
        }
    }

    #[test]
    fn nothing_is_left_for_later() {
        let text = "#[cfg(test)]\nmod tests {\n    #[ignore]\n    fn a() {}\n}\n";
        assert_eq!(lines("crates/web/src/a.rs", text), [3]);
        assert_eq!(lines("xtask/src/a.rs", "todo!()"), [1]);
    }

    #[test]
    fn machine_paths_are_found_and_addresses_are_not() {
        assert_eq!(lines("README.md", "see\n`/work/main`\n"), [2]);
        assert!(lines("README.md", "https://example.org/work/programme and ./tmp/x\n").is_empty());
    }
}
