//! Validation of any bytes: findings that can be shown, and one answer however it is asked.

use bytes::Bytes;
use stix::validate::{Finding, Level, Options, RULES, bytes, object};

pub(crate) fn check(input: &[u8]) {
    let musts = bytes(input, &Options::MUST);
    let all = bytes(input, &Options::SHOULD);
    assert!(musts.iter().all(|finding| finding.level == Level::Must));
    assert!(all.iter().filter(|finding| finding.level == Level::Must).eq(&musts));
    for finding in &all {
        let known = RULES.iter().find(|rule| rule.name == finding.rule);
        assert_eq!(known.map(|rule| rule.level), Some(finding.level), "{finding:?}");
        assert!(finding.offset <= input.len(), "{finding:?}");
        assert!(!finding.message.is_empty() && !finding.section.is_empty(), "{finding:?}");
        assert!(!finding.message.contains(char::is_control), "shown as it is: {finding:?}");
    }
    let (read, again) = object(&Bytes::copy_from_slice(input), &Options::SHOULD);
    assert_eq!(again, all);
    if musts.is_empty() {
        assert!(read.is_some(), "what is valid is an object");
    }
    // The order of properties and spaces between them change no finding.
    if let Some(read) = read {
        let mut canonical = brief(&bytes(&read.canonical(), &Options::SHOULD));
        let mut held = brief(&all);
        canonical.sort_unstable();
        held.sort_unstable();
        assert_eq!(canonical, held);
    }
}

fn brief(findings: &[Finding]) -> Vec<(&'static str, String, String)> {
    let brief = |finding: &Finding| {
        (finding.rule, finding.pointer.as_str().to_owned(), finding.message.clone())
    };
    findings.iter().map(brief).collect()
}
