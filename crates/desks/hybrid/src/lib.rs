//! The hybrid desk: reports of hybrid threats.

pub mod objects;
pub mod vocabulary;
