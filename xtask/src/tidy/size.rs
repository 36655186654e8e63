//! No module is longer than a person keeps in the head, unless it says why.

use super::Finding;
use super::tree::Tree;

const MOST_LINES: usize = 1_000;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let long = tree.files.iter().filter(|file| file.is_rust()).filter_map(|file| {
        let lines = file.text.lines().count();
        let excused = file.text.lines().any(|line| line.starts_with("//! Long because: "));
        (lines > MOST_LINES && !excused).then_some((file, lines))
    });
    long.map(|(file, lines)| {
        let what = format!("{lines} lines; a module has at most {MOST_LINES}");
        let remedy = "split it by what its parts decide, or give the reason: `//! Long because: …`";
        Finding::new(&file.path, 0, what, remedy)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_modules_give_a_reason() {
        let long = "x\n".repeat(MOST_LINES + 1);
        let excused = format!("//! Long because: a table of the specification.\n{long}");
        let tree = Tree::of(&[("a.rs", &long), ("b.rs", &excused), ("c.md", &long)]);
        let paths: Vec<_> = check(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["a.rs"]);
    }
}
