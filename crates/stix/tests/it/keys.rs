//! Statements about keys, and what they add up to.

use std::cell::RefCell;
use std::collections::HashMap;

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};
use stix::keys::{self, Claim, Judgement, Keyring, Received, Standing, State, Statement};
use stix::sign::{KeyId, PublicKey, SecretKey, sign};
use stix::{Id, Object, Timestamp};

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed([n; 32])
}

fn public(n: u8) -> PublicKey {
    key(n).public()
}

fn name(n: u8) -> KeyId {
    public(n).id()
}

fn owner() -> Id {
    Id::parse("identity--00000000-0000-4000-8000-000000000001").unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00.000Z").unwrap()
}

/// Which keys say what: small numbers stand for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Says {
    Rotates(u8, u8),
    Revokes(u8, u8),
}
use Says::{Revokes, Rotates};

fn object(says: Says) -> Object {
    match says {
        Rotates(old, new) => keys::rotation(&owner(), &key(old), &key(new), &now()).unwrap(),
        Revokes(by, revoked) => {
            keys::revocation(&owner(), &key(by), &public(revoked), &now()).unwrap()
        }
    }
}

fn received(said: &[Says]) -> Vec<Received> {
    said.iter().zip(1..).map(|(says, at)| Received { at, statement: statement(*says) }).collect()
}

/// Made and read once per test thread: signatures are what takes time here.
fn statement(says: Says) -> Statement {
    thread_local!(static MADE: RefCell<HashMap<Says, Statement>> = RefCell::default());
    MADE.with_borrow_mut(|made| {
        made.entry(says).or_insert_with(|| Statement::read(&object(says)).unwrap()).clone()
    })
}

/// The keys of an owner whose key `pin` was compared, after these statements in this order.
fn ring(pin: u8, said: &[Says]) -> Keyring {
    Keyring::of(owner(), &public(pin), &received(said))
}

fn settled(n: u8) -> State {
    State::Settled(name(n))
}

fn standing(ring: &Keyring, n: u8) -> Option<Standing> {
    ring.keys().find(|(key, _)| **key == public(n)).map(|(_, standing)| standing)
}

#[test]
fn a_statement_is_read_as_it_was_made() {
    let rotation = Statement::read(&object(Rotates(1, 2))).unwrap();
    assert_eq!((rotation.owner(), rotation.signer()), (&owner(), &public(1)));
    assert_eq!(*rotation.claim(), Claim::Rotation { successor: public(2) });
    let revocation = Statement::read(&object(Revokes(2, 1))).unwrap();
    assert_eq!(*revocation.claim(), Claim::Revocation { revoked: public(1) });
    // Said again it is the same object; two successors are two objects.
    assert_eq!(object(Rotates(1, 2)).id(), object(Rotates(1, 2)).id());
    assert_ne!(object(Rotates(1, 2)).id(), object(Rotates(1, 3)).id());
}

/// Whoever changes anything must sign again, and can only with a key of his own.
#[test]
fn a_statement_that_is_not_quite_one_is_none() {
    let refuses = |object: &Object, by: Option<u8>, change: &dyn Fn(&mut Value)| {
        let mut value = Value::Object(object.value());
        change(&mut value);
        let changed = match by {
            Some(by) => sign(value.as_object().cloned().unwrap(), &key(by)).unwrap(),
            None => Object::parse(value.to_string()).unwrap(),
        };
        Statement::read(&changed).unwrap_err().pointer.to_string()
    };
    let rotation = object(Rotates(1, 2));
    assert_eq!(refuses(&rotation, None, &|it| it["name"] = json!("x")), "the whole document");
    assert_eq!(refuses(&rotation, Some(9), &|_| {}), "the whole document");
    let successor = |it: &mut Value| it["successor_key"] = json!(public(3).to_string());
    assert_eq!(refuses(&rotation, Some(1), &successor), "/successor_proof");
    let signer = |it: &mut Value| it["signer_key"] = json!(public(9).to_string());
    assert_eq!(refuses(&rotation, Some(9), &signer), "/successor_proof");
    let other = json!("identity--00000000-0000-4000-8000-000000000002");
    let foreign = |it: &mut Value| it["created_by_ref"] = other.clone();
    assert_eq!(refuses(&rotation, Some(1), &foreign), "/successor_proof");
    let word = |it: &mut Value| it["statement"] = json!("promotion");
    assert_eq!(refuses(&rotation, Some(1), &word), "/statement");
    let revocation = object(Revokes(2, 1));
    let revoked = |it: &mut Value| it["revoked_key"] = json!(public(3).to_string());
    assert_eq!(refuses(&revocation, Some(2), &revoked), "/id");
    let no_key = |it: &mut Value| drop(it.as_object_mut().unwrap().remove("revoked_key"));
    assert_eq!(refuses(&revocation, Some(2), &no_key), "/revoked_key");
    let plain = |it: &mut Value| it["extensions"] = json!({});
    assert_eq!(refuses(&revocation, Some(2), &plain), "/extensions");
    // A key that succeeds itself would be no rotation.
    assert!(Statement::read(&object(Rotates(1, 1))).is_err());
}

