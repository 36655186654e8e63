//! One value a line.

use stix::Pointer;

use super::make::{Maker, Said, What, short};
use super::recognise::recognise;
use super::{Options, Read};
use crate::Report;

pub(super) fn read(bytes: &[u8], options: &Options) -> Read {
    let mut report = Report::new();
    let mut maker = Maker::new(options);
    let mut comments = Comments::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let place = Pointer::root().join(&format!("line {}", index + 1));
        let Ok(line) = std::str::from_utf8(line) else {
            report.lost(place, "the line", "it is not UTF-8");
            continue;
        };
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (value, comment) = split(line);
        if value.is_empty() {
            comments.add(place);
            continue;
        }
        match recognise(value) {
            Ok(found) => {
                if found.defanged {
                    maker.defanged.push(place.clone());
                }
                let said = Said { description: comment.map(str::to_owned), ..Said::default() };
                maker.add(&What::Ioc(found.ioc), &said, &place, &mut report);
            }
            Err(why) => report.lost(place, format!("“{}”", short(line)), why),
        }
    }
    comments.report(&mut report);
    let objects = maker.finish(&mut report);
    Read { objects, report }
}

/// Whether one of the first lines is a value.
pub(super) fn is_list(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').take(100);
    lines
        .filter_map(|line| std::str::from_utf8(line).ok())
        .any(|line| recognise(split(line.trim()).0).is_ok())
}

/// The value of a line, without the quotation marks and the comma of a list in a list, and the
/// comment behind it.
fn split(line: &str) -> (&str, Option<&str>) {
    if line.starts_with(['#', ';']) || line.starts_with("//") {
        return ("", None);
    }
    let at =
        [" #", "\t#", " //", "\t//", " ;", "\t;"].iter().filter_map(|mark| line.find(mark)).min();
    let (value, comment) = match at.and_then(|at| line.split_at_checked(at)) {
        Some((value, comment)) => {
            let comment = comment.trim_start().trim_start_matches(['#', '/', ';']).trim();
            (value, Some(comment).filter(|comment| !comment.is_empty()))
        }
        None => (line, None),
    };
    let value = value.trim().trim_end_matches([',', ';']).trim_end();
    let unquoted =
        [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>')].iter().find_map(|(open, close)| {
            value.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close))
        });
    (unquoted.unwrap_or(value).trim(), comment)
}

/// Lines that say nothing of one value.
#[derive(Default)]
pub(super) struct Comments {
    first: Option<Pointer>,
    number: usize,
}

impl Comments {
    pub(super) fn add(&mut self, place: Pointer) {
        self.first.get_or_insert(place);
        self.number += 1;
    }

    pub(super) fn report(self, report: &mut Report) {
        if let Some(first) = self.first {
            let what = match self.number {
                1 => "1 line of comment".to_owned(),
                number => format!("{number} lines of comment, this one first"),
            };
            report.lost(first, what, "it belongs to no single value");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn values_and_comments() {
        assert_eq!(split("example.org  # seen in May"), ("example.org", Some("seen in May")));
        assert_eq!(split("\"example.org\","), ("example.org", None));
        assert_eq!(split("http://example.org//a"), ("http://example.org//a", None));
        assert_eq!(split("# example.org"), ("", None));
        assert_eq!(split("<http://example.org>;"), ("http://example.org", None));
    }
}
