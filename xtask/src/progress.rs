//! Steps with durations, and the line that closes a run.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::count::Count;

/// Wall-clock time since `start` was taken.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "tells people how long a step took")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A run of named steps. Each prints a line when it begins and one with its duration when it ends.
pub(crate) struct Run {
    watch: Stopwatch,
    done: Vec<Done>,
}

struct Done {
    name: String,
    took: Duration,
    count: Count,
}

impl Run {
    pub(crate) fn start() -> Self {
        Self { watch: Stopwatch::start(), done: Vec::new() }
    }

    /// Runs a step; tells whether it passed. A step without tests of its own counts as one.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Count>) -> bool {
        println!("\n== {name}");
        let watch = Stopwatch::start();
        let result = work();
        let took = watch.elapsed();
        let mut count = match &result {
            Ok(count) => *count,
            Err(error) => {
                println!("error: {error:#}");
                error.downcast_ref::<Failed>().map_or(Count::default(), |failed| failed.0)
            }
        };
        let passed = result.is_ok() && count.failed == 0;
        if !passed {
            count.failed = count.failed.max(1);
        } else if count.passed == 0 {
            count.passed = 1;
        }
        println!("{} {name}  {}", if passed { "ok  " } else { "FAIL" }, seconds(took));
        self.done.push(Done { name: name.to_owned(), took, count });
        passed
    }

    /// Prints all durations and the closing line `N passed, N failed`; an error if any failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!();
        for step in &self.done {
            let word = if step.count.failed == 0 { "ok  " } else { "FAIL" };
            println!(
                "{word} {:>9}  {:>5} tests  {}",
                seconds(step.took),
                step.count.total(),
                step.name
            );
        }
        println!("     {:>9}  in all", seconds(self.watch.elapsed()));
        let sum = self.done.iter().fold(Count::default(), |sum, step| sum + step.count);
        println!("\n{} passed, {} failed", sum.passed, sum.failed);
        if sum.failed > 0 {
            let names: Vec<_> = self
                .done
                .iter()
                .filter(|step| step.count.failed > 0)
                .map(|step| &*step.name)
                .collect();
            bail!("failed: {}", names.join(", "));
        }
        Ok(())
    }
}

/// A command failed after these tests had been counted.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) Count);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.failed {
            0 => f.write_str("the command failed"),
            failed => write!(f, "{failed} of {} tests failed", self.0.total()),
        }
    }
}

impl std::error::Error for Failed {}

/// A duration as people read it: `0.3 s`, `12.0 s`, `3 min 07 s`.
pub(crate) fn seconds(took: Duration) -> String {
    let whole = took.as_secs();
    if whole < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}
