//! Reading the counts of tests out of the closing lines of test runners.

use std::ops::Add;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Count {
    pub(crate) fn total(self) -> usize {
        self.passed + self.failed
    }

    /// What a line of output adds, if it is a closing line of `cargo nextest`, `cargo test`, node's
    /// test runner or Python's unittest.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let line = plain(line);
        let line = line.trim();
        let nextest = line.starts_with("Summary [") && line.contains("tests run:");
        if nextest || line.starts_with("test result:") {
            let passed = before(line, " passed")?;
            let failed =
                before(line, " failed").unwrap_or(0) + before(line, " timed out").unwrap_or(0);
            return Some(Self { passed, failed });
        }
        let node = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# "));
        if let Some((word, number)) = node.and_then(|rest| rest.split_once(' ')) {
            let number: usize = number.parse().ok()?;
            return match word {
                "pass" => Some(Self { passed: number, failed: 0 }),
                "fail" | "cancelled" => Some(Self { passed: 0, failed: number }),
                _ => None,
            };
        }
        if let Some(rest) = line.strip_prefix("Ran ") {
            // unittest gives all that ran here, and the failures on the next line.
            let ran = rest.split(' ').next()?.parse().ok()?;
            return Some(Self { passed: ran, failed: 0 });
        }
        None
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// The number right before `word`.
fn before(line: &str, word: &str) -> Option<usize> {
    let head = &line[..line.find(word)?];
    head.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The line without terminal colours.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for end in chars.by_ref() {
                if end.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_closing_lines_of_the_runners() {
        let of = |line| Count::of_line(line).map(|count| (count.passed, count.failed));
        assert_eq!(of("     Summary [   0.011s] 7 tests run: 7 passed, 0 skipped"), Some((7, 0)));
        assert_eq!(
            of("Summary [ 1.2s] 9 tests run: 7 passed, 1 failed, 1 timed out"),
            Some((7, 2))
        );
        assert_eq!(of("test result: FAILED. 3 passed; 2 failed; 0 ignored"), Some((3, 2)));
        assert_eq!(of("\u{1b}[34mℹ pass 12\u{1b}[39m"), Some((12, 0)));
        assert_eq!(of("ℹ fail 1"), Some((0, 1)));
        assert_eq!(of("Ran 4 tests in 0.2s"), Some((4, 0)));
        assert_eq!(of("ℹ duration_ms 41"), None);
        assert_eq!(of("anything else passed"), None);
    }
}
