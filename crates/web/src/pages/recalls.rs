//! Calling back: what it would do, the act, and who has answered.

mod list;
mod plan;

pub(super) use list::page as list;
pub(super) use plan::{act, page as plan};

use node::DeliveryState;

use crate::reader::Reader;

/// Whether a partner has something, in the reader's words.
fn has(reader: &Reader, state: &DeliveryState) -> String {
    let key = match state {
        DeliveryState::NotFor => "recall-has-never",
        DeliveryState::NotReached => "recall-has-not",
        DeliveryState::Sent => "recall-has-sent",
        DeliveryState::Received => "recall-has",
    };
    reader.texts().say(key).to_string()
}
