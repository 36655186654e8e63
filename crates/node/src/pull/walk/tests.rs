//! Walks against servers as they are found in the field.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// How a server behaves.
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
#[derive(Clone, Debug)]
struct Habits {
    /// It takes `added_after` to mean “at or after”.
    inclusive: bool,
    /// It says where it goes on.
    words: bool,
    /// It says when the last object of a page was added.
    dates: bool,
    /// It knows each of its words once, so that an answer that was lost cannot be had again.
    forgets: bool,
    /// It gives no more at once, whatever is asked for.
    most: usize,
}

/// A server with objects, each with the moment when it was added; in this order.
struct Server {
    habits: Habits,
    objects: Vec<(i64, u64)>,
    words: BTreeSet<String>,
}

enum Answer {
    Page(Pulled),
    UnknownWord,
}

impl Server {
    fn new(habits: Habits, mut objects: Vec<(i64, u64)>) -> Self {
        objects.sort_unstable();
        Self { habits, objects, words: BTreeSet::new() }
    }

    fn answer(&mut self, ask: &Ask) -> Answer {
        let after = ask.after.as_ref().map(Timestamp::micros);
        let skip = match &ask.next {
            Some(word) if self.habits.forgets && !self.words.remove(word) => {
                return Answer::UnknownWord;
            }
            Some(word) => word.parse().unwrap(),
            None => 0,
        };
        let is_asked = |at: i64| {
            after.is_none_or(|after| at > after || (self.habits.inclusive && at == after))
        };
        let asked: Vec<_> = self.objects.iter().filter(|(at, _)| is_asked(*at)).collect();
        let limit = usize::try_from(ask.limit).unwrap().min(self.habits.most);
        let page: Vec<_> = asked.iter().skip(skip).take(limit).collect();
        let more = asked.len() > skip + page.len();
        let next = (more && self.habits.words).then(|| (skip + page.len()).to_string());
        self.words.extend(next.clone());
        Answer::Page(Pulled {
            slices: page.iter().map(|(_, id)| Bytes::from(id.to_string())).collect(),
            more,
            next,
            last: page
                .last()
                .filter(|_| self.habits.dates)
                .map(|(at, _)| Timestamp::from_micros(*at)),
        })
    }
}

/// A round: what it brought, and the place it left. Ends early after `most` pages, as by a crash.
fn round(
    server: &mut Server,
    place: Place,
    held: &mut BTreeSet<u64>,
    most: usize,
) -> (Place, bool) {
    let mut walk = Walk::begin(place, None, false);
    for _ in 0..most {
        match server.answer(&walk.ask(&[])) {
            Answer::UnknownWord => assert!(walk.lost(), "it used a word"),
            Answer::Page(page) => {
                let step = walk.got(&page);
                for slice in &page.slices {
                    if held.insert(std::str::from_utf8(slice).unwrap().parse().unwrap()) {
                        walk.brought();
                    }
                }
                match step {
                    Step::More => {}
                    Step::Done => {
                        walk.was_quiet();
                        return (walk.place().clone(), true);
                    }
                    Step::Stuck => return (walk.place().clone(), false),
                }
            }
        }
    }
    (walk.place().clone(), false)
}