#[test]
fn a_line_of_rotations_leads_to_the_current_key() {
    let said = [Rotates(1, 2), Rotates(2, 3)];
    for (pin, before) in [(1, vec![]), (2, vec![1]), (3, vec![1, 2])] {
        let ring = ring(pin, &said);
        assert_eq!(*ring.state(), settled(3), "pinned {pin}");
        assert_eq!(ring.current(), Some(&public(3)));
        assert!(before.iter().all(|n| standing(&ring, *n) == Some(Standing::Former)));
        assert_eq!(ring.judge(&name(1), 99), Judgement::Good, "what a former key signed");
        assert_eq!(ring.judge(&name(9), 99), Judgement::Unknown);
    }
}

#[test]
fn two_successors_are_a_conflict_until_one_is_pinned() {
    let said = [Rotates(1, 2), Rotates(2, 4), Rotates(1, 3)];
    let frozen = ring(1, &said);
    let State::Conflict { signer, between } = frozen.state() else { panic!("{frozen:?}") };
    assert_eq!((signer, between.len(), frozen.current()), (&name(1), 2, None));
    for n in [1, 2, 3, 4] {
        assert_eq!(frozen.judge(&name(n), 99), Judgement::Frozen, "{n}");
    }
    // Whoever pins one of them has compared fingerprints: the other can do no more harm.
    let chosen = ring(4, &said);
    assert_eq!(*chosen.state(), settled(4));
    assert_eq!(chosen.judge(&name(1), 99), Judgement::Good);
    assert_eq!(chosen.judge(&name(3), 99), Judgement::Discarded);
    assert_eq!(chosen.discarded().collect::<Vec<_>>(), [&public(3)]);
    let harassed = ring(4, &[&said[..], &[Rotates(3, 5), Rotates(1, 6), Revokes(3, 2)]].concat());
    assert_eq!(*harassed.state(), settled(4));
    assert_eq!(harassed.judge(&name(2), 99), Judgement::Good, "who was discarded revokes nothing");
    let circle = ring(1, &[Rotates(1, 2), Rotates(2, 1)]);
    assert!(circle.is_frozen(), "two keys that succeed each other");
}

