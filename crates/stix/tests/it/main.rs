//! STIX as bytes: what is read, what is refused and where, what is derived.

mod fuzz;
mod hostile;
mod ids;
mod keys;
mod markings;
mod objects;
mod patterns;
mod proofs;
mod pseudonyms;
mod signatures;
mod texts;
mod times;
mod validation;
mod vectors;
mod worst;
