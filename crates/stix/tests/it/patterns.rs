//! Patterns: what is read, what is refused and where, and what they match.

mod generate;
mod reading;
mod regular;
