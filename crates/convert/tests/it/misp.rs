//! MISP events to STIX and back.

mod foreign;
mod made;
mod round_trip;
mod seeds;
mod worst;
