//! The program as people and partners meet it.

mod certificates;
mod cli;
mod demo;
mod four_eyes;
mod hostile;
mod leaks;
#[path = "../../../release/tests/it/oracle.rs"]
mod oracle;
mod serving;
mod two_nodes;
