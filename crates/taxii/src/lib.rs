//! TAXII 2.1 (OASIS Standard, 10 June 2021): server routes over a [`Host`], and a client.
//!
//! The protocol and nothing else: who may sign in, which collections there are and what becomes of
//! what is handed in is the host's to say; what a reader sees is his [`store::View`]'s. Sections
//! named in this crate's comments are those of that standard.

pub mod between;
mod certificate;
pub mod client;
mod host;
mod media;
pub mod resource;
pub mod server;

pub use certificate::{ClientCertificate, Fingerprint, NoFingerprint};
pub use host::{About, Account, Collection, Host, HostError, Incoming, Proofs, Reached, Receipt};

/// The media type of TAXII 2.1 (section 1.6.8.1).
pub const TAXII: &str = "application/taxii+json;version=2.1";
/// The media type of STIX 2.1.
pub const STIX: &str = "application/stix+json;version=2.1";
/// The media type of STIX 2.0, which a collection may hold too.
pub const STIX_20: &str = "application/stix+json;version=2.0";
