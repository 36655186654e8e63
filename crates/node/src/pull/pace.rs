//! How long to wait before asking again.

use std::time::Duration;

/// A server that asks for patience gets at most so much.
const MOST_PATIENCE: Duration = Duration::from_hours(24);

/// How long to wait after so many failures in a row.
///
/// The pause grows by half with each failure up to `longest` (or to `every`, where that is longer),
/// and is then stretched by up to a quarter, as `dice` falls: nodes that lost one server together
/// do not come back together. What the server itself asked for (`Retry-After`) is kept to.
pub(crate) fn pause(
    every: Duration,
    failures: u32,
    longest: Duration,
    asked: Option<Duration>,
    dice: u8,
) -> Duration {
    if failures == 0 {
        return every;
    }
    let longest = longest.max(every);
    let mut pause = every.max(Duration::from_secs(1));
    for _ in 1..failures {
        if pause >= longest {
            break;
        }
        pause = pause * 3 / 2;
    }
    let pause = pause.min(longest);
    let pause = pause + pause * u32::from(dice) / 1_020;
    pause.max(asked.unwrap_or_default().min(MOST_PATIENCE))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn pauses_grow_to_a_limit_and_end_with_the_first_answer() {
        let second = Duration::from_secs(1);
        let grown: Vec<_> =
            (0..5).map(|failures| pause(second, failures, HOUR, None, 0).as_millis()).collect();
        assert_eq!(grown, [1_000, 1_000, 1_500, 2_250, 3_375]);
        assert_eq!(pause(second, u32::MAX, HOUR, None, 0), HOUR);
        assert_eq!(pause(second, u32::MAX, HOUR, None, u8::MAX), HOUR * 5 / 4);
        assert_eq!(
            pause(3 * HOUR, 9, HOUR, None, 0),
            3 * HOUR,
            "never sooner than when all is well"
        );
    }

    #[test]
    fn a_server_is_asked_again_when_it_wants_to_be() {
        let asked = Some(Duration::from_mins(10));
        assert_eq!(pause(Duration::from_secs(1), 1, HOUR, asked, 0), Duration::from_mins(10));
        assert_eq!(pause(HOUR, 1, HOUR, asked, 0), HOUR);
        let ages = Some(Duration::MAX);
        assert_eq!(pause(HOUR, 1, HOUR, ages, 0), MOST_PATIENCE);
    }

    proptest! {
        #[test]
        fn one_failure_more_never_means_a_shorter_pause(
            every in 0_u64..10_000_000, failures in 1_u32..200, longest in 0_u64..10_000_000, dice: u8,
        ) {
            let (every, longest) = (Duration::from_millis(every), Duration::from_millis(longest));
            let now = pause(every, failures, longest, None, dice);
            prop_assert!(now >= every);
            prop_assert!(now <= longest.max(every).max(Duration::from_secs(1)) * 5 / 4);
            prop_assert!(pause(every, failures + 1, longest, None, dice) >= now);
        }
    }
}
