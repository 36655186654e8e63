//! The meaning of observation expressions in the plainest words: try every choice of branches,
//! observations and moments.

use std::fmt;

use proptest::prelude::*;

/// Letters seen, first and last second, how often.
pub(crate) type Event = (String, i64, i64, u64);

/// The moments that there are: whole seconds, which suffices where all bounds are.
const LAST: i64 = 6;

#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Letters(&'static str),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Then(Box<Self>, Box<Self>),
    Within(Box<Self>, i64),
    Repeats(Box<Self>, usize),
    Window(Box<Self>, i64, i64),
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letters(letters) => {
                let tests: Vec<_> = letters.chars().map(|c| format!("x-a:p = '{c}'")).collect();
                write!(f, "[{}]", tests.join(" OR "))
            }
            Self::And(one, other) => write!(f, "({one} AND {other})"),
            Self::Or(one, other) => write!(f, "({one} OR {other})"),
            Self::Then(one, other) => write!(f, "({one} FOLLOWEDBY {other})"),
            Self::Within(inner, seconds) => write!(f, "({inner}) WITHIN {seconds} SECONDS"),
            Self::Repeats(inner, times) => write!(f, "({inner}) REPEATS {times} TIMES"),
            Self::Window(inner, from, to) => write!(
                f,
                "({inner}) START t'2026-01-01T00:00:0{from}Z' STOP t'2026-01-01T00:00:0{to}Z'"
            ),
        }
    }
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let letters = prop_oneof!["a", "b", "ab", "c"];
    (letters, 0..=LAST, 0..3_i64, prop_oneof![3 => Just(1_u64), 1 => Just(2)]).prop_map(
        |(letters, first, length, times)| (letters, first, (first + length).min(LAST), times),
    )
}

/// A pattern that binds at most four observations.
pub(crate) fn pattern() -> impl Strategy<Value = Expression> {
    let leaf =
        prop_oneof![Just("a"), Just("b"), Just("ab"), Just("c")].prop_map(Expression::Letters);
    let tree = leaf.prop_recursive(4, 8, 2, |inner| {
        let two = (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        let one = inner.prop_map(Box::new);
        prop_oneof![
            2 => two.clone().prop_map(|(one, other)| Expression::And(one, other)),
            1 => two.clone().prop_map(|(one, other)| Expression::Or(one, other)),
            2 => two.prop_map(|(one, other)| Expression::Then(one, other)),
            2 => (one.clone(), 1..4_i64).prop_map(|(inner, n)| Expression::Within(inner, n)),
            1 => (one.clone(), 2..4_usize).prop_map(|(inner, n)| Expression::Repeats(inner, n)),
            1 => (one, 0..6_i64, 1..7_i64).prop_map(|(inner, from, to)| Expression::Window(inner, from, to)),
        ]
    });
    tree.prop_filter("small", |tree| size(tree) <= 4)
}

/// How many observations it binds at most.
fn size(expression: &Expression) -> usize {
    match expression {
        Expression::Letters(_) => 1,
        Expression::And(one, other) | Expression::Then(one, other) => size(one) + size(other),
        Expression::Or(one, other) => size(one).max(size(other)),
        Expression::Within(inner, _) | Expression::Window(inner, ..) => size(inner),
        Expression::Repeats(inner, times) => size(inner) * times,
    }
}

/// What was chosen for the letters of a part: which observation, at which moment.
type Choice = Vec<(usize, i64)>;

/// All choices that satisfy a part by itself.
fn choices(expression: &Expression, events: &[Event]) -> Vec<Choice> {
    let both = |one: &Expression, other: &Expression, fits: &dyn Fn(&Choice, &Choice) -> bool| {
        let (one, other) = (choices(one, events), choices(other, events));
        let mut all = Vec::new();
        for left in &one {
            for right in &other {
                if fits(left, right) {
                    let choice = [left.as_slice(), right.as_slice()].concat();
                    if is_distinct(&choice, events) {
                        all.push(choice);
                    }
                }
            }
        }
        all.sort();
        all.dedup();
        all
    };
    match expression {
        Expression::Letters(letters) => events
            .iter()
            .enumerate()
            .filter(|(_, event)| event.0.chars().any(|c| letters.contains(c)))
            .flat_map(|(at, event)| (event.1..=event.2).map(move |moment| vec![(at, moment)]))
            .collect(),
        Expression::And(one, other) => both(one, other, &|_, _| true),
        Expression::Then(one, other) => both(one, other, &|left, right| {
            left.iter().all(|(_, before)| right.iter().all(|(_, after)| before <= after))
        }),
        Expression::Or(one, other) => {
            let mut all = choices(one, events);
            all.extend(choices(other, events));
            all
        }
        Expression::Within(inner, seconds) => {
            let mut all = choices(inner, events);
            all.retain(|choice| {
                let moments = || choice.iter().map(|(_, moment)| *moment);
                moments().max().unwrap_or(0) - moments().min().unwrap_or(0) <= *seconds
            });
            all
        }
        Expression::Window(inner, from, to) => {
            let mut all = choices(inner, events);
            all.retain(|choice| choice.iter().all(|(_, moment)| (from..to).contains(&moment)));
            all
        }
        Expression::Repeats(inner, times) => {
            let once = choices(inner, events);
            let mut all = vec![Vec::new()];
            for _ in 0..*times {
                let mut longer = Vec::new();
                for left in &all {
                    for right in &once {
                        let choice: Choice = [left.as_slice(), right.as_slice()].concat();
                        if is_distinct(&choice, events) {
                            longer.push(choice);
                        }
                    }
                }
                for choice in &mut longer {
                    choice.sort_unstable();
                }
                longer.sort();
                longer.dedup();
                all = longer;
            }
            all
        }
    }
}

/// Whether no observation is bound more often than it was made.
fn is_distinct(choice: &Choice, events: &[Event]) -> bool {
    choice.iter().all(|(at, _)| {
        let bound = choice.iter().filter(|(other, _)| other == at).count();
        u64::try_from(bound).unwrap() <= events[*at].3
    })
}

pub(crate) fn matches(expression: &Expression, events: &[Event]) -> bool {
    !choices(expression, events).is_empty()
}
