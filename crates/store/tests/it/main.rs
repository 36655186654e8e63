//! The store, tested as its users use it.

mod append;
mod care;
mod durable;
mod killed;
mod made;
mod model;
mod oracle;
mod pages;
mod projected;
mod proofs;
mod recalled;
mod writing;
