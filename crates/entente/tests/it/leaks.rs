//! No path yields what the decision denies.
//!
//! A node is filled with objects of several states under generated markings. Each carries words
//! that occur nowhere else. Then everybody asks everything that the program answers, and the
//! answers are searched for the words and identifiers of what the asker may not see, by an oracle
//! that shares no code with `release`. What is hidden must look like what is absent, to the byte.
//!
//! Every route of the program has a case here: `cargo xtask tidy` compares the two.

mod ask;
mod cases;
mod world;

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::oracle::Mark;
use ask::Ask;
use world::{Reader, Seed, World, absent};

fn mark() -> impl Strategy<Value = Mark> {
    let states = prop::collection::btree_set(0..world::STATES, 1..=2);
    let persons = prop::collection::btree_set((0..world::PERSONS, Just(world::HOME)), 0..=2);
    prop_oneof![
        4 => Just(Mark::Clear),
        3 => Just(Mark::Green),
        2 => Just(Mark::Amber),
        1 => Just(Mark::AmberStrict),
        2 => Just(Mark::Red),
        4 => (states, persons).prop_map(|(states, persons)| Mark::To(states, persons)),
        1 => Just(Mark::Statement),
        1 => Just(Mark::Unknown),
    ]
}

fn seed() -> impl Strategy<Value = Seed> {
    (0..world::STATES, prop::collection::btree_set(mark(), 0..=2))
        .prop_map(|(owner, marks)| Seed { owner, marks: marks.into_iter().collect() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gets_a_trace_of_what_he_may_not_see(seeds in prop::collection::vec(seed(), 24)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(examine(&seeds)).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1, max_shrink_iters: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_hidden_changes_no_answer(seeds in prop::collection::vec(seed(), 24)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(compare(&seeds)).map_err(TestCaseError::fail)?;
    }
}

async fn examine(seeds: &[Seed]) -> Result<(), String> {
    let world = World::make(seeds);
    for reader in world.readers() {
        let hidden = world.hidden(&reader);
        for case in cases::all() {
            let mentioned = world.mentioned(&reader);
            for asked in (case.asks)(&world, &reader) {
                let answer = world.ask(&reader, &asked).await;
                if answer.status >= 500 {
                    return Err(format!(
                        "{} as {reader:?}: {} {}",
                        asked.path, answer.status, answer.body
                    ));
                }
                let echoes = |text: &str| asked.path.contains(text);
                for thing in &hidden {
                    let id = thing.id.as_str();
                    let id_found = answer.has(id) && !mentioned.contains(id) && !echoes(id);
                    let word_found = answer.has(&thing.word) && !echoes(&thing.word);
                    if word_found || id_found {
                        return Err(format!(
                            "{} ({}) as {reader:?} shows {:?} of state {}: {}",
                            asked.path, case.route, thing.marks, thing.owner, answer.body
                        ));
                    }
                }
            }
            same_as_absent(&world, &reader, &case, &hidden).await?;
        }
        complete(&world, &reader).await?;
    }
    for reader in world.readers() {
        cases::commands(&world, &reader)?;
    }
    Ok(())
}

/// For each reader a second world in which what he may not see has never been: every answer is the
/// same there, to every count, order and link.
async fn compare(seeds: &[Seed]) -> Result<(), String> {
    let world = World::make(seeds);
    for (n, reader) in world.readers().iter().enumerate() {
        let visible: BTreeSet<_> =
            world.visible(reader).into_iter().map(|thing| thing.id.clone()).collect();
        let bare = World::only(seeds, |id| visible.contains(id));
        let there = &bare.readers()[n];
        let (drawn, drawn_there) = (world.drawn(reader), bare.drawn(there));
        for case in cases::all() {
            // A list of one's sessions shows when each began; a stream of hints has no end.
            if ["GET /account", "GET /live"].contains(&case.route) {
                continue;
            }
            // The trail tells administrators that something was done, whatever it was done with.
            if case.route.starts_with("GET /audit") && reader.administers() {
                continue;
            }
            for asked in (case.asks)(&world, reader) {
                if asked.method != "GET" {
                    continue;
                }
                let answer = world.ask(reader, &asked).await.apart_from(&drawn);
                let translated = asked.translated(&drawn, &drawn_there);
                let expected = bare.ask(there, &translated).await.apart_from(&drawn_there);
                if answer != expected {
                    return Err(format!(
                        "{} as {reader:?} tells of what is hidden:\n{}",
                        asked.path,
                        answer.difference(&expected)
                    ));
                }
            }
        }
        for args in [&["export"][..], &["search", "Report", "--limit", "3", "--json"]] {
            let found = cases::command(&world, reader, args)?;
            let expected = cases::command(&bare, there, args)?;
            if ask::blot_bundle(&found.1) != ask::blot_bundle(&expected.1) || found.2 != expected.2
            {
                return Err(format!("{args:?} as {reader:?}: {found:?} is not {expected:?}"));
            }
        }
    }
    Ok(())
}

/// Asked for by its id, what is hidden looks like what is not there.
async fn same_as_absent(
    world: &World,
    reader: &Reader,
    case: &cases::Case,
    hidden: &[&world::Thing],
) -> Result<(), String> {
    let Some(of) = case.of else { return Ok(()) };
    for thing in hidden.iter().take(6) {
        let id = thing.id.as_str();
        let nothing = absent(thing.id.type_name());
        let found = world.ask(reader, &of(world, reader, id)).await.masked(id);
        let expected = world.ask(reader, &of(world, reader, &nothing)).await.masked(&nothing);
        if found != expected {
            return Err(format!(
                "{} as {reader:?}: hidden and absent differ:\n{found:?}\n{expected:?}",
                case.route
            ));
        }
    }
    Ok(())
}

/// The other way round: what a reader may see he gets, so that the test above is not about nothing.
async fn complete(world: &World, reader: &Reader) -> Result<(), String> {
    if !reader.signs_in() {
        return Ok(());
    }
    let all = Ask::taxii(world.objects_path(""));
    let mut doors = vec![(all, "")];
    if reader.has_pages() {
        doors.push((Ask::page("/reports"), "incident"));
        doors.push((Ask::page("/reports/export.json"), "incident"));
        doors.push((Ask::page("/search?q=Report"), "incident"));
    }
    for (asked, kind) in doors {
        let answer = world.ask(reader, &asked).await;
        let of_kind = |thing: &&world::Thing| thing.id.type_name().starts_with(kind);
        let found: BTreeSet<&str> = world
            .things
            .iter()
            .filter(|thing| of_kind(thing) && answer.has(&thing.word))
            .map(|thing| thing.id.as_str())
            .collect();
        let visible = world.visible(reader).into_iter().filter(of_kind);
        let expected: BTreeSet<&str> = visible.map(|thing| thing.id.as_str()).collect();
        if found != expected {
            return Err(format!(
                "{reader:?} gets {found:?} from {}, may see {expected:?}",
                asked.path
            ));
        }
    }
    Ok(())
}
