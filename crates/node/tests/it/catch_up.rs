//! A partner that was away for long: much, gathered by groupings, in pieces.

use node::Role;
use serde_json::{Map, Value, json};
use stix::Id;
use stix::marking::Tlp;

use crate::made::*;

/// References of one grouping.
const GATHERED: usize = 1_000;
const ALL: usize = 4_000;

fn grouping(n: usize) -> Map<String, Value> {
    let refs: Vec<Id> = (n * GATHERED..(n + 1) * GATHERED).map(id).collect();
    let object = json!({
        "type": "grouping", "spec_version": "2.1", "context": "suspicious-activity",
        "id": format!("grouping--00000000-0000-4000-8000-{n:012}"), "object_refs": refs,
        "object_marking_refs": [Tlp::Green.definition_id()],
    });
    object.as_object().cloned().unwrap()
}

#[test]
fn an_offline_partner_catches_up_however_often_it_is_broken_off() {
    run(async {
        let clock = clock();
        let (a, mut b) = (made_with(0, &clock), made_with(1, &clock));
        let _serving = connect(&a, &b).await;
        let releaser = a.person(Role::Releaser);
        for n in 0..ALL / GATHERED {
            let range = n * GATHERED..(n + 1) * GATHERED;
            let objects = range.map(|n| campaign(n, "x", Some(Tlp::Green)));
            let all = objects.chain([grouping(n)]).collect();
            a.node.release(&releaser, release(all)).unwrap();
            clock.pass(SECOND);
        }
        // Broken off after each page that came, with a restart in between.
        for n in 0..ALL / GATHERED {
            let puller = b.node.clone();
            let pulling = tokio::spawn(async move { puller.pull_from("XA").await });
            until(|| b.seen(&id(n * GATHERED)).is_some() || pulling.is_finished()).await;
            pulling.abort();
            let _ = pulling.await;
            b = b.restarted();
        }
        let proof = b.node.prove("XA").await.unwrap();
        assert!(proof.is_equal() && proof.repaired == 0, "{proof:?}");
        // With the identity that introduces the state.
        assert_eq!(proof.held, (ALL + ALL / GATHERED + 1) as u64);
        let health = b.node.store().check().unwrap();
        assert_eq!((health.alarms, health.damage.len()), (0, 0));
        // Once each: no version came twice.
        assert_eq!(health.objects, health.versions);
    });
}
