//! The file format of packs.

mod format;
mod fuzz;
