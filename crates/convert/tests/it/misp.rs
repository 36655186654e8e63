//! MISP events to STIX and back.

mod made;
mod round_trip;
