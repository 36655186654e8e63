//! `cargo xtask simulate`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use sim::chaos;
use sim::real::{self, Prepared};
use sim::replicas::{self, Counts, Setup};

#[derive(Parser)]
#[command(name = "sim", about = "The exchange in bad weather", version = None)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Three real processes on bad lines, killed at random
    Chaos {
        /// The program
        #[arg(long, default_value = "target/release/entente")]
        program: PathBuf,
        /// How long, in seconds
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Decides what happens; the machine decides when
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// One bad line, for `chaos`
    #[command(hide = true)]
    Line {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        to: SocketAddr,
        #[arg(long)]
        bad: Option<u64>,
    },
    /// Real nodes on a simulated network
    Real {
        /// How many runs
        #[arg(long, default_value_t = 200)]
        runs: u64,
        /// The seed of the first; each further one has the next
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Nodes, each a peer of every other
        #[arg(long, default_value_t = 8)]
        nodes: usize,
    },
    /// Thirty replicas as a pure state machine
    Replicas {
        /// How many runs
        #[arg(long, default_value_t = 10_000)]
        runs: u64,
        /// The seed of the first; each further one has the next
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    match Args::parse().task {
        Task::Replicas { runs, seed } => replicas(runs, seed),
        Task::Real { runs, seed, nodes } => told(real(runs, seed, nodes)),
        Task::Chaos { program, seconds, seed } => told(chaos(&program, seconds, seed)),
        Task::Line { listen, to, bad } => {
            told(chaos::proxy::run(listen, to, bad.is_some(), bad.unwrap_or_default()))
        }
    }
}

fn told(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chaos(program: &Path, seconds: u64, seed: u64) -> anyhow::Result<()> {
    let told = chaos::run(program, Duration::from_secs(seconds), seed)?;
    let chaos::Told { apart: (is_apart, is_limited), acknowledged, open, kept, killed, cuts } =
        told;
    let place = match (is_apart, is_limited) {
        (true, true) => "in network namespaces, their rate limited by the kernel",
        (true, false) => "in network namespaces",
        _ => "on the loopback",
    };
    println!(
        "{seconds} s, seed {seed}, three nodes {place}: {acknowledged} releases acknowledged, none lost, none twice; {open} broken off, {kept} of them kept; {killed} servers killed, {cuts} times a line down"
    );
    Ok(())
}

fn real(runs: u64, seed: u64, nodes: usize) -> anyhow::Result<()> {
    let prepared = Prepared::new(nodes)?;
    let mut sum = real::Counts::default();
    for n in 0..runs {
        let counts = real::run(seed + n, real::Setup::default(), &prepared)
            .with_context(|| format!("seed {}", seed + n))?;
        sum.said += counts.said;
        sum.pages += counts.pages;
        sum.looks += counts.looks;
        sum.crashes += counts.crashes;
        if n % 10 == 9 {
            eprintln!("{} of {runs}", n + 1);
        }
    }
    let real::Counts { said, pages, looks, crashes } = sum;
    println!(
        "{runs} runs of {nodes} real nodes, seeds {seed} to {}: {said} objects said, {crashes} crashes, {pages} pages sent and {looks} views looked at; nothing forbidden was seen, and all ended with what the last markings allow",
        seed + runs.saturating_sub(1)
    );
    Ok(())
}

fn replicas(runs: u64, seed: u64) -> ExitCode {
    let (next, broken) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || {
        let mut sum = Counts::default();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= runs || broken.load(Ordering::Relaxed) > 0 {
                return sum;
            }
            match replicas::run(seed + n, Setup::default()) {
                Ok(counts) => sum = sum + counts,
                Err(wrong) => {
                    broken.fetch_add(1, Ordering::Relaxed);
                    eprintln!("{wrong}");
                }
            }
            if n % 1_000 == 999 {
                eprintln!("{} of {runs}", n + 1);
            }
        }
    };
    let sum = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let sums = workers.into_iter().filter_map(|worker| worker.join().ok());
        sums.fold(Counts::default(), |sum, one| sum + one)
    });
    if broken.load(Ordering::Relaxed) > 0 {
        return ExitCode::FAILURE;
    }
    let Counts { said, pages, lost, checks } = sum;
    println!(
        "{runs} runs, seeds {seed} to {}: {said} objects said, {pages} pages taken in, {lost} messages lost, {checks} views checked; nothing forbidden was seen, and all ended with what the last markings allow",
        seed + runs.saturating_sub(1)
    );
    ExitCode::SUCCESS
}
