//! The simulations in short, and what they stand on.

mod replicas;
mod store;
