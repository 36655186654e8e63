//! Nodes as their people and partners meet them.

mod admission;
mod audit;
mod catch_up;
mod collections;
mod converge;
mod drafts;
mod feeds;
mod foreign;
mod groups;
mod hints;
mod keys;
mod made;
mod middle;
mod packs;
mod people;
mod proofs;
mod proposals;
mod pseudonyms;
mod recalls;
mod releasing;
mod remedies;
mod sync;
