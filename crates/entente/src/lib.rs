//! The `entente` program: commands, configuration, wiring.
//!
//! Data goes to standard output, everything else to standard error; the kind of an error picks the
//! exit code. A library only so that the tests can reach the routes as the program serves them.

mod cli;
mod commands;
mod demo;
mod error;
pub mod home;
mod output;
mod reference;
pub mod serve;

use std::process::ExitCode;

use clap::Parser;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = cli::Cli::parse();
    // A store, a backup, an export, an invitation: all for the eyes of whoever runs the node.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let json = cli.json;
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print(json);
            error.kind.into()
        }
    }
}
