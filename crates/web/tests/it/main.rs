//! The shell as browsers meet it: every test asks the router and reads whole answers.

mod account;
mod audit;
mod browser;
mod design;
mod guard;
mod language;
mod live;
mod objects;
mod partners;
mod recalls;
mod sign_in;
mod texts;
mod world;
