//! The protocol, seen from outside: requests to the router over a real store.

mod client;
mod extras;
mod hidden;
mod made;
mod pages;
mod refused;
mod seeds;
mod writing;
