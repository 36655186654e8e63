//! The decision against its oracle, and the algebra of policies.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::{ACCOUNTS, Asker, Mark, allows, sees, sees_in_groups};
use proptest::prelude::*;
use release::{Breadth, Holder, Place, Policy, Viewer, decide};
use stix::marking::{Marking, Tlp};
use stix::{Id, Object};

const STATES: usize = 4;

fn state(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8000-00000000000{n}")).unwrap()
}

fn person((account, of): (usize, usize)) -> String {
    Viewer::person_name(&format!("account-{account}"), &state(of))
}

/// An object with these marks, and what its markings mean.
fn marked(marks: &[Mark]) -> (Object, BTreeMap<Id, Marking>) {
    let mut meanings = BTreeMap::new();
    let refs: Vec<String> = marks
        .iter()
        .enumerate()
        .map(|(n, mark)| {
            let tlp = |tlp: Tlp| tlp.definition_id().to_string();
            let id = format!("marking-definition--00000000-0000-4000-8000-{n:012}");
            let mut means = |marking| {
                meanings.insert(Id::parse(&id).unwrap(), marking);
                id.clone()
            };
            match mark {
                Mark::Clear => tlp(Tlp::Clear),
                Mark::Green => tlp(Tlp::Green),
                Mark::Amber => tlp(Tlp::Amber),
                Mark::AmberStrict => tlp(Tlp::AmberStrict),
                Mark::Red => tlp(Tlp::Red),
                Mark::To(states, persons) => means(Marking::ReleasableTo {
                    states: states.iter().map(|n| state(*n)).collect(),
                    persons: persons.iter().map(|who| person(*who)).collect(),
                }),
                Mark::Statement => means(Marking::Statement("for the file".to_owned())),
                Mark::Unknown => id,
            }
        })
        .collect();
    let mut object = serde_json::json!({
        "type": "identity", "spec_version": "2.1", "name": "x",
        "id": "identity--00000000-0000-4000-8000-0000000000ff",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    });
    if !refs.is_empty() {
        object["object_marking_refs"] = serde_json::json!(refs);
    }
    (Object::parse(object.to_string().into_bytes()).unwrap(), meanings)
}

fn policy(owner: usize, marks: &[Mark]) -> Policy {
    let (object, meanings) = marked(marks);
    Policy::of(&Holder::State(state(owner)), object.header(), |id| meanings.get(id).cloned())
}

/// The same, marked for groups too; `also` are further markings that restrict nothing.
fn policy_in_groups(owner: usize, marks: &[Mark], groups: usize, also: &[Marking]) -> Policy {
    let (object, mut meanings) = marked(marks);
    let mut refs: Vec<String> =
        object.header().marking_refs.iter().map(ToString::to_string).collect();
    let further = (0..groups).map(|n| Marking::Group(group(n))).chain(also.iter().cloned());
    for (n, marking) in further.enumerate() {
        let id = format!("marking-definition--00000000-0000-4000-8001-{n:012}");
        meanings.insert(Id::parse(&id).unwrap(), marking);
        refs.push(id);
    }
    let mut value = object.value();
    if !refs.is_empty() {
        value.insert("object_marking_refs".to_owned(), serde_json::json!(refs));
    }
    let object = Object::parse(serde_json::to_vec(&value).unwrap()).unwrap();
    Policy::of(&Holder::State(state(owner)), object.header(), |id| meanings.get(id).cloned())
}

fn group(n: usize) -> Id {
    Id::parse(&format!("identity--00000000-0000-4000-8002-00000000000{n}")).unwrap()
}

fn rosters(groups: &[BTreeSet<usize>]) -> BTreeMap<Id, BTreeSet<Id>> {
    let members = |group: &BTreeSet<usize>| group.iter().map(|n| state(*n)).collect();
    groups.iter().enumerate().map(|(n, held)| (group(n), members(held))).collect()
}

fn groups() -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
    proptest::collection::vec(proptest::collection::btree_set(0..STATES, 0..STATES), 0..3)
}

fn viewer(asker: Asker) -> Viewer {
    match asker {
        Asker::Public => Viewer::Public,
        Asker::Tool => Viewer::Account("tool".to_owned()),
        Asker::Node(n) => Viewer::Node(state(n)),
        Asker::Person { account, state: of, admin } => {
            Viewer::Person { state: state(of), account: format!("account-{account}"), admin }
        }
    }
}

