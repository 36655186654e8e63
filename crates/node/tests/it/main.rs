//! Nodes as their people and partners meet them.

mod admission;
mod converge;
mod drafts;
mod keys;
mod made;
mod people;
mod proposals;
mod releasing;
mod sync;
