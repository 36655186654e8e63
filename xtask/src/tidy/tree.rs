//! The repository's text files.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;

/// All text files that git tracks or would track.
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

pub(super) struct File {
    /// Relative to the root, with slashes.
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let list = Cmd::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .dir(root)
            .output()?;
        let mut files = Vec::new();
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file may be deleted and not yet committed; a picture is no text.
            if let Ok(text) = fs::read_to_string(root.join(path)) {
                files.push(File { path: path.to_owned(), text });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { files })
    }

    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The files whose path matches a pattern of [`matches`].
    pub(super) fn matching<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| matches(pattern, &file.path))
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file =
            |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        Self { files: files.iter().map(file).collect() }
    }
}

impl File {
    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// Numbered lines of code: without comments, and without the tests that close a module.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.with_tests().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }

    /// Numbered lines of code and tests, without comments.
    pub(super) fn with_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    pub(super) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

/// Whether a path begins with a pattern, in which `*` stands for one folder or one part of a name.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => path.starts_with(pattern),
        Some((head, tail)) => path.strip_prefix(head).is_some_and(|rest| {
            let end = rest.find('/').unwrap_or(rest.len());
            (0..=end).any(|at| rest.is_char_boundary(at) && matches(tail, &rest[at..]))
        }),
    }
}

/// Whether `line` holds `word` as a word of its own, not as a part of a longer name.
pub(super) fn names(line: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (first, last) = (part(word.chars().next()), part(word.chars().last()));
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        let longer_before = first && part(before.chars().last());
        let longer_after = last && part(after.chars().next());
        !longer_before && !longer_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_folder() {
        assert!(matches("crates/desks/*/src/pages", "crates/desks/hybrid/src/pages/list.rs"));
        assert!(matches("crates/desks/*/src/pages", "crates/desks/hybrid/src/pages.rs"));
        assert!(!matches("crates/desks/*/src/pages", "crates/desks/hybrid/src/rules/pages.rs"));
        assert!(!matches("crates/*/src/", "crates/desks/hybrid/src/lib.rs"));
    }

    #[test]
    fn names_are_whole_words() {
        assert!(names("use axum::Router;", "axum"));
        assert!(!names("let maxaxum = 1;", "axum"));
        assert!(names("x.await?", ".await"));
        assert!(!names("x.awaits", ".await"));
    }

    #[test]
    fn code_ends_where_the_tests_begin() {
        let tree = Tree::of(&[("a.rs", "one\n// two\n#[cfg(test)]\nmod tests {}\n")]);
        let lines: Vec<_> = tree.files[0].code().collect();
        assert_eq!(lines, [(1, "one")]);
    }
}
