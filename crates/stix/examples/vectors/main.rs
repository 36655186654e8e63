//! Writes the test vectors in `docs/stix/vectors`, or with `--check` compares them.
//!
//! What is expected is written here by hand; the generator signs, and ends with an error where the
//! library finds something else than what is expected.

mod canonical;
mod ed25519;
mod keys;
mod signatures;

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let check = std::env::args().any(|arg| arg == "--check");
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/stix/vectors");
    match run(&dir, check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(dir: &Path, check: bool) -> Result<()> {
    let files: [(&str, Value); 4] = [
        ("canonical.json", canonical::vectors()?),
        ("ed25519.json", ed25519::vectors()?),
        ("signatures.json", signatures::vectors()?),
        ("keys.json", keys::vectors()?),
    ];
    let page = dir.join("../signatures.md");
    let text = std::fs::read_to_string(&page)?;
    let (before, _) = text.split_once(LIST).ok_or("signatures.md has no list of vectors")?;
    keep(&page, &format!("{before}{LIST}\n{}", sentences(&files)), check)?;
    for (name, value) in files {
        keep(&dir.join(name), &(serde_json::to_string_pretty(&value)? + "\n"), check)?;
    }
    Ok(())
}

/// Where the generated list begins in `signatures.md`.
const LIST: &str = "<!-- What follows is written by `cargo xtask vectors`. -->\n";

fn keep(path: &Path, text: &str, check: bool) -> Result<()> {
    if !check {
        std::fs::write(path, text)?;
    } else if std::fs::read_to_string(path).unwrap_or_default() != text {
        let name = path.file_name().unwrap_or_default().display().to_string();
        return Err(format!("{name} is out of date: run `cargo xtask vectors`").into());
    }
    Ok(())
}

/// A line for each vector.
fn sentences(files: &[(&str, Value)]) -> String {
    let mut lines = Vec::new();
    for (name, value) in files {
        lines.push(format!("### [{name}](vectors/{name})\n"));
        for part in ["documents", "numbers", "refused", "signatures", "no_keys", "cases"] {
            let items = value[part].as_array().map_or(&[][..], Vec::as_slice);
            if part == "numbers" && !items.is_empty() {
                lines.push(format!("- {} binary64 numbers: RFC 8785 appendix B", items.len()));
                continue;
            }
            lines.extend(items.iter().map(|item| sentence(part, item)));
        }
        lines.push(String::new());
    }
    lines.join("\n")
}

fn sentence(part: &str, item: &Value) -> String {
    let said = |key: &str| item[key].as_str().filter(|text| !text.is_empty());
    let outcome = said("status").or_else(|| said("state")).or(match part {
        "refused" => Some("refused"),
        "no_keys" => Some("no key"),
        _ if item["valid"] == true => Some("valid"),
        _ if item["valid"] == false => Some("not valid"),
        _ => None,
    });
    let outcome = outcome.map(|outcome| format!(" → *{outcome}*")).unwrap_or_default();
    let about = said("about").or_else(|| said("source"));
    let about = about.map(|about| format!(": {about}")).unwrap_or_default();
    format!("- {}{outcome}{about}", said("name").unwrap_or_default())
}

/// Ends the generator where the library says something else than is expected.
fn expect<T: PartialEq + std::fmt::Debug>(name: &str, found: &T, expected: &T) -> Result<()> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{name}: expected {expected:?}, found {found:?}").into())
    }
}

fn from_hex(text: &str) -> Result<Vec<u8>> {
    let digit = |at| u8::from_str_radix(text.get(at..at + 2).unwrap_or("x"), 16);
    Ok((0..text.len()).step_by(2).map(digit).collect::<std::result::Result<_, _>>()?)
}
