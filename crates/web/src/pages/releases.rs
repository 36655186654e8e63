//! The release desk: what waits for a second person, and what became of it.

mod list;
mod one;

pub(super) use list::page as list;
pub(super) use one::{approve, give_back, page as one, withdraw};

use node::{Proposal, Step};

use crate::reader::Reader;

/// Where a proposal stands, in the reader's words: class, tone and word of a dot.
fn standing(reader: &Reader, proposal: &Proposal) -> (&'static str, &'static str, String) {
    let (class, tone, key) = match &proposal.step {
        Step::Proposed => ("late", "", "release-waits"),
        Step::Returned { .. } => ("gone", "bad", "release-returned"),
        Step::Withdrawn { .. } => ("wait", "", "release-withdrawn"),
        Step::Released { .. } => ("live", "good", "release-released"),
    };
    (class, tone, reader.texts().say(key).to_string())
}

/// Who decided, and what was said with it.
fn decision(reader: &Reader, proposal: &Proposal) -> String {
    let texts = reader.texts();
    match &proposal.step {
        Step::Proposed => String::new(),
        Step::Withdrawn { at } => {
            texts.say("release-withdrawn-at").with("when", texts.moment(*at)).to_string()
        }
        Step::Returned { by, at, comment } => texts
            .say("release-returned-by")
            .with("who", crate::foreign(&by.display))
            .with("when", texts.moment(*at))
            .with("comment", crate::foreign(comment))
            .to_string(),
        Step::Released { by, at, .. } => texts
            .say("release-released-by")
            .with("who", crate::foreign(&by.display))
            .with("when", texts.moment(*at))
            .to_string(),
    }
}
