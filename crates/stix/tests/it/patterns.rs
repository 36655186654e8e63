//! Patterns: what is read, what is refused and where, and what they match.

mod comparing;
mod generate;
mod many;
mod observed;
mod oracle;
mod reading;
mod regular;
mod seeds;
mod time;
