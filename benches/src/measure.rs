//! Time, and what stands in the middle of several measurements.

use std::time::{Duration, Instant};

/// How long `work` takes, with what it gives.
#[expect(clippy::disallowed_methods, reason = "measures")]
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// How long this thread has had a core, in seconds: what else the machine does counts less.
pub(crate) fn cpu_seconds() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9
}

/// How many seconds of this thread's CPU time `work` takes, with what it gives.
pub(crate) fn cpu<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = cpu_seconds();
    let result = work();
    (cpu_seconds() - start, result)
}

/// A moment to measure from.
#[expect(clippy::disallowed_methods, reason = "measures")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The value below which `share` (0 to 1) of the measurements lie.
pub(crate) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index within the list"
    )]
    let at = ((values.len().saturating_sub(1)) as f64 * share).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}
