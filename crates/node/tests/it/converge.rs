//! Whatever is pulled when, all nodes end with the same newest versions.

use node::Role;
use proptest::prelude::*;
use stix::marking::Tlp;

use crate::made::*;

const NODES: usize = 3;
const OBJECTS: usize = 2;

#[derive(Clone, Debug)]
enum Act {
    /// A node says something new of one of its own objects, with or without others seeing it.
    Say { node: usize, object: usize, open: bool },
    /// A node pulls from another.
    Pull { node: usize, from: usize },
    /// A node draws a new signing key, perhaps because it fears for the old one.
    Rotate { node: usize, compromised: bool },
    /// The clock moves, perhaps back.
    Clock { micros: i64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0..NODES, 0..OBJECTS, proptest::bool::weighted(0.8))
            .prop_map(|(node, object, open)| Act::Say { node, object, open }),
        6 => (0..NODES, 1..NODES).prop_map(|(node, by)| Act::Pull { node, from: (node + by) % NODES }),
        1 => (0..NODES, any::<bool>())
            .prop_map(|(node, compromised)| Act::Rotate { node, compromised }),
        2 => (-SECOND..SECOND).prop_map(|micros| Act::Clock { micros }),
    ];
    proptest::collection::vec(act, 1..30)
}

async fn pull(nodes: &[Made], node: usize, from: usize) {
    nodes[node].node.pull_from(&profile(from).code).await.unwrap();
}

async fn converge(acts: Vec<Act>) {
    let clock = clock();
    let nodes: Vec<_> = (0..NODES).map(|n| made_with(n, &clock)).collect();
    let people: Vec<_> = nodes.iter().map(|made| made.person(Role::Releaser)).collect();
    for from in 0..NODES {
        for to in (0..NODES).filter(|to| *to != from) {
            connect(&nodes[from], &nodes[to]).await;
        }
    }
    let mut said = vec![None; NODES * OBJECTS];
    for (step, act) in acts.into_iter().enumerate() {
        match act {
            Act::Say { node, object, open } => {
                let n = node * OBJECTS + object;
                let (name, tlp) =
                    (format!("step {step}"), if open { Tlp::Green } else { Tlp::Amber });
                let object = campaign(n, &name, Some(tlp));
                nodes[node].node.release(&people[node], release(vec![object])).unwrap();
                said[n] = Some((name, open));
            }
            Act::Pull { node, from } => pull(&nodes, node, from).await,
            Act::Rotate { node, compromised } => {
                nodes[node].node.rotate_key(compromised).unwrap();
            }
            Act::Clock { micros } => clock.pass(micros),
        }
    }
    for node in 0..NODES {
        for from in (0..NODES).filter(|from| *from != node) {
            pull(&nodes, node, from).await;
        }
    }
    for (n, said) in said.into_iter().enumerate() {
        let owner = n / OBJECTS;
        let newest = nodes[owner].seen(&id(n));
        assert_eq!(newest.as_ref().map(name_of), said.as_ref().map(|(name, _)| name.clone()));
        for (at, made) in nodes.iter().enumerate().filter(|(at, _)| *at != owner) {
            // What was narrowed stays as it was last shown: its recall comes with that issue.
            if said.as_ref().is_none_or(|(_, open)| *open) {
                assert_eq!(made.seen(&id(n)), newest, "node {at}, object {n}");
            }
            assert!(made.node.store().alarms().unwrap().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn all_nodes_end_with_the_same_newest_versions(acts in acts()) {
        run(converge(acts));
    }
}
