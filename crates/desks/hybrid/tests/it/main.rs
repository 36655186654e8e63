//! The desk's integration tests.

mod declaration;
mod properties;
mod reports;
mod samples;
