//! The program as people and partners meet it.

mod cli;
mod leaks;
#[path = "../../../release/tests/it/oracle.rs"]
mod oracle;
