//! The program as people and partners meet it.

mod cli;
