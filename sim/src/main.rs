//! `cargo xtask simulate`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Parser, Subcommand};
use sim::replicas::{self, Counts, Setup};

#[derive(Parser)]
#[command(name = "sim", about = "The exchange in bad weather", version = None)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
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
    }
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
