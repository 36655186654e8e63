//! No text is missing or left over, in any language.

use std::path::{Path, PathBuf};

#[test]
fn no_text_is_missing_or_left_over() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![room.join("src"), room.join("templates")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(path).expect("a text");
                // What stands in a module's own tests is no use of a text.
                sources.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
            }
        }
    }
    let findings = web::texts::check::check(&web::texts::SHELL, &[], &sources);
    assert!(findings.is_empty(), "{findings:#?}");
}
