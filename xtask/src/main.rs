//! The developers' commands: `cargo xtask help`.
//!
//! Two of them set everything up on a fresh machine that has a Rust toolchain and a shell:
//! `cargo xtask demo` and `cargo xtask test`. What is missing they install by the ordinary package
//! managers, and say so.

mod bench;
mod command;
mod count;
mod demo;
mod docs;
mod progress;
mod samples;
mod setup;
mod shots;
mod simulate;
mod test;
mod tidy;
mod ui;
mod vectors;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The developers' commands of Entente", version = None)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing on this machine; quick when nothing is
    Setup {
        /// Also what the tests need: a browser, Python clients, strace
        #[arg(long)]
        tests: bool,
    },
    /// Bundle the scripts and styles of the web pages into ui/dist
    Ui,
    /// Build the release binary and run three nodes on this machine until Ctrl-C
    Demo {
        /// Forget what earlier runs stored
        #[arg(long)]
        reset: bool,
        /// Handed on to `entente demo`
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Everything that a change must pass
    Test {
        /// Leave out what needs a browser or takes minutes
        #[arg(long)]
        quick: bool,
    },
    /// Check the promises of the architecture
    Tidy,
    /// Measure against peers in the same run; results go to benches/results
    Bench {
        /// Only the benchmarks whose name contains this
        only: Option<String>,
    },
    /// Write the sample bundles from the reviewed source list
    Samples {
        /// Write nothing; fail if the bundles are not up to date
        #[arg(long)]
        check: bool,
    },
    /// Write docs/reference/cli.md from the command definitions
    Docs {
        /// Write nothing; fail if the reference is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Write the test vectors in docs/stix/vectors
    Vectors {
        /// Write nothing; fail if they are not up to date
        #[arg(long)]
        check: bool,
    },
    /// Simulate the exchange in bad weather, for longer than the tests take
    Simulate {
        /// Runs of thirty replicas as a pure state machine
        #[arg(long)]
        runs: Option<u64>,
        /// Runs of real nodes on a simulated network
        #[arg(long)]
        real: Option<u64>,
        /// Minutes of three real processes on bad lines, killed at random
        #[arg(long, value_name = "MINUTES")]
        chaos: Option<u64>,
        /// The seed of the first run; each further one has the next
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Take the pictures of the pages that the documents show
    Shots,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let root = root();
    let result = match args.task {
        Task::Setup { tests } => setup::run(&root, tests),
        Task::Ui => ui::run(&root),
        Task::Demo { reset, args } => demo::run(&root, reset, &args),
        Task::Test { quick } => test::run(&root, quick),
        Task::Tidy => tidy::run(&root),
        Task::Bench { only } => bench::run(&root, only.as_deref()),
        Task::Samples { check } => samples::run(&root, check),
        Task::Docs { check } => docs::run(&root, check),
        Task::Vectors { check } => vectors::run(&root, check),
        Task::Simulate { runs, real, chaos, seed } => {
            simulate::run(&root, &simulate::Wanted { runs, real, chaos, seed })
        }
        Task::Shots => shots::run(&root),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