#[test]
fn a_revocation_divides_before_from_after() {
    let ring_of = |said: &[Says]| ring(1, said);
    let revoked = ring_of(&[Rotates(1, 2), Revokes(2, 1)]);
    assert_eq!(*revoked.state(), settled(2));
    assert_eq!(standing(&revoked, 1), Some(Standing::Revoked { since: 2 }));
    assert_eq!(revoked.judge(&name(1), 2), Judgement::Good);
    assert_eq!(revoked.judge(&name(1), 3), Judgement::Revoked);
    // What came in another order means the same: a revocation waits for what it rests on.
    let turned = ring_of(&[Revokes(2, 1), Rotates(1, 2)]);
    assert_eq!(*turned.state(), settled(2));
    assert_eq!(standing(&turned, 1), Some(Standing::Revoked { since: 2 }));
    // A key may revoke itself; then it names no successor any more.
    let ended = ring_of(&[Revokes(1, 1), Rotates(1, 2)]);
    assert_eq!(*ended.state(), State::Ended(name(1)));
    assert_eq!(ended.judge(&name(2), 99), Judgement::Unknown);
    // But two successors are a conflict, revoked or not: one of them may have come first.
    assert!(ring_of(&[Rotates(1, 3), Revokes(3, 1), Rotates(1, 2)]).is_frozen());
    // Whoever pins the one of them that came late learns from it whose key was stolen.
    let chosen = ring(2, &[Rotates(1, 3), Revokes(3, 1), Rotates(1, 2)]);
    assert_eq!(standing(&chosen, 1), Some(Standing::Revoked { since: 2 }));
    assert_eq!(chosen.discarded().collect::<Vec<_>>(), [&public(3)]);
    // Nobody revokes the keys after his own, or those beside.
    for said in [[Rotates(1, 2), Revokes(1, 2)], [Rotates(1, 2), Revokes(9, 1)]] {
        assert_eq!(standing(&ring_of(&said), 1), Some(Standing::Former));
        assert_eq!(*ring_of(&said).state(), settled(2));
    }
    // A revoked key speaks neither for those before it nor of them; what only it vouched for is
    // revoked with it, by its successor and not by itself.
    let late =
        ring(3, &[Rotates(1, 2), Rotates(2, 3), Revokes(3, 2), Revokes(2, 1), Rotates(9, 2)]);
    assert_eq!(standing(&late, 1), Some(Standing::Revoked { since: 3 }));
    assert_eq!(standing(&late, 9), None);
}

/// Whoever stole a key can have it agree to succeed any key of his own.
#[test]
fn what_only_a_revoked_key_vouched_for_is_revoked_with_it() {
    let said = [Rotates(1, 2), Rotates(9, 1), Rotates(8, 9), Revokes(2, 1), Rotates(7, 9)];
    for pin in [1, 2] {
        let ring = ring(pin, &said);
        assert_eq!(*ring.state(), settled(2));
        for n in [1, 8, 9] {
            assert_eq!(standing(&ring, n), Some(Standing::Revoked { since: 4 }), "{n}");
            assert_eq!(ring.judge(&name(n), 4), Judgement::Good);
            assert_eq!(ring.judge(&name(n), 5), Judgement::Revoked);
        }
        assert_eq!(ring.judge(&name(7), 9), Judgement::Unknown);
    }
    // For what an unrevoked key vouches too, that one's word is enough.
    let ring = ring(3, &[Rotates(1, 2), Rotates(2, 3), Rotates(1, 3), Revokes(3, 2)]);
    assert_eq!(standing(&ring, 1), Some(Standing::Former));
}

#[test]
fn statements_concern_those_whom_they_connect_to() {
    let ring = ring(2, &[Rotates(1, 2)]);
    let concerns = |says| ring.concerns(&Statement::read(&object(says)).unwrap());
    assert!(concerns(Rotates(2, 3)) && concerns(Rotates(8, 1)) && concerns(Revokes(1, 1)));
    assert!(!concerns(Rotates(8, 9)) && !concerns(Revokes(9, 1)));
}

const OURS: std::ops::Range<u8> = 1..6;
const THEIRS: std::ops::Range<u8> = 10..14;

