//! The canonical form: the library's, whatever is left in place, and its own canonical form.

use serde_json::Value;
use stix::canonical;
use stix::json::Tree;

pub(crate) fn check(input: &[u8]) {
    let Ok(tree) = Tree::parse(input) else { return };
    let ours = canonical::of(&tree);
    let value: Value = serde_json::from_slice(input).expect("the stricter reader took it");
    let library = serde_json_canonicalizer::to_vec(&value).expect("it is finite");
    assert_eq!(text(&ours), text(&library));
    if tree.is_canonical() {
        assert_eq!(&*ours, input, "what says that it is canonical is");
    }
    let again = Tree::parse(&ours).expect("the canonical form is JSON");
    assert_eq!(text(&canonical::of(&again)), text(&ours), "and its own");
    assert!(again.is_canonical(), "and recognised: {}", text(&ours));
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it is UTF-8")
}
