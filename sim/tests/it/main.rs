//! The simulations in short, and what they stand on.

mod real;
mod replicas;
mod store;
