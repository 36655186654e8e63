//! The hybrid desk: reports of hybrid threats.

mod form;
mod lists;
pub mod objects;
mod pages;
mod similar;
pub mod vocabulary;

pub use lists::{REPORTS, lists};
pub use pages::{ROUTES, desk};