fn says(keys: std::ops::Range<u8>, with_revocations: bool) -> impl Strategy<Value = Says> {
    (keys.clone(), keys, any::<bool>()).prop_map(move |(one, other, revokes)| {
        if one == other || (revokes && with_revocations) {
            if with_revocations { Revokes(one, other) } else { Rotates(one, other % 5 + 20) }
        } else {
            Rotates(one, other)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// What rotations add up to is the same in whatever order they came, and however often.
    #[test]
    fn rotations_have_no_order(
        said in prop::collection::vec(says(OURS, false), 0..8), seed in any::<prop::sample::Index>(),
    ) {
        let mut turned = said.clone();
        if !turned.is_empty() {
            let by = seed.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
            turned.push(said[by]);
        }
        prop_assert_eq!(ring(1, &said), ring(1, &turned));
    }

    /// Whatever is said by keys that nothing connects to the pinned one changes nothing.
    #[test]
    fn outsiders_change_nothing(
        ours in prop::collection::vec(says(OURS, true), 0..8),
        theirs in prop::collection::vec(says(THEIRS, true), 0..6),
        mixed in prop::collection::vec(any::<bool>(), 14),
    ) {
        let (mut all, mut rest) = (Vec::new(), theirs.iter());
        for (says, with) in ours.iter().zip(&mixed) {
            if *with { all.extend(rest.next().copied()); }
            all.push(*says);
        }
        all.extend(rest.copied());
        // They may also speak of our keys, but not with them.
        all.extend((1..6).map(|n| Revokes(10, n)));
        let order: Vec<_> = received(&all);
        let without: Vec<_> =
            order.iter().zip(&all).filter(|(_, says)| ours.contains(says)).map(|(one, _)| one.clone()).collect();
        prop_assert_eq!(
            Keyring::of(owner(), &public(1), &order), Keyring::of(owner(), &public(1), &without)
        );
    }

    /// Whoever holds an old key, and any keys of his own, never makes one of them the current key
    /// once the owner has rotated: either nothing changes, or the owner is frozen and that is seen.
    #[test]
    fn an_old_key_cannot_rotate_away(
        stolen in prop::collection::vec((any::<bool>(), 10_u8..14, 10_u8..14, any::<bool>()), 1..8),
        pin in 1_u8..=3,
    ) {
        let mut said = vec![Rotates(1, 2), Rotates(2, 3)];
        for (old, one, other, revokes) in stolen {
            let by = if old { 1 } else { one };
            said.push(match revokes {
                true => Revokes(by, if old { 1 } else { other }),
                false if by == other => Revokes(by, 1),
                false => Rotates(by, other),
            });
        }
        let ring = ring(pin, &said);
        match ring.state() {
            State::Settled(current) => prop_assert_eq!(current, &name(3)),
            State::Conflict { signer, .. } => prop_assert_eq!((signer, pin), (&name(1), 1)),
            State::Ended(_) => prop_assert!(false, "{ring:?}"),
        }
        for thief in 10..14 {
            prop_assert_ne!(ring.judge(&name(thief), i64::MAX), Judgement::Good);
        }
        // Nor does it leave anything behind when it is revoked, whatever it agreed to succeed.
        said.extend((10..14).map(|thief| Rotates(thief, 1)));
        said.push(Revokes(2, 1));
        let ring = self::ring(pin, &said);
        for thief in 10..14 {
            prop_assert_ne!(ring.judge(&name(thief), i64::MAX), Judgement::Good);
        }
        let forked = said.iter().any(|says| matches!(says, Rotates(1, other) if *other >= 10));
        prop_assert_eq!(ring.is_frozen(), forked && pin == 1, "and a fork after the pin is seen");
    }

    /// What was good stays good, and what is bad stays bad, whatever is received later, unless the
    /// owner is frozen.
    #[test]
    fn what_was_received_is_judged_once(said in prop::collection::vec(says(OURS, true), 1..8)) {
        for (at, n) in (0..said.len()).flat_map(|at| OURS.map(move |n| (at, n))) {
            let moment = i64::try_from(at).unwrap();
            let (then, later) = (ring(1, &said[..at]), ring(1, &said));
            let (before, after) = (then.judge(&name(n), moment), later.judge(&name(n), moment));
            if before == Judgement::Good && !later.is_frozen() {
                prop_assert_eq!(after, Judgement::Good);
            }
        }
    }

    /// Another owner's statements change nothing, even with the same keys.
    #[test]
    fn nobody_speaks_for_another_owner(said in prop::collection::vec(says(OURS, true), 0..8)) {
        let other = Id::parse("identity--00000000-0000-4000-8000-000000000002").unwrap();
        let alone = Keyring::of(other.clone(), &public(1), &[]);
        prop_assert_eq!(Keyring::of(other, &public(1), &received(&said)), alone);
    }

    #[test]
    fn any_selection_can_be_read(said in subsequence(vec![Rotates(1, 2), Revokes(2, 1), Rotates(2, 3)], 0..=3)) {
        for says in said {
            prop_assert!(Statement::read(&object(says)).is_ok());
        }
    }
}
