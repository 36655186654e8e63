//! The exchange in bad weather: simulations whose seed brings back what they showed.
//!
//! Thirty replicas as a pure state machine: [`replicas`].

pub mod chance;
mod ledger;
#[path = "../../crates/release/tests/it/oracle.rs"]
mod oracle;
pub mod replicas;
