//! The desk's integration tests.

mod declaration;
mod reports;
mod samples;
