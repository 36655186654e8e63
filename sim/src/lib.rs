//! The exchange in bad weather: simulations whose seed brings back what they showed.
//!
//! Thirty replicas as a pure state machine: [`replicas`]; real nodes on a simulated network:
//! [`real`]; real processes, killed, on bad lines: [`chaos`].

pub mod chance;
pub mod chaos;
mod ledger;
#[path = "../../crates/release/tests/it/oracle.rs"]
mod oracle;
pub mod real;
pub mod replicas;