fn habits() -> impl Strategy<Value = Habits> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 1_usize..40).prop_map(
        // Without a word and without a date nobody can go on; and without a date there is nothing
        // to go on by once the word is forgotten.
        |(inclusive, words, dates, forgets, most)| Habits {
            inclusive,
            words: words || !dates,
            dates,
            forgets: forgets && dates,
            most,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the server is like, and wherever the walk is broken off, everything is held in the
    /// end; and no walk goes on for ever. Objects may share moments, as long as a page holds all
    /// that do: or else the server has to say where it goes on.
    #[test]
    fn everything_is_held_in_the_end(
        habits in habits(), moments in proptest::collection::vec(0_i64..30, 0..120), cuts in proptest::collection::vec(1_usize..6, 0..6),
    ) {
        let objects: Vec<_> = moments.iter().zip(0..).map(|(at, id)| (at * 1_000, id)).collect();
        let crowd = (0..30).map(|at| moments.iter().filter(|one| **one == at).count()).max().unwrap_or(0);
        prop_assume!(habits.words && !habits.forgets || crowd < habits.most);
        let mut server = Server::new(habits, objects.clone());
        let (mut place, mut held) = (Place::default(), BTreeSet::new());
        for cut in cuts {
            place = round(&mut server, place, &mut held, cut).0;
        }
        let (place, done) = round(&mut server, place, &mut held, 2_000);
        prop_assert!(done, "{place:?}");
        prop_assert_eq!(held.len(), objects.len());
        prop_assert!(place.open.is_none());
    }

    /// What is added while we walk, and later at a moment at which we were already, is not lost.
    #[test]
    fn what_is_added_late_is_held_too(
        habits in habits(), early in proptest::collection::vec(0_i64..10, 1..40), late in 1_usize..20,
    ) {
        let habits = Habits { dates: true, words: true, forgets: false, ..habits };
        let objects: Vec<_> = early.iter().zip(0..).map(|(at, id)| (at * 1_000, id)).collect();
        let newest = objects.iter().map(|(at, _)| *at).max().unwrap();
        let mut server = Server::new(habits, objects);
        let mut held = BTreeSet::new();
        let (place, _) = round(&mut server, Place::default(), &mut held, 2_000);
        let more = (0..late as u64).map(|n| (newest, 1_000 + n));
        server.objects.extend(more);
        let (mut place, done) = round(&mut server, place, &mut held, 2_000);
        prop_assert!(done);
        prop_assert_eq!(held.len(), server.objects.len());
        // In time it stops asking for that moment, unless the server gives it unasked.
        for _ in 0..=SETTLED {
            place = round(&mut server, place, &mut held, 2_000).0;
        }
        let after = Walk::begin(place, None, false).ask(&[]).after;
        prop_assert_eq!(after, Some(Timestamp::from_micros(newest)));
    }
}

#[test]
fn a_server_that_repeats_a_page_does_not_hold_us_for_ever() {
    let page = Pulled {
        slices: vec![Bytes::from_static(b"1")],
        more: true,
        next: Some("again".to_owned()),
        last: Some(Timestamp::from_micros(5)),
    };
    for page in [
        page.clone(),
        Pulled { next: None, ..page.clone() },
        Pulled { last: None, ..page.clone() },
        Pulled { slices: Vec::new(), ..page.clone() },
        Pulled { slices: Vec::new(), next: None, last: None, ..page },
    ] {
        let mut walk = Walk::begin(Place::default(), None, false);
        let stuck = (0..30).any(|_| walk.got(&page) == Step::Stuck);
        assert!(stuck, "{page:?}");
        assert_eq!(walk.place().at, None, "nothing is taken to be held");
        let mut exact = Walk::begin(Place::default(), None, true);
        assert!((0..3).any(|_| exact.got(&page) != Step::More), "{page:?}");
    }
}

#[test]
fn more_objects_of_one_moment_than_a_page_holds_are_asked_for_at_once() {
    let habits =
        Habits { inclusive: true, words: false, dates: true, forgets: false, most: 10_000 };
    let objects: Vec<_> =
        (0..3_000).map(|id| (7, id)).chain((3_000..3_010).map(|id| (9, id))).collect();
    let mut server = Server::new(habits, objects);
    let mut held = BTreeSet::new();
    assert!(round(&mut server, Place::default(), &mut held, 100).1);
    assert_eq!(held.len(), 3_010);
}

#[test]
fn a_page_that_cannot_be_read_is_halved_until_one_object_is_left() {
    let mut walk = Walk::begin(Place::default(), None, false);
    let halved = std::iter::from_fn(|| (walk.poisoned() == Cure::Smaller).then_some(())).count();
    assert_eq!((halved, walk.ask(&[]).limit), (9, 1));
    walk.pass_by(Timestamp::from_micros(3));
    assert_eq!(walk.ask(&[]).after, Some(Timestamp::from_micros(3)));
    // From there it grows again.
    for id in ["1", "2"] {
        let page = Pulled {
            slices: vec![Bytes::copy_from_slice(id.as_bytes())],
            more: true,
            next: Some(id.to_owned()),
            last: None,
        };
        assert_eq!(walk.got(&page), Step::More);
    }
    assert_eq!(walk.ask(&[]).limit, 8);
}

#[test]
fn nodes_are_asked_by_date_alone() {
    let page = |at, more| Pulled {
        slices: vec![Bytes::from_static(b"1")],
        more,
        next: Some("word".to_owned()),
        last: Some(Timestamp::from_micros(at)),
    };
    let mut walk = Walk::begin(Place::default(), None, true);
    assert_eq!(walk.got(&page(5, true)), Step::More);
    let ask = walk.ask(&[]);
    assert_eq!((ask.after, ask.next), (Some(Timestamp::from_micros(5)), None));
    assert_eq!(walk.place().at, Some(Timestamp::from_micros(5)), "each page moves the place");
    assert_eq!(walk.got(&page(9, false)), Step::Done);
    assert_eq!(walk.place().at, Some(Timestamp::from_micros(9)));
    assert!(!walk.was_quiet());
}
