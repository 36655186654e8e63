//! The exchange in bad weather: simulations whose seed brings back what they showed.
//!
//! Thirty replicas as a pure state machine: [`replicas`].

pub mod chance;
pub mod replicas;