fn place(n: usize, relay: bool) -> Place {
    Place { relay, ..Place::of(state(n)) }
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let states = proptest::collection::btree_set(0..STATES, 0..STATES);
    let persons = proptest::collection::btree_set((0..ACCOUNTS, 0..STATES), 0..4);
    let mark = prop_oneof![
        4 => Just(Mark::Clear),
        4 => Just(Mark::Green),
        4 => Just(Mark::Amber),
        2 => Just(Mark::AmberStrict),
        4 => Just(Mark::Red),
        8 => (states, persons).prop_map(|(states, persons)| Mark::To(states, persons)),
        1 => Just(Mark::Statement),
        1 => Just(Mark::Unknown),
    ];
    proptest::collection::vec(mark, 0..4)
        .prop_map(|marks| marks.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

fn asker() -> impl Strategy<Value = Asker> {
    prop_oneof![
        Just(Asker::Public),
        Just(Asker::Tool),
        (0..STATES).prop_map(Asker::Node),
        (0..ACCOUNTS, 0..STATES, any::<bool>()).prop_map(|(account, state, admin)| Asker::Person {
            account,
            state,
            admin
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// The table of DESIGN section 5, against its naive twin.
    #[test]
    fn decides_as_the_table_says(
        owner in 0..STATES, marks in marks(), asker in asker(), at in 0..STATES, relay: bool,
    ) {
        let decision = decide(&policy(owner, &marks), &viewer(asker), &place(at, relay));
        prop_assert_eq!(decision.allowed, sees(owner, &marks, asker, at, relay), "{:?}", decision);
    }

    /// Groups: the owner serves the members, a recipient reads and passes nothing on. A roster of
    /// somebody else's group means nothing.
    #[test]
    fn groups_are_their_owners_to_serve(
        owner in 0..STATES, marks in marks(), groups in groups(), asker in asker(), at in 0..STATES, relay: bool,
    ) {
        let place = Place { rosters: rosters(&groups), ..place(at, relay) };
        let decision = decide(&policy_in_groups(owner, &marks, groups.len(), &[]), &viewer(asker), &place);
        let expected = sees_in_groups(owner, &marks, &groups, asker, at, relay);
        prop_assert_eq!(decision.allowed, expected, "{:?}", decision);
    }

    /// An exercise's marking says that the object is not real, and restricts nothing.
    #[test]
    fn an_exercise_restricts_nothing(owner in 0..STATES, marks in marks(), asker in asker(), at in 0..STATES) {
        let exercise = Marking::Exercise(group(9));
        let policy = policy_in_groups(owner, &marks, 0, std::slice::from_ref(&exercise));
        prop_assert!(policy.is_exercise() && policy.badge().exercise);
        let decision = decide(&policy, &viewer(asker), &place(at, false));
        prop_assert_eq!(decision.allowed, sees(owner, &marks, asker, at, false));
    }

    /// A workspace is read by its account and the node's people; what names persons, or is not
    /// understood, only by the account and the administrator.
    #[test]
    fn a_workspace_is_nobody_elses(marks in marks(), asker in asker(), tool: bool, at in 0..STATES) {
        let (object, meanings) = marked(&marks);
        let holder = if tool { "tool" } else { "account-0" };
        let policy = Policy::of(&Holder::Account(holder.to_owned()), object.header(), |id| meanings.get(id).cloned());
        let confined = marks.contains(&Mark::Red) || marks.contains(&Mark::Unknown);
        let expected = match asker {
            Asker::Tool => tool,
            Asker::Person { account, state, admin } => {
                state == at && ((!tool && account == 0) || admin || !confined)
            }
            Asker::Public | Asker::Node(_) => false,
        };
        prop_assert_eq!(decide(&policy, &viewer(asker), &place(at, true)).allowed, expected);
    }

    /// What a feed brought is for the node's own people, whatever it is marked: no account of that
    /// name, no partner and no relay passes it on.
    #[test]
    fn a_feed_is_for_the_nodes_people_alone(marks in marks(), asker in asker(), name in "tool|account-0|x", at in 0..STATES, relay: bool) {
        let (object, meanings) = marked(&marks);
        let policy = Policy::of(&Holder::Feed(name), object.header(), |id| meanings.get(id).cloned());
        let confined = marks.contains(&Mark::Red) || marks.contains(&Mark::Unknown);
        let expected = match asker {
            Asker::Person { state, admin, .. } => state == at && (admin || !confined),
            Asker::Public | Asker::Tool | Asker::Node(_) => false,
        };
        let decision = decide(&policy, &viewer(asker), &place(at, relay));
        prop_assert_eq!(decision.allowed, expected, "{:?}", decision);
        prop_assert_eq!(policy.badge().owner, None);
    }

    /// What is read of a policy's text is that policy, or nothing; never a panic.
    #[test]
    fn no_text_panics(text: String, owner in 0..STATES, marks in marks(), at: proptest::sample::Index, byte in 0x20_u8..0x7f) {
        let _ = text.parse::<Policy>();
        let mut nearly = policy(owner, &marks).to_string().into_bytes();
        let at = at.index(nearly.len());
        nearly[at] = byte;
        if let Ok(policy) = String::from_utf8(nearly).unwrap().parse::<Policy>() {
            prop_assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
        }
    }

    /// A bound never widens, and binds as the marking of the object that it stands for: whose node
    /// it is does not matter, for nothing of that object is handed on.
    #[test]
    fn a_bound_is_a_conjunction(
        owner in 0..STATES, other in 0..STATES, marks in marks(), end in marks(), asker in asker(), at in 0..STATES,
    ) {
        let object = policy(owner, &marks);
        let (viewer, place) = (viewer(asker), place(at, false));
        let both = decide(&object.and(&policy(other, &end)), &viewer, &place).allowed;
        prop_assert_eq!(both, decide(&object, &viewer, &place).allowed && allows(other, &end, &[], asker, at));
    }

    /// Nobody sees at the owner's node what its reach does not name: whoever weighs a release by it
    /// weighs enough.
    #[test]
    fn nobody_is_beyond_the_reach(owner in 0..STATES, marks in marks(), groups in groups(), asker in asker()) {
        let policy = policy_in_groups(owner, &marks, groups.len(), &[]);
        let place = Place { rosters: rosters(&groups), ..place(owner, true) };
        let (viewer, reach) = (viewer(asker), policy.breadth());
        let needed = match viewer.state() {
            None => Breadth::Public,
            Some(state_of) if *state_of == state(owner) => Breadth::Home,
            Some(_) => Breadth::Named,
        };
        if decide(&policy, &viewer, &place).allowed && !matches!(viewer, Viewer::Person { .. }) {
            prop_assert!(reach >= needed, "{viewer:?} sees it, but it reaches {reach:?}");
        }
        let everybody = decide(&policy, &Viewer::Public, &place).allowed;
        prop_assert_eq!(everybody, reach == Breadth::Public);
    }

    /// Equal policies have equal texts, and a text gives back its policy.
    #[test]
    fn the_text_is_the_policy(owner in 0..STATES, marks in marks(), end in marks()) {
        let policy = policy(owner, &marks).and(&self::policy(owner, &end));
        let text = policy.to_string();
        prop_assert_eq!(text.parse::<Policy>().unwrap(), policy);
    }

    /// One more marking never lets anybody see more, but for those that say to whom. Without any
    /// marking an object is national; so TLP:CLEAR and TLP:GREEN widen an unmarked one.
    #[test]
    fn several_markings_the_strictest_wins(
        owner in 0..STATES, marks in marks(), asker in asker(), at in 0..STATES,
    ) {
        let has_label = marks.iter().any(|mark| matches!(mark, Mark::Clear | Mark::Green | Mark::Amber | Mark::AmberStrict));
        if !has_label || marks.contains(&Mark::Red) || marks.contains(&Mark::Unknown) {
            return Ok(());
        }
        let (viewer, place) = (viewer(asker), place(at, true));
        let before = decide(&policy(owner, &marks), &viewer, &place).allowed;
        for more in [Mark::Clear, Mark::Green, Mark::Amber, Mark::AmberStrict, Mark::Statement] {
            let stricter: Vec<_> = marks.iter().cloned().chain([more]).collect();
            prop_assert!(before || !decide(&policy(owner, &stricter), &viewer, &place).allowed);
        }
    }
}

#[test]
fn a_workspace_is_its_accounts_and_the_nodes() {
    let (object, _) = marked(&[Mark::Clear]);
    let policy = Policy::of(&Holder::Account("account-0".to_owned()), object.header(), |_| None);
    let here = place(1, true);
    let allowed = |asker| decide(&policy, &viewer(asker), &here).allowed;
    assert!(allowed(Asker::Person { account: 0, state: 1, admin: false }));
    assert!(allowed(Asker::Person { account: 2, state: 1, admin: false }));
    assert!(!allowed(Asker::Person { account: 0, state: 2, admin: true }));
    assert!(!allowed(Asker::Node(1)) && !allowed(Asker::Tool) && !allowed(Asker::Public));
}

/// An answer to another state's object reaches that state, though only its owner hands the object
/// itself on.
#[test]
fn an_answer_reaches_the_owner_of_what_it_answers() {
    let (asked, answers) = (0, 2);
    let to_the_owner = [Mark::Amber, Mark::To(BTreeSet::from([asked]), BTreeSet::new())];
    let report = policy(asked, &[Mark::Green]);
    let answer = policy(answers, &to_the_owner).and(&report);
    let at_the_answering_node = place(answers, false);
    let owner = viewer(Asker::Node(asked));
    assert!(decide(&answer, &owner, &at_the_answering_node).allowed);
    assert!(!decide(&report, &owner, &at_the_answering_node).allowed);
    assert!(!decide(&answer, &viewer(Asker::Node(1)), &at_the_answering_node).allowed);
}

#[test]
fn the_node_itself_loses_count_of_nothing_and_nobody_reads_so() {
    let red = [Mark::Red, Mark::To(BTreeSet::from([1]), BTreeSet::from([(2, 1)]))];
    let policy = policy(0, &red);
    let keeper = |n| viewer(Asker::Node(n)).state().cloned().map(Viewer::keeper).unwrap();
    for at in [0, 1] {
        assert!(decide(&policy, &keeper(at), &place(at, false)).allowed);
        assert!(!decide(&policy, &keeper(2), &place(at, false)).allowed);
        let admin = viewer(Asker::Person { account: 0, state: at, admin: true });
        assert!(!decide(&policy, &admin, &place(at, false)).allowed);
    }
}
